"""What matching is judged by. Every figure of the bench comes from here, for ours and for the peers alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


class Rates(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def rates(hits: float, found: float, true: float) -> Rates:
    """Rates from counts; nothing found has precision 1."""
    precision = hits / found if found else 1.0
    recall = hits / true if true else 1.0
    return Rates(precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0)


def pair_rates(score: Floats, match: Truths, threshold: float) -> Rates:
    """Pairs at or above a threshold against the truth of each pair."""
    said = score >= threshold
    return rates(float((said & match).sum()), float(said.sum()), float(match.sum()))


def best_threshold(score: Floats, match: Truths) -> tuple[float, float]:
    """The threshold with the highest F1 and that F1: (threshold, F1). Read off the truth: for training folds, or to be said so."""
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(match[order])
    f1 = 2 * hits / (np.arange(1, len(score) + 1) + match.sum())
    last = np.append(ranked[1:] != ranked[:-1], True)
    best = int(np.argmax(np.where(last, f1, -1.0)))
    return float(ranked[best]), float(f1[best])


def folded(score: Floats, match: Truths, fold: Ints) -> Rates:
    """F1 when the threshold of each fold is set on the other folds only."""
    said = np.zeros(len(score), bool)
    for one in np.unique(fold):
        here = fold == one
        said[here] = score[here] >= best_threshold(score[~here], match[~here])[0]
    return rates(float((said & match).sum()), float(said.sum()), float(match.sum()))


def pair_f1(found: Ints, truth: Ints) -> Rates:
    """Pairwise rates of a clustering: `found[i]` and `truth[i]` number the cluster of record i (any integers)."""
    _, left = np.unique(found, return_inverse=True)
    _, right = np.unique(truth, return_inverse=True)
    both = np.unique(left.astype(np.int64) * (int(right.max(initial=0)) + 1) + right, return_counts=True)[1]
    return rates(_pairs(both), _pairs(np.bincount(left)), _pairs(np.bincount(right)))


def _pairs(sizes: NDArray[np.int64]) -> float:
    size = sizes.astype(np.float64)
    return float((size * (size - 1) / 2).sum())


def clusters_of(pairs: Ints, count: int) -> Ints:
    """The connected components of pairs (n × 2, numbers below `count`): the smallest member of each record's component."""
    root = np.arange(count)
    while len(pairs):
        low = np.minimum(root[pairs[:, 0]], root[pairs[:, 1]])
        before = root.copy()
        np.minimum.at(root, root[pairs[:, 0]], low)
        np.minimum.at(root, root[pairs[:, 1]], low)
        while not np.array_equal(root, root[root]):
            root = root[root]
        if np.array_equal(before, root):
            break
    return root


def ranks(found: Sequence[Sequence[int]], right: Sequence[frozenset[int]]) -> Ints:
    """For each query the place (0 is best) of the first right entity among those found, best first; -1 where there is none."""
    return np.array(
        [next((place for place, one in enumerate(hits) if one in good), -1) for hits, good in zip(found, right, strict=True)], np.int64
    )


def recall_at(rank: Ints, k: int) -> float:
    """R@k: the share of queries whose right entity is among the first k."""
    return float(((rank >= 0) & (rank < k)).mean()) if len(rank) else math.nan


def threshold_for(negatives: Floats, share: float = 0.01) -> float:
    """The lowest threshold at which no more than `share` of the negatives' best scores are above it."""
    ranked = np.sort(negatives)[::-1]
    return float(np.nextafter(ranked[int(share * len(ranked))], np.inf))


def recall_given(best: Floats, correct: Truths, negatives: Floats, share: float = 0.01) -> float:
    """Recall at a rate of false positives: `best[i]` is the highest score of query i, `correct[i]` says whether it belongs to the right entity;
    `negatives` are the highest scores of queries that nobody should answer (0 where nothing was found)."""
    return float(((best >= threshold_for(negatives, share)) & correct).mean()) if len(best) else math.nan


def by_group(groups: Sequence[str], values: Floats) -> Mapping[str, tuple[int, float]]:
    """The mean of a value within each group, with the number of its cases: {group: (cases, mean)}."""
    label = np.asarray(groups)
    return {str(one): (int((label == one).sum()), float(values[label == one].mean())) for one in np.unique(label)}
