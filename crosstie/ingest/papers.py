"""Identity documents as lists write them in one cell: number, country, dates of issue and expiry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crosstie.ingest.countries import countries_in
from crosstie.ingest.dates import find_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.prose import number_in, numbered

_KINDS = re.compile(
    r"(?P<socialSecurityNumber>social security|\bssn\b)|(?P<taxNumber>fiscal code|\b(?:tax|nif)\b)"
    r"|(?P<passportNumber>passport|pasaporte|passeport|travel document|laissez)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_EXPIRES = re.compile(r"(?:expir\w*|valid (?:until|to)|until)\b([^;]*)", re.IGNORECASE)
_ISSUED = re.compile(r"(?:issued?|date of issue|valid from|valid)\b((?:(?!expir|until)[^;])*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a cell; `text` is what the cell says of it."""

    text: str
    number: str
    country: str | None
    issued: str | None
    expires: str | None


def papers(cell: str) -> Iterator[Paper]:
    """The documents that a cell names; one without a number has the number ""."""
    for text in numbered(cell):
        countries = (countries_in(inside) for inside in _BRACKET.findall(text))
        yield Paper(
            text, number_in(text), next((found[0] for found in countries if found), None), _date(_ISSUED, text), _date(_EXPIRES, text)
        )


def say_papers(out: Emitter, holder: Subject, cell: str | None, *, passport: bool, at: str, first: int) -> int:
    """Claim each document of a cell, and an entity of its own for one with details; returns the number of the next such entity."""
    for paper in papers(cell or ""):
        if not paper.number:
            if any(letter.isalpha() for letter in paper.text):
                out.reject("a document without a number", paper.text, at=at)
            continue
        prop = kind_of(paper.text, passport=passport)
        holder.say(prop, paper.number, at=at, original=paper.text if paper.text != paper.number else None)
        if paper.country or paper.issued or paper.expires:
            own = out.entity(f"{holder.id}-id-{first}", "Passport" if prop == "passportNumber" else "Identification")
            first += 1
            for name, value in (
                ("holder", holder.id),
                ("number", paper.number),
                ("country", paper.country),
                ("startDate", paper.issued),
                ("endDate", paper.expires),
                ("summary", paper.text),
            ):
                own.say(name, value, at=at)
    return first


def kind_of(words: str, *, passport: bool = False) -> str:
    """The property of a person that a document's number is, by the words beside it."""
    match = _KINDS.search(words)
    return str(match.lastgroup) if match else "passportNumber" if passport else "idNumber"


def _date(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return next(iter(find_dates(match[1])), None) if match else None
