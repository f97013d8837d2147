"""Days of the Islamic and the Persian calendar as days of the Gregorian one."""

from __future__ import annotations

import re
from datetime import date

_FIGURES = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
_LUNAR, _SOLAR = re.compile(r"\b(?:AH|H)\b|هـ"), re.compile(r"\b(?:SH|AP)\b|ش")
#: the day before the first of each era, counted as Python counts days
_LUNAR_ERA, _SOLAR_ERA = 227_014, 226_894
#: years without an era that are held to be of the Persian calendar (2016 to 2041); later ones are of the Islamic
_PERSIAN = range(1395, 1421)
_ISLAMIC = range(1421, 1500)
#: the cycle of 33 years in which the Persian calendar has eight leap years
_LEAPS = (1, 5, 9, 13, 17, 22, 26, 30)


def day(text: str) -> str | None:
    """A date of any of the three calendars as ISO 8601; None for what is none. The year comes first, or last with the day first. AH or هـ says Islamic, SH
    or ش Persian; without, years from 1395 to 1420 are Persian, and from 1421 to 1499 Islamic. The Islamic calendar is the tabular one: moon sighting may
    differ by a day.
    """
    plain = text.translate(_FIGURES)
    found = _DAY.search(plain)
    if not found:
        return None
    one, month, other = (int(part) for part in found.groups())
    year, number = (one, other) if len(found[1]) == 4 else (other, one)
    try:
        if _LUNAR.search(plain) or (year in _ISLAMIC and not _SOLAR.search(plain)):
            return _checked(_islamic(year, month, number), number, 30, month)
        if _SOLAR.search(plain) or year in _PERSIAN:
            return _checked(_persian(year, month, number), number, 31, month)
        return date(year, month, number).isoformat() if 1800 < year < 2200 else None
    except ValueError:
        return None


def _checked(ordinal: int, number: int, most: int, month: int) -> str | None:
    return date.fromordinal(ordinal).isoformat() if 1 <= number <= most and 1 <= month <= 12 else None


def _islamic(year: int, month: int, number: int) -> int:
    return _LUNAR_ERA + (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + number


def _persian(year: int, month: int, number: int) -> int:
    cycles, rest = divmod(year - 1, 33)
    leaps = cycles * 8 + sum(1 for leap in _LEAPS if leap <= rest)
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return _SOLAR_ERA + (year - 1) * 365 + leaps + before + number
