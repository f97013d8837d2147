"""What a misread character probably was: every correction of one character, weighed by check digits, by the shapes of letters and by what documents say.

A zone with one wrong character has some 3,000 corrections. Each is weighed as the chance that what it writes is misread as what was read (data/
confusions.yaml), times the chance of the zone that it makes: its check digits, dates, codes and sex (`likely`), numbers (`numbering`) and names
(`spelling`). Check digits are not proof: every tenth wrong character passes one of them, and O passes for the figure 4. So several corrections are
given, and a person looks at the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crosstie.lenses.travel.mrz import likely
from crosstie.lenses.travel.mrz.checks import ALPHABET, FILLER, VALUES, WEIGHTS
from crosstie.lenses.travel.mrz.layout import Check, Layout
from crosstie.lenses.travel.mrz.numbering import number_likelihood, optional_likelihood
from crosstie.lenses.travel.mrz.reading import Zone, take_apart
from crosstie.lenses.travel.mrz.spelling import name_likelihood

#: what a check digit that does not hold costs, in nats: issuers do make mistakes, but seldom
BROKEN = -9.0
#: what a character costs that its field does not admit
ODD = -8.0
#: corrections that are looked at closely, the best by check digits and shapes
_CLOSELY = 1_500
_VALUE = np.array([VALUES[letter] for letter in ALPHABET], np.int64)
_DIGIT = np.arange(likely.SIZE) < 10
_LETTER = (np.arange(likely.SIZE) >= 10) & (np.arange(likely.SIZE) < 36)
_FILL = np.arange(likely.SIZE) == 36
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Correction:
    """One character put right: line and column from 1, what was read and what was probably written, how probable that is among all corrections, and
    the zone that comes of it.
    """

    line: int
    column: int
    field: str
    read: str
    written: str
    probability: float
    zone: Zone


def corrections(zone: Zone, today: date, most: int = 3) -> list[Correction]:
    """The likeliest corrections of one character, the best first. Of a zone that is sound they say what it would be if something were misread all the same."""
    layout, text = zone.layout, zone.text
    codes = np.array([likely.PLACES.get(letter, -1) for letter in text], np.int64)
    score = _by_shape(layout, codes) + _by_checks(layout, codes, text)
    order = np.argsort(-score, axis=None, kind="stable")[:_CLOSELY]
    places, letters = np.unravel_index(order, score.shape)
    base = _contents(layout, text, today)
    found: list[tuple[float, int, str]] = []
    for at, letter, before in zip(places.tolist(), letters.tolist(), score[places, letters].tolist(), strict=True):
        if before > -1e6:
            other = text[:at] + ALPHABET[letter] + text[at + 1 :]
            found.append((before + _gain(layout, base, other, at, today), at, ALPHABET[letter]))
    found.sort(key=lambda one: (-one[0], one[1], one[2]))
    weights = np.exp(np.array([one[0] for one in found]) - found[0][0]) if found else np.zeros(0)
    total = float(weights.sum())
    out = []
    for (_, at, letter), weight in zip(found[:most], weights.tolist(), strict=False):
        line, column = layout.place(at)
        other = text[:at] + letter + text[at + 1 :]
        out.append(Correction(line, column, layout.field_of(at), text[at], letter, weight / total, take_apart(layout, other, today)))
    return out


def _by_shape(layout: Layout, codes: NDArray[np.int64]) -> Scores:
    """For each place and character: the chance of the misreading, and whether the field admits the character."""
    shape = likely.confusion()[np.maximum(codes, 0)].copy()
    # what is no character of a zone at all was certainly misread, as anything
    shape[codes < 0] = np.log(1 / likely.SIZE) + 6.0
    shape[np.arange(len(codes)), np.maximum(codes, 0)] = np.where(codes < 0, shape[np.arange(len(codes)), 0], -1e9)
    admitted = _admitted(layout)
    return np.asarray(
        shape + np.where(admitted, 0.0, ODD) - np.where(admitted[np.arange(len(codes)), np.maximum(codes, 0)], 0.0, ODD)[:, None]
    )


@lru_cache(maxsize=8)
def _admitted(layout: Layout) -> NDArray[np.bool_]:
    """Which characters each place admits."""
    found = np.ones((layout.size, likely.SIZE), np.bool_)
    for name, (start, end) in layout.fields.items():
        if name in ("names", "issuer", "nationality"):
            found[start:end] = _LETTER | _FILL
        elif name in ("birth", "expiry"):
            found[start:end] = _DIGIT
        elif name == "sex":
            found[start:end] = np.isin(np.array(list(ALPHABET)), ["M", "F", FILLER])
        elif name == "type":
            found[start:end] = _LETTER | _FILL
    for check in layout.checks:
        found[check.at] = _DIGIT | (_FILL if check.optional or check.name == "number" else False)
    return found


def _by_checks(layout: Layout, codes: NDArray[np.int64], text: str) -> Scores:
    """For each place and character: what the check digits gain or lose."""
    total = np.zeros((layout.size, likely.SIZE))
    for check in layout.checks:
        weight = _weights(layout, check)
        values = np.where(codes < 0, 0, _VALUE[np.maximum(codes, 0)])
        rest = int((values * weight).sum()) % 10
        blank = check.optional and text[check.at] == FILLER and not "".join(text[a:b] for a, b in check.spans).strip(FILLER)
        moved = (rest + weight[:, None] * (_VALUE[None, :] - values[:, None])) % 10
        holds = moved == 0
        holds[check.at] &= _DIGIT | (_FILL & blank)
        stands = text[check.at].isdigit() or blank
        if not stands:
            holds[np.arange(layout.size) != check.at] = False
        now = rest == 0 and stands
        total += np.where(holds, 0.0, BROKEN) - (0.0 if now else BROKEN)
    return total


@lru_cache(maxsize=64)
def _weights(layout: Layout, check: Check) -> NDArray[np.int64]:
    """What each place weighs in a check; the digit itself counts against the sum."""
    found = np.zeros(layout.size, np.int64)
    covered = [place for start, end in check.spans for place in range(start, end)]
    for number, place in enumerate(covered):
        found[place] = WEIGHTS[number % 3]
    found[check.at] = -1
    return found


def _contents(layout: Layout, text: str, today: date) -> dict[str, float]:
    return {name: _content(name, text, layout, today) for name in layout.fields}


def _gain(layout: Layout, base: dict[str, float], other: str, at: int, today: date) -> float:
    """What the contents of the fields gain by a correction."""
    gain = 0.0
    for name, (start, end) in layout.fields.items():
        if start <= at < end:
            gain += _content(name, other, layout, today) - base[name]
            if name in ("issuer", "nationality"):  # the two agree in most documents
                gain += _agreement(layout, other) - _agreement(layout, other[:at] + "?" + other[at + 1 :])
    return gain


def _agreement(layout: Layout, text: str) -> float:
    (a, b), (c, d) = layout.fields["issuer"], layout.fields["nationality"]
    return 4.0 if text[a:b] == text[c:d] else 0.0


def _content(name: str, text: str, layout: Layout, today: date) -> float:
    start, end = layout.fields[name]
    cell = text[start:end]
    if name == "names":
        return name_likelihood(cell)
    if name in ("issuer", "nationality"):
        return likely.state_codes().get(cell, likely.NO_STATE)
    if name == "number":
        return number_likelihood(cell)
    if name in ("birth", "expiry"):
        return _day(cell, name, today.year)
    if name == "type":
        return _type(cell, layout)
    if name in ("optional", "optional 2"):
        return optional_likelihood(cell)
    return 0.0


@lru_cache(maxsize=100_000)
def _day(cell: str, name: str, year: int) -> float:
    """Dates that exist; documents run out within some twenty years of now, and the very old travel seldom."""
    if not cell.isdigit():
        return -4.0 if FILLER in cell else ODD
    month, day = int(cell[2:4]), int(cell[4:])
    if not (1 <= month <= 12 and 1 <= day <= 31) or (day > 30 and month in (4, 6, 9, 11)) or (day > 29 and month == 2):
        return -4.0 if cell.endswith("0000") else -9.0
    if name == "expiry":
        away = abs((int(cell[:2]) - year % 100 + 50) % 100 - 50)
        return 0.0 if away <= 11 else -2.0 if away <= 25 else -5.0
    age = (year - int(cell[:2])) % 100
    return 0.0 if age <= 75 else -1.0 if age <= 88 else -2.5


def _type(cell: str, layout: Layout) -> float:
    first = "P" if layout.name == "TD3" else "V" if layout.name.startswith("MRV") else "IAC"
    if cell[0] not in first:
        return -9.0
    if cell[1] == FILLER:
        return 0.0
    return (
        -1.0
        if (cell[0], cell[1]) in {("P", "D"), ("P", "O"), ("P", "S"), ("P", "N"), ("I", "D"), ("A", "C"), ("V", "C"), ("V", "D")}
        else -6.0
    )
