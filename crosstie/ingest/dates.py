"""Dates as lists write them, in words and figures, with just the precision that they have."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache

from crosstie.ingest.calendars import day, era_of
from crosstie.ingest.emitter import Subject

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier enero",
            "feb february février fevrier febrero",
            "mar march mars marzo",
            "apr april avril abril aprl",
            "may mai mayo",
            "jun june juin junio",
            "jul july juillet julio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre",
            "oct october octobre octubre",
            "nov november novembre noviembre",
            "dec december décembre decembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
_WORD = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DATE = re.compile(
    rf"""
    (?<![\w/-])(?<!\d\.)(?:
      (?P<iso_year>\d{{4}})-(?P<iso_month>\d{{2}})(?:-(?P<iso_day>\d{{2}})(?:T[\d:.]+Z?)?)?(?:[+-]\d\d:\d\d)?(?![\w/-])
    | (?P<ymd_year>\d{{4}})[/.](?P<ymd_month>\d{{1,2}})[/.](?P<ymd_day>\d{{1,2}})(?![\w/])
    | (?P<dmy_day>\d{{1,2}}|dd)[ ]?[/.-][ ]?(?P<dmy_month>\d{{1,2}}|mm)[ ]?[/.-][ ]?(?P<dmy_year>\d{{4}})(?![\w/])
    | (?P<my_month>\d{{1,2}}|mm)/(?P<my_year>\d{{4}})(?![\w/])
    | (?P<word_day>\d{{1,2}})(?:st|nd|rd|th|er)?[ .-]*(?P<word_month>{_WORD})[ ,-]*(?P<word_year>\d{{4}})(?!\w)
    | (?P<us_month>{_WORD})[ ]*(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?,?[ ]+(?P<us_year>\d{{4}})(?!\w)
    | (?P<m_month>{_WORD})[ ,-]*(?P<m_year>\d{{4}})(?!\w)
    | (?P<year>\d{{4}})(?:(?=-\d{{4}}(?!\d))|(?![\w/.]*\d)(?!\w))
    )
    | (?<=\d{{4}}-)(?P<to_year>\d{{4}})(?!\w)
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: years of other calendars than the Gregorian
_OTHERS = range(1200, 1600)
_FORMS = ("iso", "ymd", "dmy", "my", "word", "us", "m")


@lru_cache(maxsize=50_000)
def find_dates(text: str) -> tuple[str, ...]:
    """The dates in a text, in ISO 8601 as far as they are known, in the order written; both ends of an interval; () where there are none.

    `31/02/1980` is none; `00/00/1980`, `dd/mm/1980` and `circa 1980` are the year 1980. Figures are day before month. Years from 1200 to 1599 are of the Hijri
    or the Solar Hijri calendar: they are turned where the text says of which, or the year can be of one only, as with births (see `calendars`).
    """
    found: list[str] = []
    for match in _DATE.finditer(text):
        parts = match.groupdict()
        if year := parts["year"] or parts["to_year"]:
            value = _written(year, "", "")
        else:
            form = next(form for form in _FORMS if parts[f"{form}_year"])
            year = parts[f"{form}_year"]
            value = _written(year, parts[f"{form}_month"] or "", parts.get(f"{form}_day") or "")
        if int(year) in _OTHERS:
            value = day(match[0], era_of(text), birth=True)
        if value and value not in found:
            found.append(value)
    return tuple(found)


def say_dates(subject: Subject, prop: str, text: str | None, *, at: str = "") -> bool:
    """Claim each date that a text names, with the text beside it where it says more; a text without a date is rejected."""
    if not text or text.isspace():
        return False
    written, dates = _dates_of(text)
    for date in dates:
        subject.say(prop, date, at=at, original=None if date == written else written)
    return bool(dates) or subject.say(prop, written, at=at)


@lru_cache(maxsize=50_000)
def _dates_of(text: str) -> tuple[str, tuple[str, ...]]:
    """A text on one line, and its dates."""
    written = " ".join(text.split())
    return written, find_dates(written)


def _written(year: str, month: str, day: str) -> str | None:
    word = month.rstrip(".").casefold()
    months = _MONTHS.get(word, 0 if word in ("", "mm") else int(word) if word.isdigit() else 0)
    days = int(day) if day.isdigit() else 0
    if int(year) < 1000 or months > 12:
        return None
    if not months:
        return year if not days else None
    if not days:
        return f"{year}-{months:02}"
    return f"{year}-{months:02}-{days:02}" if days <= monthrange(int(year), months)[1] else None
