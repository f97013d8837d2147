"""goAML reports as they are written: a finding and its payments as one report under a State's profile, and whether a report fits a schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from lxml import etree
from normality import ascii_text

from crosstie.errors import DamagedFile, InputError, UsageError

_DATA = Path(__file__).parent / "data" / "goaml.yaml"
#: codes that ISO 3166-1 leaves to whoever needs one: exercises use them, and no unit's schema knows them; XK does stand for a place in many of them
_OWN = re.compile(r"AA|Q[M-Z]|X[A-JL-Z]|ZZ")
_SIZES = {"name": 255, "part": 100, "text": 4000}
#: .NET's anchors, which are letters like any other to XML Schema, and a range that is none
_ANCHORS = re.compile(rb'(<xs:pattern value=")\^?(.*?)\$?("\s*/?>)')


@dataclass(frozen=True, slots=True)
class Party:
    """A person or organisation of a report, by the words of FollowTheMoney: each property with its values."""

    person: bool
    said: Mapping[str, Sequence[str]]

    def one(self, prop: str) -> str:
        """The first value of a property."""
        return next(iter(self.said.get(prop, ())), "")


@dataclass(frozen=True, slots=True)
class End:
    """One end of a payment: the account, if one is known, and who holds it."""

    party: Party | None
    account: Mapping[str, str] = field(default_factory=dict)
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as the report tells it."""

    number: str
    day: str
    time: str | None
    amount: float
    purpose: str
    channel: str
    payer: End
    payee: End


@dataclass(frozen=True, slots=True)
class Filing:
    """A report: who files it, as what, under which reference, and what for."""

    entity: int
    code: str
    reference: str
    day: str
    currency: str
    reason: str
    paid: Sequence[Paid]
    indicators: Sequence[str]


@cache
def _profiles() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))["profiles"]
    return found


def profiles() -> list[str]:
    """The profiles at hand."""
    return sorted(_profiles())


def write(filing: Filing, profile: str) -> bytes:
    """The report as XML. Names that the profile's letters cannot write stand in Latin letters, and as they were in full_name_frn and alias. Of data of an
    exercise, codes that no schema knows are left out or stand as the code for tests, and the reason says so. UsageError where the profile is not known or
    the report has no payment.
    """
    if profile not in _profiles():
        raise UsageError(f"there is no goAML profile {profile}", hint=f"Known are {', '.join(profiles())}.")
    if not filing.paid:
        raise UsageError("a report needs a payment", hint="The finding's evidence names none of the ledger payments.")
    rules = _profiles()[profile]
    exercise = invented(filing)
    reason = f"EXERCISE: invented are {', '.join(exercise)}. {filing.reason}" if exercise else filing.reason
    root = etree.Element("report")
    _put(root, "rentity_id", str(filing.entity))
    _put(root, "submission_code", "E")
    _put(root, "report_code", filing.code)
    _put(root, "entity_reference", filing.reference[:255])
    _put(root, "submission_date", f"{filing.day}T00:00:00")
    _put(root, "currency_code_local", rules["testing"] if filing.currency in exercise else filing.currency)
    _put(root, "reason", reason[: _SIZES["text"]])
    for one in filing.paid:
        _transaction(etree.SubElement(root, "transaction"), one, rules)
    indicators = etree.SubElement(root, "report_indicators")
    for indicator in filing.indicators:
        _put(indicators, "indicator", indicator)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def invented(filing: Filing) -> list[str]:
    """The codes of countries and of the currency in a report that are of nobody's: those of a region of an exercise."""
    said = [end.party.said for one in filing.paid for end in (one.payer, one.payee) if end.party is not None]
    codes = {code.upper() for one in said for prop in ("country", "nationality", "jurisdiction") for code in one.get(prop, ())}
    money = {filing.currency} if _OWN.fullmatch(filing.currency[:2]) and not filing.currency.startswith("X") else set()
    return sorted({code for code in codes if _OWN.fullmatch(code)} | money)


def _countries(party: Party, *props: str) -> list[str]:
    """The codes of countries that a schema may know, in capitals."""
    codes = [code.upper() for prop in props for code in party.said.get(prop, ()) if len(code) == 2]
    return [code for code in codes if not _OWN.fullmatch(code)]


def _put(parent: etree._Element, tag: str, text: str) -> None:
    if text:
        etree.SubElement(parent, tag).text = text


def _transaction(element: etree._Element, paid: Paid, rules: Mapping[str, Any]) -> None:
    kind = paid.channel if paid.channel in rules["modes"] else "other"
    _put(element, "transactionnumber", paid.number[:100])
    etree.SubElement(element, "transaction_location").text = ""
    etree.SubElement(element, "transaction_description").text = paid.purpose[: _SIZES["text"]]
    _put(element, "date_transaction", f"{paid.day}T{(paid.time or '00:00:00'):0<5}"[:16].ljust(16, "0") + ":00")
    _put(element, "transmode_code", rules["modes"][kind])
    _put(element, "transmode_comment", rules["comment"])
    _put(element, "amount_local", f"{paid.amount:.2f}")
    for side, end in (("from", paid.payer), ("to", paid.payee)):
        part = etree.SubElement(element, f"t_{side}")
        _put(part, f"{side}_funds_code", rules["funds"][kind])
        if end.suspected:
            _put(part, f"{side}_is_suspected", "true")
        _end(part, side, end, rules)
        countries = [] if end.party is None else _countries(end.party, "country", "nationality")
        _put(part, f"{side}_country", next(iter(countries), rules["country"]))


