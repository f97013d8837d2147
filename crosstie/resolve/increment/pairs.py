"""The pairs that the last build compared and this one does not: they stay as they were, in the numbers of now."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.batches import array

Ints = NDArray[np.int64]


class Stay(NamedTuple):
    """Pairs (SCORED) that stay as they are, by left and right record."""

    pairs: pa.Table


def packed(pairs: pa.Table) -> Ints:
    """Each pair as one number; they ascend where the pairs do."""
    left, right = (array(pairs, side, np.int64) for side in ("l", "r"))
    return np.asarray((left << 32) | right)


def all_pairs(stay: Stay, met: pa.Table) -> pa.Table:
    """Those that stay and those that were met, both ascending, in one order. None is in both."""
    met = met.cast(stay.pairs.schema)
    place = np.searchsorted(packed(stay.pairs), packed(met))
    order = np.insert(np.arange(stay.pairs.num_rows), place, stay.pairs.num_rows + np.arange(met.num_rows))
    return pa.concat_tables([stay.pairs, met]).take(order)
