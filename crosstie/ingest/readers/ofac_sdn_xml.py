"""OFAC's lists in its first XML format: `sdnList` with one `sdnEntry` per party (sdn.xml, consolidated.xml).

Published by the Sanctions List Service of the US Treasury; the format is described by its sdn.xsd. The namespace has changed over the
years and is ignored. Features, registrations and documents stand side by side in `idList`, told apart by `idType` alone. What a remark says
is “Linked To” a party of the same file becomes a tie; the reader for the enhanced format gets those typed.
"""

from __future__ import annotations

from lxml import etree

from crosstie.ingest.dates import say_dates
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original
from crosstie.ingest.readers.ofac_party import Links, Party, profile
from crosstie.ingest.xml import local, records, texts

_VESSEL = {
    "callSign": "Vessel Call Sign",
    "vesselType": "VESSEL TYPE",
    "vesselFlag": "Vessel Flag",
    "vesselOwner": "Vessel Owner",
    "tonnage": "Vessel Tonnage",
    "grossRegisteredTonnage": "Vessel Gross Registered Tonnage",
}
_ADDRESS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode")
_BIRTH = {"dateOfBirthList": ("dateOfBirth", "Birthdate"), "placeOfBirthList": ("placeOfBirth", "Place of Birth")}
_COUNTRY = {"nationalityList": "Nationality Country", "citizenshipList": "Citizenship Country"}


class OfacSdnXml:
    """OFAC lists as sdnList XML."""

    name = "ofac-sdn-xml"
    title = "OFAC SDN and consolidated lists, simple XML (sdnList)"
    profile = profile("ofac-sdn-xml")

    def recognises(self, head: Head) -> bool:
        """By the document element."""
        return head.root == "sdnList"

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each entry says, then the ties between entries."""
        links = Links()
        for place, element in records(original, ("publshInformation", "sdnEntry"), out):
            if local(element) == "publshInformation":
                _published(element, out)
                continue
            out.record(place)
            _entry(element, out, links)
        links.say(out)


def _published(element: etree._Element, out: Emitter) -> None:
    for child in element:
        if local(child) == "Publish_Date" and child.text:
            month, _, rest = child.text.strip().partition("/")
            day, _, year = rest.partition("/")
            out.version(f"{year}-{month:0>2}-{day:0>2}")


def _entry(element: etree._Element, out: Emitter, links: Links) -> None:
    text = texts(element)
    number, last, first = text.get("uid"), text.get("lastName", ""), text.get("firstName", "")
    if number is None:
        out.reject("an entry without uid", f"{first} {last}")
        return
    party = Party(out, number, text.get("sdnType"), at="sdnType")
    links.known(party, f"{last}, {first}" if first else last)
    _names(party, first, last)
    party.subject.say("title" if party.kind == "Person" else "notes", text.get("title"), at="title")
    party.remarks(text.get("remarks"), links)
    for child in element:
        tag = local(child)
        if tag == "programList":
            for index, programme in enumerate(child, 1):
                party.programme(programme.text, at=f"programList/program[{index}]")
        elif tag == "vesselInfo":
            for one in child:
                party.item(_VESSEL.get(local(one), local(one)), one.text, at=f"vesselInfo/{local(one)}", key="")
        elif tag.endswith("List"):
            _list(party, tag, child)
        elif tag not in _SAID and tag in text:
            party.note(tag, text[tag], at=tag)


_SAID = frozenset({"uid", "firstName", "lastName", "title", "sdnType", "remarks"})


def _list(party: Party, tag: str, element: etree._Element) -> None:
    for index, item in enumerate(element, 1):
        cells = texts(item)
        at = f"{tag}/{local(item)}[{index}]"
        if tag == "akaList":
            _alias(party, cells, at)
        elif tag == "addressList":
            party.address([cells[cell] for cell in _ADDRESS if cell in cells], cells.get("country"), at=at)
        elif tag == "idList":
            _document(party, cells, at, cells.get("uid", str(index)))
        elif tag in _BIRTH:
            cell, label = _BIRTH[tag]
            party.item(label, cells.get(cell), at=at, key="")
        elif tag in _COUNTRY:
            party.item(_COUNTRY[tag], cells.get("country"), at=at, key="")
        else:
            party.note(tag, "; ".join(cells.values()), at=at)


def _names(party: Party, first: str, last: str) -> None:
    party.name(f"{first} {last}".strip(), None, primary=True, weak=False, at="lastName")
    if party.kind == "Person":
        party.subject.say("firstName", first, at="firstName")
        party.subject.say("lastName", last, at="lastName")


def _alias(party: Party, cells: dict[str, str], at: str) -> None:
    first, last = cells.get("firstName", ""), cells.get("lastName", "")
    weak = cells.get("category") == "weak"
    party.name(f"{first} {last}".strip(), cells.get("type"), primary=False, weak=weak, at=at)
    if party.kind == "Person" and first and not weak:
        party.subject.say("firstName", first, at=at)
        party.subject.say("lastName", last, at=at)


def _document(party: Party, cells: dict[str, str], at: str, key: str) -> None:
    label, number = cells.get("idType", ""), cells.get("idNumber")
    if "issueDate" in cells or "expirationDate" in cells:
        party.document(label, number, country=cells.get("idCountry"), at=at, key=key)
        paper = party.out.entity(f"{party.id}-id-{key}", "Passport" if "Passport" in label else "Identification")
        say_dates(paper, "startDate", cells.get("issueDate"), at=at)
        say_dates(paper, "endDate", cells.get("expirationDate"), at=at)
        return
    party.item(label, number, country=cells.get("idCountry"), at=at, key=key)


READER = OfacSdnXml()
