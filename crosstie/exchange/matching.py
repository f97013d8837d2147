"""Whole records looked up among the entities of a build, and told in FollowTheMoney's words: what screening services ask and answer with.

A record is asked by each of its names with all that is known beside; an entity counts by the name that agrees best.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from crosstie.errors import NotFound, UsageError
from crosstie.ingest.countries import countries_in
from crosstie.ingest.dates import find_dates
from crosstie.model import schema as model
from crosstie.resolve.records import STRONG_NAMES, WEAK_NAMES, kind_of
from crosstie.resolve.screen.hits import Hit
from crosstie.resolve.screen.index import KINDS
from crosstie.resolve.screen.queries import Query
from crosstie.resolve.traits import NOT_IDENTIFYING, NUMBERED, normal_identifier
from crosstie.store.builds import Build

Row = dict[str, Any]
#: Answers to queries: each with its hits, asked with a threshold and a limit.
Screen = Callable[..., Iterator[tuple[Query, list[Hit]]]]
#: Notes a read in the audit: action, subject, detail.
Record = Callable[[str, str, Mapping[str, Any]], None]
#: Every dataset at once.
ALL = "default"
#: Names of a record that are asked, values of a property that are read, and their length.
NAMES, VALUES, LONGEST = 8, 100, 1_000
#: With filters so many times as many hits are looked through.
_WIDER = 10
_NAMES = (*STRONG_NAMES, *WEAK_NAMES)
_PARTS = ("firstName", "secondName", "middleName", "fatherName", "lastName")
_COUNTRIES = ("country", "jurisdiction", "mainCountry")
_NATIONALITIES = ("nationality", "citizenship")


@dataclass(frozen=True, slots=True)
class Example:
    """A record that is asked for: its schema, and its values by property as far as they could be read."""

    schema: str
    properties: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, schema: str, properties: Mapping[str, Any]) -> Example:
        """A record as it was sent: values are texts or lists of texts. What the schema does not know, or what is no value, is left out. UsageError where there
        is no such schema.
        """
        if model.schema(schema) is None:
            raise UsageError(f"“{schema[:100]}” is no schema", hint="Use Person, Organization, Company, LegalEntity, Vessel ….")
        read: dict[str, tuple[str, ...]] = {}
        for name, given in properties.items():
            known = model.prop(schema, name)
            if known is None or known.stub:
                continue
            several = given if isinstance(given, list) else [given]
            texts = [
                " ".join(str(one)[:LONGEST].replace("\0", " ").split()) for one in several[:VALUES] if isinstance(one, str | int | float)
            ]
            if found := tuple(dict.fromkeys(value for text in texts for value in _values(known.type.name, text))):
                read[name] = found
        return cls(schema, read)

    def queries(self) -> list[Query]:
        """What screening is asked: each name, with all that is known beside."""
        said = self.properties
        names = [name for prop in _NAMES for name in said.get(prop, ())]
        if parts := " ".join(said[part][0] for part in _PARTS if part in said):
            names.append(parts)
        numbers = tuple((normal, value) for prop, value in self._numbers() if (normal := normal_identifier(prop, value)))
        if not numbers and not names:
            return []
        kind = kind_of(self.schema)
        known: Row = {
            "kind": kind if kind in KINDS else "any",
            "born": said.get("birthDate", ()),
            "countries": _all(said, _COUNTRIES),
            "nationalities": _all(said, _NATIONALITIES),
            "gender": next(iter(said.get("gender", ())), ""),
            "identifiers": numbers,
        }
        return [Query(name, **known) for name in list(dict.fromkeys(names))[:NAMES] or [""]]

    def _numbers(self) -> Iterator[tuple[str, str]]:
        for name, values in self.properties.items():
            known = model.prop(self.schema, name)
            if known is not None and known.type.name in NUMBERED and name not in NOT_IDENTIFYING:
                yield from ((name, value) for value in values)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entities may be an answer; what is left empty does not matter. `dataset` and `datasets`: at least one of them speaks of it."""

    dataset: str = ALL
    datasets: tuple[str, ...] = ()
    without_datasets: tuple[str, ...] = ()
    without_schemata: tuple[str, ...] = ()
    without_ids: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    changed_since: str = ""

    def passes(self, entity: Row) -> bool:
        """Whether the entity (a row of ENTITY) may be an answer."""
        datasets, ids = set(entity["datasets"] or ()), {entity["entity_id"], *(entity["members"] or ())}
        return (
            (self.dataset == ALL or self.dataset in datasets)
            and (not self.datasets or bool(datasets & set(self.datasets)))
            and not (datasets and datasets <= set(self.without_datasets))
            and not any(model.is_a(entity["schema"], schema) for schema in self.without_schemata)
            and not ids & set(self.without_ids)
            and (not self.topics or bool(set(self.topics) & set(entity["topics"] or ())))
            and (not self.countries or bool({one.casefold() for one in self.countries} & set(entity["countries"] or ())))
            and (entity["last_seen"] or "") >= self.changed_since[:10]
        )


@dataclass(frozen=True, slots=True)
class Match:
    """An entity that may be meant, in FollowTheMoney's words, with the hit that found it."""

    entity: Row
    hit: Hit


