"""Travel in a region: a broker who books for a fighter on a stolen passport, a courier who flies with a listed man, a recruiter who sends travellers to the
border of a conflict; and, innocent, a tour operator, and people who happen to take the flight of a listed person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crosstie.learn.region.faces import Face
from crosstie.learn.region.papers import Clerk
from crosstie.learn.region.parts import Actor, RegionBuilder
from crosstie.lenses.travel.mrz.letters import zone_names
from crosstie.lenses.travel.passengers import person_id
from crosstie.lenses.travel.travellers import payer_id
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR
LISTS, BOOKINGS, LOST, WATCHED = "passenger_lists.edi", "passenger_bookings.edi", "lost_documents.csv", "watched_places.csv"
_OFFICE: dict[str, Any] = {"originator": "Passenger information units of the region", "dataset": "travel", "grade": "B2"}
#: people of the crowd on each flight besides those of the story
_ABOARD = 14


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight of the story, with those aboard and their documents."""

    day: date
    number: str
    origin: str
    destination: str
    people: tuple[tuple[Actor, str, str], ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking: who travels on which flights, and who pays."""

    record: str
    made: date
    flights: tuple[Flight, ...]
    people: tuple[tuple[Actor, str, str], ...]
    payer: Actor | None = None


class Travel:
    """The lens's part."""

    name = "travel"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants two ties, a facilitator and two look-alikes."""
        region.paper(WATCHED, write_watched, (_port("qn"), "border of the conflict"), **_OFFICE)
        for _ in range(region.rounds):
            _stolen(region)
            _together(region)
            _sent(region)


def _stolen(region: RegionBuilder) -> None:
    """A broker of passports books a flight for a fighter, who travels on a stolen one."""
    broker, fighter = region.person("qp", spheres=[CRIME]), region.person("qs", spheres=[TERROR])
    day = region.day(first=region.begin + timedelta(days=400), last=region.end - timedelta(days=60))
    document = _number(region)
    region.paper(LOST, write_lost, (document, "QP", "stolen", day - timedelta(days=200)), **_OFFICE)
    for _ in range(12):
        region.paper(LOST, write_lost, (_number(region), "QP", "lost", region.day()), **_OFFICE)
    flight = Flight(day, _flight(region), _port("qp"), _port("qs"), ((fighter, document, "QP"),))
    region.paper(LISTS, write_lists, flight, **_OFFICE)
    region.paper(BOOKINGS, write_bookings, Booking(_record(region), day - timedelta(days=3), (flight,), flight.people, broker), **_OFFICE)
    # a first booking, given up when the paper was not ready
    missed = Flight(day - timedelta(days=24), _flight(region), _port("qp"), _port("qs"), flight.people)
    region.paper(BOOKINGS, write_bookings, Booking(_record(region), day - timedelta(days=30), (missed,), flight.people, broker), **_OFFICE)
    region.report("{0} supplies forged passports and tickets.", [broker], kind="police", on=day + timedelta(days=40))
    region.list_as(fighter, "un-like", "Al-Qaida", "Travelled on false documents to join a terrorist group.", on=day + timedelta(days=200))
    region.true_link(broker, fighter, "N2", "travel.document", day - timedelta(days=3), day)
    region.shows("listed-document", [fighter], day, day)


def _together(region: RegionBuilder) -> None:
    """A courier of a gang flies with a listed man three times; another takes one of these flights by chance."""
    courier, listed = region.person("qr", spheres=[CRIME]), region.person("qs", spheres=[TERROR])
    other = region.person("qr", spheres=[CRIME])
    first = region.day(first=region.begin + timedelta(days=300), last=region.end - timedelta(days=200))
    papers = {one.id: _number(region) for one in (courier, listed, other)}
    last = first
    for number in range(3):
        last = first + timedelta(days=35 * number)
        people = tuple((one, papers[one.id], one.state.upper()) for one in ((courier, listed, other) if number == 1 else (courier, listed)))
        flight = Flight(last, _flight(region), _port("qr"), _port("qs"), people)
        region.paper(LISTS, write_lists, flight, **_OFFICE)
    region.report("{0} was sentenced for the smuggling of migrants.", [courier], kind="court", on=last + timedelta(days=80))
    region.report("{0} was sentenced for the theft of vehicles and extortion.", [other], kind="court", on=last + timedelta(days=90))
    region.list_as(listed, "gb-like", "ISIL (Da'esh) and Al-Qaida", "Arranges the travel of fighters for a terrorist group.", on=first)
    region.true_link(courier, listed, "N2", "travel.together", first, last)
    region.shows("co-travel", [courier, listed], first, last)
    region.decoy(other, listed, "same journey", "took one flight of the listed person by chance")
    region.resembles("co-travel", [other], "one flight among strangers")


def _sent(region: RegionBuilder) -> None:
    """A recruiter pays one-way tickets to the border for six travellers; an operator pays return tickets for as many tourists."""
    recruiter = region.person("qr", spheres=[TERROR])
    operator = region.company("qr", business="travel")
    first = region.day(first=region.begin + timedelta(days=300), last=region.end - timedelta(days=150))
    last = first
    for number in range(6):
        traveller, last = region.person("qr"), first + timedelta(days=9 * number)
        people = ((traveller, _number(region), "QR"),)
        flight = Flight(last, _flight(region), _port("qr"), _port("qn"), people)
        region.paper(BOOKINGS, write_bookings, Booking(_record(region), last - timedelta(days=2), (flight,), people, recruiter), **_OFFICE)
    region.list_as(
        recruiter, "ofac-like", "SDGT", "Recruits fighters for a terrorist group and pays for their travel.", on=last + timedelta(days=100)
    )
    region.shows("facilitator", [recruiter], first, last)
    for number in range(6):
        day = first + timedelta(days=8 * number)
        people = ((region.person("qr"), _number(region), "QR"),)
        there = Flight(day, _flight(region), _port("qr"), _port("qn"), people)
        back = Flight(day + timedelta(days=6), _flight(region), _port("qn"), _port("qr"), people)
        region.paper(
            BOOKINGS, write_bookings, Booking(_record(region), day - timedelta(days=60), (there, back), people, operator), **_OFFICE
        )
    region.resembles("facilitator", [operator], "an operator who sells return journeys")


def _port(state: str) -> str:
    """The airport of an invented State (data/airports.csv)."""
    return f"{state.upper()}A"


def _number(region: RegionBuilder) -> str:
    return f"{'KLMNP'[int(region.rng.integers(5))]}{int(region.rng.integers(1_000_000, 9_999_999))}"


def _flight(region: RegionBuilder) -> str:
    return str(int(region.rng.integers(100, 990)))


def _record(region: RegionBuilder) -> str:
    return "".join("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[int(one)] for one in region.rng.integers(0, 32, 6))


def write_watched(clerk: Clerk, entries: list[Any]) -> str:
    """The places that the units watch."""
    lines = [f"{place},{place[:2]},{why},2000-01-01," for place, why in sorted(set(entries))]
    return "\n".join(["airport,country,why,from,until", *lines, ""])


def write_lost(clerk: Clerk, entries: list[Any]) -> str:
    """The list of documents."""
    lines = [f"{number},{issuer},passport,{status},{day.isoformat()}" for number, issuer, status, day in sorted(entries)]
    return "\n".join(["document number,issuing country,document type,status,date of loss", *lines, ""])


def write_lists(clerk: Clerk, entries: list[Flight]) -> str:
    """Passenger lists, one message a flight, the crowd aboard too."""
    out = ["UNB+UNOA:4+XT+PIU+250101:0905+1++APIS"]
    flights = sorted(entries, key=lambda one: (one.day, one.number, one.people[0][1]))
    for number, flight in enumerate(flights, 1):
        on = flight.day.strftime("%y%m%d")
        body = [
            f"UNH+{number}+PAXLST:D:05B:UN:IATA", "BGM+745", f"TDT+20+XT{flight.number}+++XT", f"LOC+125+{flight.origin}", f"DTM+189:{on}1005:201",
            f"LOC+87+{flight.destination}", f"DTM+232:{on}1340:201",
        ]  # fmt: skip
        aboard: list[tuple[Face, str, str, Actor | None]] = [
            (clerk.face(actor), document, issuer, actor) for actor, document, issuer in flight.people
        ]
        aboard += [
            (face, f"S{clerk.rng.integers(10_000_000, 99_999_999)}", face.actor.state.upper(), None) for face in clerk.strangers(_ABOARD)
        ]
        for face, document, issuer, actor in aboard:
            family, given = _zone(face.family), _zone(face.given)
            body += [f"NAD+FL+++{family}:{given}", f"LOC+178+{flight.origin}", f"LOC+179+{flight.destination}", f"NAT+2+{issuer}"]
            if born := _born(face):
                body.append(f"DTM+329:{born.replace('-', '')[2:]}")
            body += [f"DOC+P:110:111+{document}", f"LOC+91+{issuer}"]
            if actor is not None:
                clerk.saw(actor, person_id(f"{given} {family}", born, issuer.lower(), document, ""))
        out += [*body, f"CNT+42:{len(aboard)}", f"UNT+{len(body) + 2}+{number}"]
    return "UNA:+.? '\n" + "'\n".join([*out, f"UNZ+{len(flights)}+1"]) + "'\n"


def write_bookings(clerk: Clerk, entries: list[Booking]) -> str:
    """Booking records, one message for each."""
    out = ["UNB+IATA:1+XT+PIU+250101:0905+2"]
    bookings = sorted(entries, key=lambda one: (one.made, one.record))
    for number, booking in enumerate(bookings, 1):
        first = booking.flights[0]
        body = [
            f"UNH+{number}+PNRGOV:13:1:IA+{booking.record}", "MSG+:22", "ORG+XT:QRA",
            f"TVL+{first.day:%d%m%y}:1005:{first.day:%d%m%y}:1340+{first.origin}+{first.destination}+XT+{first.number}", "EQN+1", "SRC",
            f"RCI+XT:{booking.record}::{booking.made:%d%m%y}:1100",
        ]  # fmt: skip
        for place, (actor, document, issuer) in enumerate(booking.people, 1):
            face = clerk.face(actor)
            body += _traveller(clerk, face, actor, (document, issuer), place)
            if booking.payer is not None:
                body += _payment(clerk, booking.payer)
        for leg in booking.flights:
            body.append(f"TVL+{leg.day:%d%m%y}:1005:{leg.day:%d%m%y}:1340+{leg.origin}+{leg.destination}+XT+{leg.number}:Y")
        out += [*body, f"UNT+{len(body) + 1}+{number}"]
    return "UNA:+.?*'\n" + "'\n".join([*out, f"UNZ+{len(bookings)}+2"]) + "'\n"


def _traveller(clerk: Clerk, face: Face, actor: Actor, paper: tuple[str, str], place: int) -> list[str]:
    family, given, (document, issuer), born = _zone(face.family), _zone(face.given), paper, _born(face)
    day = date.fromisoformat(born).strftime("%d%b%y").upper() if born else ""
    clerk.saw(actor, person_id(f"{given} {family}", born, issuer.lower(), document, ""))
    return [f"TIF+{family}+{given}:A:{place}", f"SSR+DOCS:HK:1:XT:::::/P/{issuer}/{document}/{issuer}/{day}/M//{family}/{given}"]


def _payment(clerk: Clerk, payer: Actor) -> list[str]:
    face = clerk.face(payer)
    name, phone = _zone(face.name), f"00{face.phone.lstrip('+')}" if face.phone else ""
    clerk.saw(payer, payer_id(name, phone or None))
    return ["FOP+CA::410.00", f"IFT+4:43+{name}+1 QUAY LANE" + (f"+{phone}" if phone else "")]


def _zone(name: str) -> str:
    """A name as carriers write it: the letters of the machine-readable zone."""
    return (zone_names(name) or ["UNKNOWN"])[0].replace("<", " ")


def _born(face: Face) -> str | None:
    return face.born if face.born and len(face.born) == 10 else None


PART = Travel()
