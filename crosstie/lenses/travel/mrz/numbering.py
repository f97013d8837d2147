"""How likely a number in a zone is by its shape: that of a document, or what a State puts into the field that is its own.

Numbers are weighed sign by sign: a figure is one of ten and a letter one of twenty-six, letters stand in front, and after a figure comes another, but for
the numbers of those States that mix both at will. Nothing here knows a real document.
"""

from __future__ import annotations

import math
from functools import lru_cache

from crosstie.lenses.travel.mrz.checks import FILLER

#: what a filler costs before the end of a number, in nats
_EARLY_FILLER = -6.0
#: the share of numbers in which figures and letters are mixed at will, and the chance of a letter in those
_MIXED, _LETTER_MIXED = 0.06, 0.45
#: the chance of a letter at the beginning; after a letter, by its place; and after a figure
_FIRST, _NEXT, _LATE = 0.55, (0.6, 0.35, 0.12), 0.01
#: how many numbers have so many signs
_SIZES = {9: 0.45, 8: 0.22, 7: 0.18, 6: 0.1, 5: 0.02}
#: how many documents say something in the field that is a State's own
_OWN = 0.35


@lru_cache(maxsize=100_000)
def number_likelihood(field: str) -> float:
    """The logarithm of how likely a number of a document is; `field` with its fillers."""
    body = field.rstrip(FILLER)
    if not body:
        return -6.0
    signs = body.replace(FILLER, "")
    return math.log(_SIZES.get(len(body), 0.005)) + _shape(signs) + _EARLY_FILLER * (len(body) - len(signs))


@lru_cache(maxsize=100_000)
def optional_likelihood(field: str) -> float:
    """The logarithm of how likely an optional field is: mostly empty, else mostly a number."""
    body = field.rstrip(FILLER)
    if not body:
        return math.log(1 - _OWN)
    signs = body.replace(FILLER, "")
    # of one sign alone there is hardly a number
    size = math.log(_OWN / 10) - 2.0 * (len(body) < 3)
    return size + _shape(signs) + _EARLY_FILLER / 2 * (len(body) - len(signs))


def _shape(signs: str) -> float:
    mixed = ordered = 0.0
    before = ""
    for place, sign in enumerate(signs):
        letter = sign.isalpha()
        chance = _FIRST if not before else _NEXT[min(place, len(_NEXT)) - 1] if before.isalpha() else _LATE
        ordered += math.log(chance / 26 if letter else (1 - chance) / 10)
        mixed += math.log(_LETTER_MIXED / 26 if letter else (1 - _LETTER_MIXED) / 10)
        before = sign
    return math.log((1 - _MIXED) * math.exp(ordered) + _MIXED * math.exp(mixed))
