"""Days as registers of three calendars write them: Gregorian, Hijri (tabular, the civil reckoning) and Solar Hijri (Persian).

What calendar a day is of is told by its sign (AH, هـ, ه.ق; SH, AP, ه.ش), by the column `calendar`, or by its year: years from 1380
to 1415 are read as Solar Hijri (2001 to 2037), years from 1416 to 1470 as Hijri (1995 to 2048), as their other reading would be far too early or to come.
Earlier ones without a sign are ambiguous and stay unread. The tabular Hijri day may differ from the sighted one by a day or two.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from crosstie.ingest.dates import find_dates

_PARTS = re.compile(
    r"(?<!\d)(?:(?P<y>1[345]\d\d)\s*[/.\-年]\s*(?P<m>\d{1,2})\s*[/.\-月]\s*(?P<d>\d{1,2})|(?P<d2>\d{1,2})\s*[/.-]\s*(?P<m2>\d{1,2})\s*[/.-]\s*(?P<y2>1[345]\d\d))(?!\d)"
)
_HIJRI = re.compile(r"\bA\.?H\b\.?|ه[ـ‍]*\.?\s*ق|هـ(?!\s*\.?\s*ش)|hijri|hégir|hégire|هجري(?!\s*شمسي)|хиджр|伊历", re.IGNORECASE)
_SOLAR = re.compile(r"\bS\.?H\b\.?|\bA\.?P\b\.?|ه[ـ‍]*\.?\s*ش|solar|persian|jalali|shamsi|شمسي|солнечн|иранск|波斯历", re.IGNORECASE)
_CHINESE = re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?")


@lru_cache(maxsize=200_000)
def day(written: str, calendar: str = "") -> tuple[str | None, str]:
    """The day as ISO 8601, with the precision given, and the calendar that it was read in; None for what is no day or is ambiguous."""
    text = "".join(str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign for sign in written).strip()
    if parts := _PARTS.search(text):
        year, month, number = int(parts["y"] or parts["y2"]), int(parts["m"] or parts["m2"]), int(parts["d"] or parts["d2"])
        said = f"{text} {calendar}"
        if _SOLAR.search(said) or (not _HIJRI.search(said) and 1380 <= year <= 1415):
            return _iso(solar(year, month, number)), "Solar Hijri"
        if _HIJRI.search(said) or 1416 <= year <= 1470:
            return _iso(hijri(year, month, number)), "Hijri"
        return None, ""
    if parts := _CHINESE.search(text):
        text = f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}"
    found = find_dates(text)
    return (found[0] if len(found) == 1 else None), "Gregorian"


def hijri(year: int, month: int, number: int) -> date | None:
    """The day of the tabular Islamic calendar (civil epoch, leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of thirty)."""
    leap = (11 * year + 14) % 30 < 11
    if not 1 <= month <= 12 or not 1 <= number <= (30 if month % 2 or (month == 12 and leap) else 29):
        return None
    days = number + (month - 1) * 29 + month // 2 + (year - 1) * 354 + (3 + 11 * year) // 30
    return date(622, 7, 18) + timedelta(days=days)


def solar(year: int, month: int, number: int) -> date | None:
    """The day of the Solar Hijri calendar, by the cycle of 33 years, which holds for 1244 to 1473."""
    leap = year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)
    if not 1 <= month <= 12 or not 1 <= number <= (31 if month <= 6 else 30 if month <= 11 or leap else 29):
        return None
    before = sum(one % 33 in (1, 5, 9, 13, 17, 22, 26, 30) for one in range(1300, year)) if year >= 1300 else 0
    if year < 1300:
        return None
    days = (year - 1300) * 365 + before + (month - 1) * 31 - max(0, month - 7) + number - 1
    return date(1921, 3, 21) + timedelta(days=days)


def _iso(found: date | None) -> str | None:
    return found.isoformat() if found else None
