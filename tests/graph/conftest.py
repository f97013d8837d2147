"""Small tables as the stages before would leave them, from a few lines of invented facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest

from crosstie.model import schema as model
from crosstie.model.tables import CLAIM, ENTITY, SOURCE
from crosstie.store.engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as one:
        yield one


@pytest.fixture
def load(engine: Engine) -> Callable[..., None]:
    """A function that fills the engine with facts."""
    return lambda facts, **more: _load(engine, facts, **more)


#: entity, schema, property, value; optionally the source
Fact = tuple[str, ...]
SOURCES = {"s1": ("Ministry A", "A2", "TLP:CLEAR"), "s2": ("Ministry B", "B2", "TLP:GREEN"), "s3": ("Ministry A", "A2", "TLP:AMBER")}


def _load(engine: Engine, facts: Sequence[Fact], *, merged: dict[str, str] | None = None, victims: Sequence[str] = ()) -> None:
    """Make `sources`, `claims` and `entities` of facts."""
    canon = merged or {}
    engine.load(
        "sources",
        pa.Table.from_pylist(
            [
                {"source_id": one, "originator": originator, "grade": grade, "marking": marking, "series": one, "dataset": one}
                for one, (originator, grade, marking) in SOURCES.items()
            ],
            schema=SOURCE,
        ),
    )
    claims: list[dict[str, Any]] = []
    for number, (entity, schema, prop, value, *rest) in enumerate(facts):
        source = rest[0] if rest else "s1"
        found = model.prop(schema, prop)
        assert found is not None, (schema, prop)
        originator, grade, marking = SOURCES[source]
        claims.append(
            {
                "id": f"c{number:03}",
                "entity_id": entity,
                "canonical_id": canon.get(entity, entity),
                "schema": schema,
                "prop": prop,
                "prop_type": found.type.name,
                "value": value,
                "dataset": source,
                "series": source,
                "source_id": source,
                "locator": f"row {number}/{prop}",
                "originator": originator,
                "grade": grade,
                "marking": marking,
                "current": True,
            }
        )
    engine.load("claims", pa.Table.from_pylist(claims, schema=CLAIM))
    things: dict[str, dict[str, Any]] = {}
    for claim in claims:
        if not model.is_a(claim["schema"], "Thing"):
            continue
        thing = things.setdefault(
            claim["canonical_id"],
            {
                "entity_id": claim["canonical_id"],
                "schema": claim["schema"],
                "caption": claim["canonical_id"],
                "names": [],
                "countries": [],
                "datasets": [],
                "members": [],
                "topics": [],
                "birth_dates": [],
                "originators": [],
                "marking": claim["marking"],
                "delisted": False,
                "victim": claim["canonical_id"] in victims,
            },
        )
        said: list[tuple[str, str | None]] = [
            ("names", claim["value"] if claim["prop"] in ("name", "alias") else None),
            ("members", claim["entity_id"]),
            ("datasets", claim["dataset"]),
            ("originators", claim["originator"]),
            ("topics", claim["value"] if claim["prop"] == "topics" else None),
            ("birth_dates", claim["value"] if claim["prop"] == "birthDate" else None),
        ]
        for column, one in said:
            if one and one not in thing[column]:
                thing[column].append(one)
        if claim["prop"] == "name":
            thing["caption"] = claim["value"]
    engine.load("entities", pa.Table.from_pylist(list(things.values()), schema=ENTITY))
