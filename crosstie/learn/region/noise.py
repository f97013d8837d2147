"""How careless the offices of a region are."""

from __future__ import annotations

from dataclasses import dataclass, fields

#: However much noise is asked for, no fault is in more than this share of the values.
_MOST = 0.85


@dataclass(frozen=True, slots=True)
class Noise:
    """The share of values with each fault, in one office."""

    variant: float = 0.18
    typo: float = 0.02
    no_middle: float = 0.3
    swapped: float = 0.01
    no_date: float = 0.03
    year_only: float = 0.05
    day_month: float = 0.01
    #: the year of birth is wrong by one or two
    wrong_year: float = 0.0
    no_id: float = 0.1
    no_phone: float = 0.1
    no_address: float = 0.05
    #: an entry stands there twice, under another number
    double: float = 0.08

    def scaled(self, level: float) -> Noise:
        """The same office, so many times as careless."""
        return Noise(**{one.name: min(getattr(self, one.name) * level, max(_MOST, getattr(self, one.name))) for one in fields(self)})


@dataclass(frozen=True, slots=True)
class Care:
    """The noise of every kind of office, and how many entries of one list another list copies."""

    bank: Noise
    register: Noise
    agency: Noise
    list: Noise
    copied: float

    @classmethod
    def at(cls, level: float) -> Care:
        """The offices at a level of noise: 0 none, 1 usual."""
        return cls(_BANK.scaled(level), _REGISTER.scaled(level), _AGENCY.scaled(level), _LIST.scaled(level), min(0.15 * level, _MOST))


_BANK = Noise(variant=0.15, typo=0.015, no_middle=0.2, swapped=0.005, no_date=0.01, year_only=0.01, day_month=0.01, no_id=0.08)
_REGISTER = Noise(variant=0.15, typo=0.02, no_middle=0.35, no_date=0.05, year_only=0.06, no_id=0.45)
_AGENCY = Noise(
    variant=0.35,
    typo=0.03,
    no_middle=0.5,
    no_date=0.15,
    year_only=0.2,
    day_month=0.02,
    wrong_year=0.05,
    no_id=0.5,
    no_phone=0.5,
    no_address=0.5,
)
_LIST = Noise(variant=0.35, typo=0.01, no_middle=0.2, no_date=0.08, year_only=0.25, day_month=0.01, wrong_year=0.04, no_id=0.6)
