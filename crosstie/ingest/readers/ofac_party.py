"""What OFAC says of a listed party, whichever of its XML formats says it: the same words become the same claims."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from crosstie.ingest.dates import say_dates
from crosstie.ingest.emitter import Emitter, Subject, cleaner
from crosstie.ingest.reader import Profile, Promise
from crosstie.ingest.readers import ofac_vocabulary as terms
from crosstie.ingest.readers.listing import listed, named, say_phone, slug
from crosstie.model import schema as model

_LINKED = re.compile(r"Linked To: ?(?P<name>(?:[^()]|\([^()]*\))+)")
_NUMBERED = re.compile(r"(?:\bNo\.?|#|\bNumber|\bID(?: Card)?)\s*$", re.IGNORECASE)
_PERSONS_NUMBER = ("idNumber", "registrationNumber")
_NUMBER = ("registrationNumber", "idNumber")
_IMO = re.compile(r"\bIMO\s*(\d{7})\b")


def profile(series: str) -> Profile:
    """The profile of an OFAC list."""
    return Profile(dataset="ofac", series=series, originator="OFAC", grade="A2", promise=Promise(min_records=1), curated=True)


def period(begin: str, begin_end: str, end_begin: str, end: str, *, interval: bool) -> tuple[str, ...]:
    """The date, or both ends of the interval, between boundary days in ISO 8601, with no more precision than they bear.

    OFAC writes a year as its first and last day, and each end of an interval as such a pair; "" is a boundary that is not known.
    """
    if not begin or not end:
        return tuple(dict.fromkeys(one for one in (begin, end) if one))
    if interval:
        return tuple(dict.fromkeys((span(begin, begin_end or begin), span(end_begin or end, end))))
    whole = span(begin, end)
    return (whole,) if len(whole) < 10 or begin == end else (begin, end)


def span(first: str, last: str) -> str:
    """Two days as one date: the year or the month that they span just, else the first."""
    if first[:4] == last[:4] and first[5:] == "01-01" and last[5:] == "12-31":
        return first[:4]
    if first[:7] == last[:7] and first.endswith("-01") and last[8:] in ("28", "29", "30", "31"):
        return first[:7]
    return first


class Party:
    """One listed party and its listing."""

    __slots__ = ("id", "kind", "out", "sanction", "subject")

    def __init__(self, out: Emitter, number: str, kind: str | None, *, at: str = "") -> None:
        self.out = out
        self.id = f"{out.dataset}-{number}"
        self.kind = terms.SCHEMATA.get(kind or "", "LegalEntity")
        if self.kind == "LegalEntity":
            out.reject("not a kind of party that OFAC lists", kind or "", at=at)
        self.subject = out.entity(self.id, self.kind)
        self.subject.say("topics", "sanction")
        self.sanction = self.listing(1)

    def listing(self, number: int) -> Subject:
        """A further listing of the party."""
        self.sanction = listed(self.out, self.subject, "OFAC", "us", number)
        return self.sanction

    def programme(self, code: str | None, *, at: str) -> None:
        """A sanctions programme, by OFAC's tag."""
        self.sanction.say("program", code, at=at)
        self.sanction.say("programId", code, at=at)
        self.subject.say("programId", code, at=at)

    def name(self, full: str, kind: str | None, *, primary: bool, weak: bool, at: str) -> None:
        """A whole name: the primary one, an alias (a.k.a., n.k.a.), a former one (f.k.a.), any of them weak."""
        former = (kind or "").casefold().startswith("f.k.a")
        prop = "name" if primary else "weakAlias" if weak else "previousName" if former else "alias"
        self.subject.say(prop, full, at=at)

    def name_parts(self, parts: Iterable[tuple[str, str]], *, weak: bool, at: str) -> None:
        """The parts of a name that OFAC tells apart; a nickname is a weak alias, a maiden name a note."""
        for kind, value in parts:
            if kind == "Nickname":
                self.subject.say("weakAlias", value, at=at)
            elif kind in terms.WHOLE_NAMES or weak:
                continue
            elif self.kind == "Person" and (prop := terms.NAME_PARTS.get(kind)):
                self.subject.say(prop, value, at=at)
            else:
                self.note(kind, value, at=at)

    def note(self, label: str, value: str, *, at: str) -> None:
        """Something that has no property of its own."""
        self.subject.say("notes", f"{label}: {value}" if label else value, at=at)

    def address(self, parts: Iterable[str], country: str | None, *, at: str) -> None:
        """An address in one line, and its country."""
        lines = [part for part in parts if part]
        if lines:
            self.subject.say("address", ", ".join([*lines, country] if country else lines), at=at)
        self.subject.say("country", country, at=at)

    def item(self, label: str, value: str | None, *, country: str | None = None, dates: tuple[str, ...] = (), at: str, key: str) -> None:
        """A feature or, where the format does not tell them apart, a document: by its label."""
        value = (value or "").strip()
        term = label.strip().rstrip(":-–").strip()
        if not value:
            return
        if term in terms.DATES:
            self._dates(terms.DATES[term], value, dates, at)
        elif term in terms.FEATURES:
            self._property(terms.FEATURES[term], term, value, at)
        elif term in terms.PROVISIONS:
            self.sanction.say("provisions", f"{label.strip()} {value}", at=at)
        elif term.startswith(terms.CURRENCY):
            self._wallet(term.removeprefix(terms.CURRENCY), value, at)
        elif term in terms.COMPANY and self.kind == "Organization":
            self.out.entity(self.id, "Company").say(terms.COMPANY[term], value, at=at)
        elif term in terms.NAMED:
            self._named(term, value, at)
        elif prop := next((prop for start, prop in terms.LISTING_DATES.items() if term.startswith(start)), None):
            say_dates(self.sanction, prop, value, at=at)
        elif country or term in terms.NUMBERS or term in terms.DOCUMENTS or _NUMBERED.search(term):
            self.document(term, value, country=country, at=at, key=key)
        else:
            self.note(term, value, at=at)

    def document(
        self,
        label: str,
        number: str | None,
        *,
        country: str | None = None,
        issued: tuple[str, ...] = (),
        expires: tuple[str, ...] = (),
        authority: str | None = None,
        remarks: Iterable[str | None] = (),
        at: str,
        key: str,
    ) -> None:
        """An identity document or registration; one with details also becomes an entity of its own."""
        label = label.strip()
        if not number or not number.strip():
            self.out.reject("a document without a number", label, at=at)
            return
        prop = terms.NUMBERS.get(label, "")
        if "IMO" in number and (imo := _IMO.search(number)) and model.prop(self.kind, "imoNumber"):
            self.subject.say("imoNumber", imo[1], at=at, original=number)
        else:
            self._property((prop, *(_PERSONS_NUMBER if self.kind == "Person" else _NUMBER)), label, number, at)
        said = [remark for remark in remarks if remark]
        if not (country or issued or expires or authority or said):
            return
        schema = "Passport" if prop == "passportNumber" else "Identification"
        paper = self.out.entity(f"{self.id}-id-{key}", schema)
        paper.say("holder", self.id, at=at)
        paper.say("type", label, at=at)
        paper.say("number", number, at=at)
        paper.say("country", country, at=at)
        paper.say("authority", authority, at=at)
        for prop, values in (("startDate", issued), ("endDate", expires)):
            for date in values:
                paper.say(prop, date, at=at)
        for remark in said:
            paper.say("summary", remark, at=at)

    def remarks(self, text: str | None, links: Links, *, at: str = "remarks") -> None:
        """Free text, kept whole; the parties that it says this one is linked to are resolved when all names are known."""
        if not text:
            return
        self.subject.say("notes", text, at=at)
        for match in _LINKED.finditer(text.strip()) if "Linked To:" in text else ():
            links.named.append(Link(self.out.place, f"{at}@{match.start()}-{match.end()}", self.id, match["name"].strip()))

    def _property(self, props: tuple[str, ...], label: str, value: str, at: str) -> None:
        prop = _first(self.kind, props)
        if prop is None:
            self.note(label, value, at=at)
            return
        if prop == "phone":
            say_phone(self.subject, value, at=at)
            return
        self.subject.say(prop, value, at=at)
        if prop == "birthPlace":
            last = value.rpartition(",")[2]
            if code := cleaner("Person", "birthCountry")(last):
                self.subject.say("birthCountry", code, at=at, original=value)

    def _dates(self, props: tuple[str, ...], value: str, dates: tuple[str, ...], at: str) -> None:
        prop = _first(self.kind, props)
        if prop is None:
            self.note("Date", value, at=at)
        elif dates:
            for date in dates:
                self.subject.say(prop, date, at=at, original=None if date == value else value)
        else:
            say_dates(self.subject, prop, value, at=at)

    def _wallet(self, currency: str, address: str, at: str) -> None:
        wallet = self.out.entity(f"{self.out.dataset}-wallet-{currency.casefold()}-{address}", "CryptoWallet")
        wallet.say("publicKey", address, at=at)
        wallet.say("currencySymbol", currency, at=at)
        wallet.say("topics", "sanction", at=at)
        owned = self.out.entity(f"{self.id}-rel-{wallet.id}", "Ownership")
        owned.say("owner", self.id, at=at)
        owned.say("asset", wallet.id, at=at)
        owned.say("role", f"{terms.CURRENCY}{currency}", at=at)

    def _named(self, label: str, name: str, at: str) -> None:
        schema, theirs, ours = terms.NAMED[label]
        other = named(self.out, name, at=at)
        tie = self.out.entity(f"{self.id}-rel-{slug(label)}-{slug(name)}", schema)
        tie.say(theirs, other.id, at=at)
        tie.say(ours, self.id, at=at)
        tie.say("role", label, at=at)


