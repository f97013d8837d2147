"""Accepted findings as ties: between those whom the finding ties, once accepted, and believed as far as who says so."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from crosstie.graph.compile import compile_edges
from crosstie.graph.found import WEIGHT
from crosstie.model.marking import grade_confidence
from crosstie.model.tables import FINDING
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from tests.graph.test_compile import Load, named


def finding(status: str, *originators: str, ties: tuple[tuple[str, str], ...] = (("ana", "ben"),)) -> dict[str, Any]:
    pieces = [
        {
            "source_id": f"s-{one}",
            "locator": f"row {place}",
            "sentence": f"payment {place}",
            "originator": one,
            "grade": "B2",
            "marking": "TLP:AMBER",
        }
        for place, one in enumerate(originators)
    ]
    return dict.fromkeys(FINDING.names) | {
        "finding_id": f"finding-{status}",
        "lens": "finance",
        "typology": "money-laundering/cycle",
        "title": "Money in a circle",
        "subjects": ["ana", "ben", "cid"],
        "start": "2020-01-01",
        "end": "2020-02-01",
        "score": 0.9,
        "amount": 700.0,
        "currency": "QMD",
        "sentence": "700 went round.",
        "innocent": [],
        "evidence": pieces,
        "ties": [{"a": a, "b": b} for a, b in ties],
        "status": status,
    }


def edges(engine: Engine, *findings: dict[str, Any]) -> list[dict[str, Any]]:
    engine.load("findings", pa.Table.from_pylist(list(findings), schema=FINDING))
    compile_edges(engine, Settings())
    return engine.arrow("select * from edges order by edge_id").to_pylist()


def test_an_accepted_finding_ties_whom_it_says(engine: Engine, load: Load) -> None:
    load(named("ana", "ben", "cid"))
    [edge] = edges(engine, finding("accepted", "Bank"))
    assert (edge["source"], edge["target"], edge["kind"]) == ("ana", "ben", "finding.money-laundering/cycle")
    assert (edge["label"], edge["start"], edge["end"], edge["amount"], edge["events"]) == (
        "Money in a circle",
        "2020-01-01",
        "2020-02-01",
        700.0,
        1,
    )
    assert edge["confidence"] == pytest.approx(WEIGHT * grade_confidence("B2"))
    assert edge["marking"] == "TLP:AMBER"
    assert edge["evidence"][0]["sentence"] == "700 went round."


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_what_nobody_accepted_ties_nobody(engine: Engine, load: Load, status: str) -> None:
    load(named("ana", "ben", "cid"))
    assert edges(engine, finding(status, "Bank")) == []


def test_who_says_so_counts_once_however_many_pieces_there_are(engine: Engine, load: Load) -> None:
    load(named("ana", "ben", "cid"))
    [once] = edges(engine, finding("accepted", "Bank"))
    [thrice] = edges(engine, finding("accepted", "Bank", "Bank", "Bank"))
    [two] = edges(engine, finding("accepted", "Bank", "Customs"))
    assert thrice["confidence"] == once["confidence"] < two["confidence"]


def test_a_finding_without_ties_ties_nobody(engine: Engine, load: Load) -> None:
    load(named("ana", "ben", "cid"))
    assert edges(engine, finding("accepted", "Bank", ties=())) == []


def test_the_tie_is_marked_as_all_that_the_finding_rests_on(engine: Engine, load: Load) -> None:
    load(named("ana", "ben", "cid"))
    [edge] = edges(engine, {**finding("accepted", "Bank", "Customs"), "marking": "TLP:RED"})
    assert edge["marking"] == "TLP:RED"
