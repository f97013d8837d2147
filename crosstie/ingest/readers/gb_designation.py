"""What the UK Sanctions List says of a designation, whichever of its formats says it: the same fields become the same claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from rigour.langs import iso_639_alpha3

from crosstie.ingest.countries import say_countries
from crosstie.ingest.dates import say_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.papers import kind_of, papers
from crosstie.ingest.prose import numbered, references, sentence_at
from crosstie.ingest.readers.listing import Once, listed, named, say_or_note, say_phone, slug
from crosstie.model import schema as model

SCHEMATA = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
AUTHORITY = "Foreign, Commonwealth & Development Office"
_LABELLED = {
    "inn": ("LegalEntity", "innCode"),
    "ogrn": ("LegalEntity", "ogrnCode"),
    "okpo": ("LegalEntity", "okpoCode"),
    "kpp": ("Company", "kppCode"),
    "bik": ("Company", "bikCode"),
    "swift": ("LegalEntity", "swiftBic"),
    "swift/bic": ("LegalEntity", "swiftBic"),
    "bic": ("LegalEntity", "swiftBic"),
    "tin": ("LegalEntity", "taxNumber"),
}
_LABEL = re.compile(r"(?P<label>[A-Za-z/]{2,9}):?\s+(?P<number>[A-Z\d][A-Z\d -]*)$")
_IMO = re.compile(r"(?:IMO)?\s*(?:number)?\s*:?\s*(\d{7})", re.IGNORECASE)


def key(label: str) -> str:
    """A column or element as a key: `Nationality(/ies)` is `nationalityies`."""
    return re.sub(r"[^a-z0-9]", "", label.casefold())


class Designation:
    """One designation, over its rows or its elements; each claim is made once."""

    def __init__(self, out: Emitter, unique: str, group: str | None, kind: str) -> None:
        self.out = out
        self.schema = SCHEMATA[kind.casefold()]
        self.subject = out.entity(f"{out.dataset}-{group or unique}", self.schema)
        self.subject.say("topics", "sanction")
        self.sanction = listed(out, self.subject, AUTHORITY, "gb", unique)  # one group may bear several designations
        self.new = Once()
        self._papers = 0

    def name(self, parts: Sequence[str | None], kind: str, strength: str, *, at: str) -> None:
        """Names 1 to 6: the first is a given name, the sixth the family name or the whole; what stands between is not said."""
        whole = " ".join(part for part in parts if part)
        lower = kind.casefold()
        prop = "name" if lower == "primary name" else "previousName" if lower in ("fka", "formerly known as") else "alias"
        if strength.casefold().startswith("low"):
            prop = "weakAlias"
        if self.new(prop, whole):
            self.subject.say(prop, whole, at=at)
        if self.schema == "Person" and prop != "weakAlias" and parts[0]:
            for one, part in (("firstName", parts[0]), ("lastName", parts[5])):
                if self.new(one, part):
                    self.subject.say(one, part, at=at)

    def other_script(self, text: str | None, language: str, *, at: str) -> None:
        """A name in its own script."""
        if self.new("alias", text):
            self.subject.say("alias", text, at=at, lang=_language(language))

    def address(self, lines: Sequence[str | None], country: str | None, *, at: str) -> None:
        """An address in one line, and its country."""
        line = ", ".join(part for part in lines if part)
        whole = f"{line}, {country}" if line and country else line
        if self.new("address", whole):
            self.subject.say("address", whole, at=at)
        if self.new("country", country):
            say_countries(self.subject, "country", country, at=at)

    def birth_place(self, town: str | None, country: str | None, *, at: str) -> None:
        """Where somebody was born."""
        place = ", ".join(part for part in (town, country) if part)
        if self.schema != "Person":
            if self.new("notes", place):
                self.subject.say("notes", f"Place of birth: {place}", at=at)
            return
        if town and self.new("birthPlace", place):
            self.subject.say("birthPlace", place, at=at)
        if self.new("birthCountry", country):
            say_countries(self.subject, "birthCountry", country, at=at)

    def paper(self, number: str | None, details: str | None, *, passport: bool, at: str) -> None:
        """An identity document; what is said of it is kept with it."""
        if not number:
            if self.new("notes", details):
                self.subject.say("notes", details, at=at)
            return
        if not self.new("paper", f"{number}|{details}"):
            return
        prop = kind_of(details or "", passport=passport)
        say_or_note(self.subject, prop, number, label="Passport number" if passport else "National Identifier number", at=at)
        if details:
            self._papers += 1
            paper = self.out.entity(f"{self.subject.id}-id-{self._papers}", "Passport" if passport else "Identification")
            paper.say("holder", self.subject.id, at=at)
            paper.say("number", number, at=at)
            said = next(papers(details), None)
            for prop, value in (("country", said.country), ("startDate", said.issued), ("endDate", said.expires)) if said else ():
                paper.say(prop, value, at=at)
            paper.say("summary", details, at=at)

    def field(self, label: str, value: str, *, at: str) -> None:
        """A field that stands for itself. One that the list did not have when this was written becomes a note."""
        name = key(label)
        if not self.new(name, value):
            return
        if name in _SAY:
            prop, say = _SAY[name]
            if prop and model.prop(self.schema, prop) is None:
                self.subject.say("notes", f"{label}: {value}", at=at)
            else:
                say(self, value, at)
        elif name not in _SILENT:
            self.subject.say("notes", f"{label}: {value}", at=at)

    def _regime(self, value: str, at: str) -> None:
        self.sanction.say("program", value, at=at)
        self.sanction.say("programId", value, at=at)
        self.subject.say("programId", value, at=at)

    def _narrative(self, value: str, at: str) -> None:
        self.subject.say("notes", value, at=at)
        for target, start, end in references(value):
            if ("unreferencenumber", target) in self.new:
                continue
            first, last = sentence_at(value, start, end)
            place = f"{at}@{first}-{last}"
            tie = self.out.entity(f"{self.subject.id}-rel-{target}", "UnknownLink")
            tie.say("subject", self.subject.id, at=place)
            tie.say("object", f"un-{target}", at=place)
            tie.say("summary", value[first:last], at=place)

    def _reasons(self, value: str, at: str) -> None:
        self.sanction.say("reason", value, at=at)
        self._narrative(value, at)

    def _imposed(self, value: str, at: str) -> None:
        for one in value.split("|"):
            self.sanction.say("provisions", one.strip(), at=at)

    def _registration(self, value: str, at: str) -> None:
        for one in _several(value):
            match = _LABEL.match(one)
            schema, prop = _LABELLED.get(match["label"].casefold(), ("", "")) if match else ("", "")
            if match and prop and self.schema != "Vessel":
                subject = self.out.entity(self.subject.id, schema) if schema == "Company" and self.schema != "Person" else self.subject
                say_or_note(subject, prop, match["number"].strip(), label=match["label"], at=at, original=one)
            else:
                self.subject.say("registrationNumber", one, at=at)

    def _imo(self, value: str, at: str) -> None:
        for one in _several(value):
            match = _IMO.fullmatch(one.strip())
            self.subject.say("imoNumber", match[1] if match else one, at=at, original=one if match and match[1] != one else None)

    def _tied(self, value: str, at: str, role: str, *, owner: bool) -> None:
        for name in _several(value):
            other = named(self.out, name, at=at)
            tie = self.out.entity(f"{self.subject.id}-rel-{slug(role)}-{slug(name)}", "Ownership")
            tie.say("owner", other.id if owner else self.subject.id, at=at)
            tie.say("asset", self.subject.id if owner else other.id, at=at)
            tie.say("role", role, at=at)


Say = Callable[[Designation, str, str], None]
#: the property of the thing that a field fills, "" where it fills others, and how
Field = tuple[str, Say]


def _text(prop: str, *, split: bool = False) -> Field:
    def say(designation: Designation, value: str, at: str) -> None:
        for one in _several(value) if split else [value]:
            designation.subject.say(prop, one, at=at)

    return prop, say


def _words(prop: str) -> Field:
    def say(designation: Designation, value: str, at: str) -> None:
        for one in re.split(r"[;,\s]+", value):
            designation.subject.say(prop, one, at=at)

    return prop, say


def _dates(prop: str) -> Field:
    return prop, lambda designation, value, at: _claim_dates(designation.subject, prop, value, at)


def _countries(prop: str) -> Field:
    def say(designation: Designation, value: str, at: str) -> None:
        for one in numbered(value):
            say_countries(designation.subject, prop, one, at=at)

    return prop, say


def _listing(*props: str, label: str = "") -> Field:
    def say(designation: Designation, value: str, at: str) -> None:
        for prop in props:
            if prop.endswith(("Date", "At")):
                say_dates(designation.sanction, prop, value, at=at)
            else:
                designation.sanction.say(prop, f"{label}{value}", at=at)

    return "", say


def _owned(role: str, *, owner: bool) -> Field:
    return "", lambda designation, value, at: designation._tied(value, at, role, owner=owner)


def _phones(designation: Designation, value: str, at: str) -> None:
    for one in _several(value):
        say_phone(designation.subject, one, at=at)


def _claim_dates(subject: Subject, prop: str, value: str, at: str) -> None:
    say_dates(subject, prop, value, at=at)


_SAY: dict[str, Field] = {
    "lastupdated": _listing("modifiedAt"),
    "datedesignated": _listing("listingDate", "startDate"),
    "uniqueid": _listing("authorityId"),
    "unreferencenumber": _listing("unscId"),
    "designationsource": _listing("summary", label="Designation source: "),
    "regimename": ("", Designation._regime),
    "sanctionsimposed": ("", Designation._imposed),
    "otherinformation": ("", Designation._narrative),
    "ukstatementofreasons": ("", Designation._reasons),
    "title": _text("title"),
    "gender": _text("gender"),
    **dict.fromkeys(("position", "positions"), _text("position", split=True)),
    **dict.fromkeys(("dob", "dateofbirth"), _dates("birthDate")),
    **dict.fromkeys(("nationality", "nationalityies", "nationalities"), _countries("nationality")),
    **dict.fromkeys(("phonenumber", "phonenumbers"), ("phone", _phones)),
    **dict.fromkeys(("emailaddress", "emailaddresses"), _words("email")),
    **dict.fromkeys(("website", "websites"), _words("website")),
    "typeofentity": _text("classification"),
    **dict.fromkeys(("businessregistrationnumber", "businessregistrationnumbers"), ("registrationNumber", Designation._registration)),
    **dict.fromkeys(("subsidiary", "subsidiaries"), _owned("Subsidiary", owner=False)),
    **dict.fromkeys(("parentcompany", "parentcompanies"), _owned("Parent company", owner=True)),
    **dict.fromkeys(("imonumber", "imonumbers"), ("imoNumber", Designation._imo)),
    **dict.fromkeys(("currentowneroperator", "currentowneroperators"), _owned("Current owner/operator", owner=True)),
    **dict.fromkeys(("previousowneroperator", "previousowneroperators"), _owned("Previous owner/operator", owner=True)),
    **dict.fromkeys(("currentbelievedflagofship", "currentbelievedflagofships"), _countries("flag")),
    **dict.fromkeys(("previousflag", "previousflags"), _countries("pastFlags")),
    "typeofship": _text("type"),
    "tonnageofship": _text("tonnage"),
    **dict.fromkeys(("yearbuilt", "yearsbuilt"), _dates("buildDate")),
    **dict.fromkeys(("hullidentificationnumber", "hullidentificationnumberhin"), _text("registrationNumber")),
}
#: fields that are in the id or the schema, or say what another field says
_SILENT = frozenset({"ofsigroupid", "individualentityship", "designationtype", "nonlatinscripttype"})


def _several(value: str) -> list[str]:
    """The things of a cell: numbered, or parted by semicolons or lines."""
    return [one for part in re.split(r";|\n|\|", value) for piece in numbered(part) if (one := " ".join(piece.split()).strip(" ,"))]


@lru_cache(maxsize=256)
def _language(name: str) -> str | None:
    return iso_639_alpha3(name.partition(";")[0].strip()) if name else None
