"""OFAC's SDN list as three CSV files without a header: parties with remarks, addresses, alternate names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crosstie.ingest import rows
from crosstie.ingest.countries import say_countries
from crosstie.ingest.dates import find_dates
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers import ofac_vocabulary as terms
from crosstie.ingest.readers.listing import say_phone
from crosstie.ingest.readers.ofac_party import Link, Links, Party
from crosstie.model import schema as model

_NULL = "-0-"
_CUT = 1_000
_SDN = (
    "ent_num",
    "SDN_Name",
    "SDN_Type",
    "Program",
    "Title",
    "Call_Sign",
    "Vess_type",
    "Tonnage",
    "GRT",
    "Vess_flag",
    "Vess_owner",
    "Remarks",
)
_ALT = ("ent_num", "alt_num", "alt_type", "alt_name", "alt_remarks")
_ADD = ("ent_num", "add_num", "Address", "City/State/Postal", "Country", "Add_remarks")
_KINDS = {"individual": "Individual", _NULL: "Entity", "vessel": "Vessel", "aircraft": "Aircraft"}
_VESSEL = {
    "Call_Sign": "Vessel Call Sign",
    "Vess_type": "VESSEL TYPE",
    "Tonnage": "Vessel Tonnage",
    "GRT": "Vessel Gross Registered Tonnage",
    "Vess_flag": "Vessel Flag",
    "Vess_owner": "Vessel Owner",
}
_ALIASES = {"a": "alias", "f": "previousName", "n": "alias"}
_COUNTRIES = {"Nationality Country": "nationality", "Citizenship Country": "citizenship", "Former Vessel Flag": "pastFlags"}
#: labels of the remarks, other than OFAC's own terms, and the term that each stands for
_LABELS = {
    "nationality": "Nationality Country",
    "citizen": "Citizenship Country",
    "POB": "POB",
    "DOB": "DOB",
    "Gender": "Gender",
    "Telephone No.": "Phone Number",
    "Telephone": "Phone Number",
    "Phone No.": "Phone Number",
    "Fax No.": "Fax",
    "Fax": "Fax",
    "E-mail": "Email Address",
    "Email": "Email Address",
    "Tel.": "Phone Number",
    "National ID No.": "National ID No.",
    "Cedula No.": "Cedula No.",
    "Cedula de Residencia": "Cedula de Residencia No.",
    "Driver's License No.": "Driver's License No.",
    "Position:": "Title",
    "Business Registration Document": "Business Registration Document #",
    "Vessel Registration Identification": "Vessel Registration Identification",
}
_TERMS = {
    **{
        term: term
        for group in (terms.FEATURES, terms.DATES, terms.NAMED, terms.PROVISIONS, terms.NUMBERS, terms.COMPANY, terms.DOCUMENTS)
        for term in group
    },
    **_LABELS,
}
_TERM = re.compile(
    r"(?:alt\. )?(?:(?P<term>"
    + "|".join(re.escape(term) for term in sorted(_TERMS, key=len, reverse=True))
    + r")(?![\w.])|Digital Currency Address - "
    r"(?P<coin>\w+)|(?P<number>[^\d;]{2,70}?(?: No\.?| Number| #| ID| Card| Certificate| Code)(?: \([^)]*\))?))(?P<colon>:?)(?:\s+|$)(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ALIAS = re.compile(r"""(?:alt\. )?([afn])\.k\.a\. ["'](.+?)["']\s*""", re.IGNORECASE | re.DOTALL)
_LINKED = re.compile(r"Linked To:\s+(.+)", re.DOTALL)
_PAPER = re.compile(
    r"(?P<number>.*?)(?:\s*\((?P<country>[^()]*(?:\([^()]*\))?[^()]*)\))?(?:\s*issued (?P<issued>[^();]*?))?(?:\s*expires (?P<expires>[^();]*?))?",
    re.DOTALL,
)
_SEMICOLON = re.compile(r"(;\s*)")
_PROGRAMMES = re.compile(r"\]\s*\[|;")
_THREE_SMALL = re.compile(r"[a-z]{3}")
_SUFFIX = re.compile(r"(?:Jr|Sr|I{1,3}|IV)\.?")
_COMPANY = re.compile(
    r"\b(?:ltd|inc|llc|co|corp|limited|company|gmbh|sarl|sal|plc|bv|ag|sa|srl|spa|jsc|pjsc|oao|zao|ooo)\b\.?|\.[A-Z]\.|\bS\.|C\.V",
    re.IGNORECASE,
)


class SdnReader:
    """Reads sdn.csv."""

    name = "ofac-sdn-csv"
    title = "OFAC SDN list, sdn.csv"
    profile = Profile(
        "ofac", "ofac-sdn", "OFAC", "A2", promise=Promise(min_records=3, max_records=200_000, min_named_share=0.98), curated=True
    )

    def recognises(self, head: Head) -> bool:
        """By its twelve columns, the first a number, the third a kind of party."""
        return _fits(head, _SDN) and all(row[2] in _KINDS for row in _sample(head))

    def read(self, original: Original, out: Emitter) -> None:
        """Each party with what its remarks say."""
        links = Links()
        for cells in _records(original, out, _SDN):
            party = Party(out, cells["ent_num"], _KINDS.get(cells.get("SDN_Type", _NULL), cells.get("SDN_Type")), at="SDN_Type")
            _Sdn(party, cells, links).read()
        links.say(out)


class AltReader:
    """Reads alt.csv."""

    name = "ofac-alt-csv"
    title = "OFAC SDN list, alternate names, alt.csv"
    profile = Profile(
        "ofac", "ofac-alt", "OFAC", "A2", promise=Promise(min_records=1, max_records=1_000_000, min_named_share=0.98), curated=True
    )

    def recognises(self, head: Head) -> bool:
        """By its five columns, two numbers and a kind of name first."""
        return _fits(head, _ALT) and all(row[1].isdigit() and row[2] in ("aka", "fka", "nka") for row in _sample(head))

    def read(self, original: Original, out: Emitter) -> None:
        """Each alternate name, of a party that sdn.csv describes."""
        for cells in _records(original, out, _ALT):
            party = out.entity(f"ofac-{cells['ent_num']}", "LegalEntity")
            kind, written = cells.get("alt_type", ""), cells.get("alt_name", "")
            if not written:
                out.reject("no name", " ".join(cells.values()))
            name = spoken(written) if is_persons(written) else written
            party.say(_ALIASES.get(kind[:1], "alias"), name, at="alt_name", original=written if name != written else None)
            party.say("notes", cells.get("alt_remarks"), at="alt_remarks")


class AddReader:
    """Reads add.csv."""

    name = "ofac-add-csv"
    title = "OFAC SDN list, addresses, add.csv"
    profile = Profile("ofac", "ofac-add", "OFAC", "A2", promise=Promise(min_records=1, max_records=1_000_000), curated=True)

    def recognises(self, head: Head) -> bool:
        """By its six columns, two numbers first."""
        return _fits(head, _ADD) and all(row[1].isdigit() for row in _sample(head))

    def read(self, original: Original, out: Emitter) -> None:
        """Each address, of a party that sdn.csv describes."""
        for cells in _records(original, out, _ADD):
            party = out.entity(f"ofac-{cells['ent_num']}", "LegalEntity")
            lines = [cells[part] for part in ("Address", "City/State/Postal") if part in cells]
            country = cells.get("Country")
            if lines:
                party.say("address", ", ".join([*lines, country] if country else lines), at="Address")
            party.say("country", country, at="Country")
            party.say("notes", cells.get("Add_remarks"), at="Add_remarks")


class _Sdn:
    """One row of sdn.csv."""

    def __init__(self, party: Party, cells: dict[str, str], links: Links) -> None:
        self._party, self._cells, self._links = party, cells, links
        self._keys = 0

    def read(self) -> None:
        party, cells = self._party, self._cells
        written = cells.get("SDN_Name", "")
        person = party.kind == "Person"
        name = spoken(written) if person else written
        self._links.known(party, written.rstrip("."))
        party.subject.say("name", name, at="SDN_Name", original=written if name != written else None)
        if person and "," in written:
            last, _, rest = written.partition(",")
            first, suffix = _without_suffix(rest.strip())
            for prop, value in (("lastName", last), ("firstName", first), ("nameSuffix", suffix)):
                party.subject.say(prop, value, at="SDN_Name")
        if party.kind == "Airplane":
            party.subject.say("registrationNumber", written, at="SDN_Name")
        for programme in _PROGRAMMES.split(cells.get("Program", "")):
            party.programme(programme.strip(" []"), at="Program")
        if title := cells.get("Title"):
            party.subject.say("position" if person else "notes", title, at="Title")
        for column, term in _VESSEL.items():
            if column == "Vess_flag" and party.kind == "Vessel":
                say_countries(party.subject, "flag", cells.get(column), at=column)
            elif column in cells:
                party.item(term, cells[column], at=column, key="")
        self._remarks(cells.get("Remarks", ""))

    def _remarks(self, text: str) -> None:
        party = self._party
        party.subject.say("notes", text, at="Remarks")
        cut = len(text) >= _CUT and not text.endswith(".")
        pieces = list(_segments(text))
        if cut and pieces:
            start, last = pieces.pop()
            party.out.reject("remarks that are cut off at 1,000 characters", last, at=f"Remarks@{start}-{len(text)}")
        for start, piece in pieces:
            self._piece(piece, f"Remarks@{start}-{start + len(piece)}")

    def _piece(self, piece: str, at: str) -> None:
        party = self._party
        if ('"' in piece or "'" in piece) and (match := _ALIAS.fullmatch(piece)):
            written = match[2].strip("'\" ")
            name = spoken(written) if party.kind == "Person" and is_persons(written) else written
            prop = "weakAlias" if match[1].casefold() == "a" else _ALIASES[match[1].casefold()]
            party.subject.say(prop, name, at=at, original=piece)
        elif piece.startswith("Linked To:") and (match := _LINKED.fullmatch(piece)):
            self._links.named.append(Link(party.out.place, at, party.id, match[1].strip().rstrip(".")))
        elif match := _TERM.fullmatch(piece):
            self._term(match, piece, at)

    def _term(self, match: re.Match[str], piece: str, at: str) -> None:
        """A labelled value; what has no label stays in the notes, which hold the whole remarks."""
        party, value = self._party, match["value"].strip()
        if match["coin"]:
            party.item(f"{terms.CURRENCY}{match['coin']}", value, at=at, key="")
            return
        written = match["term"] or match["number"]
        term = _TERMS.get(written, written)
        if term in ("Phone Number", "Fax"):
            say_phone(party.subject, value.lstrip(": "), at=at)
        elif term == "Title":
            party.subject.say("position" if party.kind == "Person" else "notes", value, at=at)
        elif term == "DOB" and value.casefold().startswith("circa"):
            for date in find_dates(value):
                party.subject.say("birthDate", date, at=at, original=value)
        elif term in _COUNTRIES:
            prop = _COUNTRIES[term] if model.prop(party.kind, _COUNTRIES[term]) else "country"
            say_countries(party.subject, prop, value, at=at)
        elif term in terms.PROVISIONS:
            party.sanction.say("provisions", piece.removeprefix("alt. "), at=at)
        elif term in terms.FEATURES or term in terms.DATES or term in terms.NAMED:
            party.item(term, value, at=at, key="")
        elif value and any(letter.isdigit() for letter in value):
            self._paper(term, value, at)

    def _paper(self, label: str, value: str, at: str) -> None:
        match = _PAPER.fullmatch(value)
        assert match is not None  # every group is optional
        number, country = match["number"].strip(" ,"), match["country"]
        if country and not cleaner("Identification", "country")(country):
            number, country = f"{number} ({country})", None
        self._keys += 1
        issued, expires = (find_dates(match[part] or "")[:1] for part in ("issued", "expires"))
        self._party.document(label, number, country=country, issued=issued, expires=expires, at=at, key=str(self._keys))


def spoken(name: str) -> str:
    """A name “LAST, First Middle, Jr.” as it is spoken: “First Middle LAST, Jr.”."""
    last, _, rest = name.partition(",")
    first, suffix = _without_suffix(rest.strip())
    return " ".join(f"{first} {last.strip()}".split()) + (f", {suffix}" if suffix else "")


def is_persons(name: str) -> bool:
    """Whether a name is a person's, as OFAC writes it: the family name in capitals, a comma, given names in small letters."""
    last, comma, rest = name.partition(",")
    return bool(comma) and any(letter.islower() for letter in rest) and not _THREE_SMALL.search(last) and not _COMPANY.search(rest)


def _without_suffix(given: str) -> tuple[str, str | None]:
    first, comma, last = given.rpartition(",")
    return (first.strip(), last.strip()) if comma and _SUFFIX.fullmatch(last.strip()) else (given, None)


def _segments(text: str) -> Iterator[tuple[int, str]]:
    """The pieces of the remarks between semicolons, with where each begins; the full stop at the end is none of them."""
    start = 0
    for piece in _SEMICOLON.split(text):
        if piece and not piece.startswith(";"):
            end = start + len(piece)
            yield start, piece[:-1] if end == len(text) and piece.endswith(".") else piece
        start += len(piece)


def _records(original: Original, out: Emitter, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for number, cells in rows.rows(original, out, columns=len(columns)):
        out.record(f"row {number}")
        said = {name: value for name, cell in zip(columns, cells, strict=True) if (value := cell.strip()) and value != _NULL}
        if said.get("ent_num", "").isdigit():
            yield said
        else:
            out.reject("no number of a party", ",".join(cells))


def _sample(head: Head) -> list[tuple[str, ...]]:
    return [row for row in head.rows if row != (rows.END_MARK,)]


def _fits(head: Head, columns: tuple[str, ...]) -> bool:
    """Whether all rows have these columns, a number first, and none is a header."""
    sample = _sample(head)
    return (
        head.media == "csv" and not head.columns and bool(sample) and all(len(row) == len(columns) and row[0].isdigit() for row in sample)
    )


READERS: tuple[SdnReader | AltReader | AddReader, ...] = (SdnReader(), AltReader(), AddReader())
