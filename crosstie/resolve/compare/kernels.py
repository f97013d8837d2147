"""The compiled inner loops of matching: edits between two words, the best assignment, and what two lists of values have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types, uint64
from numba.extending import intrinsic

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64

MAX = 12  # tokens of a name
#: What `assign` needs room for.
ASSIGNING = np.dtype(
    [
        ("turned", np.float64, (MAX, MAX)),
        ("columns", np.int64, MAX),
        ("u", np.float64, MAX + 1),
        ("v", np.float64, MAX + 1),
        ("least", np.float64, MAX + 1),
        ("match", np.int64, MAX + 1),
        ("came", np.int64, MAX + 1),
        ("used", np.uint8, MAX + 5),
    ]
)

_njit: Any = njit
#: For functions that kernels call.
inner: Any = _njit(cache=True, nogil=True)


@intrinsic
def _popcount(typing: Any, value: Any) -> Any:
    """How many bits of a 64-bit number are set (one instruction)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


popcount: Any = _popcount


@inner
def write_masks(a: Any, a0: int, la: int, table: Any) -> None:
    """Sets in `table`, by letter, the places at which it stands in a word of at most 64 letters. `table` has to be zero before."""
    for i in range(la):
        table[a[a0 + i]] |= uint64(1) << uint64(i)


@inner
def wipe_masks(a: Any, a0: int, la: int, table: Any) -> None:
    """Zeroes again what `write_masks` has set."""
    for i in range(la):
        table[a[a0 + i]] = uint64(0)


@inner
def edits(table: Any, la: int, b: Any, b0: int, lb: int) -> int:
    """Edits, swaps of neighbours included, between the word of `la` letters in `table` and another (bit-parallel; Hyyrö 2003)."""
    plus = uint64(0xFFFFFFFFFFFFFFFF)
    minus = uint64(0)
    d0 = uint64(0)
    before = uint64(0)
    one = uint64(1)
    last = uint64(la - 1)
    distance = la
    for j in range(lb):
        match = table[b[b0 + j]]
        swap = (((~d0) & match) << one) & before
        d0 = ((((match & plus) + plus) ^ plus) | match | minus) | swap
        rise = minus | ~(d0 | plus)
        fall = d0 & plus
        distance += _int((rise >> last) & one) - _int((fall >> last) & one)
        rise = (rise << one) | one
        fall = fall << one
        plus = fall | ~(d0 | rise)
        minus = rise & d0
        before = match
    return int(distance)


@inner
def edit_distance(a: Any, a0: int, la: int, b: Any, b0: int, lb: int, table: Any) -> int:
    """Edits, swaps of neighbours included, between two coded words of at most 64 letters. `table` is zeroed scratch of 64."""
    write_masks(a, a0, la, table)
    distance = edits(table, la, b, b0, lb)
    wipe_masks(a, a0, la, table)
    return int(distance)


@inner
def assign(gain: Any, n: int, m: int, taken: Any, scratch: Any) -> None:
    """The assignment of n rows to m columns that gains most; taken[i] is the column of row i or -1. `scratch` is a record of `ASSIGNING`.

    Where no two rows want the same column each gets the one it wants; else the Hungarian method decides.
    """
    wanted = uint64(0)
    clash = False
    for i in range(n):
        best = 0.0
        taken[i] = -1
        for j in range(m):
            if gain[i, j] > best:
                best = gain[i, j]
                taken[i] = j
        if taken[i] >= 0:
            bit = uint64(1) << uint64(taken[i])
            clash |= (wanted & bit) != 0
            wanted |= bit
    if not clash:
        return
    if n <= m:
        _assign_rows(gain, n, m, taken, scratch)
        return
    for i in range(n):
        for j in range(m):
            scratch.turned[j, i] = gain[i, j]
    _assign_rows(scratch.turned, m, n, scratch.columns, scratch)
    for i in range(n):
        taken[i] = -1
    for j in range(m):
        if scratch.columns[j] >= 0:
            taken[scratch.columns[j]] = j


@inner
def _assign_rows(gain: Any, n: int, m: int, taken: Any, scratch: Any) -> None:
    """The Hungarian method for n <= m."""
    u, v, least, match, way, used = scratch.u, scratch.v, scratch.least, scratch.match, scratch.came, scratch.used
    for j in range(m + 1):
        u[j] = v[j] = 0.0
        match[j] = way[j] = 0
    for i in range(1, n + 1):
        match[0] = i
        j0 = 0
        for j in range(m + 1):
            least[j] = 1e18
            used[j] = 0
        while True:
            used[j0] = 1
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
