"""The United Kingdom's consolidated list of financial sanctions targets (OFSI, CSV), as published until January 2026."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from crosstie.errors import DamagedFile
from crosstie.ingest import rows
from crosstie.ingest.countries import say_countries
from crosstie.ingest.dates import find_dates, say_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.papers import say_papers
from crosstie.ingest.prose import numbered, other_script, references, sentence_at
from crosstie.ingest.reader import Head, Original, Profile, Promise

_HEADER = ("Name 6", "Name 1", "Group Type", "Alias Type", "Regime", "Group ID")
_NAMES = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_ADDRESS = ("Address 1", "Address 2", "Address 3", "Address 4", "Address 5", "Address 6", "Post/Zip Code")
_PAPERS = (
    ("Passport Number", "Passport Details", True),
    ("NI Number", "", False),
    ("National Identification Number", "National Identification Details", False),
)
_NAMING = (*_NAMES, "Name Non-Latin Script", "Alias Type", "Alias Quality")
_PERSON = (
    "Title",
    "Gender",
    "Position",
    "DOB",
    "Town of Birth",
    "Country of Birth",
    "Nationality",
    "Passport Number",
    "Passport Details",
    "NI Number",
    "National Identification Number",
    "National Identification Details",
)
_PLACE = (*_ADDRESS, "Country", "Phone Number", "Email Address", "Website")
_LISTING = ("Regime", "Listed On", "UK Sanctions List Date Designated", "Last Updated")
_TOLD = ("Other Information", "Regime", "Group ID")
_SCHEMATA = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
_OWN = re.compile(r"UN\s*Ref(?:erence)?\.?\s*(?:no\.?|number)?\s*[:.]?\s*$", re.IGNORECASE)
_IMO = re.compile(r"\bIMO\s*(?:Number|No)?\.?\s*:?\s*(\d{7})\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: a group's rows stand close together; this many groups are remembered, so that a claim which every row repeats is made once
_GROUPS = 4_096
#: a character that no cell can hold
_BETWEEN = "\x1f"


class ConListReader:
    """Reads ConList.csv with 29 columns (until 2020) or 36, told apart by the names of the columns."""

    name = "gb-conlist"
    title = "UK consolidated list of financial sanctions targets, ConList.csv"
    profile = Profile(
        "gb", "gb-ofsi", "United Kingdom", "A2", promise=Promise(min_records=3, max_records=2_000_000, min_named_share=0.98), curated=True
    )

    def recognises(self, head: Head) -> bool:
        """By its columns, below a line with the date or not."""
        return head.media == "csv" and any(set(_HEADER) <= set(row) for row in head.rows)

    def read(self, original: Original, out: Emitter) -> None:
        """Each row speaks for its group. Raises DamagedFile where the columns are not this list's."""
        names: list[str] = []
        parts: list[Callable[[Sequence[str]], Iterable[str]]] = []
        groups: OrderedDict[str, _Group] = OrderedDict()
        for number, row in rows.rows(original, out, header=_HEADER):
            if not names:
                cells = [cell.strip() for cell in row]
                if set(_HEADER) <= set(cells):
                    names = cells
                    parts = [_part(names, columns) for columns in (_NAMING, _PERSON, _PLACE, _LISTING, _TOLD)]
                elif date := find_dates(" ".join(cells)):
                    out.version(date[0])
                continue
            said = {name: text for name, cell in zip(names, row, strict=True) if cell and (text := cell.strip())}
            out.record(f"row {number}")
            key, kind = said.get("Group ID", ""), said.get("Group Type", "")
            schema = _SCHEMATA.get(kind.casefold())
            if not key.isdigit() or schema is None:
                out.reject("no number of a group" if schema else f"not a kind of target: “{kind}”", ",".join(row))
                continue
            group = groups.pop(key, None) or _Group(out, key, schema)
            groups[key] = group
            if len(groups) > _GROUPS:
                groups.popitem(last=False)
            group.read(said, [_BETWEEN.join(part(row)) for part in parts])
        if not names:
            raise DamagedFile(f"{original.name}: no row has the columns {', '.join(_HEADER)}")


def _part(names: list[str], columns: tuple[str, ...]) -> Callable[[Sequence[str]], Iterable[str]]:
    """What takes the cells of these columns out of a row, the number of the group before them."""
    return itemgetter(names.index("Group ID"), *(place for place, name in enumerate(names) if name in columns))


