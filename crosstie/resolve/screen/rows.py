"""Tables of names as they come: CSV of any usual encoding and delimiter, workbooks, plain lists. Row by row to queries; what is none is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from crosstie.errors import InputError, UsageError
from crosstie.ingest.countries import countries_in
from crosstie.ingest.dates import find_dates
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.ingest.reader import Original
from crosstie.ingest.sniff import HEAD, first_rows_of, header, sniff
from crosstie.ingest.survey import survey
from crosstie.ingest.tabular import Layout, chunks, column_names
from crosstie.resolve.fields.headers import recognise
from crosstie.resolve.names import Kind, romanize
from crosstie.resolve.screen.queries import Query
from crosstie.resolve.traits import normal_identifier

_PARTS = ("firstName", "middleName", "lastName")
_NUMBERS = ("idNumber", "passportNumber", "taxNumber", "phone", "email")
#: Headers, and cells, that say what kind of thing a row names.
_KIND_HEADERS = frozenset({"schema", "type", "entitytype", "kind", "category", "art", "tipo"})
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("person", "individual", "personne", "persona", "natural person"), "person"),
    **dict.fromkeys(
        ("organization", "organisation", "company", "entity", "legalentity", "legal entity", "entreprise", "empresa"), "organization"
    ),
    **dict.fromkeys(("vessel", "ship", "airplane", "aircraft", "navire", "buque"), "thing"),
}


class Reject(NamedTuple):
    """A row, or a part of one, that could not be used."""

    place: str
    reason: str
    excerpt: str


@dataclass(slots=True)
class Rejects:
    """Everything that could not be used, in order; ingest reports to it as to its own emitter."""

    place: str = ""
    found: list[Reject] = field(default_factory=list)

    def reject(self, reason: str, excerpt: str = "", *, at: str = "") -> None:
        """Note what could not be used."""
        place = f"{self.place}/{at}" if at and self.place else at or self.place
        self.found.append(Reject(place, reason, excerpt[:300]))


class Table(NamedTuple):
    """A table of names: where it lies, its columns, where its header stands, and what its columns hold."""

    path: Path
    name: str
    columns: tuple[str, ...]
    header: int | None
    holds: Mapping[str, str]

    @property
    def own(self) -> tuple[str, ...]:
        """The asker's own columns."""
        return tuple(column for column in self.columns if column not in self.holds)


def look(path: Path, name: str, given: Mapping[str, str] | None = None) -> Table:
    """What a table holds, judged by its headers; UsageError, which lists the columns, where none of them holds names."""
    if not path.is_file():
        raise InputError(f"{name}: there is no such file", hint="Give a file, “-” for standard input, or a name in quotes.")
    head = sniff(path, name)
    if head.media not in ("csv", "xlsx", "unknown", "yaml"):
        raise InputError(f"{name} is no table but {head.media}", hint="Names are read from CSV, XLSX, XLS and ODS, or one a line.")
    columns, rows = head.columns, head.rows
    if head.media != "xlsx":  # the beginning alone does not tell the encoding
        with path.open("rb") as stream:
            text = stream.read(HEAD).decode(survey(path, name).encoding, "replace").lstrip("\ufeff")
        if "\0" in text:
            raise InputError(f"{name} is no table but binary data", hint="Names are read from CSV, XLSX, XLS and ODS, or one a line.")
        rows = first_rows_of(text)
        columns = header(rows)
    first = column_names(columns or (rows[0] if rows else ()))
    holds = dict(recognise(first, given)[0])
    kind = next((column for column in first if "".join(romanize(column).split()) in _KIND_HEADERS and column not in holds), None)
    if kind is not None and given is None:
        holds[kind] = "kind"
    if not {"name", *_PARTS} & set(holds.values()):
        if given is None and max((len(row) for row in rows), default=0) == 1:
            return Table(path, name, ("1",), 0, {"1": "name"})  # a plain list
        listed = ", ".join(f"“{column}”" for column in first) or "none"
        raise UsageError(
            f"{name}: no column of names is recognised; it has {listed}", hint="Say which it is, such as --map “Nom du client”=name."
        )
    return Table(path, name, first, None if columns else 1, holds)


def queries(table: Table, rejects: Rejects) -> Iterator[Query]:
    """The rows of a table as queries. Rows without a name or a number are rejected with their place; a cell that is not what it should be too."""
    layout = Layout(needed=table.columns, header=table.header)
    for chunk in chunks(Original(table.path, table.name), layout, cast(Emitter, rejects)):
        columns: dict[str, list[Any]] = {name: chunk.cells.column(name).to_pylist() for name in table.columns}
        for place, number in enumerate(chunk.rows.to_pylist()):
            rejects.place = f"row {number}"
            query = _query(table, {name: cells[place] or "" for name, cells in columns.items()}, rejects)
            if query is not None:
                yield query
        rejects.place = ""


def _query(table: Table, row: Mapping[str, str], rejects: Rejects) -> Query | None:
    said: dict[str, list[str]] = {}
    for column, prop in table.holds.items():
        if cell := " ".join(row[column].split()):
            said.setdefault(prop, []).append(cell)
    name = " ".join(said.get("name", ())[:1]) or " ".join(cell for part in _PARTS for cell in said.get(part, ()))
    kind = _KINDS.get(" ".join(said.get("kind", ())).casefold(), "any")
    numbers = [(normal, cell) for prop in _NUMBERS for cell in said.get(prop, ()) if (normal := normal_identifier(prop, cell))]
    if not numbers and not any(map(str.isalnum, name)):
        if any(row.values()):
            rejects.reject(
                "there is no name in this row" if not name else "nothing in this name can be compared", name or " ".join(row.values())
            )
        return None
    return Query(
        name=name,
        kind=kind,
        born=_typed(said.get("birthDate", ()), find_dates, "date of birth", rejects),
        countries=_typed(said.get("country", ()), countries_in, "country", rejects),
        nationalities=_typed(said.get("nationality", ()), countries_in, "nationality", rejects),
        gender=" ".join(_typed(said.get("gender", ())[:1], _gender, "gender", rejects)),
        identifiers=tuple(numbers),
        place=rejects.place,
        own={column: row[column] for column in table.own},
    )


def _typed(cells: Any, find: Any, what: str, rejects: Rejects) -> tuple[str, ...]:
    """What cells say, by a function that finds values in a text; a cell in which it finds none is noted, and the rest of the row still counts."""
    found: dict[str, None] = {}
    for cell in cells:
        values = find(cell)
        if not values:
            rejects.reject(f"no {what}: only the rest of the row is used", cell)
        found.update(dict.fromkeys(values))
    return tuple(found)


@lru_cache(maxsize=1_000)
def _gender(cell: str) -> tuple[str, ...]:
    found = cleaner("Person", "gender")(cell)
    return (found,) if found else ()
