"""Flat arrays: values of many records end to end with their offsets, text as numbers. No Python object per row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
from numba import njit, uint64
from numpy.typing import NDArray

Array: TypeAlias = "pa.Array[Any]"

#: Arrow's functions. Their stubs know fewer kinds of arrays than they take.
pc: Any = compute
#: Files below so many bytes are read, not mapped.
_SMALL = 1 << 16


def whole(column: Array | pa.ChunkedArray[Any]) -> Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def encode(column: Array) -> tuple[NDArray[np.int32], Array]:
    """Codes of the values of a text column, and the value of each code, in the order in which they come."""
    encoded = column.dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int32), encoded.dictionary


def mapped(path: Path) -> NDArray[Any]:
    """The array of a .npy file: mapped into memory, or read where it is small. Kernels are compiled once for both."""
    found: NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode=None if path.stat().st_size < _SMALL else "c")
    return found.view(np.ndarray)


def save_arrays(folder: Path, arrays: NamedTuple) -> None:
    """Write a tuple of arrays to a folder, each as NAME.npy."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, held in zip(arrays._fields, arrays, strict=True):
        np.save(folder / f"{name}.npy", held, allow_pickle=False)


def open_arrays(folder: Path, kind: type[NamedTuple]) -> list[NDArray[Any]]:
    """The arrays of such a folder, in the order of the tuple's fields."""
    return [mapped(folder / f"{name}.npy") for name in kind._fields]


def hash_strings(column: Array) -> NDArray[np.uint64]:
    """A 64-bit hash of each text (of its UTF-8); never 0."""
    large = column.cast(pa.large_string())
    _, offsets, data = large.buffers()
    start = np.frombuffer(memoryview(offsets or bytes(8)), np.int64)[large.offset : large.offset + len(large) + 1]
    found: NDArray[np.uint64] = _hash_bytes(
        np.frombuffer(memoryview(data or b""), np.uint8), start if len(large) else np.zeros(1, np.int64)
    )
    return found


def take(column: Array, places: NDArray[Any] | Array) -> Array:
    """The values at some places; null where the place is."""
    return column.take(cast("pa.Array[pa.Int64Scalar]", pa.array(places) if isinstance(places, np.ndarray) else places))


@njit(cache=True, nogil=True)
def mix(value: Any) -> Any:
    """A number with its bits well mixed (the last step of MurmurHash3)."""
    state = uint64(value)
    state ^= state >> uint64(33)
    state *= uint64(0xFF51AFD7ED558CCD)
    state ^= state >> uint64(33)
    state *= uint64(0xC4CEB9FE1A85EC53)
    return state ^ (state >> uint64(33))


@njit(cache=True, nogil=True)
def _hash_bytes(data: Any, start: Any) -> Any:
    found = np.zeros(len(start) - 1, np.uint64)
    for i in range(len(found)):
        state = uint64(14695981039346656037)
        for k in range(start[i], start[i + 1]):
            state = (state ^ uint64(data[k])) * uint64(1099511628211)
        found[i] = mix(state) | uint64(1)
    return found


def grouped(owners: NDArray[np.int64], codes: NDArray[Any], count: int, *, unique: bool) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The codes of each owner end to end, sorted, with their offsets; `unique`: each only once."""
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owners, minlength=count))])
    placed = _placed(owners, codes, start)
    kept, values = _sorted_runs(start, placed, unique)
    return kept, values


@njit(cache=True, nogil=True)
def _placed(owners: Any, codes: Any, start: Any) -> Any:
    place = start[:-1].copy()
    found = np.empty_like(codes)
    for k in range(len(codes)):
        found[place[owners[k]]] = codes[k]
        place[owners[k]] += 1
    return found


@njit(cache=True, nogil=True)
def sort_run(values: Any, first: int, last: int, at: int, unique: bool) -> int:
    """Sort `values[first:last]` and move it to `at` (not after `first`), each value once where `unique`; the place behind the last."""
    if last - first > 32:
        values[first:last] = np.sort(values[first:last])
    else:
        for k in range(first + 1, last):
            value = values[k]
            j = k
            while j > first and values[j - 1] > value:
                values[j] = values[j - 1]
                j -= 1
            values[j] = value
    begin = at
    for k in range(first, last):
        if unique and at > begin and values[at - 1] == values[k]:
            continue
        values[at] = values[k]
        at += 1
    return at


@njit(cache=True, nogil=True)
def _sorted_runs(start: Any, values: Any, unique: bool) -> Any:
    kept = np.zeros_like(start)
    at = 0
    for i in range(len(start) - 1):
        at = sort_run(values, start[i], start[i + 1], at, unique)
        kept[i + 1] = at
    return kept, values[:at].copy()


def distinct(owners: NDArray[np.int64], hashes: NDArray[np.uint64], last: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Places of the rows, by owner and hash, one of each two: of those that are alike the one where `last` is false, if there is one."""
    order = np.lexsort((last, hashes, owners))
    same = (owners[order][1:] == owners[order][:-1]) & (hashes[order][1:] == hashes[order][:-1])
    return np.asarray(order[np.concatenate([np.ones(min(1, len(order)), np.bool_), ~same])], np.int64)


@njit(cache=True, nogil=True)
def bearers(form_start: Any, token_start: Any, codes: Any, size: int) -> Any:
    """How many records bear each code: those of record i are `codes[token_start[form_start[i]]:token_start[form_start[i + 1]]]`."""
    found = np.zeros(size, np.int64)
    seen = np.full(size, -1, np.int64)
    for i in range(len(form_start) - 1):
        for k in range(token_start[form_start[i]], token_start[form_start[i + 1]]):
            if seen[codes[k]] != i:
                seen[codes[k]] = i
                found[codes[k]] += 1
    return found
