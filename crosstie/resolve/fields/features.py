"""What speaks for and against two rows of a plain table being one thing: one feature for each column that is understood.

Each is a pure function over pairs in bulk: (rows, left, right) to an `Outcome`; its docstring is its explanation. Missing is not different: where
one side says nothing the level is 0, and weighs nothing. What agrees fully weighs as it is rare among the rows (`rarity`, in nats).
`usual` is the share of true pairs at each level, in general: registers with errors of typing, hearing and moving. It is what the weights are
before anything is learned (see `learn.py`), set by hand after fake_1000, FEBRL 1 and 2 and half of historical_50k.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.fields import levels
from crosstie.resolve.fields.values import Field

Ints = NDArray[np.int64]
#: So many levels a feature has at most, 0 (nothing to compare) included.
LEVELS = 8


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: its columns as fields, by property. `other_names` are for each row the words of `name` that its first and its last name are."""

    fields: Mapping[str, Field]
    count: int
    other_names: tuple[NDArray[np.int32], NDArray[np.int32]] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """For each pair the level of a feature, and the rarity in nats of what agrees (0 below the top level)."""

    level: NDArray[np.uint8]
    rarity: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of a column. `top` is the level from which rarity counts. `shared`: how far people of one household share it (0 to 1).

    `implied`: features of one such group imply each other, so only the strongest counts in full. `most`: it never weighs more nats than these.
    """

    prop: str
    compare: Callable[[Rows, str, Ints, Ints], Outcome]
    usual: tuple[float, ...]
    top: int = levels.EQUAL
    shared: float = 0.0
    implied: str = ""
    most: float = 99.0

    @property
    def explanation(self) -> str:
        """What it says."""
        return (self.compare.__doc__ or "").split("\n")[0]


def written_name(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """A part of the name: equal, of the same sound or but for a slip, an initial or a beginning, or another."""
    return _by(levels.compare_texts, rows.fields[prop], left, right)


def swapped_names(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """First and last name stand in each other's place."""
    level, rarity = _empty(len(left))
    first, last = rows.fields["firstName"], rows.fields["lastName"]
    levels.compare_swapped(left, right, first, last, level)
    both = level == 2
    rarity[both] = -np.log(first.share[first.codes[left[both]]]) - np.log(last.share[last.codes[left[both]]])
    return Outcome(level, rarity)


