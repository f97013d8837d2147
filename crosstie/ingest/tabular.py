"""Tables as batches of text columns: CSV of any usual encoding and delimiter, XLSX, XLS and ODS. Memory does not grow with a CSV file.

Rows are numbered as a spreadsheet shows them: from 1, headers included.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from crosstie.errors import DamagedFile, MappingError
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import clean, note
from crosstie.ingest.located import near
from crosstie.ingest.reader import Original
from crosstie.ingest.sheets import is_workbook, sheet_rows
from crosstie.ingest.survey import ends_open, survey

_BLOCK = 4 << 20
_HEAD = 1 << 18
_LOOK = 20
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a table before it is read; None is found out."""

    needed: tuple[str, ...]
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows: the needed columns as text, the number of each row, and the name of the sheet where a workbook has several."""

    cells: pa.RecordBatch
    rows: pa.Array[Any]
    member: str | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    names: tuple[str, ...]
    row: int  # of the header, from 1; 0 where there is none
    lines: int  # before the first row of data
    delimiter: str


def chunks(original: Original, layout: Layout, out: Emitter) -> Iterator[Chunk]:
    """The rows of a table, in order. Raises DamagedFile, HostileFile, and MappingError where columns are missing; ragged rows are rejected."""
    if is_workbook(original.path):
        yield from _workbook(original, layout)
    else:
        yield from _Csv(original, layout, out).chunks()


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns: as written, with the space evened out; a repeated `Alias` becomes `Alias 2`, an empty one its number."""
    names: dict[str, int] = {}  # each with how often it was seen, in their order: tables of 10,000 columns exist
    for number, cell in enumerate(header, 1):
        name = base = " ".join(cell.lstrip("\ufeff").split()) or str(number)
        while name in names:
            names[base] += 1
            name = f"{base} {names[base]}"
        names[name] = 1
    return tuple(names)


def find_header(rows: Sequence[Sequence[str]], needed: Sequence[str], given: int | None) -> tuple[int, tuple[str, ...]]:
    """The number of the row that names the columns, and the names: the given row, or the one among the first that holds most of the needed."""
    if given == 0:
        width = max((len(row) for row in rows), default=0)
        return 0, tuple(str(number) for number in range(1, width + 1))
    if given is not None:
        return given, column_names(rows[given - 1]) if given <= len(rows) else ()
    best, names = 1, column_names(rows[0]) if rows else ()
    hits = len(set(needed) & set(names))
    for number, row in enumerate(rows[1:_LOOK], 2):
        found = column_names(row)
        if len(set(needed) & set(found)) > hits:
            best, names, hits = number, found, len(set(needed) & set(found))
    return best, names


