"""What characters are taken for one another, and which codes of States documents bear: names are weighed in `spelling`, numbers in `numbering`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from rigour.territories import get_territories

from crosstie.lenses.travel.mrz.checks import ALPHABET, FILLER
from crosstie.lenses.travel.mrz.reading import issuers
from crosstie.model.schema import exercise_states

_CONFUSIONS = Path(__file__).parents[1] / "data" / "confusions.yaml"
SIZE = len(ALPHABET)
PLACES = {letter: place for place, letter in enumerate(ALPHABET)}
#: what it costs that a code is of no State
NO_STATE = -9.0

Table = NDArray[np.float64]


@cache
def confusion() -> Table:
    """`confusion()[read, written]`: the logarithm of the chance that a misread character `written` is read as `read`."""
    found = yaml.safe_load(_CONFUSIONS.read_text(encoding="utf-8"))
    weights = np.zeros((SIZE, SIZE))
    for pair, weight in found["pairs"].items():
        a, b = (PLACES[letter] for letter in str(pair).zfill(2))
        weights[a, b] = weights[b, a] = float(weight)
    # what one reader confuses another tells apart: what is known of readers at large says less of the one that read this
    weights = weights ** float(found["trust"])
    # how readily a character is misread at all counts too: of a C that is read as O we hear seldom, of a 0 often
    total = weights.sum()
    anything = float(found["anything"])
    chance: Table = (1 - anything) * weights / total + anything / (SIZE * (SIZE - 1))
    return np.log(chance)


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
