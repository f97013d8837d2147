"""Spark: the engine for what does not fit one machine. Every table is a folder of Parquet files that driver and workers see, made once: nothing is
worked out anew later, and a lost worker costs the work that it had not yet handed in.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.errors import CrosstieError, EngineError, StorageError
from crosstie.model.schema import loaded_schemata, take_schemata
from crosstie.settings import Settings
from crosstie.store.engine import BATCH, Engine, Verb, conform, damaged
from crosstie.store.engines import raised
from crosstie.store.engines import session as sessions
from crosstie.store.parquet import ROW_GROUP

_GLOB = re.compile(r"([\\{}\[\]*?])")
_WATCH = 1.0


class _Knowing:
    """A verb that knows the same schemata as this process, wherever it is called."""

    def __init__(self, fn: Verb, schemata: tuple[str, ...]) -> None:
        self._fn, self._schemata = fn, schemata

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if self._schemata:
            take_schemata(self._schemata)
        return self._fn(batches)


class SparkEngine(Engine):
    """A session on a Spark cluster. `folder` has to be on storage that all workers reach: it holds all tables."""

    def _begin(self, settings: Settings, begun: contextlib.ExitStack) -> None:
        self._raised = self.folder / "raised"
        self._raised.mkdir()
        self._number = 0
        self._paths: dict[str, Path] = {}
        self._views: set[str] = set()
        self._spark = begun.enter_context(sessions.begun(settings.engine, self.folder, settings.wait))

    def read(self, view: str, files: Sequence[Path], schema: pa.Schema) -> None:
        """As in Engine."""
        model = self.folder / f"{view}.model.parquet"
        pq.write_table(schema.empty_table(), model)
        alike: dict[pa.Schema, list[Path]] = defaultdict(list)
        for file in [model, *files]:
            alike[_schema_of(file)].append(file)
        with self._working():
            parts = [self._cast(some, given, schema) for given, some in alike.items()]
            whole = parts[0]
            for part in parts[1:]:
                whole = whole.unionByName(part)
            self.drop(view)
            whole.createOrReplaceTempView(view)
        self._views.add(view)

    def create(self, table: str, query: str, few: Mapping[str, str] | None = None) -> None:
        """As in Engine; Parquet keeps few texts in little room by itself."""
        with self._working():
            self._save(table, self._sql(query))

    def load(self, table: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """As in Engine."""
        path = self._new(table)
        path.mkdir()
        batches = data.to_batches(max_chunksize=ROW_GROUP) if isinstance(data, pa.Table) else data
        with pq.ParquetWriter(path / "part-00000.parquet", _signed(data.schema), compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch.cast(_signed(data.schema)))
        with self._working():
            self._known(table, path, _spark_schema(_signed(data.schema)))

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
        """As in Engine: `fn` is called for each partition of the rows, on the workers."""
        with self._working():
            found = self._sql(query)
            if by:  # all rows of a group are in one partition; their number is said, for few rows may mean much work
                found = found.repartition(int(self._spark.conf.get("spark.sql.shuffle.partitions")), *by)
            if by or then:
                found = found.sortWithinPartitions(*(found[name].asc_nulls_last() for name in (*by, *then)))
            # it counts when the plan is made
            self._spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(rows))
            made = found.mapInArrow(raised.Carrying(_Knowing(conform(fn, schema), loaded_schemata()), self._raised), _spark_schema(schema))
            self._save(table, made)

    def arrow(self, query: str) -> pa.Table:
        """As in Engine."""
        with self._result(query, ROW_GROUP) as (schema, batches):
            return pa.Table.from_batches(batches, schema)

    def scalar(self, query: str) -> Any:
        """As in Engine."""
        with self._working():
            rows = self._sql(query).take(1)
        return rows[0][0] if rows else None

    def tables(self, prefix: str = "") -> list[str]:
        """As in Engine."""
        return sorted(name for name in (*self._paths, *self._views) if name.startswith(prefix))

    def drop(self, name: str) -> None:
        """As in Engine."""
        for known in [one for one in self.tables() if one.lower() == name.lower()]:
            self._spark.catalog.dropTempView(known)
            self._views.discard(known)
            if (path := self._paths.pop(known, None)) is not None:
                shutil.rmtree(path, ignore_errors=True)

    def _stored(self) -> set[str]:
        return set(self._paths)

    @contextlib.contextmanager
    def _result(self, query: str, rows: int) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
        # through files, not through the driver's memory; they stand in the order of the query
        path = self._new("result")
        try:
            with self._working():
                found = self._sql(query)
                found.write.parquet(_url(path))
            files = sorted(path.glob("part-*"))
            yield _plain(pq.read_schema(files[0])), _batches(files, rows)
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _sql(self, query: str) -> Any:
        from crosstie.store.engines.dialect import spark

        return self._spark.sql(spark(query))

    def _cast(self, files: Sequence[Path], given: pa.Schema, schema: pa.Schema) -> Any:
        """Files of one schema, as a frame of another."""
        from pyspark.sql import functions

        frame = self._spark.read.schema(_spark_schema(given)).parquet(*map(_url, files))
        known = {name.lower(): kind for name, kind in zip(given.names, given.types, strict=True)}
        columns = []
        for field, wanted in zip(schema, _spark_schema(schema), strict=True):
            kind = known.get(field.name.lower())
            if kind is None or (kind != field.type and (pa.types.is_nested(kind) or pa.types.is_nested(field.type))):
                column = functions.lit(None).cast(wanted.dataType)
            elif kind == field.type:
                column = frame[field.name]
            else:
                from crosstie.store.engines.dialect import spark

                cast = f'select try_cast("{field.name}" as {wanted.dataType.simpleString()})'
                column = functions.expr(spark(cast).removeprefix("SELECT "))
            columns.append(column.alias(field.name))
        return frame.select(*columns)

    def _save(self, table: str, frame: Any) -> None:
        path = self._new(table)
        frame.write.parquet(_url(path))
        self._known(table, path, frame.schema)

    def _known(self, table: str, path: Path, schema: Any) -> None:
        self.drop(table)
        self._spark.read.schema(schema).parquet(_url(path)).createOrReplaceTempView(table)
        self._paths[table] = path

    def _new(self, name: str) -> Path:
        self._number += 1
        return self.folder / f"{name}.{self._number}"

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """Errors in plain words, and no waiting for workers that do not come back."""
        from py4j.protocol import Py4JError
        from pyspark.errors import AnalysisException, PySparkException

        shutil.rmtree(self._raised, ignore_errors=True)
        self._raised.mkdir()
        lost, done = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._watched, args=(done, lost), daemon=True)
        watch.start()
        try:
            yield
        except (Py4JError, PySparkException, ConnectionError) as error:
            if (own := raised.found(self._raised)) is not None:
                raise own from None
            if isinstance(error, AnalysisException) and "PATH_NOT_FOUND" not in str(error):
                raise  # a query that is no query
            raise (self._lost() if lost.is_set() else self._meaning(str(error))) from error
        finally:
            done.set()
            watch.join()

    def _watched(self, done: threading.Event, lost: threading.Event) -> None:
        """Give up the work when there has been nobody to do it for too long: Spark would wait for ever."""
        from py4j.protocol import Py4JError

        context = self._spark.sparkContext
        if not str(context.master).startswith("spark://"):
            return
        alone = 0.0
        with contextlib.suppress(Py4JError, OSError):  # the session is gone: the work that waits for it fails by itself
            while not done.wait(_WATCH):
                alone = 0.0 if sessions.executors(context) else alone + _WATCH
                if alone >= sessions.PATIENCE:
                    lost.set()
                    context.cancelAllJobs()
                    return

    def _lost(self) -> CrosstieError:
        return EngineError("all workers of the cluster are lost", hint="Start them again and repeat the command; nothing was half-written.")

    def _meaning(self, text: str) -> CrosstieError:
        line = next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
        if "No space left on device" in text or "Disk quota exceeded" in text:
            return StorageError(
                "no space left on the disk of the cluster", hint="Free some space for the workspace and for Spark's local folders."
            )
        if any(words in text for words in ("is not a Parquet file", "FAILED_READ_FILE", "PATH_NOT_FOUND", "FileNotFoundException")):
            return damaged(line)
        if "OutOfMemoryError" in text or "ExecutorLostFailure" in text:
            hint = "Give the executors more memory: spark.executor.memory (and spark.executor.memoryOverhead) in spark-defaults.conf."
            return EngineError(f"the workers cannot hold the work: {line}", hint=hint)
        return EngineError(f"Spark cannot do the work: {line}")


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(_plain(schema))


def _schema_of(file: Path) -> pa.Schema:
    try:
        return _signed(_plain(pq.read_schema(file)))
    except (OSError, pa.ArrowInvalid) as error:
        raise damaged(f"{file}: {str(error).splitlines()[0]}") from error


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, field.type) for field in schema])


def _signed(schema: pa.Schema) -> pa.Schema:
    """Spark knows no unsigned integers and no dictionaries."""
    plain = {pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(), pa.large_string(): pa.string()}
    kinds = [field.type.value_type if isinstance(field.type, pa.DictionaryType) else field.type for field in schema]
    return pa.schema([pa.field(name, plain.get(kind, kind)) for name, kind in zip(schema.names, kinds, strict=True)])


def _batches(files: Sequence[Path], rows: int) -> Iterator[pa.RecordBatch]:
    for file in files:
        with pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=rows):
                yield pa.RecordBatch.from_arrays(batch.columns, schema=_plain(batch.schema))


def _url(path: Path) -> str:
    return "file://" + _GLOB.sub(r"\\\1", str(path.absolute()))
