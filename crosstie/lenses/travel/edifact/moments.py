"""Dates and times as passenger messages write them, in ISO 8601."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

_MONTHS = {
    name: number for number, name in enumerate(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1)
}


@lru_cache(maxsize=200_000)
def day(text: str, year: int, *, past: bool = False, order: str = "ymd") -> str | None:
    """A date of six or eight figures (`ymd`, `dmy`) or like 12JUL64; None where it is none. Of two figures for a year: births lie `past` the given
    year's end never, expiries and journeys within fifty years of it.
    """
    text = text.strip().upper()
    if len(text) in (7, 9) and text[2:5] in _MONTHS and text[:2].isdigit() and text[5:].isdigit():
        return _iso(_year(text[5:], year, past), _MONTHS[text[2:5]], int(text[:2]))
    if len(text) == 10 and text[4] == text[7] == "-":
        text, order = text.replace("-", ""), "ymd"
    if not text.isdigit() or len(text) not in (6, 8):
        return None
    wide = len(text) - 4
    if order == "ymd" or (wide == 4 and 1900 <= int(text[:4]) <= 2100):
        parts = text[:wide], text[wide : wide + 2], text[wide + 2 :]
    else:
        parts = text[4:], text[2:4], text[:2]
    return _iso(_year(parts[0], year, past), int(parts[1]), int(parts[2]))


def _year(text: str, year: int, past: bool) -> int:
    if len(text) == 4:
        return int(text)
    found = year // 100 * 100 + int(text)
    if past:
        return found - 100 if found > year else found
    return found - 100 if found > year + 50 else found + 100 if found < year - 50 else found


def _iso(year: int, month: int, of_month: int) -> str | None:
    try:
        return date(year, month, of_month).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=50_000)
def moment(text: str, form: str, year: int) -> str | None:
    """A date with a time: form 201 is YYMMDDHHMM, 203 CCYYMMDDHHMM, 101 YYMMDD, 102 CCYYMMDD; without a form the length tells."""
    text = text.strip()
    if not text.isdigit():
        return None
    length = {"201": 10, "203": 12, "101": 6, "102": 8, "205": 12}.get(form, len(text))
    text = text[:length]
    wide = 8 if len(text) in (8, 12) else 6
    found = day(text[:wide], year)
    return found if found is None or len(text) == wide else _timed(found, text[wide:])


@lru_cache(maxsize=50_000)
def stamped(date_text: str, time_text: str, year: int, order: str = "dmy") -> str | None:
    """A date and a time of four figures, as PNRGOV writes them: 280513 and 1640."""
    found = day(date_text, year, order=order)
    return found if found is None or not time_text else _timed(found, time_text)


def _timed(found: str, clock: str) -> str | None:
    if len(clock) == 4 and clock.isdigit() and int(clock[:2]) < 24 and int(clock[2:]) < 60:
        return f"{found}T{clock[:2]}:{clock[2:]}"
    return f"{found}T24:00" if clock == "2400" else None
