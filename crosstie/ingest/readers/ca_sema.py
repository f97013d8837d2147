"""Canada's Consolidated Autonomous Sanctions List: `data-set/record`, under the Special Economic Measures Act and the Magnitsky law (JVCFOR).

Published by Global Affairs Canada (sema-lmes.xml); the format has no schema, its elements are those that the file has. A record has no id
of its own: it is known by its regulation, schedule and item, of which the file holds each just once. Several aliases stand in one field.
"""

from __future__ import annotations

import re

from lxml import etree

from crosstie.ingest.dates import say_dates
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers.listing import listed, slug
from crosstie.ingest.xml import local, records

_FIELDS = frozenset(
    {
        "Country",
        "LastName",
        "GivenName",
        "EntityOrShip",
        "TitleOrShip",
        "ShipIMONumber",
        "DateOfBirthOrShipBuildDate",
        "Schedule",
        "Item",
        "DateOfListing",
        "Aliases",
    }
)
_REGULATION = re.compile(r"\(([A-Z]{4,})\)")
_PARTED = re.compile(r"\s*;[;,]?\s*|\s/\s*|/\s|(?<=\w{3})/(?=\w{3})|,?\s+or\s+")
_COMMA = re.compile(r",\s*(?=[^\W\d_a-zа-я]|[\"“«])")
_LANGUAGES = {
    "arabic": "ara",
    "armenian": "hye",
    "belarusian": "bel",
    "belarussian": "bel",
    "burmese": "mya",
    "english": "eng",
    "farsi": "fas",
    "french": "fra",
    "hebrew": "heb",
    "persian": "fas",
    "russian": "rus",
    "spanish": "spa",
    "ukrainian": "ukr",
}
_LANGUAGE = re.compile(rf"[,;]?\s*\b({'|'.join(_LANGUAGES)})\s*:\s*", re.IGNORECASE)
_FORMS = frozenset(
    {
        "ао",
        "ооо",
        "оао",
        "пао",
        "зао",
        "сао",
        "фгуп",
        "фгбу",
        "тов",
        "ано",
        "нко",
        "jsc",
        "ojsc",
        "pjsc",
        "cjsc",
        "oao",
        "ooo",
        "pao",
        "zao",
        "llc",
        "ltd",
        "inc",
        "co",
        "limited",
        "sc",
        "fsue",
        "plc",
        "corp",
        "sarl",
        "sa",
        "ag",
        "gmbh",
        "limited liability company",
        "joint stock company",
        "некоммерческое партнерство",
    }
)
_QUOTES = '“”„"«»'
_KNOWN_AS = re.compile(r"^(?P<name>.+?)\s*\((?:also known as|a\.?k\.?a\.?)[:,]?\s*(?P<alias>.+?)\)\s*$", re.IGNORECASE | re.DOTALL)


