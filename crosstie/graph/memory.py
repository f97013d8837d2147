"""What the search found, kept for the next build: where one was interrupted behind the search, it goes on with it; where in its midst, with what it had.

The tables that are searched depend on what the build is made of and on nothing else, so that is what tells whether the answer still holds. Where a source
was added all is searched again: to find out what of the graph is the same takes longer than the search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosstie.graph.csr import Csr
from crosstie.graph.paths import Paths
from crosstie.store.durable import make_folder, write_bytes

_INPUTS = b"inputs"
#: What the files of rounds are called, and what they hold of each pair.
_MIDWAY = "round"
_PAIR = ("source", "target", "cost")


@dataclass(frozen=True, slots=True)
class Told:
    """Paths by the ids of their nodes, for any graph that has these: columns `source`, `target`, `a`, `m`, `b`, `cost` and `rank`."""

    table: pa.Table

    @classmethod
    def of(cls, found: Paths, ids: Callable[[NDArray[np.int32]], Any]) -> Told:
        """Of paths whose nodes are numbers; `ids` gives the ids of some numbers, null for one below 0."""
        columns = {"source": ids(found.source), "target": ids(found.target), "rank": pa.array(found.rank), "cost": pa.array(found.cost)}
        return cls(pa.table(columns | {name: ids(found.between[:, at]) for at, name in enumerate("amb")}))

    @property
    def nodes(self) -> list[str]:
        """The nodes on them, in order."""
        return sorted({one for name in ("source", "target", *"amb") for one in self.table[name].unique().to_pylist()} - {None})

    def paths(self, csr: Csr) -> Paths:
        """The paths in the numbers of a graph."""
        found = {name: csr.places(self.table[name].combine_chunks()) for name in ("source", "target", "a", "m", "b")}
        return Paths(
            found["source"],
            found["target"],
            self.table["rank"].to_numpy().astype(np.int16),
            self.table["cost"].to_numpy().astype(np.float32),
            np.stack([found[name] for name in "amb"], axis=1),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """The file where the paths of a search are kept, and the fingerprint of what the build is made of."""

    path: Path
    inputs: str

    def recall(self) -> Told | None:
        """The paths that were found for the same inputs; None where there are none, or where the file is not what was written."""
        try:
            if (pq.read_schema(self.path).metadata or {}).get(_INPUTS) != self.inputs.encode():
                return None
            return Told(pq.read_table(self.path, page_checksum_verification=True))
        except (OSError, pa.ArrowInvalid):  # never written, or damaged: then it is searched
            return None

    def keep(self, found: Told) -> None:
        """Keep the paths, in place of those before and of what was kept on the way to them."""
        _write(self.path, found.table, {_INPUTS: self.inputs.encode()})
        for rest in self.path.parent.glob(f"{_MIDWAY}*.parquet"):
            rest.unlink(missing_ok=True)

    def midway(self) -> Midway:
        """Where a search keeps what it has found so far."""
        return Midway(self.path.parent, self.inputs)


def _write(path: Path, table: pa.Table, said: dict[bytes, bytes]) -> None:
    out = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(said), out, write_page_checksum=True)
    make_folder(path.parent)
    write_bytes(path, out.getvalue().to_pybytes())


@dataclass(slots=True)
class Midway:
    """How far a search has come, written down every so many seconds: what is over sooner writes nothing.

    Of each round (at most so many steps) these: how many pieces of it are done, beyond which cost no pair is wanted, and the nearest pairs so far.
    """

    folder: Path
    inputs: str
    every: float = 10.0
    _last: float = field(default_factory=monotonic)

    def due(self) -> bool:
        """Whether it is time to write again."""
        return monotonic() - self._last >= self.every

    def recall(self, hops: int) -> tuple[int, int, NDArray[np.int32]] | None:
        """What was kept of a round of the same search."""
        path = self.folder / f"{_MIDWAY}{hops}.parquet"
        try:
            said = pq.read_schema(path).metadata or {}
            if said.get(_INPUTS) != self.inputs.encode():
                return None
            table = pq.read_table(path, page_checksum_verification=True)
        except (OSError, pa.ArrowInvalid):  # never written, or damaged: then it is searched
            return None
        found = np.stack([table[name].to_numpy() for name in _PAIR], axis=1).astype(np.int32)
        return int(said[b"done"]), int(said[b"bound"]), found

    def keep(self, hops: int, done: int, bound: int, found: NDArray[np.int32]) -> None:
        """Keep what a round has found (rows of source, target, cost)."""
        said = {_INPUTS: self.inputs.encode(), b"done": str(done).encode(), b"bound": str(bound).encode()}
        table = pa.table({name: pa.array(found[:, at], pa.int32()) for at, name in enumerate(_PAIR)})
        _write(self.folder / f"{_MIDWAY}{hops}.parquet", table, said)
        self._last = monotonic()
