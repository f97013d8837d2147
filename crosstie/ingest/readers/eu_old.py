"""The European Union's consolidated list of financial sanctions in the schema used until 2017 (XML, `WHOLE`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from followthemoney import registry
from lxml import etree

from crosstie.errors import DamagedFile
from crosstie.ingest import xml
from crosstie.ingest.countries import countries_in, say_countries
from crosstie.ingest.dates import find_dates, say_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.papers import kind_of
from crosstie.ingest.prose import number_in
from crosstie.ingest.reader import Head, Original, Profile, Promise

_SCHEMATA = {"P": "Person", "E": "Organization"}
_PAPER = re.compile(r"\s*(?P<number>.*?)\s*\((?P<code>\w+)-(?P<label>[^()]*)\)\s*(?P<rest>.*)", re.DOTALL)
_REGIME = re.compile(r"in regime ([^()]+?)\s*(?:\([^()]*\))? of programme (\w+)")
_PROPS = {
    "passport": "passportNumber",
    "travelcardid": "passportNumber",
    "ssn": "socialSecurityNumber",
    "fiscalcode": "taxNumber",
    "taxid": "taxNumber",
}


class EuOldReader:
    """Reads `WHOLE`, the schema before 1.0."""

    name = "eu-old"
    title = "EU consolidated list of financial sanctions, XML schema until 2017"
    profile = Profile(
        "eu", "eu", "European Union", "A2", promise=Promise(min_records=3, max_records=100_000, min_named_share=0.98), curated=True
    )

    def recognises(self, head: Head) -> bool:
        """By the document element and its first child."""
        return head.media == "xml" and head.root == "WHOLE" and "<ENTITY" in head.text

    def read(self, original: Original, out: Emitter) -> None:
        """Each ENTITY. Raises DamagedFile where the document is not this list."""
        root, attributes = xml.root(original)
        if root != "WHOLE":
            raise DamagedFile(f"{original.name}: the document element is <{root}>, not <WHOLE>")
        if date := find_dates(attributes.get("Date", "")):
            out.version(date[0])
        for place, element in xml.records(original, ("ENTITY",), out):
            out.record(place)
            key, schema = element.get("Id"), _SCHEMATA.get(element.get("Type", ""))
            if not key or not schema:
                out.reject("no Id" if not key else f"not a kind of subject: “{element.get('Type')}”", " ".join(element.itertext())[:300])
                continue
            _Entity(out, element, out.entity(f"{out.dataset}-{key}", schema)).read()


class _Entity:
    """One ENTITY."""

    def __init__(self, out: Emitter, element: etree._Element, it: Subject) -> None:
        self._out, self._element, self._it = out, element, it
        self._primary = ""
        self._parts: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for child in element:
            tag = str(child.tag)
            found = self._parts.setdefault(tag, [])
            found.append((f"{tag}[{len(found) + 1}]", {name: " ".join(text.split()) for name, text in xml.texts(child).items()}))

    def read(self) -> None:
        it = self._it
        it.say("topics", "sanction")
        for at, said in self._children("NAME"):
            self._name(at, said)
        if it.schema == "Person":
            for at, said in self._children("BIRTH"):
                say_dates(it, "birthDate", said.get("DATE"), at=f"{at}/DATE")
                country = _country_name(said.get("COUNTRY", ""))
                place = said.get("PLACE")
                it.say(
                    "birthPlace",
                    f"{place}, {country}" if place and country else place,
                    at=f"{at}/PLACE",
                    original=place if country else None,
                )
                say_countries(it, "birthCountry", said.get("COUNTRY"), at=f"{at}/COUNTRY")
        for at, said in self._children("CITIZEN"):
            say_countries(it, "nationality" if it.schema == "Person" else "country", said.get("COUNTRY"), at=f"{at}/COUNTRY")
        for number, (at, said) in enumerate(self._children("PASSPORT"), 1):
            self._paper(at, said, number)
        for at, said in self._children("ADDRESS"):
            self._address(at, said)
        self._acts()

    def _children(self, tag: str) -> Sequence[tuple[str, dict[str, str]]]:
        """Each child of that name with its place and the texts in it."""
        return self._parts.get(tag, ())

    def _name(self, at: str, said: dict[str, str]) -> None:
        """The first is the primary name, also where a later regulation repeats it."""
        it = self._it
        language = _language(said.get("LANGUAGE", ""))
        whole = said.get("WHOLENAME") or " ".join(said[part] for part in ("FIRSTNAME", "MIDDLENAME", "LASTNAME") if part in said)
        self._primary = self._primary or whole
        it.say("name" if whole == self._primary else "alias", whole, at=f"{at}/WHOLENAME", lang=language)
        if it.schema != "Person":
            return
        if said.get("LASTNAME") and said.get("FIRSTNAME"):
            for part, prop in (("FIRSTNAME", "firstName"), ("MIDDLENAME", "middleName"), ("LASTNAME", "lastName")):
                it.say(prop, said.get(part), at=f"{at}/{part}", lang=language)
        for part, prop in (("TITLE", "title"), ("FUNCTION", "position"), ("GENDER", "gender")):
            it.say(prop, said.get(part), at=f"{at}/{part}", lang=language if prop == "position" else None)

    def _paper(self, at: str, said: dict[str, str], number: int) -> None:
        written = said.get("NUMBER", "")
        match = _PAPER.fullmatch(written)
        found, code, label, rest = match.groups() if match else (written, "", "", "")
        figure = number_in(found) if re.search(r"[a-z]{3}", found) else found if any(letter.isdigit() for letter in found) else ""
        if not figure:
            if written:
                self._out.reject("a document without a number", written, at=at)
            return
        it = self._it
        if it.schema == "Person":
            prop = _PROPS.get(code) or kind_of(f"{label} {rest}" if code in ("", "other") else "")
        else:
            prop = "taxNumber" if code in ("fiscalcode", "taxid") else "swiftBic" if code == "swiftbic" else "registrationNumber"
        it.say(prop, figure, at=f"{at}/NUMBER", original=written if written != figure else None)
        issued = next((date for word, date in _dated(rest) if word == "issued"), None)
        expires = next((date for word, date in _dated(rest) if word == "expires"), None)
        if "COUNTRY" in said or issued or expires or "[" in written:
            paper = self._out.entity(f"{it.id}-id-{number}", "Passport" if prop == "passportNumber" else "Identification")
            for name, value in (
                ("holder", it.id),
                ("number", figure),
                ("type", label),
                ("startDate", issued),
                ("endDate", expires),
                ("summary", rest),
            ):
                paper.say(name, value, at=f"{at}/NUMBER")
            say_countries(paper, "country", said.get("COUNTRY"), at=f"{at}/COUNTRY")

    def _address(self, at: str, said: dict[str, str]) -> None:
        parts = [said[part].strip(" ,") for part in ("NUMBER", "STREET", "ZIPCODE", "CITY") if part in said]
        if parts:
            country = _country_name(said.get("COUNTRY", ""))
            line = ", ".join([*parts, country] if country else parts)
            self._it.say("address", line, at=at, original=f"{line} {said['OTHER']}" if "OTHER" in said else None)
        elif "OTHER" in said:
            self._it.say("notes", said["OTHER"], at=f"{at}/OTHER")
        if (prop := kind_of(said.get("OTHER", ""))) != "idNumber" and self._it.schema == "Person":
            self._it.say(prop, number_in(said["OTHER"].strip("() .")), at=f"{at}/OTHER", original=said["OTHER"])
        say_countries(self._it, "country", said.get("COUNTRY"), at=f"{at}/COUNTRY")

    def _acts(self) -> None:
        """The listing, and one more for each regime that the remark adds."""
        it, attribute = self._it, self._element.get
        remark = attribute("remark", "")
        it.say("notes", remark, at="@remark")
        acts = [(attribute("programme", ""), attribute("legal_basis", ""))]
        acts += [(programme, basis) for basis, programme in _REGIME.findall(remark) if programme != acts[0][0]]
        for number, (programme, basis) in enumerate(dict.fromkeys(acts), 1):
            at = "@remark" if number > 1 else "@programme"
            act = self._out.entity(f"{it.id}-sanction-{number}", "Sanction")
            for prop, value in (
                ("entity", it.id),
                ("authority", "European Union"),
                ("country", "eu"),
                ("program", programme),
                ("programId", programme),
                ("provisions", basis),
            ):
                act.say(prop, value, at=at)
            if number == 1:
                act.say("listingDate", attribute("reg_date"), at="@reg_date")
                act.say("sourceUrl", attribute("pdf_link"), at="@pdf_link")
            it.say("programId", programme, at=at)


@lru_cache(maxsize=1_000)
def _language(code: str) -> str | None:
    return registry.language.clean(code.casefold()) if code else None


def _country_name(code: str) -> str:
    """The name of a country that the list gives by a code, for a line that people read."""
    found = countries_in(code)
    return registry.country.caption(found[0]) or "" if found else ""


def _dated(text: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"\b(issued|expire[sd]?|expiry|valid until)\b(.{0,40})", text, re.IGNORECASE):
        if dates := find_dates(match[2]):
            yield ("issued" if match[1].casefold() == "issued" else "expires"), dates[0]


READER = EuOldReader()
