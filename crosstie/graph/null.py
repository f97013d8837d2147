"""Would chance do as well? The null that keeps what every node has of every kind of tie, and draws anew between whom.

Each tie is two ends, one at either node, of its kind; where the kind has a direction (who pays, who is paid), an end knows which of the two it is. The null
pairs the ends of each kind at random. `Null` says in closed form how many paths like one that was found it gives; `rewired` draws such a graph, and
`python -m bench.links.null` counts in many of them how far off the closed form is.

What the null does not keep: times, and triangles (three who share an address). That two are seldom tied by two kinds at once is counted by `graph.doubled`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.graph.adjacency import WHAT
from crosstie.graph.csr import Csr

Ints = NDArray[Any]
#: Attempts to exchange the ends of two ties, for each tie: a graph then no longer remembers what it was.
SWAPS = 10
#: Ties that are looked at together.
_BATCH = 1 << 20


@dataclass(frozen=True)
class Ends:
    """The ties of a graph as ends. The ends of node v stand at ``rows[v]:rows[v + 1]``: `near` is the node at the other end of the tie, `end` the kind of the
    end here (twice the number of the kind of the tie, and one more where a directed tie runs to the node). Only nodes `through` carry a path.
    """

    rows: Ints
    near: Ints
    end: Ints
    #: of each kind of ties, whether it has a direction
    directed: NDArray[np.bool_]
    through: NDArray[np.bool_]
    #: where these are the rows of some nodes only: how many nodes there are in all, and how many ends of each kind
    whole: tuple[int, Ints] | None = None

    @classmethod
    def of(cls, csr: Csr, directed: Sequence[bool], through: NDArray[np.bool_] | None = None) -> Ends:
        """Of a graph, of whose kinds of ties those have a direction that are `directed`."""
        ways, end = np.array(directed, np.bool_), np.empty(len(csr.columns), np.int16)
        for first in range(0, len(end), _BATCH):
            what = csr.columns[first : first + _BATCH, WHAT]
            kind, outward = what >> 17, (what >> 16) & 1 == 1
            end[first : first + _BATCH] = 2 * kind + (~outward & ways[kind])
        return cls(csr.rows, csr.near, end, ways, np.ones(csr.nodes, np.bool_) if through is None else through, _whole(csr, ways))

    @property
    def kinds(self) -> int:
        """How many kinds of ends there are."""
        return 2 * len(self.directed)

    @property
    def nodes(self) -> int:
        """How many nodes there are in the whole graph."""
        return self.whole[0] if self.whole is not None else len(self.rows) - 1

    @cached_property
    def size(self) -> list[int]:
        """How many ends of each kind there are in the whole graph."""
        found: list[int] = (self.whole[1] if self.whole is not None else np.bincount(self.end, minlength=self.kinds)).tolist()
        return found

    @cached_property
    def degree(self) -> Ints:
        """How many ends each node has."""
        return np.diff(self.rows)

    def across(self, end: int) -> int:
        """The kind of the end at the other side of a tie."""
        return end ^ 1 if self.directed[end // 2] else end

    def have(self, node: int, end: int) -> int:
        """How many ends of a kind a node has."""
        return int(np.count_nonzero(self.end[self.rows[node] : self.rows[node + 1]] == end))

    def by(self, node: int, to: int) -> int:
        """The kind of the end by which a node is tied to a neighbour."""
        first = self.rows[node]
        return int(self.end[first + np.flatnonzero(self.near[first : self.rows[node + 1]] == to)[0]])


def _whole(csr: Csr, directed: NDArray[np.bool_]) -> tuple[int, Ints] | None:
    """The ends of a graph of which only some rows are here: of a tie with a direction one of either kind, else two of one."""
    if csr.whole is None:
        return None
    nodes, places = csr.whole
    return nodes, np.stack([np.where(directed, places // 2, places), np.where(directed, places // 2, 0)], axis=1).ravel()


class Null:
    """Expected numbers of paths under the null, in closed form."""

    def __init__(self, ends: Ends) -> None:
        self.ends = ends
        self._had: dict[int, Ints] = {}

    def expected(self, nodes: Sequence[int]) -> float:
        """How many paths like this one chance would give between its two ends, over nodes as busy as those that it runs over: seen from either end, of
        which the geometric mean is taken, so that it does not matter where a path begins.

        Every node has one more end of each kind than was seen: that a kind of tie is rare in the files does not make it certain between those who have one.
        """
        return sqrt(self.onward(nodes, unseen=1) * self.onward(nodes[::-1], unseen=1))

    def onward(self, nodes: Sequence[int], unseen: int = 0) -> float:
        """How many of the ends that are reached from the first node, by ties of these kinds and over nodes as busy as these, meet the last node."""
        ends = self.ends
        leaving = self.leaving(nodes)
        arriving = [ends.across(end) for end in leaving]
        reached = ends.have(nodes[0], leaving[0])
        for node, came, goes in zip(nodes[1:-1], arriving[:-1], leaving[1:], strict=True):
            reached *= ends.have(node, goes) - (came == goes)
        return reached * (ends.have(nodes[-1], arriving[-1]) + unseen) / (ends.size[arriving[-1]] + unseen * ends.nodes)

    def alike(self, nodes: Sequence[int]) -> float:
        """How many paths by these kinds of ties there are from the first node to nodes like the last, over nodes like those between: with as many ends of these
        kinds. That is what the null gives on average, and `count` finds in a rewired graph. No node is tied to itself.
        """
        ends, leaving = self.ends, self.leaving(nodes)
        found = float(ends.have(nodes[0], leaving[0]))
        for place, (before, node) in enumerate(pairwise(nodes)):
            came = ends.across(leaving[place])
            has = self._have(came)
            alike = has == has[node]
            if place + 1 < len(leaving):
                onward = self._have(leaving[place + 1])
                alike &= ends.through & (onward == onward[node])
                found *= onward[node] - (came == leaving[place + 1])
            alike[[nodes[0], before]] = False
            found *= float(has[alike].sum()) / max(self.ends.size[came] - int(has[before]), 1)
        return found

    def _have(self, end: int) -> Ints:
        """How many ends of a kind each node has."""
        if end not in self._had:
            row = np.repeat(np.arange(len(self.ends.degree)), self.ends.degree)
            self._had[end] = np.bincount(row[self.ends.end == end], minlength=len(self.ends.degree))
        return self._had[end]

    def leaving(self, nodes: Sequence[int]) -> list[int]:
        """The kinds of the ends by which a path leaves its nodes."""
        return [self.ends.by(one, other) for one, other in pairwise(nodes)]


def rewired(ends: Ends, seed: int, swaps: int = SWAPS) -> Ends:
    """A graph of the null: every node keeps how many ends of each kind it has; no node is tied to itself, and none to another twice by one kind.

    Two ties of a kind exchange their ends, again and again. The same seed gives the same graph.
    """
    row = np.repeat(np.arange(len(ends.degree)), ends.degree)
    # each tie once: from where it runs, or from its lower node
    once = np.where(ends.directed[ends.end // 2], ends.end % 2 == 0, row < ends.near)
    kind, a, b = ends.end[once] // 2, row[once].astype(np.int64), ends.near[once].astype(np.int64)
    order = np.lexsort((b, a, kind))
    kind, a, b = kind[order], a[order], b[order]
    for number in np.unique(kind):
        first, last = np.searchsorted(kind, [number, number + 1])
        _exchange(a[first:last], b[first:last], bool(ends.directed[number]), len(ends.degree), seed * 1_000 + int(number), swaps)
    near_end = 2 * kind
    far_end = near_end + ends.directed[kind]
    tail, head, of_tail = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([near_end, far_end])
    place = np.lexsort((of_tail, head, tail))
    return Ends(ends.rows, head[place].astype(np.int32), of_tail[place].astype(np.int16), ends.directed, ends.through)


@njit(inline="always")
def _draw(state: Ints) -> Any:
    """The next 32 bits of a generator (splitmix64) that is seeded for this use alone."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))) >> np.uint64(32)


