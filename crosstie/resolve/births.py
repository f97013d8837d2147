"""Dates of birth (and of building) as intervals of days: a date says as much as it is precise."""

from __future__ import annotations

import re

#: In words, for each level of `compare_dates`.
HOW_DATES_AGREE = (
    "",
    "more than three years apart",
    "two or three years apart",
    "a year apart",
    "the same year, but another day",
    "the same but for one part",
    "the same with day and month swapped",
    "the years fit",
    "the same day",
)

_INTERVAL = re.compile(r"\b(\d{4})\b\D+\b(\d{4})\b")
_CIRCA = re.compile(r"\b(circa|ca|c|approx\w*|about|around|environ|vers)\b", re.IGNORECASE)


def interval(value: str, written: str | None) -> tuple[int, int, bool]:
    """First and last day as yyyymmdd, and whether the day is known: of a date with any precision, of "1962-1965", of "circa 1960" (a year either side)."""
    if written and (years := _INTERVAL.search(written)) and value[:4] in years.groups() and years[1] <= years[2]:
        return int(years[1]) * 10000 + 101, int(years[2]) * 10000 + 1231, False
    loose = 1 if written and _CIRCA.search(written) else 0
    year = int(value[:4])
    if len(value) >= 10 and not loose and value[5:10] != "01-01":
        day = year * 10000 + int(value[5:7]) * 100 + int(value[8:10])
        return day, day, True
    if len(value) == 7 and not loose:
        return year * 10000 + int(value[5:7]) * 100 + 1, year * 10000 + int(value[5:7]) * 100 + 31, False
    return (year - loose) * 10000 + 101, (year + loose) * 10000 + 1231, False
