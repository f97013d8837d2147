"""Shipments that the ports recorded, and the register of ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.learn.region.ledgers import mingled, money
from crosstie.learn.region.names import NONE, Ints, among, pc
from crosstie.learn.region.population import Population
from crosstie.learn.region.registers import NULL
from crosstie.learn.region.sheets import BATCH, sheet, write_mapping
from crosstie.learn.region.spelling import addresses, company_names, days, loose, padded, person_names, registrations
from crosstie.learn.region.truth import Sightings
from crosstie.learn.region.world import BEGIN, END, Size, day_number, places, scrambled, stream

_FIRST, _LAST = day_number(BEGIN), day_number(END)
#: Goods of ordinary trade: code of the Harmonized System, words, usual price per kilogram.
_GOODS = (
    ("100630", "rice, milled", 0.6),
    ("170199", "sugar", 0.5),
    ("252329", "cement, grey portland", 0.09),
    ("620342", "trousers of cotton", 14.0),
    ("851712", "telephones", 180.0),
    ("870323", "used motor cars", 7.0),
    ("090111", "coffee, not roasted", 3.2),
    ("520100", "cotton, raw", 1.9),
    ("120740", "sesame seeds", 1.6),
    ("010420", "live goats", 2.9),
    ("440290", "wood charcoal", 0.35),
    ("271019", "gas oil", 0.8),
    ("710812", "gold, unwrought", 52_000.0),
    ("392690", "articles of plastics", 4.0),
    ("840890", "engines, used", 9.0),
    ("310210", "urea", 0.4),
)

_SHIPMENTS = (
    "declaration",
    "date",
    "exporter_no",
    "exporter",
    "exporter_registration",
    "exporter_address",
    "exporter_country",
    "consignee_no",
    "consignee",
    "consignee_registration",
    "consignee_address",
    "consignee_country",
    "hs",
    "goods",
    "weight_kg",
    "value",
    "currency",
    "vessel",
    "imo",
    "origin",
    "destination",
)


class _Traders:
    """The traders' file of the customs: companies of the crowd, and planted companies and people."""

    def __init__(self, population: Population) -> None:
        plan = population.plan
        self.population = population
        self.companies = {one.actor.id: row for row, one in enumerate(plan.companies)}
        self.people = {one.actor.id: row for row, one in enumerate(plan.people)}
        self.ours = [one.actor.name for one in plan.companies]
        self.seats = [f"{one.address.street}, {one.address.city}" for one in plan.companies]
        self.homes = [f"{one.address.street}, {one.address.city}" for one in plan.people]

    def numbers(self, kind: Ints, row: Ints) -> Any:
        """Trader numbers: odd salt for people (kind 1), even for companies (kind 0)."""
        return pc.binary_join_element_wise("T", padded(scrambled(row * 2 + kind, 31), 8), "")

    def cells(self, side: str, kind: Ints, row: Ints, rng: np.random.Generator) -> dict[str, Any]:
        """What a declaration says of one side."""
        people, companies, bank = self.population.people, self.population.companies, self.population.care.bank
        firm = pa.array(kind == 0)
        company, person = np.where(kind == 0, row, 0), np.where(kind == 1, row, 0)
        state = np.where(kind == 0, companies.state[company], people.state[person] if len(people) else 0)
        number = registrations(companies, company)
        return {
            f"{side}_no": self.numbers(kind, row),
            side: pc.if_else(firm, loose(company_names(companies, company, self.ours), rng, bank), person_names(people, person, rng, bank)),
            f"{side}_registration": pc.if_else(pc.and_(firm, pa.array(rng.random(len(row)) < 0.75)), number, NULL),
            f"{side}_address": pc.if_else(firm, addresses(companies, company, self.seats), addresses(people, person, self.homes)),
            f"{side}_country": among(list(places()), state),
        }


