from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import UsageError
from crosstie.graph import csr as graph
from crosstie.graph import nearest, paths
from crosstie.graph.kernels import FOREVER
from crosstie.model.tables import EDGE

#: Two nodes, confidence, first and last day.
Edge = tuple[int, int, float, int | None, int | None]
#: A path: cost in nats, and the nodes between.
Found = dict[tuple[int, int], list[tuple[float, tuple[int, ...]]]]


@dataclass(frozen=True)
class Asked:
    nodes: int
    edges: list[Edge]
    sources: list[int]
    targets: list[int]
    hops: int
    k: int
    hub: int
    closed: frozenset[int]
    gap: int

    def csr(self, threads: int = 1) -> graph.Csr:
        return built(self.nodes, self.edges, threads)

    def search(self, csr: graph.Csr | None = None, **more: int) -> paths.Paths:
        ends = np.array(self.sources, np.int32), np.array(self.targets, np.int32)
        shut = np.array(sorted(self.closed), np.int32)
        return paths.search(
            csr or self.csr(), *ends, max_hops=self.hops, k=self.k, hub=self.hub, closed=shut, gap_days=self.gap, keep=more.get("keep")
        )


def built(nodes: int, edges: list[Edge], threads: int = 1) -> graph.Csr:
    a, b, confidence, start, end = (np.array(column) for column in zip(*edges, strict=True)) if edges else (np.empty(0),) * 5
    starts = np.array([-FOREVER if one is None else one for one in start], np.int64)
    ends = np.array([FOREVER if one is None else one for one in end], np.int64)
    return graph.from_arrays(nodes, a, b, confidence.astype(float), starts, ends, threads=threads)


def brute(asked: Asked) -> Found:
    """The same question asked of networkx, path by path."""
    net = nx.Graph()
    net.add_nodes_from(range(asked.nodes))
    for a, b, confidence, start, end in asked.edges:
        if a == b:
            continue
        tie = net.edges[a, b] if net.has_edge(a, b) else {"own": 1 << 20, "start": FOREVER, "end": -FOREVER}
        first, last = -FOREVER if start is None else start, FOREVER if end is None else end
        own = min(tie["own"], round(-log(confidence) * 1024))
        net.add_edge(a, b, own=own, start=min(tie["start"], first), end=max(tie["end"], last))
    share = {v: round(512 * log(max(net.degree(v), 1))) for v in net}
    found: Found = {}
    for s in asked.sources:
        for t in asked.targets:
            some = [] if s == t else [path for path in nx.all_simple_paths(net, s, t, cutoff=asked.hops) if allowed(net, path, asked)]
            costs = {tuple(path): sum(net[x][y]["own"] + share[x] + share[y] for x, y in pairwise(path)) / 1024 for path in some}
            # equal costs by the nodes between, read from the end with the smaller number
            order = sorted(costs, key=lambda path: (costs[path], (*path[1:-1][:: -1 if t < s else 1], -1, -1, -1)[:3]))
            if order:
                found[s, t] = [(costs[path], path[1:-1]) for path in order[: asked.k]]
    return found


def allowed(net: nx.Graph, path: list[int], asked: Asked) -> bool:
    steps = [net[x][y] for x, y in pairwise(path)]
    timely = all(y["start"] - x["end"] <= asked.gap and x["start"] - y["end"] <= asked.gap for x, y in pairwise(steps))
    return timely and all(net.degree(x) <= asked.hub and x not in asked.closed for x in path[1:-1])


def cheapest(found: Found, keep: int) -> Found:
    """The pairs with the cheapest best paths."""
    order = sorted(found, key=lambda pair: (found[pair][0][0], min(pair), max(pair), pair))
    return {pair: found[pair] for pair in order[:keep]}


