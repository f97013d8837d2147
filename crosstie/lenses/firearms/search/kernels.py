"""The loops of the search, compiled: words that fit a mask, and what each fit costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from crosstie.lenses.firearms.search.alphabet import SIGNS, WORD

#: The lowest bit of each of twelve signs.
_LOWEST = np.uint64(0x0084210842108421)


@njit(cache=True, nogil=True)
def fitting(first: Any, second: Any, begin: int, values: Any, masks: Any, misread: int, out: Any) -> int:
    """Write the places of the words that fit one of the layouts (k, 2), but for `misread` signs, and give how many there are. `second` is empty where
    words hold it all; `begin` is the place of the first.
    """
    found, ways = 0, len(values)
    long = len(second) > 0
    if misread == 0:
        for row in range(len(first)):
            word, fits = first[row], False
            for way in range(ways):
                fits |= ((word ^ values[way, 0]) & masks[way, 0]) == 0
            if fits and long:
                fits = False
                for way in range(ways):
                    fits |= ((word ^ values[way, 0]) & masks[way, 0]) == 0 and ((second[row] ^ values[way, 1]) & masks[way, 1]) == 0
            if fits:
                out[found] = begin + row
                found += 1
        return found
    for row in range(len(first)):
        fits = False
        for way in range(ways):
            wrong = _wrong((first[row] ^ values[way, 0]) & masks[way, 0])
            if long and wrong <= misread:
                wrong += _wrong((second[row] ^ values[way, 1]) & masks[way, 1])
            fits |= wrong <= misread
        if fits:
            out[found] = begin + row
            found += 1
    return found


@njit(cache=True, nogil=True, inline="always")
def _wrong(apart: Any) -> int:
    """How many signs of a word differ."""
    signs = (apart | (apart >> np.uint64(1)) | (apart >> np.uint64(2)) | (apart >> np.uint64(3)) | (apart >> np.uint64(4))) & _LOWEST
    count = 0
    while signs:
        signs &= signs - np.uint64(1)
        count += 1
    return count


@njit(cache=True, nogil=True)
def priced(
    rows: Any, first: Any, second: Any, late: int, places: Any, length: int, costs: Any, allowed: Any, misread: int, out: Any
) -> None:
    """What the cheapest layout of each row costs; infinite where none fits with so few misread signs. costs (k, SIGNS, codes), allowed (k, SIGNS);
    `second` begins with row `late`.
    """
    code, group = np.empty(SIGNS, np.int64), np.empty(SIGNS, np.int64)
    for at in range(len(rows)):
        row = rows[at]
        for sign in range(length):
            word = first[row] if sign < WORD else second[row - late]
            group[sign] = np.int64((word >> np.uint64(5 * (WORD - 1 - sign % WORD))) & np.uint64(31))
            code[sign] = group[sign] * 4 + np.int64((places[row] >> np.uint64(2 * sign)) & np.uint64(3))
        best = np.inf
        for way in range(len(costs)):
            wrong, total = 0, np.float64(0.0)
            for sign in range(length):
                if not (allowed[way, sign] >> np.uint32(group[sign])) & np.uint32(1):
                    wrong += 1
                    if wrong > misread:
                        break
                total += costs[way, sign, code[sign]]
            if wrong <= misread and total < best:
                best = total
        out[at] = best
