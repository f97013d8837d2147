"""Files on their way in: put beside the workspace, looked at, and taken in or thrown away. Who put one there alone sees it."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from crosstie import clock
from crosstie.casework.access import Person, Role
from crosstie.errors import AccessError, InputError, NotFound, TooLarge, UsageError
from crosstie.ingest.beside import is_beside
from crosstie.ingest.reader import Reader
from crosstie.ingest.trying import Looked, Tried, look, try_mapping
from crosstie.model.marking import Marking, Tlp
from crosstie.store.durable import storing

#: Bytes of one file at most, files of one person that wait at a time, and how long they do.
LARGEST, MOST, KEPT = 2 << 30, 50, timedelta(days=1)
#: Letters of a mapping at most.
LONGEST = 200_000
_COPY = 1 << 20
_ABOUT = "about.json"
_MAPPING = "mapping.yaml"
_ID = re.compile(r"[0-9a-f]{24}")
#: Who may mark a thing more freely than its format, or than is usual, says.
_FREER = (Role.CASE_LEAD, Role.CUSTODIAN)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits: who put it there, when, its name and size."""

    id: str
    name: str
    bytes: int
    user: str
    at: str


class Uploads:
    """The files of one person that wait in a workspace."""

    def __init__(self, folder: Path, person: Person, readers: Callable[[], Sequence[Reader]]) -> None:
        self._root, self._person, self._readers = folder / "uploads", person, readers

    def put(self, name: str, write: Callable[[BinaryIO], None]) -> Upload:
        """Keep a file under its name; `write` writes its bytes. Nothing is left of one that could not be written whole. InputError for a name that is none,
        TooLarge where somebody has too many.
        """
        name = checked(name)
        self._sweep()
        if len(self.all()) >= MOST:
            raise TooLarge(f"{MOST} files wait already", hint="Add them or throw them away.")
        upload = secrets.token_hex(12)
        with storing(self._root):
            half = self._root / f".{upload}"
            half.mkdir(parents=True, mode=0o700)
            try:
                with (half / "file").open("wb") as out:
                    write(out)
                size = (half / "file").stat().st_size
                if not size:
                    raise InputError(f"{name}: the file is empty")
                made = Upload(upload, name, size, self._person.name, clock.now().isoformat(timespec="seconds"))
                (half / _ABOUT).write_text(json.dumps(asdict(made)), encoding="utf-8")
                half.rename(self._root / upload)
            except BaseException:
                shutil.rmtree(half, ignore_errors=True)
                raise
        return made

    def all(self) -> list[Upload]:
        """The files that wait, the newest first."""
        found = [one for folder in self._folders() if (one := _about(folder)) is not None and one.user == self._person.name]
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def get(self, upload: str) -> Upload:
        """One of them; NotFound where there is none, or it is another person's."""
        found = _about(self._root / upload) if _ID.fullmatch(upload) else None
        if found is None or found.user != self._person.name:
            raise NotFound(f"there is no file “{upload[:100]}” that waits", hint="Files wait for a day; put it there again.")
        return found

    def path(self, upload: str) -> Path:
        """Where its bytes lie."""
        return self._root / self.get(upload).id / "file"

    def look(self, upload: str) -> Looked:
        """What it is."""
        return look(self.path(upload), self.get(upload).name, self._readers())

    def mapping(self, upload: str) -> str:
        """The mapping that was saved with it; empty where there is none."""
        file = self._root / self.get(upload).id / _MAPPING
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def try_mapping(self, upload: str, mapping: str) -> Tried:
        """What a mapping makes of its first rows."""
        return try_mapping(self.path(upload), self.get(upload).name, _short(mapping))

    def save_mapping(self, upload: str, mapping: str) -> Path:
        """Keep a mapping with it."""
        file = self._root / self.get(upload).id / _MAPPING
        with storing(file):
            file.write_text(_short(mapping), encoding="utf-8")
        return file

    def named(self, upload: str) -> Path:
        """The file under its own name, for readers who judge by it."""
        held = self.get(upload)
        target = self._root / held.id / "named" / held.name
        with storing(target):
            target.parent.mkdir(exist_ok=True)
            if not target.exists():
                try:
                    target.hardlink_to(self._root / held.id / "file")
                except OSError:  # a disk that has no links
                    shutil.copyfile(self._root / held.id / "file", target)
        return target

    def discard(self, upload: str) -> None:
        """Throw it away."""
        with storing(self._root):
            shutil.rmtree(self._root / self.get(upload).id)

    def marking(self, level: str, purpose: str, until: str, least: Tlp) -> str:
        """The marking that a person gives to a source. UsageError where it is none. AccessError where it is stricter than their clearance, or freer than
        `least` (what the format of the file, or custom, says) and they are not of a role that may free it.
        """
        if any(sign in purpose for sign in ";\r\n\0"):
            raise UsageError("a purpose is one line without a semicolon")
        marking = Marking.parse(
            "".join([level, f"; purpose={purpose.strip()}" if purpose.strip() else "", f"; until={until}" if until else ""])
        )
        if marking.tlp > self._person.clearance:
            raise AccessError(f"{level} is stricter than your clearance", hint="Ask somebody who is cleared for it to add the file.")
        if marking.tlp < least and self._person.role not in _FREER:
            raise AccessError(f"{level} is freer than {least.label}", hint="A case lead or a custodian may decide that.")
        return str(marking)

    def _folders(self) -> list[Path]:
        return [folder for folder in self._root.iterdir() if _ID.fullmatch(folder.name)] if self._root.is_dir() else []

    def may_free(self) -> bool:
        """Whether this person may mark things more freely than is usual."""
        return self._person.role in _FREER

    def _sweep(self) -> None:
        """Throw away what nobody came back for, and what was left half-written."""
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            about = _about(folder)
            at = datetime.fromisoformat(about.at) if about else datetime.fromtimestamp(folder.stat().st_mtime, clock.now().tzinfo)
            if clock.now() - at > KEPT:
                shutil.rmtree(folder, ignore_errors=True)


def checked(name: str) -> str:
    """The name of a file as it was sent; InputError where it is none, or says where the file is to go."""
    if any(sign in name for sign in "/\\:") or name in ("", ".", "..") or not name.isprintable():
        raise InputError(f"“{name[:100]}” is no name of a file", hint="Send the file under its name alone, without a folder.")
    if len(name.encode()) > 200:
        raise InputError(f"“{name[:50]}…” is too long for the name of a file")
    if name.startswith(".") or is_beside(Path(name)):
        raise InputError(f"{name} only speaks of another file", hint="Put the table there; its mapping is written beside it.")
    return name


def copying(source: BinaryIO, most: int = LARGEST) -> Callable[[BinaryIO], None]:
    """Writes what a stream holds, piece by piece; TooLarge where that is more than `most` bytes."""

    def write(out: BinaryIO) -> None:
        left = most
        while piece := source.read(_COPY):
            left -= len(piece)
            if left < 0:
                raise TooLarge(f"the file has more than {most:,} bytes", hint="Add it with “crosstie add” on the machine itself.")
            out.write(piece)

    return write


def _about(folder: Path) -> Upload | None:
    try:
        return Upload(**json.loads((folder / _ABOUT).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _short(mapping: str) -> str:
    if len(mapping) > LONGEST:
        raise TooLarge(f"a mapping has at most {LONGEST:,} letters")
    return mapping.replace("\r\n", "\n")
