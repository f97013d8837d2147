"""Serial numbers as machine words: five bits a sign, so that twelve signs are compared at once.

A sign is stored as its class, which it shares with those that look like it (0, O and Q), and its place within the class. Signs that are neither
Latin letters nor figures share three classes of their own; who asks for one looks at the text in the end.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit

from crosstie.lenses.firearms.marks import rules

#: Signs a word holds, and signs that are packed; what is longer is kept apart.
WORD, SIGNS = 12, 24
#: Classes run from 1 (0 is no sign) to 31, the last three for signs of other scripts.
CLASSES, OTHERS = 32, 29


@cache
def tables() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Class and place of each ASCII sign; nought for those that are no letter and no figure."""
    kind, place = np.zeros(128, np.uint8), np.zeros(128, np.uint8)
    number = 0
    groups = list(rules()["look_alike"])
    taken = "".join(groups)
    for group in [*groups, *(sign for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if sign not in taken)]:
        number += 1
        for at, sign in enumerate(group):
            kind[ord(sign)], place[ord(sign)] = number, at
    assert number < OTHERS
    return kind, place


def sign_code(sign: str) -> int:
    """Class times four plus place: what a cost table is asked with."""
    kind, place = tables()
    code = ord(sign)
    if code < 128 and kind[code]:
        return int(kind[code]) * 4 + int(place[code])
    return (OTHERS + code % 3) * 4 + (code // 3) % 4


def pack(texts: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Words (n, 2), places within classes (n) and lengths (n; SIGNS + 1 for what is longer) of texts without nulls."""
    texts = texts.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    begins = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1] if offsets else np.zeros(1, np.int64)
    signs = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)
    words, places, lengths = _pack(begins, signs, *tables())
    return words, places, lengths


@njit(cache=True, nogil=True)
def _pack(begins: Any, signs: Any, kind: Any, place: Any) -> Any:
    size = len(begins) - 1
    words, places, lengths = np.zeros((size, 2), np.uint64), np.zeros(size, np.uint64), np.zeros(size, np.uint8)
    for row in range(size):
        count, at = 0, begins[row]
        while at < begins[row + 1] and count <= SIGNS:
            code = np.uint32(signs[at])
            at += 1
            if code >= 0xC0:  # the following bytes of a sign of UTF-8 hold six bits each
                code = code & (0x1F if code < 0xE0 else 0x0F if code < 0xF0 else 0x07)
                while at < begins[row + 1] and (signs[at] & 0xC0) == 0x80:
                    code = (code << np.uint32(6)) | np.uint32(signs[at] & 0x3F)
                    at += 1
            if code < 128 and kind[code]:
                group, member = np.uint64(kind[code]), np.uint64(place[code])
            else:
                group, member = np.uint64(OTHERS + code % 3), np.uint64((code // 3) % 4)
            if count < SIGNS:
                words[row, count // WORD] |= group << np.uint64(5 * (WORD - 1 - count % WORD))
                places[row] |= member << np.uint64(2 * count)
            count += 1
        lengths[row] = count
    return words, places, lengths


@njit(cache=True, nogil=True)
def turned(words: Any, lengths: Any) -> Any:
    """The same words with their signs from last to first."""
    found = np.zeros_like(words)
    for row in range(len(words)):
        size = min(int(lengths[row]), SIGNS)
        for at in range(size):
            group = (words[row, at // WORD] >> np.uint64(5 * (WORD - 1 - at % WORD))) & np.uint64(31)
            to = size - 1 - at
            found[row, to // WORD] |= group << np.uint64(5 * (WORD - 1 - to % WORD))
    return found
