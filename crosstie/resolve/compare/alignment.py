"""How strongly two names speak for one thing: their parts aligned so that what agrees weighs most, in nats (natural log-odds).

Parts that agree count as they are rare. Parts that stand in place of another, are missing, or are other numbers, count against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from crosstie.resolve.compare.kernels import MAX, assign, join_split, token_likeness

#: Evidence of names, in nats (natural log-odds). By reason, checked on half of the development crosswalk.
SIMILAR = 0.72  # tokens less alike than this are different tokens
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


@njit(cache=True, nogil=True)
def left_over(tokens: Any, done: int, words: Any, worth: Any) -> tuple[int, float, int]:
    """What found no counterpart: how many words, their weight (a rare word 1, "company" less), and how many numerals."""
    count = 0
    weight = 0.0
    numerals = 0
    for i in range(len(tokens)):
        if not (done >> i) & 1:
            if words.numeral[tokens[i]]:
                numerals += 1
            else:
                count += 1
                weight += min(1.0, worth.rarity[tokens[i]] / TELLING)
    return count, weight, numerals


@njit(cache=True, nogil=True)
def token_gains(a: Any, x: Any, b: Any, y: Any, table: Any, gain: Any) -> None:
    """gain[i, j]: what it is worth that token i of name a (on side x) stands for token j of b (on side y); 0 where they are different words."""
    for i in range(len(a)):
        for j in range(len(b)):
            gain[i, j] = 0.0
            s = a[i]
            t = b[j]
            if x.words.hash[s] == y.words.hash[t]:
                gain[i, j] = min(x.worth.rarity[s], y.worth.rarity[t])
            elif x.words.numeral[s] or y.words.numeral[t]:
                continue
            elif x.words.start[s + 1] - x.words.start[s] == 1 or y.words.start[t + 1] - y.words.start[t] == 1:
                if x.words.letters[x.words.start[s]] == y.words.letters[y.words.start[t]]:
                    gain[i, j] = INITIAL
            else:
                alike = token_likeness(s, x.words, t, y.words, table)
                if alike >= SIMILAR:
                    gain[i, j] = min(x.worth.sound_rarity[s], y.worth.sound_rarity[t]) * (alike - 0.4) / 0.6


@njit(cache=True, nogil=True)
def join_tokens(a: Any, x: Any, b: Any, y: Any, table: Any, buffer: Any, gain: Any, turned: bool, done: Any) -> float:
    """What tokens of `a` are worth that two neighbours of `b` make up; marks both in `done` (bits of a, of b). `turned`: gain is of (b, a)."""
    total = 0.0
    for i in range(len(a)):
        whole = x.worth.rarity[a[i]]
        for j in range(len(b) - 1):
            if (done[0] >> i) & 1 or (done[1] >> j) & 3:
                continue
            first = gain[j, i] if turned else gain[i, j]
            second = gain[j + 1, i] if turned else gain[i, j + 1]
            if first >= whole or second >= whole:
                continue
            if join_split(a[i], x.words, b[j], b[j + 1], y.words, buffer, table):
                done[0] |= 1 << i
                done[1] |= 3 << j
                total += min(whole, y.worth.rarity[b[j]] + y.worth.rarity[b[j + 1]])
    return total


@njit(cache=True, nogil=True)
def loss(a: Any, x: Any, b: Any, y: Any, done_a: int, done_b: int, kind: int) -> tuple[float, int]:
    """What the parts without counterpart take away, and how many are replaced by others."""
    left_a, weight_a, numerals_a = left_over(a, done_a, x.words, x.worth)
    left_b, weight_b, numerals_b = left_over(b, done_b, y.words, y.worth)
    replaced = min(left_a, left_b)
    if left_a == left_b:
        lost = REPLACED[kind] * min(weight_a, weight_b)
    elif left_a < left_b:
        lost = REPLACED[kind] * weight_a + EXTRA[kind] * weight_b * (left_b - left_a) / left_b
    else:
        lost = REPLACED[kind] * weight_b + EXTRA[kind] * weight_a * (left_a - left_b) / left_a
    if (numerals_a or numerals_b) and kind != 0:
        lost += NUMERAL
    return lost, replaced


@njit(cache=True, nogil=True)
def compare_forms(a: Any, x: Any, b: Any, y: Any, kind: int, table: Any, buffer: Any, gain: Any, taken: Any) -> float:
    """The evidence, in nats, that two names (tokens `a` on side x, `b` on side y) name one thing, in the best alignment of their tokens."""
    if len(a) > len(b):
        return _aligned(b, y, a, x, kind, table, buffer, gain, taken)
    return _aligned(a, x, b, y, kind, table, buffer, gain, taken)


@njit(cache=True, nogil=True)
def _aligned(a: Any, x: Any, b: Any, y: Any, kind: int, table: Any, buffer: Any, gain: Any, taken: Any) -> float:
    n = len(a)
    m = len(b)
    token_gains(a, x, b, y, table, gain)
    done = np.zeros(2, np.int64)
    total = join_tokens(a, x, b, y, table, buffer, gain, False, done)
    turned = done[::-1].copy()
    total += join_tokens(b, y, a, x, table, buffer, gain, True, turned)
    done_a = turned[1]
    done_b = turned[0]
    for i in range(n):
        for j in range(m):
            if (done_a >> i) & 1 or (done_b >> j) & 1:
                gain[i, j] = -1.0
    assign(gain, n, m, taken)
    exact = 0
    for i in range(n):
        if taken[i] >= 0:
            total += gain[i, taken[i]]
            exact += x.words.hash[a[i]] == y.words.hash[b[taken[i]]]
            done_a |= 1 << i
            done_b |= 1 << taken[i]
    if done_a == 0:
        return float(-REPLACED[kind])
    lost, replaced = loss(a, x, b, y, done_a, done_b, kind)
    total = min(total, CEILING_REPLACED if replaced else CEILING) + (COMPLETE[kind] if exact == n == m else 0.0)
    return float(total - lost)


@njit(cache=True, nogil=True)
def compare_names(
    left: Any, right: Any, kinds: Any, x: Any, y: Any, strong_out: Any, weak_out: Any, best_left: Any, best_right: Any, agreeing: Any
) -> None:
    """For each pair of records (left[p] on side x, right[p] on side y; see `Side`) the evidence of its best names: both strong, and with a weak
    alias; which two names those were; and how many agree.
    """
    table = np.zeros(64, np.uint64)
    buffer = np.zeros(64, np.uint8)
    gain = np.zeros((MAX, MAX))
    taken = np.zeros(MAX, np.int64)
    for p in range(len(left)):
        l0, l1 = x.names.form_start[left[p]], x.names.form_start[left[p] + 1]
        r0, r1 = y.names.form_start[right[p]], y.names.form_start[right[p] + 1]
        top = -1e9
        agrees = np.zeros(r1 - r0, np.bool_)
        ours = 0
        for i in range(l0, l1):
            ours_agrees = False
            for j in range(r0, r1):
                a = x.names.tokens[x.names.token_start[i] : x.names.token_start[i + 1]]
                b = y.names.tokens[y.names.token_start[j] : y.names.token_start[j + 1]]
                found = compare_forms(a, x, b, y, kinds[p], table, buffer, gain, taken)
                if x.names.weak[i] or y.names.weak[j]:
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
