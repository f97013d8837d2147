"""How likely a zone is, before it is asked what was misread: names, numbers and codes as they occur in documents.

Names are measured by runs of three letters, learnt from the names that crosstie knows to be common (resolve/names), and by whether a whole word is
one of them. Numbers: letters stand in front. Nothing here knows a real document.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from rigour.territories import get_territories

from crosstie.lenses.travel.mrz.checks import ALPHABET, FILLER
from crosstie.lenses.travel.mrz.letters import zone_names
from crosstie.lenses.travel.mrz.reading import issuers
from crosstie.model.schema import exercise_states
from crosstie.resolve.names.frequency import common_shares

_CONFUSIONS = Path(__file__).parents[1] / "data" / "confusions.yaml"
SIZE = len(ALPHABET)
PLACES = {letter: place for place, letter in enumerate(ALPHABET)}
#: letters and the filler, in the order of the tables of runs
_SIGNS = "<ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RANK = {letter: place for place, letter in enumerate(_SIGNS)}
#: what a character costs that has no place in a name, in nats
FOREIGN = -9.0
#: what it costs that a code is of no State
NO_STATE = -9.0
#: what a letter costs in a number behind the third character, and a filler before its end
LATE_LETTER, EARLY_FILLER = -2.2, -6.0

Table = NDArray[np.float64]


@cache
def confusion() -> Table:
    """`confusion()[read, written]`: the logarithm of the chance that a misread character `written` is read as `read`."""
    found = yaml.safe_load(_CONFUSIONS.read_text(encoding="utf-8"))
    weights = np.zeros((SIZE, SIZE))
    for pair, weight in found["pairs"].items():
        a, b = (PLACES[letter] for letter in str(pair).zfill(2))
        weights[a, b] = weights[b, a] = float(weight)
    # how readily a character is misread at all counts too: of a C that is read as O we hear seldom, of a 0 often
    total = weights.sum()
    anything = float(found["anything"])
    chance: Table = (1 - anything) * weights / total + anything / (SIZE * (SIZE - 1))
    return np.log(chance)


@cache
def _tokens() -> dict[str, float]:
    """Words of names as the zone writes them, with the logarithm of their share."""
    found: dict[str, float] = {}
    for token, share in common_shares()[0].items():
        for way in zone_names(token)[:1]:
            found[way] = max(found.get(way, 0.0), share)
    return {token: math.log(share) for token, share in found.items() if token.isalpha()}


@cache
def runs() -> Table:
    """The logarithm of the chance of a letter after two others, in names as zones write them."""
    counts = np.zeros((len(_SIGNS),) * 3)
    for token, log_share in _tokens().items():
        weight = math.exp(log_share) ** 0.5
        text = [0, 0, *(_RANK[letter] for letter in token), 0]
        for a, b, c in zip(text, text[1:], text[2:], strict=False):
            counts[a, b, c] += weight
    counts *= len(_tokens()) * 5 / counts.sum()
    two = counts.sum(axis=0)
    one = two.sum(axis=0) / two.sum()
    smooth = (two + 4 * one) / (two.sum(axis=1, keepdims=True) + 4)
    found: Table = np.log((counts + 6 * smooth[None]) / (counts.sum(axis=2, keepdims=True) + 6))
    # a word begins after one filler or after two; behind two there is little but fillers, and of a third nothing but fillers follows
    return found


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
    total -= 3.0 * max(0, len(words) - 2)  # what is read as one word seldom is two
    cut = len(field) == len(body)
    for place, word in enumerate(words):
        total += _word(word, cut and place == len(words) - 1)
    return total


@cache
def _word_of(word: str) -> float:
    table = runs()
    ranks = [0, 0, *(_RANK.get(letter, -1) for letter in word), 0]
    total = -0.7
    for a, b, c in zip(ranks, ranks[1:], ranks[2:], strict=False):
        total += FOREIGN if c < 0 else float(table[max(a, 0), max(b, 0), c])
    known = _tokens().get(word)
    if known is not None:
        total = max(total, known * 0.8 - 1.0)
    if len(word) == 1:
        total -= 2.0
    return total


def _word(word: str, cut: bool) -> float:
    return _word_of(word) * (0.7 if cut else 1.0)


@cache
def state_codes() -> dict[str, float]:
    """Codes of States and bodies as the zone writes them, with the logarithm of how much they are expected."""
    common = {one.alpha3.upper() for one in get_territories() if one.alpha3 and one.is_country and not one.is_historical}
    rare = {one.alpha3.upper() for one in get_territories() if one.alpha3 and not one.is_historical} - common
    found = dict.fromkeys(common, -1.0) | dict.fromkeys(rare, -3.0)
    found |= {code.ljust(3, FILLER): -1.0 if code == "D" else -3.0 for code in issuers()}
    found |= {code.upper().ljust(3, FILLER): -2.0 for code in set(exercise_states().values())}
    found.pop("DEU", None)
    return found | {"DEU": -4.0, "UTO": -1.5}


def number_likelihood(field: str) -> float:
    """How likely a number of a document is by its shape: letters in front, fillers behind."""
    body = field.rstrip(FILLER)
    if not body:
        return -6.0
    total = EARLY_FILLER * body.count(FILLER)
    for place, letter in enumerate(body):
        if letter.isalpha():
            total += (-0.7, -0.9, -1.6)[place] if place < 3 else LATE_LETTER
            if place and body[place - 1].isdigit():
                total -= 1.2  # a letter among figures
    return total - 0.4 * (len(field) - len(body))
