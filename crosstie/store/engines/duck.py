"""DuckDB: the engine of one machine, and of every test. What does not fit into memory goes on on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.errors import StorageError
from crosstie.settings import AUTO, Settings, amount
from crosstie.store.engine import BATCH, Engine, Verb, conform, damaged
from crosstie.store.engines.spread import spread

_STREAM = "_crosstie_stream"
#: What a build is given in any case.
_LEAST = 2_000_000_000
#: A sort of so many rows looks for columns of texts of which there are few different ones, here at most so many, in so many rows at first.
_LARGE = 500_000
_FEW = 1_000
_SAMPLE = 100_000


class DuckEngine(Engine):
    """A DuckDB session whose tables live in memory and spill to the session's folder."""

    local = True

    def _begin(self, settings: Settings, begun: contextlib.ExitStack) -> None:
        self.memory, self.threads = memory_of(settings), settings.threads
        self._types = 0
        #: Tables and views by name, in small letters, with how the name is written and which of both it is: asking DuckDB takes a millisecond.
        self._kinds: dict[str, tuple[str, str]] = {}
        with self._storing():
            self._connection = duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": self.memory,
                    "threads": settings.threads,
                    "temp_directory": str(self.folder / "spill"),
                    "preserve_insertion_order": False,
                    "autoinstall_known_extensions": False,  # no network
                },
            )
        begun.callback(self._connection.close)

    def read(self, view: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """As in Engine."""
        model = self.folder / f"{view}.model.parquet"
        pq.write_table(schema.empty_table(), model)  # first in the list: it gives every column its type
        listed = ", ".join(_literal(str(file)) for file in [model, *files])
        with self._storing(), self._cursor() as cursor:
            self._forget(view, "table")
            kinds = cursor.execute(f"describe select * from read_parquet({_literal(str(model))})").fetchall()
            # a file may hold a column in another type: a mapping wrote it as text. What is no such value is null, as if it were not there
            columns = ", ".join(f"try_cast({_name(column)} as {kind}) as {_name(column)}" for column, kind, *_ in kinds)
            source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
            self._show(cursor, view, f"select {columns} from {source}")

    def create(self, table: str, query: str, few: Mapping[str, str] | None = None) -> None:
        """As in Engine: columns of few texts are enumerations, in the order of the texts. A row of claims takes a third of the room."""
        with self._storing(), self._cursor() as cursor:
            if few:
                coded = ", ".join(
                    f"cast({_name(column)} as {self._enumeration(cursor, texts)}) as {_name(column)}" for column, texts in few.items()
                )
                query = f"select * replace ({coded}) from ({query})"
            self._create(cursor, table, query)

    def load(self, table: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """As in Engine."""
        with self._storing(), self._cursor() as cursor:
            cursor.register(_STREAM, data)
            self._create(cursor, table, f"select * from {_STREAM}")

    def amend(self, table: str, columns: Mapping[str, str], met: str) -> None:
        """As in Engine."""
        with self._storing(), self._cursor() as cursor:
            told = ", ".join(f"{_name(column)} = {value}" for column, value in columns.items())
            cursor.execute(f"update {_name(table)} t set {told} from {met}")

    def map(
        self,
        table: str,
        query: str,
        fn: Verb,
        schema: pa.Schema,
        *,
        by: Sequence[str] = (),
        then: Sequence[str] = (),
        rows: int = BATCH,
    ) -> None:
        """As in Engine: `fn` is called for a few batches at a time, in as many threads as the settings say."""
        raised: list[BaseException] = []
        if order := ", ".join(map(_name, (*by, *then))):
            query = f"select * from ({query}) order by {order}"

        def watched() -> Iterator[pa.RecordBatch]:
            try:
                with contextlib.closing(self.batches(query, rows)) as batches:
                    yield from spread(conform(fn, schema), batches, by, self.threads)
            except GeneratorExit:  # DuckDB gives up for a reason of its own
                raise
            except BaseException as error:  # DuckDB would make a text of it
                raised.append(error)
                raise

        try:
            self.load(table, pa.RecordBatchReader.from_batches(schema, watched()))
        except BaseException:
            if raised:
                raise raised[0] from None
            raise

    def write(self, query: str, path: Path, order: str = "", made: str = "") -> None:
        """As in Engine. A sort moves whole rows about, and spills them: texts that come again and again take part as numbers."""
        if order:
            with self._storing(), self._cursor() as cursor:
                query = _coded(cursor, query)
        super().write(query, path, order, made)

    def arrow(self, query: str) -> pa.Table:
        """As in Engine."""
        with self._storing(), self._cursor() as cursor:
            table: pa.Table = cursor.sql(query).to_arrow_table()
        return table.cast(spelled) if (spelled := _spelled(table.schema)) else table

    def scalar(self, query: str) -> Any:
        """As in Engine."""
        with self._storing(), self._cursor() as cursor:
            row = cursor.execute(query).fetchone()
        return row[0] if row else None

    def tables(self, prefix: str = "") -> list[str]:
        """As in Engine."""
        return sorted(name for name, _ in self._kinds.values() if name.startswith(prefix))

    def drop(self, name: str) -> None:
        """As in Engine."""
        for kind in ("table", "view"):
            self._forget(name, kind)

    def _stored(self) -> set[str]:
        return {name for name, kind in self._kinds.values() if kind == "table"}

    @contextlib.contextmanager
    def _result(self, query: str, rows: int) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
        with self._storing(), self._cursor() as cursor:
            reader = cursor.sql(query).to_arrow_reader(rows)
            yield _spelled(reader.schema) or reader.schema, self._pulled(reader)

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # everything has a cursor of its own: a connection with an unread result refuses other work
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _create(self, cursor: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
        self._forget(table, "view")
        cursor.execute(f"create or replace table {_name(table)} as {query}")
        self._kinds[table.lower()] = (table, "table")

    def _show(self, cursor: duckdb.DuckDBPyConnection, view: str, query: str) -> None:
        cursor.execute(f"create or replace view {_name(view)} as {query}")
        self._kinds[view.lower()] = (view, "view")

    def _enumeration(self, cursor: duckdb.DuckDBPyConnection, texts: str) -> str:
        """The name of a new type, of the texts of a query of one column."""
        self._types += 1
        name = f"crosstie_texts_{self._types}"
        cursor.execute(f"create type {name} as enum (select distinct v from ({texts}) t(v) where v is not null order by v)")
        return name

    def _forget(self, name: str, kind: str) -> None:
        if name.lower() in self._kinds and self._kinds[name.lower()][1] == kind:
            with self._cursor() as cursor:
                cursor.execute(f"drop {kind} {_name(name)}")
            del self._kinds[name.lower()]

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
        spelled = _spelled(reader.schema)
        try:
            for batch in reader:
                yield batch.cast(spelled) if spelled else batch
        except OSError as error:  # what goes wrong in DuckDB after the first rows comes through Arrow, as its text
            said = str(error).splitlines()[0]
            if said.startswith(("Out of Memory", "IO Error")):
                raise self._meaning(said) from error
            raise duckdb.Error(said) from error

    def _meaning(self, said: str) -> StorageError:
        if "No space left" in said or "max_temp_directory_size" in said:
            hint = f"Free some space near {self.folder.parent} and run the command again."
            return StorageError(f"no space left on the disk: {said}", hint=hint)
        if said.startswith("Out of Memory"):
            hint = "Set `memory` higher in crosstie.toml (or CROSSTIE_MEMORY), for example 4GB."
            return StorageError(f"the work does not fit into {self.memory} of memory: {said}", hint=hint)
        return StorageError(said)


def memory_of(settings: Settings) -> str:
    """What DuckDB may use: as it is set, or a quarter of the memory of this machine or its container, at least 2 GB."""
    if settings.memory != AUTO:
        return settings.memory
    with duckdb.connect() as connection:
        [(told,)] = connection.execute("select current_setting('memory_limit')").fetchall()  # four fifths of what there is
    return f"{max(_LEAST, amount(told) * 5 // 16) // 1_000_000}MB"


def _spelled(schema: pa.Schema) -> pa.Schema | None:
    """The schema with texts where there are enumerations; None where there are none."""
    spelled = pa.schema([pa.field(field.name, _kind_spelled(field.type)) for field in schema])
    return None if spelled.types == schema.types else spelled


def _kind_spelled(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.ListType):
        return pa.list_(_kind_spelled(kind.value_type)) if isinstance(kind.value_type, pa.DictionaryType) else kind
    spelled: pa.DataType = kind.value_type if isinstance(kind, pa.DictionaryType) else kind
    return spelled


def _coded(cursor: duckdb.DuckDBPyConnection, query: str) -> str:
    """A query of the same rows, where columns of few different texts are enumerations in the order of the texts."""
    if cursor.execute(f"select count(*) from ({query})").fetchall()[0][0] < _LARGE:
        return query
    columns = []
    for place, (column, kind, *_) in enumerate(cursor.execute(f"describe {query}").fetchall()):
        name, code = _name(column), f"crosstie_few_{place}"
        if (
            kind == "VARCHAR"
            and _few(cursor, f"select {name} from ({query}) limit {_SAMPLE}")
            and _few(cursor, f"select {name} from ({query})")
        ):
            cursor.execute(f"drop type if exists {code}")
            cursor.execute(f"create type {code} as enum (select v from crosstie_few order by v)")
            columns.append(f"cast({name} as {code}) as {name}")
        else:
            columns.append(name)
    return f"select {', '.join(columns)} from ({query})"


def _few(cursor: duckdb.DuckDBPyConnection, query: str) -> bool:
    """Whether a query of one column has few different values, at least one; `crosstie_few` holds them."""
    cursor.execute(
        f"create or replace temp table crosstie_few as select distinct * from ({query}) t(v) where v is not null limit {_FEW + 1}"
    )
    return 0 < int(cursor.execute("select count(*) from crosstie_few").fetchall()[0][0]) <= _FEW


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