def other_names(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """A rare word that the full names have in common beside first and last name; or none although both have more names."""
    level, rarity = _empty(len(left))
    if rows.other_names is not None:
        levels.compare_other_names(left, right, rows.fields[prop], *rows.other_names, level, rarity)
    rarity *= np.float32(0.6)  # titles and places in names come together
    return Outcome(level, rarity)


def date(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """The date of birth: the same day, day and month swapped, one figure off, the year where only that is known, in part, near, or another."""
    level, rarity = _empty(len(left))
    levels.compare_dates(left, right, rows.fields[prop], level)
    levels.equal_shares(left, right, rows.fields[prop], level, levels.SAME_DAY, rarity)
    return Outcome(level, rarity)


def category(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """The same, the more telling the rarer it is, or another."""
    held = rows.fields[prop]
    level, rarity = _empty(len(left))
    one, other = held.codes[left], held.codes[right]
    level[:] = np.where((one < 0) | (other < 0), 0, np.where(one == other, levels.EQUAL, levels.OTHER))
    levels.equal_shares(left, right, held, level, levels.EQUAL, rarity)
    return Outcome(level, rarity)


def place(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """Equal, the one holds the words of the other or a slip, a word in common, or another."""
    return _by(levels.compare_words, rows.fields[prop], left, right)


def number(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """The same number, one slip in a long one (weak: neighbours and families have such numbers), the same beginning, or another."""
    return _by(levels.compare_numbers, rows.fields[prop], left, right)


def text(rows: Rows, prop: str, left: Ints, right: Ints) -> Outcome:
    """Equal, but for a slip, similar, or another."""
    return _by(levels.compare_texts, rows.fields[prop], left, right)


_NAME = (0.0, 0.12, 0.03, 0.07, 0.10, 0.68)
_PLACE = (0.0, 0.20, 0.01, 0.04, 0.08, 0.67)
_NUMBER = (0.0, 0.10, 0.01, 0.01, 0.06, 0.82)

#: Every feature, in the order in which it is explained. Which exist for a table depends on its columns.
FEATURES: tuple[Feature, ...] = (
    Feature("firstName", written_name, _NAME),
    Feature("middleName", written_name, (0.0, 0.12, 0.03, 0.25, 0.10, 0.50)),
    Feature("lastName", written_name, _NAME, shared=1.0),
    Feature("swapped", swapped_names, (0.97, 0.015, 0.015), top=2),
    Feature("name", other_names, (0.0, 0.35, 0.65), top=2, shared=0.5),
    Feature("birthDate", date, (0.0, 0.03, 0.02, 0.06, 0.04, 0.05, 0.03, 0.77), top=levels.SAME_DAY),
    Feature("gender", category, (0.0, 0.03, 0, 0, 0, 0.97)),
    Feature("nationality", category, (0.0, 0.06, 0, 0, 0, 0.94), shared=1.0, implied="geography"),
    Feature("country", category, (0.0, 0.08, 0, 0, 0, 0.92), shared=1.0, implied="geography"),
    Feature("birthPlace", place, _PLACE, shared=0.5, implied="geography"),
    Feature("city", place, _PLACE, shared=1.0, implied="geography"),
    Feature("state", category, (0.0, 0.08, 0, 0, 0, 0.92), shared=1.0, implied="geography"),
    Feature("address", place, (0.0, 0.30, 0.02, 0.08, 0.15, 0.45), shared=1.0, implied="geography"),
    Feature("street", place, (0.0, 0.25, 0.02, 0.05, 0.13, 0.55), shared=1.0, implied="geography"),
    Feature("street2", place, (0.0, 0.25, 0.02, 0.05, 0.13, 0.55), shared=1.0, implied="geography"),
    Feature("streetNumber", number, (0.0, 0.24, 0.01, 0.01, 0.02, 0.72), shared=1.0, implied="geography"),
    Feature("postalCode", number, (0.0, 0.15, 0.04, 0.08, 0.10, 0.63), shared=1.0, implied="geography"),
    Feature("position", place, (0.0, 0.30, 0.01, 0.04, 0.05, 0.60)),
    Feature("email", text, (0.0, 0.20, 0.03, 0.06, 0.15, 0.56), shared=0.2),
    Feature("phone", number, (0.0, 0.25, 0.01, 0.01, 0.05, 0.68), shared=0.8, most=10.0),
    Feature("idNumber", number, _NUMBER, most=12.5),
    Feature("passportNumber", number, (0.0, 0.25, 0.01, 0.01, 0.05, 0.68), most=12.5),
    Feature("taxNumber", number, _NUMBER, most=12.5),
)


def features_of(rows: Rows) -> list[Feature]:
    """The features that the columns of a table have; of a repeated column (`phone#2`) one more."""
    found = []
    for feature in FEATURES:
        if feature.prop == "swapped":
            if {"firstName", "lastName"} <= set(rows.fields):
                found.append(feature)
            continue
        for prop in rows.fields:
            if prop.split("#")[0] == feature.prop:
                found.append(Feature(prop, feature.compare, feature.usual, feature.top, feature.shared, feature.implied, feature.most))
    return found


def _empty(count: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    return np.zeros(count, np.uint8), np.zeros(count, np.float32)


def _by(compare: Callable[..., None], field: Field, left: Ints, right: Ints) -> Outcome:
    level, rarity = _empty(len(left))
    compare(left, right, field, level)
    levels.equal_shares(left, right, field, level, levels.EQUAL, rarity)
    return Outcome(level, rarity)
