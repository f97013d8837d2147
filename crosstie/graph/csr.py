"""The graph as arrays (compressed sparse rows): what the path search runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crosstie.errors import IntegrityError
from crosstie.graph import kernels
from crosstie.graph.kernels import FOREVER

#: What one unit of the logarithm of a degree costs on a path. Found on generated regions with planted links: 1 to 1.5 rank best.
HUB_WEIGHT = 1.0
#: No tie is taken for certain or for impossible.
_LEAST, _MOST = 0.001, 0.999
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Csr:
    """Nodes, numbered by the order of their ids, and for each the ties to its neighbours.

    The ties of node v stand at ``rows[v]:rows[v + 1]``. `cost` is in nats: -log(confidence) plus the damping of hubs. `start` and `end` bound
    the period of a tie in days since 1970-01-01 (FOREVER where open or unknown). `edge` is the row of the cheapest edge in the table of edges,
    `kind` the number of its kind in `kinds`.
    """

    ids: pa.Array[Any]
    rows: NDArray[np.int64]
    near: NDArray[np.int32]
    cost: NDArray[np.float32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    edge: NDArray[np.int32]
    kind: NDArray[np.int16]
    kinds: tuple[str, ...]

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.rows) - 1

    @property
    def ties(self) -> int:
        """How many pairs of nodes are tied."""
        return len(self.near) // 2

    def degrees(self) -> NDArray[np.int64]:
        """How many neighbours each node has."""
        return np.diff(self.rows)

    def numbers(self, ids: pa.Array[Any]) -> NDArray[np.int32]:
        """The numbers of the nodes with these ids, in the order given; ids outside the graph are left out."""
        found = pc.index_in(ids, self.ids).drop_null()
        return found.to_numpy(zero_copy_only=False).astype(np.int32)

    def kind_degree(self, node: int, kind: int) -> int:
        """How many ties of a kind a node has."""
        return int(np.count_nonzero(self.kind[self.rows[node] : self.rows[node + 1]] == kind))

    def tie(self, a: int, b: int) -> int:
        """The place of the tie between two neighbours in the arrays."""
        if self.rows[a + 1] - self.rows[a] > self.rows[b + 1] - self.rows[b]:
            a, b = b, a
        first = self.rows[a]
        found = np.flatnonzero(self.near[first : self.rows[a + 1]] == b)
        if not len(found):
            raise IntegrityError(f"the path search names a tie that is not in the graph: {self.ids[a]} to {self.ids[b]}")
        return int(first + found[0])


def from_arrays(
    nodes: int,
    source: NDArray[Any],
    target: NDArray[Any],
    confidence: NDArray[Any],
    start: NDArray[Any],
    end: NDArray[Any],
    *,
    kind: NDArray[Any] | None = None,
    kinds: tuple[str, ...] = ("",),
    ids: pa.Array[Any] | None = None,
    hub_weight: float = HUB_WEIGHT,
) -> Csr:
    """A graph from columns of edges whose ends are numbers of nodes."""
    cost = np.round(-np.log(np.clip(confidence, _LEAST, _MOST)) * 1024) / 1024
    rows, near, costs, edge, starts, ends = kernels.adjacency(
        source.astype(np.int32, copy=False),
        target.astype(np.int32, copy=False),
        cost.astype(np.float32),
        start.astype(np.int32, copy=False),
        end.astype(np.int32, copy=False),
        nodes,
    )
    kernels.damp(rows, near, costs, hub_weight)
    kind_of_edge = np.zeros(len(source), np.int16) if kind is None else kind.astype(np.int16)
    names = pa.array([str(number) for number in range(nodes)], pa.string()) if ids is None else ids
    return Csr(names, rows, near, costs, starts, ends, edge, kind_of_edge[edge], kinds)


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