def write_shipments(population: Population, size: Size, out: Path, truth: Sightings) -> list[Path]:
    """The shipments that the ports of all States recorded."""
    rng, plan, traders = stream(population.seed, "shipments"), population.plan, _Traders(population)
    total, planted = size.shipments, plan.shipments
    crowd = mingled(rng, np.arange(len(population.companies)), population.companies.planted)

    def side(picks: Ints, actors: list[Any]) -> tuple[Ints, Ints]:
        kinds = [0 if one.id in traders.companies else 1 for one in actors]
        rows = [traders.companies[one.id] if kind == 0 else traders.people[one.id] for kind, one in zip(kinds, actors, strict=True)]
        return (
            np.concatenate([np.zeros(total, dtype=np.int64), np.array(kinds, dtype=np.int64)]),
            np.concatenate([picks, np.array(rows, dtype=np.int64)]),
        )

    exporter = crowd[np.floor(len(crowd) * rng.random(total) ** 3).astype(np.int64)]
    partner = scrambled(exporter * 3 + rng.integers(0, 3, total), 23) % len(crowd)
    consignee = crowd[partner]
    planted_ = population.companies.planted
    strangers = planted_ + scrambled(exporter + partner, 24) % (len(crowd) - planted_)
    consignee = np.where((consignee == exporter) | ((consignee < planted_) & (exporter < planted_)), strangers, consignee)
    a_kind, a_row = side(exporter, [one.exporter for one in planted])
    b_kind, b_row = side(consignee, [one.consignee for one in planted])
    goods = rng.integers(0, len(_GOODS), total)
    weight = np.round(np.exp(rng.normal(8.5, 1.0, total)) * np.where(goods == 12, 0.001, 1))
    price = np.array([one[2] for one in _GOODS])[goods] * np.exp(rng.normal(0, 0.15, total))
    ships = {one.actor.id: row for row, one in enumerate(plan.vessels)}
    vessel = np.where(rng.random(total) < 0.6, rng.integers(0, len(population.vessels), total), NONE)
    vessel = np.concatenate([vessel, np.array([ships[one.vessel.id] if one.vessel else NONE for one in planted], dtype=np.int64)])
    day = np.concatenate([rng.integers(_FIRST, _LAST + 1, total), np.array([day_number(one.on) for one in planted], dtype=np.int64)])
    weight = np.concatenate([weight, np.array([one.weight for one in planted])])
    value = np.concatenate([np.round(weight[:total] * price, 2), np.array([one.value for one in planted])])
    words = [*(one[1] for one in _GOODS), *(one.goods for one in planted)]
    codes = [*(one[0] for one in _GOODS), *(one.hs for one in planted)]
    item = np.concatenate([goods, len(_GOODS) + np.arange(len(planted))])
    origins = [*places(), *(one.origin for one in planted)]
    origin = np.concatenate([population.companies.state[exporter], len(places()) + np.arange(len(planted))])
    order = np.lexsort((rng.random(len(day)), day))
    path, met = out / "shipments.csv", []
    with sheet(path, {name: name for name in _SHIPMENTS}) as table:
        for first in range(0, len(order), BATCH):
            take = order[first : first + BATCH]
            ends = {
                **traders.cells("exporter", a_kind[take], a_row[take], rng),
                **traders.cells("consignee", b_kind[take], b_row[take], rng),
            }
            aboard = np.maximum(vessel[take], 0)
            shipped = pa.array(vessel[take] != NONE)
            names = among(population.vessels.name, aboard)
            currency = [planted[row - total].currency if row >= total else "USD" for row in take.tolist()]
            table.write(
                ends
                | {
                    "declaration": padded(np.arange(first, first + len(take)) + 1, 9, "D"),
                    "date": days(day[take]),
                    "hs": among(codes, item[take]),
                    "goods": among(words, item[take]),
                    "weight_kg": pa.array(np.maximum(weight[take], 1).astype(np.int64)).cast(pa.string()),
                    "value": money(value[take], "."),
                    "currency": pa.array(currency),
                    "vessel": pc.if_else(shipped, names, NULL),
                    "imo": pc.if_else(shipped, padded(population.vessels.imo[aboard], 7, "IMO"), NULL),
                    "origin": among(origins, origin[take]),
                    "destination": ends["consignee_country"],
                }
            )
            met += [np.stack([a_kind[take], a_row[take]]), np.stack([b_kind[take], b_row[take]])]
    _seen(truth, traders, np.unique(np.concatenate(met, axis=1), axis=1), path)
    carried = np.unique(vessel[vessel != NONE])
    truth.add(truth.actors("vessel", carried), _ship_ids("customs", population.vessels.imo[carried]), "customs", path.name)
    write_mapping(path, _shipments_mapping())
    return [path]


def _seen(truth: Sightings, traders: _Traders, met: Ints, path: Path) -> None:
    for kind, name in ((0, "company"), (1, "person")):
        rows = met[1][met[0] == kind]
        if len(rows):
            ids = pc.binary_join_element_wise("customs-", traders.numbers(np.full(len(rows), kind), rows), "")
            truth.add(truth.actors(name, rows), ids, "customs", path.name)


