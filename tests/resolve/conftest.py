"""Statements of invented persons, straight into an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pytest

from crosstie.model.tables import SOURCE, STATEMENT
from crosstie.resolve.claims import gather
from crosstie.resolve.resolver import resolve
from crosstie.settings import Settings
from crosstie.store.casebook import Judgement
from crosstie.store.engine import Engine

#: entity, schema, property, value
Said = tuple[str, str, str, str]
World = Callable[..., Engine]
Joined = Callable[..., list[list[str]]]


def _source(source_id: str, series: str, version_date: str) -> dict[str, object]:
    return {
        "source_id": source_id,
        "series": series,
        "version_date": version_date,
        "dataset": series,
        "originator": f"office of {series}",
        "received_at": "2030-01-01T00:00:00+00:00",
        "grade": "A2",
        "marking": "TLP:CLEAR",
    }


def _statement(source_id: str, place: int, said: Said) -> dict[str, object]:
    entity_id, schema, prop, value = said
    return {
        "entity_id": entity_id,
        "schema": schema,
        "prop": prop,
        "value": value,
        "dataset": entity_id.split("-")[0],
        "source_id": source_id,
        "locator": f"row {place}",
        "grade": "A2",
        "marking": "TLP:CLEAR",
    }


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def world(engine: Engine) -> World:
    """Load sources: keyword arguments `<series>_<yyyymmdd>` with what each says; the dataset of an entity is the prefix of its id."""

    def load(**sources: Sequence[Said]) -> Engine:
        listed, statements = [], []
        for source_id, said in sources.items():
            series, day = source_id.rsplit("_", 1)
            listed.append(_source(source_id, series, f"{day[:4]}-{day[4:6]}-{day[6:]}"))
            statements += [_statement(source_id, place, one) for place, one in enumerate(said, 1)]
        engine.load("sources", pa.Table.from_pylist(listed, schema=SOURCE))
        engine.load("statements", pa.Table.from_pylist(statements, schema=STATEMENT))
        return engine

    return load


@pytest.fixture
def joined(world: World) -> Joined:
    """Resolve a world of two lists of the same day, `one` and `two`; the clusters of more than one record."""

    def run(one: Sequence[Said], two: Sequence[Said] = (), judgements: Sequence[Judgement] = ()) -> list[list[str]]:
        engine = world(one_20300101=one, two_20300101=two)
        gather(engine)
        resolve(engine, judgements, Settings())
        found = engine.arrow("""
            select array_agg(entity_id) as members from clusters where cluster_id in (select cluster_id from clusters group by cluster_id having count(*) > 1)
            group by cluster_id""")
        return sorted(sorted(members) for members in found.column("members").to_pylist() if members)

    return run


def judgement(left: str, right: str, verdict: str, at: str = "2030-01-02T00:00:00+00:00") -> Judgement:
    """A judgement on a pair."""
    return Judgement(f"{left}-{right}-{at}", "pair", left, right, verdict, "", "tester", at, None)  # type: ignore[arg-type]
