"""OFAC's lists in the enhanced XML format: `sanctionsData` with `entities/entity`, names in every script, typed features and relations.

Published by the Sanctions List Service of the US Treasury (sdn_enhanced.xml, cons_enhanced.xml, or a selection by programme); the format is
described by its ENHANCED_XML.xsd. Every relation stands with the party that it runs from, names the other by id, and becomes an edge when all
parties of the file are known, because OFAC has a few the wrong way round; a related party outside the file is named, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original
from crosstie.ingest.readers import ofac_vocabulary as terms
from crosstie.ingest.readers.ofac_party import Links, Party, Relation, period, profile
from crosstie.ingest.xml import local, records, texts

_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DATE_ENDS = ("fromDateBegin", "fromDateEnd", "toDateBegin", "toDateEnd")


class OfacEnhanced:
    """OFAC lists as enhanced XML."""

    name = "ofac-enhanced"
    title = "OFAC lists, enhanced XML (sanctionsData)"
    profile = profile("ofac-enhanced")

    def recognises(self, head: Head) -> bool:
        """By the document element."""
        return head.root == "sanctionsData"

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each entity says, then the relations."""
        links = Links()
        for place, element in records(original, ("publicationInfo", "entity"), out):
            if local(element) == "publicationInfo":
                published = texts(element).get("dataAsOf")
                if published:
                    out.version(published[:10])
                continue
            out.record(place)
            _entity(element, out, links)
        links.say(out)


def _entity(element: etree._Element, out: Emitter, links: Links) -> None:
    parts = [(local(child), child) for child in element]
    info = dict(parts).get("generalInfo")
    general = texts(info) if info is not None else {}
    number = element.get("id")
    if not number:
        out.reject("an entity without id")
        return
    party = Party(out, number, general.get("entityType"), at="generalInfo/entityType")
    party.subject.say("title" if party.kind == "Person" else "notes", general.get("title"), at="generalInfo/title")
    party.remarks(general.get("remarks"), links, at="generalInfo/remarks")
    for tag in general.keys() - {"identityId", "entityType", "title", "remarks"}:
        party.note(tag, general[tag], at=f"generalInfo/{tag}")
    for tag, child in parts:
        if tag in _PARTS:
            _PARTS[tag](child, party, links)
        elif tag != "generalInfo":
            party.note(tag, " ".join("".join(str(text) for text in child.itertext()).split()), at=tag)


def _lists(element: etree._Element, party: Party, links: Links) -> None:
    for index, item in enumerate(element, 1):
        sanction = party.sanction if index == 1 else party.listing(index)
        at = f"sanctionsLists/sanctionsList[{index}]"
        sanction.say("listingDate", item.get("datePublished"), at=at)
        sanction.say("summary", item.text, at=at)


def _programmes(element: etree._Element, party: Party, links: Links) -> None:
    for index, item in enumerate(element, 1):
        party.programme(item.text, at=f"sanctionsPrograms/sanctionsProgram[{index}]")


def _types(element: etree._Element, party: Party, links: Links) -> None:
    for index, item in enumerate(element, 1):
        party.sanction.say("provisions", item.text, at=f"sanctionsTypes/sanctionsType[{index}]")


def _authorities(element: etree._Element, party: Party, links: Links) -> None:
    for index, item in enumerate(element, 1):
        party.sanction.say("reason", item.text, at=f"legalAuthorities/legalAuthority[{index}]")


def _names(element: etree._Element, party: Party, links: Links) -> None:
    for index, name in enumerate(element, 1):
        cells = texts(name)
        primary, weak = cells.get("isPrimary") == "true", cells.get("isLowQuality") == "true"
        translations = [item for child in name.iterchildren("{*}translations") for item in child]
        for count, translation in enumerate(translations, 1):
            at = f"names/name[{index}]/translations/translation[{count}]"
            said = texts(translation)
            latin = said.get("script") == "Latin"
            parts = list(_name_parts(translation))
            first, last = said.get("formattedFirstName"), said.get("formattedLastName", "")
            whole = f"{first} {last}" if first else last or said.get("formattedFullName", "")
            if not latin and parts:
                spoken = sorted((part for part in parts if part[0] != "Nickname"), key=lambda part: _NAME_ORDER.get(part[0], 9))
                whole = " ".join(value for _, value in spoken) or whole
            if primary and latin and said.get("isPrimary") == "true":
                links.known(party, said.get("formattedFullName", whole))
            main = primary and said.get("isPrimary") == "true"
            party.name(_plain(whole), cells.get("aliasType"), primary=main, weak=weak, at=at)
            party.name_parts(parts, weak=weak, at=at)


