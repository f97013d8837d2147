"""Countries as lists write them: one or several in a cell, numbered, in brackets, with remarks."""

from __future__ import annotations

import re
from functools import lru_cache

from crosstie.ingest.emitter import Subject, cleaner

_BRACKET = re.compile(r"\([^()]*\)?")
_APART = re.compile(r"(?:^|\s)\(?(?:\d{1,2}|[a-z])[).]\s*|\s*/\s*(?:or\s+)?|\s*;\s*")
_STATUS = re.compile(r"\s+(?:citizenship|citizen|nationalit\w+|national|passport|by birth|as (?:of|at))\b.*$", re.IGNORECASE)
_HEDGE = re.compile(r"^(?:possibly|probably|reportedly|believed to be|formerly|former|previously|now|in|or)\s+", re.IGNORECASE)
_UNKNOWN = frozenset(("unknown", "undetermined", "none identified", "not known", "not available", "n/a", "na", "none", "-", "00"))


def say_countries(subject: Subject, prop: str, text: str | None, *, at: str = "", note: str = "") -> bool:
    """Claim each country that a cell names, the cell beside it where it says more; rejected where none is in it."""
    if not text or text.strip().casefold() in _UNKNOWN:
        return False
    found = countries_in(text)
    for one in found:
        subject.say(prop, one, at=at, original=f"{text} ({note})" if note else text)
    return bool(found) or subject.say(prop, text, at=at)


@lru_cache(maxsize=20_000)
def countries_in(text: str) -> tuple[str, ...]:
    """The codes of the countries that a cell names, in order; () where it names none."""
    clean = cleaner("Thing", "country")
    if whole := clean(text):
        return (whole,)
    bare = _BRACKET.sub(" ", text)
    for parts in (_APART.split(bare), re.split(r"\s+and\s+|/|,", bare), [bare.rpartition(",")[2]]):
        pieces = [" ".join(part.split()).strip(" ,.") for part in parts if part]
        codes = [clean(_STATUS.sub("", _HEDGE.sub("", piece))) for piece in pieces if piece and piece.casefold() not in _UNKNOWN]
        if codes and all(codes):
            return tuple(dict.fromkeys(code for code in codes if code))
    return ()
