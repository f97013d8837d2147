"""Call records, bookings of prisons, the register of vehicles and the notes of border guards: small facts about many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.learn.region.builder import PLATE_SALT
from crosstie.learn.region.ledgers import mingled
from crosstie.learn.region.names import NONE, Ints, among, pc
from crosstie.learn.region.parts import CELLS, PRISONS, WINGS, Actor
from crosstie.learn.region.population import Population
from crosstie.learn.region.registers import NULL
from crosstie.learn.region.sheets import BATCH, sheet, write_mapping
from crosstie.learn.region.spelling import birth_dates, company_names, days, holes, id_numbers, padded, person_names, phones
from crosstie.learn.region.truth import Sightings
from crosstie.learn.region.world import BEGIN, END, Size, day_number, places, scrambled, stream

_FIRST, _LAST = day_number(BEGIN), day_number(END)
_PRISONER_SALT, _TRAVELLER_SALT, _OWNER_SALT = 41, 42, 43
_MAKES = ("Zimno 1200", "Hilander", "Kargo 5", "Rapid", "Sahel Wagon", "Puntal S", "Ostrava Van", "Trekker")


def write_journals(population: Population, size: Size, out: Path, truth: Sightings) -> list[Path]:
    """All four files."""
    cars = _Cars(population, size)
    return [
        _calls(population, size, out, truth),
        _custody(population, size, out, truth),
        _vehicles(population, cars, out, truth),
        _crossings(population, size, cars, out, truth),
    ]


def _rows(population: Population, people: Sequence[Actor]) -> Ints:
    rows = {one.actor.id: row for row, one in enumerate(population.plan.people)}
    return np.array([rows[one.id] for one in people], dtype=np.int64)


def _batches(order: Ints) -> list[Ints]:
    return [order[first : first + BATCH] for first in range(0, len(order), BATCH)]


def _crowd(rng: np.random.Generator, population: Population) -> Ints:
    """People in the order of their neighbourhoods, the planted ones among them."""
    return mingled(rng, np.arange(len(population.people)), population.people.planted)


# calls


def _calls(population: Population, size: Size, out: Path, truth: Sightings) -> Path:
    """Some talk much and most little, mostly to the same few: kin, neighbours, colleagues."""
    rng, people, plan, total = stream(population.seed, "calls"), population.people, population.plan, size.calls
    ring = _crowd(rng, population)
    weight = np.cumsum(np.exp(rng.normal(0, 1.1, len(ring))))
    at = np.searchsorted(weight / weight[-1], rng.random(total), side="right").clip(max=len(ring) - 1)
    near = (at + 1 + scrambled(at * 5 + np.minimum(rng.geometric(0.4, total), 6), 51) % 60) % len(ring)
    far = rng.integers(0, len(ring), total)
    other = np.where(rng.random(total) < 0.93, near, far)
    caller, called = people.phone[ring[at]], people.phone[ring[other]]
    ours = plan.calls
    caller = np.concatenate([caller, np.array([one.a for one in ours], dtype=np.int64)])
    called = np.concatenate([called, np.array([one.b for one in ours], dtype=np.int64)])
    day = np.concatenate([rng.integers(_FIRST, _LAST + 1, total), np.array([day_number(one.on) for one in ours], dtype=np.int64)])
    length = np.concatenate(
        [np.exp(rng.normal(4.2, 1.0, total)).astype(np.int64) + 2, np.array([one.seconds for one in ours], dtype=np.int64)]
    )
    order = np.lexsort((rng.random(len(day)), day))
    order = order[caller[order] != called[order]]
    path, columns = out / "calls.csv", ("call_no", "date", "seconds", "caller_no", "caller", "called_no", "called")
    with sheet(path, {name: name for name in columns}) as table:
        for number, rows in enumerate(_batches(order)):
            table.write(
                {
                    "call_no": padded(np.arange(len(rows)) + number * BATCH + 1, 9, "C"),
                    "date": days(day[rows]),
                    "seconds": pa.array(length[rows]).cast(pa.string()),
                    "caller_no": padded(caller[rows], 15),
                    "caller": phones(caller[rows]),
                    "called_no": padded(called[rows], 15),
                    "called": phones(called[rows]),
                }
            )
    _subscribers(population, np.union1d(caller[order], called[order]), truth, path)
    ends = {side: {"schema": "LegalEntity", "id": {"column": f"{side}_no"}, "properties": {"phone": side}} for side in ("caller", "called")}
    call = {
        "schema": "Call",
        "id": {"column": "call_no"},
        "properties": {"caller": {"entity": "caller"}, "receiver": {"entity": "called"}, "date": "date", "duration": "seconds"},
    }
    _mapped(path, "Call records of the region", "Telephone companies of the region", "A2", {**ends, "call": call})
    return path


def _subscribers(population: Population, numbers: Ints, truth: Sightings, path: Path) -> None:
    """Whose the numbers are: of several in one household, the first."""
    people, companies = population.people, population.companies
    phone = np.concatenate([people.phone, companies.phone])
    found, first = np.unique(phone, return_index=True)
    place = np.searchsorted(found, numbers).clip(max=len(found) - 1)
    known = found[place] == numbers
    row, number = first[place[known]], numbers[known]
    for kind, here in (("person", row < len(people)), ("company", row >= len(people))):
        if here.any():
            actors = truth.actors(kind, row[here] - (len(people) if kind == "company" else 0))
            truth.add(actors, padded(number[here], 15, "calls-"), "calls", path.name)


# prisons


def _custody(population: Population, size: Size, out: Path, truth: Sightings) -> Path:
    """Stays of some months to some years; wings are full, cells hold a few."""
    rng, people, plan = stream(population.seed, "custody"), population.people, population.plan
    care, codes, total = population.care.agency, list(places()), min(size.prisoners, len(population.people) // 3)
    who = rng.choice(np.arange(people.planted, len(people)), total, replace=False)
    ours = plan.custody
    person = np.concatenate([who, _rows(population, [one.person for one in ours])])
    state = np.concatenate([people.state[who], np.array([codes.index(one.state) for one in ours], dtype=np.int64)])
    unit = np.concatenate(
        [
            rng.integers(0, PRISONS * WINGS * CELLS, total),
            np.array([(one.prison * WINGS + one.wing) * CELLS + one.cell for one in ours], dtype=np.int64),
        ]
    )
    begun = np.concatenate([rng.integers(_FIRST, _LAST - 400, total), np.array([day_number(one.start) for one in ours], dtype=np.int64)])
    ended = np.concatenate(
        [
            begun[:total] + 60 + np.exp(rng.normal(5.6, 0.8, total)).astype(np.int64),
            np.array([day_number(one.end) for one in ours], dtype=np.int64),
        ]
    )
    ended = np.where(ended > _LAST, NONE, ended)
    order = np.lexsort((person, begun))
    prisons = [f"{place.state.cities[number]} Prison" for place in places().values() for number in range(PRISONS)]
    path = out / "custody.csv"
    columns = ("booking", "prisoner_no", "name", "born", "id_no", "country", "prison", "wing", "cell", "wing_no", "cell_no", "from", "to")
    with sheet(path, {name: name for name in columns}) as table:
        for number, rows in enumerate(_batches(order)):
            prison = among(prisons, state[rows] * PRISONS + unit[rows] // (WINGS * CELLS))
            wing, cell = unit[rows] // CELLS % WINGS, unit[rows] % CELLS
            table.write(
                {
                    "booking": padded(np.arange(len(rows)) + number * BATCH + 1, 7, "B"),
                    "prisoner_no": padded(scrambled(person[rows], _PRISONER_SALT), 8, "P"),
                    "name": person_names(people, person[rows], rng, care),
                    "born": birth_dates(people.born[person[rows]], rng, care),
                    "id_no": holes(id_numbers(people, person[rows]), rng, care.no_id),
                    "country": among(codes, people.state[person[rows]]),
                    "prison": prison,
                    "wing": pc.binary_join_element_wise(prison, padded(wing + 1, 1), ", wing "),
                    "cell": pc.binary_join_element_wise(prison, padded(wing + 1, 1), padded(cell + 1, 2), ", cell "),
                    "wing_no": padded(state[rows] * 1_000 + unit[rows] // CELLS, 5, "W"),
                    "cell_no": padded(state[rows] * 1_000 + unit[rows], 5, "Z"),
                    "from": days(begun[rows]),
                    "to": days(ended[rows]),
                }
            )
    met = np.unique(person)
    truth.add(truth.actors("person", met), padded(scrambled(met, _PRISONER_SALT), 8, "prisons-P"), "prisons", path.name)
    prisoner = _person("prisoner_no", "name", "born", "id_no", "country")
    held = {
        kind: {
            "schema": "UnknownLink",
            "id": {"columns": ["booking"], "literal": kind},
            "properties": {
                "subject": {"entity": "prisoner"},
                "object": {"entity": kind},
                "role": {"literal": f"held in this {kind}"},
                "startDate": "from",
                "endDate": "to",
            },
        }
        for kind in ("wing", "cell")
    }
    houses = {kind: {"schema": "Organization", "id": {"column": f"{kind}_no"}, "properties": {"name": kind}} for kind in ("wing", "cell")}
    entities = {"prisoner": prisoner, **houses, **{f"in_{kind}": one for kind, one in held.items()}}
    _mapped(path, "Bookings of the prisons of the region", "Prison services of the region", "A2", entities, dataset="prisons")
    return path


# cars and borders


class _Cars:
    """The cars of the region: planted ones first. `owner` is a row of people (kind 0) or companies (kind 1), NONE where nobody is known."""

    def __init__(self, population: Population, size: Size) -> None:
        rng, plan, people = stream(population.seed, "cars"), population.plan, population.people
        rows = {one.actor.id: row for row, one in enumerate(plan.people)}
        firms = {one.actor.id: row for row, one in enumerate(plan.companies)}
        ours, codes = plan.cars, list(places())
        owned = [one.owner.id if one.owner else "" for one in ours]
        self.kind = np.array([one in firms for one in owned] + [False] * size.cars, dtype=np.int64)
        crowd = rng.integers(people.planted, len(people), size.cars)
        self.owner = np.concatenate([np.array([rows.get(one, firms.get(one, NONE)) for one in owned], dtype=np.int64), crowd])
        self.state = np.concatenate([np.array([codes.index(one.actor.state) for one in ours], dtype=np.int64), people.state[crowd]])
        self.plate = np.concatenate([np.array([one.plate for one in ours], dtype=np.int64), scrambled(np.arange(size.cars), PLATE_SALT)])
        since = np.array([day_number(one.since) for one in ours], dtype=np.int64)
        self.since = np.concatenate([since, rng.integers(_FIRST - 1_500, _FIRST + 1_500, size.cars)])
        self.row = {one.actor.id: row for row, one in enumerate(ours)}

    def plates(self, rows: Ints) -> Any:
        """Plates as they are painted: the State and eight digits."""
        return pc.binary_join_element_wise(
            among([f"{code.upper()}-" for code in places()], self.state[rows]), padded(self.plate[rows], 8), ""
        )


def _vehicles(population: Population, cars: _Cars, out: Path, truth: Sightings) -> Path:
    rng, people, companies, care = stream(population.seed, "vehicles"), population.people, population.companies, population.care.register
    order = np.flatnonzero(cars.owner != NONE)
    order = order[np.argsort(cars.plate[order], kind="stable")]
    ours, path = [one.actor.name for one in population.plan.companies], out / "vehicles.csv"
    columns = ("plate", "make", "owner_no", "owner_kind", "owner", "born", "id_no", "country", "since")
    with sheet(path, {name: name for name in columns}) as table:
        for rows in _batches(order):
            firm = pa.array(cars.kind[rows] == 1)
            person, company = np.where(cars.kind[rows] == 0, cars.owner[rows], 0), np.where(cars.kind[rows] == 1, cars.owner[rows], 0)
            table.write(
                {
                    "plate": cars.plates(rows),
                    "make": among(_MAKES, cars.plate[rows] % len(_MAKES)),
                    "owner_no": padded(scrambled(cars.owner[rows] * 2 + cars.kind[rows], _OWNER_SALT), 8, "V"),
                    "owner_kind": pc.if_else(firm, "C", "P"),
                    "owner": pc.if_else(firm, company_names(companies, company, ours), person_names(people, person, rng, care)),
                    "born": pc.if_else(firm, NULL, birth_dates(people.born[person], rng, care)),
                    "id_no": pc.if_else(firm, NULL, holes(id_numbers(people, person), rng, care.no_id)),
                    "country": among(list(places()), cars.state[rows]),
                    "since": days(cars.since[rows]),
                }
            )
    for kind, name in ((0, "person"), (1, "company")):
        met = np.unique(cars.owner[order[cars.kind[order] == kind]])
        if len(met):
            truth.add(truth.actors(name, met), padded(scrambled(met * 2 + kind, _OWNER_SALT), 8, "cars-V"), "cars", path.name)
    truth.add(truth.actors("car", order), cars.plates(order), "cars", path.name)
    car = {"schema": "Vehicle", "id_column": "plate", "properties": {"registrationNumber": "plate", "name": "make", "country": "country"}}
    owned = {
        "schema": "Ownership",
        "id": {"columns": ["plate", "owner_no"], "literal": "owner"},
        "properties": {"owner": {"entity": "owner"}, "asset": {"entity": "car"}, "startDate": "since"},
    }
    private = _person("owner_no", "owner", "born", "id_no", "country")
    firm_ = {"schema": "Company", "id": {"column": "owner_no"}, "properties": {"name": "owner", "country": "country"}}
    queries = [
        {"filters": {"owner_kind": kind}, "entities": {"owner": one, "car": car, "share": owned}}
        for kind, one in (("P", private), ("C", firm_))
    ]
    _mapped(path, "Register of vehicles of the region", "Registrars of vehicles of the region", "A2", queries=queries, dataset="cars")
    return path


def _crossings(population: Population, size: Size, cars: _Cars, out: Path, truth: Sightings) -> Path:
    """People cross in their own cars, and with their neighbours in those of others."""
    rng, people, plan, care = stream(population.seed, "crossings"), population.people, population.plan, population.care.bank
    codes, total, planted = list(places()), size.crossings, len(plan.cars)
    car = rng.integers(planted, len(cars.plate), total)
    with_ = np.minimum(rng.geometric(0.5, total) - 1, 3)
    crowd = len(people) - people.planted
    person = people.planted + (cars.owner[car] - people.planted + with_) % crowd
    day = _FIRST + scrambled(car * 7 + rng.integers(0, 3, total), 52) % (_LAST - _FIRST)
    ours = plan.crossings
    person = np.concatenate([person, _rows(population, [one.person for one in ours])])
    car = np.concatenate([car, np.array([cars.row[one.car.id] for one in ours], dtype=np.int64)])
    day = np.concatenate([day, np.array([day_number(one.on) for one in ours], dtype=np.int64)])
    state = np.concatenate([people.state[person[:total]], np.array([codes.index(one.state) for one in ours], dtype=np.int64)])
    posts = [f"{place.state.cities[-1]} border post" for place in places().values()]
    order, path = np.lexsort((person, day)), out / "crossings.csv"
    columns = ("crossing", "date", "post", "traveller_no", "name", "born", "document", "nationality", "plate")
    with sheet(path, {name: name for name in columns}) as table:
        for number, rows in enumerate(_batches(order)):
            table.write(
                {
                    "crossing": padded(np.arange(len(rows)) + number * BATCH + 1, 8, "X"),
                    "date": days(day[rows]),
                    "post": among(posts, state[rows]),
                    "traveller_no": padded(scrambled(person[rows], _TRAVELLER_SALT), 8, "N"),
                    "name": person_names(people, person[rows], rng, care),
                    "born": birth_dates(people.born[person[rows]], rng, care),
                    "document": holes(id_numbers(people, person[rows]), rng, care.no_id),
                    "nationality": among(codes, people.state[person[rows]]),
                    "plate": cars.plates(car[rows]),
                }
            )
    met = np.unique(person)
    truth.add(truth.actors("person", met), padded(scrambled(met, _TRAVELLER_SALT), 8, "borders-N"), "borders", path.name)
    seen = np.setdiff1d(np.unique(car), np.flatnonzero(cars.owner != NONE))
    if len(seen):
        truth.add(truth.actors("car", seen), cars.plates(seen), "borders", path.name)
    vehicle = {"schema": "Vehicle", "id_column": "plate", "properties": {"registrationNumber": "plate"}}
    rode = {
        "schema": "UnknownLink",
        "id": {"column": "crossing"},
        "properties": {
            "subject": {"entity": "traveller"},
            "object": {"entity": "car"},
            "role": {"literal": "crossed the border in it"},
            "startDate": "date",
            "endDate": "date",
        },
    }
    traveller = _person("traveller_no", "name", "born", "document", "nationality")
    _mapped(
        path,
        "Border crossings of the region",
        "Border guards of the region",
        "A2",
        {"traveller": traveller, "car": vehicle, "ride": rode},
        dataset="borders",
    )
    return path


def _person(number: str, name: str, born: str, document: str, country: str) -> dict[str, Any]:
    properties = {"name": name, "birthDate": born, "idNumber": document, "country": country}
    return {"schema": "Person", "id": {"column": number}, "properties": properties}


def _mapped(
    path: Path,
    title: str,
    originator: str,
    grade: str,
    entities: dict[str, Any] | None = None,
    *,
    queries: list[dict[str, Any]] | None = None,
    dataset: str | None = None,
) -> None:
    head = {
        "dataset": dataset or path.stem,
        "title": title,
        "originator": originator,
        "grade": grade,
        "marking": "TLP:AMBER; purpose=exercise",
        "version_date": "2025-01-01",
    }
    write_mapping(path, head | ({"queries": queries} if queries else {"entities": entities}))