def _end(part: etree._Element, side: str, end: End, rules: Mapping[str, Any]) -> None:
    if number := end.account.get("iban") or end.account.get("accountNumber"):
        account = etree.SubElement(part, f"{side}_account")
        bic = end.account.get("bic", "")
        _put(account, "swift" if bic else "institution_code", bic or "-")
        _put(account, "account", number)
        _put(
            account,
            "account_name",
            _latin(end.account.get("name") or ("" if end.party is None else end.party.one("name")) or number, rules),
        )
        if end.account.get("iban"):
            _put(account, "iban", end.account["iban"])
        if end.party is not None and not end.party.person:
            _entity(etree.SubElement(account, "t_entity"), end.party, rules)
        elif end.party is not None:
            signatory = etree.SubElement(account, "signatory")
            _person(etree.SubElement(signatory, "t_person"), end.party, rules)
    elif end.party is not None and end.party.person:
        _person(etree.SubElement(part, f"{side}_person"), end.party, rules)
    else:
        _entity(etree.SubElement(part, f"{side}_entity"), end.party or Party(False, {"name": ["unknown"]}), rules)


def _entity(element: etree._Element, party: Party, rules: Mapping[str, Any]) -> None:
    names = list(party.said.get("name", ())) + list(party.said.get("alias", ()))
    _put(element, "name", _latin(names[0] if names else "unknown", rules))
    _put(element, "incorporation_number", party.one("registrationNumber")[:50])
    _put(element, "incorporation_country_code", next(iter(_countries(party, "jurisdiction")), ""))
    _put(element, "comments", "; ".join(name for name in names if not _fits(name, rules))[: _SIZES["text"]])


def _person(element: etree._Element, party: Party, rules: Mapping[str, Any]) -> None:
    names = list(party.said.get("name", ())) + list(party.said.get("alias", ()))
    whole = _latin(next((name for name in names if _fits(name, rules)), names[0] if names else "unknown"), rules).split()
    first, last = party.one("firstName"), party.one("lastName")
    if not (first and last and _fits(first, rules) and _fits(last, rules)):
        first, last = " ".join(whole[:-1]) or "-", whole[-1] if whole else "unknown"
    born = next((day for day in party.said.get("birthDate", ()) if re.fullmatch(r"\d{4}-\d\d-\d\d", day)), "")
    other = [name for name in names if not _fits(name, rules)]
    _put(element, "gender", {"male": "M", "female": "F"}.get(party.one("gender"), ""))
    _put(element, "first_name", first[: _SIZES["part"]])
    _put(element, "last_name", last[: _SIZES["part"]])
    _put(element, "birthdate", f"{born}T00:00:00" if born else "")
    _put(element, "birth_place", party.one("birthPlace")[:255])
    _put(element, "alias", "; ".join(other[1:])[:100])
    _put(element, "full_name_frn", next(iter(other), "")[:255])
    nationality = _countries(party, "nationality")
    if party.one("passportNumber") and nationality:
        _put(element, "passport_number", party.one("passportNumber"))
        _put(element, "passport_country", nationality[0])
    _put(element, "id_number", party.one("idNumber")[:255])
    for number, code in enumerate(nationality[:3], 1):
        _put(element, f"nationality{number}", code)


def _fits(name: str, rules: Mapping[str, Any]) -> bool:
    return re.fullmatch(rules["names"], name) is not None


def _latin(name: str, rules: Mapping[str, Any]) -> str:
    """A name in letters that the profile takes."""
    if _fits(name, rules):
        return name[: _SIZES["name"]]
    latin = "".join(sign if _fits(sign, rules) else " " for sign in ascii_text(name) or "")
    return " ".join(latin.split())[: _SIZES["name"]] or "-"


def check(report: Path, schema: Path) -> Iterator[dict[str, Any]]:
    """In what a report breaks a goAML schema: line and message of each place. The schema is mended in memory where it uses what XML Schema does not
    know. InputError where one of the two cannot be used.
    """
    compiled = _schema(schema)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        document = etree.parse(report, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedFile(f"{report.name}: {error.msg}") from error
    if document.docinfo.doctype:
        raise InputError(f"{report.name}: a document type declaration; reports have none, attacks do")
    if not compiled.validate(document):
        for place in compiled.error_log:
            yield {"line": place.line, "problem": place.message}


def _schema(path: Path) -> etree.XMLSchema:
    written = path.read_bytes()
    if b":assert" in written:
        raise InputError(
            f"{path.name}: a schema of XML Schema 1.1 (it has assertions), which is not checked here",
            hint="Ask for the unit's schema of version 1.0, or check with a validator for 1.1.",
        )
    mended = _ANCHORS.sub(lambda found: found[1] + found[2].replace(b"9-+", b"9+-") + found[3], written)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.XMLSchema(etree.fromstring(mended, parser))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise InputError(f"{path.name}: not a schema that can be used: {error}") from error
