"""A plain table in a file: CSV of any usual encoding and delimiter, a sheet of a workbook, or Parquet. It is read in batches, as often as one likes, every
cell as text, and written in batches.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from crosstie.errors import DamagedFile, NotFound, UsageError
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original
from crosstie.ingest.sheets import is_workbook, sheet_names, sheet_rows
from crosstie.ingest.survey import survey
from crosstie.ingest.tabular import Layout, chunks, column_names

_HEAD = 1 << 18
_DELIMITERS = ",;\t|"
_PARQUET = b"PAR1"
_BATCH = 65_536
_ENDINGS = (".csv", ".parquet")


class _Rejected:
    """A sink that keeps nothing, and counts the rows that are rejected."""

    def __init__(self) -> None:
        self.count = 0

    def statements(self, batch: pa.RecordBatch) -> None:
        """No statements are made of a plain table."""

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Rows are counted, notes on the file are not."""
        self.count += sum(not str(reason).startswith("note:") for reason in batch.column("reason").to_pylist())

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """No ledger is made of a plain table."""


class TableFile:
    """A table in a file: its columns `names`, the `sheet` where a workbook has several, and the `other_sheets`, which are not read.

    `rejected` is how many rows of a CSV file were left out, when it was read last, because they do not fit the columns.
    """

    def __init__(self, path: Path, sheet: str | None = None) -> None:
        if not path.is_file():
            raise NotFound(f"no file {path}")
        self.path = path
        self.rejected = 0
        self.sheet: str | None = None
        self.other_sheets: tuple[str, ...] = ()
        self._delimiter: str | None = None
        with path.open("rb") as stream:
            self._parquet = stream.read(4) == _PARQUET
        if self._parquet:
            self.names = self._of_parquet()
        elif is_workbook(path):
            self.names = self._of_workbook(sheet)
        else:
            self.names, self._delimiter = _headers(self._original())
        if sheet is not None and (self._parquet or not is_workbook(path)):
            raise UsageError(f"{path.name} is no workbook: it has no sheet “{sheet}”")
        if not self.names:
            raise DamagedFile(f"{path.name} holds no table", hint="The first row has to name the columns.")

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows in their order, all columns or some."""
        return self._parquet_batches(columns or self.names) if self._parquet else self._text_batches(columns or self.names)

    def _original(self) -> Original:
        path = self.path
        return Original(path, path.name, "utf-8" if is_workbook(path) else survey(path, path.name).encoding)

    def _text_batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        rejected = _Rejected()
        out = Emitter(rejected, source_id="", dataset="", grade="", marking="")
        schema = pa.schema([pa.field(name, pa.string()) for name in columns])
        layout = Layout(tuple(columns), delimiter=self._delimiter, sheet=self.sheet, header=1)
        for chunk in chunks(self._original(), layout, out):
            yield pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in chunk.cells.columns], schema=schema)
        out.flush()
        self.rejected = rejected.count

    def _of_workbook(self, sheet: str | None) -> tuple[str, ...]:
        """The columns of the sheet that is asked for, or of the first that is not empty."""
        names = sheet_names(self.path, self.path.name)
        header: list[str] = []
        for self.sheet in (sheet,) if sheet is not None else names:
            header = next(sheet_rows(self.path, self.path.name, self.sheet)[1], [])
            if any(header):
                break
        self.other_sheets = tuple(name for name in names if name != self.sheet)
        return column_names(header)

    def _of_parquet(self) -> tuple[str, ...]:
        try:
            schema = pa_parquet.read_schema(self.path)
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from error
        return tuple(field.name for field in schema if not pa.types.is_nested(field.type))

    def _parquet_batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        schema = pa.schema([pa.field(name, pa.string()) for name in columns])
        try:
            with pa_parquet.ParquetFile(self.path) as file:
                for batch in file.iter_batches(_BATCH, columns=list(columns)):
                    yield pa.RecordBatch.from_arrays([batch.column(name).cast(pa.string()) for name in columns], schema=schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> DamagedFile:
        return DamagedFile(f"{self.path.name}: the Parquet file cannot be read: {error}")


def check_ending(path: Path) -> None:
    """UsageError where a table cannot be written to a file of that name."""
    if path.suffix.lower() not in _ENDINGS:
        raise UsageError(f"cannot write “{path.suffix.lower()}” files", hint="Name a file that ends in .csv or .parquet.")


def write_batches(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Write batches as CSV or Parquet, as the name of the file ends; it appears when it is whole."""
    check_ending(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            if path.suffix.lower() == ".csv":
                write_csv(batches, schema, stream)
            else:
                with pa_parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
                    for batch in batches:
                        writer.write_batch(batch)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_csv(batches: Iterable[pa.RecordBatch], schema: pa.Schema, stream: BinaryIO) -> None:
    """Write batches as CSV to an open file."""
    with pa_csv.CSVWriter(stream, schema, write_options=pa_csv.WriteOptions(quoting_style="needed")) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _headers(original: Original) -> tuple[tuple[str, ...], str]:
    """The names of the columns in the first row of a CSV file, and its delimiter."""
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
