"""The pairs inside groups that nobody has compared yet: before records are joined, all of a group are held against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def unseen(root: Ints, left: Ints, right: Ints, most: int) -> tuple[Ints, Ints]:
    """All pairs of records with one root that are not among the given ones, left below right; groups of more than `most` records are left out."""
    size = np.bincount(root, minlength=len(root))
    wanted = (size > 2) & (size <= most)
    member = np.flatnonzero(wanted[root])
    member = member[np.argsort(root[member], kind="stable")]
    fresh = np.flatnonzero(np.diff(root[member], prepend=-1) != 0)
    one, other = _all_pairs(np.append(fresh, len(member)), member)
    known = wanted[root[left]] & (root[left] == root[right])
    new = ~np.isin((one << 32) | other, (left[known] << 32) | right[known])
    return one[new], other[new]


@njit(cache=True, nogil=True)
def _all_pairs(start: Any, member: Any) -> Any:
    most = 0
    for g in range(len(start) - 1):
        most += (start[g + 1] - start[g]) * (start[g + 1] - start[g] - 1) // 2
    left, right = np.empty(most, np.int64), np.empty(most, np.int64)
    at = 0
    for g in range(len(start) - 1):
        for p in range(start[g], start[g + 1]):
            for q in range(p + 1, start[g + 1]):
                left[at], right[at] = member[p], member[q]
                at += 1
    return left, right
