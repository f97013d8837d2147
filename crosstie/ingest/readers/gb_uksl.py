"""The UK Sanctions List of the Foreign, Commonwealth & Development Office: since 28 January 2026 the only list of the United Kingdom.

Published as CSV and as XML; the format is described by the notes on the list's page, there is no schema. In CSV a designation has a row for
each combination of its names, addresses and so on, below a line with the date of the report; rows of one designation stand together. In XML
each is one `Designation`. Ids are those of the OFSI group where there is one, so that the older list speaks of the same things.
"""

from __future__ import annotations

from lxml import etree

from crosstie.errors import DamagedFile
from crosstie.ingest import rows
from crosstie.ingest.dates import find_dates
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise, Reader
from crosstie.ingest.readers.gb_designation import SCHEMATA, Designation, key
from crosstie.ingest.xml import local, records

_HEADER = ("Unique ID", "Name 6", "Name type", "Regime Name", "Designation Type")
_NAMES = tuple(f"Name {number}" for number in range(1, 7))
_ADDRESS = (*(f"Address Line {number}" for number in range(1, 7)), "Address Postal Code")
_PAPERS = (
    ("Passport number", "Passport additional information", True),
    ("National Identifier number", "National Identifier additional information", False),
)
_GROUPED = frozenset(
    {
        *_NAMES,
        *_ADDRESS,
        "Name type",
        "Alias strength",
        "Name non-latin script",
        "Non-latin script type",
        "Non-latin script language",
        "Address Country",
        "Town of birth",
        "Country of birth",
        *(column for paper in _PAPERS for column in paper[:2]),
    }
)


def _profile(series: str) -> Profile:
    return Profile("gb", series, "United Kingdom", "A2", promise=Promise(min_records=1), curated=True)


class UkslCsv:
    """The UK Sanctions List as CSV."""

    name = "gb-uksl-csv"
    title = "UK Sanctions List (FCDO), CSV"
    profile = _profile("gb-uksl")

    def recognises(self, head: Head) -> bool:
        """By its columns, below the line with the date or not."""
        return head.media == "csv" and any(set(_HEADER) <= set(row) for row in head.rows)

    def read(self, original: Original, out: Emitter) -> None:
        """Each row speaks for its designation; DamagedFile where no row has the list's columns."""
        names: list[str] | None = None
        seen: set[str] = set()
        current: Designation | None = None
        unique = ""
        for number, row in rows.rows(original, out, header=_HEADER):
            cells = [cell.strip() for cell in row]
            if names is None:
                if set(_HEADER) <= set(cells):
                    names = cells
                elif date := find_dates(" ".join(cells)):
                    out.version(date[0])
                continue
            said = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
            here = said.get("Unique ID", "")
            if current is None or here != unique:
                if here not in seen:
                    out.record(f"row {number}")
                out.place = f"row {number}"
                unique, current = (
                    here,
                    _begin(out, here, said.get("OFSI Group ID"), said.get("Designation Type", ""), ", ".join(said.values())),
                )
                seen.add(here)
            out.place = f"row {number}"
            if current is not None:
                _row(current, said)
        if names is None:
            raise DamagedFile(f"{original.name}: no row has the columns {', '.join(_HEADER)}")


def _begin(out: Emitter, unique: str, group: str | None, kind: str, excerpt: str) -> Designation | None:
    if not unique or kind.casefold() not in SCHEMATA:
        out.reject(f"not a kind of designation: “{kind}”" if unique else "a designation without a unique id", excerpt)
        return None
    return Designation(out, unique, group, kind)


def _row(it: Designation, said: dict[str, str]) -> None:
    it.name([said.get(part) for part in _NAMES], said.get("Name type", ""), said.get("Alias strength", ""), at="Name 6")
    it.other_script(said.get("Name non-latin script"), said.get("Non-latin script language", ""), at="Name non-latin script")
    it.address([said.get(part) for part in _ADDRESS], said.get("Address Country"), at="Address Line 1")
    it.birth_place(said.get("Town of birth"), said.get("Country of birth"), at="Town of birth")
    for number, details, passport in _PAPERS:
        it.paper(said.get(number), said.get(details), passport=passport, at=number)
    for column, value in said.items():
        if column not in _GROUPED:
            it.field(column, value, at=column)


class UkslXml:
    """The UK Sanctions List as XML."""

    name = "gb-uksl-xml"
    title = "UK Sanctions List (FCDO), XML"
    profile = _profile("gb-uksl")

    def recognises(self, head: Head) -> bool:
        """By the document element."""
        return head.root == "Designations"

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each designation says."""
        for place, element in records(original, ("DateGenerated", "Designation"), out):
            if local(element) == "DateGenerated":
                if date := find_dates(element.text or ""):
                    out.version(date[0])
                continue
            out.record(place)
            cells = {local(child): child.text.strip() for child in element if child.text and child.text.strip()}
            it = _begin(
                out, cells.get("UniqueID", ""), cells.get("OFSIGroupID"), cells.get("IndividualEntityShip", ""), ", ".join(cells.values())
            )
            if it is not None:
                _walk(it, element, "", indicators="SanctionsImposed" not in cells)


def _walk(it: Designation, element: etree._Element, path: str, *, indicators: bool) -> None:
    """Claim what stands below an element: groups of fields together, each other field by itself."""
    counts: dict[str, int] = {}
    for child in element:
        tag = local(child)
        counts[tag] = counts.get(tag, 0) + 1
        at = f"{path}{tag}[{counts[tag]}]"
        if tag == "SanctionsImposedIndicators":
            for one in child if indicators else ():
                if (one.text or "").strip() == "true":
                    it.field("SanctionsImposed", local(one), at=f"{at}/{local(one)}")
        elif not len(child):
            if child.text and child.text.strip():
                it.field(tag, child.text.strip(), at=at)
        else:
            cells = {key(local(cell)): cell.text.strip() for cell in child if not len(cell) and cell.text and cell.text.strip()}
            if not _group(it, tag, cells, at):
                _walk(it, child, f"{at}/", indicators=indicators)


def _group(it: Designation, tag: str, cells: dict[str, str], at: str) -> bool:
    """Claim a group of fields that belong together; False where the element is none."""
    get = cells.get
    if tag == "Name":
        it.name([get(f"name{number}") for number in range(1, 7)], get("nametype", ""), get("aliasstrength", ""), at=at)
    elif tag == "NonLatinName":
        it.other_script(get("namenonlatinscript"), get("nonlatinscriptlanguage", ""), at=at)
    elif tag == "Address":
        lines = [get(f"addressline{number}") for number in range(1, 7)]
        it.address([*lines, get("addresspostalcode")], get("addresscountry"), at=at)
    elif tag == "Location":
        it.birth_place(get("townofbirth"), get("countryofbirth"), at=at)
    elif "passportnumber" in cells or "passportadditionalinformation" in cells:
        it.paper(get("passportnumber"), get("passportadditionalinformation"), passport=True, at=at)
    elif "nationalidentifiernumber" in cells or "nationalidentifieradditionalinformation" in cells:
        it.paper(get("nationalidentifiernumber"), get("nationalidentifieradditionalinformation"), passport=False, at=at)
    else:
        return False
    return True


READERS: list[Reader] = [UkslCsv(), UkslXml()]
