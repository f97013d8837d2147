"""Two ways to deal at once tell as much as they are rare in this graph."""

from __future__ import annotations

from math import log2

import pyarrow as pa
import pytest

from crosstie.graph.doubled import Doubled
from crosstie.model.tables import EDGE
from crosstie.store.engine import Engine

KINDS = ("Call", "Message", "ledger.payments")


def fill(engine: Engine, ties: list[tuple[int, int, str]]) -> None:
    rows = [{"edge_id": f"x{at}", "source": f"p{a}", "target": f"p{b}", "kind": kind} for at, (a, b, kind) in enumerate(ties)]
    engine.load("edges", pa.Table.from_pylist(rows, schema=EDGE))


def test_pairs_are_counted_once_in_either_direction(engine: Engine) -> None:
    fill(
        engine,
        [
            *((a, a + 1, "Call") for a in range(30)),
            (1, 0, "Call"),
            (0, 1, "Call"),
            (5, 5, "Call"),
            *((a + 1, a, "ledger.payments") for a in range(4)),
            (0, 1, "ledger.payments"),
            (20, 9, "ledger.payments"),
            (3, 4, "Family"),
        ],
    )
    found = Doubled.of(engine, KINDS)
    assert found == Doubled({"Call": 30, "ledger.payments": 5}, {("Call", "ledger.payments"): 4})
    # of five who pay four also call: the rarer kind says more surely what the other is
    assert found.bits(["Call", "ledger.payments", "Family", "Call"]) == pytest.approx(-log2(5 / 7))
    assert found.bits(["Call"]) == found.bits(["Call", "Family"]) == found.bits([]) == 0


def test_what_goes_together_everywhere_tells_nothing_and_what_never_does_tells_most() -> None:
    found = Doubled({"Call": 1_000, "Message": 900, "ledger.payments": 5_000}, {("Call", "Message"): 899})
    assert found.bits(["Call", "Message"]) == pytest.approx(-log2(900 / 902))
    assert found.bits(["ledger.payments", "Call"]) == pytest.approx(log2(1_002))
    # who writes and calls and pays: payments go with neither, but that is counted once
    assert found.bits(["ledger.payments", "Call", "Message"]) == pytest.approx(-log2(900 / 902) + log2(902))


def test_one_kind_is_not_compared(engine: Engine) -> None:
    fill(engine, [(0, 1, "Call")])
    assert Doubled.of(engine, ["Call"]) == Doubled({}, {})
    assert Doubled.of(engine, KINDS).bits(KINDS) == 0
