"""Days as papers of three calendars write them: Gregorian, Hijri (the tabular Islamic one) and Solar Hijri (Persian). One rule for every table.

Which calendar a day is of is told, in this order: by a sign beside it (AH, هـ, ه.ق; SH, AP, ه.ش; AD, م) or a name of a month that only one calendar has; by
what the table says of the row (its column “calendar”, or the heading of the column: the argument `era`); by its year. Years from 1850 to 2100 are
Gregorian. Of earlier ones those from 1416 to 1460 are Hijri (1995 to 2038), as their Solar Hijri reading is still to come; those from 1375 to 1415 are
Solar Hijri (1996 to 2037), as their Hijri reading is older than any record made by computer. Births may be older: there the years to 1415 can be of
either calendar and stay unread, except in Persian figures, which nobody uses for the Hijri calendar in records. All other years stay unread too: a day of
the wrong calendar is worse than none.

The day comes before the month where both can be, unless the column shows otherwise (`month_first`). The tabular calendar may differ from the sighted moon
by a day or two. A year or month of another calendar that lies in two of ours is said as the year in which most of it lies.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import yaml

from crosstie.ingest.words import figures, plain

GREGORIAN, HIJRI, SOLAR = "gregorian", "hijri", "solar"
_MONTHS = Path(__file__).parent / "data" / "months.yaml"
_SIGNS = (
    (SOLAR, r"(?<!\w)(?:ه\.?\s*ش|ش)(?!\w)", r"هجر[يی]\s*شمس[يی]|شمس[يی]|خورش[يی]د[يی]", r"\bS\.?H\b|\bA\.?P\b|\bA\.?H\.?S\b",
     r"(?:solar|persian|jalali|shamsi|khorshidi)(?:\s*hijri)?", r"солнечн\w*|иранск\w*|персидск\w*|伊朗历|波斯历"),
    (HIJRI, r"(?<!\w)(?:ه\.?\s*ق|ق|ه)(?!\w)|(?<=\d)ه(?!\w)", r"هجر[يی]ه?ة?|قمر[يی]", r"\bA\.?H\b|\bH\b",
     r"hijri\w*|islami\w*|h[ée]gir\w*", r"хиджр\w*|исламск\w*|伊历|回历|伊斯兰历"),
    (GREGORIAN, r"(?<!\w)م(?!\w)|(?<=\d)م(?!\w)", r"م[يی]لاد[يی]ة?", r"\bA\.?D\b|\bC\.?E\b", r"gr[eé]gor\w*",
     r"(?<!\w)г(?:\.|ода?)?(?!\w)|(?<!\w)н\.?\s?э(?!\w)|григориан\w*|公历|西历|公元"),
)  # fmt: skip
_ERAS = tuple((era, re.compile(rf"(?:{'|'.join(signs)})\.?", re.IGNORECASE)) for era, *signs in _SIGNS)
_CLOCK = r"(?:[T\s,]+(?P<h>\d{1,2}):(?P<i>\d{2})(?P<s>:\d{2}(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_MONTH = r"(?P<word>[^\W\d_](?:[^\d,،]*[^\W\d_])?)\.?"
_FORMS = tuple(
    re.compile(form + _CLOCK, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})\s?[-/.؍\s]\s?(?P<m>\d{1,2})\s?[-/.؍\s]\s?(?P<d>\d{1,2})",
        r"(?P<one>\d{1,2})\s?[-/.؍\s]\s?(?P<two>\d{1,2})\s?[-/.؍\s]\s?(?P<y>\d{4})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>\d{4})\s*年(?:\s*(?P<m>\d{1,2})\s*月(?:\s*(?P<d>\d{1,2})\s*[日号]?)?)?",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er)?[\s.-]*{_MONTH}[\s,،.-]*(?P<y>\d{{4}})",
        rf"{_MONTH}\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}})[\s.-]+{_MONTH}[\s.-]+(?P<d>\d{{1,2}})",
        rf"{_MONTH}[\s,-]*(?P<y>\d{{4}})",
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})",
        r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})",
        r"(?P<y>\d{4})",
    )
)
_DMY = re.compile(r"\s*(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?\d{4}(?!\d).*")
_PARTICLE = re.compile(r"^(?:de|del|of|d')\s+|\s+(?:de|del|of)$", re.IGNORECASE)
#: the day before the first of each era, counted as Python counts days
_HIJRI_ERA, _SOLAR_ERA = 227_014, 226_894
#: the years of the cycle of 33 that have a 366th day; right for 1244 to 1472
_LEAPS = (1, 5, 9, 13, 17, 22, 26, 30)
_SOLAR_YEARS, _HIJRI_YEARS, _GREGORIAN_YEARS = range(1244, 1473), range(1200, 1601), range(1850, 2101)
#: years without a sign that can be of one calendar only
_SURELY_SOLAR, _SURELY_HIJRI = range(1375, 1416), range(1416, 1461)
_UNTOLD = ("", "")
_NO_TIME = "no time"
_PERSIAN_FIGURES = re.compile("[۰-۹]")


@lru_cache(maxsize=200_000)
def day(text: str, era: str = "", *, month_first: bool = False, birth: bool = False) -> str | None:
    """The day that a text names, in ISO 8601 with just the precision given; None where it names none, or one of a calendar that is not told."""
    found = _parse(text, era, month_first, birth)
    return (found[0] or None) if found else None


@lru_cache(maxsize=200_000)
def moment(text: str, era: str = "", *, month_first: bool = False) -> str | None:
    """The same with the time, as far as it is written and to the second, as the clock on the wall showed it: a zone does not move the day.
    None where the time is none.
    """
    found = _parse(text, era, month_first, False)
    if not found or found[1] == _NO_TIME:
        return None
    return "T".join(part for part in found if part) or None


def untold(text: str, *, birth: bool = False) -> bool:
    """Whether a text would be a day if its calendar were told."""
    return _parse(text, "", False, birth) == _UNTOLD


@lru_cache(maxsize=10_000)
def era_of(text: str) -> str:
    """The calendar that a word or a heading names (“هجري شمسي”, “Date (AH)”, “Persian”); "" where it names none."""
    return _era(_tidy(text))[0]


def month_first(texts: Iterable[str]) -> bool:
    """Whether a column writes the month before the day: some cell cannot be read otherwise, and none the other way."""
    firsts, seconds = 0, 0
    for text in texts:
        if found := _DMY.fullmatch(figures(text)):
            firsts, seconds = max(firsts, int(found[1])), max(seconds, int(found[2]))
    return firsts <= 12 < seconds


def hijri(year: int, month: int, number: int) -> date | None:
    """A day of the tabular Islamic calendar (civil era; years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26 and 29 of thirty are longer). A sighted month may have
    30 days where the table has 29: the thirtieth is then the day after.
    """
    if not (1 <= month <= 12 and 1 <= number <= 30 and year in _HIJRI_YEARS):
        return None
    return date.fromordinal(_HIJRI_ERA + (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + number)


def solar(year: int, month: int, number: int) -> date | None:
    """A day of the Solar Hijri calendar: six months of 31 days, five of 30, the last of 29 or 30 by the cycle of 33 years."""
    longest = 31 if month <= 6 else 30 if month <= 11 or year % 33 in _LEAPS else 29
    if not (1 <= month <= 12 and 1 <= number <= longest and year in _SOLAR_YEARS):
        return None
    cycles, rest = divmod(year - 1, 33)
    days = (year - 1) * 365 + cycles * 8 + sum(leap <= rest for leap in _LEAPS)
    return date.fromordinal(_SOLAR_ERA + days + (month - 1) * 30 + min(month - 1, 6) + number)


def _parse(text: str, era: str, first_is_month: bool, birth: bool) -> tuple[str, str] | None:
    """The day and the time of a text; _UNTOLD where nothing tells the calendar."""
    told, bare = _era(_tidy(text))
    for form in _FORMS:
        found = form.fullmatch(bare)
        if found is None:
            continue
        parts = found.groupdict()
        year, month, number = (int(parts.get(name) or 0) for name in "ymd")
        calendar = told or era
        if "one" in parts:
            month, number = (int(parts[name]) for name in (("one", "two") if first_is_month else ("two", "one")))
        elif "word" in parts:
            named = _months().get(plain(_PARTICLE.sub("", parts["word"])))
            if named is None:
                continue
            month, calendar = named[1], calendar or "" if named[0] == GREGORIAN else named[0]
        calendar = calendar or _calendar(year, birth, text)
        if not calendar:
            return _UNTOLD if year in _HIJRI_YEARS else None
        written = _written(calendar, year, month, number)
        return None if written is None else (written, _time(parts))
    return None


def _tidy(text: str) -> str:
    """A text on one line, with our figures, without marks of direction and lengthened letters."""
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text).replace("ـ", "")
    return " ".join(figures("".join(sign for sign in text if unicodedata.category(sign) != "Cf")).split())


def _era(text: str) -> tuple[str, str]:
    """The calendar whose sign stands in a text, and the text without it."""
    if not text[-1:].isdecimal() or not text[:1].isdecimal():  # a sign stands at an end
        for era, signs in _ERAS:
            bare = signs.sub(" ", text)
            if bare != text:
                return era, " ".join(bare.split()).strip("() ")
    return "", text


def _calendar(year: int, birth: bool, text: str) -> str:
    if year in _GREGORIAN_YEARS:
        return GREGORIAN
    if year in _SURELY_HIJRI:
        return HIJRI
    persian = 1300 <= year <= _SURELY_SOLAR.stop and _PERSIAN_FIGURES.search(text)
    return SOLAR if persian or (year in _SURELY_SOLAR and not birth) else ""


def _written(calendar: str, year: int, month: int, number: int) -> str | None:
    """ISO 8601 with the precision given; a month or day of 0 is not known."""
    if calendar == GREGORIAN:
        if year not in _GREGORIAN_YEARS or month > 12 or (number and not month):
            return None
        if not number:
            return f"{year}-{month:02}" if month else f"{year}"
        try:
            return date(year, month, number).isoformat()
        except ValueError:
            return None
    turn = hijri if calendar == HIJRI else solar
    found = turn(year, month, number) if number else turn(year, month or 7, 15 if month else 1)
    return None if found is None else found.isoformat() if number else f"{found.year}"


def _time(parts: dict[str, str | None]) -> str:
    if not parts.get("h"):
        return ""
    hour, minute, half = int(parts["h"] or 0), int(parts["i"] or 0), (parts.get("half") or "")[:1].lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    second = (parts.get("s") or "")[:3]
    return f"{hour:02}:{minute:02}{second}" if hour < 24 and minute < 60 and second < ":60" else _NO_TIME


@cache
def _months() -> dict[str, tuple[str, int]]:
    listed = yaml.safe_load(_MONTHS.read_text(encoding="utf-8"))
    return {
        plain(name): (calendar, number)
        for calendar in (SOLAR, HIJRI, GREGORIAN)
        for number, names in listed[calendar].items()
        for name in names
    }
