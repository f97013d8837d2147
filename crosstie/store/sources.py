"""What each original says: one folder per source with its statements, ledgers and rejects as Parquet, complete or absent."""

from __future__ import annotations

import builtins
import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.errors import IntegrityError, LensError, NotFound, UsageError
from crosstie.model.tables import LEDGER_BASE, REJECT, SOURCE, STATEMENT
from crosstie.store.durable import Problem, make_folder, publish, storing
from crosstie.store.parquet import ParquetFile
from crosstie.store.record import check_record, plain, read_record, write_record
from crosstie.store.scratch import Scratch

RECORD = "source.json"
_STATEMENTS, _REJECTS, _LEDGER = "statements.parquet", "rejects.parquet", "ledger-"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")


@dataclass(frozen=True, slots=True)
class Source:
    """One file as received: the columns of `tables.SOURCE`."""

    source_id: str
    sha256: str
    bytes: int
    file_name: str
    reader: str
    dataset: str
    series: str
    version_date: str | None
    originator: str
    received_at: str
    grade: str
    marking: str
    records: int
    rejects: int
    statements: int
    ledger_rows: int
    curated: bool = True  # so were all that were read before it was asked

    @property
    def age(self) -> tuple[str, str, str]:
        """What orders the versions of a series, oldest first."""
        return (self.version_date or "", self.received_at, self.source_id)


class SourceStore:
    """The sources of a workspace, in `root`/<source_id>/."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def begin(self, source_id: str) -> SourceWriter:
        """A writer for a new source. UsageError where it is there already."""
        if not _ID.fullmatch(source_id):
            raise UsageError(f"“{source_id}” is no id of a source")
        if (self.root / source_id).exists():
            raise UsageError(f"source {source_id} is already in the workspace")
        with storing(self.root):
            make_folder(self.root)
            return SourceWriter(self.root, source_id)

    def list(self) -> builtins.list[Source]:
        """All sources, by series, then oldest version first."""
        return sorted((self._load(folder) for folder in self._folders()), key=lambda source: (source.series, source.age))

    def get(self, source_id: str) -> Source:
        """The source of this id, or of the only id that begins so; NotFound otherwise."""
        found = [folder for folder in self._folders() if folder.name.startswith(source_id)]
        exact = [folder for folder in found if folder.name == source_id]
        match exact or found:
            case [folder]:
                return self._load(folder)
            case []:
                raise NotFound(f"no source {source_id}", hint="`crosstie sources` lists them.")
            case several:
                raise NotFound(f"{len(several)} sources begin with “{source_id}”", hint="Give more of the id.")

    def newest(self, series: str) -> Source | None:
        """The newest version of a series: by its own date, then by the time it was received."""
        return max((source for source in self.list() if source.series == series), key=lambda source: source.age, default=None)

    def table(self) -> pa.Table:
        """All sources as a table of SOURCE, ordered as in `list`."""
        return pa.Table.from_pylist([asdict(source) for source in self.list()], schema=SOURCE)

    def statement_files(self) -> builtins.list[Path]:
        """The statements of all sources."""
        return [folder / _STATEMENTS for folder in self._folders()]

    def ledger_files(self) -> dict[str, builtins.list[Path]]:
        """The ledgers of all sources, by name of the ledger."""
        found: dict[str, builtins.list[Path]] = {}
        for folder in self._folders():
            for file in sorted(folder.glob(f"{_LEDGER}*.parquet")):
                found.setdefault(file.stem.removeprefix(_LEDGER), []).append(file)
        return dict(sorted(found.items()))

    def rejects(self, source_id: str) -> pa.Table:
        """What the reader could not use of a source, and why."""
        path = self.root / self.get(source_id).source_id / _REJECTS
        try:
            return pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise IntegrityError(f"{path} cannot be read: {error}", hint="`crosstie verify` lists everything that is damaged.") from error

    def originals(self) -> Iterator[tuple[str, str]]:
        """The id of each source whose record can be read, and the SHA-256 of its original."""
        for folder in self._folders():
            with contextlib.suppress(IntegrityError):  # `verify` tells of it
                yield folder.name, self._load(folder).sha256

    def verify(self) -> Iterator[Problem]:
        """Files of sources that are not as they were written."""
        for folder in self._folders():
            yield from check_record(folder, RECORD)

    def _folders(self) -> builtins.list[Path]:
        if not self.root.exists():
            return []
        return sorted(folder for folder in self.root.iterdir() if folder.is_dir() and not folder.name.startswith("."))

    def _load(self, folder: Path) -> Source:
        content = read_record(folder, RECORD)
        try:
            return Source(**content)
        except TypeError as error:
            raise IntegrityError(f"{folder / RECORD}: {error}") from error


class SourceWriter:
    """Takes what a reader says of one file (a Sink of `ingest.emitter`) and makes it a source by `commit`, all at once. As a context manager it
    abandons what was not committed. Memory does not grow with the file.
    """

    def __init__(self, root: Path, source_id: str) -> None:
        self.source_id = source_id
        self._root = root
        self._scratch = Scratch(root)
        self._tables: dict[str, ParquetFile] = {}
        try:
            self._table(_STATEMENTS, STATEMENT)
            self._table(_REJECTS, REJECT)
        except BaseException:
            self._scratch.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.abandon()

    def statements(self, batch: pa.RecordBatch) -> None:
        """Keep a batch of STATEMENT."""
        self._write(_STATEMENTS, batch)

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Keep a batch of REJECT."""
        self._write(_REJECTS, batch)

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep a batch of the ledger of that name: the columns of LEDGER_BASE, in any order, and the lens's own."""
        if not _NAME.fullmatch(name):
            raise LensError(f"“{name}” is no name for a ledger", hint="Use small letters, figures and _.")
        missing = [column for column in LEDGER_BASE.names if column not in batch.schema.names]
        if missing:
            raise LensError(f"ledger {name} lacks {', '.join(missing)}")
        file = f"{_LEDGER}{name}.parquet"
        if file not in self._tables:
            own = [field for field in batch.schema if field.name not in LEDGER_BASE.names]
            self._table(file, pa.schema([*LEDGER_BASE, *own]))
        self._write(file, batch)

    def commit(self, row: Mapping[str, object]) -> Source:
        """Make it a source of the workspace, described by the columns of SOURCE. It is on the disk when this returns."""
        given: dict[str, Any] = {name: plain(value) if isinstance(value, str) else value for name, value in row.items()}
        if set(given) != set(SOURCE.names):
            raise ValueError(f"not the columns of SOURCE: {sorted(set(given) ^ set(SOURCE.names))}")
        source = Source(**given)
        with storing(self._root):
            for table in self._tables.values():
                table.close()
            write_record(self._scratch.path, RECORD, {field.name: given[field.name] for field in fields(Source)})
            publish(self._scratch.path, self._root / self.source_id)
        self._scratch.close()
        return source

    def abandon(self) -> None:
        """Forget what was not committed."""
        for table in self._tables.values():
            table.discard()
        self._scratch.close()

    def _table(self, file: str, schema: pa.Schema) -> None:
        with storing(self._root):
            self._tables[file] = ParquetFile(self._scratch.path / file, schema)

    def _write(self, file: str, batch: pa.RecordBatch) -> None:
        table = self._tables[file]
        if not batch.schema.equals(table.schema):
            if sorted(batch.schema.names) != sorted(table.schema.names):
                raise LensError(f"{file}: columns {batch.schema.names} do not fit those before, {table.schema.names}")
            batch = batch.select(table.schema.names).cast(table.schema)
        with storing(self._root):
            table.add(batch)
