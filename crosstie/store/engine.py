"""The engine: SQL over Parquet and one verb, `map`, for what is ours. Stages know nothing else of it, so another engine can take its place."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Container, Generator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.errors import IntegrityError, StorageError
from crosstie.settings import Settings
from crosstie.store.durable import storing
from crosstie.store.parquet import ParquetFile
from crosstie.store.scratch import Scratch

BATCH = 20_000
_STREAM = "_crosstie_stream"


class Engine:
    """A DuckDB session whose tables live in memory and spill to a folder of its own that goes when the session is closed. `folder` is where
    that folder is made: a workspace, or by default the system's place for temporary files. StorageError where memory or disk do not suffice.
    """

    def __init__(self, settings: Settings | None = None, folder: Path | None = None) -> None:
        settings = settings or Settings()
        self.memory = settings.memory
        with contextlib.ExitStack() as begun:
            self._folder = begun.enter_context(Scratch(folder)).path if folder else Path(begun.enter_context(_temporary()))
            with self._storing():
                self._connection = duckdb.connect(
                    ":memory:",
                    config={
                        "memory_limit": settings.memory,
                        "threads": settings.threads,
                        "temp_directory": str(self._folder / "spill"),
                        "preserve_insertion_order": False,
                        "autoinstall_known_extensions": False,  # no network
                    },
                )
            begun.callback(self._connection.close)
            self._ends = begun.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the session and remove its folder."""
        self._ends.close()

    def read(self, view: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """A view of exactly these columns over Parquet files. A column that a file lacks is null there, and so is a
        value that is not of its column's type; no files give an empty view.
        """
        model = self._folder / f"{view}.model.parquet"
        pq.write_table(schema.empty_table(), model)  # first in the list: it gives every column its type
        listed = ", ".join(_literal(str(file)) for file in [model, *files])
        with self._storing(), self._cursor() as cursor:
            self._forget(view, "table")
            kinds = cursor.execute(f"describe select * from read_parquet({_literal(str(model))})").fetchall()
            # a file may hold a column in another type: a mapping wrote it as text. What is no such value is null, as if it were not there
            columns = ", ".join(f"try_cast({_name(column)} as {kind}) as {_name(column)}" for column, kind, *_ in kinds)
            source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
            cursor.execute(f"create or replace view {_name(view)} as select {columns} from {source}")

    def create(self, table: str, query: str) -> None:
        """Create or replace a table by a query."""
        with self._storing(), self._cursor() as cursor:
            self._create(cursor, table, query)

    def load(self, table: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """Create or replace a table by Arrow data."""
        with self._storing(), self._cursor() as cursor:
            cursor.register(_STREAM, data)
            self._create(cursor, table, f"select * from {_STREAM}")

    def map(
        self,
        table: str,
        query: str,
        fn: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]],
        schema: pa.Schema,
        *,
        by: Sequence[str] = (),
        then: Sequence[str] = (),
        rows: int = BATCH,
    ) -> None:
        """Create or replace a table by what `fn` makes of the record batches of a query, of at most so many rows each. Nothing is held
        whole: batches of `schema` are pulled out of `fn` as the table grows. What `fn` raises comes out as it is.

        Rows with the same values in the columns `by` reach one call of `fn`, one after another and in the order of the columns `then`; they
        may be in more than one batch. How often `fn` is called, and which rows a call gets otherwise, is the engine's business.
        """
        raised: list[BaseException] = []
        if order := ", ".join(map(_name, (*by, *then))):
            query = f"select * from ({query}) order by {order}"

        def conforming() -> Iterator[pa.RecordBatch]:
            try:
                with contextlib.closing(self._stream(query, rows)) as batches:
                    for batch in fn(batches):
                        yield batch if batch.schema.equals(schema) else batch.cast(schema)
            except GeneratorExit:  # DuckDB gives up for a reason of its own
                raise
            except BaseException as error:  # DuckDB would make a text of it
                raised.append(error)
                raise

        try:
            self.load(table, pa.RecordBatchReader.from_batches(schema, conforming()))
        except BaseException:
            if raised:
                raise raised[0] from None
            raise

    def arrow(self, query: str) -> pa.Table:
        """The whole result of a query."""
        with self._storing(), self._cursor() as cursor:
            table: pa.Table = cursor.sql(query).to_arrow_table()
        return table

    def batches(self, query: str, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        """The result of a query in record batches of at most so many rows."""
        return self._stream(query, rows)

    def scalar(self, query: str) -> Any:
        """The first value of the first row of a query; None where there is no row."""
        with self._storing(), self._cursor() as cursor:
            row = cursor.execute(query).fetchone()
        return row[0] if row else None

    @contextlib.contextmanager
    def stage(self, keep: Container[str]) -> Iterator[None]:
        """A piece of work whose tables are dropped when it is done, but for those to keep: intermediate results do not pile up."""
        before = self._tables()
        yield
        for name in sorted(self._tables() - before):
            if name not in keep:
                self._forget(name, "table")

    def has(self, name: str) -> bool:
        """Whether there is a table or view of that name."""
        return self._kind(name) is not None

    def write(self, query: str, path: Path) -> None:
        """Write the rows of a query to a Parquet file: the same bytes for the same rows in the same order (say `order by`)."""
        # not by DuckDB's `copy`: it makes columns required or not by the rows that happen to be there
        with self._storing(), self._cursor() as cursor:
            reader = cursor.sql(query).to_arrow_reader(BATCH)
            with storing(path), ParquetFile(path, reader.schema) as file:
                for batch in self._pulled(reader):
                    file.add(batch)

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # everything has a cursor of its own: a connection with an unread result refuses other work
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _stream(self, query: str, rows: int) -> Generator[pa.RecordBatch, None, None]:
        with self._storing(), self._cursor() as cursor:
            yield from self._pulled(cursor.sql(query).to_arrow_reader(rows))

    def _create(self, cursor: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
        self._forget(table, "view")
        cursor.execute(f"create or replace table {_name(table)} as {query}")

    def _tables(self) -> set[str]:
        with self._cursor() as cursor:
            found = cursor.execute("select table_name from information_schema.tables where table_type <> 'VIEW'").fetchall()
        return {name for (name,) in found}

    def _kind(self, name: str) -> str | None:
        query = "select table_type from information_schema.tables where lower(table_name) = lower(?)"
        with self._cursor() as cursor:
            found = cursor.execute(query, [name]).fetchone()
        return None if found is None else "view" if found[0] == "VIEW" else "table"

    def _forget(self, name: str, kind: str) -> None:
        if self._kind(name) == kind:
            with self._cursor() as cursor:
                cursor.execute(f"drop {kind} {_name(name)}")

    @contextlib.contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            said = str(error).splitlines()[0]
            if ".parquet" in said and isinstance(error, (duckdb.IOException, duckdb.InvalidInputException)):
                raise damaged(said) from error
            if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)):
                raise self._meaning(said) from error
            raise

    def _pulled(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        try:
            yield from reader
        except OSError as error:  # what goes wrong in DuckDB after the first rows comes through Arrow, as its text
            said = str(error).splitlines()[0]
            if said.startswith(("Out of Memory", "IO Error")):
                raise self._meaning(said) from error
            raise duckdb.Error(said) from error

    def _meaning(self, said: str) -> StorageError:
        if "No space left" in said or "max_temp_directory_size" in said:
            hint = f"Free some space near {self._folder.parent} and run the command again."
            return StorageError(f"no space left on the disk: {said}", hint=hint)
        if said.startswith("Out of Memory"):
            hint = "Set `memory` higher in crosstie.toml (or CROSSTIE_MEMORY), for example 4GB."
            return StorageError(f"the work does not fit into {self.memory} of memory: {said}", hint=hint)
        return StorageError(said)


def damaged(said: str) -> IntegrityError:
    """What DuckDB says of a Parquet file that is gone or broken."""
    return IntegrityError(
        f"a table is missing or damaged: {said}", hint="`crosstie verify` lists what is damaged; restore it from a backup."
    )


def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="crosstie-")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
