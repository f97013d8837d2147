from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import UsageError
from crosstie.graph import csr as graph
from crosstie.graph import paths
from crosstie.graph.kernels import FOREVER

Edge = tuple[int, int, float, int | None, int | None]


def built(nodes: int, edges: list[Edge]) -> graph.Csr:
    a, b, confidence, start, end = (np.array(column) for column in zip(*edges, strict=True)) if edges else (np.empty(0),) * 5
    starts = np.array([-FOREVER if one is None else one for one in start], np.int64)
    ends = np.array([FOREVER if one is None else one for one in end], np.int64)
    return graph.from_arrays(nodes, a, b, confidence.astype(float), starts, ends)


def brute(
    csr: graph.Csr, sources: list[int], targets: list[int], hops: int, k: int, hub: int, closed: set[int], gap: int
) -> dict[tuple[int, int], list[tuple[float, tuple[int, ...]]]]:
    """The same question asked of networkx, path by path."""
    net = nx.Graph()
    net.add_nodes_from(range(csr.nodes))
    for v in range(csr.nodes):
        for p in range(csr.rows[v], csr.rows[v + 1]):
            net.add_edge(v, int(csr.near[p]), cost=float(csr.cost[p]), start=int(csr.start[p]), end=int(csr.end[p]))
    found = {}
    for s in sources:
        for t in targets:
            if s == t:
                continue
            some = []
            for path in nx.all_simple_paths(net, s, t, cutoff=hops):
                steps = [net[x][y] for x, y in pairwise(path)]
                inner = path[1:-1]
                timely = all(y["start"] - x["end"] <= gap and x["start"] - y["end"] <= gap for x, y in pairwise(steps))
                if timely and all(net.degree(x) <= hub and x not in closed for x in inner):
                    some.append((sum(step["cost"] for step in steps), tuple(inner)))
            if some:
                padded = sorted(some, key=lambda one: (one[0], (*one[1], -1, -1, -1)[:3]))
                found[s, t] = padded[:k]
    return found


@st.composite
def questions(draw: st.DrawFn) -> tuple[int, list[Edge], list[int], list[int], int, int, int, set[int], int]:
    nodes = draw(st.integers(2, 9))
    node = st.integers(0, nodes - 1)
    day = st.one_of(st.none(), st.integers(0, 40))
    # few different confidences, so that equal costs are common
    edge = st.tuples(node, node, st.sampled_from([0.25, 0.5, 0.5, 0.9]), day, day).map(
        lambda e: (*e[:3], *((min(e[3], e[4]), max(e[3], e[4])) if e[3] is not None and e[4] is not None else e[3:]))
    )
    edges = draw(st.lists(edge, max_size=24))
    seeds = st.lists(node, min_size=1, max_size=4, unique=True)
    return (
        nodes,
        edges,
        draw(seeds),
        draw(seeds),
        draw(st.integers(1, 4)),
        draw(st.integers(1, 4)),
        draw(st.integers(1, 9)),
        draw(st.sets(node, max_size=2)),
        draw(st.sampled_from([0, 5, 1000])),
    )


@settings(max_examples=250, deadline=None)
@given(questions())
def test_search_finds_what_brute_force_finds(question: tuple[int, list[Edge], list[int], list[int], int, int, int, set[int], int]) -> None:
    nodes, edges, sources, targets, hops, k, hub, closed, gap = question
    csr = built(nodes, edges)
    answer = paths.search(
        csr,
        np.array(sources, np.int32),
        np.array(targets, np.int32),
        max_hops=hops,
        k=k,
        hub=hub,
        closed=np.array(sorted(closed), np.int32),
        gap_days=gap,
    )
    found: dict[tuple[int, int], list[tuple[float, tuple[int, ...]]]] = {}
    for row in range(len(answer)):
        first, *inner, last = answer.nodes(row)
        found.setdefault((first, last), []).append((float(answer.cost[row]), tuple(inner)))
        assert answer.hops[row] == len(inner) + 1
    assert found == brute(csr, sources, targets, hops, k, hub, closed, gap)


@settings(max_examples=40, deadline=None)
@given(questions())
def test_blocks_of_any_size_and_threads_give_the_same_answer(
    question: tuple[int, list[Edge], list[int], list[int], int, int, int, set[int], int],
) -> None:
    nodes, edges, sources, targets, hops, k, hub, _, gap = question
    csr = built(nodes, edges)
    ends = np.array(sources, np.int32), np.array(targets, np.int32)
    whole = paths.search(csr, *ends, max_hops=hops, k=k, hub=hub, gap_days=gap)
    parts = list(paths.blocks(csr, *ends, max_hops=hops, k=k, hub=hub, gap_days=gap, labels=3, cells=2, threads=2))
    rows = sorted((tuple(part.nodes(row)), float(part.cost[row])) for part in parts for row in range(len(part)))
    assert rows == sorted((tuple(whole.nodes(row)), float(whole.cost[row])) for row in range(len(whole)))


def test_the_answer_is_the_same_from_both_sides() -> None:
    rng = np.random.default_rng(3)
    edges: list[Edge] = [
        (int(a), int(b), float(c), None, None) for a, b, c in zip(*rng.integers(0, 60, (2, 200)), rng.random(200), strict=True)
    ]
    csr = built(60, edges)
    left, right = np.arange(0, 8, dtype=np.int32), np.arange(8, 16, dtype=np.int32)
    there = paths.search(csr, left, right, k=1)
    back = paths.search(csr, right, left, k=1)
    assert len(there) > 10
    assert {tuple(there.nodes(row)) for row in range(len(there))} == {tuple(back.nodes(row)[::-1]) for row in range(len(back))}


def test_keep_holds_the_pairs_with_the_cheapest_paths() -> None:
    csr = built(5, [(0, 1, 0.9, None, None), (0, 2, 0.5, None, None), (2, 1, 0.5, None, None), (0, 3, 0.2, None, None)])
    kept = paths.search(csr, np.array([0], np.int32), np.array([1, 3], np.int32), keep=1)
    assert {(kept.source[row], kept.target[row]) for row in range(len(kept))} == {(0, 1)}
    assert [kept.nodes(row) for row in range(len(kept))] == [[0, 1], [0, 2, 1]]


def test_steps_far_apart_in_time_are_no_path() -> None:
    apart: list[Edge] = [(0, 1, 0.9, 0, 10), (1, 2, 0.9, 10_000, 10_010)]
    ends = np.array([0], np.int32), np.array([2], np.int32)
    assert not len(paths.search(built(3, apart), *ends))
    assert len(paths.search(built(3, apart), *ends, gap_days=10_000)) == 1
    assert len(paths.search(built(3, [apart[0], (1, 2, 0.9, None, None)]), *ends)) == 1


def test_no_seeds_no_edges_no_paths() -> None:
    csr = built(3, [])
    none = np.empty(0, np.int32)
    assert not len(paths.search(csr, none, none))
    assert not len(paths.search(csr, np.array([0], np.int32), np.array([1], np.int32)))


def test_five_steps_are_refused() -> None:
    with pytest.raises(UsageError, match="max_hops is 5"):
        paths.search(built(2, []), np.array([0], np.int32), np.array([1], np.int32), max_hops=5)
