"""The graph of a build: from its tables of entities and edges, of any size, to rows. What is read of the edges passes through a file of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crosstie.errors import IntegrityError
from crosstie.graph import csr, fitting
from crosstie.settings import Settings
from crosstie.store.engine import Engine

#: Edges read at a time.
_ROWS = 500_000


def load(engine: Engine, settings: Settings) -> csr.Csr:
    """The graph of `entities` and `edges`, without victims. EngineError where it does not fit in memory, before any of it is read."""
    number(engine)
    nodes, texts = (int(engine.scalar(f"select {what} from graph_numbers") or 0) for what in ("count(*)", "sum(length(entity_id))"))
    edges = int(engine.scalar("select count(*) from edges"))
    known = days(engine)
    fitting.check(nodes, edges, texts, dated=len(known) > 2, settings=settings)
    named = kinds(engine)
    ids: Any = engine.arrow("select entity_id from graph_numbers order by number")["entity_id"].cast(pa.string()).combine_chunks()
    with _Spool(engine.folder, edges) as spool:
        for batch in engine.batches(NUMBERED, _ROWS):
            spool.add(columns(batch, named, known))
        return csr.build(nodes, spool.batches, known, ids, named, threads=settings.threads)


def number(engine: Engine) -> None:
    """Table `graph_numbers`: the entities that edges join, numbered by the order of their ids."""
    engine.create(
        "graph_numbers",
        "select entity_id, cast(row_number() over (order by entity_id) - 1 as integer) as number from entities where not victim",
    )


def kinds(engine: Engine) -> tuple[str, ...]:
    """The kinds of edges, in order."""
    return tuple(str(kind) for kind in engine.arrow("select distinct kind from edges order by kind")["kind"].to_pylist())


def days(engine: Engine) -> NDArray[np.int32]:
    """The days that edges begin and end on."""
    dates = engine.arrow('select "start" as day from edges union select "end" from edges')["day"].cast(pa.string())
    return csr.known_days(csr.periods(dates, dates))


#: Edges with the numbers of their ends.
NUMBERED = """
    select s.number as source, t.number as target, e.kind, e."start", e."end", e.confidence
    from edges e left join graph_numbers s on s.entity_id = e.source left join graph_numbers t on t.entity_id = e.target"""


def columns(batch: pa.RecordBatch, kinds: tuple[str, ...], days: NDArray[np.int32]) -> csr.Batch:
    """Edges as numbers. IntegrityError where one names nobody."""
    if batch.column("source").null_count or batch.column("target").null_count:
        raise IntegrityError(
            "an edge names an entity that does not exist", hint="The tables of edges and entities are of different builds: build again."
        )
    source, target = (batch.column(name).to_numpy(zero_copy_only=False).astype(np.int32) for name in ("source", "target"))
    kind = pc.index_in(batch.column("kind").cast(pa.string()), pa.array(kinds, pa.string())).to_numpy(zero_copy_only=False)
    start, end = (pa.chunked_array([batch.column(name).cast(pa.string())]) for name in ("start", "end"))
    confidence = batch.column("confidence").to_numpy(zero_copy_only=False)
    return source, target, csr.whats(confidence, kind), csr.whens(*csr.periods(start, end), days)


class _Spool:
    """Columns of edges in files, to be read several times and never held."""

    def __init__(self, folder: Path, edges: int) -> None:
        self._folder, self._edges = folder, edges
        self._open = ExitStack()

    def __enter__(self) -> _Spool:
        self._paths = [self._folder / f"graph.{name}" for name in ("source", "target", "what", "when")]
        self._files: list[BinaryIO] = [self._open.enter_context(path.open("w+b")) for path in self._paths]
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        for path in self._paths:
            path.unlink(missing_ok=True)

    def add(self, columns: csr.Batch) -> None:
        """More edges."""
        for file, column in zip(self._files, columns, strict=True):
            file.write(np.ascontiguousarray(column).tobytes())

    def batches(self) -> Iterator[csr.Batch]:
        """All edges; threads may read at once."""
        for file in self._files:
            file.flush()
        for first in range(0, self._edges, _ROWS):
            source, target = (np.fromfile(path, np.int32, _ROWS, offset=4 * first) for path in self._paths[:2])
            what, when = (np.fromfile(path, np.uint32, _ROWS, offset=4 * first) for path in self._paths[2:])
            yield source, target, what, when
