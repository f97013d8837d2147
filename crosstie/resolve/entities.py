"""Resolved entities in short: the best name, what kind of thing, where from, who says so, and whether anybody still does."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pyarrow as pa
from rigour.names import pick_name

from crosstie.model import schema as model
from crosstie.model.marking import strictest
from crosstie.model.tables import ENTITY
from crosstie.resolve.batches import batch, columns, values
from crosstie.resolve.claims import common_schema
from crosstie.resolve.flat import Array, encode, pc, take
from crosstie.resolve.records import protect
from crosstie.store.engine import Engine

#: The order in which names are believed. Weak aliases are no names of an entity.
_RANK = {"name": 0, "previousName": 2, "alias": 1, "abbreviation": 3}
_THING = columns(schema=pa.string())
#: What is said of whole records, and what of entities by single claims: names of lists, and where they come from in SQL.
_SAID = {"schemata": '"schema"', "datasets": "dataset", "originators": "originator", "markings": "marking"}
_VALUES = {"countries": "prop_type = 'country'", "topics": "prop = 'topics'", "birth_dates": "prop = 'birthDate'"}


def describe(engine: Engine, table: str = "entities", claims: str = "claims") -> None:
    """Create `entities` from `claims` and `sources`: every thing that has a name of its own (relations, sanctions and documents are in `claims`).
    Or another table from those of the claims in which some of the entities are.

    The caption is the name that most sources agree on, in Latin letters where there is one. Victims and whoever may be under 18 are marked.
    """
    if not engine.has("protected"):
        protect(engine)
    engine.map("things", f'select distinct "schema" from {claims}', _things, _THING)
    rank = " ".join(f"when '{prop}' then '{place}'" for prop, place in _RANK.items())
    named = ", ".join(f"'{prop}'" for prop in _RANK)
    engine.create(
        "names_supported",
        f"""
        select canonical_id, value, min(rank) as rank, count(*) as support from (
            select canonical_id, entity_id, value, min(case prop {rank} end) as rank
            from {claims} where prop in ({named}) group by canonical_id, entity_id, value) n group by canonical_id, value""",
    )
    engine.create(
        "entity_names",
        """
        select canonical_id, array_agg(rank || lpad(cast(99999 - support as varchar), 5, '0') || value) as names from names_supported group by canonical_id""",
    )
    _facts(engine, claims)
    _values(engine, claims)
    listed = {name: f"coalesce(m.{name}, {_single(f'f.{name}_least')})" for name in _SAID}
    listed |= {name: f"coalesce(v.{name}, array[]::varchar[])" for name in _VALUES}
    engine.map(
        table,
        f"""
        select f.canonical_id, f.members, f.first_seen, f.last_seen, f.current, f.victim, {", ".join(f"{said} as {name}" for name, said in listed.items())},
            n.names from entity_facts f left join entity_mixed m on m.canonical_id = f.canonical_id
        left join entity_values v on v.canonical_id = f.canonical_id left join entity_names n on n.canonical_id = f.canonical_id""",
        _describe,
        ENTITY,
    )


def _facts(engine: Engine, claims: str) -> None:
    """Tables `entity_facts`: what the records of each entity are, who speaks of them, and when; and `entity_mixed`: the same of entities that are
    not all of one schema, dataset, originator and marking. Most are, and lists cost more than the first and the last in order.
    """
    ends = ", ".join(f"min({column}) as {name}_least, max({column}) as {name}_most" for name, column in _SAID.items())
    engine.create(
        "entity_members",
        f"""
        select canonical_id, entity_id, {ends}, min(first_seen) as first_seen, max(last_seen) as last_seen, max(current) as current
        from {claims} where "schema" in (select "schema" from things) group by canonical_id, entity_id""",
    )
    ends = ", ".join(f"min({name}_least) as {name}_least, max({name}_most) as {name}_most" for name in _SAID)
    engine.create(
        "entity_facts",
        f"""
        select m.canonical_id, list_sort(array_agg(m.entity_id)) as members, {ends},
            min(first_seen) as first_seen, max(last_seen) as last_seen, max(current) as current, max(p.entity_id is not null) as victim
        from entity_members m left join protected p on p.entity_id = m.entity_id group by m.canonical_id""",
    )
    mixed = " or ".join(f"{name}_least <> {name}_most" for name in _SAID)
    engine.create(
        "entity_mixed",
        f"""
        select canonical_id, {", ".join(f"{_list(column)} as {name}" for name, column in _SAID.items())} from (
            select distinct canonical_id, {", ".join(_SAID.values())} from {claims}
            where "schema" in (select "schema" from things) and canonical_id in (select canonical_id from entity_facts where {mixed}))
        group by canonical_id""",
    )


def _values(engine: Engine, claims: str) -> None:
    """Table `entity_values`: countries, topics and dates of birth of each entity that has any."""
    kinds = " ".join(f"when {test} then '{name}'" for name, test in _VALUES.items())
    lists = ", ".join(f"list_sort(array_agg(value) filter (where name = '{name}')) as {name}" for name in _VALUES)
    engine.create(
        "entity_values",
        f"""
        select canonical_id, {lists} from (
            select distinct canonical_id, case {kinds} end as name, value from {claims} where ({" or ".join(_VALUES.values())}) and value <> '')
        group by canonical_id""",
    )


def _single(column: str) -> str:
    """SQL for the list of one value, or of none."""
    return f"case when {column} <> '' then array[{column}] else array[]::varchar[] end"


def _list(column: str) -> str:
    """SQL for the different values of a column, in order."""
    return f"coalesce(list_sort(array_agg(distinct {column}) filter (where {column} <> '')), array[]::varchar[])"


def caption(names: list[str]) -> str | None:
    """The best of several names, each given as often as it is said: in Latin letters where there is one, and the nearest to all the others."""
    latin = [name for name in names if _is_latin(name)] or names
    if len(set(latin)) < 2:
        return latin[0] if latin else None
    return pick_name(latin) or latin[0]


def _describe(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        captions, names = _named(given.column("canonical_id"), given.column("names"))
        yield batch(
            ENTITY,
            given.column("canonical_id"),
            _each(given.column("schemata"), _schema),
            captions,
            names,
            *(given.column(name) for name in ("countries", "datasets", "members", "topics", "birth_dates", "originators")),
            _each(given.column("markings"), _marking),
            given.column("first_seen"),
            given.column("last_seen"),
            pc.invert(given.column("current")),
            given.column("victim"),
        )


def _each(lists: Array, told: Callable[[tuple[str, ...]], str]) -> Array:
    """What a function makes of each list of texts; it is called once for lists that are alike."""
    codes, distinct = encode(pc.binary_join(lists, "\x1f"))
    return take(pa.array([told(tuple(text.split("\x1f")) if text else ()) for text in distinct.to_pylist()], pa.string()), codes)


def _named(ids: Array, said: Array) -> tuple[Array, Array]:
    """The caption and the names of each entity, of its id and what `_names` takes. Most have one name, and no list of theirs is taken apart."""
    count = pc.fill_null(pc.list_value_length(said), 0).to_numpy(zero_copy_only=False)
    one, several = np.flatnonzero(count == 1), np.flatnonzero(count > 1)
    single = pc.utf8_slice_codeunits(pc.list_flatten(take(said, one)), 6)
    listed: list[list[str]] = values(pa.record_batch({"names": take(said, several)}), "names")
    ordered: Array = pa.array([_names(names) for names in listed], ENTITY.field("names").type)
    first = pc.list_element(ordered, 0) if len(ordered) else pa.array([], pa.string())
    none = np.flatnonzero(count == 0)
    place = np.argsort(np.concatenate([one, several, none]))
    of_one = pa.ListArray.from_arrays(pa.array(np.arange(len(one) + 1), pa.int32()), single)
    of_none = pa.array([[]] * len(none), ENTITY.field("names").type)
    names = pa.concat_arrays([of_one.cast(ordered.type), ordered, of_none])
    return take(pa.concat_arrays([single, first, take(ids, none)]), place), take(names, place)


def _names(said: list[str]) -> list[str]:
    """Names, the caption first, of texts of rank, 99999 less the support, and name."""
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
