"""Archives as received: the files inside become files of their own, within limits that no honest list comes near."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from crosstie.errors import DamagedFile, HostileFile, InputError

MAX_MEMBERS = 200
MAX_BYTES = 4 << 30
#: text compresses 3 to 20 times, tables of zeros 1,000 times
MAX_RATIO = 200
#: small files may compress as they like
_SMALL = 10 << 20
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".tar", ".zst")
_COPY = 1 << 20


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(path: Path, name: str, into: Path) -> list[tuple[str, Path]]:
    """The files of a .zip or .gz as (`archive.zip!name inside`, where it lies now, below `into`); any other file as it is.

    HostileFile beyond the limits, DamagedFile where the archive is broken.
    """
    try:
        with path.open("rb") as stream:
            first = stream.read(4)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    gzipped = first.startswith(b"\x1f\x8b")
    try:
        if not gzipped and (first not in (b"PK\x03\x04", b"PK\x05\x06") or is_workbook(path)):
            return [(name, path)]
        folder = Path(tempfile.mkdtemp(dir=into))
        found = _gunzip(path, name, folder) if gzipped else _unzip(path, name, folder)
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DamagedFile(f"{name}: the archive cannot be unpacked: {error}", hint="Fetch the file again, or unpack it by hand.") from error
    if not found:
        raise DamagedFile(f"{name}: there is no file in the archive", hint="Fetch it again.")
    return [(f"{name}!{inside}", target) for inside, target in found]


def is_workbook(path: Path) -> bool:
    """Whether the .zip is a workbook: a file of its own, not an archive of files."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "mimetype"})


def check(path: Path, name: str) -> list[zipfile.ZipInfo]:
    """The files listed in a .zip, after a look at what they claim to be; HostileFile where that is too much."""
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise HostileFile(f"{name}: {len(members)} files in the archive, more than {MAX_MEMBERS}")
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        raise HostileFile(f"{name}: {total} bytes when unpacked, more than {MAX_BYTES}")
    for member in members:
        _check_ratio(name, member.filename, member.file_size, member.compress_size)
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in member.filename:
            raise HostileFile(f"{name}: “{member.filename}” points outside the archive")
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            raise HostileFile(f"{name}: “{member.filename}” is a symbolic link")
    return members


def _unzip(path: Path, name: str, into: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    left = MAX_BYTES
    members = [member for member in check(path, name) if not _is_litter(member.filename)]
    with zipfile.ZipFile(path) as archive:
        for number, member in enumerate(sorted(members, key=lambda one: one.filename), 1):
            _refuse_nested(name, member.filename)
            if member.flag_bits & 1:
                raise DamagedFile(
                    f"{name}: “{member.filename}” is locked with a password", hint="Unpack the archive by hand and add what was in it."
                )
            target = into / f"{number:03d}{PurePosixPath(member.filename).suffix[:10]}"
            with archive.open(member) as stream:
                left -= _copy(stream, target, min(left, member.file_size), name, member.filename)
            found.append((member.filename, target))
    return found


def _gunzip(path: Path, name: str, into: Path) -> list[tuple[str, Path]]:
    inside = PurePosixPath(name).name
    if inside.casefold().endswith(".gz"):
        inside = inside[:-3]
        _refuse_nested(name, inside)
    target = into / f"001{PurePosixPath(inside).suffix[:10]}"
    packed = path.stat().st_size
    with gzip.open(path, "rb") as stream:
        _copy(stream, target, min(MAX_BYTES, max(_SMALL, packed * MAX_RATIO)), name, inside)
    return [(inside, target)]


def _copy(stream: _Readable, target: Path, limit: int, name: str, inside: str) -> int:
    size = 0
    with target.open("wb") as out:
        while chunk := stream.read(_COPY):
            size += len(chunk)
            if size > limit:
                out.close()
                target.unlink()
                raise HostileFile(f"{name}: “{inside}” unpacks to more than {limit} bytes")
            out.write(chunk)
    with target.open("rb") as back:
        first = back.read(4)
    if first.startswith(b"\x1f\x8b") or (first == b"PK\x03\x04" and not inside.casefold().endswith((".xlsx", ".xlsm", ".ods"))):
        raise HostileFile(
            f"{name}: “{inside}” is an archive inside an archive", hint="Unpack the outer one and add the inner one by itself."
        )
    return size


def _check_ratio(name: str, inside: str, size: int, packed: int) -> None:
    if size > _SMALL and size > MAX_RATIO * max(1, packed):
        raise HostileFile(f"{name}: “{inside}” unpacks {packed} bytes to {size}, more than {MAX_RATIO} times as many")


def _refuse_nested(name: str, inside: str) -> None:
    if inside.casefold().endswith(_ARCHIVES):
        raise HostileFile(
            f"{name}: “{inside}” is an archive inside an archive", hint="Unpack the outer one and add the inner one by itself."
        )


def _is_litter(inside: str) -> bool:
    """What operating systems leave in archives."""
    parts = PurePosixPath(inside).parts
    return parts[0] == "__MACOSX" or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini") or parts[-1].startswith("._")