class CaSema:
    """Canada's autonomous sanctions."""

    name = "ca-sema"
    title = "Canada, Consolidated Autonomous Sanctions List (SEMA), XML"
    profile = Profile("ca", "ca-sema", "Canada", "A2", promise=Promise(min_records=1), curated=True)

    def recognises(self, head: Head) -> bool:
        """By the document element and the first fields of a record."""
        return head.root == "data-set" and "<record" in head.text and "<DateOfListing" in head.text

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each record says."""
        seen: dict[str, int] = {}
        for place, element in records(original, ("record",), out):
            out.record(place)
            _record(element, out, seen)


def _record(element: etree._Element, out: Emitter, seen: dict[str, int]) -> None:
    cells: dict[str, str] = {}
    for child in element:
        if text := (child.text or "").strip():
            tag = local(child)
            cells[tag] = f"{cells[tag]}; {text}" if tag in cells else text
    name = cells.get("EntityOrShip") or " ".join(cells[part] for part in ("GivenName", "LastName") if part in cells)
    if not name:
        out.reject("a record without a name", "; ".join(cells.values()))
        return
    number = _number(cells, seen)
    ship, person = "ShipIMONumber" in cells, "EntityOrShip" not in cells
    subject = out.entity(f"{out.dataset}-{number}", "Person" if person else "Vessel" if ship else "Organization")
    if person:
        subject.say("name", name, at="LastName")
        subject.say("firstName", cells.get("GivenName"), at="GivenName")
        subject.say("lastName", cells.get("LastName"), at="LastName")
    elif known := _KNOWN_AS.match(name):
        subject.say("name", known["name"], at="EntityOrShip", original=name)
        subject.say("alias", known["alias"], at="EntityOrShip", original=name)
    else:
        subject.say("name", name, at="EntityOrShip")
    subject.say("topics", "sanction")
    subject.say("programId", _programme(cells.get("Country", "")), at="Country", original=cells.get("Country"))
    for alias, lang in _aliases(cells.get("Aliases", ""), person=person):
        weak = person and " " not in alias  # a part of a name, of which the list does not say that it is used alone
        original = None if alias == cells["Aliases"] else cells["Aliases"]
        subject.say("weakAlias" if weak else "alias", alias, at="Aliases", lang=lang, original=original)
    subject.say("title" if person else "type" if ship else "notes", cells.get("TitleOrShip"), at="TitleOrShip")
    if ship:
        subject.say("imoNumber", cells["ShipIMONumber"], at="ShipIMONumber")
    date = "birthDate" if person else "buildDate" if ship else "incorporationDate"
    say_dates(subject, date, cells.get("DateOfBirthOrShipBuildDate"), at="DateOfBirthOrShipBuildDate")
    for tag in sorted(cells.keys() - _FIELDS):
        subject.say("notes", f"{tag}: {cells[tag]}", at=tag)
    sanction = listed(out, subject, "Canada", "ca")
    sanction.say("program", cells.get("Country"), at="Country")
    sanction.say("programId", _programme(cells.get("Country", "")), at="Country", original=cells.get("Country"))
    say_dates(sanction, "listingDate", cells.get("DateOfListing"), at="DateOfListing")
    sanction.say("authorityId", " ".join(f"{label} {cells[label]}" for label in ("Schedule", "Item") if label in cells), at="Item")


def _programme(country: str) -> str:
    """The regulation in a word: `JVCFOR`, or the English name of the country or cause."""
    regulation = _REGULATION.search(country)
    return regulation[1] if regulation else country.partition(" / ")[0].strip()


def _number(cells: dict[str, str], seen: dict[str, int]) -> str:
    """The country's code or the regulation, schedule and item; a second record of the same place is numbered."""
    programme = _programme(cells.get("Country", ""))
    code = cleaner("Thing", "country")(programme.split(" (")[0]) or slug(programme)
    number = "-".join(part for part in (code, _place(cells.get("Schedule", "")), _place(cells.get("Item", ""))) if part)
    nth = seen[number] = seen.get(number, 0) + 1
    return number if nth == 1 else f"{number}-{nth}"


def _place(written: str) -> str:
    """A place in a schedule as part of an id; `Part 1.1` is not `Part 1-1`."""
    return ".".join(slug(part) for part in written.split("."))


def _aliases(text: str, *, person: bool) -> list[tuple[str, str | None]]:
    """Each alias of the field, with its language where that is said."""
    found: list[tuple[str, str | None]] = []
    labelled = _LANGUAGE.split(text)
    for said, part in zip([None, *labelled[1::2]], labelled[::2], strict=True):
        lang = _LANGUAGES[said.casefold()] if said else None
        for piece in _PARTED.split(part):
            aliases = _commas(piece)
            if person and [len(alias.split()) for alias in aliases] == [1, 2]:  # family name, given name and patronymic
                aliases = [" ".join(reversed(aliases))]
            found += [(_unquoted(alias), lang) for alias in aliases]
    return found


def _commas(piece: str) -> list[str]:
    """The names between commas; a comma before a legal form, or inside brackets or quotation marks, parts nothing."""
    names: list[str] = []
    for one in _COMMA.split(piece):
        name = " ".join(one.split()).strip(" ,")
        if names and (_is_form(name) or _is_form(names[-1]) or _is_open(names[-1])):
            names[-1] += f", {name}"
        elif name:
            names.append(name)
    return names


def _is_form(name: str) -> bool:
    return name.strip(". ").casefold() in _FORMS


def _is_open(name: str) -> bool:
    return name.count("(") > name.count(")") or name.count("«") > name.count("»") or name.count('"') % 2 == 1


def _unquoted(alias: str) -> str:
    inner = alias.strip(_QUOTES)
    return inner if alias[0] in _QUOTES and alias[-1] in _QUOTES and not any(mark in inner for mark in _QUOTES) else alias


READER = CaSema()
