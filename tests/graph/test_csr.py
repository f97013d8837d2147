from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crosstie.errors import IntegrityError
from crosstie.graph import csr as graph
from crosstie.graph.kernels import FOREVER
from crosstie.model.tables import EDGE


def edges(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=EDGE)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1971", 365, 729),
        ("1971-02", 365 + 31, 365 + 58),
        ("1972-02", 730 + 31, 730 + 59),
        ("1971-12", 365 + 334, 729),
        ("1970-01-02", 1, 1),
        ("1970-01-02T10:00:00", 1, 1),
        ("9999", -FOREVER, FOREVER),
        ("9999-12-31", -FOREVER, FOREVER),
        ("1970-02-30", -FOREVER, FOREVER),
        ("soon", -FOREVER, FOREVER),
        ("", -FOREVER, FOREVER),
        (None, -FOREVER, FOREVER),
    ],
)
def test_a_date_bounds_the_days_that_its_precision_allows(text: str | None, first: int, last: int) -> None:
    column = pa.chunked_array([pa.array([text], pa.string())])
    start, end = graph.periods(column, column)
    assert (start[0], end[0]) == (first, last)


def test_parallel_edges_are_one_tie_with_the_best_confidence_and_the_hull_of_periods() -> None:
    table = edges(
        {"source": "a", "target": "b", "kind": "Family", "confidence": 0.5, "start": "1980", "end": "1981"},
        {"source": "b", "target": "a", "kind": "Associate", "confidence": 0.9, "start": "1990", "end": "1991"},
        {"source": "a", "target": "a", "kind": "Associate", "confidence": 0.9},
    )
    csr = graph.from_edges(table, pa.array(["a", "b"]))
    assert csr.ties == 1
    assert list(csr.degrees()) == [1, 1]
    assert not csr.outward[csr.tie(0, 1)]
    assert csr.outward[csr.tie(1, 0)]
    assert csr.kinds[csr.kind[csr.tie(1, 0)]] == "Associate"
    assert csr.end[0] - csr.start[0] > 11 * 365
    assert csr.kind_degree(0, 0) == 1
    assert csr.cost[0] == np.float32(round(-np.log(0.9) * 1024) / 1024)


def test_a_node_with_many_neighbours_costs_more() -> None:
    rows = [{"source": "a", "target": f"x{n}", "kind": "Associate", "confidence": 0.9} for n in range(9)]
    rows.append({"source": "y", "target": "z", "kind": "Associate", "confidence": 0.9})
    ids = pa.array(sorted({str(one[end]) for one in rows for end in ("source", "target")}))
    csr = graph.from_edges(edges(*rows), ids)
    a, x, y, z = csr.numbers(pa.array(["a", "x0", "y", "z"]))
    assert csr.cost[csr.tie(a, x)] > csr.cost[csr.tie(y, z)]


def test_unknown_ends_and_ties_are_told() -> None:
    with pytest.raises(IntegrityError, match="does not exist"):
        graph.from_edges(edges({"source": "a", "target": "c", "kind": "Family", "confidence": 0.5}), pa.array(["a", "b"]))
    empty = graph.from_edges(edges(), pa.array(["a", "b"]))
    assert empty.ties == 0
    assert list(empty.numbers(pa.array(["b", "nobody"]))) == [1]
    with pytest.raises(IntegrityError, match="a to b"):
        empty.tie(0, 1)
