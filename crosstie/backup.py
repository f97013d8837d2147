"""A second copy of a workspace in one file, made while others go on working, and the way back. Everything in it is checked by its hash."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import secrets
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import sqlalchemy as sa

from crosstie import __version__, clock
from crosstie.app import Workspace
from crosstie.errors import IntegrityError, NotFound, StorageError, UsageError
from crosstie.resolve.weights import FILE as WEIGHTS_FILE
from crosstie.rooms import CASES
from crosstie.settings import FILE
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database, SchemaVersion
from crosstie.store.durable import CHUNK, make_folder, storing, sync_file, sync_folder
from crosstie.store.fingerprint import fingerprint
from crosstie.store.scratch import Scratch

MANIFEST, CASEBOOK, FORMAT = "manifest.json", "casebook.sqlite", 1
#: What a backup holds, beside the casebook; what is computed anew by itself is left out.
_FOLDERS = ("vault", "sources", "builds", CASES)
_FILES = (WEIGHTS_FILE,)
#: The setting that says where the casebook is: it may hold a password, and a restored workspace must not write into the casebook of another.
_SETTING = re.compile(r"^\s*casebook\s*=.*$\n?", re.MULTILINE)
_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: files, bytes, entries of the audit and the hash of its last, and what was not as it had been written."""

    files: int
    bytes: int
    entries: int
    head: str
    problems: list[str] = field(default_factory=list)


def back_up(workspace: Workspace, out: Path) -> Copied:
    """Write a workspace into a file that is not there yet; whole, or not at all. Builds and additions wait for it, judgements and cases do not."""
    if out.exists():
        raise UsageError(f"{out} is there already", hint="Backups are never overwritten: choose another name.")
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    with storing(out), workspace._writing("backup"), Scratch(workspace.folder / "builds") as scratch:
        book = scratch.path / CASEBOOK
        workspace.progress("copying the casebook", 0, 0)
        copy_casebook(workspace.database, book)
        with contextlib.closing(Database(book)) as copied:
            head = Audit(copied).head()
            problems = [f"{one.where}: {one.detail}" for one in Audit(copied).verify()]
        _whole(book)
        try:
            with part.open("xb") as stream:
                copied_files = _write(stream, workspace, book, {"entries": head.count, "hash": head.hash})
                stream.flush()
                os.fsync(stream.fileno())
            os.link(part, out)  # fails where somebody else was faster
            sync_folder(out.parent)
        except FileExistsError as error:
            raise UsageError(f"{out} is there already", hint="Backups are never overwritten: choose another name.") from error
        finally:
            part.unlink(missing_ok=True)
    workspace._record("backup", out.name, {"files": len(copied_files), "entries": head.count})
    return Copied(len(copied_files), out.stat().st_size, head.count, head.hash, problems)


def bring_back(file: Path, folder: Path, casebook: str = "", *, user: str | None = None) -> Copied:
    """Make a workspace of a backup. IntegrityError where the file is not whole or not as it was written: then nothing is made."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already", hint="Nothing is ever overwritten: name a folder that is not there yet.")
    if not file.is_file():
        raise NotFound(f"{file}: no such file")
    parent = folder.resolve().parent
    with storing(folder):
        make_folder(parent)
    with storing(folder), Scratch(parent) as scratch:
        made = scratch.path / "workspace"
        made.mkdir()
        manifest = _read(file, made)
        with contextlib.closing(Database(made / CASEBOOK)) as book:
            head, problems = Audit(book).head(), list(Audit(book).verify())
            if problems or [head.count, head.hash] != [manifest["audit"]["entries"], manifest["audit"]["hash"]]:
                raise IntegrityError(f"{file}: the audit in it is not what it was", hint="Use another backup.")
            if casebook:
                _into(book, casebook)
        _whole(made / CASEBOOK)
        if casebook:
            (made / CASEBOOK).unlink()
            text = (made / FILE).read_text(encoding="utf-8")
            (made / FILE).write_text(f"casebook = {json.dumps(casebook)}\n{text}", encoding="utf-8")
        for path in made.rglob("*"):
            if path.is_file():
                sync_file(path)
        if folder.exists():
            folder.rmdir()  # empty: it was looked at above
        made.rename(folder)
        sync_folder(parent)
    with contextlib.suppress(OSError):
        (parent / ".scratch").rmdir()
    with contextlib.closing(Workspace(folder, user=user)) as workspace:
        if found := workspace.verify():
            raise IntegrityError(f"{folder}: {found[0].where} {found[0].detail}", hint="“crosstie verify” lists all that is damaged.")
        workspace._record("restore", file.name, {"files": len(manifest["files"]), "entries": head.count})
    return Copied(len(manifest["files"]), file.stat().st_size, head.count, head.hash)


def copy_casebook(database: Database, target: Path) -> None:
    """One state of the casebook as a SQLite file, from SQLite or PostgreSQL, while others write."""
    if database.embedded:
        database.copy_to(target)
        return
    with contextlib.closing(Database(target)) as there:
        _copy_rows(database, there)


def _into(book: Database, url: str) -> None:
    """Fill an empty database from a casebook."""
    with contextlib.closing(Database(url)) as there:
        with there.read() as connection:
            full = [
                name
                for name, table in Base.metadata.tables.items()
                if name != SchemaVersion.__tablename__ and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            ]
        if full:
            raise UsageError(f"{there.name} is not empty: it has rows in {full[0]}", hint="Name an empty database.")
        _copy_rows(book, there)


def _copy_rows(source: Database, target: Database) -> None:
    with source.read() as here, target.write() as there:
        for table in Base.metadata.sorted_tables:
            if table.name == SchemaVersion.__tablename__:
                continue
            for rows in here.execution_options(yield_per=_ROWS).execute(sa.select(table)).partitions(_ROWS):
                there.execute(sa.insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])


def _whole(book: Path) -> None:
    """All of a SQLite database in its one file: nothing of it in a log beside it."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(book)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.execute("pragma journal_mode = delete")


