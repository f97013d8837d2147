"""Tokens as they stand in tables, with spaces between, numbered: each distinct one is read once, the rest is a kernel over bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.flat import Array, mix
from crosstie.resolve.names.vocabulary import Vocabulary
from crosstie.resolve.screen.columns import end_to_end
from crosstie.resolve.screen.labels import Labels

_SPACE = 32


class Tokens:
    """The tokens of names, numbered in the order in which they come."""

    def __init__(self) -> None:
        self._labels = Labels()
        #: Hashes of what was written, in open addressing (0: free), and the number of each.
        self._table = np.zeros(1 << 12, np.uint64)
        self._places = np.zeros(1 << 12, np.int32)
        self._number = np.zeros(0, np.int32)

    def numbers(self, names: Array) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The tokens of names that are written as `resolve.records.written_tokens` does: where those of each begin, and their numbers."""
        data, start = end_to_end(names)
        token_start, first, last, hashes = _cut(data, start)
        known = len(self._number)
        self._make_room(known + len(hashes))
        written, fresh = _look_up(hashes, self._table, self._places, known)
        text = data.tobytes()
        spelled = [text[first[place] : last[place]].decode("ascii") for place in fresh.tolist()]
        self._number = np.concatenate([self._number, np.array(self._labels.numbers_of_written(spelled), np.int32)])
        return token_start, self._number[written]

    def vocabulary(self) -> Vocabulary:
        """The tokens as arrays."""
        return self._labels.vocabulary()

    def _make_room(self, most: int) -> None:
        size = len(self._table)
        if 2 * most > size:
            table, places = self._table, self._places
            size = 1 << (2 * most).bit_length()
            self._table, self._places = np.zeros(size, np.uint64), np.zeros(size, np.int32)
            _move(table, places, self._table, self._places)


@njit(cache=True, nogil=True)
def _cut(data: Any, start: Any) -> Any:
    """The words of texts: where those of each text begin, where each word begins and ends, and its hash (never 0)."""
    count = 0
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            if data[at] != _SPACE and (at == start[i] or data[at - 1] == _SPACE):
                count += 1
    word_start = np.zeros(len(start), np.int64)
    first, last, hashes = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.uint64)
    n = 0
    for i in range(len(start) - 1):
        at = start[i]
        while at < start[i + 1]:
            if data[at] == _SPACE:
                at += 1
                continue
            first[n] = at
            state = uint64(14695981039346656037)
            while at < start[i + 1] and data[at] != _SPACE:
                state = (state ^ uint64(data[at])) * uint64(1099511628211)
                at += 1
            last[n] = at
            hashes[n] = mix(state) | uint64(1)
            n += 1
        word_start[i + 1] = n
    return word_start, first, last, hashes


@njit(cache=True, nogil=True)
def _look_up(hashes: Any, table: Any, places: Any, known: int) -> Any:
    """The number of each hash; those that the table lacks get the numbers from `known` on, and where each of them comes first is returned too."""
    numbers, fresh = np.empty(len(hashes), np.int32), np.empty(len(hashes), np.int64)
    mask = uint64(len(table) - 1)
    new = 0
    for i in range(len(hashes)):
        at = (hashes[i] >> uint64(1)) & mask
        while table[at] != uint64(0) and table[at] != hashes[i]:
            at = (at + uint64(1)) & mask
        if table[at] == uint64(0):
            table[at] = hashes[i]
            places[at] = known + new
            fresh[new] = i
            new += 1
        numbers[i] = places[at]
    return numbers, fresh[:new].copy()


@njit(cache=True, nogil=True)
def _move(table: Any, places: Any, to_table: Any, to_places: Any) -> None:
    mask = uint64(len(to_table) - 1)
    for i in range(len(table)):
        if table[i] != uint64(0):
            at = (table[i] >> uint64(1)) & mask
            while to_table[at] != uint64(0):
                at = (at + uint64(1)) & mask
            to_table[at] = table[i]
            to_places[at] = places[i]


def first_forms(of: NDArray[np.int32], token_start: NDArray[np.int64], hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The places of the names with tokens, of those of one entity that have the same hash the first. Names of an entity stand together."""
    largest = int(np.max(np.diff(np.flatnonzero(np.diff(of, prepend=-1, append=-2)), prepend=0), initial=1))
    kept: NDArray[np.int64] = _first_forms(of, token_start, hashes, 1 << (2 * largest).bit_length())
    return kept


@njit(cache=True, nogil=True)
def _first_forms(of: Any, token_start: Any, hashes: Any, size: int) -> Any:
    seen, stamp = np.zeros(size, np.uint64), np.full(size, -1, np.int64)
    kept = np.empty(len(of), np.int64)
    mask = uint64(size - 1)
    n = 0
    for i in range(len(of)):
        if token_start[i + 1] == token_start[i]:
            continue
        at = hashes[i] & mask
        while stamp[at] == of[i] and seen[at] != hashes[i]:
            at = (at + uint64(1)) & mask
        if stamp[at] != of[i]:
            stamp[at] = of[i]
            seen[at] = hashes[i]
            kept[n] = i
            n += 1
    return kept[:n].copy()
