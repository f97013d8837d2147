"""The cheapest paths between two sets of actors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstie.errors import UsageError
from crosstie.graph import kernels
from crosstie.graph.csr import TICKS, Csr

MAX_HOPS = 4
#: Days that may lie between two neighbouring steps of a path. People know each other longer than records show, but not for ever: five years.
GAP_DAYS = 1826
#: Most labels around targets held at once (16 bytes each), and most cells of source x target x path (16 bytes each).
LABELS = 16_000_000
CELLS = 8_000_000
#: Cells that are worked on at a time: what stays in a processor's cache.
_NEAR_CELLS = 1 << 16

Ints = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths in columns, one row each: from `source` to `target` by the nodes `between` (-1 where there is none), `rank` 0 is the cheapest of its pair."""

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    rank: NDArray[np.int16]
    cost: NDArray[np.float32]
    between: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.source)

    @property
    def hops(self) -> NDArray[np.int64]:
        """Steps of each path."""
        return np.asarray(1 + np.count_nonzero(self.between >= 0, axis=1), np.int64)

    def nodes(self, row: int) -> list[int]:
        """The nodes of one path, from source to target."""
        return [int(self.source[row]), *(int(node) for node in self.between[row] if node >= 0), int(self.target[row])]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Paths:
        """Some of the paths."""
        return Paths(self.source[rows], self.target[rows], self.rank[rows], self.cost[rows], self.between[rows])


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a graph: paths from these sources to these targets, in order; what each node adds to its ties, -1 less that where it carries no path."""

    csr: Csr
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    share: NDArray[np.int16]
    gap_days: int
    hops: int

    @property
    def graph(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The graph as the kernels take it."""
        return self.csr.rows, self.csr.columns, self.csr.days, self.share

    def numbered(self, ends: Ints) -> Ints:
        """For each node its place among the ends, or -1."""
        number = np.full(self.csr.nodes, -1, np.int32)
        number[ends] = np.arange(len(ends), dtype=np.int32)
        return number

    def whole(self, ends: Ints) -> Ints:
        """From where to where the rows of these nodes reach."""
        return np.stack([self.csr.rows[ends], self.csr.rows[ends + 1]], axis=1)

    def reach(self, hops: int | None = None) -> Ints:
        """How many labels each target sets at most."""
        return np.asarray(kernels.reach(self.targets, self.csr.rows, self.csr.columns, self.share, hops or self.hops), np.int64)

    def labels(self, ends: Ints, parts: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """The labels around these targets, one step away and two."""
        one_at, one = self.labels_one(ends, parts)
        if self.hops < 4:
            return one_at, one, nothing(self.csr.nodes), np.empty((0, 4), np.int32)
        return one_at, one, *self.labels_two(ends, parts, np.empty(0, np.int32))

    def labels_one(self, ends: Ints, parts: Ints) -> tuple[Ints, Ints]:
        """The labels one step away."""
        rows, columns, _, share = self.graph
        at = nothing(self.csr.nodes)
        return at, kernels.label_one(ends, parts, rows, columns, share, at)

    def labels_two(self, ends: Ints, parts: Ints, room: Ints) -> tuple[Ints, Ints]:
        """The labels two steps away, within the room that is left at each node, if any is told."""
        at = nothing(self.csr.nodes)
        args: list[Any] = [ends, parts, *self.graph, self.gap_days, room, at]
        return at, kernels.label_two(*args)


def nothing(nodes: int) -> Ints:
    """Zeros for every node and one more. Made here, not in a kernel: numpy asks the system for large pages, which are looked up faster."""
    return np.full(nodes + 1, 0, np.int32)


def asked(
    csr: Csr,
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    *,
    max_hops: int = MAX_HOPS,
    hub: int | None = None,
    closed: NDArray[np.int32] | None = None,
    gap_days: int = GAP_DAYS,
) -> Question:
    """The question that the words of `search` ask. UsageError for more than four steps."""
    if not 1 <= max_hops <= MAX_HOPS:
        raise UsageError(f"max_hops is {max_hops}", hint=f"Paths have 1 to {MAX_HOPS} steps.")
    share = csr.share.copy()
    if hub is not None:
        kernels.shut(csr.rows, hub, share)
    if closed is not None:
        own = share[closed]
        share[closed] = np.where(own >= 0, -1 - own, own)
    return Question(csr, np.unique(sources).astype(np.int32), np.unique(targets).astype(np.int32), share, gap_days, max_hops)


def search(
    csr: Csr,
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    *,
    max_hops: int = MAX_HOPS,
    k: int = 3,
    hub: int | None = None,
    closed: NDArray[np.int32] | None = None,
    gap_days: int = GAP_DAYS,
    keep: int | None = None,
    threads: int = 1,
) -> Paths:
    """Up to `k` cheapest simple paths of at most `max_hops` steps for every pair of a source and a target, in the order of source, target, rank.

    Neighbouring steps must overlap in time or lie at most `gap_days` apart; a step without a date goes with any. Nodes with more than `hub`
    neighbours, and those `closed`, may begin or end a path but not carry one. With `keep`, only the pairs with the that many cheapest
    best paths are searched for (`nearest`). A node is no path to itself. UsageError for more than four steps.
    """
    if keep is not None:
        from crosstie.graph.nearest import nearest

        question = asked(csr, sources, targets, max_hops=max_hops, hub=hub, closed=closed, gap_days=gap_days)
        return nearest(question, k, keep, threads=threads)
    return joined_up(blocks(csr, sources, targets, max_hops=max_hops, k=k, hub=hub, closed=closed, gap_days=gap_days, threads=threads))


def blocks(
    csr: Csr,
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    *,
    max_hops: int = MAX_HOPS,
    k: int = 3,
    hub: int | None = None,
    closed: NDArray[np.int32] | None = None,
    gap_days: int = GAP_DAYS,
    threads: int = 1,
    labels: int = LABELS,
    cells: int = CELLS,
) -> Iterator[Paths]:
    """The same answer in blocks, for callers that do not hold all of it; memory is bounded by `labels` and `cells`."""
    question = asked(csr, sources, targets, max_hops=max_hops, hub=hub, closed=closed, gap_days=gap_days)
    for ends, parts in shares_of(question, question.reach(), labels):
        most = max(1, cells // (len(ends) * k * max(1, threads)))
        many = most if len(parts) > 1 else min(most, max(8, _NEAR_CELLS // (len(ends) * k)))
        starts = [question.sources[at : at + many] for at in range(0, len(question.sources), many)]
        # one target's labels may be more than fit: they are then set part by part, for as many sources at a time as there is room for
        around = question.labels(ends, parts[0]) if len(parts) == 1 else None
        joined = partial(_joined, question, ends, question.numbered(ends), parts, around, k)
        if threads <= 1 or len(starts) == 1:
            yield from map(joined, starts)
        else:
            with ThreadPoolExecutor(threads) as pool:
                for at in range(0, len(starts), 8 * threads):
                    yield from pool.map(joined, starts[at : at + 8 * threads])


def _joined(question: Question, ends: Ints, number: Ints, parts: list[Ints], around: Any, k: int, sources: Ints) -> Paths:
    best = np.full((len(sources), len(ends), k), kernels.NONE, np.int32)
    between = np.empty((len(sources), len(ends), k, 3), np.int32)
    for at, part in enumerate(parts):
        labels = around or question.labels(ends, part)
        args: list[Any] = [sources, ends, number, *question.graph, question.gap_days, question.hops, *labels, at == 0, best, between]
        kernels.join(*args)
    pairs, rank = np.empty((best.size, 2), np.int32), np.empty(best.size, np.int16)
    cost, inner = np.empty(best.size, np.int32), np.empty((best.size, 3), np.int32)
    out = kernels.gather(sources, ends, best, between, pairs, rank, cost, inner)
    return Paths(
        pairs[:out, 0].copy(),
        pairs[:out, 1].copy(),
        rank[:out].copy(),
        cost[:out].astype(np.float32) / np.float32(TICKS),
        inner[:out].copy(),
    )


def shares_of(question: Question, reach: Ints, labels: int) -> Iterator[tuple[Ints, list[Ints]]]:
    """The targets in shares whose labels fit in memory together, each with the parts of their rows. One target that is too large by itself comes alone, in
    parts that fit.
    """
    targets = question.targets
    large = reach > labels
    small = np.flatnonzero(~large)
    share = np.cumsum(reach[small]) // max(labels, 1)
    for number in np.unique(share):
        ends = targets[small[share == number]]
        yield ends, [question.whole(ends)]
    rows, columns, _, _ = question.graph
    for one in np.flatnonzero(large):
        node = targets[one]
        near = columns[rows[node] : rows[node + 1], 0].astype(np.int64)
        part = np.cumsum(np.where(question.hops > 3, 1 + rows[near + 1] - rows[near], 1)) // max(labels, 1)
        bounds = rows[node] + np.flatnonzero(np.concatenate([[True], part[1:] != part[:-1], [True]]))
        yield targets[one : one + 1], [np.array([[low, high]], np.int64) for low, high in pairwise(bounds)]


def joined_up(parts: Iterator[Paths]) -> Paths:
    """Blocks in one, in the order of source, target, rank."""
    held = list(parts)
    if not held:
        none = np.empty(0, np.int32)
        return Paths(none, none, np.empty(0, np.int16), np.empty(0, np.float32), np.empty((0, 3), np.int32))
    found = Paths(*(np.concatenate([getattr(part, column) for part in held]) for column in ("source", "target", "rank", "cost", "between")))
    pairs = found.source.astype(np.int64) << 32 | found.target
    return found if bool(np.all(pairs[1:] >= pairs[:-1])) else found.take(np.argsort(pairs, kind="stable"))
