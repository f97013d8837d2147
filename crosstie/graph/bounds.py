"""The compiled loops of branch and bound: which pairs have the cheapest paths, and which paths they have.

Where only the best pairs are wanted, the cost of the last of them that is known so far bounds everything that may still be found. Labels stand in the
order of their costs, so that a scan ends at the first that is too dear, and those that no source comes near enough to are never set.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.graph.adjacency import NEAR, WHAT
from crosstie.graph.kernels import BY, COST, NONE, TARGET, TIME, agree, keep, own, read, when

Ints = NDArray[Any]
#: A whole number or a switch, of numpy's types or Python's.
Whole = Any


@njit(cache=True, nogil=True)
def room(sources: Ints, rows: Ints, ties: Ints, share: Ints, bound: Whole, found: Ints) -> None:
    """For each node the most that a way from there to a target may cost, so that the cheapest source two steps away stays within the bound. `found` holds
    NONE before.
    """
    for i in range(len(sources)):
        s = sources[i]
        for p in range(rows[s], rows[s + 1]):
            a = ties[p, NEAR]
            if share[a] < 0:
                continue
            first = (ties[p, WHAT] & 0xFFFF) + own(share, s) + 2 * share[a]
            if first > bound:
                continue
            for q in range(rows[a], rows[a + 1]):
                m = ties[q, NEAR]
                if share[m] >= 0:
                    found[m] = min(found[m], first + (ties[q, WHAT] & 0xFFFF) + share[m])
    for v in range(len(found)):
        found[v] = bound - found[v]


@njit(cache=True, nogil=True)
def within(targets: Ints, rows: Ints, ties: Ints, share: Ints, room: Ints) -> Ints:
    """How many labels two steps away each target sets where `room` is left."""
    found = np.zeros(len(targets), np.int64)
    for i in range(len(targets)):
        t = targets[i]
        for p in range(rows[t], rows[t + 1]):
            b = ties[p, NEAR]
            if share[b] < 0:
                continue
            near_cost = (ties[p, WHAT] & 0xFFFF) + own(share, t) + 2 * share[b]
            for q in range(rows[b], rows[b + 1]):
                m = ties[q, NEAR]
                if share[m] >= 0 and near_cost + (ties[q, WHAT] & 0xFFFF) + share[m] <= room[m]:
                    found[i] += 1
    return found


@njit(cache=True, nogil=True)
def order(at: Ints, labels: Ints) -> None:
    """Put the labels of each node in the order of their costs."""
    for v in range(len(at) - 1):
        many = at[v + 1] - at[v]
        if many > 1:
            part = labels[at[v] : at[v + 1]]
            by = np.argsort(part[:, COST])
            part[:] = part.copy()[by]


@njit(inline="always")
def _least(best: Ints, touched: Ints, many: Whole, t: Whole, total: Whole) -> Whole:
    """Note the cost of a path to a target; returns how many targets have been met."""
    if best[t] == NONE:
        touched[many] = t
        many += 1
    if total < best[t]:
        best[t] = total
    return many


@njit(cache=True, nogil=True)
def nearest(
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
    wanted: Whole,
    tally: Ints,
    state: Ints,
    best: Ints,
    out: Ints,
) -> Whole:
    """The cost of the cheapest path of each pair, as far as it is within the bound: rows of `out` with source, target, cost. Returns how many.

    `tally` counts pairs by their costs, and `state` holds the bound, how many pairs are within it, and whether pairs count: as soon as there are enough cheaper
    ones, the bound falls. `best` has a place for every target and holds NONE before and after.
    """
    dated = ties.shape[1] > 2
    touched = np.empty(len(targets), np.int32)
    bound, held, written = state[0], state[1], 0
    for i in range(len(sources)):
        s = np.int64(sources[i])
        many = 0
        for p in range(rows[s], rows[s + 1]):
            a = np.int64(ties[p, NEAR])
            first = np.int64(ties[p, WHAT] & 0xFFFF) + own(share, s)
            if target_no[a] >= 0 and first + own(share, a) <= bound:
                many = _least(best, touched, many, target_no[a], first + own(share, a))
            if share[a] < 0 or hops < 2:
                continue
            first += share[a]
            p_when = when(ties, p)
            for x in range(one_at[a], one_at[a + 1]):
                total = first + one[x, COST]
                if total > bound:
                    break
                t = one[x, TARGET]
                if total < best[t] and targets[t] != s and (not dated or agree(days, p_when, one[x, TIME], gap)):
                    many = _least(best, touched, many, t, total)
            first += share[a]
            if hops < 3 or first > bound:
                continue
            for q in range(rows[a], rows[a + 1]):
                m = np.int64(ties[q, NEAR])
                if m == s or share[m] < 0:
                    continue
                walked = first + np.int64(ties[q, WHAT] & 0xFFFF) + share[m]
                x, y = one_at[m], two_at[m]
                ones = x < one_at[m + 1] and walked + one[x, COST] <= bound
                twos = y < two_at[m + 1] and walked + two[y, COST] <= bound
                if not (ones or twos):
                    continue
                q_when = when(ties, q)
                if dated and not agree(days, p_when, q_when, gap):
                    continue
                if ones:
                    for x in range(one_at[m], one_at[m + 1]):
                        total = walked + one[x, COST]
                        if total > bound:
                            break
                        t = one[x, TARGET]
                        if (
                            total < best[t]
                            and targets[t] != a
                            and targets[t] != s
                            and (not dated or agree(days, q_when, one[x, TIME], gap))
                        ):
                            many = _least(best, touched, many, t, total)
                if twos:
                    for y in range(two_at[m], two_at[m + 1]):
                        total = walked + two[y, COST]
                        if total > bound:
                            break
                        t = two[y, TARGET]
                        if total < best[t]:
                            b = np.int64(two[y, BY])
                            if (
                                b != a
                                and b != s
                                and targets[t] != a
                                and targets[t] != s
                                and (not dated or agree(days, q_when, two[y, TIME], gap))
                            ):
                                many = _least(best, touched, many, t, total)
        for at in range(many):
            t = touched[at]
            cost = best[t]
            best[t] = NONE
            if cost > bound:
                continue
            out[written, 0], out[written, 1], out[written, 2] = s, targets[t], cost
            written += 1
            if state[2]:
                tally[cost] += 1
                held += 1
                while held - tally[bound] >= wanted:
                    held -= tally[bound]
                    bound -= 1
    state[0], state[1] = bound, held
    return written


@njit(cache=True, nogil=True)
def _stamp(
    s: Whole, rows: Ints, ties: Ints, days: Ints, share: Ints, gap: Whole, direct: Ints, head: Ints, entries: Ints
) -> tuple[Whole, Whole, Whole]:
    """Note for all nodes within two steps of a source how it comes there: `direct` the place of the tie in its row, `head` the first of the `entries`
    (cost, period, by which node, next entry). Returns how many entries there are, and what the cheapest ways of one and of two steps cost.
    """
    many, low_one, low_two = 0, np.int64(NONE), np.int64(NONE)
    dated = ties.shape[1] > 2
    for p in range(rows[s], rows[s + 1]):
        a = np.int64(ties[p, NEAR])
        direct[a] = p - rows[s]
        if share[a] < 0:
            continue
        first = np.int64(ties[p, WHAT] & 0xFFFF) + own(share, s) + share[a]
        low_one = min(low_one, first)
        first += share[a]
        for q in range(rows[a], rows[a + 1]):
            m = np.int64(ties[q, NEAR])
            if m == s or share[m] < 0 or (dated and not agree(days, when(ties, p), when(ties, q), gap)):
                continue
            cost = first + np.int64(ties[q, WHAT] & 0xFFFF) + share[m]
            low_two = min(low_two, cost)
            entries[many, 0] = cost
            entries[many, 1] = when(ties, q)
            entries[many, 2] = a
            entries[many, 3] = head[m]
            head[m] = many
            many += 1
    return many, low_one, low_two


@njit(cache=True, nogil=True)
def _wipe(s: Whole, rows: Ints, ties: Ints, direct: Ints, head: Ints) -> None:
    for p in range(rows[s], rows[s + 1]):
        a = ties[p, NEAR]
        direct[a] = -1
        for q in range(rows[a], rows[a + 1]):
            head[ties[q, NEAR]] = -1


@njit(cache=True, nogil=True)
def routes(
    pairs: Ints,
    rows: Ints,
    ties: Ints,
    days: Ints,
    share: Ints,
    gap: Whole,
    hops: Whole,
    room: Whole,
    direct: Ints,
    head: Ints,
    best: Ints,
    between: Ints,
) -> None:
    """The cheapest paths of these pairs (source, target), which stand in the order of their sources: `best` [pair, k] and `between` [pair, k, 3] are filled
    in place. `room`: most entries that a source sets; `direct` and `head` have a place for every node and hold -1.
    """
    entries = np.empty((room, 4), np.int32)
    dated = ties.shape[1] > 2
    last = best.shape[1] - 1
    low_one = low_two = np.int64(0)
    for i in range(len(pairs)):
        s, t = np.int64(pairs[i, 0]), np.int64(pairs[i, 1])
        if i == 0 or pairs[i - 1, 0] != s:
            if i > 0:
                _wipe(pairs[i - 1, 0], rows, ties, direct, head)
            _, low_one, low_two = _stamp(s, rows, ties, days, share, gap, direct, head, entries)
        back = t < s
        if direct[t] >= 0:
            keep(best, between, i, np.int64(ties[rows[s] + direct[t], WHAT] & 0xFFFF) + own(share, s) + own(share, t), -1, -1, -1, back)
        if hops < 2:
            continue
        for p in range(rows[t], rows[t + 1]):
            b = np.int64(ties[p, NEAR])
            if share[b] < 0 or b == s:
                continue
            first = np.int64(ties[p, WHAT] & 0xFFFF) + own(share, t) + share[b]
            p_when = when(ties, p)
            if direct[b] >= 0 and first + low_one <= best[i, last]:
                place = rows[s] + direct[b]
                total = first + np.int64(ties[place, WHAT] & 0xFFFF) + own(share, s) + share[b]
                if total <= best[i, last] and (not dated or agree(days, p_when, when(ties, place), gap)):
                    keep(best, between, i, total, b, -1, -1, back)
            if hops < 3 or first + low_two > best[i, last]:
                continue
            e = head[b]
            while e >= 0:
                total = first + entries[e, 0]
                if total <= best[i, last] and entries[e, 2] != t and (not dated or agree(days, p_when, entries[e, 1], gap)):
                    keep(best, between, i, total, entries[e, 2], b, -1, back)
                e = entries[e, 3]
            first += share[b]
            if hops < 4 or first + low_two > best[i, last]:
                continue
            for q in range(rows[b], rows[b + 1]):
                m = np.int64(ties[q, NEAR])
                e = head[m]
                if e < 0 or m == t:
                    continue
                walked = first + np.int64(ties[q, WHAT] & 0xFFFF) + share[m]
                if walked + low_two > best[i, last] or (dated and not agree(days, p_when, when(ties, q), gap)):
                    continue
                while e >= 0:
                    total = walked + entries[e, 0]
                    a = np.int64(entries[e, 2])
                    if total <= best[i, last] and a != b and a != t and (not dated or agree(days, when(ties, q), entries[e, 1], gap)):
                        keep(best, between, i, total, a, m, b, back)
                    e = entries[e, 3]


@njit(cache=True, nogil=True)
def gather(pairs: Ints, best: Ints, between: Ints, out: Ints) -> Whole:
    """Write what `routes` found in rows: source, target, rank, cost, and the nodes between. Returns how many."""
    many = 0
    for i in range(len(pairs)):
        for j in range(best.shape[1]):
            if best[i, j] == NONE:
                break
            out[many, 0], out[many, 1], out[many, 2], out[many, 3] = pairs[i, 0], pairs[i, 1], j, best[i, j]
            read(between[i, j], pairs[i, 1] < pairs[i, 0], out[many, 4:])
            many += 1
    return many
