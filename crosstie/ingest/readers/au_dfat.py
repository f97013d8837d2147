"""Australia's Consolidated List of persons and entities under targeted financial sanctions, as a workbook.

Published by the Australian Sanctions Office in the Department of Foreign Affairs and Trade (regulation8_consolidated.xlsx); there is no
description of the format but the columns themselves, which are known by name, some since 2024 only. A row holds one name: reference 23 the
primary one, 23a, 23b and so on the others of the same target, mostly in rows that follow it. A reference that comes back later with a primary
name has been given twice by mistake and is read as another target.
"""

from __future__ import annotations

import re

from crosstie.errors import DamagedFile
from crosstie.ingest.countries import countries_in, say_countries
from crosstie.ingest.dates import find_dates, say_dates
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.prose import numbered, references, sentence_at
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers.listing import Once, listed, say_or_note
from crosstie.ingest.sheets import sheet_rows

_HEADER = frozenset({"reference", "nameofindividualorentity", "type", "nametype"})
_SCHEMATA = {"individual": "Person", "person": "Person", "entity": "Organization", "vessel": "Vessel", "ship": "Vessel"}
_NAMES = {
    "primaryname": "name",
    "primary": "name",
    "primayname": "name",
    "aka": "alias",
    "originalscript": "alias",
    "formerlyknownas": "previousName",
    "fka": "previousName",
    "previouslylistedas": "previousName",
}
_MEASURES = {
    "targetedfinancialsanction": "Targeted financial sanction",
    "travelban": "Travel ban",
    "armsembargo": "Arms embargo",
    "maritimerestriction": "Maritime restriction",
}
_READ = (
    _HEADER
    | _MEASURES.keys()
    | {
        "aliasstrength",
        "dateofbirth",
        "placeofbirth",
        "citizenship",
        "address",
        "additionalinformation",
        "listinginformation",
        "imonumber",
        "committees",
        "controldate",
        "instrumentofdesignation",
    }
)
_REFERENCE = re.compile(r"(\d+)\s*([a-z]*)", re.IGNORECASE)
_LINES = re.compile(r"\s*(?:_x000D_)?\s*\n\s*|_x000D_\s*,?")
_LISTED = re.compile(r"(?:listed|designated|declared)(?: (?:by|on|under|in)\b[^.;]{0,40}?)? ?on?\b", re.IGNORECASE)
_OWN = re.compile(r"(?:UN|permanent) ref(?:erence)?\.?\s*(?:no\.?|number)?\s*[:.]?\s*$", re.IGNORECASE)


class AuDfat:
    """The Australian list."""

    name = "au-dfat"
    title = "Australia, DFAT Consolidated List, XLSX"
    profile = Profile("au", "au-dfat", "Australia DFAT", "A2", promise=Promise(min_records=1), curated=True)

    def recognises(self, head: Head) -> bool:
        """By its columns."""
        return head.media == "xlsx" and any({_key(cell) for cell in row} >= _HEADER for row in head.rows)

    def read(self, original: Original, out: Emitter) -> None:
        """Each row speaks for its target; DamagedFile where no row has the list's columns."""
        sheet, rows = sheet_rows(original.path, original.name, None)
        place = f"{sheet}!row" if sheet else "row"
        columns: list[str] | None = None
        labels: dict[str, str] = {}
        list_ = _List(out)
        for number, row in enumerate(rows, 1):
            if columns is None:
                if {_key(cell) for cell in row} >= _HEADER:
                    columns = [_key(cell) for cell in row]
                    labels = {_key(cell): " ".join(cell.split()) for cell in row}
                elif date := find_dates(" ".join(row)):
                    out.version(date[0])
                continue
            cells = {
                column: value for column, cell in zip(columns, row, strict=False) if column and (value := cell.replace("\xa0", " ").strip())
            }
            if cells:
                list_.row(f"{place} {number}", cells, labels)
        if columns is None:
            raise DamagedFile(f"{original.name}: no row has the columns Reference, Name of Individual or Entity, Type, Name Type")


class _List:
    """The references so far, and the target that rows speak of now."""

    def __init__(self, out: Emitter) -> None:
        self.out = out
        self.kinds: dict[str, str] = {}  # by key, of every target so far
        self.uses: dict[str, int] = {}
        self.now = ""
        self.target: _Target | None = None

    def row(self, place: str, cells: dict[str, str], labels: dict[str, str]) -> None:
        self.out.place = place
        match = _REFERENCE.fullmatch(cells.get("reference", ""))
        if match is None:
            self.out.reject(
                "no reference" if "reference" not in cells else "not a reference", "; ".join(cells.values()), at=labels["reference"]
            )
            return
        number, letter = match[1], match[2]
        if self.target is None or number != self.now:
            self.now = number
            self.target = self._begin(place, number, cells, labels, again=not letter or number not in self.uses)
        self.target.read(cells, labels, primary=not letter)

    def _begin(self, place: str, number: str, cells: dict[str, str], labels: dict[str, str], *, again: bool) -> _Target:
        uses = self.uses[number] = self.uses.get(number, 0) + again
        key = number if uses == 1 else f"{number}-{uses}"
        if again:
            self.out.record(place)
            if uses > 1:
                said = f"note: reference {number} stands for another before, read as {key}"
                self.out.reject(said, cells.get("nameofindividualorentity", ""), at=labels["reference"])
            kind = cells.get("type", "")
            self.kinds[key] = _SCHEMATA.get(kind.casefold(), "LegalEntity")
            if kind.casefold() not in _SCHEMATA:
                self.out.reject("not a kind of target", kind, at=labels["type"])
        return _Target(self.out, key, self.kinds[key])