class _Group:
    """One target, over its rows."""

    def __init__(self, out: Emitter, key: str, schema: str) -> None:
        self._out = out
        self._it = _Once(out.entity(f"{out.dataset}-{key}", schema))
        self._acts: dict[str, _Once] = {}
        self._own: set[str] = set()
        #: the parts of rows that were read, each kind for itself: most rows repeat all but one
        self._read: tuple[set[str], ...] = (set(), set(), set(), set(), set())
        self._next_paper = 1
        self._ties: dict[str, _Once] = {}
        self._it.say("topics", "sanction", at="Regime")

    def read(self, cells: dict[str, str], parts: list[str]) -> None:
        """A row: its cells by column, and its parts as they stand."""
        for written, before, read in zip(
            parts, self._read, (self._names, self._person, self._place, self._act, self._narrative), strict=True
        ):
            if written not in before:
                before.add(written)
                read(cells)

    def _place(self, cells: dict[str, str]) -> None:
        it = self._it
        address = ", ".join(cells[part] for part in _ADDRESS if part in cells)
        country = cells.get("Country")
        if address:
            it.say("address", f"{address}, {country}" if country else address, at="Address 1")
        if country and it.new("country", country):
            say_countries(it.subject, "country", country, at="Country")
        for column, prop in (("Phone Number", "phone"), ("Email Address", "email"), ("Website", "website")):
            for value in numbered(cells.get(column, "")) if column in cells else ():
                it.say(prop, value, at=column)

    def _names(self, cells: dict[str, str]) -> None:
        it = self._it
        kind, quality = cells.get("Alias Type", "").casefold(), cells.get("Alias Quality", "").casefold()
        primary = kind in ("prime alias", "primary name")
        prop = "name" if primary else "previousName" if kind == "fka" else "weakAlias" if quality.startswith("low") else "alias"
        name = " ".join(cells[part] for part in _NAMES if part in cells)
        if not name:
            self._out.reject("no name", ", ".join(cells.values()))
        it.say(prop, name, at="Name 6")
        if it.subject.schema == "Person" and prop != "weakAlias" and "Name 1" in cells:
            it.say("firstName", cells["Name 1"], at="Name 1")
            it.say("lastName", cells.get("Name 6"), at="Name 6")
        if (original := cells.get("Name Non-Latin Script")) and other_script(original):
            it.say("alias", original, at="Name Non-Latin Script")

    def _person(self, cells: dict[str, str]) -> None:
        it = self._it
        if it.subject.schema != "Person":
            return
        it.say("title", cells.get("Title"), at="Title")
        it.say("gender", cells.get("Gender"), at="Gender")
        for position in numbered(cells.get("Position", "")):
            it.say("position", position, at="Position")
        if it.new("birthDate", cells.get("DOB", "")):
            say_dates(it.subject, "birthDate", cells.get("DOB"), at="DOB")
        towns, countries = numbered(cells.get("Town of Birth", "")), numbered(cells.get("Country of Birth", ""))
        for index, town in enumerate(towns):
            beside = countries[0] if len(countries) == 1 else countries[index] if len(countries) == len(towns) else ""
            it.say("birthPlace", f"{town}, {beside}" if beside else town, at="Town of Birth")
        for prop, found, column in (
            ("birthCountry", countries, "Country of Birth"),
            ("nationality", numbered(cells.get("Nationality", "")), "Nationality"),
        ):
            for one in found:
                if it.new(prop, one):
                    say_countries(it.subject, prop, one, at=column)
        for number, details, passport in _PAPERS:
            text = " ".join(cells[column] for column in (number, details) if column in cells)
            if text and it.new(number, text):
                at = number if number in cells else details
                self._next_paper = say_papers(self._out, it.subject, text, passport=passport, at=at, first=self._next_paper)

    def _act(self, cells: dict[str, str]) -> None:
        regime = cells.get("Regime", "")
        act = self._acts.get(regime)
        if act is None:
            act = self._acts[regime] = _Once(self._out.entity(f"{self._it.subject.id}-sanction-{len(self._acts) + 1}", "Sanction"))
            act.say("entity", self._it.subject.id, at="Group ID")
            act.say("authority", "HM Treasury, Office of Financial Sanctions Implementation", at="Regime")
            act.say("country", "gb", at="Regime")
            for prop in ("program", "programId"):
                act.say(prop, regime, at="Regime")
            self._it.say("programId", regime, at="Regime")
        for column, prop in (
            ("Listed On", "listingDate"),
            ("UK Sanctions List Date Designated", "startDate"),
            ("Last Updated", "modifiedAt"),
        ):
            if act.new(prop, cells.get(column, "")):
                say_dates(act.subject, prop, cells[column], at=column)
        if self._it.new("modifiedAt", cells.get("Last Updated", "")):
            say_dates(self._it.subject, "modifiedAt", cells["Last Updated"], at="Last Updated")

    def _narrative(self, cells: dict[str, str]) -> None:
        text, it = cells.get("Other Information", ""), self._it
        if not text or not it.new("notes", text):
            return
        it.subject.say("notes", text, at="Other Information")
        for match in _EMAIL.finditer(text) if "@" in text else ():
            it.say("email", match[0].rstrip("."), at=f"Other Information@{match.start()}-{match.end()}")
        for match in _IMO.finditer(text) if it.subject.schema != "Person" else ():
            it.say("imoNumber", match[1], at=f"Other Information@{match.start(1)}-{match.end(1)}")
        letter = "i" if it.subject.schema == "Person" else "e"
        for target, start, end in references(text):
            at = f"Other Information@{start}-{end}"
            cited = _OWN.search(text, max(0, start - 30), start) is not None
            if cited:
                self._acts[cells.get("Regime", "")].say("unscId", target, at=at)
            if cited and target[2] == letter:
                self._own.add(target)
            elif target not in self._own:
                self._tie(target, text, *sentence_at(text, start, end))

    def _tie(self, target: str, text: str, start: int, end: int) -> None:
        at = f"Other Information@{start}-{end}"
        tie = self._ties.get(target)
        if tie is None:
            tie = self._ties[target] = _Once(self._out.entity(f"{self._it.subject.id}-rel-{target}", "UnknownLink"))
        tie.say("subject", self._it.subject.id, at=at)
        tie.say("object", f"un-{target}", at=at)
        tie.say("summary", text[start:end], at=at)


class _Once:
    """A thing of which each claim is made once, however many rows repeat it."""

    __slots__ = ("_said", "subject")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        #: each `property:value`; pairs of the two would be walked through by every garbage collection
        self._said: set[str] = set()

    def new(self, prop: str, value: str) -> bool:
        """Whether there is a value and no row has said so before."""
        key = f"{prop}:{value}"
        if not value or key in self._said:
            return False
        self._said.add(key)
        return True

    def say(self, prop: str, value: str | None, *, at: str) -> None:
        if value and self.new(prop, value):
            self.subject.say(prop, value, at=at)


READER = ConListReader()
