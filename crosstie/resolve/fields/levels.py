"""The compiled inner loops of comparing fields: for each pair of rows the level at which two values agree (0: one says nothing)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from crosstie.resolve.compare.kernels import edit_distance, popcount

#: Of texts: other, somewhat alike, similar (an initial, a beginning, a slip or two), the same but for a slip or the same sound, equal.
OTHER, SOMEWHAT, SIMILAR, CLOSE, EQUAL = 1, 2, 3, 4, 5
#: Of dates: other, near in years, equal in part, only the year known and equal, one figure off, day and month swapped, equal.
YEAR_NEAR, IN_PART, YEAR_ONLY, FIGURE, SWAPPED, SAME_DAY = 2, 3, 4, 5, 6, 7
#: From this rarity on (nats) a word of a full name beside first and last name tells something.
TELLING = 3.5


@njit(cache=True, nogil=True)
def text_level(i: int, a: Any, j: int, b: Any, table: Any) -> int:
    """How value i of field a agrees with value j of field b."""
    a0, b0 = a.start[i], b.start[j]
    la, lb = a.start[i + 1] - a0, b.start[j + 1] - b0
    if la == 0 or lb == 0:
        return 0
    shorter = min(la, lb)
    same = 0
    while same < shorter and a.letters[a0 + same] == b.letters[b0 + same]:
        same += 1
    if same == la and same == lb:
        return 5
    if shorter == 1:
        return 3 if same == 1 else 1
    if a.sound[i] == b.sound[j]:
        return 4
    longest = max(la, lb)
    begins = 3 if same == shorter and shorter >= 3 else 2 if same >= 4 else 1
    if popcount(a.bags[i] ^ b.bags[j]) > 0.8 * longest or (longest <= 4 and same == 0):
        return begins
    alike = 1.0 - edit_distance(a.letters, a0, la, b.letters, b0, lb, table) / longest
    if alike >= 0.86:
        return 4
    if alike >= 0.74:
        return 3
    return max(begins, 2) if alike >= 0.6 else begins


@njit(cache=True, nogil=True)
def compare_texts(left: Any, right: Any, x: Any, level: Any) -> None:
    """Levels of one field's texts."""
    table = np.zeros(64, np.uint64)
    for p in range(len(left)):
        i, j = x.codes[left[p]], x.codes[right[p]]
        if i >= 0 and j >= 0:
            level[p] = 5 if i == j else text_level(i, x, j, x, table)


@njit(cache=True, nogil=True)
def compare_swapped(left: Any, right: Any, x: Any, y: Any, level: Any) -> None:
    """Whether first names (x) stand for last names (y) and the other way round: 2 both, to the letter; 1 alike, or one of them while the other
    is missing; 0 not. It is asked only where first and last name do not agree as they stand.
    """
    table = np.zeros(64, np.uint64)
    for p in range(len(left)):
        i, m = x.codes[left[p]], y.codes[right[p]]
        one = 0 if i < 0 or m < 0 else text_level(i, x, m, y, table)
        if one == 1 or one == 2:
            continue
        j, k = x.codes[right[p]], y.codes[left[p]]
        other = 0 if j < 0 or k < 0 else text_level(j, x, k, y, table)
        if one == 5 and other == 5:
            level[p] = 2
        elif (one >= 4 and other >= 4) or (max(one, other) == 5 and min(one, other) in (0, 3)):
            level[p] = 1


@njit(cache=True, nogil=True)
def compare_dates(left: Any, right: Any, x: Any, level: Any) -> None:
    """Levels of one field's dates."""
    for p in range(len(left)):
        i, j = x.codes[left[p]], x.codes[right[p]]
        if i < 0 or j < 0 or x.day[i] == 0 or x.day[j] == 0:
            continue
        a, b = x.day[i], x.day[j]
        if a == b:
            level[p] = 7
            continue
        ya, ma, da = a // 10000, a // 100 % 100, a % 100
        yb, mb, db = b // 10000, b // 100 % 100, b % 100
        figures = 0
        u, v = a, b
        while u or v:
            figures += u % 10 != v % 10
            u //= 10
            v //= 10
        if ya == yb and ma == db and da == mb:
            level[p] = 6
        elif ya == yb and (a % 10000 == 101 or b % 10000 == 101):
            level[p] = 4
        elif figures == 1:
            level[p] = 5
        elif figures == 2 or (ma == mb and da == db) or (ya == yb and (ma == mb or da == db)):
            level[p] = 3
        elif abs(ya - yb) <= 1:
            level[p] = 2
        else:
            level[p] = 1


