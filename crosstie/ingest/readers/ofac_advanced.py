"""OFAC's lists in the Advanced Sanctions Data Model: `Sanctions`, in which everything refers to everything by number.

Published by the Sanctions List Service of the US Treasury (sdn_advanced.xml, cons_advanced.xml); the format is described by its XSD, whose
root is a sequence: reference values, locations and documents stand before the parties, relations and listings after them. So one pass is
enough: memory holds the reference values, the places, the documents of parties still to come and the number and kind of each party, never the
parties. A file with `DeltaBaseVersion` holds changes only and is refused: as a list it would delist all others.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from crosstie.errors import QualityError
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original
from crosstie.ingest.readers import ofac_vocabulary as terms
from crosstie.ingest.readers.listing import listed
from crosstie.ingest.readers.ofac_party import Links, Party, Relation, profile
from crosstie.ingest.readers.ofac_references import Document, Place, References, day
from crosstie.ingest.xml import local, records, root

_TAGS = (
    "DateOfIssue",
    "ReferenceValueSets",
    "Location",
    "IDRegDocument",
    "DistinctParty",
    "ProfileRelationship",
    "SanctionsEntry",
    "SanctionsEntryLink",
)
#: the list that holds all lists but the SDN list: to be on it says nothing further
_UMBRELLA = "Consolidated List"


class OfacAdvanced:
    """OFAC lists as advanced XML."""

    name = "ofac-advanced"
    title = "OFAC lists, Advanced Sanctions Data Model XML (Sanctions)"
    profile = profile("ofac-advanced")

    def recognises(self, head: Head) -> bool:
        """By the document element and the first sets of reference values."""
        return head.root == "Sanctions" and ("ReferenceValueSets" in head.text or "DateOfIssue" in head.text)

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each party says, then the relations and listings that refer to them; QualityError for a file of changes."""
        _, attributes = root(original)
        if attributes.get("DeltaBaseVersion"):
            raise QualityError(
                f"{original.name}: a file of changes since version {attributes['DeltaBaseVersion']}, not a whole list",
                hint="Add the whole list (sdn_advanced.xml) instead.",
            )
        file = _File(out)
        for place, element in records(original, _TAGS, out):
            file.record(place, element)
        file.links.say(out)
        for left in file.documents.values():
            for document in left:
                out.place = document.place
                out.reject("a document of a party that is not in this file", f"{document.label} {document.number or ''}", at="IdentityID")


