"""Writing so that a killed process or a power cut leaves either the old state or the new one, never half of it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crosstie.errors import StorageError

CHUNK = 1 << 20
_MEANING = (
    ({errno.ENOSPC, errno.EDQUOT}, "no space left on the disk", "Free some space and run the command again; nothing was half-written."),
    ({errno.EFBIG}, "the file grows beyond what this system allows", "See the limits of the user (ulimit -f) and of the file system."),
    ({errno.EROFS}, "the place is read-only", "Use a workspace on a disk that can be written."),
    ({errno.EACCES, errno.EPERM}, "not allowed to write here", "Ask for the right to write in this folder, or use another workspace."),
)
_ERRNO = re.compile(r"\[?errno (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written: where, and what is wrong."""

    where: str
    detail: str


@contextlib.contextmanager
def storing(where: Path) -> Iterator[None]:
    """Turn the system's errors of writing in this place into StorageError, in plain words."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, where) from error


def storage_error(error: OSError, where: Path) -> StorageError:
    """What an error of the system means for the person whose disk it is."""
    number = error.errno
    if number is None and (found := _ERRNO.search(str(error))):
        number = int(found[1])
    for numbers, what, hint in _MEANING:
        if number in numbers:
            return StorageError(f"{where}: {what}", hint=hint)
    said = {
        errno.ENOENT: "there is no such folder",
        errno.EEXIST: "a file of that name is in the way",
        errno.ENOTDIR: "a file stands where a folder should",
        errno.EISDIR: "a folder of that name is in the way",
    }
    return StorageError(f"{where}: {said.get(number or 0) or (os.strerror(number) if number else error)}")


def sync_file(path: Path) -> None:
    """Wait until the content of the file is on the disk."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in the folder are on the disk (Windows does so by itself and cannot open folders)."""
    if os.name != "nt":
        sync_file(path)


def make_folder(path: Path) -> None:
    """Make the folder, with its parents, so that it outlasts a power cut."""
    missing = [path, *path.parents]
    missing = missing[: next(i for i, folder in enumerate(missing) if folder.exists())]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)


def publish(folder: Path, target: Path) -> None:
    """Give a finished folder its final name in one step. OSError (ENOTEMPTY, EEXIST) where something has that name already."""
    for file in sorted(folder.iterdir()):
        sync_file(file)
    sync_folder(folder)
    if target.exists():  # rename would silently replace an empty folder
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    folder.rename(target)
    sync_folder(target.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step. Something else of that name, such as /dev/stdout, is written to as it is."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
