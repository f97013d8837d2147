"""Beneficial ownership: statements of the Beneficial Ownership Data Standard 0.4, an array of JSON or a line for each.

A record is said several times, each statement of a record replacing the one before: the latest date holds. What has been closed keeps its end. An
interest is an ownership where it is a share, a directorship where it is a seat, and otherwise some other tie; who holds it may be unknown, and then
nobody is said to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosstie.errors import DamagedFile
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.jsonl import document, is_lines, objects
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers.listing import slug
from crosstie.lenses.finance.reading import short

_SHARES = ("shareholding", "votingRights", "rightsToProfitOrIncome", "rightsToSurplusAssetsOnDissolution", "enjoymentAndUseOfAssets")
_SEATS = ("boardMember", "boardChair", "seniorManagingOfficial", "appointmentOfBoard")
_SCHEMATA = {"registeredEntity": "Company", "state": "PublicBody", "stateBody": "PublicBody", "arrangement": "LegalEntity"}
_NEEDED = ("statementId", "recordId", "recordType", "recordDetails")
_TYPES = ("entity", "person", "relationship")


class Bods:
    """Reads BODS 0.4."""

    name = "bods"
    title = "Beneficial Ownership Data Standard 0.4, JSON"
    profile = Profile("bods", "bods", "Beneficial ownership register", "B2", promise=Promise(max_reject_share=0.2))

    def recognises(self, head: Head) -> bool:
        """By the words that every statement has."""
        return head.media in ("json", "jsonl") and '"recordDetails"' in head.text and '"statementId"' in head.text

    def read(self, original: Original, out: Emitter) -> None:
        """Each record as its latest statement has it."""
        latest: dict[tuple[str, str], tuple[str, str, dict[str, Any]]] = {}
        dates: set[str] = set()
        for place, one in _statements(original, out):
            out.place = place
            kind, details = one.get("recordType"), one.get("recordDetails")
            missing = [name for name in _NEEDED if not one.get(name)]
            if missing or kind not in _TYPES or not isinstance(details, dict):
                out.reject(
                    f"a statement without {', '.join(missing)}" if missing else f"a record of the type {kind}", str(one.get("statementId"))
                )
                continue
            if not 32 <= len(str(one["statementId"])) <= 64:
                out.reject("a statementId of another length than 32 to 64; read all the same", str(one["statementId"]), at="statementId")
            date = str(one.get("statementDate") or "")
            dates.add(str((one.get("publicationDetails") or {}).get("publicationDate") or date)[:10])
            key = (str(kind), str(one["recordId"]))
            if key not in latest or date >= latest[key][0]:
                latest[key] = (date, place, one)
        if not latest and not out.rejects:
            raise DamagedFile(f"{original.name}: no statement in the file")
        if newest := max(dates, default=""):
            out.version(newest)
        schemata = {name: _schema(kind, one["recordDetails"]) for (kind, name), (_, _, one) in latest.items() if kind != "relationship"}
        for (kind, name), (_, place, one) in latest.items():
            out.record(place)
            if kind == "relationship":
                _relationship(out, name, one, schemata)
            else:
                _party(out, name, one["recordDetails"], schemata[name])


def _statements(original: Original, out: Emitter) -> Iterator[tuple[str, dict[str, Any]]]:
    if is_lines(original):
        yield from ((f"line {number}", one) for number, one in objects(original, out))
        return
    found = document(original, out)
    rows = found if isinstance(found, list) else found.get("statements", [found]) if isinstance(found, dict) else []
    for number, one in enumerate(rows, 1):
        if isinstance(one, dict):
            yield f"[{number}]", one
        else:
            out.place = f"[{number}]"
            out.reject("not a statement", str(one))


def _schema(kind: str, details: dict[str, Any]) -> str:
    if kind == "person":
        return "Person"
    return _SCHEMATA.get(str((details.get("entityType") or {}).get("type")), "LegalEntity")


def _id(out: Emitter, record: str) -> str:
    return f"{out.dataset}-{slug(record)}"


def _party(out: Emitter, record: str, details: dict[str, Any], schema: str) -> None:
    it = out.entity(_id(out, record), schema)
    names = details.get("names") or []
    for number, name in enumerate(names, 1):
        prop = "name" if number == 1 or name.get("type") == "legal" else "alias"
        it.say(prop, name.get("fullName"), at=f"names[{number}]")
        for word, own in (("familyName", "lastName"), ("givenName", "firstName"), ("patronymicName", "fatherName")):
            it.say(own, name.get(word), at=f"names[{number}]")
    it.say("name", details.get("name"), at="name")
    for alias in details.get("alternateNames") or []:
        it.say("alias", alias, at="alternateNames")
    for place in [details.get("jurisdiction") or {}]:
        it.say("jurisdiction", place.get("code") or place.get("name"), at="jurisdiction")
    for number, one in enumerate(details.get("identifiers") or [], 1):
        lei = one.get("scheme") == "XI-LEI"
        prop = "leiCode" if lei else ("idNumber" if schema == "Person" else "registrationNumber")
        it.say(prop, str(one.get("id") or ""), at=f"identifiers[{number}]")
    for word in ("nationalities", "taxResidencies"):
        for one in (details.get(word) or []) if schema == "Person" else []:
            it.say("nationality" if word == "nationalities" else "country", one.get("code") or one.get("name"), at=word)
    for number, one in enumerate(details.get("addresses") or [], 1):
        it.say("address", ", ".join(str(one[word]) for word in ("address", "postCode") if one.get(word)), at=f"addresses[{number}]")
        country = one.get("country") or {}
        it.say("country", country.get("code") if isinstance(country, dict) else country, at=f"addresses[{number}]")
    if schema == "Person":
        it.say("birthDate", details.get("birthDate"), at="birthDate")
        it.say("deathDate", details.get("deathDate"), at="deathDate")
        if (details.get("politicalExposure") or {}).get("status") == "isPep":
            it.say("topics", "role.pep", at="politicalExposure")
    else:
        it.say("incorporationDate", details.get("foundingDate"), at="foundingDate")
        it.say("dissolutionDate", details.get("dissolutionDate"), at="dissolutionDate")
    if reason := (details.get("unspecifiedEntityDetails") or details.get("unspecifiedPersonDetails") or {}).get("reason"):
        it.say("notes", f"Not specified: {reason}", at="unspecified")


def _relationship(out: Emitter, record: str, one: dict[str, Any], schemata: dict[str, str]) -> None:
    details = one["recordDetails"]
    subject, party = details.get("subject"), details.get("interestedParty")
    if not isinstance(subject, str) or not isinstance(party, str):
        reason = next((end.get("reason") for end in (subject, party) if isinstance(end, dict)), "")
        out.reject("an interest whose holder or subject is not specified", str(reason or record))
        return
    for name in (subject, party):
        if name not in schemata:
            out.reject("an interest of a record that the file does not have", name)
            return
    closed = one.get("recordStatus") == "closed"
    for number, interest in enumerate(details.get("interests") or [{}], 1):
        kind = str(interest.get("type") or "unknownInterest")
        schema, holder, held = ("Directorship", "director", "organization") if kind in _SEATS else ("Ownership", "owner", "asset")
        if kind not in (*_SHARES, *_SEATS):
            schema, holder, held = "UnknownLink", "subject", "object"
        if schemata[subject] == "PublicBody" and schema == "Ownership":
            schema, holder, held = "UnknownLink", "subject", "object"
        tie = out.entity(f"{out.dataset}-interest-{short(record, str(number))}", schema)
        tie.say(holder, _id(out, party), at="interestedParty")
        tie.say(held, _id(out, subject), at="subject")
        tie.say("role", kind, at=f"interests[{number}]")
        _share(tie, interest.get("share") or {}, number)
        tie.say("startDate", interest.get("startDate"), at=f"interests[{number}]")
        tie.say("endDate", interest.get("endDate") or (str(one.get("statementDate") or "") if closed else ""), at=f"interests[{number}]")


def _share(tie: Subject, share: dict[str, Any], number: int) -> None:
    if tie.schema != "Ownership" or not share:
        return
    exact, low, high = (share.get(word) for word in ("exact", "minimum", "maximum"))
    low = low if low is not None else share.get("exclusiveMinimum")
    high = high if high is not None else share.get("exclusiveMaximum")
    said = str(exact) if exact is not None else f"{'' if low is None else low}–{'' if high is None else high}"
    tie.say("percentage", said, at=f"interests[{number}]/share")


READER = Bods()