class _Target:
    """One target, over its rows."""

    __slots__ = ("_acts", "_new", "_out", "_own", "subject")

    def __init__(self, out: Emitter, key: str, schema: str) -> None:
        self._out = out
        self.subject = out.entity(f"{out.dataset}-{key}", schema)
        self.subject.say("topics", "sanction")
        self._new = Once()
        self._acts: dict[str, str] = {}
        self._own: set[str] = set()

    def read(self, cells: dict[str, str], labels: dict[str, str], *, primary: bool) -> None:
        it, new = self.subject, self._new
        self._name(cells, labels, primary=primary)
        if new("birthDate", cells.get("dateofbirth")):
            if it.schema == "Person":
                say_dates(it, "birthDate", cells["dateofbirth"].replace("\n", " "), at=labels["dateofbirth"])
            else:
                it.say("notes", f"Date of Birth: {cells['dateofbirth']}", at=labels["dateofbirth"])
        for place in _lines(cells.get("placeofbirth", "")):
            if new("birthPlace", place):
                say_or_note(it, "birthPlace", place, label=labels["placeofbirth"], at=labels["placeofbirth"])
                if it.schema == "Person":
                    for country in countries_in(place.rpartition(",")[2]):
                        it.say("birthCountry", country, at=labels["placeofbirth"], original=place)
        if new("citizenship", cells.get("citizenship")):
            say_countries(it, "citizenship" if it.schema == "Person" else "country", cells["citizenship"], at=labels["citizenship"])
        for address in _lines(cells.get("address", "")):
            if new("address", address):
                it.say("address", address, at=labels["address"])
                for country in countries_in(address.rpartition(",")[2]):
                    it.say("country", country, at=labels["address"], original=address)
        if new("imoNumber", cells.get("imonumber")):
            say_or_note(it, "imoNumber", cells["imonumber"], label=labels["imonumber"], at=labels["imonumber"])
        for column in sorted(cells.keys() - _READ):
            if new(column, cells[column]):
                it.say("notes", f"{labels[column]}: {cells[column]}", at=labels[column])
        self._listing(cells, labels)
        self._narrative(cells.get("additionalinformation", ""), labels.get("additionalinformation", ""))

    def _name(self, cells: dict[str, str], labels: dict[str, str], *, primary: bool) -> None:
        at = labels["nameofindividualorentity"]
        name = cells.get("nameofindividualorentity")
        if name is None:
            self._out.reject("no name", "; ".join(cells.values()), at=at)
            return
        kind = _key(cells.get("nametype", ""))
        prop = _NAMES.get(kind, "name" if primary else "alias")
        if cells.get("aliasstrength", "").casefold() in ("weak", "low", "low quality") and prop != "name":
            prop = "weakAlias"
        if self._new(prop, name):
            self.subject.say(prop, name.replace("_x000D_", " "), at=at)

    def _listing(self, cells: dict[str, str], labels: dict[str, str]) -> None:
        new = self._new
        programme = cells.get("committees", "")
        number = self._acts.get(programme)
        if number is None:
            number = self._acts[programme] = str(len(self._acts) + 1)
            act = listed(self._out, self.subject, "Department of Foreign Affairs and Trade", "au", number)
            act.say("program", programme, at=labels.get("committees", ""))
            act.say("programId", programme, at=labels.get("committees", ""))
            self.subject.say("programId", programme, at=labels.get("committees", ""))
        act = self._out.entity(f"{self.subject.id}-sanction-{number}", "Sanction")
        if new(f"{number}/startDate", cells.get("controldate")):
            say_dates(act, "startDate", cells["controldate"], at=labels["controldate"])
        for column in ("listinginformation", "instrumentofdesignation"):
            if new(f"{number}/summary", cells.get(column)):
                text = cells[column]
                dates = find_dates(text)
                words = _LISTED.search(text)
                if dates and (len(text) <= 20 or words):
                    after = find_dates(text[words.end() :] if words else text)
                    act.say("listingDate", (after or dates)[0], at=labels[column], original=text)
                if len(text) > 20 or not dates:
                    act.say("summary", text, at=labels[column])
        for column, measure in _MEASURES.items():
            value = cells.get(column, "").casefold()
            if value and value not in ("false", "no", "n", "0") and new(f"{number}/provisions", measure):
                said = measure if value in ("true", "yes", "y", "1", "x") else f"{measure}: {cells[column]}"
                act.say("provisions", said, at=labels[column])

    def _narrative(self, text: str, at: str) -> None:
        if not self._new("notes", text):
            return
        clean = text.replace("_x000D_", "")
        self.subject.say("notes", clean, at=at)
        act = self._out.entity(f"{self.subject.id}-sanction-1", "Sanction")
        for target, start, end in references(clean):
            if _OWN.search(clean, max(0, start - 30), start):
                self._own.add(target)
                act.say("unscId", target, at=f"{at}@{start}-{end}")
            elif target not in self._own:
                first, last = sentence_at(clean, start, end)
                tie = self._out.entity(f"{self.subject.id}-rel-{target}", "UnknownLink")
                tie.say("subject", self.subject.id, at=f"{at}@{first}-{last}")
                tie.say("object", f"un-{target}", at=f"{at}@{first}-{last}")
                tie.say("summary", clean[first:last], at=f"{at}@{first}-{last}")


def _key(label: str) -> str:
    return re.sub(r"[^a-z0-9]", "", label.casefold())


def _lines(text: str) -> list[str]:
    """The pieces of a cell: lines, pieces parted by semicolons, numbered or lettered pieces."""
    pieces = [piece for line in _LINES.split(text) for one in line.split(";") for piece in numbered(one)]
    return [piece for one in pieces if (piece := " ".join(one.split()).strip(" ,"))]


READER = AuDfat()
