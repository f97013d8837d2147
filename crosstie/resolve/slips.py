"""Slips of the pen in numbers: a figure wrong, missing or too many, or two neighbours exchanged. Compiled, as millions of pairs are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def one_slip(a: Any, b: Any) -> bool:
    """Whether two strings (as bytes) are one slip apart; equal ones are not."""
    if abs(len(a) - len(b)) > 1:
        return False
    first = 0
    while first < min(len(a), len(b)) and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and a[len(a) - 1 - last] == b[len(b) - 1 - last]:
        last += 1
    left, right = len(a) - first - last, len(b) - first - last
    if max(left, right) == 1:
        return True
    return left == 2 and right == 2 and a[first] == b[first + 1] and a[first + 1] == b[first]


@njit(cache=True, nogil=True)
def slips(left: Any, right: Any, start: Any, codes: Any, text_start: Any, text: Any, least: int) -> Any:
    """For each pair of records whether they have values of at least `least` letters that are one slip apart; those of record i are
    `codes[start[i]:start[i + 1]]`, the letters of a code `text[text_start[code]:text_start[code + 1]]`.
    """
    found = np.zeros(len(left), np.bool_)
    for p in range(len(left)):
        for i in range(start[left[p]], start[left[p] + 1]):
            a = text[text_start[codes[i]] : text_start[codes[i] + 1]]
            for j in range(start[right[p]], start[right[p] + 1]):
                b = text[text_start[codes[j]] : text_start[codes[j] + 1]]
                if min(len(a), len(b)) >= least and one_slip(a, b):
                    found[p] = True
    return found
