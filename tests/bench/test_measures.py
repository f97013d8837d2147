"""What matching is judged by, against counting by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from bench.match import measures


def by_hand(found: list[int], truth: list[int]) -> tuple[int, int, int]:
    pairs = list(combinations(range(len(found)), 2))
    said = {pair for pair in pairs if found[pair[0]] == found[pair[1]]}
    true = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    return len(said & true), len(said), len(true)


@pytest.mark.parametrize("seed", range(5))
def test_pairs_of_clusters_are_counted_as_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found, truth = rng.integers(0, 9, 40) * 1000, rng.integers(-4, 9, 40)
    hits, said, true = by_hand(found.tolist(), truth.tolist())
    got = measures.pair_f1(found, truth)
    assert got.precision == pytest.approx(hits / said)
    assert got.recall == pytest.approx(hits / true)
    assert got.f1 == pytest.approx(2 * hits / (said + true))


def test_clusters_do_not_depend_on_how_they_are_numbered() -> None:
    truth = np.array([3, 3, 7, 7, 7, 1])
    assert measures.pair_f1(np.array([9, 9, 2, 2, 2, 4]), truth) == (1.0, 1.0, 1.0)
    assert measures.pair_f1(np.arange(6), truth) == (1.0, 0.0, 0.0)


def test_components_of_a_long_chain_bear_the_smallest_member() -> None:
    order = np.random.default_rng(3).permutation(2000)
    chain = np.stack([order[:-1], order[1:]], axis=1)
    assert (measures.clusters_of(chain, 2000) == 0).all()
    assert measures.clusters_of(np.array([[4, 2], [5, 4]]), 7).tolist() == [0, 1, 2, 3, 2, 2, 6]
    assert measures.clusters_of(np.zeros((0, 2), np.int64), 3).tolist() == [0, 1, 2]


def test_recall_at_a_rate_of_false_positives() -> None:
    negatives = np.linspace(0, 0.99, 100)
    at = measures.threshold_for(negatives, 0.05)
    assert (negatives >= at).sum() == 5
    best, correct = np.array([0.99, 0.5, 0.99, 0.96]), np.array([True, True, False, True])
    assert measures.recall_given(best, correct, negatives, 0.05) == 0.5


def test_negatives_of_one_score_never_exceed_the_rate() -> None:
    assert (np.full(100, 0.8) >= measures.threshold_for(np.full(100, 0.8), 0.05)).sum() == 0


def test_a_threshold_that_ties_is_taken_whole() -> None:
    score, match = np.array([0.9, 0.9, 0.9, 0.2]), np.array([True, False, False, True])
    threshold, f1 = measures.best_threshold(score, match)
    said = score >= threshold
    assert f1 == pytest.approx(2 * (said & match).sum() / (said.sum() + match.sum()))


def test_thresholds_are_set_on_the_other_folds() -> None:
    score, fold = np.array([0.9, 0.1, 0.5, 0.4]), np.array([0, 0, 1, 1])
    match = np.array([True, False, True, False])
    # fold 0 says .9, fold 1 says .5: by the other's threshold fold 1 finds nothing, fold 0 all
    assert measures.folded(score, match, fold) == measures.rates(1, 1, 2)


def test_ranks_and_recall_at_k() -> None:
    rank = measures.ranks([[4, 2], [1], []], [frozenset({2, 9}), frozenset({1}), frozenset({0})])
    assert rank.tolist() == [1, 0, -1]
    assert measures.recall_at(rank, 1) == pytest.approx(1 / 3)
    assert measures.recall_at(rank, 10) == pytest.approx(2 / 3)


def test_groups() -> None:
    assert measures.by_group(["a", "b", "a"], np.array([1.0, 0.0, 0.0])) == {"a": (2, 0.5), "b": (1, 0.0)}
