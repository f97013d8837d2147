"""What records say of persons: the persons of `people.py` with errors and gaps, column by column.

Whole columns are arrays; only cells that are spoilt pass through Python.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import icu
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.match import slips

if TYPE_CHECKING:
    from bench.match.people import Persons, Pools

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Cells = NDArray[np.object_]
Spoil = Callable[[random.Random, str], str]

#: Shares of values that are not said.
GAPS = {"dob": 0.18, "doc": 0.70, "phone": 0.60, "city": 0.25, "nationality": 0.15, "gender": 0.10}


def tell(rng: np.random.Generator, pool: Pools, persons: Persons, person: Ints, errors: str) -> pa.Table:
    """The records: `person[i]` is who record i speaks of. Seven in ten first records are without errors, though not without gaps."""
    draw = random.Random(int(rng.integers(2**63)))
    head = np.append(True, person[1:] != person[:-1])
    wrong = ~(head & (rng.random(len(person)) < 0.7))
    cells = _true(pool, persons, person)
    born = persons.born[person]
    spoil = _peer if errors == "peer" else _hard
    cells["dob"] = spoil(rng, draw, pool, persons, person, wrong, cells, born)
    moved = np.flatnonzero(wrong & (rng.random(len(person)) < 0.2))
    cells["city"][moved] = _cities(rng, pool, persons.nation[person[moved]])
    for name, share in GAPS.items():
        cells[name][rng.random(len(person)) < share] = None
    there = np.flatnonzero((cells["doc"] != None) & (rng.random(len(person)) < 0.05))  # noqa: E711 - of an array
    _patch(draw, cells["doc"], there, typo)
    order = ("first_name", "middle_name", "last_name", "dob", "gender", "nationality", "city", "doc", "phone")
    return pa.table({name: pa.array(cells[name], pa.string()) for name in order})


def _strings(values: pa.Array[Any], at: Ints) -> Cells:
    out: Cells = values.to_numpy(zero_copy_only=False)[at]
    return out


def _true(pool: Pools, persons: Persons, person: Ints) -> dict[str, Cells]:
    male = persons.male[person]

    def given(number: Ints) -> Cells:
        number = number.clip(0)
        boys, girls = len(pool.male.below) - 1, len(pool.female.below) - 1
        return np.where(male, _strings(pool.male.values, number.clip(0, boys)), _strings(pool.female.values, number.clip(0, girls)))

    middle = given(persons.middle[person])
    middle[persons.middle[person] < 0] = None
    doc, phone = persons.doc[person], persons.phone[person]
    letters = np.array(list(string.ascii_uppercase), object)
    return {
        "first_name": given(persons.first[person]),
        "middle_name": middle,
        "last_name": _strings(pool.family.values, persons.family[person]),
        "gender": np.where(male, "male", "female").astype(object),
        "nationality": _strings(pool.nationality.values, persons.nation[person]),
        "city": _strings(pool.city_names, persons.city[person]),
        "doc": letters[doc // 10**8] + (doc % 10**8).astype(str).astype(object),
        "phone": "+" + phone.astype(str).astype(object),
    }


def _cities(rng: np.random.Generator, pool: Pools, nation: Ints) -> Cells:
    """Another city of the same country."""
    at = np.zeros(len(nation), np.int64)
    for number in np.unique(nation):
        here = np.flatnonzero(nation == number)
        at[here] = pool.city_start[number] + pool.cities[number].draw(rng, len(here))
    return _strings(pool.city_names, at)


def _patch(draw: random.Random, cells: Cells, at: Ints, spoil: Spoil) -> None:
    cells[at] = [spoil(draw, cell) if cell else cell for cell in cells[at]]


def typo(draw: random.Random, text: str) -> str:
    """One letter dropped, replaced, added, or two exchanged, at random."""
    if len(text) < 3:
        return text
    at, kind, letter = draw.randrange(len(text) - 1), draw.random(), draw.choice(string.ascii_lowercase)
    if kind < 0.3:
        return text[:at] + text[at + 1 :]
    if kind < 0.6:
        return text[:at] + letter + text[at + 1 :]
    if kind < 0.8:
        return text[:at] + letter + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _by(slip: slips.Slip) -> Spoil:
    return lambda draw, text: " ".join(slip(draw, text.split(" ")))


def _rendered(rule: str) -> Spoil:
    render = icu.Transliterator.createInstance(rule).transliterate
    return lambda _, text: str(render(text))


def _draw(rng: np.random.Generator, wrong: Mask, shares: Sequence[float]) -> list[Ints]:
    """Rows for each of several errors that exclude each other."""
    drawn = rng.random(len(wrong))
    edge = np.cumsum([0.0, *shares])
    return [np.flatnonzero(wrong & (drawn >= low) & (drawn < high)) for low, high in pairwise(edge)]


def _swap(one: Cells, other: Cells, at: Ints) -> None:
    one[at], other[at] = other[at], one[at].copy()


def _peer(
    rng: np.random.Generator,
    draw: random.Random,
    pool: Pools,
    persons: Persons,
    person: Ints,
    wrong: Mask,
    cells: dict[str, Cells],
    born: Ints,
) -> Cells:
    """Errors of the generator that BASELINES.md describes, at its rates; returns the dates of birth."""
    romanised = _by(slips.romanised)
    for name in ("first_name", "last_name", "middle_name"):
        for at, spoil in zip(
            _draw(rng, wrong, (0.14, 0.08, 0.01)),
            (romanised, typo, lambda draw, text: typo(draw, romanised(draw, text))),
            strict=True,
        ):
            _patch(draw, cells[name], at, spoil)
    _swap(cells["first_name"], cells["last_name"], _draw(rng, wrong, (0.04,))[0])
    gone, short = _draw(rng, wrong, (0.27, 0.18))
    cells["middle_name"][gone] = None
    _patch(draw, cells["middle_name"], short, lambda _, text: text[0])
    _patch(draw, cells["first_name"], _draw(rng, wrong, (0.03,))[0], lambda _, text: text[0])
    year, month, day = _calendar(born)
    swapped, off, first, other = _draw(rng, wrong, (0.05, 0.03, 0.04, 0.03))
    swapped = swapped[day[swapped] <= 12]
    month[swapped], day[swapped] = day[swapped], month[swapped].copy()
    year[off] += rng.choice((-1, 1), len(off))
    month[first] = day[first] = 1
    day[other] = rng.integers(1, 29, len(other))
    return _dates(year, month, day)


def _hard(
    rng: np.random.Generator,
    draw: random.Random,
    pool: Pools,
    persons: Persons,
    person: Ints,
    wrong: Mask,
    cells: dict[str, Cells],
    born: Ints,
) -> Cells:
    """Other errors; returns the dates of birth."""
    first, middle, last = cells["first_name"], cells["middle_name"], cells["last_name"]
    married = np.flatnonzero(wrong & ~persons.male[person] & (rng.random(len(person)) < 0.06))
    last[married] = _strings(pool.family.values, pool.family.draw(rng, len(married)))
    kinds = (slips.keyboard, slips.scanned, slips.heard, slips.romanised)
    for column in (first, last, middle):
        for at, kind in zip(_draw(rng, wrong, (0.09, 0.03, 0.05, 0.07)), kinds, strict=True):
            _patch(draw, column, at, _by(kind))
    _patch(draw, first, _draw(rng, wrong, (0.05,))[0], _by(slips.called))
    _patch(draw, last, _draw(rng, wrong, (0.02,))[0], _by(slips.parted))
    there = wrong & (middle != None)  # noqa: E711 - of an array
    spaced, joined, exchanged, gone, short = _draw(rng, there, (0.08, 0.05, 0.05, 0.25, 0.12))
    first[spaced] = first[spaced] + " " + middle[spaced]
    first[joined] = first[joined] + middle[joined]
    middle[spaced] = middle[joined] = None
    _swap(first, middle, exchanged)
    middle[gone] = None
    _patch(draw, middle, short, lambda _, text: text[0])
    swapped, whole, letter = _draw(rng, wrong, (0.03, 0.01, 0.02))
    _swap(first, last, swapped)
    last[whole] = first[whole] + " " + last[whole]
    first[whole] = None
    _patch(draw, first, letter, lambda _, text: text[0])
    for at, rule in zip(_draw(rng, wrong, (0.02, 0.02)), ("Latin-Cyrillic", "Latin-Arabic"), strict=True):
        for column in (first, middle, last):
            _patch(draw, column, at, _rendered(rule))
    renewed, changed = _draw(rng, wrong, (0.15,))[0], _draw(rng, wrong, (0.15,))[0]
    cells["doc"][renewed] = [f"{draw.choice(string.ascii_uppercase)}{draw.randrange(10**7, 10**8)}" for _ in renewed]
    cells["phone"][changed] = [f"+{draw.randrange(10**11, 10**12)}" for _ in changed]
    return _hard_dates(rng, wrong, born)


def _hard_dates(rng: np.random.Generator, wrong: Mask, born: Ints) -> Cells:
    near, swapped, digit, decade, only, first = _draw(rng, wrong, (0.03, 0.04, 0.03, 0.01, 0.03, 0.03))
    born = born.copy()
    born[near] += rng.choice((-30, -7, -1, 1, 7, 30), len(near))
    year, month, day = _calendar(born)
    swapped = swapped[day[swapped] <= 12]
    month[swapped], day[swapped] = day[swapped], month[swapped].copy()
    year[digit] += rng.choice((-2, -1, 1, 2, 9, -9), len(digit))
    year[decade] += rng.choice((-10, 10), len(decade))
    month[first] = day[first] = 1
    dates = _dates(year, month, day)
    dates[only] = [date[:4] for date in dates[only]]
    return dates


def _calendar(born: Ints) -> tuple[Ints, Ints, Ints]:
    days = born.astype("datetime64[D]")
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    year = years.astype(np.int64) + 1970
    return year, (months - years).astype(np.int64) + 1, (days - months).astype(np.int64) + 1


def _dates(year: Ints, month: Ints, day: Ints) -> Cells:
    """ISO dates; a day that its month has not is moved into the next month, as a clerk's calendar would."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days: NDArray[np.datetime64] = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    dates: Cells = np.datetime_as_string(days, unit="D").astype(object)
    return dates