class _File:
    """What must be known of the file so far to understand the next element."""

    def __init__(self, out: Emitter) -> None:
        self.out = out
        self.links = Links()
        self.refs = References()
        self.places: dict[str, Place] = {}
        self.documents: dict[str, list[Document]] = {}
        self.parties: dict[str, tuple[str, str]] = {}  # by profile: id, schema
        self.entries: dict[str, str] = {}
        self.listings: dict[str, int] = {}

    def record(self, place: str, element: etree._Element) -> None:
        tag = local(element)
        if tag == "DistinctParty":
            self.out.record(place)
            self._party(element)
            return
        self.out.place = place
        if tag == "ReferenceValueSets":
            self.refs.load(element)
        elif tag == "Location":
            self.places[element.get("ID", "")] = self.refs.place(element)
        elif tag == "IDRegDocument":
            self._document(element)
        elif tag == "ProfileRelationship":
            self._relation(place, element)
        elif tag == "SanctionsEntry":
            self._entry(element)
        elif tag == "SanctionsEntryLink":
            self._entry_link(place, element)
        else:
            self.out.version(day(element))

    def _document(self, element: etree._Element) -> None:
        dates: dict[str, tuple[str, ...]] = {}
        cells: dict[str, str] = {}
        for child in element:
            tag = local(child)
            if tag == "DocumentDate":
                for one in child:
                    dates[self.refs.text("IDRegDocDateType", child.get("IDRegDocDateTypeID"))] = self.refs.period(one)[0]
            elif child.text and child.text.strip():
                cells[tag] = child.text.strip()
        place = self.places.get(element.get("IssuedIn-LocationID", ""))
        validity = self.refs.text("Validity", element.get("ValidityID"))
        remarks = (cells.get("Comment"), None if validity in ("", "Valid", "Unknown") else validity)
        self.documents.setdefault(element.get("IdentityID", ""), []).append(
            Document(
                self.out.place,
                element.get("ID", ""),
                self.refs.text("IDRegDocType", element.get("IDRegDocTypeID")),
                cells.get("IDRegistrationNo"),
                self.refs.country(element.get("IssuedBy-CountryID")),
                dates.get("Issue Date", ()),
                dates.get("Expiration Date", ()),
                cells.get("IssuingAuthority") or (place.line if place else None),
                remarks,
            )
        )

    def _party(self, element: etree._Element) -> None:
        profiles = [child for child in element if local(child) == "Profile"]
        number = element.get("FixedRef")
        if not profiles or not number:
            self.out.reject("a party without profile or number", number or "")
            return
        party = Party(self.out, number, self.refs.kind(profiles[0].get("PartySubTypeID")), at="Profile[1]")
        for child in element:
            if local(child) == "Comment":
                party.remarks(child.text, self.links, at="Comment")
        for index, one in enumerate(profiles, 1):
            at = f"Profile[{index}]"
            self.parties[one.get("ID", "")] = (party.id, party.kind)
            self.listings[one.get("ID", "")] = 0
            _profile(self, party, one, at)

    def _relation(self, place: str, element: etree._Element) -> None:
        ends = [self.parties.get(element.get(f"{end}-ProfileID", "")) for end in ("From", "To")]
        kind = self.refs.text("RelationType", element.get("RelationTypeID"))
        source, target = ends
        if source is None or target is None:
            self.out.reject(
                "a relation to a party that is not in this file", kind, at="From-ProfileID" if source is None else "To-ProfileID"
            )
            return
        dates: tuple[str, ...] = ()
        remarks = []
        for child in element:
            if local(child) == "DatePeriod":
                dates = self.refs.period(child)[0]
            elif local(child) == "Comment" and child.text:
                remarks.append(child.text)
        quality = self.refs.text("RelationQuality", element.get("RelationQualityID"))
        remarks += [f"quality: {quality}"] if quality and quality != "Unknown" else []
        self.links.relations.append(
            Relation(
                place,
                "",
                element.get("ID", ""),
                source[0],
                target[0],
                kind,
                former=element.get("Former") == "true",
                dates=dates,
                remarks=tuple(remarks),
            )
        )

    def _entry(self, element: etree._Element) -> None:
        profile_id = element.get("ProfileID", "")
        if profile_id not in self.parties:
            self.out.reject("a listing of a party that is not in this file", profile_id, at="ProfileID")
            return
        party, kind = self.parties[profile_id]
        self.entries[element.get("ID", "")] = party
        names = self.refs.text("List", element.get("ListID"))
        subject = self.out.entity(party, kind)
        if names != _UMBRELLA:
            self.listings[profile_id] += 1
        number = self.listings[profile_id]
        sanction = listed(self.out, subject, "OFAC", "us", number) if number > 1 else self.out.entity(f"{party}-sanction-1", "Sanction")
        sanction.say("summary", names)
        for index, child in enumerate(element, 1):
            tag, at = local(child), f"{local(child)}[{index}]"
            comment = next((one.text for one in child if local(one) == "Comment"), None)
            if tag == "EntryEvent":
                for one in child:
                    if local(one) == "Date":
                        sanction.say("listingDate", day(one), at=at)
                sanction.say("reason", self.refs.text("LegalBasis", child.get("LegalBasisID")), at=at)
                sanction.say("summary", comment, at=at)
            elif tag == "SanctionsMeasure":
                measure = self.refs.text("SanctionsType", child.get("SanctionsTypeID"))
                if measure == "Program":
                    sanction.say("program", comment, at=at)
                    sanction.say("programId", comment, at=at)
                    subject.say("programId", comment, at=at)
                else:
                    sanction.say("provisions", f"{measure}: {comment}" if comment else measure, at=at)
            elif tag != "ProfileRelationshipReference":
                said = " ".join("".join(str(text) for text in child.itertext()).split())
                sanction.say("summary", said, at=at)

    def _entry_link(self, place: str, element: etree._Element) -> None:
        source, target = (self.entries.get(element.get(f"Entry{side}-SanctionsEntryID", "")) for side in "AB")
        kind = self.refs.text("EntryLinkType", element.get("EntryLinkTypeID"))
        if source is None or target is None:
            self.out.reject("a link to a listing that is not in this file", kind, at="EntryLinkTypeID")
        elif source != target:
            self.links.relations.append(Relation(place, "", f"entry-{element.get('ID', '')}", source, target, kind))


