"""Paths on both engines: those that joins find are those that the kernel finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crosstie.graph import frontier, loading, paths
from crosstie.model.tables import EDGE, ENTITY
from crosstie.settings import Settings
from crosstie.store.engine import Engine


def tables(seed: int, nodes: int, many: int) -> tuple[pa.Table, pa.Table, list[str], list[str], list[str]]:
    """Entities and edges: some with many neighbours, parallel edges, self loops, dates and none, few different costs."""
    rng = np.random.default_rng(seed)
    names = [f"e{one:05}" for one in rng.permutation(nodes)]
    a = np.minimum(rng.pareto(1.2, many) * nodes / 30, nodes - 1).astype(int)
    b = rng.integers(0, nodes, many)
    days: list[Any] = [None, None, "2001", "2002-05", "2009-01-31", "9999-12-31", "2015"]
    rows = [
        {
            "edge_id": f"x{at}",
            "source": names[one],
            "target": names[other],
            "kind": ("Family", "Associate", "shared.phone")[at % 3],
            "start": days[rng.integers(7)],
            "end": days[rng.integers(7)],
            "confidence": float(rng.choice([0.3, 0.6, 0.9])),
        }
        for at, (one, other) in enumerate(zip(a, b, strict=True))
    ]
    entities = pa.Table.from_pylist([{"entity_id": one, "victim": False} for one in names], schema=ENTITY)
    chosen = [names[one] for one in rng.choice(nodes, 3 * (nodes // 12), replace=False)]
    third = len(chosen) // 3
    return pa.Table.from_pylist(rows, schema=EDGE), entities, chosen[:third], [*chosen[third : 2 * third], *chosen[:3]], chosen[-5:]


@pytest.mark.parametrize(
    ("hops", "k", "hub", "keep"), [(4, 3, 40, 60), (4, 1, 8, 100_000), (3, 2, 40, 30), (2, 3, 40, 1_000), (1, 1, 1, 5)]
)
def test_joins_find_the_paths_of_the_kernel(engine: Engine, duck: Engine, hops: int, k: int, hub: int, keep: int) -> None:
    if not engine.local and (hops, k) != (4, 3):
        pytest.skip("asked of one machine: a cluster takes long for each question")
    edges, entities, sources, targets, closed = tables(hops, 240, 900)
    for one in (engine, duck):
        one.load("edges", edges)
        one.load("entities", entities)
    asked: dict[str, int] = {"max_hops": hops, "k": k, "hub": hub, "keep": keep}
    found = frontier.search(engine, sources, targets, closed, **asked)
    net = loading.load(duck, Settings())
    ends = [net.numbers(pa.array(some, pa.string())) for some in (sources, targets, closed)]
    same = paths.search(net, ends[0], ends[1], max_hops=hops, k=k, hub=hub, closed=ends[2], keep=keep)
    assert len(same) > 3
    for column in ("source", "target", "rank", "cost", "between"):
        assert getattr(found, column).tolist() == getattr(same, column).tolist(), column
    assert net.ids.to_pylist() == engine.arrow("select entity_id from graph_numbers order by number")["entity_id"].to_pylist()


def test_nobody_meets_nobody(duck: Engine) -> None:
    edges, entities, sources, _, _ = tables(1, 60, 100)
    duck.load("edges", edges)
    duck.load("entities", entities)
    assert not len(frontier.search(duck, sources, [], [], max_hops=4, k=3, hub=40, keep=10))
