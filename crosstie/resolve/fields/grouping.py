"""From pairs to groups: the strongest ties first, and two groups become one only where all their pairs, taken together, speak for it.

A chain of weak ties does not make a person: every pair across two groups counts, those that were never compared as weak evidence against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: What a pair that was never compared is worth, in nats, and the mean from which on two groups are one. Set on the development half of
#: historical_50k (halves by hash of the cluster) and fake_1000.
NEVER_COMPARED = -2.0
MEAN = -1.0
#: One pair speaks for or against with no more than so many nats.
MOST = 8.0
_PASSES = 3


def group(rows: int, left: NDArray[Any], right: NDArray[Any], odds: NDArray[Any], tie: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each row the first row of its group. `odds` are log-odds of each compared pair (each once); those where `tie` holds may tie."""
    kept = np.flatnonzero(odds > -MOST)
    start, other, weight = _neighbours(rows, left, right, odds, kept)
    ties = np.flatnonzero(tie)
    ranked = ties[np.lexsort((right[ties], left[ties], -odds[ties]))]
    return np.asarray(_joined(rows, left[ranked], right[ranked], start, other, weight), np.int64)


@njit(cache=True, nogil=True)
def _neighbours(rows: int, left: Any, right: Any, odds: Any, kept: Any) -> Any:
    """For each row the other ends of its pairs and their log-odds, from start[row] to start[row + 1]."""
    start = np.zeros(rows + 1, np.int64)
    for e in kept:
        start[left[e] + 1] += 1
        start[right[e] + 1] += 1
    for row in range(rows):
        start[row + 1] += start[row]
    at = start[:rows].copy()
    other = np.empty(start[rows], np.int32)
    weight = np.empty(start[rows], np.float32)
    for e in kept:
        for one, two in ((left[e], right[e]), (right[e], left[e])):
            other[at[one]] = two
            weight[at[one]] = odds[e]
            at[one] += 1
    return start, other, weight


@njit(cache=True, nogil=True)
def _root(root: Any, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = root[row]
    return row


@njit(cache=True, nogil=True)
def _evidence(one: int, other: int, size: Any, root: Any, following: Any, start: Any, near: Any, weight: Any) -> float:
    """The mean log-odds of all pairs across two groups."""
    total = 0.0
    compared = 0
    row = other
    while row >= 0:
        for k in range(start[row], start[row + 1]):
            if _root(root, near[k]) == one:
                total += min(max(weight[k], -MOST), MOST)
                compared += 1
        row = following[row]
    pairs = size[one] * size[other]
    return float((total + NEVER_COMPARED * (pairs - compared)) / pairs)


@njit(cache=True, nogil=True)
def _joined(rows: int, left: Any, right: Any, start: Any, near: Any, weight: Any) -> Any:
    root = np.arange(rows)
    size = np.ones(rows, np.int64)
    following = np.full(rows, -1, np.int64)  # members of a group as a chain that begins at its root
    last = np.arange(rows)
    for _ in range(_PASSES):
        merged = 0
        for e in range(len(left)):
            one, other = _root(root, left[e]), _root(root, right[e])
            if one == other:
                continue
            if size[one] < size[other]:
                one, other = other, one
            if _evidence(one, other, size, root, following, start, near, weight) >= MEAN:
                root[other] = one
                size[one] += size[other]
                following[last[one]] = other
                last[one] = last[other]
                merged += 1
        if merged == 0:
            break
    first = np.full(rows, rows, np.int64)
    for row in range(rows):
        top = _root(root, row)
        if row < first[top]:
            first[top] = row
    for row in range(rows):
        size[row] = first[_root(root, row)]
    return size
