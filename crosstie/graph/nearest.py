"""The pairs with the cheapest paths, and their paths: branch and bound.

First the pairs within three steps are looked at, which is cheap; the cost of the last that is wanted bounds what four steps are worth looking at. Then, for the
pairs that stay, all their paths are searched. The answer is that of a search of everything, cut to the best.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstie.graph import bounds, kernels
from crosstie.graph.csr import TICKS
from crosstie.graph.memory import Midway
from crosstie.graph.paths import LABELS, Paths, Question, joined_up, nothing, shares_of

#: More than any path costs: four ties and what their nodes add, 16 and 15 bits each.
_DEAREST = 4 * ((1 << 16) + (1 << 16))
#: Sources, and pairs, that a thread takes at a time.
_MANY = 64
_PAIRS = 1024

Ints = NDArray[Any]


def nearest(question: Question, k: int, wanted: int, *, threads: int = 1, labels: int = LABELS, midway: Midway | None = None) -> Paths:
    """Up to `k` cheapest paths of the `wanted` pairs whose best paths are cheapest, in the order of source, target, rank. Equal costs are ordered by the
    numbers of the ends, the smaller one first. What `midway` holds of the same search, broken off, is not done again.
    """
    if wanted < 1:
        return joined_up(iter(()))
    hops, bound = question.hops, _DEAREST
    room: Ints | None = None
    if hops > 3:
        bound = _Round(question, 3, wanted, _DEAREST, threads, labels, None).run(midway)[1]
        room = np.full(question.csr.nodes, kernels.NONE, np.int32)
        bounds.room(question.sources, *_walked(question), bound, room)
    pairs, _ = _Round(question, hops, wanted, bound, threads, labels, room).run(midway)
    return _paths(question, pairs, k, threads)


def _walked(question: Question) -> tuple[Ints, Ints, Ints]:
    rows, ties, _, share = question.graph
    return rows, ties, share


class _Round:
    """One round over all pairs: which of them are the nearest, over at most so many steps and within a bound."""

    def __init__(self, question: Question, hops: int, wanted: int, bound: int, threads: int, labels: int, room: Ints | None) -> None:
        self.question, self.hops, self.wanted, self.labels, self.room = question, hops, wanted, labels, room
        self.threads = max(1, threads)
        # every thread counts by itself: what each knows to be too dear is so
        self.states = [np.array([bound, 0, 1], np.int64) for _ in range(self.threads)]
        self.tallies = [np.zeros(bound + 1, np.int32) for _ in range(self.threads)]
        self.found = np.empty((0, 3), np.int32)

    def run(self, midway: Midway | None = None) -> tuple[Ints, int]:
        """The nearest pairs (source, target) in order, and what the dearest of them costs; the bound where there are fewer."""
        held: list[Ints] = []
        done, many = 0, 0
        if midway is not None and (kept := midway.recall(self.hops)):
            done, bound, found = kept
            held.append(found)
            for state in self.states:
                state[0] = min(int(state[0]), bound)
        pieces = ((ends, part, len(parts) == 1) for ends, parts in self._shares() for part in parts)
        with ThreadPoolExecutor(self.threads) as pool:
            for place, (ends, part, whole) in enumerate(pieces, 1):
                if place <= done:
                    continue
                for state in self.states:
                    state[2] = whole  # a target that comes in parts would count several times
                for found in self._blocks(pool, ends, part):
                    held.append(found)
                    many += len(found)
                    if many > max(4 * self.wanted, 1_000_000):
                        held = [self._cut(held)]
                        many = len(held[0])
                if midway is not None and midway.due():
                    held = [self._cut(held)]
                    midway.keep(self.hops, place, min(int(state[0]) for state in self.states), held[0])
        cut = self._cut(held)
        return cut[np.lexsort((cut[:, 1], cut[:, 0]))][:, :2].copy(), self._bound(cut)

    def _shares(self) -> Any:
        question = self.question
        reach = question.reach(3)
        if self.room is not None and int(question.reach().sum()) > self.labels:
            rows, ties, share = _walked(question)
            reach = reach + bounds.within(question.targets, rows, ties, share, self.room)
        elif self.room is not None:
            reach = question.reach()
        return shares_of(question, reach, self.labels)

    def _blocks(self, pool: ThreadPoolExecutor, ends: Ints, part: Ints) -> Any:
        question = self.question
        none = nothing(question.csr.nodes), np.empty((0, 4), np.int32)
        one = question.labels_one(ends, part)
        two = none if self.room is None else question.labels_two(ends, part, self.room)
        for labels in (one, two):
            bounds.order(*labels)
        number = question.numbered(ends)
        best = [np.full(len(ends), kernels.NONE, np.int32) for _ in self.states]
        many = max(1, min(_MANY, 8_000_000 // max(1, len(ends))))

        def walked(which: int, first: int) -> Ints:
            sources = question.sources[first : first + many]
            out = np.empty((len(sources) * len(ends), 3), np.int32)
            args: list[Any] = [sources, ends, number, *question.graph, question.gap_days, self.hops, *one, *two, self.wanted]
            args += [self.tallies[which], self.states[which], best[which], out]
            written = bounds.nearest(*args)
            return np.array(out[:written])

        firsts = list(range(0, len(question.sources), many))
        for at in range(0, len(firsts), self.threads):
            some = firsts[at : at + self.threads]
            yield from pool.map(walked, range(len(some)), some)

    def _cut(self, held: list[Ints]) -> Ints:
        """The nearest of all that was found, each pair once."""
        found = np.concatenate(held) if held else np.empty((0, 3), np.int32)
        found = found[found[:, 2] <= min(int(state[0]) for state in self.states)]  # what is dearer need not be put in order
        low, high = np.minimum(found[:, 0], found[:, 1]), np.maximum(found[:, 0], found[:, 1])
        found = found[np.lexsort((found[:, 0], high, low, found[:, 2]))]
        _, first = np.unique(found[:, 0].astype(np.int64) << 32 | found[:, 1], return_index=True)
        return np.asarray(found[np.sort(first)][: self.wanted])

    def _bound(self, cut: Ints) -> int:
        return int(cut[-1, 2]) if len(cut) == self.wanted else min(int(state[0]) for state in self.states)


def _paths(question: Question, pairs: Ints, k: int, threads: int) -> Paths:
    """All paths of these pairs, which stand in order."""
    rows, ties, _, share = question.graph
    sources = np.unique(pairs[:, 0])
    room = int(kernels.reach(sources, rows, ties, share, 4).max(initial=0))

    def found(first: int) -> Paths:
        some = pairs[first : first + many]
        best = np.full((len(some), k), kernels.NONE, np.int32)
        between = np.empty((len(some), k, 3), np.int32)
        stamps = (np.full(question.csr.nodes, -1, np.int32) for _ in range(2))
        args: list[Any] = [some, *question.graph, question.gap_days, question.hops, room, *stamps, best, between]
        bounds.routes(*args)
        out = np.empty((best.size, 7), np.int32)
        out = out[: bounds.gather(some, best, between, out)]
        cost = out[:, 3].astype(np.float32) / np.float32(TICKS)
        return Paths(out[:, 0].copy(), out[:, 1].copy(), out[:, 2].astype(np.int16), cost, out[:, 4:].copy())

    many = max(_PAIRS, -(-len(pairs) // max(1, threads)))
    with ThreadPoolExecutor(max(1, threads)) as pool:
        return joined_up(pool.map(found, range(0, len(pairs), many)))
