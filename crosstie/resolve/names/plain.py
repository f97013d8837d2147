"""Kernels of `bulk` and `vocabulary`: words in plain letters, which most are, made small, told apart and heard, all at once."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

_A, _C, _D, _E, _H, _I, _J, _L, _N, _T, _U, _Y, _Z = (ord(letter) for letter in "acdehijlntuyz")


@njit(cache=True, nogil=True)
def fold(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8], NDArray[np.bool_]]:
    """Written words end to end in small letters and figures, nothing else, with where each begins; their case as in `WordTable`; and which have
    letters that are not ASCII, of which there is nothing else here.
    """
    count = len(offsets)
    letters, start = np.empty(lengths.sum(), np.uint8), np.zeros(count + 1, np.int64)
    case, beyond = np.zeros(count, np.uint8), np.zeros(count, np.bool_)
    k = 0
    for i in range(count):
        large = small = False
        begin = k
        for at in range(offsets[i], offsets[i] + lengths[i]):
            byte = data[at]
            beyond[i] |= byte >= 128
            upper = 65 <= byte <= 90
            large |= upper
            small |= 97 <= byte <= 122
            if upper or 97 <= byte <= 122 or 48 <= byte <= 57:
                letters[k] = byte + 32 if upper else byte
                k += 1
        if beyond[i]:
            k = begin
        elif lengths[i] > 1:
            case[i] = 1 if large and not small else 2 if 65 <= data[offsets[i]] <= 90 else 3
        start[i + 1] = k
    return letters[:k], start, case, beyond


@njit(cache=True, nogil=True)
def hashes(codes: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit hash (FNV-1a, mixed at the end) of each run of codes; of an empty run 0."""
    found = np.zeros(len(start) - 1, np.uint64)
    for i in range(len(found)):
        if start[i + 1] == start[i]:
            continue
        state = uint64(14695981039346656037)
        for k in range(start[i], start[i + 1]):
            state = (state ^ uint64(codes[k])) * uint64(1099511628211)
        state ^= state >> uint64(33)
        state *= uint64(0xFF51AFD7ED558CCD)
        state ^= state >> uint64(33)
        found[i] = state
    return found


@njit(cache=True, nogil=True)
def gather(
    letters: NDArray[np.uint8], start: NDArray[np.int64], places: NDArray[np.int64], most: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The words at some places end to end, of each at most so many letters."""
    begin = np.zeros(len(places) + 1, np.int64)
    for i in range(len(places)):
        begin[i + 1] = begin[i] + min(most, start[places[i] + 1] - start[places[i]])
    found = np.empty(begin[-1], np.uint8)
    for i in range(len(places)):
        found[begin[i] : begin[i + 1]] = letters[start[places[i]] : start[places[i]] + begin[i + 1] - begin[i]]
    return found, begin


@njit(cache=True, nogil=True)
def may_do(letters: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Words that by their letters may be a patronymic, or an article before a sun letter (see `particles`)."""
    found = np.zeros(len(start) - 1, np.bool_)
    for i in range(len(found)):
        low, high = start[i], start[i + 1]
        if high - low in (2, 3):
            found[i] = letters[low] in (_A, _E, _I, _U)
        elif high - low > 5:
            before, last = letters[high - 2], letters[high - 1]
            found[i] = (
                (last == _H and before == _C)
                or (last == _C and before == _I)
                or (last == _J and before == _T)
                or (last == _Z and before == _C)
                or (last == _A and before == _N)
            )
    return found


@njit(cache=True, nogil=True)
def may_be_joined(letters: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Words that by their letters may be written together with servant of, -ullah or -uddin (see `particles.joined`)."""
    found = np.zeros(len(start) - 1, np.bool_)
    for i in range(len(found)):
        low, high = start[i], start[i + 1]
        if high - low > 3 and letters[low] == _A and letters[low + 1] == ord("b") and letters[low + 2] == _D:
            found[i] = True
        elif high - low > 5:
            last = high - 1
            if letters[last] == _H and letters[last - 1] == _A:
                last -= 1
            if letters[last] == _A and letters[last - 1] == _L and letters[last - 2] == _L:
                found[i] = True
            last = high - 1
            if letters[last] == _E:
                last -= 1
            if letters[last] == _N and letters[last - 1] in (_I, _E, _Y):
                vowel = last - 1
                if letters[vowel] == _E:
                    vowel -= 1  # -een, -ien
                found[i] |= letters[vowel - 1] == _D
    return found


@njit(cache=True, nogil=True)
def numerals(letters: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which words are of figures alone."""
    found = np.zeros(len(start) - 1, np.bool_)
    for i in range(len(found)):
        found[i] = start[i + 1] > start[i]
        for k in range(start[i], start[i + 1]):
            found[i] &= 48 <= letters[k] <= 57
    return found


@njit(cache=True, nogil=True)
def bags(codes: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A bit for each code that occurs in each word."""
    found = np.zeros(len(start) - 1, np.uint64)
    for i in range(len(found)):
        for k in range(start[i], start[i + 1]):
            found[i] |= uint64(1) << uint64(codes[k])
    return found


@njit(cache=True, nogil=True)
def sounds(
    letters: NDArray[np.uint8], start: NDArray[np.int64], groups: NDArray[np.uint8], sound_of: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The consonants of each word, as `skeleton` makes them: `groups` are the letters that are one sound (length, letters, the sound, in the
    order in which they are looked for), `sound_of` the sound of each sign, 0 none.
    """
    found, begin = np.empty(len(letters), np.uint8), np.zeros(len(start), np.int64)
    longest = 0
    for i in range(len(start) - 1):
        longest = max(longest, start[i + 1] - start[i])
    held = np.empty(longest, np.uint8)
    at = 0
    for i in range(len(start) - 1):
        size, figures = start[i + 1] - start[i], True
        for k in range(size):
            held[k] = letters[start[i] + k]
            figures &= 48 <= held[k] <= 57
        if figures:
            found[at : at + size] = held[:size]
            at += size
        else:
            for g in range(len(groups)):
                size = _replaced(held, size, groups[g])
            last = uint64(0)
            for k in range(size):
                sound = sound_of[held[k]]
                if sound and sound != last:
                    found[at] = sound
                    at += 1
                    last = uint64(sound)
        begin[i + 1] = at
    return found[:at].copy(), begin


@njit(cache=True, nogil=True)
def _replaced(held: NDArray[np.uint8], size: int, group: NDArray[np.uint8]) -> int:
    """Put the sound of a group of letters in its place, wherever it is; the new length."""
    length, left, k = group[0], 0, 0
    while k < size:
        same = k + length <= size
        for j in range(length):
            same = same and held[k + j] == group[1 + j]
        if same:
            held[left] = group[4]
            k += length
        else:
            held[left] = held[k]
            k += 1
        left += 1
    return left
