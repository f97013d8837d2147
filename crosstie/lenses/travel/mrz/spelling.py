"""How likely the names in a zone are by their spelling.

A word is either one that crosstie knows to be common (resolve/names), or any word at all: then runs of four letters weigh it, as they occur in names
of the peoples of the world (data/spelling.npz, made by bench/travel/train_spelling.py of public lists of names; it holds no name).
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crosstie.lenses.travel.mrz.checks import FILLER
from crosstie.lenses.travel.mrz.letters import zone_names
from crosstie.resolve.names.frequency import common_shares

TABLE = Path(__file__).parents[1] / "data" / "spelling.npz"
#: letters and the filler, which begins and ends words, in the order of the table
SIGNS = "<ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RANK = {letter: place for place, letter in enumerate(SIGNS)}
#: one step of the table, in nats
STEP = 1 / 8
#: how many words of names are among the common ones
_COMMON = 0.5
#: what a character costs that has no place in a name, in nats
_FOREIGN = -9.0
#: names of peoples that the table knows little of are odd in every letter: so much of what a letter weighs is believed
_BELIEVED = 0.6


@cache
def runs() -> NDArray[np.float64]:
    """The logarithm of the chance of a sign after three others, in names as zones write them."""
    with np.load(TABLE) as kept:
        found: NDArray[np.float64] = kept["runs"] * -STEP
    return found


@cache
def _common() -> dict[str, float]:
    """Common words of names as zones write them, with their share."""
    found: dict[str, float] = {}
    for token, share in common_shares()[0].items():
        for way in zone_names(token)[:1]:
            if way.isalpha():
                found[way] = max(found.get(way, 0.0), share)
    total = sum(found.values())
    return {word: share / total for word, share in found.items()}


def name_likelihood(field: str) -> float:
    """The logarithm of how likely the field of names is: its words, and fillers where they belong."""
    body = field.rstrip(FILLER)
    total = 0.0
    surname, two, given = body.partition(FILLER * 2)
    if body and not two:
        total -= 3.0  # nearly everybody has a given name
    if given.startswith(FILLER) or FILLER * 2 in given or body.startswith(FILLER):
        total -= 14.0
    words = [word for word in (surname + FILLER + given).split(FILLER) if word]
    total -= 1.5 * max(0, len(words) - 2)  # what is read as one word seldom is two
    cut = len(field) == len(body)
    for place, word in enumerate(words):
        total += _word(word) * (0.7 if cut and place == len(words) - 1 else 1.0)
    return total * _BELIEVED


@lru_cache(maxsize=100_000)
def _word(word: str) -> float:
    table = runs()
    ranks = [0, 0, 0, *(RANK.get(letter, -1) for letter in word), 0]
    total = 0.0
    for a, b, c, d in zip(ranks, ranks[1:], ranks[2:], ranks[3:], strict=False):
        total += _FOREIGN if d < 0 else float(table[max(a, 0), max(b, 0), max(c, 0), d])
    likely = (1 - _COMMON) * math.exp(max(total, -200.0)) + _COMMON * _common().get(word, 0.0)
    return math.log(likely) - 0.7 - (2.0 if len(word) == 1 else 0.0)
