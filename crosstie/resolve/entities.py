"""Resolved entities in short: the best name, what kind of thing, where from, who says so, and whether anybody still does."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

import pyarrow as pa
from rigour.names import pick_name

from crosstie.model import schema as model
from crosstie.model.marking import strictest
from crosstie.model.tables import ENTITY
from crosstie.resolve.batches import batch, columns, values
from crosstie.resolve.claims import common_schema
from crosstie.resolve.records import protect
from crosstie.store.engine import Engine

#: The order in which names are believed. Weak aliases are no names of an entity.
_RANK = {"name": 0, "previousName": 2, "alias": 1, "abbreviation": 3}
_THING = columns(schema=pa.string())


def describe(engine: Engine) -> None:
    """Create `entities` from `claims` and `sources`: every thing that has a name of its own (relations, sanctions and documents are in `claims`).

    The caption is the name that most sources agree on, in Latin letters where there is one. Victims and whoever may be under 18 are marked.
    """
    protect(engine)
    engine.map("things", 'select distinct "schema" from claims', _things, _THING)
    rank = " ".join(f"when '{prop}' then '{place}'" for prop, place in _RANK.items())
    named = ", ".join(f"'{prop}'" for prop in _RANK)
    engine.create("names_supported", f"""
        select canonical_id, value, min(case prop {rank} end) as rank, count(distinct entity_id) as support
        from claims where prop in ({named}) group by canonical_id, value""")
    engine.create("entity_names", """
        select canonical_id, array_agg(rank || lpad(cast(99999 - support as varchar), 5, '0') || value) as names from names_supported group by canonical_id""")
    engine.create("entity_facts", """
        select c.canonical_id, array_agg(distinct c."schema") as schemata, array_agg(distinct c.dataset) as datasets,
            array_agg(distinct c.entity_id) as members, array_agg(distinct c.originator) as originators, array_agg(distinct c.marking) as markings,
            array_agg(distinct c.value) filter (where c.prop_type = 'country') as countries,
            array_agg(distinct c.value) filter (where c.prop = 'topics') as topics,
            array_agg(distinct c.value) filter (where c.prop = 'birthDate') as birth_dates,
            min(c.first_seen) as first_seen, max(c.last_seen) as last_seen, max(c.current) as current,
            max(p.entity_id is not null) as victim
        from claims c join things t on t."schema" = c."schema" left join protected p on p.entity_id = c.entity_id group by c.canonical_id""")
    engine.map("entities", """
        select f.*, n.names from entity_facts f left join entity_names n on n.canonical_id = f.canonical_id order by f.canonical_id""", _describe, ENTITY)


def caption(names: list[str]) -> str | None:
    """The best of several names, each given as often as it is said: in Latin letters where there is one, and the nearest to all the others."""
    latin = [name for name in names if _is_latin(name)] or names
    if len(set(latin)) < 2:
        return latin[0] if latin else None
    return pick_name(latin) or latin[0]


def _describe(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        yield pa.RecordBatch.from_pylist([_entity(row) for row in given.to_pylist()], schema=ENTITY)


def _entity(row: dict[str, list[str] | None]) -> dict[str, object]:
    said = sorted(row["names"] or ())
    strongest = [one for one in said if one[0] == said[0][0]]
    best = caption([one[6:] for one in strongest for _ in range(99999 - int(one[1:6]))])
    names = list(dict.fromkeys([best, *(one[6:] for one in said)])) if best else []
    schemata = sorted(row["schemata"] or ())
    lists = {name: sorted(value for value in row[name] or () if value) for name in ("countries", "datasets", "members", "topics", "birth_dates", "originators")}
    return {
        "entity_id": row["canonical_id"], "schema": common_schema(schemata) or schemata[0], "caption": best or row["canonical_id"], "names": names,
        **lists, "marking": _marking(tuple(sorted(row["markings"] or ()))), "first_seen": row["first_seen"], "last_seen": row["last_seen"],
        "delisted": not row["current"], "victim": bool(row["victim"]),
    }


@cache
def _marking(markings: tuple[str, ...]) -> str:
    return strictest(list(markings))


@cache
def _script(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


def _is_latin(name: str) -> bool:
    return name.isascii() or all(_script(letter) for letter in name if letter.isalpha())


def _things(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        yield batch(_THING, [schema for schema in values(given, "schema") if model.is_a(schema, "Thing")])
