"""Rows of a CSV file of any size, one by one, in flat memory, numbered as a spreadsheet numbers them."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import CHUNK, byte_order, clean, note
from crosstie.ingest.reader import Original

MAX_ROW = 1 << 20
#: the old end mark of text files, which OFAC still writes
END_MARK = "\x1a"
csv.field_size_limit(MAX_ROW)


def rows(
    original: Original, out: Emitter, *, delimiter: str = ",", columns: int | None = None, header: tuple[str, ...] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number, from 1, the header and empty rows counted; empty rows and the end mark are left out.

    With `columns`, or below the first row that has all cells of `header`, rows that have not as many cells become rejects (empty cells at the
    end do not count). DamagedFile where a quotation is not closed or the last row is cut short; HostileFile where a row is longer than 1 MiB.
    """
    source = _Lines(original, out)
    number, short = 0, False
    try:
        for number, cells in enumerate(csv.reader(source, delimiter=delimiter), 1):
            source.row = number
            source.used = 0
            if not any(cells) or cells == [END_MARK]:
                short = False
                continue
            short = columns is not None and len(cells) < columns
            if columns is None or len(cells) == columns:
                if columns is None and header is not None and set(header) <= {cell.strip() for cell in cells}:
                    columns = len(cells)
                yield number, cells
            elif not any(cells[columns:]) and not short:
                yield number, cells[:columns]
            else:
                out.records += 1
                note(out, f"row {number}", f"{len(cells)} cells instead of {columns}", delimiter.join(cells))
    except csv.Error as error:
        raise DamagedFile(f"{original.name}: row {number + 1}: {error}") from error
    if source.open_quotation(delimiter) or (short and not source.ended):
        raise DamagedFile(
            f"{original.name}: the file ends in the middle of row {number}; nothing of it was kept",
            hint="The file is cut short, which would look like delistings: fetch it again.",
        )


def records(
    original: Original, out: Emitter, *, header: tuple[str, ...] = (), delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row below the header as a mapping of its cells, stripped, empty ones left out. The header is the first row that has all of `header`."""
    names: list[str] | None = None
    for number, cells in rows(original, out, delimiter=delimiter, header=header):
        stripped = [cell.strip() for cell in cells]
        if names is not None:
            yield number, {name: cell for name, cell in zip(names, stripped, strict=True) if cell}
        elif set(header) <= set(stripped):
            names = stripped
    if names is None:
        raise DamagedFile(f"{original.name}: no row has the columns {', '.join(header)}")


def delimiter_of(text: str) -> str:
    """The delimiter of a table: the one that cuts its first lines most evenly; a comma where none does."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, score = ",", 0.0
    for candidate in (",", ";", "\t", "|"):
        widths = [len(row) for row in csv.reader(lines, delimiter=candidate)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        found = widths.count(usual) / max(1, len(widths)) * min(usual, 4) if usual > 1 else 0.0
        if found > score:
            best, score = candidate, found
    return best


class _Lines:
    """The lines of a file for csv, in clean text; knows the row and how much of it was read."""

    def __init__(self, original: Original, out: Emitter) -> None:
        self.row = self.used = 0
        self._name = original.name
        self._record: list[str] = []
        with original.open() as stream:
            head = stream.read(4096)
        if not head:
            raise DamagedFile(f"{original.name}: the file is empty")
        found, mark = byte_order(head)
        encoding = found or _guess(original)
        if encoding == "cp1252":
            note(out, "file", "note: not UTF-8, read as Windows-1252")
        self._lines = self._cut(clean(original, out, encoding=encoding, skip=mark, keep=END_MARK.encode()))

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if not self.used:
            self._record = []
        self.used += len(line)
        self._record.append(line)
        self._bound(self.used)
        return line

    @property
    def ended(self) -> bool:
        """Whether the last row ends with its line."""
        return bool(self._record) and self._record[-1].endswith(("\n", "\r"))

    def open_quotation(self, delimiter: str) -> bool:
        """Whether the last row ended because the file did, inside a quotation."""
        try:
            list(csv.reader(self._record, delimiter=delimiter, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False

    def _bound(self, size: int) -> None:
        if size > MAX_ROW:
            raise HostileFile(
                f"{self._name}: row {self.row + 1} is longer than {MAX_ROW >> 20} MiB",
                hint="A quotation mark that is never closed does this too.",
            )

    def _cut(self, chunks: Iterator[bytes]) -> Iterator[str]:
        rest = b""
        for chunk in chunks:
            lines = (rest + chunk).splitlines(keepends=True)
            rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
            self._bound(len(rest))
            for line in lines:
                yield line.decode()
        if rest:
            yield rest.decode()


def _guess(original: Original) -> str:
    """UTF-8, or Windows-1252 where more bytes speak against UTF-8 than characters for it."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with original.open() as stream:
        while chunk := stream.read(CHUNK * 16):
            if chunk.isascii():
                continue
            text = decoder.decode(chunk)
            wrong = text.count("\ufffd")
            bad += wrong
            good += len(text) - len(text.encode("ascii", "ignore")) - wrong
    return "cp1252" if bad > good else "utf-8"
