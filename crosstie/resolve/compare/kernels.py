"""The compiled inner loops of matching: how alike two words are, and what two lists of values have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint64

SAME_SOUND = 0.90  # how alike tokens of the same consonants are
SHORT = 4  # tokens of so few letters have to begin alike
MAX = 12  # tokens of a name


@njit(cache=True, nogil=True)
def edit_distance(a: Any, a0: int, la: int, b: Any, b0: int, lb: int, table: Any) -> int:
    """Edits, swaps of neighbours included, between two coded words of at most 64 letters (bit-parallel; Hyyrö 2003). `table` is zeroed scratch."""
    for i in range(la):
        table[a[a0 + i]] |= uint64(1) << uint64(i)
    plus = uint64(0xFFFFFFFFFFFFFFFF)
    minus = uint64(0)
    d0 = uint64(0)
    before = uint64(0)
    one = uint64(1)
    last = one << uint64(la - 1)
    distance = la
    for j in range(lb):
        match = table[b[b0 + j]]
        swap = (((~d0) & match) << one) & before
        d0 = ((((match & plus) + plus) ^ plus) | match | minus) | swap
        rise = minus | ~(d0 | plus)
        fall = d0 & plus
        if rise & last:
            distance += 1
        if fall & last:
            distance -= 1
        rise = (rise << one) | one
        fall = fall << one
        plus = fall | ~(d0 | rise)
        minus = rise & d0
        before = match
    for i in range(la):
        table[a[a0 + i]] = uint64(0)
    return distance


@njit(cache=True, nogil=True)
def likeness(a: Any, a0: int, la: int, b: Any, b0: int, lb: int, table: Any) -> float:
    """1 for equal words, less by the share of edits, 0 where more than half differs."""
    longest = max(la, lb)
    if la == 0 or lb == 0 or 2 * abs(la - lb) > longest:
        return 0.0
    return 1.0 - edit_distance(a, a0, la, b, b0, lb, table) / longest


@njit(cache=True, nogil=True)
def token_likeness(i: int, a: Any, j: int, b: Any, table: Any) -> float:
    """How alike token i of vocabulary a and token j of vocabulary b are: in letters, or in consonants."""
    la = a.start[i + 1] - a.start[i]
    lb = b.start[j + 1] - b.start[j]
    ka = a.sound_start[i + 1] - a.sound_start[i]
    kb = b.sound_start[j + 1] - b.sound_start[j]
    same_sound = ka >= 2 and a.sound_hash[i] == b.sound_hash[j]
    differing = a.bags[i] ^ b.bags[j]
    count = 0
    while differing:
        differing &= differing - uint64(1)
        count += 1
    best = 0.0
    if max(la, lb) <= SHORT and a.letters[a.start[i]] != b.letters[b.start[j]]:
        pass  # Song is not Tong
    elif count <= 0.8 * max(la, lb):  # each edit changes at most two letters of the bag
        best = likeness(a.letters, a.start[i], la, b.letters, b.start[j], lb, table)
    if same_sound:
        best = max(best, SAME_SOUND - (0.15 if ka == 2 else 0.0))
    elif ka >= 4 and kb >= 4 and best < SAME_SOUND:
        best = max(best, 0.9 * likeness(a.sounds, a.sound_start[i], ka, b.sounds, b.sound_start[j], kb, table))
    return float(best)


@njit(cache=True, nogil=True)
def assign(gain: Any, n: int, m: int, taken: Any) -> None:
    """The assignment of n rows to m columns that gains most (Hungarian method); taken[i] is the column of row i or -1. Needs n <= m."""
    u = np.zeros(MAX + 1)
    v = np.zeros(MAX + 1)
    match = np.zeros(MAX + 1, np.int64)
    way = np.zeros(MAX + 1, np.int64)
    for i in range(1, n + 1):
        match[0] = i
        j0 = 0
        least = np.full(MAX + 1, 1e18)
        used = np.zeros(MAX + 1, np.bool_)
        while True:
            used[j0] = True
            i0 = match[j0]
            delta = 1e18
            j1 = 0
            for j in range(1, m + 1):
                if not used[j]:
                    cost = -gain[i0 - 1, j - 1] - u[i0] - v[j]
                    if cost < least[j]:
                        least[j] = cost
                        way[j] = j0
                    if least[j] < delta:
                        delta = least[j]
                        j1 = j
            for j in range(m + 1):
                if used[j]:
                    u[match[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
            if match[j0] == 0:
                break
        while j0:
            j1 = way[j0]
            match[j0] = match[j1]
            j0 = j1
    for i in range(n):
        taken[i] = -1
    for j in range(1, m + 1):
        if match[j] > 0 and gain[match[j] - 1, j - 1] > 0.0:
            taken[match[j] - 1] = j - 1


@njit(cache=True, nogil=True)
def join_split(whole: int, a: Any, first: int, second: int, b: Any, buffer: Any, table: Any) -> bool:
    """Whether a token of vocabulary a is two of vocabulary b written together: Islamabad and Islam Abad."""
    la = a.start[whole + 1] - a.start[whole]
    lf = b.start[first + 1] - b.start[first]
    ls = b.start[second + 1] - b.start[second]
    if la < 4 or abs(la - lf - ls) > 2 or lf + ls > 48:
        return False
    for k in range(lf):
        buffer[k] = b.letters[b.start[first] + k]
    for k in range(ls):
        buffer[lf + k] = b.letters[b.start[second] + k]
    return likeness(a.letters, a.start[whole], la, buffer, 0, lf + ls, table) >= 0.85


@njit(cache=True, nogil=True)
def overlap(left: Any, right: Any, start: Any, values: Any, worth: Any, shared: Any, most: Any) -> None:
    """For each pair how many values both have, and the worth of the rarest. Values of a record are sorted and distinct."""
    for p in range(len(left)):
        i, i1 = start[left[p]], start[left[p] + 1]
        j, j1 = start[right[p]], start[right[p] + 1]
        while i < i1 and j < j1:
            if values[i] == values[j]:
                shared[p] += 1
                if worth[values[i]] > most[p]:
                    most[p] = worth[values[i]]
                i += 1
                j += 1
            elif values[i] < values[j]:
                i += 1
            else:
                j += 1


@njit(cache=True, nogil=True)
def compare_dates(left: Any, right: Any, start: Any, first: Any, last: Any, exact: Any, level: Any, years: Any) -> None:
    """For each pair how its best two dates agree; dates are intervals of yyyymmdd, `exact` where the day is known.

    0 nothing to compare, 1 years apart, 2 two to three years apart, 3 a year apart, 4 the same year but another day, 5 the same but for one
    figure group, 6 day and month swapped, 7 the year (or interval) fits, 8 the day. `years`: how many years the two sides name, together.
    """
    for p in range(len(left)):
        for record in (left[p], right[p]):
            for i in range(start[record], start[record + 1]):
                if i == start[record] or first[i] > last[i - 1]:
                    years[p] += last[i] // 10000 - first[i] // 10000 + 1
        best = 0
        for i in range(start[left[p]], start[left[p] + 1]):
            for j in range(start[right[p]], start[right[p] + 1]):
                if exact[i] and exact[j]:
                    a, b = first[i], first[j]
                    ya, ma, da = a // 10000, a // 100 % 100, a % 100
                    yb, mb, db = b // 10000, b // 100 % 100, b % 100
                    if a == b:
                        found = 8
                    elif ya == yb and ma == db and da == mb:
                        found = 6
                    elif (ya == yb and (ma == mb or da == db)) or (ma == mb and da == db and abs(ya - yb) <= 10):
                        found = 5
                    elif ya == yb:
                        found = 4
                    elif abs(ya - yb) == 1:
                        found = 3
                    elif abs(ya - yb) <= 3:
                        found = 2
                    else:
                        found = 1
                elif first[i] <= last[j] and first[j] <= last[i]:
                    found = 7
                else:
                    gap = first[i] // 10000 - last[j] // 10000 if first[i] > last[j] else first[j] // 10000 - last[i] // 10000
                    found = 3 if gap <= 1 else 2 if gap <= 3 else 1
                if found > best:
                    best = found
        level[p] = best
