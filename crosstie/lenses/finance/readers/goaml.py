"""goAML reports (UNODC) of any State's profile, 4.x and 5.x: what a bank or another reporting entity filed with the financial intelligence unit.

There is no one goAML schema: every unit exports its own. So elements are taken by their local names wherever a profile puts them, codes are kept
as written where no label is known, and what a profile uses for “unknown” is nothing. A report that is filed again under its reference takes the
place of the one before: the file is a version of the series of that reference. A suspicion is not a fact: nobody gets a topic by being reported.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from crosstie.errors import DamagedFile
from crosstie.ingest import xml
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.finance.reading import Parties, Payments, moment, own_series, short

_ROOTS = ("report", "reportdata")
_HEAD = (
    "rentity_id",
    "report_code",
    "entity_reference",
    "submission_date",
    "report_date",
    "currency_code_local",
    "reason",
    "fiu_ref_number",
)
_ENDS = ("account", "person", "entity")
_PERSON = {
    "title": "title",
    "first_name": "firstName",
    "middle_name": "middleName",
    "last_name": "lastName",
    "mothers_name": "motherName",
    "birth_place": "birthPlace",
    "occupation": "position",
    "full_name_frn": "alias",
    "previous_names": "previousName",
    "tax_number": "taxNumber",
    "email": "email",
}
_ENTITY = {
    "commercial_name": "alias",
    "incorporation_number": "registrationNumber",
    "incorporation_country_code": "jurisdiction",
    "incorporation_date": "incorporationDate",
    "business_closed": "dissolutionDate",
    "incorporation_legal_form": "legalForm",
    "business": "sector",
    "tax_number": "taxNumber",
    "email": "email",
    "url": "website",
}


@cache
def _known() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "data" / "goaml.yaml").read_text(encoding="utf-8"))
    return found


class GoAml:
    """Reads goAML reports."""

    name = "goaml"
    title = "goAML report, XML 4.x and 5.x of any State's profile"
    profile = Profile("goaml", "goaml", "Financial intelligence unit", "B3", "TLP:AMBER", promise=Promise(max_reject_share=0.2))

    def recognises(self, head: Head) -> bool:
        """By the document element and the number of the reporting entity."""
        return head.media == "xml" and head.root in _ROOTS and "rentity_id" in head.text

    def read(self, original: Original, out: Emitter) -> None:
        """Each report with its transactions and activities. DamagedFile where the document is none."""
        root, _ = xml.root(original)
        if root not in _ROOTS:
            raise DamagedFile(f"{original.name}: the document element is <{root}>, not a goAML report")
        work = _Reports(out)
        for place, element in xml.records(original, (*_HEAD, "transaction", "activity", "report_indicators"), out):
            work.part(place, element)
        work.end()


class _Reports:
    """The reports of a file, part by part."""

    def __init__(self, out: Emitter) -> None:
        self.out, self.parties, self.payments = out, Parties(out), Payments(out)
        self.head: dict[str, str] = {}
        self.seen: set[tuple[str, str]] = set()

    def part(self, place: str, element: etree._Element) -> None:
        tag = xml.local(element)
        if tag in _HEAD:
            if tag == "rentity_id":
                self.head = {}
            if text := _text(element):
                self.head[tag] = text
            if tag == "entity_reference":
                self._begin(place)
        elif tag == "report_indicators":
            return
        else:
            self.out.record(place)
            if tag == "transaction":
                self._transaction(element)
            else:
                for party in _all(element, "report_party"):
                    self._end(party, "")

    def _begin(self, place: str) -> None:
        key = (self.head.get("rentity_id", ""), self.head["entity_reference"])
        if key in self.seen:
            self.out.place = place
            self.out.reject("a report that the file holds twice", "/".join(key))
        self.seen.add(key)

    def end(self) -> None:
        self.payments.flush()
        if len(self.seen) == 1:
            entity, reference = next(iter(self.seen))
            day, _ = moment(self.head.get("submission_date") or self.head.get("report_date"))
            series = f"{self.out.dataset}-{entity}-{reference}".casefold()
            if day:
                self.out.version(day, series=series)
            else:
                self.out.series = series
        else:
            self.out.series = own_series(self.out)

    def _transaction(self, element: etree._Element) -> None:
        said = _texts(element)
        number = said.get("transactionnumber") or said.get("internal_ref_number")
        if not number:
            self.out.reject("a transaction without a number", said.get("transaction_description", ""))
            return
        if said.get("transaction_status", "").upper() in _known()["cancelled"]:
            self.out.reject("a transaction that was cancelled: not taken as a payment", number, at="transaction_status")
            return
        ends = {side: self._side(element, side) for side in ("from", "to")}
        if ends["from"] is None and ends["to"] is None:
            ends = self._involved(element)
        mode = said.get("transmode_code", "")
        self.payments.add(
            f"{self.out.dataset}-{self.head.get('rentity_id', '')}-{number}",
            ends["from"],
            ends["to"],
            said.get("date_transaction"),
            said.get("amount_local"),
            self.head.get("currency_code_local"),
            purpose=said.get("transaction_description"),
            channel=_known()["modes"].get(mode, mode),
            reference=number,
        )

    def _side(self, element: etree._Element, side: str) -> str | None:
        """The party or account on one side, of the filer's own client or another."""
        for tag in (f"t_{side}_my_client", f"t_{side}"):
            for part in _all(element, tag):
                return self._end(part, f"{side}_")
        return None

    def _involved(self, element: etree._Element) -> dict[str, str | None]:
        """Of a transaction of many parties, the first that sends and the first that receives, as far as roles tell."""
        found: dict[str, str | None] = {"from": None, "to": None}
        for party in (one for group in _all(element, "involved_parties") for one in _all(group, "party")):
            role = _texts(party).get("role", "").casefold()
            side = "to" if any(word in role for word in ("to", "benef", "recei", "buyer", "payee")) else "from"
            found[side] = found[side] or self._end(party, "")
        return found

    def _end(self, part: etree._Element, prefix: str) -> str | None:
        for child in part:
            tag = xml.local(child).removeprefix(prefix).removesuffix("_my_client")
            if tag in _ENDS:
                return {"account": self._account, "person": self._person, "entity": self._entity}[tag](child)
        return None

    def _account(self, element: etree._Element) -> str | None:
        said = _texts(element)
        account = self.parties.account(
            said.get("iban") or said.get("account"),
            said.get("swift"),
            at="account",
            bankName=said.get("institution_name"),
            name=said.get("account_name"),
            currency=said.get("currency_code"),
        )
        if account is None:
            self.out.reject("an account without a number", said.get("account_name", ""), at="account")
        for entity in _all(element, "t_entity"):
            self.parties.owner(self._entity(entity), account, at="t_entity")
        for signatory in _all(element, "signatory"):
            for person in _all(signatory, "t_person"):
                self.parties.owner(self._person(person), account, at="signatory", role="signatory")
        return account

    def _person(self, element: etree._Element) -> str | None:
        said = _texts(element)
        name = " ".join(said[part] for part in ("first_name", "middle_name", "prefix", "last_name") if part in said)
        if not name:
            self.out.reject("a person without a name", " ".join(said.values()), at="person")
            return None
        papers = said.get("passport_number") or said.get("ssn") or said.get("id_number")
        born, _ = moment(said.get("birthdate"))
        it = self.out.entity(f"{self.out.dataset}-person-{short(name.casefold(), born, papers)}", "Person")
        say = self.parties.say
        say(it, "name", name, at="last_name")
        for tag, prop in _PERSON.items():
            say(it, prop, said.get(tag), at=tag)
        say(it, "birthDate", born, at="birthdate")
        say(it, "gender", _known()["genders"].get(said.get("gender", "").upper()), at="gender")
        for tag in ("nationality1", "nationality2", "nationality3"):
            say(it, "nationality", said.get(tag), at=tag)
        say(it, "country", said.get("residence"), at="residence")
        for tag, prop in (("passport_number", "passportNumber"), ("ssn", "idNumber"), ("id_number", "idNumber")):
            say(it, prop, said.get(tag), at=tag)
        for alias in said.get("alias", "").split(";"):
            say(it, "alias", alias.strip(), at="alias")
        self._contacts(it, element)
        return it.id

    def _entity(self, element: etree._Element) -> str | None:
        said = _texts(element)
        name = said.get("name") or said.get("commercial_name")
        if not name:
            self.out.reject("an entity without a name", " ".join(said.values()), at="entity")
            return None
        number = said.get("incorporation_number")
        it = self.out.entity(f"{self.out.dataset}-entity-{short(name.casefold(), number)}", "Company" if number else "LegalEntity")
        self.parties.say(it, "name", name, at="name")
        for tag, prop in _ENTITY.items():
            if it.schema == "Company" or prop not in ("incorporationDate", "dissolutionDate"):
                self.parties.say(it, prop, said.get(tag), at=tag)
        self._contacts(it, element)
        for director in _all(element, "director_id"):
            if person := self._person(director):
                role = self.out.entity(f"{self.out.dataset}-directs-{short(person, it.id)}", "Directorship")
                for prop, value in (("director", person), ("organization", it.id), ("role", _texts(director).get("role"))):
                    self.parties.say(role, prop, value, at="director_id")
        return it.id

    def _contacts(self, it: Subject, element: etree._Element) -> None:
        for group, one in (("phones", "phone"), ("addresses", "address")):
            for part in (single for many in _all(element, group) for single in _all(many, one)):
                said = _texts(part)
                if one == "phone":
                    number = f"{said.get('tph_country_prefix', '')}{said.get('tph_number', '')}"
                    self.parties.say(
                        it, "phone", number if number.startswith("+") or not number else f"+{number.lstrip('0')}", at="tph_number"
                    )
                else:
                    place = ", ".join(said[word] for word in ("address", "town", "city", "zip", "state") if word in said)
                    self.parties.say(it, "address", place, at="address")
                    self.parties.say(it, "country", said.get("country_code"), at="country_code")


def _all(element: etree._Element, tag: str) -> list[etree._Element]:
    return [child for child in element if xml.local(child) == tag]


def _text(element: etree._Element) -> str:
    text = (element.text or "").strip()
    known = _known()["placeholders"]
    return "" if text.upper() in known["texts"] or text[:10] in known["dates"] else text


def _texts(element: etree._Element) -> dict[str, str]:
    return {xml.local(child): text for child in element if not len(child) and (text := _text(child))}


READER = GoAml()
