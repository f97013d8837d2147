"""The compiled loops of the path search: labels around the targets, and the join with the sources.

The search meets in the middle. Around every target all nodes within two steps are labelled once; then two steps are walked from every source,
and wherever the walk meets a label there is a path of at most four steps. The work grows with the edges touched, not with sources x targets.

A graph is its `rows`, its `ties` (`adjacency`), the `days` that their periods are numbered by, and for each node the `share` that it adds to its ties;
-1 less the share says that the node carries no path. Costs are whole numbers: their sums do not depend on the order of addition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.graph.adjacency import NEAR, WHAT, WHEN

#: A bound in days that no date reaches: an open or unknown end of a period.
FOREVER = 1 << 30
#: Cost of no path at all.
NONE = np.int32(1 << 30)
#: The columns of a label: which target, at what cost, when (as in a tie) the tie from the node is, and for two steps the node between.
TARGET, COST, TIME, BY = 0, 1, 2, 3

Ints = NDArray[Any]
#: A whole number or a switch, of numpy's types or Python's.
Whole = Any


@njit(inline="always")
def own(share: Ints, node: Whole) -> Whole:
    """What a node adds to its ties, whether it carries paths or not."""
    return share[node] if share[node] >= 0 else -1 - share[node]


@njit(inline="always")
def agree(days: Ints, one: Whole, other: Whole, gap: Whole) -> Whole:
    """Whether two periods overlap or lie at most `gap` days apart."""
    return days[other & 0xFFFF] - days[(one >> 16) & 0xFFFF] <= gap and days[one & 0xFFFF] - days[(other >> 16) & 0xFFFF] <= gap


@njit(inline="always")
def when(ties: Ints, place: Whole) -> Whole:
    """The period of a tie; 0 in a graph without dates."""
    return np.int64(ties[place, WHEN]) if ties.shape[1] > WHEN else np.int64(0)


@njit(cache=True, nogil=True)
def shut(rows: Ints, hub: Whole, share: Ints) -> None:
    """Mark the nodes with more than `hub` neighbours: they carry no path."""
    for v in range(len(share)):
        if rows[v + 1] - rows[v] > hub and share[v] >= 0:
            share[v] = -1 - share[v]


@njit(cache=True, nogil=True)
def reach(targets: Ints, rows: Ints, ties: Ints, share: Ints, hops: Whole) -> Ints:
    """How many labels each target will set at most: the measure of the memory that it needs."""
    found = np.zeros(len(targets), np.int64)
    for i in range(len(targets)):
        for p in range(rows[targets[i]], rows[targets[i] + 1]):
            b = ties[p, NEAR]
            if share[b] >= 0:
                found[i] += 1 + (rows[b + 1] - rows[b] if hops > 3 else 0)
    return found


@njit(inline="always")
def _ends(at: Ints) -> None:
    """Counts become places behind the last label of each node; setting labels moves them to the first."""
    for v in range(1, len(at)):
        at[v] += at[v - 1]


@njit(cache=True, nogil=True)
def label_one(targets: Ints, parts: Ints, rows: Ints, ties: Ints, share: Ints, at: Ints) -> Ints:
    """Labels one step from the targets, by node. `parts` says from which to which place of its row each target is walked; `at`, with a place
    more than there are nodes and full of zeros, gets where each node's labels begin.
    """
    for i in range(len(targets)):
        for p in range(parts[i, 0], parts[i, 1]):
            if share[ties[p, NEAR]] >= 0:
                at[ties[p, NEAR]] += 1
    _ends(at)
    found = np.empty((at[-1], 3), np.int32)
    for i in range(len(targets)):
        t = targets[i]
        for p in range(parts[i, 0], parts[i, 1]):
            b = ties[p, NEAR]
            if share[b] >= 0:
                at[b] -= 1
                x = at[b]
                found[x, TARGET] = i
                found[x, COST] = (ties[p, WHAT] & 0xFFFF) + own(share, t) + share[b]
                found[x, TIME] = when(ties, p)
    return found


@njit(cache=True, nogil=True)
def label_two(targets: Ints, parts: Ints, rows: Ints, ties: Ints, days: Ints, share: Ints, gap: Whole, room: Ints, at: Ints) -> Ints:
    """Labels two steps from the targets, by node. Where `room` is not empty it says up to which cost a label at each node is of any use."""
    found = np.empty((0, 4), np.int32)
    bounded = len(room) > 0
    dated = ties.shape[1] > WHEN
    for filling in range(2):
        for i in range(len(targets)):
            t = targets[i]
            for p in range(parts[i, 0], parts[i, 1]):
                b = ties[p, NEAR]
                if share[b] < 0:
                    continue
                near_cost = (ties[p, WHAT] & 0xFFFF) + own(share, t) + 2 * share[b]
                for q in range(rows[b], rows[b + 1]):
                    m = ties[q, NEAR]
                    if share[m] < 0 or m == t:
                        continue
                    cost = near_cost + (ties[q, WHAT] & 0xFFFF) + share[m]
                    if bounded and cost > room[m]:
                        continue
                    if dated and not agree(days, when(ties, p), when(ties, q), gap):
                        continue
                    if filling == 0:
                        at[m] += 1
                    else:
                        at[m] -= 1
                        x = at[m]
                        found[x, TARGET] = i
                        found[x, COST] = cost
                        found[x, TIME] = when(ties, q)
                        found[x, BY] = b
        if filling == 0:
            _ends(at)
            found = np.empty((at[-1], 4), np.int32)
    return found


@njit(inline="always")
def keep(best: Ints, between: Ints, t: Whole, total: Whole, a: Whole, m: Whole, b: Whole, back: Whole) -> None:
    """Insert a path among the best of its pair. Equal costs are ordered by the numbers of their nodes, read from the end with the smaller number (`back`:
    that is the target), so that the answer is the same from both sides. Paths are held as they are read.
    """
    if back:
        if b >= 0:
            a, b = b, a
        elif m >= 0:
            a, m = m, a
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
    ties: Ints,
    days: Ints,
    share: Ints,
    gap: Whole,
    hops: Whole,
    one_at: Ints,
    one: Ints,
    two_at: Ints,
    two: Ints,
    direct: Whole,
    best_of: Ints,
    between_of: Ints,
) -> None:
    """Walk two steps from each source and join with the labels. `best_of` [source, target, k] and `between_of` [.., k, 3] are filled in place; `direct`:
    ties between a source and a target are looked at too.
    """
    last = best_of.shape[2] - 1
    dated = ties.shape[1] > WHEN
    for i in range(len(sources)):
        s = sources[i]
        best, between = best_of[i], between_of[i]
        for p in range(rows[s], rows[s + 1]):
            a = np.int64(ties[p, NEAR])
            first = np.int64(ties[p, WHAT] & 0xFFFF) + own(share, s)
            t = target_no[a]
            if direct and t >= 0 and first + own(share, a) <= best[t, last]:
                keep(best, between, t, first + own(share, a), -1, -1, -1, a < s)
            if share[a] < 0 or hops < 2:
                continue
            first += share[a]
            p_when = when(ties, p)
            for x in range(one_at[a], one_at[a + 1]):
                t = one[x, TARGET]
                total = first + one[x, COST]
                if total <= best[t, last] and targets[t] != s and (not dated or agree(days, p_when, one[x, TIME], gap)):
                    keep(best, between, t, total, a, -1, -1, targets[t] < s)
            if hops < 3:
                continue
            first += share[a]
            for q in range(rows[a], rows[a + 1]):
                m = np.int64(ties[q, NEAR])
                q_when = when(ties, q)
                if m == s or share[m] < 0 or (dated and not agree(days, p_when, q_when, gap)):
                    continue
                walked = first + np.int64(ties[q, WHAT] & 0xFFFF) + share[m]
                for x in range(one_at[m], one_at[m + 1]):
                    t = one[x, TARGET]
                    total = walked + one[x, COST]
                    if (
                        total <= best[t, last]
                        and targets[t] != a
                        and targets[t] != s
                        and (not dated or agree(days, q_when, one[x, TIME], gap))
                    ):
                        keep(best, between, t, total, a, m, -1, targets[t] < s)
                if hops < 4:
                    continue
                for x in range(two_at[m], two_at[m + 1]):
                    t = two[x, TARGET]
                    total = walked + two[x, COST]
                    if total <= best[t, last]:
                        b = np.int64(two[x, BY])
                        if (
                            b != a
                            and b != s
                            and targets[t] != a
                            and targets[t] != s
                            and (not dated or agree(days, q_when, two[x, TIME], gap))
                        ):
                            keep(best, between, t, total, a, m, b, targets[t] < s)


@njit(cache=True, nogil=True)
def gather(sources: Ints, targets: Ints, best_of: Ints, between_of: Ints, ends: Ints, rank: Ints, cost: Ints, between: Ints) -> Whole:
    """Write what was found in rows (`ends` are source and target), in the order of source, target, rank, and clear `best_of`. Returns how many."""
    out = 0
    for i in range(len(sources)):
        for t in range(len(targets)):
            back = targets[t] < sources[i]
            for j in range(best_of.shape[2]):
                if best_of[i, t, j] == NONE:
                    break
                ends[out, 0], ends[out, 1] = sources[i], targets[t]
                rank[out] = j
                cost[out] = best_of[i, t, j]
                read(between_of[i, t, j], back, between[out])
                best_of[i, t, j] = NONE
                out += 1
    return out


@njit(inline="always")
def read(held: Ints, back: Whole, out: Ints) -> None:
    """The nodes between, from source to target."""
    a, m, b = held[0], held[1], held[2]
    if back:
        if b >= 0:
            a, b = b, a
        elif m >= 0:
            a, m = m, a
    out[0], out[1], out[2] = a, m, b
