"""What a mapping says, once it is read: entities, their ids and properties, and ledgers. `ingest.language` reads and checks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crosstie.model.marking import DEFAULT_GRADE, Marking


@dataclass(frozen=True, slots=True)
class Value:
    """How the values of a property, or of a ledger's column, come about from the cells of a row."""

    columns: tuple[str, ...] = ()
    literals: tuple[str, ...] = ()
    template: str | None = None
    join: str | None = None
    split: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    decimal: str | None = None
    lower: bool = False
    lang: str | None = None
    #: whole cells as written, and what they stand for; to nothing, where a cell means nothing
    replace: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """What the id of an entity is made of. `kind`: slug (readable), hash (FollowTheMoney's `keys`) or plain (the cell is the id)."""

    columns: tuple[str, ...]
    literal: str | None = None
    kind: str = "slug"


@dataclass(frozen=True, slots=True)
class Property:
    """One property and where its values come from: cells, or another entity of the mapping."""

    name: str
    value: Value
    entity: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that each row speaks of."""

    name: str
    schema: str
    key: Key
    properties: tuple[Property, ...]

    def own_columns(self) -> tuple[str, ...]:
        """The columns that say something of the entity, besides its key."""
        return tuple(dict.fromkeys(c for prop in self.properties for c in prop.value.columns if c not in self.key.columns))


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column of a ledger, and whether it holds numbers, dates or text."""

    name: str
    value: Value
    kind: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """An event between two entities that each row records."""

    name: str
    key: Key | None
    a: str | None
    b: str | None
    date: Value | None
    columns: tuple[LedgerColumn, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What rows of one kind say."""

    entities: tuple[Entity, ...]
    ledgers: tuple[Ledger, ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    filters_not: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def columns(self) -> Iterator[str]:
        """Every column that is named, with repetitions."""
        for column, _ in (*self.filters, *self.filters_not):
            yield column
        for entity in self.entities:
            yield from (*entity.key.columns, *entity.own_columns())
        for ledger in self.ledgers:
            yield from ledger.key.columns if ledger.key else ()
            yield from ledger.date.columns if ledger.date else ()
            for column_ in ledger.columns:
                yield from column_.value.columns


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file."""

    path: Path
    dataset: str
    title: str
    originator: str
    queries: tuple[Query, ...]
    grade: str = DEFAULT_GRADE
    grade_column: str | None = None
    marking: Marking = field(default_factory=Marking)
    marking_column: str | None = None
    version_date: str | None = None
    #: whether who keeps the table keeps apart what is not one
    curated: bool = False
    match: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    #: row of the header, from 1; 0 where the file has none and columns are called 1, 2, 3, ...; None to look for it
    header: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping needs, once."""
        extra = [column for column in (self.grade_column, self.marking_column) if column]
        return tuple(dict.fromkeys([*(column for query in self.queries for column in query.columns()), *extra]))