def missing_columns(file: str, needed: Sequence[str], present: Sequence[str]) -> MappingError | None:
    """The error for columns that the mapping names and the file lacks, if any."""
    missing = [column for column in needed if column not in present]
    if not missing:
        return None
    guesses = [hint for column in missing if (hint := near(column, present))]
    return MappingError(
        f"{file} lacks the column{'s' if len(missing) > 1 else ''} {_quoted(missing)}; it has {_quoted(present) or 'none'}",
        hint=" ".join(guesses) or "Check the mapping’s “header”, “delimiter” and “sheet”.",
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


class _Csv:
    """One CSV file, read as a stream of blocks."""

    def __init__(self, original: Original, layout: Layout, out: Emitter) -> None:
        self.original, self.name, self.path, self.layout, self.out = original, original.name, original.path, layout, out
        self.text = survey(original.path, original.name)
        if layout.encoding:
            self.text = replace(self.text, encoding=layout.encoding, mark=0, sound=False)
        elif self.text.encoding == "cp1252":
            note(out, "file", "note: not UTF-8, read as Windows-1252")
        self.head = self._look()
        if self.text.open_quotes and ends_open(original.path, self.text.encoding, self.head.delimiter):
            raise DamagedFile(f"{self.name} ends inside a quotation", hint="The file is cut short: fetch it again.")
        if error := missing_columns(self.name, layout.needed, self.head.names):
            raise error
        self.ragged: list[tuple[int, str]] = []
        self.odd: set[int] = set()

    def chunks(self) -> Iterator[Chunk]:
        head = self.head
        internal = [f"c{number}" for number in range(len(head.names))]
        wanted = [internal[head.names.index(name)] for name in self.layout.needed]
        next_row = head.row + 1
        with self._open(self.out) as stream:
            try:
                reader = pacsv.open_csv(
                    stream,
                    read_options=pacsv.ReadOptions(use_threads=False, block_size=_BLOCK, skip_rows=head.lines, column_names=internal),
                    parse_options=pacsv.ParseOptions(
                        delimiter=head.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=self._keep_ragged
                    ),
                    convert_options=pacsv.ConvertOptions(
                        column_types={name: pa.string() for name in internal},
                        strings_can_be_null=False,
                        include_columns=wanted or internal[:1],
                    ),
                )
                for batch in reader:
                    rows = self._numbers(next_row, batch.num_rows)
                    yield Chunk(batch.rename_columns(list(self.layout.needed or head.names[:1])), rows)
                    next_row = rows[-1].as_py() + 1 if batch.num_rows else next_row
                    yield from self._mended()
            except pa.ArrowInvalid as error:
                if "Empty CSV" not in str(error):
                    raise self._damage(error, next_row) from error
        yield from self._mended()

    def _open(self, out: Emitter | None) -> BinaryIO:
        """The file as UTF-8; `out` is told of bytes that are no text."""
        if self.text.sound:
            return self.path.open("rb")
        return cast(BinaryIO, _Chunks(clean(self.original, out, encoding=self.text.encoding, skip=self.text.mark, keep=b"\x1a")))

    def _look(self) -> _Head:
        with self._open(None) as stream:
            text = bytes(stream.read(_HEAD)).decode("utf-8", "ignore").removeprefix("\ufeff")
        best: _Head | None = None
        hits = (-1, -1)
        for delimiter in [self.layout.delimiter] if self.layout.delimiter else _DELIMITERS:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            rows, lines = [], []
            try:
                for row in reader:
                    rows.append(row)
                    lines.append(reader.line_num)
                    if len(rows) >= max(_LOOK, self.layout.header or 0):
                        break
            except csv.Error as error:
                raise DamagedFile(
                    f"{self.name}, row {len(rows) + 1}: {error}", hint="Perhaps a quote is opened and never closed."
                ) from error
            number, names = find_header(rows, self.layout.needed, self.layout.header)
            score = (len(set(names) & set(self.layout.needed)), len(names))
            if score > hits:
                hits, best = score, _Head(names, number, lines[min(number, len(lines)) - 1] if number and lines else 0, delimiter)
        assert best is not None  # there is always a delimiter to try
        return best

    def _keep_ragged(self, row: Any) -> Literal["skip"]:
        text = row.text.strip("\x1a\r\n\t ")
        if row.number is not None:
            number = row.number - self.head.lines + self.head.row
            self.odd.add(number)
            if text:
                self.ragged.append((number, row.text))
        return "skip"

    def _numbers(self, start: int, count: int) -> pa.Array[Any]:
        """Numbers of the next rows: consecutive, without those of the ragged rows in between."""
        skipped = np.array(sorted(number for number in self.odd if number >= start), np.int64)
        numbers = np.setdiff1d(np.arange(start, start + count + len(skipped)), skipped, assume_unique=True)[:count]
        self.odd = {number for number in self.odd if number > numbers[-1]} if count else self.odd
        return pa.array(numbers)

    def _mended(self) -> Iterator[Chunk]:
        """Ragged rows: a short one lacks its last cells; in one that is too long nobody knows which cell belongs to which column."""
        width, kept, rows = len(self.head.names), [], []
        for number, text in self.ragged:
            cells = next(csv.reader([text], delimiter=self.head.delimiter), [])
            if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
                cells = cells[:width]
            elif len(cells) != width:
                self.out.reject(f"{len(cells)} cells instead of {width}", text, at=f"row {number}")
            if len(cells) <= width:
                kept.append(cells + [""] * (width - len(cells)))
                rows.append(number)
        self.ragged = []
        if kept:
            columns = {name: [row[self.head.names.index(name)] for row in kept] for name in self.layout.needed or self.head.names[:1]}
            yield Chunk(
                pa.RecordBatch.from_pydict(columns, schema=pa.schema([(name, pa.string()) for name in columns])), pa.array(rows, pa.int64())
            )

    def _damage(self, error: pa.ArrowInvalid, row: int) -> DamagedFile:
        if "straddling" in str(error):
            return DamagedFile(f"{self.name}: after row {row - 1} a row is longer than {_BLOCK >> 20} MiB or a quote is never closed")
        return DamagedFile(f"{self.name}, after row {row - 1}: {error}")


class _Chunks(io.RawIOBase):
    """Chunks of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            if (chunk := next(self._chunks, None)) is None:
                return 0
            self._left = chunk
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _workbook(original: Original, layout: Layout) -> Iterator[Chunk]:
    member, rows = sheet_rows(original.path, original.name, layout.sheet)
    head = [next(rows, None) for _ in range(_LOOK if layout.header is None else max(layout.header, 1))]
    first = [row for row in head if row is not None]
    number, names = find_header(first, layout.needed, layout.header)
    if error := missing_columns(original.name, layout.needed, names):
        raise error
    places = [names.index(name) for name in layout.needed]
    schema = pa.schema([(name, pa.string()) for name in layout.needed])
    at = number + 1
    pending = first[number:]
    while pending or (pending := [row for _, row in zip(range(20_000), rows, strict=False)]):
        columns = [pa.array([row[place] if place < len(row) else "" for row in pending], pa.string()) for place in places]
        yield Chunk(pa.RecordBatch.from_arrays(columns, schema=schema), pa.array(range(at, at + len(pending)), pa.int64()), member)
        at += len(pending)
        pending = []
