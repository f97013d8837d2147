"""The compiled search for an id among ids in order: nothing is made of them, however many there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[Any]


def places(wanted: pa.Array[Any], among: pa.Array[Any]) -> NDArray[np.int64]:
    """For each text its place in an array in order (of bytes, none null), or -1."""
    return np.asarray(_find(*_texts(wanted), *_texts(among)), np.int64)


def _texts(some: pa.Array[Any]) -> tuple[Ints, Ints]:
    """The bytes of texts, and where each begins."""
    plain = some.cast(pa.string())
    held: list[Any] = plain.buffers()
    if not len(plain) or held[1] is None:
        return np.zeros(len(plain) + 1, np.int32), np.empty(0, np.uint8)
    begins = np.frombuffer(held[1], np.int32)[plain.offset : plain.offset + len(plain) + 1]
    return begins, np.empty(0, np.uint8) if held[2] is None else np.frombuffer(held[2], np.uint8)


@njit(cache=True, nogil=True)
def _find(begins: Ints, data: Ints, other_begins: Ints, other_data: Ints) -> Ints:
    found = np.full(len(begins) - 1, -1, np.int64)
    for i in range(len(found)):
        low, high = 0, len(other_begins) - 1
        size = begins[i + 1] - begins[i]
        while low < high:
            middle = (low + high) // 2
            other_size = other_begins[middle + 1] - other_begins[middle]
            order: Any = np.int64(0)
            for j in range(min(size, other_size)):
                order = np.int64(data[begins[i] + j]) - np.int64(other_data[other_begins[middle] + j])
                if order != 0:
                    break
            if order == 0:
                order = np.int64(size - other_size)
            if order == 0:
                found[i] = middle
                break
            if order < 0:
                high = middle
            else:
                low = middle + 1
    return found
