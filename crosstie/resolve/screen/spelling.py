"""How like two whole names are, letter by letter without regard to where a part begins or ends: cheap enough for hundreds of names of each query."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import uint64

from crosstie.resolve.compare.kernels import inner, popcount

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64
#: Letters of a query, and of a listed name, that are looked at.
LETTERS = 64
#: Names that lack so many of the query's letters (a share) are not compared letter by letter.
LACKING = 0.4


@inner
def write_query(form: int, turned: bool, names: Any, words: Any, masks: Any) -> tuple[int, Any]:
    """Sets in `masks` (zeroed, of 64), by letter, where it stands in a query, the last part first if `turned`; returns its length and its bag."""
    first, last = names.token_start[form], names.token_start[form + 1]
    length = 0
    bag = uint64(0)
    for k in range(last - first):
        token = names.tokens[first + (k - 1 if k else last - first - 1)] if turned else names.tokens[first + k]
        bag |= words.bags[token]
        for at in range(words.start[token], min(words.start[token + 1], words.start[token] + LETTERS - length)):
            masks[words.letters[at]] |= uint64(1) << uint64(length)
            length += 1
    return length, bag


@inner
def compare_whole(
    straight: Any, turned: Any, length: int, bag: Any, tokens: Any, first: int, last: int, start: Any, letters: Any, bags: Any
) -> tuple[float, float]:
    """How like the listed name of `tokens[first:last]` is to a query, in its order or with its last part first (two tables of masks), and how like
    its best beginning: 1 less the share of edits, 0 where it is hopeless.

    Bit-parallel (Hyyrö 2003): the distances of the whole query from every beginning of the name come in one pass, both orders side by side.
    """
    other = uint64(0)
    size = 0
    for place in range(first, last):
        other |= bags[tokens[place]]
        size += start[tokens[place] + 1] - start[tokens[place]]
    # each letter of the query that the name lacks is an edit
    if length == 0 or popcount(bag & ~other) > LACKING * length:
        return 0.0, 0.0
    plus = plus_b = uint64(0xFFFFFFFFFFFFFFFF)
    minus = minus_b = d0 = d0_b = before = before_b = uint64(0)
    one = uint64(1)
    top = uint64(length - 1)
    distance = distance_b = least = length
    done = 0
    for place in range(first, last):
        token = tokens[place]
        for at in range(start[token], start[token + 1]):
            match, match_b = straight[letters[at]], turned[letters[at]]
            d0 = ((((match & plus) + plus) ^ plus) | match | minus) | ((((~d0) & match) << one) & before)
            d0_b = ((((match_b & plus_b) + plus_b) ^ plus_b) | match_b | minus_b) | ((((~d0_b) & match_b) << one) & before_b)
            rise, rise_b = minus | ~(d0 | plus), minus_b | ~(d0_b | plus_b)
            fall, fall_b = d0 & plus, d0_b & plus_b
            distance += _int((rise >> top) & one) - _int((fall >> top) & one)
            distance_b += _int((rise_b >> top) & one) - _int((fall_b >> top) & one)
            least = min(least, distance, distance_b)
            rise, rise_b = (rise << one) | one, (rise_b << one) | one
            plus, plus_b = (fall << one) | ~(d0 | rise), (fall_b << one) | ~(d0_b | rise_b)
            minus, minus_b = rise & d0, rise_b & d0_b
            before, before_b = match, match_b
        done += start[token + 1] - start[token]
        if done >= LETTERS:
            break
    return 1.0 - min(distance, distance_b) / max(length, done), 1.0 - least / length
