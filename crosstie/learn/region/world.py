"""The stage: six invented States with their cultures, cities and banks, the sizes of a region, and where its random numbers come from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import yaml

from crosstie.errors import UsageError
from crosstie.learn.region.names import DATA, Ints
from crosstie.learn.region.parts import Address, State

BEGIN, END = date(2016, 1, 1), date(2024, 12, 31)
EPOCH = date(1970, 1, 1)
#: A prime: k -> (k * step + salt) mod PRIME runs through all eight-digit numbers once, so numbers look drawn and never collide.
PRIME = 99_999_989
_STEP = 61_803_399


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything."""

    people: int
    companies: int
    vessels: int
    payments: int
    shipments: int
    rounds: int
    #: organisations of each world besides those of the storylines
    groups: int
    calls: int
    cars: int
    crossings: int
    prisoners: int


SIZES = {
    "small": Size(2_000, 400, 24, 8_000, 600, rounds=2, groups=3, calls=2_000, cars=300, crossings=500, prisoners=80),
    "medium": Size(
        100_000, 20_000, 300, 700_000, 40_000, rounds=10, groups=60, calls=60_000, cars=15_000, crossings=20_000, prisoners=3_000
    ),
    "large": Size(
        1_000_000,
        200_000,
        1_500,
        7_000_000,
        400_000,
        rounds=20,
        groups=400,
        calls=600_000,
        cars=150_000,
        crossings=200_000,
        prisoners=30_000,
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A State as the generator furnishes it."""

    state: State
    weight: float
    phone: int
    cultures: tuple[str, ...]
    shares: tuple[float, ...]
    streets: tuple[str, ...]
    forms: tuple[str, ...]
    public: dict[str, str]

    def public_address(self, kind: str) -> Address:
        """The hotel, law firm or business centre of the State."""
        return Address(self.public[kind], self.state.cities[0], self.state.code, public=True)


@cache
def places() -> dict[str, Place]:
    """The six States, by code."""
    written: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "places.yaml").read_text(encoding="utf-8"))
    return {code: _place(code, entry) for code, entry in sorted(written.items())}


def _place(code: str, entry: dict[str, Any]) -> Place:
    cultures = entry["cultures"]
    state = State(
        code=code,
        name=entry["name"],
        currency=entry["currency"],
        cities=tuple(entry["cities"]),
        ports=tuple(entry["ports"]),
        banks=tuple(entry["banks"]),
        cultures=tuple(cultures),
    )
    return Place(
        state=state,
        weight=entry["weight"],
        phone=entry["phone"],
        cultures=tuple(cultures),
        shares=tuple(cultures.values()),
        streets=tuple(entry["streets"]),
        forms=tuple(entry["forms"]),
        public={"hotel": entry["hotel"], "law firm": entry["law_firm"], "business centre": entry["business_centre"]},
    )


@cache
def firms() -> dict[str, Any]:
    """Words for companies, groups and ships."""
    found: dict[str, Any] = yaml.safe_load((DATA / "firms.yaml").read_text(encoding="utf-8"))
    found["first"] = [word.replace("_", " ") for word in found["first"].split()]
    return found


def size_of(name: str) -> Size:
    """The size of that name; UsageError where there is none."""
    if name not in SIZES:
        raise UsageError(f"no such size: “{name}”", hint=f"Use one of {', '.join(SIZES)}.")
    return SIZES[name]


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one part or file: they depend on the seed and the name, and on nothing else."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


def scrambled(serial: Ints, salt: int) -> Ints:
    """Numbers of up to eight digits, different for different serials below PRIME."""
    return (serial.astype(np.int64) * _STEP + salt * 7_919_317) % PRIME


def number(serial: int, salt: int) -> int:
    """One such number."""
    return (serial * _STEP + salt * 7_919_317) % PRIME


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days
