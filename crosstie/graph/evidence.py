"""The evidence of the edges: each place once, the best first. Whole columns are put into lists, never row by row, and nothing is held whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from crosstie.model.tables import EDGE, EVIDENCE
from crosstie.store.engine import Engine

#: Pieces of evidence kept with an edge, best first.
KEPT = 12
_LISTS = pa.schema([EDGE.field("edge_id"), EDGE.field("evidence")])
#: the stubs of the compute functions know too few overloads
pc: Any = pyarrow.compute


def attach(engine: Engine, edges: str) -> None:
    """Create `edges` (EDGE) from a query of its other columns and from `graph_said`, which speaks of the same edges.

    Best is what counts, then what is surest, then in the order of sources and places. Edges without a confidence are left out: nothing counts.
    """
    origins = engine.arrow("select source_id, originator, grade, marking from graph_origins order by origin").combine_chunks()
    engine.map(
        "graph_lists",
        """
        select s.edge_id, s.origin, o.source_no, s.locator, s.sentence, s.counts, s.confidence
        from graph_said s join graph_origins o on o.origin = s.origin""",
        partial(_told, origins),
        _LISTS,
        by=["edge_id"],
        then=["source_no", "locator", "sentence", "origin"],
    )
    columns = ", ".join(f'l.{name} as "{name}"' if name == "evidence" else f'e."{name}"' for name in EDGE.names)
    engine.create("edges", f"select {columns} from ({edges}) e join graph_lists l on l.edge_id = e.edge_id where e.confidence is not null")


def _told(origins: pa.Table, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The evidence of each edge, of rows in the order of edges, sources and places."""
    for said in _whole(batches):
        first = pa.array(np.flatnonzero(_begins(said, "edge_id")))
        yield pa.RecordBatch.from_arrays([pc.take(said.column("edge_id"), first), _lists(said, origins)], schema=_LISTS)


def _whole(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches that end where an edge ends."""
    held: pa.RecordBatch | None = None
    for batch in batches:
        joined = batch if held is None else pa.Table.from_batches([held, batch]).combine_chunks().to_batches()[0]
        last = int(np.flatnonzero(_begins(joined, "edge_id"))[-1])
        if last:
            yield joined.slice(0, last)
        held = joined.slice(last)
    if held is not None:
        yield held


def _begins(batch: pa.RecordBatch, *names: str) -> NDArray[np.bool_]:
    """Where a row differs from the one before in any of these columns."""
    begins = np.zeros(batch.num_rows, np.bool_)
    begins[0] = True
    for name in names:
        column = pc.fill_null(batch.column(name), "\0") if pa.types.is_string(batch.schema.field(name).type) else batch.column(name)
        begins[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return begins


def _lists(said: pa.RecordBatch, origins: pa.Table) -> pa.Array[Any]:
    """For each edge its evidence; the rows stand in the order of edges, sources and places."""
    starts = np.flatnonzero(_begins(said, "edge_id", "origin", "locator", "sentence"))
    edge = (np.cumsum(_begins(said, "edge_id")) - 1)[starts]
    counts, sureness = (
        np.maximum.reduceat(said.column(name).to_numpy(zero_copy_only=False).astype(np.float64), starts)
        for name in ("counts", "confidence")
    )
    order = np.lexsort((-sureness, -counts, edge))
    place = np.arange(len(order)) - np.searchsorted(edge, edge)
    kept = pa.array(starts[order[place < KEPT]])
    columns: dict[str, Any] = {name: pc.take(said.column(name), kept) for name in ("origin", "locator", "sentence")}
    told = pc.take(origins, pc.subtract(columns["origin"], 1)).combine_chunks()
    fields = [EVIDENCE.field(at) for at in range(EVIDENCE.num_fields)]
    structs = pa.StructArray.from_arrays(
        [columns[field.name] if field.name in columns else told.column(field.name).combine_chunks() for field in fields], fields=fields
    )
    ends = np.cumsum(np.minimum(np.bincount(edge), KEPT))
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]), pa.int32()), structs)
