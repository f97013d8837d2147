"""A finding is marked as strictly as all that it may rest on: a closed event counts though it is not among those shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from crosstie.lens import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.inherited import mark
from crosstie.model.tables import CLAIM, LEDGER_BASE, SOURCE
from crosstie.store.engine import Engine

OPEN, CLOSED = "TLP:GREEN", "TLP:RED"


def event(number: int, date: str, marking: str, a: str = "ana") -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "a_id": a,
        "b_id": f"b{number}",
        "date": date,
        "source_id": "s",
        "locator": f"row {number}",
        "grade": "B2",
        "marking": marking,
    }


def marking(engine: Engine, rows: list[dict[str, Any]], *subjects: str) -> str | None:
    """Of a finding of 2020 that shows the first events only."""
    engine.load("ledger_meetings", pa.Table.from_pylist(rows, schema=LEDGER_BASE))
    events.gather(engine)
    shown = tuple(piece(row, "met") for row in rows[:SHOWN])
    [found] = table([Seen(subjects, "2020-01-01", "2020-12-31", 0.9, "met often", shown)]).to_pylist()
    told = [{**found, "finding_id": "f"}]
    mark(engine, told, ["meetings"])
    answer: str | None = told[0]["marking"]
    return answer


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        engine.load("sources", SOURCE.empty_table())
        engine.load("claims", CLAIM.empty_table())
        yield engine


MANY = [event(number, f"2020-03-{number + 1:02}", OPEN) for number in range(SHOWN)]


def test_a_closed_event_that_is_not_shown_closes_the_finding(engine: Engine) -> None:
    assert marking(engine, [*MANY, event(99, "2020-06-01", CLOSED)], "ana") == CLOSED
    assert marking(engine, [*MANY, event(99, "2020", CLOSED)], "ana") == CLOSED
    assert marking(engine, [*MANY, event(99, "2020-06-01", CLOSED, a="cid")], "b99") == CLOSED
    assert marking(engine, [*MANY, event(99, "2020-06-01", CLOSED)], "e99") == CLOSED


def test_what_it_does_not_rest_on_does_not_close_it(engine: Engine) -> None:
    assert marking(engine, [*MANY, event(99, "2021-01-01", CLOSED)], "ana") == OPEN
    assert marking(engine, [*MANY, event(99, "2020-06-01", CLOSED, a="cid")], "ana") == OPEN
    assert marking(engine, MANY, "ana") == OPEN
