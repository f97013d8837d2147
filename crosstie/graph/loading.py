"""The graph of a build: from its tables of entities and edges, of any size, to rows. What is read of the edges passes through a file of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    return _read(engine, settings, "edges", NUMBERED)


def part(engine: Engine, settings: Settings, ids: Sequence[str]) -> csr.Csr:
    """Of that graph the ties of these nodes alone, and none between others. EngineError where even they do not fit."""
    engine.load("graph_wanted", pa.table({"entity_id": pa.array(sorted(set(ids)), pa.string())}))
    engine.create(
        "graph_near",
        """
        select e.source, e.target, e.kind, e."start", e."end", e.confidence from edges e
        left join graph_wanted s on s.entity_id = e.source left join graph_wanted t on t.entity_id = e.target
        where s.entity_id is not null or t.entity_id is not null""",
    )
    met = "select entity_id from graph_wanted union select source from graph_near union select target from graph_near"
    engine.create("graph_parts", f"select entity_id, cast(row_number() over (order by entity_id) - 1 as integer) as number from ({met}) m")
    return _read(engine, settings, "graph_near", numbered("graph_near", "graph_parts"), "graph_parts")


def _read(engine: Engine, settings: Settings, edges: str, query: str, numbers: str = "graph_numbers") -> csr.Csr:
    """Edges with numbers, and the ids of these, in rows. The kinds and days are those of all edges."""
    known = days(engine)
    nodes, many, texts = _extent(engine, edges, numbers)
    fitting.check(nodes, many, texts, dated=len(known) > 2, settings=settings, local=engine.local, searched=edges == "edges")
    named = kinds(engine)
    ids: Any = engine.arrow(f"select entity_id from {numbers} order by number")["entity_id"].cast(pa.string()).combine_chunks()
    with _Spool(engine.folder, many) as spool:
        for batch in engine.batches(query, _ROWS):
            spool.add(columns(batch, named, known))
        return csr.build(nodes, spool.batches, known, ids, named, threads=settings.threads)


def _extent(engine: Engine, edges: str, numbers: str) -> tuple[int, int, int]:
    """How many nodes and edges there are, and how long the ids of the nodes are together."""
    nodes, texts = (int(engine.scalar(f"select {what} from {numbers}") or 0) for what in ("count(*)", "sum(length(entity_id))"))
    return nodes, int(engine.scalar(f"select count(*) from {edges}")), texts


def fits(engine: Engine, settings: Settings) -> bool:
    """Whether the whole graph fits in the memory of this machine."""
    number(engine)
    return fitting.short(*_extent(engine, "edges", "graph_numbers"), dated=len(days(engine)) > 2, settings=settings) is None


def number(engine: Engine) -> None:
    """Table `graph_numbers`: the entities that edges join, numbered by the order of their ids."""
    engine.create(
        "graph_numbers",
        "select entity_id, cast(row_number() over (order by entity_id) - 1 as integer) as number from entities where not victim",
    )


def names(engine: Engine, numbers: NDArray[np.int32]) -> Any:
    """The ids of these nodes of `graph_numbers`, in the order given; null for a number below 0."""
    some = np.unique(numbers[numbers >= 0])
    engine.load("graph_asked", pa.table({"number": pa.array(some, pa.int32())}))
    found: Any = engine.arrow("select n.entity_id from graph_numbers n join graph_asked a on a.number = n.number order by n.number")
    ids = found["entity_id"].cast(pa.string()).combine_chunks()
    return ids.take(pa.array(np.searchsorted(some, numbers), pa.int32(), mask=numbers < 0))


def kinds(engine: Engine) -> tuple[str, ...]:
    """The kinds of edges, in order."""
    return tuple(str(kind) for kind in engine.arrow("select distinct kind from edges order by kind")["kind"].to_pylist())


def days(engine: Engine) -> NDArray[np.int32]:
    """The days that edges begin and end on."""
    dates = engine.arrow('select "start" as day from edges union select "end" from edges')["day"].cast(pa.string())
    return csr.known_days(csr.periods(dates, dates))


def numbered(edges: str, numbers: str) -> str:
    """A query for edges with the numbers of their ends."""
    return f"""
        select s.number as source, t.number as target, e.kind, e."start", e."end", e.confidence
        from {edges} e left join {numbers} s on s.entity_id = e.source left join {numbers} t on t.entity_id = e.target"""


#: All edges so.
NUMBERED = numbered("edges", "graph_numbers")


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