def told(answer: paths.Paths) -> Found:
    found: Found = {}
    for row in range(len(answer)):
        first, *inner, last = answer.nodes(row)
        assert answer.hops[row] == len(inner) + 1
        assert answer.rank[row] == len(found.setdefault((first, last), []))
        found[first, last].append((float(answer.cost[row]), tuple(inner)))
    assert list(found) == sorted(found)
    return found


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    nodes = draw(st.integers(2, 9))
    node = st.integers(0, nodes - 1)
    day = st.one_of(st.none(), st.integers(0, 40))
    # few different confidences, so that equal costs are common
    edge = st.tuples(node, node, st.sampled_from([0.25, 0.5, 0.5, 0.9]), day, day).map(
        lambda e: (*e[:3], *((min(e[3], e[4]), max(e[3], e[4])) if e[3] is not None and e[4] is not None else e[3:]))
    )
    edges = draw(st.lists(edge, max_size=24))
    seeds = st.lists(node, min_size=1, max_size=5, unique=True)
    return Asked(
        nodes,
        edges,
        draw(seeds),
        draw(seeds),
        draw(st.integers(1, 4)),
        draw(st.integers(1, 4)),
        draw(st.integers(1, 9)),
        draw(st.frozensets(node, max_size=2)),
        draw(st.sampled_from([0, 5, 1000])),
    )


@settings(max_examples=300, deadline=None)
@given(questions())
def test_search_finds_what_brute_force_finds(asked: Asked) -> None:
    assert told(asked.search()) == brute(asked)


@settings(max_examples=300, deadline=None)
@given(questions(), st.integers(0, 12))
def test_the_best_so_many_pairs_are_those_of_everything(asked: Asked, keep: int) -> None:
    assert told(asked.search(keep=keep)) == dict(sorted(cheapest(brute(asked), keep).items()))


@settings(max_examples=150, deadline=None)
@given(questions(), st.integers(1, 12))
def test_the_answer_is_the_same_from_both_sides(asked: Asked, keep: int) -> None:
    def turned(answer: paths.Paths) -> Found:
        return {(t, s): [(cost, inner[::-1]) for cost, inner in some] for (s, t), some in told(answer).items()}

    back = replace(asked, sources=asked.targets, targets=asked.sources)
    assert told(asked.search()) == dict(sorted(turned(back.search()).items()))
    if not set(asked.sources) & set(asked.targets):  # else a pair and the same the other way round may be the last and the first left out
        assert told(asked.search(keep=keep)) == dict(sorted(turned(back.search(keep=keep)).items()))


@settings(max_examples=150, deadline=None)
@given(questions(), st.randoms(use_true_random=False), st.integers(1, 12))
def test_the_order_of_edges_and_of_their_ends_is_nothing(asked: Asked, random: object, keep: int) -> None:
    assert hasattr(random, "shuffle")
    mixed = [(b, a, c, start, end) if at % 2 else (a, b, c, start, end) for at, (a, b, c, start, end) in enumerate(asked.edges)]
    random.shuffle(mixed)
    other = replace(asked, edges=mixed, sources=asked.sources[::-1], targets=asked.targets[::-1])
    assert told(other.search()) == told(asked.search())
    assert told(other.search(other.csr(threads=3), keep=keep)) == told(asked.search(keep=keep))


@settings(max_examples=150, deadline=None)
@given(questions(), st.integers(1, 12))
def test_blocks_of_any_size_and_threads_give_the_same_answer(asked: Asked, keep: int) -> None:
    csr = asked.csr()
    ends = np.array(asked.sources, np.int32), np.array(asked.targets, np.int32)
    whole = paths.search(csr, *ends, max_hops=asked.hops, k=asked.k, hub=asked.hub, gap_days=asked.gap)
    for labels, cells in ((3, 2), (1, 1), (20, 10)):  # so few that a single target comes in parts
        parts = paths.blocks(
            csr, *ends, max_hops=asked.hops, k=asked.k, hub=asked.hub, gap_days=asked.gap, labels=labels, cells=cells, threads=2
        )
        assert told(paths.joined_up(parts)) == told(whole)
        question = paths.asked(csr, *ends, max_hops=asked.hops, hub=asked.hub, gap_days=asked.gap)
        best = nearest.nearest(question, asked.k, keep, threads=2, labels=labels)
        assert told(best) == dict(sorted(cheapest(told(whole), keep).items()))


