"""Tables of the field, whatever they call their columns: the part that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original
from crosstie.ingest.sniff import sniff
from crosstie.ingest.tabular import Layout, chunks
from crosstie.ingest.xml import records, texts
from crosstie.lenses.travel.mrz.reading import country_of
from crosstie.lenses.travel.passengers import PERSON
from crosstie.lenses.travel.written import code, moment, squeezed, words

pc: Any = pyarrow.compute
Texts = Any
_XML_ROWS = 20_000


@lru_cache(maxsize=256)
def named(header: tuple[str, ...], wanted: tuple[str, ...]) -> dict[str, str]:
    """Which column of a table is which of the wanted: its own name for each that is found; the first synonym counts most."""
    own = {squeezed(cell): cell for cell in reversed(header) if cell}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in wanted:
        for way in (name, *words()["columns"][name]):
            cell = own.get(squeezed(way))
            if cell is not None and cell not in taken:
                found[name] = cell
                taken.add(cell)
                break
    return found


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table: the columns that were found, by our names, and the place of each row."""

    columns: dict[str, Texts]
    places: Texts

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.places)

    def text(self, name: str) -> Texts:
        """A column, null where it is empty or missing."""
        column = self.columns.get(name)
        if column is None:
            return pa.nulls(self.size, pa.string())
        column = pc.utf8_trim_whitespace(column)
        return pc.if_else(pc.equal(pc.binary_length(column), 0), pa.scalar(None, pa.string()), column)

    def filter(self, keep: Texts) -> Piece:
        """Some of the rows."""
        return Piece({name: column.filter(keep) for name, column in self.columns.items()}, self.places.filter(keep))


def pieces(original: Original, wanted: tuple[str, ...], tags: Sequence[str], out: Emitter) -> Iterator[Piece]:
    """A table in pieces: of CSV and workbooks the rows, of XML the elements of these names with what stands in them."""
    head = sniff(original.path, original.name)
    if head.media == "xml":
        yield from _elements(original, wanted, tags, out)
        return
    own = named(tuple(head.columns), wanted)
    for chunk in chunks(original, Layout(needed=tuple(own.values())), out):
        places = pc.binary_join_element_wise("row ", pc.cast(chunk.rows, pa.string()), "")
        yield Piece({name: chunk.cells.column(cell) for name, cell in own.items()}, places)


def _elements(original: Original, wanted: tuple[str, ...], tags: Sequence[str], out: Emitter) -> Iterator[Piece]:
    rows: list[dict[str, str]] = []
    places: list[str] = []

    def piece() -> Piece:
        return Piece({name: pa.array([row.get(name) for row in rows], pa.string()) for name in wanted}, pa.array(places, pa.string()))

    for place, element in records(original, tags, out):
        said = texts(element) | {str(name): str(value) for name, value in element.attrib.items()}
        own = named(tuple(said), wanted)
        rows.append({name: said[cell] for name, cell in own.items()})
        places.append(place)
        if len(rows) >= _XML_ROWS:
            yield piece()
            rows, places = [], []
    if rows:
        yield piece()


class Sorter:
    """Sorts what can be used of a piece from what cannot: every reject has its place."""

    def __init__(self, out: Emitter) -> None:
        self._out = out

    def refuse(self, piece: Piece, wrong: Texts, reason: str, shown: Texts) -> Piece:
        """The piece without the rows that are wrong; these are rejected with what they say."""
        wrong = pc.fill_null(wrong, False)
        if not pc.any(wrong).as_py():
            return piece
        self._out.place = ""
        for place, text in zip(piece.places.filter(wrong).to_pylist(), shown.filter(wrong).to_pylist(), strict=True):
            self._out.reject(reason, text or "", at=place)
        return piece.filter(pc.invert(wrong))

    def coded(self, piece: Piece, name: str, change: Callable[[str], str | None], what: str) -> Texts:
        """A column changed value by value; what cannot be is rejected, and null."""
        written = piece.text(name)
        found = by_unique(written, lambda text: change(text) if text else None)
        found = pc.if_else(pc.equal(pc.binary_length(found), 0), pa.scalar(None, pa.string()), found)
        self.mark(
            piece,
            pc.and_(pc.is_valid(written), pc.is_null(by_unique(written, lambda text: change(text) if text else None))),
            f"{name} is no {what}",
            written,
        )
        return found

    def mark(self, piece: Piece, wrong: Texts, reason: str, shown: Texts) -> None:
        """Reject values; their rows are kept."""
        wrong = pc.fill_null(wrong, False)
        if pc.any(wrong).as_py():
            self._out.place = ""
            for place, text in zip(piece.places.filter(wrong).to_pylist(), shown.filter(wrong).to_pylist(), strict=True):
                self._out.reject(reason, text or "", at=place)

    def dates(self, piece: Piece, name: str) -> Texts:
        """A column of dates, of the calendar that the row names."""
        written, calendars = piece.text(name), self._calendars(piece)
        both = pc.binary_join_element_wise(written, pc.fill_null(calendars, ""), "\x1f")
        found = by_unique(both, lambda text: moment(*text.split("\x1f", 1)) if text else None)
        self.mark(piece, pc.and_(pc.is_valid(written), pc.is_null(found)), f"{name} is no date of the calendar that is told", written)
        return found

    def _calendars(self, piece: Piece) -> Texts:
        written = piece.text("calendar")
        return by_unique(written, lambda text: code("calendar", text) if text else None)


def country(text: str) -> str | None:
    """The code of a State that a table names by its letters."""
    return country_of(text)


def people(piece: Piece, sorter: Sorter, on: Texts, place: str = "place") -> dict[str, Texts]:
    """The columns of PERSON that a table of travellers has; the others are null."""
    found = {name: pa.nulls(piece.size, pa.string()) for name in PERSON}
    found |= {"place": piece.places, "surname": piece.text("surname"), "given": piece.text("given"), "gender": piece.text("gender")}
    whole = pc.and_(pc.is_null(found["surname"]), pc.is_null(found["given"]))
    found["given"] = pc.if_else(whole, piece.text("name"), found["given"])
    found["born"] = pc.utf8_slice_codeunits(sorter.dates(piece, "born"), 0, 10)
    found["expires"] = pc.utf8_slice_codeunits(sorter.dates(piece, "valid_until"), 0, 10)
    found["nationality"] = sorter.coded(piece, "nationality", country, "code of a State or body")
    found["issuer"] = sorter.coded(piece, "issuer", country, "code of a State or body")
    found["document"] = piece.text("number")
    kinds = by_unique(piece.text("document_type"), lambda text: (code("document_type", text) or text.upper()) if text else None)
    found["document_type"] = pc.coalesce(kinds, pc.if_else(pc.is_valid(found["document"]), pa.scalar("P"), pa.scalar(None, pa.string())))
    found["reference"] = piece.text("traveller")
    found["on"] = pc.utf8_slice_codeunits(on, 0, 10)
    return found
