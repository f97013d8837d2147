"""Files that are looked into, not read: arrays that are mapped into memory, texts, and rows packed some at a time. `graph.indexing` writes them."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from threading import Lock
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
    """Rows of a table, of which a few at a time are unpacked. The file stays open: it tells at its beginning where all packs are."""

    def __init__(self, folder: Path, name: str) -> None:
        self._at = mapped(folder / f"{name}.at.npy")
        self._reader = pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow")), options=_ALONE)
        self._one = Lock()  # a reader is for one at a time

    def rows(self, wanted: Numbers) -> list[dict[str, Any]]:
        """These rows by their numbers, in this order."""
        found: list[dict[str, Any]] = [{}] * len(wanted)
        packs = np.searchsorted(self._at, wanted, side="right") - 1
        for pack in np.unique(packs):
            places = np.flatnonzero(packs == pack)
            with self._one:
                batch = self._reader.get_batch(int(pack))
            rows = batch.take(pa.array(wanted[places] - self._at[pack], pa.int64())).to_pylist()
            for place, row in zip(places, rows, strict=True):
                found[place] = row
        return found


class Owned(Packed):
    """Rows of a table, and which of them are on which entity."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._begins, self._of = mapped(folder / f"{name}.rows.npy"), mapped(folder / f"{name}.of.npy")

    def on(self, entity: int) -> list[dict[str, Any]]:
        """The rows on an entity, by its number, as they stand in the table."""
        return self.rows(np.asarray(self._of[self._begins[entity] : self._begins[entity + 1]], np.int64))


def mapped(file: Path) -> NDArray[Any]:
    """An array of a file, without reading it."""
    try:
        found: NDArray[Any] = np.load(file, mmap_mode="r").view(np.ndarray)
    except ValueError:  # nothing can be mapped of an empty one
        found = np.load(file)
    return found
