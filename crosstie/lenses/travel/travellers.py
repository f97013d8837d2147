"""What messages say of travellers and their journeys, gathered in columns and handed on in batches: ledgers and statements.

One list per column and 20,000 travellers at a time; nothing is an object of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.emitter import Emitter
from crosstie.lenses.travel.passengers import PERSON, international, people_of, say, say_trips, write_papers

pc: Any = pyarrow.compute
Texts = Any
BATCH = 20_000
#: what is known of one leg of a traveller's journey
LEG = (
    "departs", "arrives", "carrier", "flight", "origin", "destination", "leg", "role", "state", "seat", "bags", "weight", "embarks", "ends",
)  # fmt: skip
_NUMBERS = {"bags": pa.float64(), "weight": pa.float64(), "leg": pa.int64()}


def tidy_phone(number: str) -> str | None:
    """The figures of a telephone number, without the marks of an international one; None where they are too few."""
    figures = "".join(letter for letter in number if letter.isdigit())
    figures = figures.removeprefix("00")
    return figures if len(figures) >= 7 else None


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
            entity.say("phone", international(booking.get("payer_phone") or ""))
            entity.say("address", booking.get("address"))


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
