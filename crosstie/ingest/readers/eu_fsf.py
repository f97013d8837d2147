"""The European Union's Financial Sanctions Files, XML 1.1: `export/sanctionEntity`, nearly everything in attributes.

Published by the European Commission; the format is described by its export XSD (schema fsdexport). Each part of a record also names the
regulation that introduced it; the listing bears the regulation of the record alone. The list has no primary name: the first strong one is
taken. A birth date of another calendar than the Gregorian stays a note, as it is written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree
from rigour.langs import iso_639_alpha3

from crosstie.ingest.dates import say_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers.listing import listed, say_or_note, say_phone
from crosstie.ingest.xml import local, records, root

_UNKNOWN = frozenset({"", "00", "UNKNOWN", "unknown"})
_LETTERED = re.compile(r"(?:^|\s*[;,.]?\s)\(?[a-z]\)\s+")
_WEAK = re.compile(r"low[ -]quality|weak alias", re.IGNORECASE)
_FORMER = re.compile(r"\bf\.?k\.?a\b|\bformer(?:ly)?\b|\bprevious(?:ly)?\b", re.IGNORECASE)
_NUMBERS: dict[str, tuple[str, ...]] = {
    "passport": ("passportNumber", "idNumber"),
    "ssn": ("socialSecurityNumber", "idNumber"),
    "regnumber": ("registrationNumber",),
    "taxid": ("taxNumber",),
    "fiscalcode": ("taxNumber",),
    "swiftbic": ("swiftBic",),
    "imo": ("imoNumber", "registrationNumber"),
    "tradelic": ("licenseNumber",),
}
_FLAGS = {
    "knownFalse": "known to be false",
    "reportedLost": "reported lost",
    "knownExpired": "known to have expired",
    "revokedByIssuer": "revoked by its issuer",
    "diplomatic": "diplomatic",
}
_ADDRESS = ("street", "poBox", "zipCode", "city", "place", "region")


class EuFsf:
    """The EU list as XML 1.1."""

    name = "eu-fsf"
    title = "European Union, Financial Sanctions Files (FSF), XML 1.1"
    profile = Profile("eu", "eu-fsf", "European Union", "A2", promise=Promise(min_records=1), curated=True)

    def recognises(self, head: Head) -> bool:
        """By the document element and its namespace or attributes."""
        return head.root == "export" and ("sanctionEntity" in head.text or "globalFileId" in head.text)

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each record says."""
        _, attributes = root(original)
        if generated := attributes.get("generationDate"):
            out.version(generated[:10])
        for place, element in records(original, ("sanctionEntity",), out):
            out.record(place)
            _entity(element, out)


def _entity(element: etree._Element, out: Emitter) -> None:
    parts: dict[str, list[etree._Element]] = {}
    for child in element:
        parts.setdefault(local(child), []).append(child)
    reference, logical = element.get("euReferenceNumber"), element.get("logicalId")
    if not reference and not logical:
        out.reject("a record without a reference number")
        return
    kinds = [kind.get("classificationCode") or kind.get("code", "")[:1].upper() for kind in parts.get("subjectType", [])]
    if not kinds or kinds[0] not in ("P", "E"):
        out.reject("neither a person nor an entity", kinds[0] if kinds else "", at="subjectType")
    schema = {"P": "Person", "E": "Organization"}.get(kinds[0] if kinds else "", "LegalEntity")
    subject = out.entity(f"{out.dataset}-{reference or f'logical-{logical}'}", schema)
    subject.say("topics", "sanction")
    _names(subject, parts.get("nameAlias", []))
    sanction = listed(out, subject, "EU", "eu")
    _listing(element, subject, sanction, parts.get("regulation", []))
    for tag, children in parts.items():
        if tag in _PARTS:
            for index, child in enumerate(children, 1):
                _PARTS[tag](child, subject, out, f"{tag}[{index}]")
        elif tag not in ("nameAlias", "regulation", "subjectType"):
            for index, child in enumerate(children, 1):
                said = " ".join([*(f"{key}: {value}" for key, value in child.attrib.items()), *(str(text) for text in child.itertext())])
                subject.say("notes", f"{tag}: {said}", at=f"{tag}[{index}]")


