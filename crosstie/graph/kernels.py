"""The compiled loops of the path search: adjacency, labels around the targets, and the join with the sources.

The search meets in the middle. Around every target all nodes within two steps are labelled once; then two steps are walked from every source,
and wherever the walk meets a label there is a path of at most four steps. The work grows with the edges touched, not with sources x targets.

Costs are multiples of 1/1024, so that sums in single precision are exact (below 16,384) and do not depend on the order of addition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: A bound in days that no date reaches: an open or unknown end of a period.
FOREVER = 1 << 30
#: Cost of no path at all.
NONE = np.float32(1e30)

Ints = NDArray[Any]
Reals = NDArray[Any]


@njit(cache=True, nogil=True)
def adjacency(source: Ints, target: Ints, cost: Reals, start: Ints, end: Ints, nodes: int) -> tuple[Ints, Ints, Reals, Ints, Ints, Ints]:
    """Neighbours of every node, both ways; self loops vanish, parallel edges become one tie: cheapest cost, its edge, and the hull of all periods."""
    count = np.zeros(nodes + 1, np.int64)
    for i in range(len(source)):
        if source[i] != target[i]:
            count[source[i] + 1] += 1
            count[target[i] + 1] += 1
    for v in range(nodes):
        count[v + 1] += count[v]
    at = count[:-1].copy()
    near = np.empty(count[nodes], np.int32)
    edge = np.empty(count[nodes], np.int32)
    for i in range(len(source)):
        a, b = source[i], target[i]
        if a != b:
            near[at[a]] = b
            edge[at[a]] = i
            at[a] += 1
            near[at[b]] = a
            edge[at[b]] = i
            at[b] += 1
    seen = np.full(nodes, -1, np.int64)
    rows = np.zeros(nodes + 1, np.int64)
    out = 0
    tie_cost = np.empty(len(near), np.float32)
    tie_start = np.empty(len(near), np.int32)
    tie_end = np.empty(len(near), np.int32)
    for v in range(nodes):
        first = out
        for p in range(count[v], count[v + 1]):
            x, e = near[p], edge[p]
            o = seen[x]
            if o >= first and o < out and near[o] == x:
                tie_start[o] = min(tie_start[o], start[e])
                tie_end[o] = max(tie_end[o], end[e])
                if cost[e] < tie_cost[o] or (cost[e] == tie_cost[o] and e < edge[o]):
                    tie_cost[o] = cost[e]
                    edge[o] = e
            else:
                near[out] = x
                edge[out] = e
                tie_cost[out] = cost[e]
                tie_start[out] = start[e]
                tie_end[out] = end[e]
                seen[x] = out
                out += 1
        rows[v + 1] = out
    return rows, near[:out].copy(), tie_cost[:out].copy(), edge[:out].copy(), tie_start[:out].copy(), tie_end[:out].copy()


@njit(cache=True, nogil=True)
def damp(rows: Ints, near: Ints, cost: Reals, weight: float) -> None:
    """Add half the weighted logarithm of both degrees to each tie, in place: along a path every node between counts fully, and hubs cost most."""
    share = np.zeros(len(rows) - 1, np.float32)
    for v in range(len(share)):
        # rounded for each node, so that the two directions of a tie cost exactly the same
        share[v] = np.round(512.0 * weight * np.log(max(rows[v + 1] - rows[v], 1))) / 1024.0
    for v in range(len(share)):
        for p in range(rows[v], rows[v + 1]):
            cost[p] += share[v] + share[near[p]]


@njit(inline="always")
def _agree(start: int, end: int, other_start: int, other_end: int, gap: int) -> bool:
    """Whether two periods overlap or lie at most `gap` days apart."""
    return other_start - end <= gap and start - other_end <= gap


@njit(cache=True, nogil=True)
def reach(targets: Ints, rows: Ints, near: Ints, through: Ints) -> Ints:
    """How many labels each target will set: the measure of the memory that it needs."""
    found = np.zeros(len(targets), np.int64)
    for i in range(len(targets)):
        for p in range(rows[targets[i]], rows[targets[i] + 1]):
            b = near[p]
            if through[b]:
                found[i] += 1 + rows[b + 1] - rows[b]
    return found


@njit(cache=True, nogil=True)
def label(
    targets: Ints, rows: Ints, near: Ints, cost: Reals, start: Ints, end: Ints, through: Ints, gap: int, hops: int
) -> tuple[Ints, Ints, Reals, Ints, Ints, Ints, Ints, Reals, Ints, Ints, Ints]:
    """Labels one and two steps from the targets, by node: which target, at what cost, in which period is the tie from the node, by which node."""
    nodes = len(rows) - 1
    one = np.zeros(nodes + 1, np.int64)
    two = np.zeros(nodes + 1, np.int64)
    for i in range(len(targets)):
        t = targets[i]
        for p in range(rows[t], rows[t + 1]):
            b = near[p]
            if not through[b]:
                continue
            one[b + 1] += 1
            if hops < 4:
                continue
            for q in range(rows[b], rows[b + 1]):
                m = near[q]
                if m != t and through[m] and _agree(start[p], end[p], start[q], end[q], gap):
                    two[m + 1] += 1
    for v in range(nodes):
        one[v + 1] += one[v]
        two[v + 1] += two[v]
    at_one, at_two = one[:-1].copy(), two[:-1].copy()
    one_target, one_cost = np.empty(one[nodes], np.int32), np.empty(one[nodes], np.float32)
    one_start, one_end = np.empty(one[nodes], np.int32), np.empty(one[nodes], np.int32)
    two_target, two_cost = np.empty(two[nodes], np.int32), np.empty(two[nodes], np.float32)
    two_start, two_end, two_by = np.empty(two[nodes], np.int32), np.empty(two[nodes], np.int32), np.empty(two[nodes], np.int32)
    for i in range(len(targets)):
        t = targets[i]
        for p in range(rows[t], rows[t + 1]):
            b = near[p]
            if not through[b]:
                continue
            x = at_one[b]
            one_target[x] = i
            one_cost[x] = cost[p]
            one_start[x] = start[p]
            one_end[x] = end[p]
            at_one[b] += 1
            if hops < 4:
                continue
            for q in range(rows[b], rows[b + 1]):
                m = near[q]
                if m != t and through[m] and _agree(start[p], end[p], start[q], end[q], gap):
                    x = at_two[m]
                    two_target[x] = i
                    two_cost[x] = cost[p] + cost[q]
                    two_start[x] = start[q]
                    two_end[x] = end[q]
                    two_by[x] = b
                    at_two[m] += 1
    return one, one_target, one_cost, one_start, one_end, two, two_target, two_cost, two_start, two_end, two_by


@njit(inline="always")
def _keep(best: Reals, between: Ints, t: int, total: float, a: int, m: int, b: int) -> None:
    """Insert a path among the best of its pair; equal costs are ordered by the numbers of their nodes."""
    place = best.shape[1]
    while place > 0:
        i = place - 1
        if total > best[t, i]:
            break
        if total == best[t, i]:
            x, y, z = between[t, i, 0], between[t, i, 1], between[t, i, 2]
            if x < a or (x == a and (y < m or (y == m and z <= b))):
                break
        place -= 1
    if place == best.shape[1]:
        return
    for i in range(best.shape[1] - 1, place, -1):
        best[t, i] = best[t, i - 1]
        for j in range(3):
            between[t, i, j] = between[t, i - 1, j]
    best[t, place] = total
    between[t, place, 0] = a
    between[t, place, 1] = m
    between[t, place, 2] = b


@njit(cache=True, nogil=True)
def join(
    sources: Ints,
    targets: Ints,
    target_no: Ints,
    rows: Ints,
    near: Ints,
    cost: Reals,
    start: Ints,
    end: Ints,
    through: Ints,
    gap: int,
    hops: int,
    one: Ints,
    one_target: Ints,
    one_cost: Reals,
    one_start: Ints,
    one_end: Ints,
    two: Ints,
    two_target: Ints,
    two_cost: Reals,
    two_start: Ints,
    two_end: Ints,
    two_by: Ints,
    best_of: Reals,
    between_of: Ints,
) -> None:
    """Walk two steps from each source and join with the labels. `best_of` [source, target, k] and `between_of` [.., k, 3] are filled in place."""
    last = best_of.shape[2] - 1
    for i in range(len(sources)):
        s = sources[i]
        best, between = best_of[i], between_of[i]
        for p in range(rows[s], rows[s + 1]):
            a = near[p]
            if target_no[a] >= 0 and cost[p] <= best[target_no[a], last]:
                _keep(best, between, target_no[a], cost[p], -1, -1, -1)
            if not through[a] or hops < 2:
                continue
            for x in range(one[a], one[a + 1]):
                t = one_target[x]
                total = cost[p] + one_cost[x]
                if total <= best[t, last] and targets[t] != s and _agree(start[p], end[p], one_start[x], one_end[x], gap):
                    _keep(best, between, t, total, a, -1, -1)
            if hops < 3:
                continue
            for q in range(rows[a], rows[a + 1]):
                m = near[q]
                if m == s or not through[m] or not _agree(start[p], end[p], start[q], end[q], gap):
                    continue
                walked = cost[p] + cost[q]
                for x in range(one[m], one[m + 1]):
                    t = one_target[x]
                    total = walked + one_cost[x]
                    if (
                        total <= best[t, last]
                        and targets[t] != a
                        and targets[t] != s
                        and _agree(start[q], end[q], one_start[x], one_end[x], gap)
                    ):
                        _keep(best, between, t, total, a, m, -1)
                if hops < 4:
                    continue
                for x in range(two[m], two[m + 1]):
                    t = two_target[x]
                    total = walked + two_cost[x]
                    if total <= best[t, last]:
                        b = two_by[x]
                        if (
                            b != a
                            and b != s
                            and targets[t] != a
                            and targets[t] != s
                            and _agree(start[q], end[q], two_start[x], two_end[x], gap)
                        ):
                            _keep(best, between, t, total, a, m, b)