@njit(cache=True, nogil=True)
def compare_numbers(left: Any, right: Any, x: Any, level: Any) -> None:
    """Levels of numbers and codes: 1 other, 2 begin alike, 3 the first half is the same, 4 one slip in a long one, 5 equal."""
    table = np.zeros(64, np.uint64)
    for p in range(len(left)):
        i, j = x.codes[left[p]], x.codes[right[p]]
        if i < 0 or j < 0:
            continue
        if i == j:
            level[p] = 5
            continue
        a0, b0 = x.start[i], x.start[j]
        la, lb = x.start[i + 1] - a0, x.start[j + 1] - b0
        if la == 0 or lb == 0:
            continue
        same = 0
        while same < min(la, lb) and x.letters[a0 + same] == x.letters[b0 + same]:
            same += 1
        found = 3 if 2 * same >= max(la, lb) and same >= 2 else 2 if same >= 3 else 1
        if min(la, lb) >= 4 and abs(la - lb) <= 1 and edit_distance(x.letters, a0, la, x.letters, b0, lb, table) == 1:
            found = 4
        level[p] = found


@njit(cache=True, nogil=True)
def compare_words(left: Any, right: Any, x: Any, level: Any) -> None:
    """Levels of places and the like: 1 other, 3 similar or a word in common, 4 the one holds all words of the other or a slip, 5 equal."""
    table = np.zeros(64, np.uint64)
    for p in range(len(left)):
        i, j = x.codes[left[p]], x.codes[right[p]]
        if i < 0 or j < 0:
            continue
        if i == j:
            level[p] = 5
            continue
        a, a1, b, b1 = x.word_start[i], x.word_start[i + 1], x.word_start[j], x.word_start[j + 1]
        shorter = min(a1 - a, b1 - b)
        common = 0
        while a < a1 and b < b1:
            if x.words[a] == x.words[b]:
                common += 1
                a += 1
                b += 1
            elif x.words[a] < x.words[b]:
                a += 1
            else:
                b += 1
        if common and common == shorter:
            level[p] = 4
        else:
            found = text_level(i, x, j, x, table)
            level[p] = found if found >= 3 or found == 0 else 3 if common else 1


@njit(cache=True, nogil=True)
def _beside(words: Any, first: int, last: int, share: Any, one: int, other: int) -> int:
    """How many telling words there are beside two."""
    found = 0
    for k in range(first, last):
        found += words[k] != one and words[k] != other and -np.log(share[words[k]]) > TELLING
    return found


@njit(cache=True, nogil=True)
def compare_other_names(left: Any, right: Any, x: Any, one: Any, other: Any, level: Any, rarity: Any) -> None:
    """Of full names (x) the words beside first and last name (`one`, `other`: their numbers among x's words, by row): 1 none in common although
    both have some, 2 a telling one in common; `rarity` is that of the rarest.
    """
    for p in range(len(left)):
        mine, yours = left[p], right[p]
        i, j = x.codes[mine], x.codes[yours]
        if i < 0 or j < 0:
            continue
        a, a1, b, b1 = x.word_start[i], x.word_start[i + 1], x.word_start[j], x.word_start[j + 1]
        ours = _beside(x.words, a, a1, x.word_share, one[mine], other[mine])
        theirs = _beside(x.words, b, b1, x.word_share, one[yours], other[yours])
        most = 0.0
        while a < a1 and b < b1:
            word = x.words[a]
            if word == x.words[b]:
                known = (word == one[mine] or word == other[mine]) and (word == one[yours] or word == other[yours])
                if not known and -np.log(x.word_share[word]) > max(most, TELLING):
                    most = -np.log(x.word_share[word])
                a += 1
                b += 1
            elif word < x.words[b]:
                a += 1
            else:
                b += 1
        if most > 0.0:
            level[p] = 2
            rarity[p] = most
        elif ours and theirs:
            level[p] = 1


@njit(cache=True, nogil=True)
def equal_shares(left: Any, right: Any, x: Any, level: Any, top: int, rarity: Any) -> None:
    """`rarity` where the level is `top`: minus the logarithm of the share of rows with the value both have."""
    for p in range(len(left)):
        if level[p] == top:
            rarity[p] = -np.log(x.share[x.codes[left[p]]])
