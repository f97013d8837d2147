"""The simple rankers are what they say, and the figures of networks are those of the definitions."""

from __future__ import annotations

import re
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

from bench.links.baselines import ALPHA, DISCOUNT, Ties, hub_discounted_cost, personalised_pagerank, ranked
from bench.links.picture import Curve, Panel, draw
from bench.links.realism import gini, shape


def ties(seed: int, nodes: int = 9) -> tuple[Ties, np.ndarray]:
    """A random graph, and its matrix of confidences."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.uniform(0.2, 0.9, (nodes, nodes)) * (rng.random((nodes, nodes)) < 0.35), 1)
    matrix = upper + upper.T
    tail, near = np.nonzero(matrix)
    rows = np.searchsorted(tail, np.arange(nodes + 1))
    return Ties([f"n{one}" for one in range(nodes)], rows, near, matrix[tail, near], np.array([0, 1]), np.array([6, 7, 8])), matrix


@pytest.mark.parametrize("seed", range(8))
def test_the_cheapest_path_is_that_of_trying_all(seed: int) -> None:
    graph, matrix = ties(seed)
    found, degree = hub_discounted_cost(graph), (matrix > 0).sum(axis=0)
    for row, a in enumerate(graph.crime.tolist()):
        for column, b in enumerate(graph.terror.tolist()):
            others = [one for one in range(len(matrix)) if one not in (a, b)]
            paths = [(a, *between, b) for size in range(4) for between in permutations(others, size)]
            costs = [
                sum(-np.log(matrix[one, other]) for one, other in pairwise(path))
                + DISCOUNT * sum(np.log(degree[one]) for one in path[1:-1])
                for path in paths
                if all(matrix[one, other] for one, other in pairwise(path))
            ]
            assert -found[row, column] == pytest.approx(min(costs, default=np.inf))


@pytest.mark.parametrize("seed", range(8))
def test_walks_are_those_of_the_matrix(seed: int) -> None:
    graph, matrix = ties(seed)
    step = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1e-12)
    walks = np.sum([(1 - ALPHA) ** power * np.linalg.matrix_power(step, power) for power in range(1, 5)], axis=0)
    expected = walks[np.ix_(graph.crime, graph.terror)] / np.maximum((matrix > 0).sum(axis=0)[graph.terror], 1)
    assert np.exp(personalised_pagerank(graph)) == pytest.approx(expected)


def test_pairs_without_a_path_are_not_listed_and_actors_of_both_worlds_come_first() -> None:
    graph = Ties(["a", "b", "c"], np.zeros(4, np.int64), np.zeros(0, np.int64), np.zeros(0), np.array([0, 1]), np.array([1, 2]))
    table = ranked(graph, np.array([[-1.0, -np.inf], [-3.0, -2.0]]))
    assert table.select(["crime_id", "terror_id"]).to_pylist() == [
        {"crime_id": "b", "terror_id": "b"},
        {"crime_id": "a", "terror_id": "b"},
        {"crime_id": "b", "terror_id": "c"},
    ]


def test_of_the_actors_of_both_worlds_the_surest_stands_first() -> None:
    nodes = np.array([0, 1])
    graph = Ties(["a", "b"], np.zeros(3, np.int64), np.zeros(0, np.int64), np.zeros(0), nodes, nodes, {0: 0.2, 1: 0.6})
    assert ranked(graph, np.full((2, 2), -np.inf))["crime_id"].to_pylist() == ["b", "a"]


def test_labels_keep_clear_of_dots_and_of_each_other() -> None:
    dots = [Curve("one", 2, 2, 10), Curve("two", 2.02, 2, 10), Curve("", 1, 1, 10), Curve("far", 5, 5, 10)]
    texts = [one.split(">")[0] for one in draw([Panel.points_of("title", "x", "y", dots)]).split("<text ") if "(10)</text>" in one]
    places = [tuple(float(value) for value in re.findall(r'[xy]="([\d.]+)"', one)) for one in texts]
    assert len(places) == 3
    assert all(abs(a[1] - b[1]) >= 13 or abs(a[0] - b[0]) >= 5.6 * 8 for a, b in combinations(places, 2))


def test_the_shape_of_a_triangle_with_a_tail() -> None:
    found, degree = shape([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "y"), ("a", "a")])
    assert (found.nodes, found.mean_degree, found.largest_degree) == (4, 2.0, 3)
    assert found.clustering == pytest.approx((1 + 1 + 1 / 3 + 0) / 4)
    assert found.path_length == pytest.approx((4 * 1 + 2 * 2) / 6)
    assert sorted(degree.tolist()) == [1, 2, 2, 3]
    assert gini(np.array([1.0, 1.0, 1.0])) == 0
