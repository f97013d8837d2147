"""A graph that does not fit in this machine is searched on the cluster: what is found of it is what is found of the graph in memory."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.graph import frontier, loading
from crosstie.graph.csr import Csr
from crosstie.graph.doubled import Doubled
from crosstie.graph.memory import Memory
from crosstie.graph.null import Ends, Null
from crosstie.graph.paths import Paths
from crosstie.link.actors import Seeds
from crosstie.link.reach import reach
from crosstie.link.search import directed
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from tests.parity.test_paths import tables

SETTINGS = Settings(threads=2, links=60, hub=40)
#: Room for what the paths touch, but not for a search.
NARROW = replace(SETTINGS, search_memory="300MB")


def told(net: Csr, found: Paths) -> list[tuple[Any, ...]]:
    """Of each path the nodes, the cost, what chance would give, and how many neighbours each node has, in all and by the tie that goes on."""
    null = Null(Ends.of(net, [directed(kind) for kind in net.kinds]))
    rows = []
    for row in range(len(found)):
        nodes = found.nodes(row)
        alike = [net.kind_degree(one, net.kind_of(net.tie(one, other))) for one, other in pairwise(nodes)]
        names = net.ids.take(pa.array(nodes)).to_pylist()
        rows.append(
            (tuple(names), float(found.cost[row]), int(found.rank[row]), null.expected(nodes), net.degrees()[nodes].tolist(), alike)
        )
    return rows


def test_a_cluster_searches_what_does_not_fit_here(spark: Engine, duck: Engine, tmp_path: Path) -> None:
    edges, entities, crime, terror, closed = tables(7, 240, 900)
    for one in (spark, duck):
        one.load("edges", edges)
        one.load("entities", entities)
    seeds = Seeds(tuple(sorted({*crime} & {*terror})), tuple(crime), tuple(terror), tuple(closed))
    assert seeds.both
    whole, paths = reach(duck, seeds, SETTINGS)
    memory = Memory(tmp_path / "searching" / "paths.parquet", "these inputs")
    assert not loading.fits(spark, NARROW)
    part, same = reach(spark, seeds, NARROW, memory)
    assert part.ties < whole.ties
    assert len(paths) > 60
    assert told(part, same) == told(whole, paths)
    assert len(part.numbers(pa.array(seeds.both, pa.string()))) == len(seeds.both)
    assert Doubled.of(spark, whole.kinds) == Doubled.of(duck, whole.kinds)
    assert sum(Doubled.of(duck, whole.kinds).both.values()) > 3
    assert frontier.totals(spark)[1].tolist() == whole.kind_totals().tolist() == part.kind_totals().tolist()
    # interrupted behind the search: on either engine the next build goes on with what was found
    again, found = reach(spark, seeds, NARROW, memory)
    assert told(again, found) == told(part, same)
    here, found = reach(duck, seeds, SETTINGS, memory)
    assert told(here, found) == told(whole, paths)
