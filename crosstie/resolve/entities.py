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
    if not engine.has("protected"):
        protect(engine)
    engine.map("things", 'select distinct "schema" from claims', _things, _THING)
    rank = " ".join(f"when '{prop}' then '{place}'" for prop, place in _RANK.items())
    named = ", ".join(f"'{prop}'" for prop in _RANK)
    engine.create(
        "names_supported",
        f"""
        select canonical_id, value, min(case prop {rank} end) as rank, count(distinct entity_id) as support
        from claims where prop in ({named}) group by canonical_id, value""",
    )
    engine.create(
        "entity_names",
        """
        select canonical_id, array_agg(rank || lpad(cast(99999 - support as varchar), 5, '0') || value) as names from names_supported group by canonical_id""",
    )
    _members(engine)
    values = {"countries": "prop_type = 'country'", "topics": "prop = 'topics'", "birth_dates": "prop = 'birthDate'"}
    engine.create(
        "entity_values",
        f"""
        select canonical_id, {", ".join(f"{_list('value', test)} as {name}" for name, test in values.items())}
        from claims where {" or ".join(values.values())} group by canonical_id""",
    )
    said = ", ".join(f"coalesce(v.{name}, array[]::varchar[]) as {name}" for name in values)
    engine.map(
        "entities",
        f"""
        select f.*, {said}, n.names from entity_facts f left join entity_values v on v.canonical_id = f.canonical_id
        left join entity_names n on n.canonical_id = f.canonical_id order by f.canonical_id""",
        _describe,
        ENTITY,
    )


def _members(engine: Engine) -> None:
    """Table `entity_facts`: what the records of each entity are, who speaks of them, and when. Record by record first: there are far fewer than claims."""
    engine.create(
        "entity_members",
        """
        select c.canonical_id, c.entity_id, c."schema", c.dataset, c.originator, c.marking,
            min(c.first_seen) as first_seen, max(c.last_seen) as last_seen, max(c.current) as current
        from claims c join things t on t."schema" = c."schema"
        group by c.canonical_id, c.entity_id, c."schema", c.dataset, c.originator, c.marking""",
    )
    listed = {"schemata": '"schema"', "datasets": "dataset", "members": "entity_id", "originators": "originator", "markings": "marking"}
    engine.create(
        "entity_facts",
        f"""
        select canonical_id, {", ".join(f"{_list(f'm.{column}')} as {name}" for name, column in listed.items())},
            min(first_seen) as first_seen, max(last_seen) as last_seen, max(current) as current, max(p.entity_id is not null) as victim
        from entity_members m left join protected p on p.entity_id = m.entity_id group by canonical_id""",
    )


def _list(column: str, test: str = "true") -> str:
    """SQL for the different values of a column, in order."""
    return f"coalesce(list_sort(array_agg(distinct {column}) filter (where {test} and {column} <> '')), array[]::varchar[])"


def caption(names: list[str]) -> str | None:
    """The best of several names, each given as often as it is said: in Latin letters where there is one, and the nearest to all the others."""
    latin = [name for name in names if _is_latin(name)] or names
    if len(set(latin)) < 2:
        return latin[0] if latin else None
    return pick_name(latin) or latin[0]


def _describe(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        ids: list[str] = values(given, "canonical_id")
        named = [_names(said) for said in values(given, "names")]
        yield batch(
            ENTITY,
            given.column("canonical_id"),
            [_schema(tuple(schemata)) for schemata in values(given, "schemata")],
            [names[0] if names else entity_id for entity_id, names in zip(ids, named, strict=True)],
            named,
            *(given.column(name) for name in ("countries", "datasets", "members", "topics", "birth_dates", "originators")),
            [_marking(tuple(markings)) for markings in values(given, "markings")],
            given.column("first_seen"),
            given.column("last_seen"),
            [not current for current in values(given, "current")],
            given.column("victim"),
        )


def _names(said: list[str] | None) -> list[str]:
    """Names, the caption first, of texts of rank, 99999 less the support, and name."""
    if not said:
        return []
    if len(said) == 1:
        return [said[0][6:]]
    said.sort()
    strongest = [one for one in said if one[0] == said[0][0]]
    best = strongest[0][6:] if len(strongest) == 1 else caption([one[6:] for one in strongest for _ in range(99999 - int(one[1:6]))])
    return list(dict.fromkeys([str(best), *(one[6:] for one in said)]))


@cache
def _schema(schemata: tuple[str, ...]) -> str:
    return common_schema(list(schemata)) or min(schemata)


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
