"""The compiled loops that make the rows of a graph from its edges: divided into buckets of nodes, put in place, and parallel ones made one.

Each loop is told for which nodes it works, so that threads share the work, and so that no more than some of the edges are held beside the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: The columns of a tie, 32 bits each: the neighbour; what it costs in 1/1024 nat (16 bits), whether the edge runs away from the node of the row (1 bit)
#: and its kind (15 bits); in a graph with dates the numbers of its first day and of its last (16 bits each).
NEAR, WHAT, WHEN = 0, 1, 2
#: Kinds of ties and days that the columns have room for.
KINDS = 1 << 15
DAYS = 1 << 16

Ints = NDArray[Any]
#: A whole number or a switch, of numpy's types or Python's.
Whole = Any


@njit(cache=True, nogil=True)
def census(source: Ints, target: Ints, low: Whole, high: Whole, shift: Whole, counts: Ints) -> None:
    """Count the ends of these edges at the nodes from `low` to `high`, by buckets of `1 << shift` nodes. Self loops have no ends."""
    for i in range(len(source)):
        a, b = source[i], target[i]
        if a != b:
            if low <= a < high:
                counts[(a - low) >> shift] += 1
            if low <= b < high:
                counts[(b - low) >> shift] += 1


@njit(cache=True, nogil=True)
def divide(source: Ints, target: Ints, what: Ints, when: Ints, low: Whole, high: Whole, shift: Whole, at: Ints, ends: Ints) -> None:
    """Write the ends of these edges at the nodes from `low` to `high` into `ends` (node, then as in a tie), each at the place of its bucket in `at`, which
    moves on. `what` has no direction yet.
    """
    dated = ends.shape[1] > WHEN + 1
    for i in range(len(source)):
        a, b = source[i], target[i]
        if a == b:
            continue
        if low <= a < high:
            x = at[(a - low) >> shift]
            at[(a - low) >> shift] += 1
            ends[x, 0], ends[x, 1], ends[x, 2] = a, b, what[i] | np.uint32(1 << 16)
            if dated:
                ends[x, 3] = when[i]
        if low <= b < high:
            x = at[(b - low) >> shift]
            at[(b - low) >> shift] += 1
            ends[x, 0], ends[x, 1], ends[x, 2] = b, a, what[i]
            if dated:
                ends[x, 3] = when[i]


@njit(inline="always")
def _order(what: Whole, forth: Whole) -> Whole:
    """Which of two parallel edges stands for both: the cheaper, the kind named first, the one that runs from the node with the smaller number."""
    outward = (what >> 16) & 1
    return (np.int64(what & 0xFFFF) << 16) | (np.int64(what >> 17) << 1) | (0 if (outward == 1) == forth else 1)


@njit(inline="always")
def _same(ties: Ints, first: Whole, out: Whole, x: Whole, table: Ints, bits: Whole) -> Whole:
    """The place of the tie to `x` among those of a row so far, else `out`, which is noted: by looking at all of a short row, by a table for a long one."""
    if bits == 0:
        for o in range(first, out):
            if ties[o, NEAR] == x:
                return o
        return out
    mask = (1 << bits) - 1
    slot = ((np.int64(x) * 2_654_435_761) >> 7) & mask
    while table[slot] >= 0:
        if ties[first + table[slot], NEAR] == x:
            return first + table[slot]
        slot = (slot + 1) & mask
    table[slot] = out - first
    return out


@njit(cache=True, nogil=True)
def settle(ends: Ints, starts: Ints, low: Whole, high: Whole, shift: Whole, ties: Ints, rows: Ints, out: Whole) -> Whole:
    """Put the ends at the nodes from `low` to `high`, which stand in their buckets (`starts`), into `ties` from the place `out` on, node by
    node. Parallel edges become one tie: the best one, with the hull of all periods. `rows` (one place on) says where each node's ties end.
    Returns the place behind the last tie.

    All happens within one bucket, so that it stays in the processor's cache.
    """
    width = ties.shape[1]
    largest = 0
    for k in range(len(starts) - 1):
        largest = max(largest, starts[k + 1] - starts[k])
    row = np.empty((largest, width), np.uint32)
    at = np.empty((1 << shift) + 1, np.int64)
    table = np.empty(64, np.int32)
    for k in range(len(starts) - 1):
        node = low + (k << shift)
        last = min(node + (1 << shift), high)
        at[:] = 0
        for x in range(starts[k], starts[k + 1]):
            at[ends[x, 0] - node + 1] += 1
        for v in range(last - node):
            at[v + 1] += at[v]
        for x in range(starts[k], starts[k + 1]):
            v = ends[x, 0] - node
            for column in range(width):
                row[at[v], column] = ends[x, column + 1]
            at[v] += 1
        begin = np.int64(0)
        for v in range(last - node):
            first, bits = out, 0
            if at[v] - begin > 8:
                bits = 5
                while (1 << bits) < 2 * (at[v] - begin):
                    bits += 1
                if len(table) < 1 << bits:
                    table = np.empty(1 << bits, np.int32)
                table[: 1 << bits] = -1
            for p in range(begin, at[v]):
                x = row[p, NEAR]
                o = _same(ties, first, out, x, table, bits)
                if o == out:
                    for column in range(width):
                        ties[out, column] = row[p, column]
                    out += 1
                    continue
                if _order(row[p, WHAT], v + node < x) < _order(ties[o, WHAT], v + node < x):
                    ties[o, WHAT] = row[p, WHAT]
                if width > WHEN:
                    one, other = ties[o, WHEN], row[p, WHEN]
                    ties[o, WHEN] = min(one & 0xFFFF, other & 0xFFFF) | (max(one >> 16, other >> 16) << 16)
            begin = at[v]
            rows[v + node + 1] = out
    return out


@njit(cache=True, nogil=True)
def move(ties: Ints, rows: Ints, low: Whole, high: Whole, first: Whole, target: Whole) -> Whole:
    """Move the ties of the nodes from `low` to `high`, which begin at `first`, down to a smaller place; returns the place behind them."""
    end = rows[high]
    for p in range(first, end):
        for column in range(ties.shape[1]):
            ties[target + p - first, column] = ties[p, column]
    for v in range(low, high):
        rows[v + 1] -= first - target
    return target + end - first


@njit(cache=True, nogil=True)
def shares(rows: Ints, weight: float, share: Ints) -> None:
    """What each node adds to each of its ties, in 1/1024 nat: half the weighted logarithm of its degree. Along a path every node between counts fully."""
    for v in range(len(share)):
        share[v] = min(np.round(512.0 * weight * np.log(max(rows[v + 1] - rows[v], 1))), 32_767.0)
