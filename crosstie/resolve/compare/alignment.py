"""How strongly two names speak for one thing: their parts aligned so that what agrees weighs most, in nats (natural log-odds).

Parts that agree count as they are rare. Parts that stand in place of another, are missing, or are other numbers, count against.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.compare.cards import deal
from crosstie.resolve.compare.kernels import MAX, assign, inner
from crosstie.resolve.compare.tokens import KNOWN, SAME, fill_desk, joined_alike
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


class Desk(NamedTuple):
    """What two names that are being compared need room for; every kernel call brings its own.

    After `align`: `taken[i]` is the token of the right name that token i of the left one agrees with (or -1), `way` and `alike` say how;
    `done` has a bit for each token, of the left name and of the right one, that agrees with something; of the `joined[0, 0]` joins, row k of
    `joined` from 1 on has the side of the whole token (0 left), its place, and the first and last place of its pieces on the other side.
    `known` remembers how alike tokens are that were compared before: names that are compared one after the other share many.
    """

    table: NDArray[np.uint64]
    other: NDArray[np.uint64]
    buffer: NDArray[np.uint8]
    text: NDArray[np.uint8]
    gain: NDArray[np.float64]
    alike: NDArray[np.float64]
    way: NDArray[np.uint8]
    taken: NDArray[np.int64]
    done: NDArray[np.int64]
    joined: NDArray[np.int64]
    known: NDArray[np.int64]
    known_alike: NDArray[np.float32]
    known_way: NDArray[np.uint8]


@njit(cache=True, nogil=True)
def new_desk() -> Any:
    """An empty desk."""
    return Desk(
        np.zeros(64, np.uint64),
        np.zeros(64, np.uint64),
        np.zeros(64, np.uint8),
        np.zeros(64, np.uint8),
        np.zeros((MAX, MAX)),
        np.zeros((MAX, MAX)),
        np.zeros((MAX, MAX), np.uint8),
        np.zeros(MAX, np.int64),
        np.zeros(2, np.int64),
        np.zeros((2 * MAX + 1, 4), np.int64),
        np.full((MAX, KNOWN), -1),
        np.zeros((MAX, KNOWN), np.float32),
        np.zeros((MAX, KNOWN), np.uint8),
    )


@inner
def join_tokens(a: Any, x: Any, b: Any, y: Any, desk: Any, side: int) -> float:
    """What tokens of `a` are worth that a run of neighbours of `b` makes up; notes them on the desk. `side` 1: the desk is laid for (b, a)."""
    total = 0.0
    for i in range(len(a)):
        whole = x.cards[a[i]]
        for j in range(len(b) - 1):
            if (desk.done[side] >> i) & 1 or whole.length < 2 or whole.numeral:
                break
            length = _int(y.cards[b[j]].length)
            worth = float(y.cards[b[j]].rarity)
            for last in range(j + 1, min(j + RUN, len(b))):
                length += _int(y.cards[b[last]].length)
                worth += y.cards[b[last]].rarity
                if length > _int(whole.length) + 3:
                    break
                if length + 3 < _int(whole.length) or (desk.done[1 - side] >> j) & ((1 << (last - j + 1)) - 1):
                    continue
                better = False
                for k in range(j, last + 1):
                    better |= (desk.gain[k, i] if side else desk.gain[i, k]) >= whole.rarity
                if not better and joined_alike(whole, x, b, j, last, y, desk):
                    desk.done[side] |= 1 << i
                    desk.done[1 - side] |= ((1 << (last - j + 1)) - 1) << j
                    count = desk.joined[0, 0] + 1
                    desk.joined[0, 0] = count
                    desk.joined[count, 0], desk.joined[count, 1], desk.joined[count, 2], desk.joined[count, 3] = side, i, j, last
                    total += min(float(whole.rarity), worth)
                    break
    return total


@inner
def align(a: Any, x: Any, b: Any, y: Any, desk: Any) -> float:
    """Lays out on the desk which parts of two names agree, so that they are worth most, and returns that worth in nats."""
    fill_desk(a, x, b, y, desk)
    desk.done[0] = desk.done[1] = 0
    desk.joined[0, 0] = 0
    total = 0.0
    if len(a) != len(b) or len(a) > 1:
        total = join_tokens(a, x, b, y, desk, 0) + join_tokens(b, y, a, x, desk, 1)
    if desk.done[0]:
        for i in range(len(a)):
            for j in range(len(b)):
                if (desk.done[0] >> i) & 1 or (desk.done[1] >> j) & 1:
                    desk.gain[i, j] = 0.0
    assign(desk.gain, len(a), len(b), desk.taken)
    for i in range(len(a)):
        j = desk.taken[i]
        if j >= 0:
            total += desk.gain[i, j]
            desk.done[0] |= 1 << i
            desk.done[1] |= 1 << j
    return total


@inner
def left_over(tokens: Any, done: int, deck: Any) -> tuple[int, float, int]:
    """What found no counterpart: how many words, their weight (a rare word 1, "company" less), and how many numerals."""
    count = 0
    weight = 0.0
    numerals = 0
    for i in range(len(tokens)):
        if not (done >> i) & 1:
            card = deck.cards[tokens[i]]
            if card.numeral:
                numerals += 1
            else:
                count += 1
                weight += min(1.0, card.rarity / TELLING)
    return count, weight, numerals


@inner
def weigh(a: Any, x: Any, b: Any, y: Any, kind: int, total: float, desk: Any) -> float:
    """The evidence, in nats, of two names that are aligned on the desk: what agrees, less what the parts without counterpart take away."""
    if desk.done[0] == 0:
        return float(-REPLACED[kind])
    left_a, weight_a, numerals_a = left_over(a, desk.done[0], x)
    left_b, weight_b, numerals_b = left_over(b, desk.done[1], y)
    if left_a == left_b:
        lost = REPLACED[kind] * min(weight_a, weight_b)
    elif left_a < left_b:
        lost = REPLACED[kind] * weight_a + EXTRA[kind] * weight_b * (left_b - left_a) / left_b
    else:
        lost = REPLACED[kind] * weight_b + EXTRA[kind] * weight_a * (left_a - left_b) / left_a
    if (numerals_a or numerals_b) and kind != 0:
        lost += NUMERAL
    exact = len(a) == len(b)
    for i in range(len(a)):
        exact &= desk.taken[i] >= 0 and desk.way[i, desk.taken[i]] == SAME
    ceiling = CEILING_REPLACED if min(left_a, left_b) else CEILING
    return float(min(total, ceiling) + (COMPLETE[kind] if exact else 0.0) - lost)


@njit(cache=True, nogil=True)
def _compare_names(
    left: Any, right: Any, kinds: Any, x: Any, y: Any, strong_out: Any, weak_out: Any, best_left: Any, best_right: Any, agreeing: Any
) -> None:
    desk = new_desk()
    for p in range(len(left)):
        l0, l1 = x.form_start[left[p]], x.form_start[left[p] + 1]
        r0, r1 = y.form_start[right[p]], y.form_start[right[p] + 1]
        top = -1e9
        agrees = np.zeros(r1 - r0, np.bool_)
        ours = 0
        for i in range(l0, l1):
            ours_agrees = False
            a = x.tokens[x.token_start[i] : x.token_start[i + 1]][:MAX]
            for j in range(r0, r1):
                b = y.tokens[y.token_start[j] : y.token_start[j + 1]][:MAX]
                found = weigh(a, x, b, y, kinds[p], align(a, x, b, y, desk), desk)
                if x.weak[i] or y.weak[j]:
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


def compare_names(
    left: Any, right: Any, kinds: Any, x: Side, y: Side, strong_out: Any, weak_out: Any, best_left: Any, best_right: Any, agreeing: Any
) -> None:
    """For each pair of records (left[p] on side x, right[p] on side y; see `Side`) the evidence of its best names: both strong, and with a weak
    alias; which two names those were; and how many agree.
    """
    _compare_names(left, right, kinds, deal(x), deal(y), strong_out, weak_out, best_left, best_right, agreeing)
