"""The best of very many by a whole number each: counted into buckets, not sorted."""

from __future__ import annotations

from typing import Any

import numpy as np

from crosstie.resolve.compare.kernels import inner

#: Values run from 0 to one less.
BUCKETS = 512


@inner
def pick(items: Any, bucket: Any, count: int, sizes: Any, out: Any) -> int:
    """Writes the items of the highest buckets into `out`, the highest first, in one bucket in their order; returns how many.

    `items[k]` is in `bucket[k]`, for k below `count`; `sizes` is zeroed scratch of BUCKETS + 1.
    """
    for k in range(count):
        sizes[bucket[k]] += 1
    place = 0
    least = BUCKETS
    while least > 0 and place < len(out):
        least -= 1
        size = sizes[least]
        sizes[least] = place
        place += size
    for k in range(count):
        at = np.int64(bucket[k])
        if at >= least:
            if sizes[at] < len(out):
                out[sizes[at]] = items[k]
            sizes[at] += 1
    for k in range(BUCKETS + 1):
        sizes[k] = 0
    return int(min(place, len(out)))