def _listing(element: etree._Element, subject: Subject, sanction: Subject, regulations: list[etree._Element]) -> None:
    sanction.say("authorityId", element.get("euReferenceNumber"), at="@euReferenceNumber")
    sanction.say("unscId", element.get("unitedNationId"), at="@unitedNationId")
    sanction.say("listingDate", element.get("designationDate"), at="@designationDate")
    sanction.say("endDate", element.get("delistingDate"), at="@delistingDate")
    if details := element.get("designationDetails"):
        sanction.say("reason", details, at="@designationDetails")
        subject.say("notes", details, at="@designationDetails")
    for index, regulation in enumerate(regulations, 1):
        at = f"regulation[{index}]"
        programme = regulation.get("programme")
        for claim in (sanction, subject):
            claim.say("programId", programme, at=at)
        sanction.say("program", programme, at=at)
        sanction.say("startDate", regulation.get("entryIntoForceDate"), at=at)
        title = " ".join(part for part in (regulation.get("regulationType"), regulation.get("numberTitle")) if part)
        sanction.say("summary", title, at=at)
        if not element.get("designationDate"):
            sanction.say("listingDate", regulation.get("publicationDate"), at=at)
        for child in regulation:
            if local(child) == "publicationUrl":
                sanction.say("sourceUrl", child.text, at=f"{at}/publicationUrl")
            elif local(child) == "remark":
                subject.say("notes", child.text, at=f"{at}/remark")


def _names(subject: Subject, names: list[etree._Element]) -> None:
    first = True
    for index, name in enumerate(names, 1):
        at = f"nameAlias[{index}]"
        remarks = [child.text or "" for child in name if local(child) == "remark"]
        whole = name.get("wholeName") or " ".join(part for tag in ("firstName", "middleName", "lastName") if (part := name.get(tag)))
        weak = name.get("strong") == "false" or any(_WEAK.search(remark) for remark in remarks)
        former = any(_FORMER.search(remark) for remark in remarks)
        lang = _language(name.get("nameLanguage") or "")
        prop = "weakAlias" if weak else "previousName" if former else "name" if first else "alias"
        if subject.say(prop, whole, at=at, lang=lang) and prop == "name":
            first = False
        if subject.schema == "Person":
            if not weak:
                for tag, one in (("firstName", "firstName"), ("middleName", "middleName"), ("lastName", "lastName")):
                    subject.say(one, name.get(tag), at=at, lang=lang)
            if name.get("gender") in ("M", "F"):
                subject.say("gender", name.get("gender"), at=at)
            for title in _lettered(name.get("title")):
                subject.say("title", title, at=at, lang=lang)
        else:
            subject.say("notes", name.get("title"), at=at, lang=lang)
        for function in _lettered(name.get("function")):
            subject.say("position" if subject.schema == "Person" else "notes", function, at=at, lang=lang)
        for remark in remarks:
            subject.say("notes", remark, at=f"{at}/remark")
    if first and names:  # nothing but weak or former names: the thing must be called something
        subject.say("name", names[0].get("wholeName"), at="nameAlias[1]")


def _citizenship(element: etree._Element, subject: Subject, out: Emitter, at: str) -> None:
    if country := _country(element):
        subject.say("citizenship" if subject.schema == "Person" else "country", country, at=at)
    for tag in ("region", "acquisitionDate", "disenfranchisementDate"):
        if value := element.get(tag):
            subject.say("notes", f"Citizenship, {tag}: {value}", at=at)
    _remarks(element, subject, at)


def _birth(element: etree._Element, subject: Subject, out: Emitter, at: str) -> None:
    parts = [element.get(part) for part in ("year", "monthOfYear", "dayOfMonth")]
    date = element.get("birthdate") or "-".join(f"{int(part):02}" for part in parts if part and part.isdigit() and int(part))
    span = [year for year in (element.get("yearRangeFrom"), element.get("yearRangeTo")) if year]
    text = date or " to ".join(span)
    if element.get("circa") == "true" and text:
        text = f"circa {text}"
    calendar = element.get("calendarType") or "GREGORIAN"
    if subject.schema != "Person" or calendar != "GREGORIAN":
        if text:
            subject.say("notes", f"Birth date ({calendar}): {text}", at=at)
    else:
        say_dates(subject, "birthDate", text, at=at)
    place = [part for tag in ("city", "zipCode", "place", "region") if (part := element.get(tag))]
    country = _country(element)
    if subject.schema == "Person":
        named = element.get("countryDescription", "")
        shown = [*place, named.capitalize() if named.isupper() else named] if country else place
        subject.say("birthPlace", ", ".join(dict.fromkeys(part for part in shown if part)) if place else None, at=at)
        subject.say("birthCountry", country, at=at)
    _remarks(element, subject, at)