@njit(inline="always")
def _key(a: int, b: int, directed: bool, nodes: int) -> int:
    return a * nodes + b if directed or a < b else b * nodes + a


@njit(inline="always")
def _home(key: int, size: int) -> Any:
    """Where a key would like to stand in a table of a power of two."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed >> np.uint64(20)) & np.uint64(size - 1))


@njit(inline="always")
def _place(table: Ints, key: int) -> Any:
    """Where a key stands, or the free place where it would."""
    at: Any = _home(key, len(table))
    while table[at] != -1 and table[at] != key:
        at = (at + 1) & (len(table) - 1)
    return at


@njit(cache=True, nogil=True)
def _take_out(table: Ints, key: int) -> None:
    """Remove a key, and move those up that stand behind it because of it."""
    hole = _place(table, key)
    at = hole
    while True:
        at = (at + 1) & (len(table) - 1)
        if table[at] == -1:
            break
        if ((at - _home(table[at], len(table))) & (len(table) - 1)) >= ((at - hole) & (len(table) - 1)):
            table[hole] = table[at]
            hole = at
    table[hole] = -1


@njit(cache=True, nogil=True)
def _exchange(a: Ints, b: Ints, directed: bool, nodes: int, seed: int, swaps: int) -> None:
    """Exchange ends of ties of one kind, in place."""
    many = len(a)
    if many < 2:
        return
    state = np.empty(1, np.uint64)
    state[0] = np.uint64(seed)
    size = 4
    while size < 2 * many:
        size *= 2
    there = np.full(size, -1, np.int64)
    for tie in range(many):
        key = _key(a[tie], b[tie], directed, nodes)
        there[_place(there, key)] = key
    for _ in range(swaps * many):
        i = np.int64(_draw(state) % np.uint64(many))
        j = np.int64(_draw(state) % np.uint64(many))
        if i == j:
            continue
        c, d = a[j], b[j]
        if not directed and _draw(state) & np.uint64(1):
            c, d = d, c
        one, other = _key(a[i], d, directed, nodes), _key(c, b[i], directed, nodes)
        if a[i] == d or c == b[i] or one == other or there[_place(there, one)] == one or there[_place(there, other)] == other:
            continue
        _take_out(there, _key(a[i], b[i], directed, nodes))
        _take_out(there, _key(c, d, directed, nodes))
        there[_place(there, one)] = one
        there[_place(there, other)] = other
        a[j], b[j] = c, b[i]
        b[i] = d


@njit(cache=True, nogil=True)
def count(rows: Ints, near: Ints, end: Ints, through: Ints, source: int, leaving: Ints, came: Ints, goes: Ints) -> int:
    """How many paths there are from a node by these kinds of ends, over nodes each of which has as many ends of the kind that it is reached by (`came`)
    and of the kind that it is left by (`goes`) as said; the last, as many of the former. `leaving` has two rows: the kinds of ends left by, and arrived by.
    """
    steps = leaving.shape[1]
    nodes = np.empty(steps + 1, np.int64)
    at = np.empty(steps + 1, np.int64)
    nodes[0], at[0] = source, rows[source]
    depth, found = 0, 0
    while depth >= 0:
        if at[depth] == rows[nodes[depth] + 1]:
            depth -= 1
            continue
        place = at[depth]
        at[depth] += 1
        node = near[place]
        last = depth == steps - 1
        if end[place] != leaving[0, depth] or not (last or through[node]):
            continue
        passed = False
        for i in range(depth + 1):
            passed = passed or nodes[i] == node
        if passed:
            continue
        reached, left = 0, 0
        for p in range(rows[node], rows[node + 1]):
            reached += end[p] == leaving[1, depth]
            left += not last and end[p] == leaving[0, depth + 1]
        if reached != came[depth] or (not last and left != goes[depth]):
            continue
        if last:
            found += 1
        else:
            depth += 1
            nodes[depth], at[depth] = node, rows[node]
    return found
