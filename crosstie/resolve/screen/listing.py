"""Who is screened against: the resolved entities of a build, without victims and minors, with who says each name and what a hit shows.

Each query is streamed and becomes arrays batch by batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.batches import array, batch, columns, values
from crosstie.resolve.flat import encode, pc
from crosstie.resolve.records import STRONG_NAMES, WEAK_NAMES, kind_of
from crosstie.resolve.screen.columns import json_texts
from crosstie.resolve.screen.gathering import Gathered
from crosstie.resolve.screen.index import KINDS, Index, hashed
from crosstie.resolve.traits import NOT_IDENTIFYING, NUMBERED, normal_identifier
from crosstie.store.engine import Engine

#: Rows that are read at a time.
ROWS = 100_000
#: What a hit shows of an entity, and of the claim that a name stands in.
_CARD = {
    "id": "entity_id",
    "caption": "caption",
    "schema": "schema",
    "marking": "marking",
    "countries": "countries",
    "births": "birth_dates",
    "originators": "originators",
    "topics": "topics",
    "delisted": "delisted",
}
_SAID = ("originator", "source_id", "locator", "grade", "marking")
#: What hardly two entities have alike.
_OWN = ("id", "caption", "countries", "births")
_KIND = columns(schema=pa.string(), kind=pa.string())


def build_index(engine: Engine) -> Index:
    """The index of `entities` and `claims`, in the order of their ids. Names are analysed unless the table `name_forms` has them analysed."""
    engine.map("screened_kinds", 'select distinct "schema" from entities where not victim', _kinds, _KIND)
    engine.create(
        "screened",
        """
        select cast(row_number() over (order by e.entity_id) - 1 as integer) as idx, e.entity_id, k.kind
        from entities e join screened_kinds k on k."schema" = e."schema" where not e.victim""",
    )
    gathered = Gathered()
    _entities(engine, gathered)
    _names(engine, gathered)
    _identifiers(engine, gathered)
    return gathered.index()


def _entities(engine: Engine, gathered: Gathered) -> None:
    shown = ", ".join(f'e."{column}"' for column in _CARD.values())
    rows = engine.batches(
        f"""
        select s.kind, {shown}, g.genders from screened s join entities e on e.entity_id = s.entity_id
        left join (select canonical_id, list_sort(array_agg(distinct value)) as genders from claims where prop = 'gender' group by canonical_id) g
            on g.canonical_id = s.entity_id order by s.idx""",
        ROWS,
    )
    for given in rows:
        shared = {name: given.column(column) for name, column in _CARD.items() if name not in _OWN}
        told = [json_texts(column) if pa.types.is_list(column.type) else column for column in (*shared.values(), given.column("genders"))]
        genders = given.column("genders")

        def frame(row: int, shared: dict[str, Any] = shared, genders: Any = genders) -> list[Any]:
            card = {name: shared[name][row].as_py() if name in shared else None for name in _CARD}
            return [_OWN, card | ({"genders": genders[row].as_py()} if genders[row].is_valid else {})]

        own = (json_texts(given.column(_CARD[name])) for name in _OWN)
        gathered.entities(
            _codes(given),
            pc.fill_null(pc.list_value_length(given.column("originators")), 0).to_numpy(zero_copy_only=False),
            gathered.frames.numbers(told, frame),
            pc.binary_join_element_wise("[", pc.binary_join_element_wise(*own, ","), "]", ""),
        )


def _names(engine: Engine, gathered: Gathered) -> None:
    """Strong names before weak ones; whoever has one name in several claims is named with the claim of the best grade."""
    names, weak = (", ".join(f"'{prop}'" for prop in props) for props in ((*STRONG_NAMES, *WEAK_NAMES), WEAK_NAMES))
    known = engine.has("name_forms")
    rows = engine.batches(
        f"""
        select s.idx, s.kind, c.prop in ({weak}) as weak, c.value, {", ".join(f"c.{name}" for name in _SAID)}{", f.tokens, f.parts" if known else ""}
        from claims c join screened s on s.entity_id = c.canonical_id
        {"left join name_forms f on f.value = c.value and f.kind = s.kind" if known else ""}
        where c.prop in ({names}) and s.kind <> 'number'
        order by s.idx, c.prop in ({weak}), c.prop, c.value, c.grade, c.originator, c.source_id, c.locator""",
        ROWS,
    )
    for given in _whole(rows):
        said = {name: given.column(name) for name in _SAID}
        places = said["locator"]
        # where it is said stands apart: in hardly two claims it is the same
        told = said | {"locator": pc.if_else(pc.is_null(places), None, "")}

        def sayer(row: int, told: dict[str, Any] = told) -> dict[str, Any]:
            return {name: column[row].as_py() for name, column in told.items()}

        gathered.names(
            array(given, "idx", np.int32),
            _codes(given),
            given.column("value"),
            array(given, "weak", np.bool_),
            gathered.sayers.numbers(list(told.values()), sayer),
            places,
            (given.column("tokens"), given.column("parts")) if known else None,
        )


def _identifiers(engine: Engine, gathered: Gathered) -> None:
    numbered, skipped = (", ".join(f"'{name}'" for name in names) for names in (NUMBERED, NOT_IDENTIFYING))
    rows = engine.batches(
        f"""
        select s.idx, c.prop, c.value from claims c join screened s on s.entity_id = c.canonical_id
        where c.prop_type in ({numbered}) and c.prop not in ({skipped})""",
        ROWS,
    )
    for given in rows:
        codes, told = encode(pc.binary_join_element_wise(given.column("prop"), given.column("value"), "\n"))
        read = [normal_identifier(*text.split("\n", 1)) for text in map(str, told.to_pylist())]
        hashes = np.array([hashed(number) if number else 0 for number in read], np.uint64)
        kept = np.array([bool(number) for number in read], np.bool_)[codes]
        gathered.identifiers(hashes[codes][kept], array(given, "idx", np.int32)[kept])


def _whole(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches that do not part an entity."""
    held: list[pa.RecordBatch] = []
    for given in batches:
        if not given.num_rows:
            continue
        idx = array(given, "idx", np.int32)
        cut = int(np.searchsorted(idx, idx[-1]))
        if held and held[-1].column("idx")[-1].as_py() != idx[0]:
            yield _one(held)
            held = []
        if cut:
            yield _one([*held, given.slice(0, cut)])
            held = []
        held.append(given.slice(cut))
    if held:
        yield _one(held)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def _codes(given: pa.RecordBatch) -> NDArray[np.uint8]:
    """What entities are, as numbers; a thing that is matched by its numbers only (a car) may bear any name."""
    codes = pc.fill_null(pc.index_in(given.column("kind"), pa.array(KINDS)), KINDS.index("any"))
    return np.asarray(codes.to_numpy(zero_copy_only=False), np.uint8)


def _kinds(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        found = [(schema, kind) for schema in values(given, "schema") if (kind := kind_of(schema))]
        yield batch(_KIND, *([row[place] for row in found] for place in (0, 1)))
