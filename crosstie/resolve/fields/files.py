"""A plain table from a file: CSV of any usual encoding and delimiter, a workbook, or Parquet; every cell as text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from crosstie.errors import DamagedFile, NotFound, UsageError
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original
from crosstie.ingest.sheets import is_workbook, sheet_rows
from crosstie.ingest.survey import survey
from crosstie.ingest.tabular import Layout, chunks, column_names

_HEAD = 1 << 18
_DELIMITERS = ",;\t|"
_PARQUET = b"PAR1"


class _Nothing:
    """A sink that keeps nothing."""

    def statements(self, batch: pa.RecordBatch) -> None:
        """No statements are made of a plain table."""

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Counted by the emitter."""

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """No ledger is made of a plain table."""


def read_table(path: Path) -> tuple[pa.Table, int]:
    """The table, its first row taken for headers, and how many rows of a CSV file were left out because they do not fit the columns."""
    if not path.is_file():
        raise NotFound(f"no file {path}")
    with path.open("rb") as stream:
        if stream.read(4) == _PARQUET:
            return _parquet(path), 0
    original = Original(path, path.name, survey(path, path.name).encoding if not is_workbook(path) else "utf-8")
    names, delimiter = _headers(original)
    if not names:
        raise DamagedFile(f"{path.name} holds no table", hint="The first row has to name the columns.")
    out = Emitter(_Nothing(), source_id="", dataset="", grade="", marking="")
    found = [chunk.cells for chunk in chunks(original, Layout(names, delimiter=delimiter, header=1), out)]
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    table = pa.Table.from_batches(
        [pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in one.columns], schema=schema) for one in found], schema
    )
    return table.combine_chunks(), out.rejects


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as CSV or Parquet, as the name of the file ends."""
    match path.suffix.lower():
        case ".csv":
            pa_csv.write_csv(table, path, pa_csv.WriteOptions(quoting_style="needed"))
        case ".parquet":
            pa_parquet.write_table(table, path, compression="zstd")
        case other:
            raise UsageError(f"cannot write “{other}” files", hint="Name a file that ends in .csv or .parquet.")


def _parquet(path: Path) -> pa.Table:
    try:
        table = pa_parquet.read_table(path).replace_schema_metadata(None)
        kept = [field.name for field in table.schema if not pa.types.is_nested(field.type)]
        return pa.table({name: table.column(name).cast(pa.string()) for name in kept})
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise DamagedFile(f"{path.name}: the Parquet file cannot be read: {error}") from error


def _headers(original: Original) -> tuple[tuple[str, ...], str | None]:
    """The names of the columns in the first row, and the delimiter of a CSV file."""
    if is_workbook(original.path):
        _, rows = sheet_rows(original.path, original.name, None)
        return column_names(next(iter(rows), [])), None
    with original.open() as stream:
        text = stream.read(_HEAD).decode(original.encoding, "ignore").removeprefix("\ufeff")
    best: tuple[str, ...] = ()
    chosen = ","
    for delimiter in _DELIMITERS:
        try:
            names = column_names(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
        except csv.Error as error:
            raise DamagedFile(f"{original.name}, row 1: {error}", hint="Perhaps a quote is opened and never closed.") from error
        if len(names) > len(best):
            best, chosen = names, delimiter
    return best, chosen
