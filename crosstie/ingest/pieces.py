"""Tables in pieces: the rows of CSV, workbooks, XML and JSON as columns by the name of their field, read by kind when they are asked for.

What a reader of a lens needs of a table whose columns are told by their headings (headings.py): it asks a piece for `get("date")`, refuses rows it cannot
use, and hands on columns. Every reject has its place, and nothing is an object of its own row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pyarrow as pa

from crosstie.ingest import jsonl, tabular, xml
from crosstie.ingest.calendars import era_of
from crosstie.ingest.cells import Cells, Change
from crosstie.ingest.columns import Texts, by_unique, pc, squeeze, tidy
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.frame import NULL
from crosstie.ingest.headings import Column, Field, Headings
from crosstie.ingest.once import Once
from crosstie.ingest.reader import Head, Original
from crosstie.ingest.sniff import sniff

#: the field of the calendar that a table tells for each of its rows
CALENDAR = "calendar"
_ARROW: dict[str, Any] = {
    "number": pa.float64(),
    "signed": pa.float64(),
    "degrees": pa.float64(),
    "money": pa.float64(),
    "count": pa.int64(),
}
_GATHERED = 20_000


@dataclass
class Piece:
    """Some rows. `cells` are texts by field as they are written, tidy, null where empty; `places` where each row stands."""

    cells: Mapping[str, Texts]
    places: Texts
    columns: Mapping[str, Column]
    headings: Headings
    reading: Cells
    out: Emitter
    once: Once
    #: where the cells of a field stand, if that is known better than by their row
    spots: Mapping[str, Texts] = field(default_factory=dict)
    _read: dict[str, Texts] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.places)

    def has(self, name: str) -> bool:
        """Whether the table has a column for the field."""
        return name in self.cells

    def text(self, name: str) -> Texts:
        """The cells of a field as they are written; nulls where the table has no such column."""
        found = self.cells.get(name)
        return pa.nulls(self.size, pa.string()) if found is None else found

    def get(self, name: str) -> Texts:
        """The values of a field by its kind; nulls where there are none. What cannot be used is told once, and null."""
        if name not in self._read:
            known = self.headings.fields.get(name)
            kind = known.kind if known else "text"
            if name not in self.cells:
                return pa.nulls(self.size, _ARROW.get(kind, pa.string()))
            column = self.columns.get(name) or Column(name, known or Field(name))
            eras = self._eras() if kind in ("day", "birth", "moment") and CALENDAR in self.cells else None
            self._read[name], reasons = self.reading.clean(column, self.cells[name], eras)
            for reason, which in reasons:
                self.mark(which, reason, name)
        return self._read[name]

    def any(self, *names: str) -> Texts:
        """The first of these fields, as written, that says something."""
        return pc.coalesce(*(self.text(name) for name in names))

    def known(self, name: str, change: Change, reason: str) -> Texts:
        """A field in our own words; what has none is told and null."""
        written = self.text(name)
        found = by_unique(written, change)
        found = pc.if_else(pc.equal(found, ""), NULL, found)
        self.mark(pc.and_(pc.is_valid(written), pc.is_null(found)), reason, name)
        return found

    def mark(self, which: Texts, reason: str, name: str, shown: Texts = None) -> None:
        """Reject the cells of a field for which `which` is true; their rows are kept."""
        at = self.columns[name].heading if name in self.columns else name
        self._tell(which, reason, self.text(name) if shown is None else shown, f"/{at}", self.spots.get(name))

    def refuse(self, which: Texts, reason: str, shown: Texts) -> Piece:
        """The piece without the rows for which `which` is true; these are rejected, with what they say."""
        self._tell(which, reason, shown, "")
        return self.filter(pc.invert(pc.fill_null(which, False)))

    def filter(self, keep: Texts) -> Piece:
        """The rows for which `keep` is true."""
        keep = pc.fill_null(keep, False)
        if pc.all(keep, min_count=0).as_py():
            return self
        cells, read, spots = ({name: column.filter(keep) for name, column in one.items()} for one in (self.cells, self._read, self.spots))
        return replace(self, cells=cells, places=self.places.filter(keep), spots=spots, _read=read)

    def with_cells(self, **cells: Texts) -> Piece:
        """The same rows with other cells, or none, for some fields."""
        changed = {name: column for name, column in (dict(self.cells) | cells).items() if column is not None}
        return replace(self, cells=changed, _read={name: column for name, column in self._read.items() if name not in cells})

    def say(self, ids: Texts, schema: str, prop: str, name: str, values: Texts = None) -> None:
        """Statements from a field about the things with these ids, each said once for the file. `values`: what is said, if not the values of the field."""
        said = self.get(name) if values is None else values
        self.once.say(
            ids, schema, prop, squeeze(said), self.places, self.columns[name].heading if name in self.columns else name, self.text(name)
        )

    def _eras(self) -> Texts:
        return by_unique(self.cells[CALENDAR], era_of)

    def _tell(self, which: Texts, reason: str, shown: Texts, at: str, spots: Texts = None) -> None:
        which = pc.fill_null(which, False)
        if pc.any(which, min_count=0).as_py():
            places = (self.places if spots is None else spots).filter(which)
            self.out.reject_batch(reason, pc.binary_join_element_wise(places, at, "") if at else places, shown.filter(which))


def header(head: Head, headings: Headings) -> tuple[str, ...] | None:
    """The names of the columns of a CSV or workbook: the first of its rows whose cells are headings of the vocabulary, as many as it asks for."""
    if head.media not in ("csv", "xlsx"):
        return None
    for row in (head.columns, *head.rows[:3]):
        names = tabular.column_names(row)
        if names and headings.fits(names):
            return names
    return None


def pieces(
    original: Original,
    headings: Headings,
    out: Emitter,
    *,
    cells: Cells | None = None,
    tags: Collection[str] = (),
    lists: Collection[str] = (),
) -> Iterator[Piece]:
    """A table in pieces: of CSV and workbooks the rows, of XML the elements of these names with what stands in them, of JSON the objects: a line each, a
    list, or a list under one of the keys `lists`. Empty rows are left out. DamagedFile where a column that the vocabulary asks for is missing.
    """
    reading = cells or Cells()
    head = sniff(original.path, original.name)
    if head.media == "xml":
        yield from gathered(((place, _said(element)) for place, element in xml.records(original, tags, out)), headings, out, cells=reading)
    elif head.media in ("json", "jsonl"):
        yield from gathered(_objects(original, lists, out), headings, out, cells=reading)
    else:
        yield from _rows(original, head, headings, reading, out)


def gathered(
    records: Iterable[tuple[str, Mapping[str, str]]], headings: Headings, out: Emitter, *, cells: Cells | None = None, size: int = _GATHERED
) -> Iterator[Piece]:
    """Records, each with its place and its texts by key, as pieces; keys are told like headings."""
    reading = cells or Cells()

    @lru_cache(maxsize=1000)
    def columns(keys: tuple[str, ...]) -> dict[str, Column]:
        return headings.columns(keys)

    waiting: list[dict[str, str]] = []
    places: list[str] = []
    known: dict[str, Column] = {}
    once = Once(out)
    for place, said in records:
        own = columns(tuple(said))
        for name, column in own.items():
            known.setdefault(name, column)
        waiting.append({name: said[column.heading] for name, column in own.items()})
        places.append(place)
        out.records += 1
        if len(waiting) >= size:
            yield piece_of(waiting, places, known, headings, reading, out, once)
            waiting, places = [], []
    if waiting:
        yield piece_of(waiting, places, known, headings, reading, out, once)


def piece_of(
    rows: Sequence[Mapping[str, str]],
    places: Sequence[str],
    columns: Mapping[str, Column],
    headings: Headings,
    reading: Cells,
    out: Emitter,
    once: Once | None = None,
) -> Piece:
    """Rows whose fields are known already as a piece: texts by field, and the place of each row."""
    names = dict.fromkeys(name for row in rows for name in row)
    found = {name: tidy(pa.array([row.get(name) for row in rows], pa.string())) for name in names}
    return Piece(found, pa.array(places, pa.string()), dict(columns), headings, reading, out, once or Once(out))


def _rows(original: Original, head: Head, headings: Headings, reading: Cells, out: Emitter) -> Iterator[Piece]:
    row = header(head, headings)
    if row is None:
        best = max((head.columns, *head.rows[:3]), key=lambda one: len(headings.columns(one)), default=())
        raise headings.missing(original.name, tabular.column_names(best))
    columns = headings.columns(row)
    needed = tuple(dict.fromkeys(column.heading for column in columns.values()))
    once = Once(out)
    for chunk in tabular.chunks(original, tabular.Layout(needed), out):
        written = {name: tidy(chunk.cells.column(place)) for place, name in enumerate(needed)}
        front = f"{chunk.member}!row" if chunk.member else "row"
        places = pc.binary_join_element_wise(front, pc.cast(chunk.rows, pa.string()), " ")
        piece = Piece({name: written[column.heading] for name, column in columns.items()}, places, columns, headings, reading, out, once)
        piece = piece.filter(_said_something(list(written.values()), len(places)))
        out.records += piece.size
        if piece.size:
            yield piece


def _said_something(columns: Sequence[Texts], size: int) -> Texts:
    """Which rows have a cell that is not empty. Most have one in the first column already."""
    found: Texts = pa.repeat(pa.scalar(False), size)
    for column in columns:
        found = pc.or_(found, pc.is_valid(column))
        if pc.all(found, min_count=0).as_py():
            break
    return found


def _said(element: Any) -> dict[str, str]:
    return {**{xml.local_name(str(name)): str(value) for name, value in element.attrib.items()}, **xml.texts(element)}


def _objects(original: Original, lists: Collection[str], out: Emitter) -> Iterator[tuple[str, dict[str, str]]]:
    for place, value in json_records(original, lists, out):
        yield place, dict(_flat(value))


def json_records(original: Original, lists: Collection[str], out: Emitter) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSON file with their places: a line each, one document, a list, or a list under one of these keys. What is no object is rejected."""
    if jsonl.is_lines(original):
        yield from ((f"line {number}", found) for number, found in jsonl.objects(original, out))
        return
    value, key = jsonl.document(original, out), ""
    if isinstance(value, dict):
        key = next((name for name in lists if isinstance(value.get(name), list)), "")
        value = value[key] if key else [value]
    for number, one in enumerate(value if isinstance(value, list) else [value], 1):
        if isinstance(one, dict):
            yield f"{key}[{number}]", one
        else:
            out.place, out.records = "", out.records + 1
            out.reject("not a JSON object", str(one), at=f"{key}[{number}]")


def _flat(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The texts and numbers of an object; those of an object inside it by both keys."""
    for key, one in value.items():
        name = f"{above} {key}" if above else str(key)
        if isinstance(one, dict):
            yield from _flat(one, name)
        elif (text := text_of(one)) is not None:
            yield name, text


def text_of(value: Any) -> str | None:
    """A text or number of JSON as text; None for all else, and for an empty text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None
