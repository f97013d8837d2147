"""Ties between those who were together more than once: with somebody of a sphere, on different days, on one occasion each."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from crosstie.graph.compile import compile_edges
from crosstie.model.tables import SPHERE, ledger
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from tests.graph.test_compile import Load, named

JOURNEYS = ledger(flight=pa.string(), origin=pa.string())


def flights(*rows: tuple[str, str | None, str | None], source: str = "s1") -> list[dict[str, Any]]:
    """Who, on which flight, on which day."""
    return [
        dict.fromkeys(JOURNEYS.names)
        | {"event_id": f"{who}-{flight}-{day}", "a_id": who, "date": day, "flight": flight, "origin": "QPA", "source_id": source}
        | {"locator": f"row {number}", "grade": "B2", "marking": "TLP:AMBER"}
        for number, (who, flight, day) in enumerate(rows)
    ]


@pytest.fixture
def edges(engine: Engine, load: Load) -> Any:
    def made(*rows: tuple[str, str | None, str | None], known: tuple[str, ...] = ("ana",)) -> list[dict[str, Any]]:
        load(named("ana", "ben", "cid"))
        engine.load("ledger_journeys", pa.Table.from_pylist(flights(*rows), schema=JOURNEYS))
        placed = [dict.fromkeys(SPHERE.names) | {"entity_id": one, "sphere": "terror"} for one in known]
        engine.load("spheres", pa.Table.from_pylist(placed, schema=SPHERE))
        compile_edges(engine, Settings(), {"journeys": ("flight", "origin")})
        return engine.arrow("select * from edges order by edge_id").to_pylist()

    return made


def test_two_flights_together_tie_and_more_tie_more(edges: Any) -> None:
    twice = [("ana", "X1", "2024-01-02"), ("ben", "X1", "2024-01-02"), ("ana", "X1", "2024-02-02"), ("ben", "X1", "2024-02-02")]
    [edge] = edges(*twice)
    assert (edge["source"], edge["target"], edge["kind"], edge["events"]) == ("ana", "ben", "ledger.journeys", 2)
    assert (edge["start"], edge["end"], edge["marking"]) == ("2024-01-02", "2024-02-02", "TLP:AMBER")
    assert sorted(one["locator"] for one in edge["evidence"]) == ["row 0", "row 1", "row 2", "row 3"]
    [more] = edges(*twice, ("ana", "Y2", "2024-03-02"), ("ben", "Y2", "2024-03-02"))
    assert more["events"] == 3
    assert more["confidence"] > edge["confidence"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("ana", "X1", "2024-01-02"), ("ben", "X1", "2024-01-02")], id="once is chance"),
        pytest.param(
            [("ana", "X1", "2024-01-02"), ("ben", "X1", "2024-01-03"), ("ana", "X1", "2024-02-02"), ("ben", "X1", "2024-02-03")],
            id="other days",
        ),
        pytest.param(
            [("ana", None, "2024-01-02"), ("ben", None, "2024-01-02"), ("ana", None, "2024-02-02"), ("ben", None, "2024-02-02")],
            id="no flight is told",
        ),
        pytest.param(
            [("ben", "X1", "2024-01-02"), ("cid", "X1", "2024-01-02"), ("ben", "X1", "2024-02-02"), ("cid", "X1", "2024-02-02")],
            id="neither is of a sphere",
        ),
        pytest.param(
            [("ana", "X1", "2024-01-02"), ("ben", "X1", "2024-01-02"), ("ana", "Y2", "2024-01-02"), ("ben", "Y2", "2024-01-02")],
            id="one journey of two legs",
        ),
    ],
)
def test_what_ties_nobody(edges: Any, rows: list[tuple[str, str | None, str | None]]) -> None:
    assert edges(*rows) == []


def test_a_tie_bears_the_marking_and_the_doubt_of_both(engine: Engine, load: Load) -> None:
    def tie(of_ben: dict[str, str]) -> dict[str, Any]:
        load(named("ana", "ben"))
        ours = flights(("ana", "X1", "2024-01-02"), ("ana", "X1", "2024-02-02"))
        theirs = [row | of_ben for row in flights(("ben", "X1", "2024-01-02"), ("ben", "X1", "2024-02-02"), source="s2")]
        engine.load("ledger_journeys", pa.Table.from_pylist([*ours, *theirs], schema=JOURNEYS))
        engine.load("spheres", pa.Table.from_pylist([dict.fromkeys(SPHERE.names) | {"entity_id": "ana"}], schema=SPHERE))
        compile_edges(engine, Settings(), {"journeys": ("flight", "origin")})
        [edge] = engine.arrow("select * from edges").to_pylist()
        return dict(edge)

    plain = tie({})
    assert tie({"marking": "TLP:RED"})["marking"] == "TLP:RED"
    assert tie({"grade": "E5"})["confidence"] < plain["confidence"]
    assert tie({"grade": "A1"})["confidence"] == plain["confidence"]  # another who says so of the other is no second who says so of both
    assert {one["source_id"] for one in plain["evidence"]} == {"s1", "s2"}


def test_two_who_are_both_known_are_tied_once(edges: Any) -> None:
    rows = [("ana", "X1", "2024-01-02"), ("ben", "X1", "2024-01-02"), ("ana", "X1", "2024-02-02"), ("ben", "X1", "2024-02-02")]
    assert len(edges(*rows, known=("ana", "ben"))) == 1
