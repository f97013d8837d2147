"""What speaks for and against two records being one thing. Each feature is a pure function over pairs in bulk; its docstring is its explanation.

A feature tells for each pair which of its outcomes holds, and how strongly (1 unless said). The weights of the outcomes stand in `score.py`.
Missing is not different: where one side says nothing the outcome is 0, and weighs nothing. Lists, programmes and dates of listing are not
evidence of identity, so no feature sees them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.compare import kernels
from crosstie.resolve.compare.alignment import compare_names
from crosstie.resolve.names.vocabulary import Side
from crosstie.resolve.profiles import KINDS, Floats, Ints, Profiles
from crosstie.resolve.slips import CHECKED, slips

PERSON, ORGANIZATION, THING, ANY, NUMBER = range(len(KINDS))
#: Names whose evidence is at least this agree; that of names which are not there.
NAMED, _NONE = 2.0, -99.0
#: Shorter numbers are too often one slip apart by chance.
SLIPPED = 7


@dataclass(frozen=True, slots=True)
class Outcome:
    """For each pair the number of the outcome, and its amount."""

    level: Ints
    amount: Floats


@dataclass(slots=True)
class Pairs:
    """Pairs of records to compare; what several features need is computed once."""

    profiles: Profiles
    left: Ints
    right: Ints
    strong: Floats = field(init=False)
    weak: Floats = field(init=False)
    best_left: Ints = field(init=False)
    best_right: Ints = field(init=False)
    agreeing: Ints = field(init=False)
    kinds: Ints = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.left)
        kinds = self.profiles.kinds
        self.kinds = np.where(kinds[self.left] == ANY, kinds[self.right], kinds[self.left])
        self.strong, self.weak = np.full(count, -99.0), np.full(count, -99.0)
        self.best_left, self.best_right = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
        self.agreeing = np.zeros(count, np.int64)
        side, kinds = self.profiles.names, np.minimum(self.kinds, ANY)
        compare_names(self.left, self.right, kinds, side, side, self.strong, self.weak, self.best_left, self.best_right, self.agreeing)

    @property
    def count(self) -> int:
        """How many pairs."""
        return len(self.left)


def name(pairs: Pairs) -> Outcome:
    """The best two names, parts aligned: rare parts that agree speak for one thing, replaced or missing parts and other numbers against.

    Weak aliases alone decide nothing.
    """
    floor = -6.0
    strong = np.where(pairs.strong > -90, np.maximum(pairs.strong, floor), 0.0)
    only_weak = np.minimum(np.maximum(pairs.weak, 0.0), 4.0)
    level = np.where((pairs.weak > -90) & (only_weak > np.maximum(pairs.strong, 0.0)), 2, np.where(pairs.strong > -90, 1, 0))
    return Outcome(level.astype(np.int64), np.where(level == 2, only_weak, strong))


def main_name(pairs: Pairs) -> Outcome:
    """Names that agree are what both sources call the thing first (1), or an alias that neither calls it first (3: what one of the two is called
    first agrees with no name of the other, 4: neither does). Branches, daughters and partners are listed as each other's aliases.

    Looked at only where some names agree, and a record has several.
    """
    level = np.zeros(pairs.count, np.int64)
    mains = pairs.profiles.mains
    some = np.flatnonzero((pairs.strong > 0) & ((np.diff(mains.form_start)[pairs.left] > 0) | (np.diff(mains.form_start)[pairs.right] > 0)))
    if not len(some):
        return _plain(level)
    every = pairs.profiles.names
    first = Side(mains, every.words, every.worth)
    ours, theirs, both = _best(pairs, some, first, every), _best(pairs, some, every, first), _best(pairs, some, first, first)
    # a record with one name has no alias: that name agrees
    misses = ((ours > _NONE) & (ours < NAMED)).astype(np.int64) + ((theirs > _NONE) & (theirs < NAMED))
    level[some] = np.where(misses > 0, misses + 2, np.where((both >= NAMED) | (ours == _NONE) | (theirs == _NONE), 1, 2))
    return _plain(level)


def _best(pairs: Pairs, some: Ints, ours: Side, theirs: Side) -> Floats:
    """The evidence of the best of the names on two sides."""
    best = np.full(len(some), _NONE)
    left, right = np.zeros(len(some), np.int64), np.zeros(len(some), np.int64)
    kinds = np.minimum(pairs.kinds, ANY)[some]
    compare_names(
        pairs.left[some],
        pairs.right[some],
        kinds,
        ours,
        theirs,
        best,
        np.full(len(some), _NONE),
        left,
        right,
        np.zeros(len(some), np.int64),
    )
    return best


def aliases(pairs: Pairs) -> Outcome:
    """More than one name of each agrees with a name of the other."""
    return _plain(np.clip(pairs.agreeing - 1, 0, 2))


def identifier(pairs: Pairs) -> Outcome:
    """The same passport, registration, or tax number, or account: the rarer, the stronger."""
    shared, worth = _shared(pairs, "identifier")
    return Outcome(np.where(shared > 1, 2, shared), worth)


def near_identifier(pairs: Pairs) -> Outcome:
    """No number in common, but two that are one slip apart (a figure wrong, missing, too many, or two exchanged). Passports of a family are issued
    one after the other, so this is far less than the same number; more where check digits tell that one of the two is wrong (2). Where they are
    right in both, these are two numbers.
    """
    held = pairs.profiles.values["identifier"]
    shared, _ = _shared(pairs, "identifier")
    found = slips(pairs.left, pairs.right, pairs.kinds == THING, held.start, held.codes, held.text_start, held.text, SLIPPED)
    return _plain(np.where(shared == 0, found, 0))


def contact(pairs: Pairs) -> Outcome:
    """The same telephone number or address of e-mail. Families and firms share them, so they identify nobody by themselves."""
    shared, worth = _shared(pairs, "contact")
    return Outcome(np.minimum(shared, 1), worth)


def citation(pairs: Pairs) -> Outcome:
    """One list cites the other's reference, or both cite a third list's. Lists cite associates too, so this is less than an identifier."""
    shared, _ = _shared(pairs, "citation")
    return _plain(np.minimum(shared, 1))


def unique_number(pairs: Pairs) -> Outcome:
    """Different numbers of a kind of which a thing has only one (IMO number of a ship, LEI of a company), unless the one is the other with a slip."""
    shared, _ = _shared(pairs, "number")
    differ = np.flatnonzero(_both(pairs, "number") & (shared == 0))
    level = np.zeros(pairs.count, np.int64)
    level[differ] = 1
    held = pairs.profiles.values["identifier"]
    left, right, things = pairs.left[differ], pairs.right[differ], pairs.kinds[differ] == THING
    level[differ[slips(left, right, things, held.start, held.codes, held.text_start, held.text, SLIPPED) == CHECKED]] = 0
    return _plain(level)


def birth_date(pairs: Pairs) -> Outcome:
    """Dates of birth (of building, for ships) as precisely as both are known; the best of all given dates counts.

    A swap of day and month is seen. A year or an interval that fits says the less, the more years the two records name.
    """
    dates = pairs.profiles.dates
    level, years = np.zeros(pairs.count, np.int64), np.zeros(pairs.count, np.int64)
    kernels.compare_dates(pairs.left, pairs.right, dates.start, dates.first, dates.last, dates.exact, level, years)
    by_chance = np.clip(np.log(50 / np.maximum(years, 2)) / np.log(25), 0.1, 1.0)
    return Outcome(level, np.where(level == 7, by_chance, 1.0))


def nationality(pairs: Pairs) -> Outcome:
    """The same nationality, the more telling the rarer it is; or different ones."""
    return _set_outcome(pairs, "nationality")


def country(pairs: Pairs) -> Outcome:
    """A country that both are connected with by birth, seat, flag or nationality; or none although both name some."""
    return _set_outcome(pairs, "country")


def gender(pairs: Pairs) -> Outcome:
    """The same gender, or different ones."""
    shared, _ = _shared(pairs, "gender")
    return _plain(np.where(~_both(pairs, "gender"), 0, np.where(shared > 0, 1, 2)))


def place(pairs: Pairs) -> Outcome:
    """A rare word that the places of birth, or the addresses, have in common; or none of either."""
    return _set_outcome(pairs, "place")


def premises(pairs: Pairs) -> Outcome:
    """A house in common: a number of the house or of the post, together with a word of the address. Families, and firms of one agent, share it."""
    shared, worth = _shared(pairs, "premises")
    return Outcome(np.minimum(shared, 1), np.minimum(worth, 8.0) / 8.0)


def legal_form(pairs: Pairs) -> Outcome:
    """Different legal forms of organisations (a foundation is not a company)."""
    shared, _ = _shared(pairs, "form")
    return _plain(np.where(_both(pairs, "form") & (shared == 0), 1, 0))


#: Every feature, in the order in which it is explained.
FEATURES: tuple[Callable[[Pairs], Outcome], ...] = (
    name,
    main_name,
    aliases,
    identifier,
    near_identifier,
    contact,
    citation,
    unique_number,
    birth_date,
    nationality,
    country,
    gender,
    place,
    premises,
    legal_form,
)


def _plain(level: NDArray[np.int64]) -> Outcome:
    return Outcome(np.asarray(level, np.int64), np.ones(len(level)))


def _both(pairs: Pairs, values: str) -> NDArray[np.bool_]:
    held = pairs.profiles.values[values]
    return held.has(pairs.left) & held.has(pairs.right)


def _shared(pairs: Pairs, values: str) -> tuple[Ints, Floats]:
    held = pairs.profiles.values[values]
    shared, worth = np.zeros(pairs.count, np.int64), np.zeros(pairs.count)
    kernels.overlap(pairs.left, pairs.right, held.start, held.codes, held.worth, shared, worth)
    return shared, worth


def _set_outcome(pairs: Pairs, values: str) -> Outcome:
    """1: something shared, the amount in nats of the rarest; 2: both say something, nothing is shared."""
    shared, worth = _shared(pairs, values)
    level = np.where(~_both(pairs, values), 0, np.where(shared > 0, 1, 2))
    return Outcome(level, np.where(level == 1, worth, 1.0))
