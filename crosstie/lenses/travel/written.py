"""Dates and codes as tables of the field write them, in three calendars."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import icu
import yaml

_FILE = Path(__file__).parent / "data" / "columns.yaml"
_DATE = re.compile(r"(\d{1,4})[-/.\s](\d{1,2})[-/.\s](\d{1,4})(?:[T\s]+(\d{1,2}):(\d{2})(?::\d{2})?)?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
#: years that no document or crossing of ours can have in the Gregorian calendar: such a date is of another, and it has to be told of which
_FOREIGN = range(1_250, 1_600)


@cache
def words() -> dict[str, Any]:
    """The names of columns and values, as in data/columns.yaml."""
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def squeezed(text: str) -> str:
    """A name in comparable form: small letters and figures, without marks and space."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return "".join(letter for letter in plain.casefold() if letter.isalnum())


@lru_cache(maxsize=10_000)
def code(kind: str, text: str) -> str | None:
    """The word that stands for a value (`direction`: entry, exit), None where it is unknown."""
    own = squeezed(text)
    for word, ways in words()["values"][kind].items():
        if own == squeezed(word) or own in map(squeezed, ways):
            return str(word)
    return None


@lru_cache(maxsize=100_000)
def moment(text: str, calendar: str = "") -> str | None:
    """A date, with the time where there is one, in ISO 8601; day before month where both could be. None where it is none.

    A year of another calendar is turned only where the calendar is told (islamic: Umm al-Qura; persian: the solar one): 1403 may be either.
    """
    text = "".join(str(unicodedata.digit(letter, -1)) if unicodedata.digit(letter, -1) >= 0 else letter for letter in text.strip())
    match = _DATE.fullmatch(text)
    if match:
        first, month, last, hour, minute = match.groups()
    elif solid := _SOLID.fullmatch(text):
        (first, month, last), hour, minute = solid.groups(), None, None
    else:
        return None
    year, day = (int(first), int(last)) if len(first) == 4 else (int(last), int(first))
    if len(first) != 4 and len(last) != 4:
        return None  # two figures for a year: nobody knows which
    found = _day(year, int(month), day, calendar)
    if found is None or not hour or not minute or int(hour) > 23 or int(minute) > 59:
        return found
    return f"{found}T{int(hour):02}:{minute}"


def _day(year: int, month: int, day: int, calendar: str) -> str | None:
    if calendar in ("", "gregorian"):
        if year in _FOREIGN:
            return None
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return None
    other = icu.Calendar.createInstance(icu.Locale(f"@calendar={'islamic-umalqura' if calendar == 'islamic' else 'persian'}"))
    other.setTimeZone(icu.TimeZone.getGMT())
    other.setLenient(False)
    try:
        other.clear()
        other.set(year, month - 1, day)
        return date.fromtimestamp(0).fromordinal(719_163 + int(other.getTime() // 86_400)).isoformat()
    except (icu.ICUError, ValueError, OverflowError):
        return None
