"""The compiled inner loops of matching: how near two names are, and what two lists of values have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint64

#: Evidence of names, in nats (natural log-odds). By reason, checked on half of the development crosswalk.
SIMILAR = 0.72  # tokens less alike than this are different tokens
SAME_SOUND = 0.90  # how alike tokens of the same consonants are
SHORT = 4  # tokens of so few letters have to begin alike
INITIAL = 0.7  # "J." beside "John"
NUMERAL = 5.0  # "Brigade 5" is not "Brigade 7"
#: One part stands in place of another (brothers share all names but one); one part is missing on one side; every part agrees to the letter.
#: Columns: person, organisation, thing, unknown.
REPLACED = np.array([6.0, 6.0, 8.0, 6.0])
EXTRA = np.array([0.7, 2.2, 3.0, 1.5])
COMPLETE = np.array([0.5, 2.0, 1.0, 0.5])
#: A word that is worth so many nats tells things apart in full; commoner ones in proportion.
TELLING = 6.0
#: However long a name is: its parts are not independent of each other. Lower where a part is replaced.
CEILING = 13.0
CEILING_REPLACED = 10.0
#: The more names two records have, the likelier two of them agree by chance: per nat of the number of name pairs.
MANY_NAMES = 0.3
#: From here on two names agree, for counting how many names of two records do.
AGREE = 7.0

MAX = 12


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
def token_likeness(i: int, j: int, letters: Any, start: Any, sounds: Any, sound_start: Any, bags: Any, table: Any) -> float:
    """How alike two tokens are: in letters, or in consonants."""
    la = start[i + 1] - start[i]
    lb = start[j + 1] - start[j]
    ka = sound_start[i + 1] - sound_start[i]
    kb = sound_start[j + 1] - sound_start[j]
    same_sound = ka == kb and ka >= 2
    if same_sound:
        for k in range(ka):
            if sounds[sound_start[i] + k] != sounds[sound_start[j] + k]:
                same_sound = False
                break
    differing = bags[i] ^ bags[j]
    count = 0
    while differing:
        differing &= differing - uint64(1)
        count += 1
    best = 0.0
    if max(la, lb) <= SHORT and letters[start[i]] != letters[start[j]]:
        pass  # Song is not Tong
    elif count <= 0.8 * max(la, lb):  # each edit changes at most two letters of the bag
        best = likeness(letters, start[i], la, letters, start[j], lb, table)
    if same_sound:
        best = max(best, SAME_SOUND - (0.15 if ka == 2 else 0.0))
    elif ka >= 4 and kb >= 4 and best < SAME_SOUND:
        best = max(best, 0.9 * likeness(sounds, sound_start[i], ka, sounds, sound_start[j], kb, table))
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
def join_split(whole: int, first: int, second: int, letters: Any, start: Any, sounds: Any, sound_start: Any, buffer: Any, table: Any) -> bool:
    """Whether one token is two others written together: Islamabad and Islam Abad."""
    la = start[whole + 1] - start[whole]
    lf = start[first + 1] - start[first]
    ls = start[second + 1] - start[second]
    if la < 4 or abs(la - lf - ls) > 2 or lf + ls > 48:
        return False
    for k in range(lf):
        buffer[k] = letters[start[first] + k]
    for k in range(ls):
        buffer[lf + k] = letters[start[second] + k]
    return likeness(letters, start[whole], la, buffer, 0, lf + ls, table) >= 0.85


@njit(cache=True, nogil=True)
def left_over(tokens: Any, done: int, numeral: Any, rarity: Any) -> tuple[int, float, int]:
    """What found no counterpart: how many words, their weight (a rare word 1, "company" less), and how many numerals."""
    words = 0
    weight = 0.0
    numerals = 0
    for i in range(len(tokens)):
        if not (done >> i) & 1:
            if numeral[tokens[i]]:
                numerals += 1
            else:
                words += 1
                weight += min(1.0, rarity[tokens[i]] / TELLING)
    return words, weight, numerals


@njit(cache=True, nogil=True)
def compare_forms(
    a: Any, b: Any, kind: int, letters: Any, start: Any, sounds: Any, sound_start: Any, bags: Any, numeral: Any, rarity: Any, sound_rarity: Any,
    table: Any, buffer: Any, gain: Any, taken: Any,
) -> float:
    """The evidence, in nats, that two names name one thing: rarity of the parts that agree, less what disagrees, in the best alignment."""
    if len(a) > len(b):
        a, b = b, a
    n = len(a)
    m = len(b)
    done_a = 0
    done_b = 0
    total = 0.0
    matched = 0
    exact = 0
    for i in range(n):
        for j in range(m):
            gain[i, j] = 0.0
            x = a[i]
            y = b[j]
            if x == y:
                gain[i, j] = rarity[x]
            elif numeral[x] or numeral[y]:
                continue
            elif start[x + 1] - start[x] == 1 or start[y + 1] - start[y] == 1:
                if letters[start[x]] == letters[start[y]]:
                    gain[i, j] = INITIAL
            else:
                s = token_likeness(x, y, letters, start, sounds, sound_start, bags, table)
                if s >= SIMILAR:
                    gain[i, j] = min(sound_rarity[x], sound_rarity[y]) * (s - 0.4) / 0.6
    for i in range(n):  # one token here, two there
        for j in range(m - 1):
            if (done_a >> i) & 1 or (done_b >> j) & 3 or gain[i, j] >= rarity[a[i]] or gain[i, j + 1] >= rarity[a[i]]:
                continue
            if join_split(a[i], b[j], b[j + 1], letters, start, sounds, sound_start, buffer, table):
                done_a |= 1 << i
                done_b |= 3 << j
                total += min(rarity[a[i]], rarity[b[j]] + rarity[b[j + 1]])
                matched += 2
    for i in range(n - 1):  # two here, one there
        for j in range(m):
            if (done_a >> i) & 3 or (done_b >> j) & 1 or gain[i, j] >= rarity[b[j]] or gain[i + 1, j] >= rarity[b[j]]:
                continue
            if join_split(b[j], a[i], a[i + 1], letters, start, sounds, sound_start, buffer, table):
                done_a |= 3 << i
                done_b |= 1 << j
                total += min(rarity[b[j]], rarity[a[i]] + rarity[a[i + 1]])
                matched += 2
    for i in range(n):
        for j in range(m):
            if (done_a >> i) & 1 or (done_b >> j) & 1:
                gain[i, j] = -1.0
    assign(gain, n, m, taken)
    for i in range(n):
        if taken[i] >= 0:
            total += gain[i, taken[i]]
            exact += a[i] == b[taken[i]]
            done_a |= 1 << i
            done_b |= 1 << taken[i]
            matched += 1
    if matched == 0:
        return float(-REPLACED[kind])
    left_a, weight_a, numerals_a = left_over(a, done_a, numeral, rarity)
    left_b, weight_b, numerals_b = left_over(b, done_b, numeral, rarity)
    replaced = min(left_a, left_b)
    if left_a == left_b:
        lost = REPLACED[kind] * min(weight_a, weight_b)
    elif left_a < left_b:
        lost = REPLACED[kind] * weight_a + EXTRA[kind] * weight_b * (left_b - left_a) / left_b
    else:
        lost = REPLACED[kind] * weight_b + EXTRA[kind] * weight_a * (left_a - left_b) / left_a
    if (numerals_a or numerals_b) and kind != 0:
        lost += NUMERAL
    total = min(total, CEILING_REPLACED if replaced else CEILING) + (COMPLETE[kind] if exact == n == m else 0.0)
    return float(total - lost)


@njit(cache=True, nogil=True)
def compare_names(
    left: Any, right: Any, kinds: Any, form_start: Any, weak: Any, token_start: Any, tokens: Any,
    letters: Any, start: Any, sounds: Any, sound_start: Any, bags: Any, numeral: Any, rarity: Any, sound_rarity: Any,
    strong_out: Any, weak_out: Any, best_left: Any, best_right: Any, agreeing: Any,
) -> None:
    """For each pair of records the evidence of its best names: both strong, and with a weak alias; which two names those were; and how many agree."""
    table = np.zeros(64, np.uint64)
    buffer = np.zeros(64, np.uint8)
    gain = np.zeros((MAX, MAX))
    taken = np.zeros(MAX, np.int64)
    for p in range(len(left)):
        l0, l1 = form_start[left[p]], form_start[left[p] + 1]
        r0, r1 = form_start[right[p]], form_start[right[p] + 1]
        top = -1e9
        agrees = np.zeros(r1 - r0, np.bool_)
        ours = 0
        for i in range(l0, l1):
            ours_agrees = False
            for j in range(r0, r1):
                found = compare_forms(
                    tokens[token_start[i]:token_start[i + 1]], tokens[token_start[j]:token_start[j + 1]], kinds[p],
                    letters, start, sounds, sound_start, bags, numeral, rarity, sound_rarity, table, buffer, gain, taken,
                )
                if weak[i] or weak[j]:
                    if found > weak_out[p]:
                        weak_out[p] = found
                else:
                    if found > strong_out[p]:
                        strong_out[p] = found
                    if found >= AGREE:
                        ours_agrees = agrees[j - r0] = True
                if found > top:
                    top = found
                    best_left[p] = i
                    best_right[p] = j
            ours += ours_agrees
        agreeing[p] = min(ours, agrees.sum())
        chances = MANY_NAMES * np.log(max(1.0, float((l1 - l0) * (r1 - r0))))
        strong_out[p] -= chances
        weak_out[p] -= chances


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
