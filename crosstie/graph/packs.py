"""Files that are looked into, not read: arrays that are mapped into memory, texts, and rows packed some at a time. `graph.indexing` writes them."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
#: A pack is so small that threads cost more than they bring.
_ALONE = pa.ipc.IpcReadOptions(use_threads=False)


class Texts:
    """Texts one after the other in a file, and where each begins."""

    def __init__(self, folder: Path, name: str) -> None:
        self._begins, self._bytes = mapped(folder / f"{name}.at.npy"), mapped(folder / f"{name}.npy")

    def __len__(self) -> int:
        return len(self._begins) - 1

    def __getitem__(self, at: int) -> bytes:
        return bytes(self._bytes[self._begins[at] : self._begins[at + 1]])

    def find(self, wanted: str) -> int | None:
        """Where a text stands, among texts in the order of their bytes."""
        sought = wanted.encode("utf-8", "replace")
        at = bisect_left(self, sought)
        return at if at < len(self) and self[at] == sought else None


class Packed:
    """Rows of a table, of which a few at a time are unpacked; and which of them are whose, where they belong to somebody."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file, self._at = folder / f"{name}.arrow", mapped(folder / f"{name}.at.npy")

    def rows(self, wanted: Numbers) -> list[dict[str, Any]]:
        """These rows by their numbers, in this order."""
        found: list[dict[str, Any]] = [{}] * len(wanted)
        packs = np.searchsorted(self._at, wanted, side="right") - 1
        with pa.memory_map(str(self._file)) as source, pa.ipc.open_file(source, options=_ALONE) as reader:
            for pack in np.unique(packs):
                places = np.flatnonzero(packs == pack)
                rows = reader.get_batch(int(pack)).take(pa.array(wanted[places] - self._at[pack], pa.int64())).to_pylist()
                for place, row in zip(places, rows, strict=True):
                    found[place] = row
        return found


def mapped(file: Path) -> NDArray[Any]:
    """An array of a file, without reading it."""
    try:
        found: NDArray[Any] = np.load(file, mmap_mode="r").view(np.ndarray)
    except ValueError:  # nothing can be mapped of an empty one
        found = np.load(file)
    return found
