"""Those who travel, in columns: their ids, their statements and the documents they show. Who is on a list twice is one entity where name, birth and document
are the same: the id is made of these, so that a message sent again says the same of the same.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.lenses.travel.mrz.reading import country_of

pc: Any = pyarrow.compute
Texts = Any
#: under this age a traveller is a child: article 1 of the Convention on the Rights of the Child (1989)
CHILD = 18
#: what is known of a traveller, in the order in which `Travellers.add` takes it
PERSON = (
    "place", "surname", "given", "born", "gender", "nationality", "residence", "birthplace", "document", "issuer", "document_type", "expires",
    "phone", "email", "record", "reference", "on",
)  # fmt: skip
_GENDERS = {"M": "male", "F": "female", "MALE": "male", "FEMALE": "female", "1": "male", "2": "female"}


def tidy_number(number: str) -> str:
    """A number of a document in comparable form: capitals and figures only."""
    return "".join(letter for letter in number.upper() if letter.isalnum())


def international(number: str) -> str | None:
    """A number as persons bear it, where it says of which country it is; bookings often do not."""
    number = "+" + number[2:] if number.startswith("00") else number
    return number if number and cleaner("Person", "phone")(number) else None


def document_id(issuer: str, number: str) -> str:
    """The id of a document that an issuer numbered so."""
    return f"travel-doc-{(issuer or 'xx').lower()}-{number}"


def person_id(name: str, born: str | None, issuer: str | None, document: str | None, otherwise: str) -> str:
    """The id of a traveller: of name, birth and document; without birth and document, of what else tells one from another."""
    told = f"{' '.join(sorted(name.upper().split()))}\x1f{born or ''}\x1f{issuer or ''}\x1f{document or ''}"
    if not document and not born:
        told += f"\x1f{otherwise}"
    return "travel-" + blake2b(told.encode(), digest_size=9).hexdigest()


class Asking(Emitter):
    """An emitter for a question: of what readers say only the rows of ledgers are wanted, and statements are not even put together."""


def people_of(columns: dict[str, Texts]) -> dict[str, Texts]:
    """Columns of PERSON in comparable form, with the whole name and the id of each; empty texts are null."""
    people = _cleaned(columns)
    told = (people[one].to_pylist() for one in ("name", "born", "issuer", "document", "record", "reference", "place"))
    people["id"] = pa.array(
        [
            person_id(name or "", born, issuer, document, f"{record}/{reference}/{place}")
            for name, born, issuer, document, record, reference, place in zip(*told, strict=True)
        ],
        pa.string(),
    )
    return people


def write_papers(out: Emitter, people: dict[str, Texts], how: str, more: dict[str, Texts] | None = None) -> None:
    """A row of `papers` for everybody who shows a document; `how` it was shown, `more` columns beside."""
    known = pc.is_valid(people["document"])
    shown = {name: one.filter(known) for name, one in (people | (more or {})).items()}
    size = len(shown["id"])
    if not size:
        return
    rows = {
        "event_id": pc.binary_join_element_wise(how, shown["id"], shown["document"], pc.fill_null(shown["on"], ""), "-"),
        "a_id": shown["id"],
        "b_id": pa.nulls(size, pa.string()),
        "date": shown["on"],
        "locator": shown["place"],
        **{name: shown[name] for name in ("document", "issuer", "document_type", "name", "born", "nationality", "expires", *(more or {}))},
        "how": pa.repeat(how, size),
    }
    out.ledger("papers", pa.RecordBatch.from_pydict(rows))


def say(out: Emitter, people: dict[str, Texts]) -> None:
    """Statements of persons and of their documents."""
    if isinstance(out, Asking):
        return
    who, place = people["id"], people["place"]
    passport = pc.fill_null(pc.is_in(people["document_type"], pa.array(["P", "PP"])), False)
    numbers = people["document"]
    nothing = pa.scalar(None, pa.string())
    facts = {
        "name": people["name"], "firstName": people["given"], "lastName": people["surname"], "birthDate": people["born"],
        "gender": people["gender"], "nationality": people["nationality"], "country": people["residence"], "birthPlace": people["birthplace"],
        "passportNumber": pc.if_else(passport, numbers, nothing), "idNumber": pc.if_else(passport, nothing, numbers),
        "phone": people["phone"], "email": people["email"], "topics": _minors(people),
    }  # fmt: skip
    for name, values in facts.items():
        _state(out, who, "Person", name, values, place)
    known = pc.is_valid(numbers)
    ids = pc.binary_join_element_wise("travel-doc", pc.fill_null(people["issuer"], "xx"), numbers, "-")
    for schema, some in (("Passport", pc.and_(known, passport)), ("Identification", pc.and_(known, pc.invert(passport)))):
        for name, values in (
            ("holder", who), ("number", numbers), ("country", people["issuer"]), ("type", people["document_type"]), ("endDate", people["expires"]),
        ):  # fmt: skip
            _state(out, pc.if_else(some, ids, nothing), schema, name, values, place)


def say_trips(out: Emitter, people: dict[str, Texts]) -> None:
    """Who booked together travels together: a Trip for each booking of several."""
    if isinstance(out, Asking):
        return
    counted = pc.value_counts(pc.drop_null(people["record"]))
    several = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    together = pc.fill_null(pc.is_in(people["record"], several), False)
    trip = pc.if_else(
        together, pc.binary_join_element_wise("travel-trip", people["record"], people["on"], "-"), pa.scalar(None, pa.string())
    )
    named = pc.binary_join_element_wise("booking", people["record"], " ")
    for name, values in (("name", named), ("involved", people["id"]), ("startDate", people["on"])):
        _state(out, trip, "Trip", name, values, people["place"])


def _cleaned(columns: dict[str, Texts]) -> dict[str, Texts]:
    """Columns in comparable form; empty texts are null."""
    found = {name: _or_null(column) for name, column in columns.items()}
    given, surname = found["given"], found["surname"]
    found["name"] = pc.coalesce(pc.binary_join_element_wise(given, surname, " "), given, surname)
    for name in ("nationality", "issuer", "residence"):
        found[name] = _or_null(by_unique(found[name], lambda code: country_of(code) if code else None))
    found["document"] = _or_null(pc.utf8_upper(pc.replace_substring_regex(found["document"], r"[^\p{L}\p{N}]", "")))
    found["gender"] = by_unique(found["gender"], lambda code: _GENDERS.get((code or "").upper()))
    found["phone"] = pa.array(
        [cleaner("Person", "phone")(international(one) or "") or None if one else None for one in found["phone"].to_pylist()], pa.string()
    )
    found["email"] = pa.array([cleaner("Person", "email")(one) or None if one else None for one in found["email"].to_pylist()], pa.string())
    return found


def _or_null(column: Texts) -> Texts:
    return pc.if_else(pc.equal(pc.binary_length(column), 0), pa.scalar(None, pa.string()), column)


def _minors(people: dict[str, Texts]) -> Texts:
    """The topic of children: they are protected, and stay out of all matching and links."""
    born, on = (np.array([_count(one) for one in people[name].to_pylist()], np.int64) for name in ("born", "on"))
    young = (born > 0) & (on > 0) & (on - born < CHILD * 372)
    return pc.if_else(pa.array(young), pa.scalar("minor"), pa.scalar(None, pa.string()))


def _count(day: str | None) -> int:
    """A number that grows with the days; what is not told of a date is its end, so that nobody passes for a child too late."""
    return int(day[:4]) * 372 + int(day[5:7] or 12) * 31 + int(day[8:10] or 31) if day else 0


def _state(out: Emitter, who: Texts, schema: str, prop: str, values: Texts, place: Texts) -> None:
    """Statements of one property, each said once."""
    known = pc.and_(pc.is_valid(values), pc.is_valid(who))
    if not pc.any(known).as_py():
        return
    who, values, place = who.filter(known), values.filter(known), place.filter(known)
    size = len(who)
    out.batch(
        pa.RecordBatch.from_pydict(
            {"entity_id": who, "schema": pa.repeat(schema, size), "prop": pa.repeat(prop, size), "value": values, "locator": place}
        )
    )
