"""Statements of invented persons, straight into an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pytest

from crosstie.model.tables import SOURCE, STATEMENT
from crosstie.store.engine import Engine

#: entity, schema, property, value
Said = tuple[str, str, str, str]
World = Callable[..., Engine]


def source(source_id: str, series: str, version_date: str) -> dict[str, object]:
    """A row of `sources` for tests."""
    return {
        "source_id": source_id, "series": series, "version_date": version_date, "dataset": series, "originator": f"office of {series}",
        "received_at": "2030-01-01T00:00:00+00:00", "grade": "A2", "marking": "TLP:CLEAR",
    }


def statement(source_id: str, place: int, said: Said) -> dict[str, object]:
    """A row of `statements` for tests; the dataset is the prefix of the entity's id."""
    entity_id, schema, prop, value = said
    return {
        "entity_id": entity_id, "schema": schema, "prop": prop, "value": value, "dataset": entity_id.split("-")[0], "source_id": source_id,
        "locator": f"row {place}", "grade": "A2", "marking": "TLP:CLEAR",
    }


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def world(engine: Engine) -> World:
    """Load sources: keyword arguments `<series>_<yyyymmdd>` with what each says."""

    def load(**sources: Sequence[Said]) -> Engine:
        listed, statements = [], []
        for source_id, said in sources.items():
            series, day = source_id.rsplit("_", 1)
            listed.append(source(source_id, series, f"{day[:4]}-{day[4:6]}-{day[6:]}"))
            statements += [statement(source_id, place, one) for place, one in enumerate(said, 1)]
        engine.load("sources", pa.Table.from_pylist(listed, schema=SOURCE))
        engine.load("statements", pa.Table.from_pylist(statements, schema=STATEMENT))
        return engine

    return load
