"""How rows are written: CSV, CSV for spreadsheets, JSON lines, Parquet. All stream; memory does not grow with the rows."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

#: pyarrow.compute without its stubs, which know no arrays of unknown type
pc: Any = pyarrow.compute
_ROWS = 20_000
#: what makes a spreadsheet take a cell for a formula
_FORMULA = r"^[=+\-@\t\r]"


def write(connection: duckdb.DuckDBPyConnection, query: str, format: str, marking: str, out: BinaryIO) -> None:
    """The rows of a query in one of the formats."""
    if format == "json":
        write_lines(connection, f"select cast(to_json(r) as varchar) as line from ({query}) r", out)
    elif format == "csv":
        _csv(connection, query, out)
    elif format == "spreadsheet":
        _spreadsheet(_reader(connection, query), out)
    else:
        _parquet(_reader(connection, query), marking, out)


def write_lines(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    """The one text column of a query, a line each."""
    for batch in _reader(connection, query):
        if batch.num_rows:
            wide = pa.large_string()
            out.write(_bytes(pc.binary_join_element_wise(batch.column(0).cast(wide), pa.scalar("", wide), pa.scalar("\n", wide))))


def _reader(connection: duckdb.DuckDBPyConnection, query: str) -> pa.RecordBatchReader:
    reader: pa.RecordBatchReader | None = connection.sql(query).to_arrow_reader(_ROWS)
    assert reader is not None  # only a statement that is no query has none
    return reader


def _bytes(texts: Any) -> memoryview:
    """The bytes of a column of texts, as they lie one after the other."""
    _, offsets, data = texts.buffers()
    ends = memoryview(offsets).cast("q")
    return memoryview(data)[ends[texts.offset] : ends[texts.offset + len(texts)]]


def _csv(connection: duckdb.DuckDBPyConnection, query: str, out: BinaryIO) -> None:
    # DuckDB quotes only where it must, as people and simple tools expect; it writes to files only
    with tempfile.TemporaryDirectory(prefix="crosstie-") as folder:
        file = Path(folder) / "rows.csv"
        connection.execute(f"copy ({query}) to '{file}' (format csv, header)")
        with file.open("rb") as rows:
            shutil.copyfileobj(rows, out, 1 << 20)


def _spreadsheet(reader: pa.RecordBatchReader, out: BinaryIO) -> None:
    out.write("\ufeff".encode())
    with pacsv.CSVWriter(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(_harmless(batch))


def _harmless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Texts that a spreadsheet would run, with an apostrophe in front."""
    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            quoted = pc.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type))
            columns.append(pc.if_else(pc.match_substring_regex(column, _FORMULA), quoted, column))
        else:
            columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _parquet(reader: pa.RecordBatchReader, marking: str, out: BinaryIO) -> None:
    schema = reader.schema.with_metadata({"crosstie.marking": marking})
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))
