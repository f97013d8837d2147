"""Which rows of a table are compared: those that share a key (see choosing.py), each pair once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.fields.choosing import Key, few
from crosstie.resolve.fields.parts import Hashes, row_hashes
from crosstie.resolve.fields.values import Field
from crosstie.resolve.flat import mix
from crosstie.resolve.threads import in_order

Ints = NDArray[np.int64]


def candidates(keys: list[Key], fields: Mapping[str, Field], threads: int = 1) -> Ints:
    """Pairs of rows that share a key, each once, in order; every two rows of a table so small that it needs no key.

    A pair is one number, the smaller row in its upper half (see `rows_of`): eight bytes for each pair is all that is held of them.
    """
    rows = len(next(iter(fields.values())).codes)
    if few(rows):
        left, right = np.triu_indices(rows, 1)
        return np.asarray(left, np.int64) << 32 | right

    def pairs(key: Key) -> Ints:
        packed = _block_pairs(*_blocks(row_hashes(key.parts, fields)), key.cap)
        packed.sort()
        return np.asarray(packed, np.int64)

    stack: list[Ints] = []
    for found in in_order(pairs, keys, threads):
        stack.append(found)
        while len(stack) > 1 and 2 * len(stack[-1]) >= len(stack[-2]):
            stack.append(_merged(stack.pop(), stack.pop()))
    while len(stack) > 1:
        stack.append(_merged(stack.pop(), stack.pop()))
    return stack[0] if stack else np.zeros(0, np.int64)


def rows_of(pairs: Ints) -> tuple[Ints, Ints]:
    """The rows of pairs, the smaller and the larger."""
    return pairs >> 32, pairs & 0xFFFFFFFF


def _blocks(hashes: Hashes) -> tuple[NDArray[np.int32], Ints]:
    """Rows in the order of their key, and where each block begins (and the last ends); rows without key, and most that share theirs with none, left out."""
    rows = _with_company(hashes, int(np.ceil(np.log2(len(hashes) + 1))) + 2)
    ordered = hashes[rows]
    order = np.argsort(ordered, kind="stable")
    rows, ordered = rows[order], ordered[order]
    begins = np.flatnonzero(np.concatenate([np.ones(min(1, len(rows)), np.bool_), ordered[1:] != ordered[:-1]]))
    return rows, np.append(begins, len(rows)).astype(np.int64)


@njit(cache=True, nogil=True)
def _with_company(hashes: Any, bits: int) -> Any:
    """The rows whose key another row may have: each of so many places says none, one, or more."""
    seen = np.zeros(1 << bits, np.uint8)
    count = 0
    for row in range(len(hashes)):
        if hashes[row]:
            place = np.int64(mix(hashes[row]) >> uint64(64 - bits))
            count += 0 if seen[place] == 0 else 3 - seen[place]
            seen[place] = min(seen[place] + 1, 2)
    found = np.empty(count, np.int32)
    at = 0
    for row in range(len(hashes)):
        if hashes[row] and seen[np.int64(mix(hashes[row]) >> uint64(64 - bits))] > 1:
            found[at] = row
            at += 1
    return found


@njit(cache=True, nogil=True)
def _block_pairs(rows: Any, begins: Any, cap: int) -> Any:
    """All pairs of each block of at most `cap` rows, the smaller row in the upper half of the number."""
    count = 0
    for b in range(len(begins) - 1):
        size = begins[b + 1] - begins[b]
        if size <= cap:
            count += size * (size - 1) // 2
    found = np.empty(count, np.int64)
    at = 0
    for b in range(len(begins) - 1):
        if begins[b + 1] - begins[b] > cap:
            continue
        for i in range(begins[b], begins[b + 1]):
            for j in range(i + 1, begins[b + 1]):
                low, high = np.int64(min(rows[i], rows[j])), np.int64(max(rows[i], rows[j]))
                found[at] = (low << 32) | high
                at += 1
    return found


@njit(cache=True, nogil=True)
def _merged(a: Any, b: Any) -> Any:
    """Two sorted arrays as one, each number once."""
    found = np.empty(len(a) + len(b), np.int64)
    i = j = at = 0
    while i < len(a) or j < len(b):
        if j == len(b) or (i < len(a) and a[i] <= b[j]):
            value = a[i]
            i += 1
        else:
            value = b[j]
            j += 1
        if at == 0 or found[at - 1] != value:
            found[at] = value
            at += 1
    return found[:at].copy()