def _ship_ids(dataset: str, imo: Ints) -> Any:
    return padded(imo, 7, f"{dataset}-IMO")


def _shipments_mapping() -> dict[str, Any]:
    def trader(side: str) -> dict[str, Any]:
        return {
            "schema": "LegalEntity",
            "id": {"column": f"{side}_no"},
            "properties": {
                "name": side,
                "registrationNumber": f"{side}_registration",
                "address": f"{side}_address",
                "country": f"{side}_country",
            },
        }

    return {
        "dataset": "customs",
        "title": "Declarations of the ports of the region",
        "originator": "Regional customs exchange",
        "grade": "B2",
        "marking": "TLP:AMBER; purpose=exercise",
        "version_date": "2025-01-01",
        "entities": {
            "exporter": trader("exporter"),
            "consignee": trader("consignee"),
            "vessel": {"schema": "Vessel", "id": {"column": "imo"}, "properties": {"name": "vessel", "imoNumber": "imo"}},
        },
        "ledger": {
            "shipments": {
                "id": {"column": "declaration"},
                "a": "exporter",
                "b": "consignee",
                "date": "date",
                "columns": {
                    "hs": "hs",
                    "goods": "goods",
                    "weight": "weight_kg",
                    "value": "value",
                    "currency": "currency",
                    "vessel": "imo",
                    "origin": "origin",
                    "destination": "destination",
                },
            },
        },
    }


_VESSELS = ("imo", "name", "flag", "owner_no", "owner", "owner_registration", "owner_address", "owner_country", "since")


def write_vessels(population: Population, out: Path, truth: Sightings) -> list[Path]:
    """The register of ships with their owners."""
    rng, vessels, plan = stream(population.seed, "vessels.csv"), population.vessels, population.plan
    traders = _Traders(population)
    rows = np.argsort(vessels.imo, kind="stable")
    kind, owner = np.zeros(len(vessels), dtype=np.int64), vessels.owner.copy()
    for row, one in enumerate(plan.vessels):
        if one.owner is not None:
            kind[row] = 0 if one.owner.id in traders.companies else 1
            owner[row] = traders.companies.get(one.owner.id, traders.people.get(one.owner.id, NONE))
    owned = pa.array(owner[rows] != NONE)
    ends = traders.cells("owner", kind[rows], np.maximum(owner[rows], 0), rng)
    path = out / "vessels.csv"
    with sheet(path, {name: name for name in _VESSELS}) as table:
        table.write(
            {name: pc.if_else(owned, cells, NULL) for name, cells in ends.items()}
            | {
                "imo": padded(vessels.imo[rows], 7, "IMO"),
                "name": among(vessels.name, rows),
                "flag": among(list(places()), vessels.flag[rows]),
                "since": days(vessels.since[rows]),
            }
        )
    truth.add(truth.actors("vessel", rows), _ship_ids("ships", vessels.imo[rows]), "ships", path.name)
    for number, name in ((0, "company"), (1, "person")):
        found = np.unique(owner[(kind == number) & (owner != NONE)])
        if len(found):
            ids = pc.binary_join_element_wise("ships-", traders.numbers(np.full(len(found), number), found), "")
            truth.add(truth.actors(name, found), ids, "ships", path.name)
    write_mapping(path, _vessels_mapping())
    return [path]


def _vessels_mapping() -> dict[str, Any]:
    return {
        "dataset": "ships",
        "title": "Register of ships of the region",
        "originator": "Regional register of ships",
        "grade": "A2",
        "marking": "TLP:GREEN",
        "version_date": "2025-01-01",
        "entities": {
            "vessel": {"schema": "Vessel", "id": {"column": "imo"}, "properties": {"name": "name", "imoNumber": "imo", "flag": "flag"}},
            "owner": {
                "schema": "LegalEntity",
                "id": {"column": "owner_no"},
                "properties": {
                    "name": "owner",
                    "registrationNumber": "owner_registration",
                    "address": "owner_address",
                    "country": "owner_country",
                },
            },
            "share": {
                "schema": "Ownership",
                "id": {"columns": ["imo", "owner_no"], "literal": "owner"},
                "properties": {"owner": {"entity": "owner"}, "asset": {"entity": "vessel"}, "startDate": "since"},
            },
        },
    }