def _profile(file: _File, party: Party, element: etree._Element, at: str) -> None:
    counts: dict[str, int] = {}
    for child in element:
        tag = local(child)
        counts[tag] = counts.get(tag, 0) + 1
        place = f"{at}/{tag}[{counts[tag]}]"
        if tag == "Identity":
            _identity(file, party, child, place)
        elif tag == "Feature":
            _feature(file, party, child, place)
        elif tag == "Comment":
            party.remarks(child.text, file.links, at=place)
        elif tag == "ExternalReference":
            label = file.refs.text("ExRefType", child.get("ExRefTypeID"))
            for one in child:
                party.note(label, (one.text or "").strip(), at=place)


def _identity(file: _File, party: Party, element: etree._Element, at: str) -> None:
    groups = {
        group.get("ID", ""): file.refs.text("NamePartType", group.get("NamePartTypeID"))
        for block in element
        if local(block) == "NamePartGroups"
        for master in block
        for group in master
    }
    false = element.get("False") == "true"
    first = element.get("Primary") != "false"
    for index, alias in enumerate((child for child in element if local(child) == "Alias"), 1):
        kind = file.refs.text("AliasType", alias.get("AliasTypeID"))
        weak = alias.get("LowQuality") == "true" or false
        main = first and alias.get("Primary") == "true" and not false
        for name in alias:
            if local(name) != "DocumentedName":
                continue
            parts = list(_parts(name, groups))
            order = {term: place for place, term in enumerate(terms.NAME_ORDER)}
            spoken = sorted((part for part in parts if part[0] != "Nickname"), key=lambda part: order.get(part[0], 9))
            whole = " ".join(value for _, value in spoken)
            place = f"{at}/Alias[{index}]"
            party.name(whole, kind, primary=main, weak=weak, at=place)
            party.name_parts(parts, weak=weak, at=place)
            if main:
                file.links.known(party, _indexed(parts) or whole)
                main = False  # the same name in another script is an alias
    for document in file.documents.pop(element.get("ID", ""), ()):
        party.out.place, here = document.place, party.out.place
        party.document(
            document.label,
            document.number,
            country=document.country,
            issued=document.issued,
            expires=document.expires,
            authority=document.authority,
            remarks=document.remarks,
            at="",
            key=document.key,
        )
        party.out.place = here


def _parts(name: etree._Element, groups: dict[str, str]) -> Iterator[tuple[str, str]]:
    for part in name:
        if local(part) != "DocumentedNamePart":
            continue
        for value in part:
            if value.text and value.text.strip():
                said = f"{part.get('LeadingChars') or ''}{value.text.strip()}{part.get('TrailingChars') or ''}"
                yield groups.get(value.get("NamePartGroupID", ""), ""), said


def _indexed(parts: list[tuple[str, str]]) -> str:
    """`Last, First Middle`, as remarks name a person."""
    last = " ".join(value for kind, value in parts if kind == "Last Name")
    rest = " ".join(value for kind, value in parts if kind in terms.NAME_PARTS and kind != "Last Name")
    return f"{last}, {rest}" if last and rest else ""


def _feature(file: _File, party: Party, element: etree._Element, at: str) -> None:
    label = file.refs.text("FeatureType", element.get("FeatureTypeID"))
    for index, version in enumerate((child for child in element if local(child) == "FeatureVersion"), 1):
        place = f"{at}/FeatureVersion[{index}]"
        values: list[tuple[str, tuple[str, ...]]] = []
        false = file.refs.text("Reliability", version.get("ReliabilityID")) == "False"
        for child in version:
            tag = local(child)
            if tag == "VersionLocation":
                where = file.places.get(child.get("LocationID", ""))
                if where is None:
                    party.out.reject("a place that is not in this file", child.get("LocationID", ""), at=place)
                elif label == "Location" and not false:
                    party.address(where.parts, where.country, at=place)
                else:
                    values.append((where.country or "" if "Country" in label or "Nationality" in label else where.line, ()))
            elif tag == "DatePeriod":
                dates, said, gregorian = file.refs.period_of(child)
                values.append((said, dates if gregorian else ()))
                false = false or not gregorian
            elif tag == "VersionDetail":
                values.append((file.refs.text("DetailReference", child.get("DetailReferenceID")) or (child.text or "").strip(), ()))
            elif tag == "Comment" and child.text and child.text.strip():
                party.note(label, child.text.strip(), at=place)
        for value, dates in values:
            if false and value:
                party.note(label, value, at=place)
            else:
                party.item(label, value, dates=dates, at=place, key=version.get("ID", str(index)))


READER = OfacAdvanced()
