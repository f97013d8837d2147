"""The cheapest paths between two sets of actors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstie.errors import UsageError
from crosstie.graph import kernels
from crosstie.graph.csr import Csr

MAX_HOPS = 4
#: Days that may lie between two neighbouring steps of a path. People know each other longer than records show, but not for ever: five years.
GAP_DAYS = 1826
#: Most labels around targets held at once (20 bytes each), and most cells of source x target x path (16 bytes each).
LABELS = 16_000_000
CELLS = 8_000_000


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
    best paths stay, so that memory does not grow with the answer. A node is no path to itself. UsageError for more than four steps.
    """
    parts: list[Paths] = []
    held = 0
    for part in blocks(csr, sources, targets, max_hops=max_hops, k=k, hub=hub, closed=closed, gap_days=gap_days, threads=threads):
        parts.append(part)
        held += len(part)
        if keep is not None and held > max(4 * keep * k, 100_000):
            parts = [_cheapest(_concatenate(parts), keep)]
            held = len(parts[0])
    found = _concatenate(parts)
    if keep is not None:
        found = _cheapest(found, keep)
    return found.take(np.lexsort((found.rank, found.target, found.source)))


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
    if not 1 <= max_hops <= MAX_HOPS:
        raise UsageError(f"max_hops is {max_hops}", hint=f"Paths have 1 to {MAX_HOPS} steps.")
    sources, targets = np.unique(sources).astype(np.int32), np.unique(targets).astype(np.int32)
    through = np.ones(csr.nodes, np.bool_) if hub is None else csr.degrees() <= hub
    if closed is not None:
        through[closed] = False
    reach = kernels.reach(targets, csr.rows, csr.near, through)
    for ends in _shares(targets, reach, labels):
        around = kernels.label(ends, csr.rows, csr.near, csr.cost, csr.start, csr.end, through, gap_days, max_hops)
        number = np.full(csr.nodes, -1, np.int32)
        number[ends] = np.arange(len(ends), dtype=np.int32)
        many = max(1, cells // (len(ends) * k * max(1, threads)))
        starts = [sources[at : at + many] for at in range(0, len(sources), many)]

        shared = (ends, number, csr.rows, csr.near, csr.cost, csr.start, csr.end, through, gap_days, max_hops, *around)
        joined = partial(_joined, shared, k)
        if threads <= 1 or len(starts) == 1:
            yield from map(joined, starts)
        else:
            with ThreadPoolExecutor(threads) as pool:
                for at in range(0, len(starts), threads):
                    yield from pool.map(joined, starts[at : at + threads])


def _joined(shared: tuple[Any, ...], k: int, sources: NDArray[np.int32]) -> Paths:
    ends = shared[0]
    best = np.full((len(sources), len(ends), k), kernels.NONE, np.float32)
    between = np.full((len(sources), len(ends), k, 3), -1, np.int32)
    args: list[Any] = [sources, *shared, best, between]
    kernels.join(*args)
    s, t, rank = np.nonzero(best < kernels.NONE)
    return Paths(sources[s], ends[t], rank.astype(np.int16), best[s, t, rank], between[s, t, rank])


def _shares(targets: NDArray[np.int32], reach: NDArray[np.int64], labels: int) -> Iterator[NDArray[np.int32]]:
    """The targets in shares whose labels fit in memory together."""
    share = np.cumsum(reach) // max(labels, 1)
    for number in np.unique(share):
        yield targets[share == number]


def _concatenate(parts: list[Paths]) -> Paths:
    if not parts:
        none = np.empty(0, np.int32)
        return Paths(none, none, np.empty(0, np.int16), np.empty(0, np.float32), np.empty((0, 3), np.int32))
    source, target, rank, cost, between = (
        np.concatenate([getattr(part, column) for part in parts]) for column in ("source", "target", "rank", "cost", "between")
    )
    return Paths(source, target, rank, cost, between)


def _cheapest(found: Paths, keep: int) -> Paths:
    """All paths of the `keep` pairs whose best path is cheapest; equal costs by the numbers of their ends."""
    first = np.flatnonzero(found.rank == 0)
    if len(first) <= keep:
        return found
    order = first[np.lexsort((found.target[first], found.source[first], found.cost[first]))][:keep]
    pairs = found.source.astype(np.int64) << 32 | found.target
    return found.take(np.isin(pairs, pairs[order]))
