"""What is told of a table that was put together: the number of each row's cluster, and the uncertain pairs with reasons. Both can be had in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.errors import DamagedFile
from crosstie.resolve.fields.reasons import reasons

if TYPE_CHECKING:
    from crosstie.resolve.table import Deduped

Ints = NDArray[np.int64]
#: So many uncertain pairs are told at most, the most uncertain first.
TOLD = 10_000


def numbered(clusters: Ints) -> Ints:
    """The number of each row's cluster: 1 for that of the first row, 2 for the next other one, and so on."""
    first = clusters == np.arange(len(clusters))
    return np.cumsum(first, dtype=np.int64)[clusters]


def cluster_column(names: list[str]) -> str:
    """What the column of clusters is called in a table of these columns."""
    name = "cluster"
    while name in names:
        name = f"crosstie_{name}"
    return name


def clustered(batches: Iterable[pa.RecordBatch], found: Deduped) -> Iterator[pa.RecordBatch]:
    """The rows in their order with one column more, the number of their cluster. DamagedFile if they are not as many as they were."""
    numbers = numbered(found.clusters)
    at = 0
    for batch in batches:
        part = numbers[at : at + batch.num_rows]
        at += batch.num_rows
        if at <= len(numbers):
            yield batch.append_column(cluster_column(batch.schema.names), pa.array(part, pa.int64()))
    if at != len(numbers):
        raise DamagedFile(
            f"the table was changed while it was read: it had {len(numbers):,} rows, and then {at:,}", hint="Run the command again."
        )


class Picked:
    """Batches that pass by, and of them the rows that will be asked for."""

    def __init__(self, wanted: Ints) -> None:
        self.wanted = wanted
        self._at = 0
        self._kept: list[pa.RecordBatch] = []

    def passing(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches as they are."""
        for batch in batches:
            low, high = np.searchsorted(self.wanted, (self._at, self._at + batch.num_rows))
            if high > low or self._at == 0:
                self._kept.append(batch.take(pa.array(self.wanted[low:high] - self._at, pa.int64())))
            self._at += batch.num_rows
            yield batch

    def table(self) -> pa.Table | None:
        """The rows asked for, in their order; None if nothing passed by."""
        return pa.Table.from_batches(self._kept).combine_chunks() if self._kept else None


def uncertain_rows(found: Deduped) -> tuple[pa.Table, Ints]:
    """The uncertain pairs that are told, and the rows that they are of."""
    pairs = found.uncertain().slice(0, TOLD)
    return pairs, np.unique(np.concatenate([pairs.column(side).to_numpy() for side in ("left", "right")]))


def told_pairs(pairs: pa.Table, rows: pa.Table | None, wanted: Ints, found: Deduped) -> pa.Table:
    """Uncertain pairs for people to read: numbers of the rows (from 1, without the header), probability, whether they were put together, reasons.

    `rows` are the rows `wanted` of the table (see `uncertain_rows`).
    """
    left, right, chance, together = (
        pairs.column(name).to_numpy(zero_copy_only=False) for name in ("left", "right", "probability", "together")
    )
    told = [] if rows is None else reasons(found, rows, wanted, left, right)
    return pa.table(
        {
            "left_row": pa.array(left + 1, pa.int64()),
            "right_row": pa.array(right + 1, pa.int64()),
            "probability": pa.array(np.round(chance, 4), pa.float64()),
            "together": pa.array(together),
            "reasons": pa.array([" ".join(f"[{reason.nats:+.1f}] {reason.sentence}" for reason in one) for one in told], pa.string()),
        }
    )
