"""Kernels of `bulk`: the bytes of names cut into written words, and the words numbered."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

#: The number of a comma among the numbers of words.
COMMA = np.int32(-1)


@njit(cache=True, nogil=True)
def _in_word(byte: int) -> bool:
    return byte >= 128 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte == 39 or byte == 96


@njit(cache=True, nogil=True)
def _beyond(data: NDArray[np.uint8], low: int, high: int) -> bool:
    """Whether a text has letters other than ASCII and the composed letters of Latin alphabets that have one form only."""
    at = low
    while at < high:
        byte = data[at]
        if byte >= 128:
            if byte < 0xC3 or byte > 0xC8 or at + 1 >= high:
                return True
            point = (np.int64(byte & 31) << 6) | np.int64(data[at + 1] & 63)
            if point in (0xD7, 0xF7, 0x132, 0x133, 0x13F, 0x140, 0x149, 0x17F) or point >= 0x180:
                return True
            at += 1
        at += 1
    return False


@njit(cache=True, nogil=True)
def telling(
    data: NDArray[np.uint8], start: NDArray[np.int64], legal: NDArray[np.bool_], words: NDArray[np.uint64], most: int
) -> NDArray[np.bool_]:
    """Which names need preparing: letters of other scripts, quotes, brackets, great length; where `legal`, words of legal forms."""
    found = np.zeros(len(start) - 1, np.bool_)
    for i in range(len(found)):
        low, high = start[i], start[i + 1]
        wide = _beyond(data, low, high)
        needs = wide or high - low > most
        state, length, initials = uint64(14695981039346656037), 0, False
        for at in range(low, high + 1):
            if needs:
                break
            byte = int(data[at]) if at < high else 32
            if byte in (34, 40):
                needs = True
            if not legal[i]:
                continue
            if byte >= 128:
                needs = True
            elif _in_word(byte) and byte not in (39, 96):
                state = (state ^ uint64(byte + 32 if 65 <= byte <= 90 else byte)) * uint64(1099511628211)
                length += 1
            else:
                if length:
                    place = np.searchsorted(words, state)
                    needs = needs or (place < len(words) and words[place] == state)
                    needs = needs or (at - low == length and _is_article(data, low, length))
                initials = initials or (byte == 46 and length == 1)
                needs = needs or (byte == 46 and length > 0 and at + 1 < high and _dotted(data, at + 1, high))
                state, length = uint64(14695981039346656037), 0
        found[i] = needs
    return found


@njit(cache=True, nogil=True)
def _dotted(data: NDArray[np.uint8], at: int, high: int) -> bool:
    """Whether one letter follows a dot, or a blank and one letter: S.A., B. V."""
    if data[at] == 32 and at + 1 < high:
        at += 1
    return _in_word(data[at]) and (at + 1 == high or not _in_word(data[at + 1]))


@njit(cache=True, nogil=True)
def _is_article(data: NDArray[np.uint8], low: int, length: int) -> bool:
    first, second = data[low] | 32, data[low + 1] | 32 if length > 1 else 0
    return (length == 2 and first == 108 and (second == 97 or second == 101)) or (
        length == 3 and first == 116 and second == 104 and data[low + 2] | 32 == 101
    )


@njit(cache=True, nogil=True)
def cut(
    data: NDArray[np.uint8], start: NDArray[np.int64], whose: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
    """The written words of each name: where each begins, its length in bytes and a hash of it and of whose name it is; a comma has hash 0."""
    count = len(start) - 1
    size = 0
    for at in range(start[0], start[count]):
        size += data[at] == 44 or (_in_word(data[at]) and (at == start[0] or not _in_word(data[at - 1])))
    size += count
    word_start = np.zeros(count + 1, np.int64)
    offsets, lengths, hashes = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.uint64)
    k = 0
    for i in range(count):
        at, high = start[i], start[i + 1]
        while at < high:
            if data[at] == 44:
                offsets[k], lengths[k], hashes[k] = at, 1, 0
                k += 1
                at += 1
            elif _in_word(data[at]):
                begin = at
                state = uint64(14695981039346656037) + uint64(whose[i]) * uint64(0x9E3779B97F4A7C15)
                while at < high and _in_word(data[at]):
                    state = (state ^ uint64(data[at])) * uint64(1099511628211)
                    at += 1
                state ^= state >> uint64(33)
                state *= uint64(0xFF51AFD7ED558CCD)
                state ^= state >> uint64(33)
                offsets[k], lengths[k], hashes[k] = begin, at - begin, max(state, uint64(1))
                k += 1
            else:
                at += 1
        word_start[i + 1] = k
    return word_start, offsets[:k], lengths[:k], hashes[:k]


@njit(cache=True, nogil=True)
def number_words(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The number of each word among the distinct ones (-1: a comma), and where each distinct one comes first."""
    size = 16
    table, first = np.full(size, -1, np.int32), np.empty(16, np.int64)
    numbers = np.empty(len(hashes), np.int32)
    count = 0
    for i in range(len(hashes)):
        if hashes[i] == 0:
            numbers[i] = COMMA
            continue
        if 2 * count >= size:
            size *= 2
            table = np.full(size, -1, np.int32)
            for held in range(count):
                place = hashes[first[held]] & uint64(size - 1)
                while table[place] >= 0:
                    place = (place + uint64(1)) & uint64(size - 1)
                table[place] = held
        place = hashes[i] & uint64(size - 1)
        while table[place] >= 0 and hashes[first[table[place]]] != hashes[i]:
            place = (place + uint64(1)) & uint64(size - 1)
        if table[place] < 0:
            if count == len(first):
                grown = np.empty(2 * len(first), np.int64)
                grown[:count] = first
                first = grown
            table[place], first[count] = count, i
            count += 1
        numbers[i] = table[place]
    return numbers, first[:count]