def test_larger_graphs_too_are_searched_alike_by_both() -> None:
    rng = np.random.default_rng(3)
    nodes, edges = 3_000, 12_000
    # some nodes have many neighbours, some edges are parallel, some join a node to itself
    a, b = (np.minimum(rng.pareto(1.0, edges) * 20, nodes - 1).astype(int) for _ in range(2))
    b = np.where(rng.random(edges) < 0.7, rng.integers(0, nodes, edges), b)
    start = rng.integers(0, 3_000, edges)
    csr = graph.from_arrays(nodes, a, b, rng.choice([0.3, 0.6, 0.9], edges), start, start + 300, threads=2)
    left, right = (np.arange(at, nodes, 37, dtype=np.int32) for at in (0, 5))
    for hub, gap in ((None, 400), (60, 300), (30, 10_000)):
        whole = told(paths.search(csr, left, right, hub=hub, gap_days=gap, k=2, threads=2))
        assert len(whole) > 200
        for keep in (1, 100, 5_000):
            best = told(paths.search(csr, left, right, hub=hub, gap_days=gap, k=2, keep=keep, threads=2))
            assert best == dict(sorted(cheapest(whole, keep).items()))


def test_steps_far_apart_in_time_are_no_path() -> None:
    apart: list[Edge] = [(0, 1, 0.9, 0, 10), (1, 2, 0.9, 10_000, 10_010)]
    ends = np.array([0], np.int32), np.array([2], np.int32)
    assert not len(paths.search(built(3, apart), *ends))
    assert len(paths.search(built(3, apart), *ends, gap_days=10_000)) == 1
    assert len(paths.search(built(3, [apart[0], (1, 2, 0.9, None, None)]), *ends)) == 1


def test_the_year_9999_is_no_date() -> None:
    rows = [
        {"source": "a", "target": "b", "kind": "Family", "confidence": 0.9, "start": "1980", "end": "1981"},
        {"source": "b", "target": "c", "kind": "Family", "confidence": 0.9, "start": "9999-12-31", "end": "9999-12-31"},
    ]
    csr = graph.from_edges(pa.Table.from_pylist(rows, schema=EDGE), pa.array(["a", "b", "c"]))
    assert len(paths.search(csr, np.array([0], np.int32), np.array([2], np.int32), gap_days=0)) == 1


def test_a_hub_among_the_seeds_and_a_hundred_thousand_seeds() -> None:
    many = 100_000
    spokes = np.arange(2, many + 2)
    # node 0 knows everybody, and so does node 1; each of the many knows the next
    a = np.concatenate([np.zeros(many, int), np.ones(many, int), spokes[:-1]])
    b = np.concatenate([spokes, spokes, spokes[1:]])
    csr = graph.from_arrays(many + 2, a, b, np.full(len(a), 0.9), threads=2)
    seeds = np.arange(many + 2, dtype=np.int32)
    met = paths.search(csr, seeds[:1], seeds[1:2], hub=200)
    assert [met.nodes(row) for row in range(len(met))] == [[0, 2, 1], [0, many + 1, 1], [0, 3, 1]]
    in_parts = paths.joined_up(paths.blocks(csr, seeds[:1], seeds[1:2], hub=200, labels=1_000))
    assert told(in_parts) == told(met)
    best = paths.search(csr, seeds, seeds, hub=200, keep=10, k=1, threads=2)
    assert len(best) == 10
    assert set(best.hops.tolist()) == {1}


def test_no_seeds_no_edges_no_paths() -> None:
    csr = built(3, [])
    none, one = np.empty(0, np.int32), np.array([0], np.int32)
    for keep in (None, 0, 5):
        assert not len(paths.search(csr, none, none, keep=keep))
        assert not len(paths.search(csr, one, none, keep=keep))
        assert not len(paths.search(csr, one, np.array([1], np.int32), keep=keep))
    assert not len(paths.search(built(0, []), none, none, keep=3))


def test_five_steps_are_refused() -> None:
    with pytest.raises(UsageError, match="max_hops is 5"):
        paths.search(built(2, []), np.array([0], np.int32), np.array([1], np.int32), max_hops=5)
