"""Who is screened against: the resolved entities of a build, without victims and minors, with who says each name and what a hit shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from crosstie.resolve.names import Kind
from crosstie.resolve.records import STRONG_NAMES, WEAK_NAMES, kind_of
from crosstie.resolve.screen.index import Index, Listed
from crosstie.resolve.traits import NOT_IDENTIFYING, NUMBERED, normal_identifier
from crosstie.store.engine import Engine

_BATCH = 20_000
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


def build_index(engine: Engine) -> Index:
    """The index of `entities` and `claims`, in the order of their ids."""
    return Index.build(entities(engine))


def entities(engine: Engine) -> Iterator[Listed]:
    """The entities that may be screened against. Whoever has one name in several claims is named with the claim of the best grade."""
    names = ", ".join(f"'{prop}'" for prop in (*STRONG_NAMES, *WEAK_NAMES))
    weak = ", ".join(f"'{prop}'" for prop in WEAK_NAMES)
    skipped = ", ".join(f"'{prop}'" for prop in NOT_IDENTIFYING)
    numbered = ", ".join(f"'{kind}'" for kind in NUMBERED)
    engine.create(
        "screened_claims",
        f"""
        select c.canonical_id, c.prop, c.prop_type, c.value, c.originator, c.source_id, c.locator, c.grade, c.marking,
            c.prop in ({names}) as is_name, c.prop in ({weak}) as is_weak
        from claims c join entities e on e.entity_id = c.canonical_id
        where not e.victim and (c.prop in ({names}) or c.prop = 'gender' or (c.prop_type in ({numbered}) and c.prop not in ({skipped})))
        order by c.canonical_id""",
    )
    after = ""
    while True:
        listed = engine.arrow(
            f"select * from entities where not victim and entity_id > '{after}' order by entity_id limit {_BATCH}"
        ).to_pylist()
        if not listed:
            return
        last = listed[-1]["entity_id"].replace("'", "''")
        claims = engine.arrow(
            f"""
            select * from screened_claims where canonical_id > '{after}' and canonical_id <= '{last}'
            order by canonical_id, is_weak, prop, value, grade, originator, source_id, locator"""
        )
        after = last
        said: dict[str, list[dict[str, Any]]] = {}
        for claim in claims.to_pylist():
            said.setdefault(claim["canonical_id"], []).append(claim)
        for entity in listed:
            if (kind := kind_of(entity["schema"])) is not None:
                yield _listed(entity, kind, said.get(entity["entity_id"], []))


def _listed(entity: dict[str, Any], kind: str, claims: list[dict[str, Any]]) -> Listed:
    names: dict[str, tuple[str, bool, str]] = {}
    numbers: dict[str, None] = {}
    genders: dict[str, None] = {}
    for claim in claims:
        value = claim["value"]
        if claim["is_name"]:
            if kind != "number":
                names.setdefault(value, (value, claim["is_weak"], orjson.dumps({key: claim[key] for key in _SAID}).decode()))
        elif claim["prop"] == "gender":
            genders[value] = None
        elif number := normal_identifier(claim["prop"], value):
            numbers[number] = None
    card = {key: entity[column] for key, column in _CARD.items()}
    if genders:
        card["genders"] = list(genders)
    told: Kind = "any" if kind == "number" else kind  # type: ignore[assignment]
    return Listed(entity["entity_id"], told, list(names.values()), list(numbers), card, len(entity["originators"]))
