from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from crosstie.graph import csr
from crosstie.graph.csr import Csr
from crosstie.graph.null import Ends, Null, count, rewired

#: Kinds of the graphs made here: the first has a direction, the second has none.
DIRECTED = (True, False)


def made(edges: list[tuple[int, int, int]], nodes: int) -> Csr:
    """A graph of edges: source, target, kind."""
    source, target, kind = (np.array(column, np.int32) for column in zip(*edges, strict=True))
    return csr.from_arrays(nodes, source, target, np.full(len(edges), 0.5), kind=kind, kinds=("paid", "related"))


def random_graph(nodes: int, edges: int, seed: int) -> Csr:
    """A graph in which some have many ties of one kind, and others of the other."""
    random = np.random.default_rng(seed)
    weight = [random.pareto(3, nodes) + 1 for _ in DIRECTED]
    drawn: dict[tuple[int, int], int] = {}
    for at in range(edges):
        kind = at % 2
        a, b = random.choice(nodes, 2, replace=False, p=weight[kind] / weight[kind].sum()).tolist()
        drawn.setdefault((min(a, b), max(a, b)), kind * 2 + int(a < b))
    return made([(a, b, told // 2) if told % 2 else (b, a, told // 2) for (a, b), told in drawn.items()], nodes)


def kept(ends: Ends) -> NDArray[Any]:
    """How many ends of each kind each node has."""
    row = np.repeat(np.arange(len(ends.degree)), ends.degree)
    return np.bincount(row * ends.kinds + ends.end, minlength=len(ends.degree) * ends.kinds)


def ties(ends: Ends) -> list[tuple[int, int, int]]:
    row = np.repeat(np.arange(len(ends.degree)), ends.degree)
    return sorted(zip(row.tolist(), ends.near.tolist(), ends.end.tolist(), strict=True))


def test_the_end_of_a_directed_tie_knows_which_of_the_two_it_is() -> None:
    ends = Ends.of(made([(0, 1, 0), (2, 1, 0), (0, 2, 1)], 3), DIRECTED)
    assert [ends.by(0, 1), ends.by(1, 0), ends.by(2, 1), ends.by(0, 2), ends.by(2, 0)] == [0, 1, 0, 2, 2]
    assert (ends.across(0), ends.across(1), ends.across(2)) == (1, 0, 2)
    assert (ends.have(1, 1), ends.have(1, 0), ends.have(0, 2)) == (2, 0, 1)


def test_a_rewired_graph_keeps_what_every_node_has_of_every_kind_and_forgets_who_was_tied() -> None:
    ends = Ends.of(random_graph(400, 3_000, 1), DIRECTED)
    other = rewired(ends, 5)
    assert np.array_equal(kept(ends), kept(other))
    there = ties(other)
    assert all(a != b for a, b, _ in there)
    assert len(set(there)) == len(there)
    assert {(b, a, other.across(end)) for a, b, end in there} == set(there)
    assert len(set(there) & set(ties(ends))) < 0.2 * len(there)


def test_the_same_seed_gives_the_same_graph_and_another_another() -> None:
    ends = Ends.of(random_graph(200, 1_000, 2), DIRECTED)
    assert ties(rewired(ends, 7)) == ties(rewired(ends, 7))
    assert ties(rewired(ends, 7)) != ties(rewired(ends, 8))


def test_a_graph_of_one_tie_stays_as_it_is() -> None:
    ends = Ends.of(made([(0, 1, 0)], 2), DIRECTED)
    assert ties(rewired(ends, 1)) == ties(ends)


def test_paths_are_counted_as_they_are_listed_by_hand() -> None:
    # 0 pays 1 and 2, both pay 3; 2 also pays 4
    ends = Ends.of(made([(0, 1, 0), (0, 2, 0), (1, 3, 0), (2, 3, 0), (2, 4, 0)], 5), DIRECTED)
    args = (ends.rows, ends.near, ends.end, ends.through, 0, np.array([[0, 0], [1, 1]]))
    assert count(*args, np.array([1, 2]), np.array([1])) == 1  # by 1, who pays one, to 3, whom two pay
    assert count(*args, np.array([1, 2]), np.array([2])) == 1  # by 2, who pays two, to 3
    assert count(*args, np.array([1, 1]), np.array([2])) == 1  # by 2, to 4, whom one pays
    assert count(*args, np.array([2, 2]), np.array([1])) == 0
    assert Null(ends).onward([0, 1, 3]) == pytest.approx(2 * 1 * 2 / 5)


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_the_closed_form_is_what_is_counted_in_rewired_graphs(hops: int) -> None:
    ends = Ends.of(random_graph(300, 1_200, 3), DIRECTED)
    null, random = Null(ends), np.random.default_rng(hops)
    graphs = [rewired(ends, seed) for seed in range(60)]
    told = expected = 0.0
    for _ in range(200):
        path = [int(random.integers(300))]
        while len(path) <= hops:
            near = [one for one in ends.near[ends.rows[path[-1]] : ends.rows[path[-1] + 1]].tolist() if one not in path]
            if not near:
                break
            path.append(int(random.choice(near)))
        if len(path) <= hops:
            continue
        leaving = null.leaving(path)
        arriving = [ends.across(end) for end in leaving]
        came = np.array([ends.have(node, end) for node, end in zip(path[1:], arriving, strict=True)])
        goes = np.array([ends.have(node, end) for node, end in zip(path[1:-1], leaving[1:], strict=True)], np.int64)
        both = np.array([leaving, arriving])
        counts = [count(one.rows, one.near, one.end, one.through, path[0], both, came, goes) for one in graphs]
        told += float(np.mean(counts))
        expected += null.alike(path)
    assert told == pytest.approx(expected, rel=0.1)
    assert told > 3


def test_it_does_not_matter_where_a_path_begins() -> None:
    ends = Ends.of(random_graph(300, 1_500, 4), DIRECTED)
    null = Null(ends)
    path = [0]
    while len(path) < 4:
        path.append(next(one for one in ends.near[ends.rows[path[-1]] : ends.rows[path[-1] + 1]].tolist() if one not in path))
    assert all(one != other for one, other in pairwise(path))
    assert null.expected(path) == pytest.approx(null.expected(path[::-1]))


def test_who_deals_with_many_surprises_less() -> None:
    star = [(0, node, 0) for node in range(1, 41)]
    quiet = [(41, 42, 0), (42, 43, 0)]
    null = Null(Ends.of(made([*star, (1, 41, 0), *quiet], 60), DIRECTED))
    assert null.expected([1, 0, 2]) > 5 * null.expected([41, 42, 43])
