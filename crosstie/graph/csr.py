"""The graph as arrays (compressed sparse rows): what the path search runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crosstie.errors import IntegrityError, UsageError
from crosstie.graph import adjacency
from crosstie.graph.adjacency import NEAR, WHAT, WHEN
from crosstie.graph.ids import places
from crosstie.graph.kernels import FOREVER

#: What one unit of the logarithm of a degree costs on a path. Found on generated regions with planted links: 1 to 1.5 rank best.
HUB_WEIGHT = 1.0
#: No tie is taken for certain or for impossible.
_LEAST, _MOST = 0.001, 0.999
#: Costs are counted in so many parts of a nat: sums of whole numbers do not depend on their order.
TICKS = 1024
_EPOCH = date(1970, 1, 1).toordinal()
#: Edges that are put in place at a time.
_BATCH = 1 << 19
#: Ends of edges that a thread holds while it makes rows of them (12 bytes each, 16 where anything is dated), and buckets that nodes are divided into.
HELD = 1 << 24
_BUCKETS = 2048

#: Edges as columns: the numbers of both ends, what (cost and kind), and when (numbers of the first and the last day).
Batch = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint32], NDArray[np.uint32]]


@dataclass(frozen=True, slots=True)
class Csr:
    """Nodes, numbered by the order of their ids, and for each the ties to its neighbours.

    The ties of node v stand at ``rows[v]:rows[v + 1]``, in columns of 32 bits (`adjacency`): 8 bytes a tie, 12 where anything is dated. Between two
    nodes there is one tie: the cheapest edge, with the hull of all periods. Costs are counted in 1/TICKS nat: -log(confidence), and at either end what the
    node adds to each of its ties (`share`), which damps hubs. `days` are the days since 1970-01-01 that anything begins or ends on.
    A graph made of numbers alone has no `ids`. Of a graph that is too large only the rows of some nodes may be here, among which no others are tied:
    `whole` then says how many nodes there are, and how many places in their rows ties of each kind have.
    """

    ids: pa.Array[Any]
    rows: NDArray[np.int64]
    columns: NDArray[np.uint32]
    share: NDArray[np.int16]
    days: NDArray[np.int32]
    kinds: tuple[str, ...]
    whole: tuple[int, NDArray[np.int64]] | None = None

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.rows) - 1

    @property
    def ties(self) -> int:
        """How many pairs of nodes are tied."""
        return len(self.columns) // 2

    @property
    def near(self) -> NDArray[np.int32]:
        """The neighbour at each place."""
        return self.columns[:, NEAR].view(np.int32)

    @property
    def kind(self) -> NDArray[np.int16]:
        """The number in `kinds` of the kind of each tie."""
        return (self.columns[:, WHAT] >> 17).astype(np.int16)

    @property
    def outward(self) -> NDArray[np.bool_]:
        """Whether the edge of each tie runs away from the node in whose row it stands."""
        return np.asarray((self.columns[:, WHAT] >> 16) & 1 == 1, np.bool_)

    @property
    def cost(self) -> NDArray[np.float32]:
        """What each tie costs, in nats."""
        own = np.repeat(self.share.astype(np.int64), self.degrees())
        return ((self.columns[:, WHAT] & 0xFFFF) + own + self.share[self.near]).astype(np.float32) / np.float32(TICKS)

    @property
    def start(self) -> NDArray[np.int32]:
        """The first day of each tie, -FOREVER where it is open or unknown."""
        if self.columns.shape[1] <= WHEN:
            return np.full(len(self.columns), -FOREVER, np.int32)
        return np.asarray(self.days[self.columns[:, WHEN] & 0xFFFF], np.int32)

    @property
    def end(self) -> NDArray[np.int32]:
        """The last day of each tie, FOREVER where it is open or unknown."""
        if self.columns.shape[1] <= WHEN:
            return np.full(len(self.columns), FOREVER, np.int32)
        return np.asarray(self.days[self.columns[:, WHEN] >> 16], np.int32)

    def degrees(self) -> NDArray[np.int64]:
        """How many neighbours each node has."""
        return np.diff(self.rows)

    def numbers(self, ids: pa.Array[Any]) -> NDArray[np.int32]:
        """The numbers of the nodes with these ids, in the order given; ids outside the graph are left out."""
        found = self.places(ids)
        return found[found >= 0]

    def places(self, ids: pa.Array[Any]) -> NDArray[np.int32]:
        """The number of the node with each of these ids; -1 outside the graph."""
        return places(ids, self.ids).astype(np.int32)

    def kind_degree(self, node: int, kind: int) -> int:
        """How many ties of a kind a node has."""
        return int(np.count_nonzero(self.columns[self.rows[node] : self.rows[node + 1], WHAT] >> 17 == kind))

    def kind_of(self, place: int) -> int:
        """The kind of the tie at a place."""
        return int(self.columns[place, WHAT] >> 17)

    def kind_totals(self) -> NDArray[np.int64]:
        """How many places in the rows ties of each kind have: two for each tie."""
        if self.whole is not None:
            return self.whole[1]
        found = np.zeros(len(self.kinds), np.int64)
        for first in range(0, len(self.columns), _BATCH):
            found += np.bincount(self.columns[first : first + _BATCH, WHAT] >> 17, minlength=len(found))
        return found

    def tie(self, a: int, b: int) -> int:
        """The place of the tie between two neighbours in the arrays."""
        if self.rows[a + 1] - self.rows[a] > self.rows[b + 1] - self.rows[b]:
            a, b = b, a
        first = self.rows[a]
        found = np.flatnonzero(self.columns[first : self.rows[a + 1], NEAR] == b)
        if not len(found):
            names = [str(self.ids[one]) if one < len(self.ids) else str(one) for one in (a, b)]
            raise IntegrityError(f"the path search names a tie that is not in the graph: {names[0]} to {names[1]}")
        return int(first + found[0])


def from_arrays(
    nodes: int,
    source: NDArray[Any],
    target: NDArray[Any],
    confidence: NDArray[Any],
    start: NDArray[Any] | None = None,
    end: NDArray[Any] | None = None,
    *,
    kind: NDArray[Any] | None = None,
    kinds: tuple[str, ...] = ("",),
    ids: pa.Array[Any] | None = None,
    hub_weight: float = HUB_WEIGHT,
    threads: int = 1,
) -> Csr:
    """A graph from columns of edges whose ends are numbers of nodes; `start` and `end` are days since 1970-01-01, FOREVER where unknown."""
    days = known_days([start, end] if start is not None and end is not None else [])
    what = np.empty(len(source), np.uint32)
    for first in range(0, len(source), _BATCH):
        part = slice(first, first + _BATCH)
        what[part] = whats(confidence[part], None if kind is None else kind[part])

    def batches() -> Iterator[Batch]:
        for first in range(0, len(source), _BATCH):
            part = slice(first, first + _BATCH)
            yield (
                source[part].astype(np.int32, copy=False),
                target[part].astype(np.int32, copy=False),
                what[part],
                whens(start[part], end[part], days) if start is not None and end is not None else _NO_TIME,
            )

    return build(nodes, batches, days, pa.array([], pa.string()) if ids is None else ids, kinds, hub_weight=hub_weight, threads=threads)


def build(
    nodes: int,
    batches: Callable[[], Iterable[Batch]],
    days: NDArray[np.int32],
    ids: pa.Array[Any],
    kinds: tuple[str, ...],
    *,
    hub_weight: float = HUB_WEIGHT,
    threads: int = 1,
) -> Csr:
    """A graph from batches of edges, which are asked for several times. Beside the graph some of the edges are held (`HELD`)."""
    if len(kinds) >= adjacency.KINDS:
        raise UsageError(f"{len(kinds)} kinds of ties are more than {adjacency.KINDS - 1}")
    shares = _shares(nodes, threads)
    rows = np.full(nodes + 1, 0, np.int64)
    with ThreadPoolExecutor(len(shares)) as pool:
        censuses = list(pool.map(lambda one: one.census(batches), shares))
        columns = np.empty((sum(censuses), 3 if len(days) > 2 else 2), np.uint32)
        firsts = np.concatenate([[0], np.cumsum(censuses)]).tolist()
        ends = list(
            pool.map(lambda one, first: one.settle(batches, columns, rows, first), shares, firsts)
        )  # where parallel edges were, is room
    out = ends[0]
    for share, first in zip(shares[1:], firsts[1:], strict=False):
        out = adjacency.move(columns, rows, share.low, share.high, first, out)
    columns.resize((out, columns.shape[1]), refcheck=False)
    share_of = np.empty(nodes, np.int16)
    adjacency.shares(rows, hub_weight, share_of)
    return Csr(ids, rows, columns, share_of, days, kinds)


class _Share:
    """Some of the nodes, whose rows one thread makes: in buckets, some of which are held at a time."""

    def __init__(self, low: int, high: int, held: int) -> None:
        self.low, self.high, self.held = low, high, held
        self.shift = max(4, (max(high - low, 1) // _BUCKETS).bit_length())
        self.counts = np.zeros(((high - low) >> self.shift) + 1, np.int64)

    def census(self, batches: Callable[[], Iterable[Batch]]) -> int:
        """How many ends edges have at these nodes."""
        for source, target, _, _ in batches():
            adjacency.census(source, target, self.low, self.high, self.shift, self.counts)
        return int(self.counts.sum())

    def settle(self, batches: Callable[[], Iterable[Batch]], columns: NDArray[np.uint32], rows: NDArray[np.int64], out: int) -> int:
        """Make the rows of these nodes from the place `out` on; returns the place behind them."""
        groups = self._groups()
        room = max(int(self.counts[some].sum()) for some in groups)
        ends = np.empty((room, columns.shape[1] + 1), np.uint32)
        for some in groups:
            low = self.low + (int(some[0]) << self.shift)
            high = min(self.high, self.low + (int(some[-1] + 1) << self.shift))
            starts = np.concatenate([[0], np.cumsum(self.counts[some])])
            at = starts[:-1].copy()
            for batch in batches():
                adjacency.divide(*batch, low, high, self.shift, at, ends)
            out = adjacency.settle(ends, starts, low, high, self.shift, columns, rows, out)
        return out

    def _groups(self) -> list[NDArray[np.int64]]:
        """The buckets that are held together."""
        group = (np.cumsum(self.counts) - self.counts) // self.held
        return np.split(np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1)


def _shares(nodes: int, threads: int) -> list[_Share]:
    """The nodes in as many shares as there are threads."""
    many = max(1, min(threads, nodes))
    bounds = [nodes * at // many for at in range(many + 1)]
    return [_Share(low, high, HELD) for low, high in pairwise(bounds)]


_NO_TIME = np.empty(0, np.uint32)


def whats(confidence: NDArray[Any], kind: NDArray[Any] | None = None) -> NDArray[np.uint32]:
    """Cost and kind of edges in one column."""
    found = ticks(confidence).astype(np.uint32)
    return found if kind is None else np.asarray(found | kind.astype(np.uint32) << 17, np.uint32)


def ticks(confidence: NDArray[Any]) -> NDArray[np.int64]:
    """What edges of this confidence cost, in 1/TICKS nat, without what their nodes add."""
    return np.round(-np.log(np.clip(confidence.astype(np.float64), _LEAST, _MOST)) * TICKS).astype(np.int64)


def whens(start: NDArray[Any], end: NDArray[Any], days: NDArray[np.int32]) -> NDArray[np.uint32]:
    """The numbers of first and last days in one column. A day that is not among `days` counts from the day before, and to the day behind it."""
    first = np.searchsorted(days, start, side="right") - 1
    last = np.searchsorted(days, end, side="left")
    return np.asarray(first | last << 16, np.uint32)


def known_days(columns: Iterable[NDArray[Any]]) -> NDArray[np.int32]:
    """The days that periods may begin or end on, in order, with the open ends. There is room for 65,536: where there are more, every second goes, and so on."""
    found = np.unique(np.concatenate([np.array([-FOREVER, FOREVER]), *(np.unique(column) for column in columns)])).astype(np.int32)
    while len(found) > adjacency.DAYS:
        found = np.concatenate([found[:-1:2], found[-1:]])
    return found


def from_edges(edges: pa.Table, ids: pa.Array[Any]) -> Csr:
    """The graph of a table of edges (EDGE: source, target, kind, start, end, confidence) over the entities with these ids, sorted."""
    names = ids.cast(pa.string())
    source, target = (_numbers(edges[column], names) for column in ("source", "target"))
    kinds: list[str] = sorted(str(kind) for kind in pc.unique(edges["kind"]).to_pylist())
    kind = _numbers(edges["kind"], pa.array(kinds, pa.string())) if kinds else np.empty(0, np.int16)
    start, end = periods(edges["start"], edges["end"])
    confidence = edges["confidence"].to_numpy().astype(np.float64)
    return from_arrays(len(names), source, target, confidence, start, end, kind=kind, kinds=tuple(kinds), ids=names)


def _numbers(values: pa.ChunkedArray[Any], among: pa.Array[Any]) -> NDArray[Any]:
    found = pc.index_in(values, among)
    if found.null_count:
        raise IntegrityError(
            "an edge names an entity that does not exist", hint="The tables of edges and entities are of different builds: build again."
        )
    return found.to_numpy().astype(np.int32)


def periods(start: pa.ChunkedArray[Any], end: pa.ChunkedArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The earliest first day and the latest last day that dates of any precision allow; open and unknown ends are FOREVER. A period
    whose end is before its start is read the other way round.
    """
    first, last = _days(start, last=False), _days(end, last=True)
    return np.minimum(first, last), np.maximum(first, last)