def _address(element: etree._Element, subject: Subject, out: Emitter, at: str) -> None:
    country = _country(element)
    lines = [part for tag in _ADDRESS if (part := element.get(tag))]
    if lines:
        description = element.get("countryDescription", "")
        named = [] if description in _UNKNOWN else [description.title() if description.isupper() else description]
        line = ", ".join(dict.fromkeys([*lines, *named]))
        then = f"{line} (as at listing time)" if element.get("asAtListingTime") == "true" else None
        subject.say("address", line, at=at, original=then)
    subject.say("country", country, at=at)
    for index, child in enumerate(element, 1):
        if local(child) == "contactInfo":
            key, value, place = child.get("key", "").upper(), child.get("value"), f"{at}/contactInfo[{index}]"
            if key in ("PHONE", "MOBILE", "TELEPHONE"):
                say_phone(subject, value, at=place)
            elif key in ("EMAIL", "WEB"):
                subject.say("email" if key == "EMAIL" else "website", value, at=place)
            elif value:
                subject.say("notes", f"{key}: {value}", at=place)
    _remarks(element, subject, at)


def _document(element: etree._Element, subject: Subject, out: Emitter, at: str) -> None:
    code, number = element.get("identificationTypeCode", ""), element.get("latinNumber") or element.get("number")
    if not number:
        out.reject("a document without a number", code, at=at)
        return
    person = subject.schema == "Person"
    props = _NUMBERS.get(code, ()) if person or code != "passport" else ()
    prop = next((one for one in props if not person or one != "imoNumber"), "idNumber" if person else "registrationNumber")
    written = element.get("number")
    say_or_note(subject, prop, number, label=code, at=at, original=written if written != number else None)
    flags = [said for flag, said in _FLAGS.items() if element.get(flag) == "true"]
    holder = element.get("nameOnDocument")
    remarks = [child.text for child in element if local(child) == "remark" and child.text]
    paper = out.entity(f"{subject.id}-id-{element.get('logicalId') or at}", "Passport" if code == "passport" else "Identification")
    details = (_country(element), element.get("issuedBy"), element.get("issueDate"), element.get("validFrom"), element.get("validTo"))
    if not (any(details) or flags or holder or remarks):
        return
    country, authority, issued, valid_from, valid_to = details
    paper.say("holder", subject.id, at=at)
    paper.say("type", element.get("identificationTypeDescription") or code, at=at)
    paper.say("number", number, at=at)
    paper.say("country", country, at=at)
    paper.say("authority", authority, at=at)
    paper.say("startDate", issued, at=at)
    paper.say("startDate", valid_from, at=at)
    paper.say("endDate", valid_to, at=at)
    for said in [*flags, *([f"in the name of {holder}"] if holder else []), *remarks]:
        paper.say("summary", said, at=at)


def _remark(element: etree._Element, subject: Subject, out: Emitter, at: str) -> None:
    subject.say("notes", element.text, at=at)


def _additional(element: etree._Element, subject: Subject, out: Emitter, at: str) -> None:
    subject.say("notes", f"{element.get('key', '')}: {element.get('value', '')}", at=at)


_PARTS = {
    "citizenship": _citizenship,
    "birthdate": _birth,
    "address": _address,
    "identification": _document,
    "remark": _remark,
    "additionalInformation": _additional,
}


def _remarks(element: etree._Element, subject: Subject, at: str) -> None:
    for child in element:
        if local(child) == "remark":
            subject.say("notes", child.text, at=f"{at}/remark")


def _country(element: etree._Element) -> str | None:
    code, name = element.get("countryIso2Code", ""), element.get("countryDescription", "")
    return code if code not in _UNKNOWN else name if name not in _UNKNOWN else None


def _lettered(text: str | None) -> list[str]:
    """`(a) this (b) that` as two texts."""
    return [part for one in _LETTERED.split(text or "") if (part := one.strip(" ;,"))]


@lru_cache(maxsize=256)
def _language(code: str) -> str | None:
    return iso_639_alpha3(code) if code else None


READER = EuFsf()
