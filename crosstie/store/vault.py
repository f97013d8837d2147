"""The originals, each under its SHA-256: never altered, kept once however often it is added."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crosstie.errors import InputError, IntegrityError, NotFound
from crosstie.store.durable import CHUNK, Problem, make_folder, sha256_of, storing, sync_folder
from crosstie.store.scratch import Scratch

_SHA256 = re.compile(r"[0-9a-f]{64}")
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class Stored:
    """An original in the vault; `new` is False where it was there already."""

    sha256: str
    bytes: int
    path: Path
    new: bool


class Vault:
    """The folder of originals: `ab/abcdef...` for a file whose SHA-256 begins with ab."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: Path) -> Stored:
        """Keep a copy of a file. It is hashed while it is copied, so that what is kept is what was hashed; on the disk when this returns."""
        with _opened(path) as original, storing(self.root), Scratch(self.root) as scratch:
            part = scratch.path / "original"
            digest = hashlib.sha256()
            with part.open("xb") as copy:
                while piece := original.read(CHUNK):
                    digest.update(piece)
                    copy.write(piece)
                copy.flush()
                os.fsync(copy.fileno())
                size = copy.tell()
            target = self.path(digest.hexdigest())
            if target.exists():
                if target.stat().st_size != size:
                    raise IntegrityError(
                        f"{target} is not what its name says", hint="Restore it from a backup, or move it away and add again."
                    )
                return Stored(target.name, size, target, new=False)
            part.chmod(_READ_ONLY)
            make_folder(target.parent)
            part.replace(target)
            sync_folder(target.parent)
            return Stored(target.name, size, target, new=True)

    def discard(self, stored: Stored) -> None:
        """Give back the room of an original that `put` has just made and that turned out to be of no use."""
        if stored.new:
            with storing(self.root):
                stored.path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the original of this hash is kept, or would be."""
        return self.root / sha256[:2] / sha256

    def verify(self) -> Iterator[Problem]:
        """Originals whose content is not what their name says, and files that are none."""
        for folder in sorted(self.root.iterdir()) if self.root.exists() else []:
            if folder.name == ".scratch":
                continue
            for file in sorted(folder.iterdir()) if folder.is_dir() else [folder]:
                if not _SHA256.fullmatch(file.name) or file != self.path(file.name) or not file.is_file():
                    yield Problem(str(file), "does not belong here")
                elif sha256_of(file) != file.name:
                    yield Problem(str(file), "was changed: its content is not what its name says")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
