"""The engine: SQL over Parquet and one verb, `map`, for what is ours. Stages know nothing else of it, so that another engine can take its place.

Queries are written in DuckDB's dialect and kept to what every engine understands alike (`store/engines/dialect.py` says what that is):

- select, join, union, group by, having, window functions, `in`, `exists`; `min`, `max`, `sum`, `count`, `min_by`, `array_agg(distinct ...)`;
- a table has no order of its own: say `order by` where the rows are asked for, down to the last column that tells two rows apart;
- `array_agg` is given no nulls, sums of fractions are exact or rounded, strings and lists are taken apart in `map`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from crosstie.errors import IntegrityError
from crosstie.settings import Settings
from crosstie.store.durable import storing
from crosstie.store.parquet import ParquetFile
from crosstie.store.scratch import temporary

BATCH = 20_000
#: What `map` calls: it takes record batches one after another and gives others.
Verb = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


class Engine:
    """A session whose tables go when it is closed. `Engine(settings, folder)` is the engine that the settings name, DuckDB by default.

    `folder` is where the session makes a folder of its own for what does not fit into memory: a workspace, or by default the system's place
    for temporary files. StorageError where memory or disk do not suffice.
    """

    #: The session's own folder.
    folder: Path
    #: Whether all of it runs in this process.
    local = False

    def __new__(cls, settings: Settings | None = None, folder: Path | None = None) -> Self:
        """An engine of the class that the settings name."""
        return super().__new__(cls if cls is not Engine else _named((settings or Settings()).engine))

    def __init__(self, settings: Settings | None = None, folder: Path | None = None) -> None:
        with contextlib.ExitStack() as begun:
            self.folder = begun.enter_context(temporary(folder))
            self._begin(settings or Settings(), begun)
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
        raise NotImplementedError

    def create(self, table: str, query: str, few: Mapping[str, str] | None = None) -> None:
        """Create or replace a table by a query, which may read the table that it replaces.

        `few` names columns of which there are few different texts, each with a query of all that may be there: an engine may keep them as numbers
        in less room. They are texts for whoever asks, in the same order; only `hash` knows them apart.
        """
        raise NotImplementedError

    def load(self, table: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """Create or replace a table by Arrow data."""
        raise NotImplementedError

    def amend(self, table: str, columns: Mapping[str, str], met: str) -> None:
        """Set columns of those rows of a table, `t`, that meet others, in place: `met` is what follows `from`, with the condition. Only where `local`, and
        worth it only for few rows: `create` makes a whole table faster than they are found one by one. No row may meet two.
        """
        raise NotImplementedError

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
        """Create or replace a table by what `fn` makes of the record batches of a query, of at most so many rows each. Nothing is held
        whole: batches of `schema` are pulled out of `fn` as the table grows. Crosstie's own errors come out of `fn` as they are; others may
        come out as EngineError, with their text.

        Rows with the same values in the columns `by` reach one call of `fn`, one after another and in the order of the columns `then`; they
        may be in more than one batch. How often `fn` is called, on which machine, and which rows a call gets otherwise, is the engine's business:
        `fn` must not use the engine or change anything outside, and what it holds has to be fit for `pickle`. Integers are signed. Where
        few rows mean much work, `by` is what spreads it.
        """
        raise NotImplementedError

    def batches(self, query: str, rows: int = BATCH) -> Generator[pa.RecordBatch, None, None]:
        """The result of a query in record batches of at most so many rows; nothing is held whole."""
        with self._result(query, rows) as (_, batches):
            yield from batches

    def arrow(self, query: str) -> pa.Table:
        """The whole result of a query."""
        raise NotImplementedError

    def scalar(self, query: str) -> Any:
        """The first value of the first row of a query; None where there is no row."""
        raise NotImplementedError

    def tables(self, prefix: str = "") -> list[str]:
        """The names of the tables and views that begin so, in order."""
        raise NotImplementedError

    def drop(self, name: str) -> None:
        """Forget a table or view, if there is one of that name."""
        raise NotImplementedError

    def has(self, name: str) -> bool:
        """Whether there is a table or view of that name."""
        return name.lower() in map(str.lower, self.tables())

    @contextlib.contextmanager
    def stage(self, keep: Container[str]) -> Iterator[None]:
        """A piece of work whose tables are dropped when it is done, but for those to keep: intermediate results do not pile up. Views stay."""
        before = self._stored()
        yield
        for name in sorted(self._stored() - before):
            if name not in keep:
                self.drop(name)

    def write(self, query: str, path: Path, order: str = "", made: str = "") -> None:
        """Write the rows of a query to a Parquet file: the same bytes for the same rows in the same order, on every engine. `order` is what stands
        after `order by`; said apart, an engine may sort with less in hand. `made` is what is selected of the sorted rows, of the table `s`: what can
        be made of them takes no part in the sort.
        """
        query = f"{query} order by {order}" if order else query
        query = f"select {made} from ({query}) s" if made else query
        # not by the engine's own means: DuckDB makes columns required or not by the rows that happen to be there
        with self._result(query, BATCH) as (given, batches):
            schema = _plain(given)
            with storing(path), ParquetFile(path, schema) as file:
                for batch in batches:
                    file.add(batch.cast(schema))

    def _begin(self, settings: Settings, begun: contextlib.ExitStack) -> None:
        """Start the session; `begun` is told how to end it."""
        raise NotImplementedError

    def _stored(self) -> set[str]:
        """The names of the tables, without the views."""
        raise NotImplementedError

    def _result(self, query: str, rows: int) -> contextlib.AbstractContextManager[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
        """The columns of a query's result, and its record batches."""
        raise NotImplementedError


def conform(fn: Verb, schema: pa.Schema) -> Verb:
    """The same function with batches of exactly this schema."""

    def conforming(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in fn(batches):
            yield batch if batch.schema.equals(schema) else batch.cast(schema)

    return conforming


def damaged(said: str) -> IntegrityError:
    """What an engine says of a Parquet file that is gone or broken."""
    return IntegrityError(
        f"a table is missing or damaged: {said}", hint="`crosstie verify` lists what is damaged; restore it from a backup."
    )


def _named(engine: str) -> type[Any]:
    """The class of an engine. Only what is used is imported: the others may not be installed."""
    module, name = ("duck", "DuckEngine") if engine == "duckdb" else ("spark", "SparkEngine")
    found: type[Any] = getattr(import_module(f"crosstie.store.engines.{module}"), name)
    return found


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema without what engines differ in: names inside lists, columns that are required, notes of their own."""
    return pa.schema([pa.field(field.name, _type(field.type)) for field in schema])


def _type(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.DictionaryType):
        return _type(kind.value_type)
    if isinstance(kind, pa.ListType):
        return pa.list_(_type(kind.value_type))
    if isinstance(kind, pa.StructType):
        return pa.struct([pa.field(kind.field(place).name, _type(kind.field(place).type)) for place in range(kind.num_fields)])
    return kind