@cache
def _first(kind: str, props: tuple[str, ...]) -> str | None:
    """The first of the properties that things of this kind have."""
    return next((prop for prop in props if prop and model.prop(kind, prop)), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A party named as linked in a text."""

    place: str
    at: str
    party: str
    name: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed relation between two parties, as the file states it."""

    place: str
    at: str
    key: str
    source: str
    target: str
    kind: str
    target_name: str = ""
    former: bool = False
    dates: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Links:
    """The ties of a file, said when all its parties are known. Holds ids and names only."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.named: list[Link] = []
        self.relations: list[Relation] = []

    def known(self, party: Party, name: str) -> None:
        """A party of the file and its primary name, as the list writes it."""
        self.kinds[party.id] = party.kind
        key = " ".join(name.split()).casefold()
        self.names[key] = party.id if key not in self.names else ""

    def say(self, out: Emitter) -> None:
        """Claim all ties; one whose other end the file does not name, or names twice, is rejected."""
        counts: dict[tuple[str, str], int] = {}
        for link in self.named:
            out.place = link.place
            target = self.names.get(" ".join(link.name.split()).casefold())
            if not target:
                why = "is the name of several parties" if target == "" else "is not in this file"
                out.reject(f"linked to a party that {why}", link.name, at=link.at)
                continue
            nth = counts[link.party, target] = counts.get((link.party, target), 0) + 1
            tie = out.entity(f"{link.party}-rel-{target}{'' if nth == 1 else f'-{nth}'}", "UnknownLink")
            tie.say("subject", link.party, at=link.at)
            tie.say("object", target, at=link.at)
            tie.say("role", "Linked To", at=link.at)
        for relation in self.relations:
            out.place = relation.place
            self._relation(out, relation)

    def _relation(self, out: Emitter, relation: Relation) -> None:
        schema, role, other = terms.RELATIONS.get(relation.kind.casefold(), ("UnknownLink", "subject", "object"))
        source, target = self.kinds.get(relation.source), self.kinds.get(relation.target)
        if not (_fits(source, role) and _fits(target, other)):
            if _fits(source, other) and _fits(target, role):  # OFAC has some the wrong way round
                role, other = other, role
            else:
                schema, role, other = "UnknownLink", "subject", "object"
        at = relation.at
        tie = out.entity(f"{relation.source}-rel-{relation.key}", schema)
        tie.say(role, relation.source, at=at)
        tie.say(other, relation.target, at=at)
        tie.say("relationship" if schema in ("Family", "Associate") else "role", relation.kind, at=at)
        for prop, date in zip(("startDate", "endDate"), relation.dates, strict=False):
            tie.say(prop, date, at=at)
        if relation.former:
            tie.say("summary", "former", at=at)
        for remark in relation.remarks:
            tie.say("summary", remark, at=at)
        if target is None and relation.target_name:
            kind = "Person" if schema in ("Family", "Associate") else "LegalEntity"
            out.entity(relation.target, kind).say("name", relation.target_name, at=at)


def _fits(kind: str | None, role: str) -> bool:
    return kind is None or kind == "LegalEntity" or kind in terms.FITS[role]
