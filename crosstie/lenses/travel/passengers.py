"""What messages and ledgers say of travellers, gathered in columns and handed on in batches: ledgers and statements.

One list per column and 20,000 travellers at a time; nothing is an object of its own. Who is on a list twice is one entity where name, birth and document
are the same: the id is made of these, so that a message sent again says the same of the same.
"""

from __future__ import annotations

from collections.abc import Iterable
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
BATCH = 20_000
#: under this age a traveller is a child: article 1 of the Convention on the Rights of the Child (1989)
CHILD = 18
#: what is known of a traveller, in the order in which `Travellers.add` takes it
PERSON = (
    "place", "surname", "given", "born", "gender", "nationality", "residence", "birthplace", "document", "issuer", "document_type", "expires",
    "phone", "email", "record", "reference", "on",
)  # fmt: skip
#: what is known of one leg of a traveller's journey
LEG = (
    "departs", "arrives", "carrier", "flight", "origin", "destination", "leg", "role", "state", "seat", "bags", "weight", "embarks", "ends",
)  # fmt: skip
_NUMBERS = {"bags": pa.float64(), "weight": pa.float64(), "leg": pa.int64()}
_GENDERS = {"M": "male", "F": "female", "MALE": "male", "FEMALE": "female", "1": "male", "2": "female"}


def tidy_number(number: str) -> str:
    """A number of a document in comparable form: capitals and figures only."""
    return "".join(letter for letter in number.upper() if letter.isalnum())


def tidy_phone(number: str) -> str | None:
    """The figures of a telephone number, without the marks of an international one; None where they are too few."""
    figures = "".join(letter for letter in number if letter.isdigit())
    figures = figures.removeprefix("00")
    return figures if len(figures) >= 7 else None


def _international(number: str) -> str | None:
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


class Travellers:
    """Collects the travellers and journeys of one file; `message` tells which kind of message says so."""

    def __init__(self, out: Emitter, message: str) -> None:
        self._out, self._message = out, message
        self._people: list[Any] = []
        self._legs: list[Any] = []
        self._of: list[int] = []
        self._bookings: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._people) // len(PERSON)

    def add(self, person: tuple[Any, ...], legs: Iterable[tuple[Any, ...]]) -> int:
        """A traveller (PERSON) with the legs of a journey (LEG); the number within the batch."""
        number = len(self)
        self._people += person
        for leg in legs:
            self._legs += leg
            self._of.append(number)
        return number

    def book(self, number: int, booking: dict[str, Any]) -> None:
        """The booking that a traveller goes by."""
        self._bookings.append((number, booking))

    def full(self) -> bool:
        """Whether it is time to hand on."""
        return len(self) >= BATCH

    def flush(self) -> None:
        """Hand on everything that is gathered."""
        size = len(self)
        if not size:
            return
        people = people_of({name: pa.array(self._people[at :: len(PERSON)], pa.string()) for at, name in enumerate(PERSON)})
        self._journeys(people)
        write_papers(self._out, people, self._message)
        self._booked(people)
        say(self._out, people)
        say_trips(self._out, people)
        self._people, self._legs, self._of, self._bookings = [], [], [], []

    def _journeys(self, people: dict[str, Texts]) -> None:
        if not self._of:
            return
        of = pa.array(self._of, pa.int64())
        legs = {name: pa.array(self._legs[at :: len(LEG)], _NUMBERS.get(name, pa.string())) for at, name in enumerate(LEG)}
        who = {
            name: people[name].take(of)
            for name in ("id", "place", "name", "born", "gender", "nationality", "document", "issuer", "document_type", "expires", "record")
        }
        on = pc.utf8_slice_codeunits(pc.coalesce(legs["departs"], legs["arrives"]), 0, 10)
        key = pc.binary_join_element_wise(
            *(pc.fill_null(one, "") for one in (legs["carrier"], legs["flight"], on, legs["origin"], who["id"], legs["state"])), "/"
        )
        event = pa.array(["journey-" + blake2b(one.encode(), digest_size=8).hexdigest() for one in key.to_pylist()], pa.string())
        rows = {
            "event_id": event, "a_id": who["id"], "b_id": pa.nulls(len(of), pa.string()), "date": on, "locator": who["place"],
            "message": pa.repeat(self._message, len(of)), **legs, **{name: one for name, one in who.items() if name not in ("id", "place")},
        }  # fmt: skip
        self._out.ledger("journeys", pa.RecordBatch.from_pydict(rows))

    def _booked(self, people: dict[str, Texts]) -> None:
        if not self._bookings:
            return
        of = pa.array([number for number, _ in self._bookings], pa.int64())
        told = [booking for _, booking in self._bookings]
        ids = people["id"].take(of)
        payers = [
            _payer(booking, name, who)
            for booking, name, who in zip(told, people["name"].take(of).to_pylist(), ids.to_pylist(), strict=True)
        ]
        rows: dict[str, Any] = {
            "event_id": pc.binary_join_element_wise("booking", pa.array([one["record"] for one in told], pa.string()), ids, "-"),
            "a_id": pa.array(payers, pa.string()),
            "b_id": ids,
            "date": pc.utf8_slice_codeunits(pa.array([one["created"] for one in told], pa.string()), 0, 10),
            "locator": people["place"].take(of),
        }
        for name in (
            "record",
            "carrier",
            "ticketed",
            "agency",
            "payer",
            "payment",
            "card",
            "address",
            "origin",
            "destination",
            "first",
            "currency",
        ):
            rows[name] = pa.array([one.get(name) for one in told], pa.string())
        rows["phone"] = pa.array([tidy_phone(one.get("phone") or "") for one in told], pa.string())
        rows["email"] = pa.array([one.get("email") for one in told], pa.string())
        rows["travellers"] = pa.array([one.get("travellers") for one in told], pa.int64())
        rows["oneway"] = pa.array([one.get("oneway") for one in told], pa.bool_())
        rows["amount"] = pa.array([one.get("amount") for one in told], pa.float64())
        self._out.ledger("bookings", pa.RecordBatch.from_pydict(rows))
        self._pay(told, payers, rows["locator"].to_pylist())

    def _pay(self, told: list[dict[str, Any]], payers: list[str | None], places: list[str]) -> None:
        said: set[str] = set()
        for booking, payer, place in zip(told, payers, places, strict=True):
            if payer is None or not payer.startswith("travel-payer-") or payer in said:
                continue
            said.add(payer)
            self._out.place = place
            entity = self._out.entity(payer, "LegalEntity")
            entity.say("name", booking["payer"])
            entity.say("phone", _international(booking.get("payer_phone") or ""))
            entity.say("address", booking.get("address"))


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


def payer_id(name: str, phone: str | None) -> str:
    """The id of somebody who paid for a booking, of whom the name and perhaps a telephone are told."""
    told = f"{' '.join(sorted(name.upper().split()))}\x1f{phone or ''}"
    return "travel-payer-" + blake2b(told.encode(), digest_size=8).hexdigest()


def _payer(booking: dict[str, Any], name: str | None, who: str) -> str | None:
    """Who pays: the traveller, or a person of that name and phone."""
    payer = str(booking.get("payer") or "")
    if not payer:
        return None
    return who if set(payer.upper().split()) <= set((name or "").upper().split()) else payer_id(payer, booking.get("payer_phone"))


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
        [cleaner("Person", "phone")(_international(one) or "") or None if one else None for one in found["phone"].to_pylist()], pa.string()
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