def _name_parts(translation: etree._Element) -> Iterator[tuple[str, str]]:
    for child in translation.iterchildren("{*}nameParts"):
        for part in child:
            cells = texts(part)
            yield cells.get("type", ""), _plain(cells.get("value", ""))


def _addresses(element: etree._Element, party: Party, links: Links) -> None:
    for index, address in enumerate(element, 1):
        at = f"addresses/address[{index}]"
        country = texts(address).get("country")
        lines = 0
        for child in address.iterchildren("{*}translations"):
            for translation in child:
                parts = [texts(part) for block in translation.iterchildren("{*}addressParts") for part in block]
                parts.sort(key=lambda part: _ADDRESS_ORDER.get(part.get("type", ""), 3))
                if parts:
                    lines += 1
                    party.address([part["value"] for part in parts if "value" in part], country, at=at)
        if not lines:
            party.address([], country, at=at)


_NAME_ORDER = {kind: place for place, kind in enumerate(terms.NAME_ORDER)}
_ADDRESS_ORDER = {
    kind: place for place, kind in enumerate(("ADDRESS1", "ADDRESS2", "ADDRESS3", "CITY", "STATE/PROVINCE", "REGION", "POSTAL CODE"))
}


def _features(element: etree._Element, party: Party, links: Links) -> None:
    for index, feature in enumerate(element, 1):
        cells = texts(feature)
        at = f"features/feature[{index}]"
        dates: tuple[str, ...] = ()
        for child in feature.iterchildren("{*}valueDate"):
            dates = _period(child)
        if cells.get("reliability") == "False":
            party.note(f"{cells.get('type', '')} (false)", cells.get("value", ""), at=at)
            continue
        party.item(cells.get("type", ""), cells.get("value"), dates=dates, at=at, key=feature.get("id", str(index)))


def _documents(element: etree._Element, party: Party, links: Links) -> None:
    for index, document in enumerate(element, 1):
        cells = texts(document)
        at = f"identityDocuments/identityDocument[{index}]"
        dates = {local(child): _period(child) for child in document if len(child)}
        remarks = [item.text for child in document.iterchildren("{*}idFeatures") for item in child]
        if cells.get("isValid") == "false":
            remarks.append("not valid")
        remarks += [f"{tag}: {cells[tag]}" for tag in cells.keys() - _DOCUMENT]
        party.document(
            cells.get("type", ""),
            cells.get("documentNumber"),
            country=cells.get("issuingCountry"),
            issued=dates.get("issueDate", ()),
            expires=dates.get("expirationDate", ()),
            authority=cells.get("issuingAuthority") or cells.get("issuingLocation"),
            remarks=sorted(remark for remark in remarks if remark),
            at=at,
            key=document.get("id", str(index)),
        )


_DOCUMENT = frozenset({"type", "name", "documentNumber", "isValid", "issuingCountry", "issuingLocation", "issuingAuthority"})


def _relationships(element: etree._Element, party: Party, links: Links) -> None:
    for index, relationship in enumerate(element, 1):
        at = f"relationships/relationship[{index}]"
        cells = texts(relationship)
        related = next(relationship.iterchildren("{*}relatedEntity"), None)
        number = related.get("entityId") if related is not None else None
        if not number:
            party.out.reject("a relation to nobody", cells.get("type", ""), at=at)
            continue
        remarks = tuple(f"{tag}: {cells[tag]}" for tag in sorted(cells.keys() - {"type", "relatedEntity"}))
        links.relations.append(
            Relation(
                party.out.place,
                at,
                relationship.get("id", str(index)),
                party.id,
                f"{party.out.dataset}-{number}",
                cells.get("type", ""),
                target_name=_spoken(cells.get("relatedEntity", "")),
                remarks=remarks,
            )
        )


_PARTS = {
    "sanctionsLists": _lists,
    "sanctionsPrograms": _programmes,
    "sanctionsTypes": _types,
    "legalAuthorities": _authorities,
    "names": _names,
    "addresses": _addresses,
    "features": _features,
    "identityDocuments": _documents,
    "relationships": _relationships,
}


def _plain(text: str) -> str:
    """The text without marks of its direction."""
    return text if text.isascii() else _BIDI.sub("", text)


def _spoken(name: str) -> str:
    """`LAST, First` in the order spoken; names of firms with a comma before their legal form stay."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and first and not first.isupper() else name


def _period(element: etree._Element) -> tuple[str, ...]:
    cells = texts(element)
    return period(*(cells.get(name, "")[:10] for name in _DATE_ENDS), interval=cells.get("isDateRange") == "true")


READER = OfacEnhanced()