def day_bounds(start: str | None, end: str | None) -> tuple[int, int]:
    """The same for one period."""
    return _bound(start or "", False), _bound(end or "", True)


def _days(column: pa.ChunkedArray[Any], *, last: bool) -> NDArray[np.int32]:
    coded = column.combine_chunks().dictionary_encode() if column.num_chunks else pa.array([], pa.string()).dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    unknown = FOREVER if last else -FOREVER
    bounds = np.array([*(_bound(text, last) for text in coded.dictionary.to_pylist()), unknown], np.int32)
    indices: pa.Array[Any] = coded.indices
    at = pc.fill_null(indices, pa.scalar(len(bounds) - 1, indices.type)).to_numpy(zero_copy_only=False)
    return np.asarray(bounds[at], np.int32)


@lru_cache(maxsize=100_000)
def _bound(text: str, last: bool) -> int:
    """The first or last day of an ISO date of any precision, in days since 1970-01-01."""
    unknown = FOREVER if last else -FOREVER
    parts = text[:10].split("-")
    if not all(part.isdigit() for part in parts) or not parts[0] or not 1 <= int(parts[0]) < 9999:
        return unknown
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else (12 if last else 1)
    try:
        if len(parts) > 2:
            return date(year, month, int(parts[2])).toordinal() - _EPOCH
        if not last:
            return date(year, month, 1).toordinal() - _EPOCH
        return date(year + month // 12, month % 12 + 1, 1).toordinal() - 1 - _EPOCH
    except ValueError:
        return unknown