class Matching:
    """Matching against one build. `may` says what of a marking this person sees; everything else is left out."""

    def __init__(self, build: Build, screen: Screen, may: Callable[[str | None], bool], record: Record) -> None:
        self.build, self._screen, self._may, self._record = build, screen, may, record

    def datasets(self) -> list[str]:
        """The datasets that can be asked by themselves."""
        return sorted({str(name) for name in self.build.table("sources")["dataset"].to_pylist()})

    def check(self, dataset: str) -> None:
        """NotFound where there is no such dataset."""
        if dataset != ALL and dataset not in (known := self.datasets()):
            raise NotFound(f"there is no dataset “{dataset[:100]}”", hint=f"Known are {', '.join([ALL, *known])}.")

    def match(self, examples: Sequence[Example], wanted: Filter, *, cutoff: float, limit: int) -> list[tuple[list[Match], int]]:
        """For each record the entities that may be meant, best first, at most `limit`, and how many there are from `cutoff` on."""
        self.check(wanted.dataset)
        asked = [(place, query) for place, example in enumerate(examples) for query in example.queries()]
        best: list[dict[str, Hit]] = [{} for _ in examples]
        wide = max(50, limit * _WIDER) if wanted != Filter() else max(20, limit * 2)
        found = self._screen([query for _, query in asked], threshold=cutoff, limit=wide)
        for (place, _), (_, hits) in zip(asked, found, strict=True):
            for hit in hits:
                if self._may(hit.marking) and ((held := best[place].get(hit.entity_id)) is None or held.score < hit.score):
                    best[place][hit.entity_id] = hit
        rows = self._rows({one for hits in best for one in hits})
        chosen = [
            sorted(
                (hit for one, hit in hits.items() if one in rows and wanted.passes(rows[one])),
                key=lambda hit: (-hit.score, -hit.support, hit.entity_id),
            )
            for hits in best
        ]
        told = self.told([rows[hit.entity_id] for hits in chosen for hit in hits[:limit]])
        return [([Match(told[hit.entity_id], hit) for hit in hits[:limit]], len(hits)) for hits in chosen]

    def told(self, rows: Iterable[Row]) -> dict[str, Row]:
        """Entities (rows of ENTITY) in FollowTheMoney's words, by their ids, with the values that this person is cleared for. That they are read is noted."""
        entities = {row["entity_id"]: row for row in rows}
        values: dict[str, dict[str, list[str]]] = {one: {} for one in entities}
        members = sorted({member for row in entities.values() for member in (row["members"] or [row["entity_id"]])})
        for claim in self._claims(members):
            if claim["canonical_id"] in values and self._may(claim["marking"]):
                held = values[claim["canonical_id"]].setdefault(claim["prop"], [])
                if claim["value"] not in held and len(held) < VALUES:
                    held.append(claim["value"])
        if entities:
            self._record("read", self.build.path.name, {"entities": sorted(entities)[:1_000], "count": len(entities)})
        return {one: _told(row, values[one]) for one, row in entities.items()}

    def entity(self, reference: str) -> Row:
        """The row of ENTITY of an id, also of one that went into it; NotFound where there is none, or none that this person may see."""
        found = pq.read_table(self.build.file("clusters"), columns=["cluster_id"], filters=[("entity_id", "=", reference)])
        canonical = found["cluster_id"][0].as_py() if found.num_rows else reference
        row = self._rows({canonical}).get(canonical)
        if row is None or not self._may(row["marking"]):
            raise NotFound(f"there is no entity “{reference[:200]}”")
        return row

    def entities(self, ids: Sequence[str]) -> dict[str, Row]:
        """Entities in FollowTheMoney's words by their ids, without those that are none or that this person may not see."""
        return self.told(row for row in self._rows(set(ids)).values() if self._may(row["marking"]))

    def _rows(self, ids: Collection[str]) -> dict[str, Row]:
        """The entities of these ids; victims and minors are nobody here."""
        if not ids:
            return {}
        table = pq.read_table(self.build.file("entities"), filters=[("entity_id", "in", sorted(ids))])
        return {row["entity_id"]: row for row in table.filter(pc.invert(table["victim"])).to_pylist()}

    def _claims(self, members: Sequence[str]) -> list[Row]:
        if not members:
            return []
        columns = ["canonical_id", "prop", "prop_type", "value", "marking"]
        table = pq.read_table(self.build.file("claims"), columns=columns, filters=[("entity_id", "in", list(members))])
        return [row for row in table.to_pylist() if row["prop_type"] != "entity"]


def _told(row: Row, values: Mapping[str, Sequence[str]]) -> Row:
    """An entity as FollowTheMoney and the services that speak it write one."""
    seen = {name: f"{_whole(row[name])}T00:00:00" if row[name] else None for name in ("first_seen", "last_seen")}
    return {
        "id": row["entity_id"],
        "caption": row["caption"],
        "schema": row["schema"],
        "properties": {name: list(several) for name, several in sorted(values.items())},
        "datasets": row["datasets"] or [],
        "referents": [member for member in row["members"] or [] if member != row["entity_id"]],
        "target": bool(row["topics"]),
        **seen,
        "last_change": seen["last_seen"],
    }


def _whole(date: str) -> str:
    """A date as precise as a day: the first of what is known."""
    return f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10]


def _values(kind: str, text: str) -> list[str]:
    """What a text says, by the type of the property."""
    if not text:
        return []
    if kind == "date":
        return list(find_dates(text))
    if kind == "country":
        return list(countries_in(text))
    return [text]


def _all(said: Mapping[str, tuple[str, ...]], props: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for prop in props for value in said.get(prop, ())))
