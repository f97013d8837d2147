"""Days as customs offices write them: three calendars, figures of three scripts, months in words, day or month first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from crosstie.ingest.dates import find_dates

#: figures of Arabic and Persian, and the signs that part them
FIGURES = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬،", "01234567890123456789.,,")
_YMD = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_DMY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ]+\d{1,2}:\d{2}(?::\d{2})?)?")
_SOLAR = re.compile(r"\s*(?:هـ?\s*[.]?\s*ش[.]?|\bA\.?P\.?|\bS\.?H\.?)\s*$", re.IGNORECASE)
_LUNAR = re.compile(r"\s*(?:هـ?[.]?|\bA\.?H\.?)\s*$", re.IGNORECASE)
#: years of the Solar Hijri cycle of 33 that have a 366th day; right for the years 1244 to 1472
_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_NOWRUZ_1403 = date(2024, 3, 20)
_LUNAR_EPOCH = 1_948_439
_JULIAN_OF_DATE = 1_721_425
#: a four-figure year before the Gregorian calendar was used in trade: up to this one Solar Hijri, from the next one lunar
_LAST_SOLAR, _LAST_LUNAR = 1410, 1600


@lru_cache(maxsize=100_000)
def day(text: str, month_first: bool = False) -> str | None:
    """The day that a text names, as ISO 8601 with the precision given; None where it names none.

    A year before 1600 is of the Solar Hijri calendar up to 1410 (2031), of the lunar one after it (from 1990), unless letters say which
    (هـ ش, SH, AP; هـ, AH). Lunar days are those of the tabular calendar: a sighted month may begin a day apart.
    """
    text = " ".join(text.translate(FIGURES).split())
    solar, lunar = _SOLAR.search(text), _LUNAR.search(text)
    written = text[: solar.start()] if solar else text[: lunar.start()] if lunar else text
    parts = _parts(written, month_first)
    if parts is None:
        words = find_dates(text)
        return words[0] if words and int(words[0][:4]) > _LAST_LUNAR else None
    year, month, number = parts
    if solar or (not lunar and 1300 <= year <= _LAST_SOLAR):
        return _solar(year, month, number)
    if lunar or (_LAST_SOLAR < year <= _LAST_LUNAR):
        return _lunar(year, month, number)
    try:
        return date(year, month, number).isoformat() if year > _LAST_LUNAR else None
    except ValueError:
        return None


def month_first(texts: Iterable[str]) -> bool:
    """Whether a column writes the month before the day: some cell cannot be read otherwise, and none the other way."""
    firsts, seconds = 0, 0
    for text in texts:
        if found := _DMY.fullmatch(text.strip()):
            firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[2]))
    return firsts <= 12 < seconds


def _parts(text: str, first_is_month: bool) -> tuple[int, int, int] | None:
    if found := _YMD.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DMY.fullmatch(text):
        one, two, year = (int(part) for part in found.groups())
        return (year, one, two) if first_is_month else (year, two, one)
    return None


def _solar(year: int, month: int, number: int) -> str | None:
    """A Solar Hijri day: six months of 31 days, five of 30, one of 29 or 30."""
    longest = 31 if month <= 6 else 30 if month <= 11 or year % 33 in _LEAP else 29
    if not (1 <= month <= 12 and 1 <= number <= longest and 1244 <= year <= 1472):
        return None
    years = range(1403, year) if year >= 1403 else range(year, 1403)
    days = sum(366 if one % 33 in _LEAP else 365 for one in years)
    start = _NOWRUZ_1403 + timedelta(days=days if year >= 1403 else -days)
    before = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    return (start + timedelta(days=before + number - 1)).isoformat()


def _lunar(year: int, month: int, number: int) -> str | None:
    """A day of the tabular Islamic calendar (civil epoch, years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of 30 are leap)."""
    if not (1 <= month <= 12 and 1 <= number <= 30):
        return None
    julian = number + -(-59 * (month - 1) // 2) + (year - 1) * 354 + (3 + 11 * year) // 30 + _LUNAR_EPOCH
    return date.fromordinal(julian - _JULIAN_OF_DATE).isoformat()