def _write(stream: BinaryIO, workspace: Workspace, book: Path, audit: dict[str, Any]) -> dict[str, Any]:
    """Write the archive, and at its end what is in it: an archive that was cut has no such end."""
    held: dict[str, Any] = {}
    toml = _SETTING.sub("", (workspace.folder / FILE).read_text(encoding="utf-8")).encode()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, held, FILE, io.BytesIO(toml), len(toml))
        paths = [
            (CASEBOOK, book),
            *((name, workspace.folder / name) for name in _FILES if (workspace.folder / name).is_file()),
            *_held(workspace.folder),
        ]
        for done, (name, path) in enumerate(paths):
            workspace.progress("copying files", done, len(paths))
            with path.open("rb") as content:
                _add(archive, held, name, content, os.fstat(content.fileno()).st_size)
        said: dict[str, Any] = {
            "format": FORMAT,
            "made": clock.now().isoformat(timespec="seconds"),
            "version": __version__,
            "audit": audit,
            "files": held,
        }
        sealed = json.dumps(said | {"seal": fingerprint(said)}, sort_keys=True).encode()
        _add(archive, {}, MANIFEST, io.BytesIO(sealed), len(sealed))
    return held


def _held(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in _FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                yield inside.as_posix(), path


def _add(archive: tarfile.TarFile, held: dict[str, Any], name: str, content: Any, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(clock.now().timestamp())
    reading = _Hashing(content)
    try:
        archive.addfile(member, reading)
    except OSError as error:
        raise StorageError(f"{name} was changed while it was copied: {error}", hint="Make the backup again.") from error
    held[name] = {"sha256": reading.digest.hexdigest(), "bytes": size}


class _Hashing:
    """A stream that is hashed as it is read."""

    def __init__(self, content: Any) -> None:
        self._content, self.digest = content, sha256()

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._content.read(size)
        self.digest.update(piece)
        return piece


def _read(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack an archive and hold it against what it says of itself. Names that lead elsewhere, links and devices are refused."""
    damaged = IntegrityError(f"{file} is no whole backup", hint="Use another one: this one was cut, changed, or is something else.")
    found: dict[str, Any] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(file, mode="r:") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or manifest is not None or not _proper(member.name) or member.name in found:
                    raise damaged
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    found[member.name] = _unpack(content, folder / member.name)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise damaged from error
    if not isinstance(manifest, dict):
        raise damaged
    seal = manifest.pop("seal", None)
    if manifest.get("format") != FORMAT and seal is not None:
        raise IntegrityError(f"{file} has format {manifest.get('format')}, this version knows {FORMAT}", hint="Use a newer crosstie.")
    if seal != fingerprint(manifest) or found != manifest["files"] or not {FILE, CASEBOOK} <= set(found):
        raise damaged
    return manifest


def _proper(name: str) -> bool:
    parts = PurePosixPath(name).parts
    known = parts and (parts[0] in _FOLDERS or (len(parts) == 1 and name in (FILE, CASEBOOK, MANIFEST, *_FILES)))
    return bool(known) and not name.startswith("/") and not any(part in ("..", ".") or "\\" in part or ":" in part for part in parts)


def _unpack(content: Any, target: Path) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with target.open("xb") as out:
        while piece := content.read(CHUNK):
            digest.update(piece)
            size += out.write(piece)
    if target.parts[-3:-2] and target.parent.parent.name == "vault":
        target.chmod(0o444)
    return {"sha256": digest.hexdigest(), "bytes": size}
