"""What the search found, kept for the next build: where one was interrupted behind the search, it goes on with it.

The tables that are searched depend on what the build is made of and on nothing else, so that is what tells whether the answer still holds. Where a source
was added all is searched again: to find out what of the graph is the same takes longer than the search.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosstie.graph.csr import Csr
from crosstie.graph.paths import Paths
from crosstie.store.durable import make_folder, write_bytes

_INPUTS = b"inputs"


@dataclass(frozen=True, slots=True)
class Memory:
    """The file where the paths of a search are kept, and the fingerprint of what the build is made of."""

    path: Path
    inputs: str

    def recall(self, csr: Csr) -> Paths | None:
        """The paths that were found for the same inputs; None where there are none, or where the file is not what was written."""
        try:
            if (pq.read_schema(self.path).metadata or {}).get(_INPUTS) != self.inputs.encode():
                return None
            table = pq.read_table(self.path, page_checksum_verification=True)
        except (OSError, pa.ArrowInvalid):  # never written, or damaged: then it is searched
            return None
        found = {name: csr.places(table[name].combine_chunks()) for name in ("source", "target", "a", "m", "b")}
        return Paths(
            found["source"],
            found["target"],
            table["rank"].to_numpy().astype(np.int16),
            table["cost"].to_numpy().astype(np.float32),
            np.stack([found[name] for name in "amb"], axis=1),
        )

    def keep(self, csr: Csr, found: Paths) -> None:
        """Keep the paths, in place of those before."""

        def ids(numbers: NDArray[np.int32]) -> Any:
            return csr.ids.take(pa.array(numbers, pa.int32(), mask=numbers < 0))

        columns = {"source": ids(found.source), "target": ids(found.target), "rank": pa.array(found.rank), "cost": pa.array(found.cost)}
        columns |= {name: ids(found.between[:, at]) for at, name in enumerate("amb")}
        out = pa.BufferOutputStream()
        pq.write_table(pa.table(columns).replace_schema_metadata({_INPUTS: self.inputs.encode()}), out, write_page_checksum=True)
        make_folder(self.path.parent)
        write_bytes(self.path, out.getvalue().to_pybytes())
