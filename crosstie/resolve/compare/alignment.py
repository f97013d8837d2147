"""How strongly two names speak for one thing: their parts aligned so that what agrees weighs most, in nats (natural log-odds).

Parts that agree count as they are rare. Parts that stand in place of another, are missing, or are other numbers, count against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from crosstie.resolve.compare.cards import deal
from crosstie.resolve.compare.desk import lay, new_desk
from crosstie.resolve.compare.kernels import assign, inner, popcount
from crosstie.resolve.compare.tokens import JOINED_EDITS, SAME, fill_desk, joined_alike
from crosstie.resolve.names.vocabulary import Side

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64

#: Evidence of names, in nats (natural log-odds). By reason, checked on half of the development crosswalk.
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
#: The longest run of parts that may be one part on the other side: "J. C." and "JC".
RUN = 4


@inner
def join_tokens(x: Any, y: Any, desk: Any, side: int) -> float:
    """What tokens of one name are worth that a run of neighbours of the other makes up; notes them on the desk. `side`: of the name, whose cards are x."""
    total = 0.0
    other = 1 - side
    for i in range(desk.count[side]):
        whole = x[desk.token[side, i]]
        la = _int(whole.length)
        if (desk.done[side] >> i) & 1 or la < 2 or whole.numeral:
            continue
        for j in range(desk.count[other] - 1):
            if (desk.done[side] >> i) & 1:
                break
            card = y[desk.token[other, j]]
            length = _int(card.length)
            worth = float(card.rarity)
            bag = card.bag
            for last in range(j + 1, min(j + RUN, desk.count[other])):
                if length > la + 2:
                    break
                card = y[desk.token[other, last]]
                length += _int(card.length)
                worth += card.rarity
                bag |= card.bag
                longest = max(la, length)
                if abs(la - length) > JOINED_EDITS * longest or popcount(whole.bag ^ bag) > 2 * JOINED_EDITS * longest:
                    continue
                if abs(la - length) > 3 or (desk.done[other] >> j) & ((1 << (last - j + 1)) - 1):
                    continue
                better = False
                for k in range(j, last + 1):
                    better |= (desk.gain[k, i] if side else desk.gain[i, k]) >= whole.rarity
                if not better and joined_alike(whole, j, last, side, y, desk):
                    desk.done[side] |= 1 << i
                    desk.done[other] |= ((1 << (last - j + 1)) - 1) << j
                    count = desk.joined[0, 0] + 1
                    desk.joined[0, 0] = count
                    desk.joined[count, 0], desk.joined[count, 1], desk.joined[count, 2], desk.joined[count, 3] = side, i, j, last
                    total += min(float(whole.rarity), worth)
                    break
    return total


@inner
def align(x: Any, y: Any, desk: Any) -> float:
    """Lays out on the desk which parts of the two names on it agree, so that they are worth most, and returns that worth in nats."""
    fill_desk(x, y, desk)
    n, m = desk.count[0], desk.count[1]
    desk.done[0] = desk.done[1] = 0
    desk.joined[0, 0] = 0
    total = 0.0
    if n > 1 or m > 1:
        total = join_tokens(x, y, desk, 0) + join_tokens(y, x, desk, 1)
    if desk.done[0]:
        for i in range(n):
            for j in range(m):
                if (desk.done[0] >> i) & 1 or (desk.done[1] >> j) & 1:
                    desk.gain[i, j] = 0.0
    assign(desk.gain, n, m, desk.taken, desk)
    for i in range(n):
        j = desk.taken[i]
        if j >= 0:
            total += desk.gain[i, j]
            desk.done[0] |= 1 << i
            desk.done[1] |= 1 << j
    return total


@inner
def left_over(side: int, cards: Any, desk: Any) -> tuple[int, float, int]:
    """What of a name found no counterpart: how many words, their weight (a rare word 1, "company" less), and how many numerals."""
    count = 0
    weight = 0.0
    numerals = 0
    for i in range(desk.count[side]):
        if not (desk.done[side] >> i) & 1:
            card = cards[desk.token[side, i]]
            if card.numeral:
                numerals += 1
            else:
                count += 1
                weight += min(1.0, card.rarity / TELLING)
    return count, weight, numerals


@inner
def weigh(x: Any, y: Any, kind: int, total: float, desk: Any) -> float:
    """The evidence, in nats, of two names that are aligned on the desk: what agrees, less what the parts without counterpart take away."""
    if desk.done[0] == 0:
        return float(-REPLACED[kind])
    left_a, weight_a, numerals_a = left_over(0, x, desk)
    left_b, weight_b, numerals_b = left_over(1, y, desk)
    if left_a == left_b:
        lost = REPLACED[kind] * min(weight_a, weight_b)
    elif left_a < left_b:
        lost = REPLACED[kind] * weight_a + EXTRA[kind] * weight_b * (left_b - left_a) / left_b
    else:
        lost = REPLACED[kind] * weight_b + EXTRA[kind] * weight_a * (left_a - left_b) / left_a
    if (numerals_a or numerals_b) and kind != 0:
        lost += NUMERAL
    exact = desk.count[0] == desk.count[1]
    for i in range(desk.count[0]):
        exact &= desk.taken[i] >= 0 and desk.way[i, desk.taken[i]] == SAME
    ceiling = CEILING_REPLACED if min(left_a, left_b) else CEILING
    return float(min(total, ceiling) + (COMPLETE[kind] if exact else 0.0) - lost)


@njit(cache=True, nogil=True)
def _compare_names(
    left: Any, right: Any, kinds: Any, x: Any, y: Any, strong: Any, weak: Any, best_left: Any, best_right: Any, agreeing: Any, desks: Any
) -> None:
    desk = desks[0]
    agrees = np.zeros(8, np.int64)
    for p in range(len(left)):
        l0, l1 = x.form_start[left[p]], x.form_start[left[p] + 1]
        r0, r1 = y.form_start[right[p]], y.form_start[right[p] + 1]
        top = -1e9
        ours = theirs = 0
        if r1 - r0 > len(agrees):
            agrees = np.zeros(2 * (r1 - r0), np.int64)
        for i in range(l0, l1):
            ours_agrees = False
            lay(0, x.tokens, x.token_start[i], x.token_start[i + 1], desk)
            for j in range(r0, r1):
                lay(1, y.tokens, y.token_start[j], y.token_start[j + 1], desk)
                found = weigh(x.cards, y.cards, kinds[p], align(x.cards, y.cards, desk), desk)
                if x.weak[i] or y.weak[j]:
                    if found > weak[p]:
                        weak[p] = found
                else:
                    if found > strong[p]:
                        strong[p] = found
                    if found >= AGREE:
                        ours_agrees = True
                        theirs += agrees[j - r0] != p + 1
                        agrees[j - r0] = p + 1
                if found > top:
                    top = found
                    best_left[p] = i
                    best_right[p] = j
            ours += ours_agrees
        agreeing[p] = min(ours, theirs)
        chances = MANY_NAMES * np.log(max(1.0, float((l1 - l0) * (r1 - r0))))
        strong[p] -= chances
        weak[p] -= chances


def compare_names(
    left: Any, right: Any, kinds: Any, x: Side, y: Side, strong_out: Any, weak_out: Any, best_left: Any, best_right: Any, agreeing: Any
) -> None:
    """For each pair of records (left[p] on side x, right[p] on side y; see `Side`) the evidence of its best names: both strong, and with a weak
    alias; which two names those were; and how many agree.
    """
    _compare_names(left, right, kinds, deal(x), deal(y), strong_out, weak_out, best_left, best_right, agreeing, new_desk())
