"""Generated traffic of a year with truth: ships on schedules, boxes that come back, prices and densities that scatter, papers with slips, and rings that
smuggle. Names, companies and ships are invented; ports are those of the lens.

A ring has a method and shows its sign on a part of its consignments only; a quarter of all rings show none at all. Honest traders have the same faults by
accident: wrong digits, wrong units, swapped ports, young companies, shared doors. Columns are those of the ledger `shipments`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from crosstie.lenses.resources.reading.shipments import SHIPMENTS
from crosstie.lenses.resources.rules import ports
from crosstie.model.tables import CLAIM, FINDING, SOURCE

pc: Any = pyarrow.compute
Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
#: code, words, dollars a kilogram, kilograms a cubic metre
GOODS = (
    ("100630", "rice, milled", 0.6, 750), ("170199", "sugar", 0.5, 800), ("252329", "portland cement", 0.09, 1200),
    ("620342", "trousers of cotton", 14, 180), ("851713", "telephones", 180, 250), ("870323", "used motor cars", 7, 120),
    ("090111", "coffee", 3.2, 500), ("520100", "cotton, raw", 1.9, 350), ("120740", "sesame seeds", 1.6, 550),
    ("440290", "wood charcoal", 0.35, 250), ("710812", "gold, unwrought", 52000, 4000), ("392690", "articles of plastics", 4, 160),
    ("840890", "engines, used", 9, 400), ("310210", "urea", 0.4, 750), ("440349", "tropical logs", 0.5, 700),
    ("261590", "tantalum ore", 40, 2000), ("260900", "tin ore", 12, 2200), ("240220", "cigarettes", 12, 200),
    ("030389", "frozen fish", 2.1, 500), ("080420", "dried figs", 3.5, 600), ("940360", "wooden furniture", 3, 110),
    ("851762", "routers", 60, 180), ("300490", "medicaments", 45, 220), ("401110", "tyres", 3.2, 250), ("480257", "paper", 1.0, 700),
    ("690721", "tiles", 0.4, 1400), ("720851", "steel plate", 0.7, 2500), ("150910", "olive oil", 5.5, 850), ("220421", "wine", 4.2, 700),
    ("330300", "perfume", 30, 250), ("640399", "shoes", 18, 140), ("950300", "toys", 8, 110),
)  # fmt: skip
_WATCHED = [9, 10, 14, 15, 16, 17]
#: consignments that are made at once
_BLOCK = 1_000_000
METHODS = ("origin", "under", "weight", "clone", "digit", "route", "newborn", "door", "silent")
_SHARES = np.array([0.12, 0.18, 0.1, 0.08, 0.08, 0.08, 0.08, 0.08, 0.2])


@dataclass(frozen=True)
class Traffic:
    """A year of consignments: Parquet files of the ledger, claims about companies, and which rows are of rings."""

    files: list[Path]
    claims: pa.Table
    illicit: np.ndarray[Any, np.dtype[np.bool_]]
    method: Ints


def make(out: Path, rows: int, seed: int, *, share: float = 0.01) -> Traffic:
    """Write `rows` consignments of which about `share` are of rings."""
    rng = np.random.default_rng(seed)
    world = _World(rng, rows)
    files, illicit, method = [], [], []
    blocks = [_BLOCK] * (rows // _BLOCK) + ([rows % _BLOCK] if rows % _BLOCK else [])
    for number, size in enumerate(blocks):
        found = _rings(rng, world, size, share)
        order = np.argsort(found["day"], kind="stable")
        found = {name: column[order] for name, column in found.items()}
        _boxes(rng, found, size, number * (_BLOCK // 6))
        _faults(rng, found, size)
        path = out / f"shipments-{number}.parquet"
        pq.write_table(_table(world, found, number * _BLOCK), path)
        files.append(path)
        illicit.append(found["ring"] >= 0)
        method.append(found["method"].astype(np.int8))
    return Traffic(files, _claims(world), np.concatenate(illicit), np.concatenate(method))


class _World:
    """Who trades from where to where, and when ships call."""

    def __init__(self, rng: np.random.Generator, rows: int) -> None:
        known = ports()
        self.ports = [port["name"] for port in known]
        self.states = [port["state"] for port in known]
        self.lat, self.lon = (np.array([port[name] for port in known], float) for name in ("lat", "lon"))
        self.traders = max(400, rows // 300)
        # whoever trades from a State whose goods are under a real measure is no honest trader of this world
        lawful = [at for at, port in enumerate(known) if port["state"] not in ("so", "kp", "sy", "iq", "ly")]
        self.port = rng.choice(lawful, self.traders)
        self.partners = rng.integers(0, self.traders, (self.traders, 4))
        #: companies of the exercise's State under a measure on hiding the origin of charcoal; honest ones declare it
        self.home = np.where(rng.random(self.traders) < 0.02, 1, 0)
        self.goods = rng.integers(0, len(GOODS), (self.traders, 2))
        self.untidy = rng.random(self.traders) ** 6 * 12
        self.born = rng.integers(-9000, 330, self.traders)
        self.born[rng.random(self.traders) < 0.96] -= 9000
        self.door = np.where(rng.random(self.traders) < 0.02, rng.integers(0, max(2, self.traders // 150), self.traders), -1)
        self.ships = max(60, rows // 2500)
        self.call_port, self.call_day, self.call_ship = self._schedules(rng)
        by_port = np.argsort(self.call_port, kind="stable")
        self.calls = by_port
        self.starts = np.searchsorted(self.call_port[by_port], np.arange(len(known) + 1))

    def _schedules(self, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Calls of ships: each goes round a loop of ports, as fast as ships go."""
        where, when, which = [], [], []
        for ship in range(self.ships):
            loop = rng.choice(len(self.ports), rng.integers(3, 7), replace=False)
            day, at = float(rng.integers(0, 20)), 0
            while day < 365:
                where.append(loop[at % len(loop)])
                when.append(int(day))
                which.append(ship)
                here, there = loop[at % len(loop)], loop[(at + 1) % len(loop)]
                miles = _miles(self.lat[here], self.lon[here], self.lat[there], self.lon[there]) * 1.25
                day += 2 + miles / (rng.uniform(10, 18) * 24)
                at += 1
        # every port is called at: what no ship of a loop calls at has a feeder
        for port in range(len(self.ports)):
            for day in range(int(rng.integers(0, 9)), 365, 9):
                where.append(port)
                when.append(day)
                which.append(self.ships + port)
        return np.array(where), np.array(when), np.array(which)


def _rings(rng: np.random.Generator, world: _World, rows: int, share: float) -> dict[str, Any]:
    """All consignments, honest and not, in columns: exporter, consignee, call, goods, and what each shows."""
    exporter = np.floor(world.traders * rng.random(rows) ** 2).astype(np.int64)
    consignee = world.partners[exporter, rng.integers(0, 4, rows)]
    ring, method, shown = np.full(rows, -1), np.full(rows, -1), np.zeros(rows, bool)
    goods = np.where(rng.random(rows) < 0.85, world.goods[exporter, rng.integers(0, 2, rows)], rng.integers(0, len(GOODS), rows))
    at, number = 0, 0
    while at < rows * share:
        size = min(int(rng.integers(4, 60)), int(rows * share - at + 1))
        own = slice(at, at + size)
        kind = int(rng.choice(len(METHODS), p=_SHARES))
        sellers, buyers = rng.integers(0, world.traders, rng.integers(1, 3)), rng.integers(0, world.traders, rng.integers(1, 3))
        if METHODS[kind] == "door":
            buyers = rng.integers(0, world.traders, 4)
            sellers = sellers[:1]
            world.door[buyers] = 10_000_000 + number
        if METHODS[kind] == "origin":
            world.home[sellers] = 1
        if METHODS[kind] == "newborn":
            world.born[buyers] = rng.integers(20, 250)
        exporter[own], consignee[own] = rng.choice(sellers, size), rng.choice(buyers, size)
        ring[own], method[own] = number, kind
        shown[own] = rng.random(size) < rng.uniform(0.35, 0.9)
        goods[own] = int(rng.choice(_WATCHED)) if rng.random() < 0.6 else int(rng.integers(0, len(GOODS)))
        if METHODS[kind] == "origin":
            goods[own] = rng.choice([9, 15])
        at, number = at + size, number + 1
    consignee = np.where(consignee == exporter, (consignee + 1) % world.traders, consignee)
    for _ in range(3):  # trade within one port is rare
        same = (world.port[exporter] == world.port[consignee]) & (ring < 0)
        consignee = np.where(same, (consignee + 7) % world.traders, consignee)
    port = world.port[exporter]
    calls = world.starts[port + 1] - world.starts[port]
    call = world.calls[world.starts[port] + (rng.random(rows) * calls).astype(np.int64)]
    newborn = (method == METHODS.index("newborn")) & shown
    day = np.clip(world.call_day[call] + rng.integers(-1, 2, rows), 0, 364)
    day = np.where(newborn, np.clip(world.born[consignee] + rng.integers(5, 90, rows), 0, 364), day)
    return {"exporter": exporter, "consignee": consignee, "call": call, "day": day, "goods": goods, "ring": ring, "method": method, "shown": shown}  # fmt: skip


def _boxes(rng: np.random.Generator, found: dict[str, Any], rows: int, first: int) -> None:
    """A box for three consignments of five, back after two months."""
    pool = max(10, rows // 6)
    found["box"] = np.where(rng.random(rows) < 0.6, first + np.arange(rows) % pool + 1, 0)


def _faults(rng: np.random.Generator, found: dict[str, Any], rows: int) -> None:
    """Figures of each consignment, with slips of the honest and signs of rings."""
    goods, shown = found["goods"], found["shown"]
    price = np.array([one[2] for one in GOODS], float)[goods] * np.exp(rng.normal(0, 0.22, rows))
    density = np.array([one[3] for one in GOODS], float)[goods] * np.exp(rng.normal(0, 0.18, rows))
    weight = np.round(np.exp(rng.normal(8.8, 0.8, rows)) * np.where(goods == 10, 0.001, 1), 1)
    weight = np.minimum(weight, np.minimum(27_000, density * 60))

    def by(name: str, honest: float) -> Any:
        return ((found["method"] == METHODS.index(name)) & shown) | (rng.random(rows) < honest)

    price *= np.where(by("under", 0.0), np.where(rng.random(rows) < 0.75, rng.uniform(0.12, 0.5, rows), rng.uniform(2.2, 6, rows)), 1)
    price *= np.where(rng.random(rows) < 0.0012, np.where(rng.random(rows) < 0.5, 1000, 0.001), 1)
    density *= np.where(by("weight", 0.0), np.where(rng.random(rows) < 0.5, rng.uniform(4, 9, rows), rng.uniform(0.08, 0.2, rows)), 1)
    density *= np.where(rng.random(rows) < 0.001, 1000, 1)
    gross = weight * rng.uniform(1.01, 1.06, rows)
    swapped = rng.random(rows) < 0.002
    found["weight"], found["gross"] = np.where(swapped, gross, weight), np.where(swapped, weight, gross)
    found["value"], found["volume"] = np.round(weight * price, 2), np.where(rng.random(rows) < 0.7, np.round(gross / density, 2), np.nan)
    found["digit"] = by("digit", 0.003)
    clone = by("clone", 0.0005)
    found["box"] = np.where(clone, np.roll(found["box"], 1), found["box"])
    found["round"] = by("route", 0.0015)
    found["false"] = (found["method"] == METHODS.index("origin")) & shown
    found["origin_slip"] = rng.random(rows) < 0.01


def _table(world: _World, found: dict[str, Any], first: int) -> pa.Table:
    size = len(found["day"])
    goods, exporter, consignee, call = found["goods"], found["exporter"], found["consignee"], found["call"]
    states = np.array(world.states)
    origin = states[world.port[exporter]]
    origin = np.where(found["origin_slip"], states[(world.port[consignee] + 1) % len(states)], origin)
    origin = np.where((world.home[exporter] == 1) & ~found["origin_slip"], "qs", origin)
    origin = np.where(found["false"], "qo", origin)
    names = np.array(world.ports)
    departure, discharge = names[world.port[exporter]], names[world.port[consignee]]
    rounded = found["round"]
    discharge = np.where(rounded, departure, discharge)
    days = np.datetime64("2023-01-01") + found["day"].astype("timedelta64[D]")
    ship = _imo(world.call_ship[call])
    box = _box(found["box"], found["digit"])
    columns: dict[str, Any] = {
        "event_id": _joined("customs-D", np.arange(first, first + size)),
        "a_id": _joined("customs-T", exporter),
        "b_id": _joined("customs-T", consignee),
        "date": pa.array(np.datetime_as_string(days)),
        "source_id": pa.repeat(pa.scalar("generated"), size),
        "locator": _joined("row ", np.arange(first + 2, first + size + 2)),
        "grade": pa.repeat(pa.scalar("B2"), size),
        "marking": pa.repeat(pa.scalar("TLP:AMBER"), size),
        "hs": pa.array([one[0] for one in GOODS]).take(pa.array(goods)),
        "goods": pa.array([one[1] for one in GOODS]).take(pa.array(goods)),
        "origin": pa.array(origin),
        "departure": pa.array(departure),
        "destination": pa.array(states[world.port[consignee]]),
        "discharge": pa.array(discharge),
        "weight": pa.array(found["weight"]),
        "gross": pa.array(found["gross"]),
        "volume": pa.array(found["volume"], from_pandas=True),
        "value": pa.array(found["value"]),
        "currency": pa.repeat(pa.scalar("USD"), size),
        "vessel": ship,
        "container": box,
        "seal": _joined("SL", np.arange(first, first + size) * 7919 % 99_999_989),
        "bill": _joined("BL", np.arange(first, first + size)),
    }
    arrays = [pc.cast(columns[field.name], field.type) if field.name in columns else pa.nulls(size, field.type) for field in SHIPMENTS]
    return pa.Table.from_arrays(arrays, schema=SHIPMENTS)


def _claims(world: _World) -> pa.Table:
    """What registers say of the traders: the day of foundation of half of the old and all of the young, and addresses."""
    who = np.arange(world.traders)
    young = who[world.born[who] > -120]
    rows = []
    for trader in who.tolist():
        door = world.door[trader]
        rows.append((trader, "address", f"{trader} Quay Road, Hafen" if door < 0 else f"{door} Business Court, Hafen"))
        if world.home[trader]:
            rows.append((trader, "country", "qs"))
    for trader in young.tolist():
        rows.append((trader, "incorporationDate", str(np.datetime64("2023-01-01") + int(world.born[trader]))))
    given: dict[str, Any] = dict.fromkeys(CLAIM.names, None)
    size = len(rows)
    ids = _joined("customs-T", np.array([row[0] for row in rows]))
    given |= {
        "id": _joined("c", np.arange(size)), "canonical_id": ids, "entity_id": ids, "schema": pa.repeat(pa.scalar("Company"), size),
        "prop_type": pa.array([row[1] for row in rows]), "prop": pa.array([row[1] for row in rows]), "value": pa.array([row[2] for row in rows]),
    }  # fmt: skip
    arrays = [pa.nulls(size, field.type) if given[field.name] is None else given[field.name] for field in CLAIM]
    return pa.Table.from_arrays(arrays, schema=CLAIM)


def empty() -> tuple[pa.Table, pa.Table]:
    """No sources and no findings."""
    return SOURCE.empty_table(), FINDING.empty_table()


def _joined(front: str, numbers: Ints) -> Any:
    return pc.binary_join_element_wise(front, pc.cast(pa.array(numbers), pa.string()), "")


def _imo(ships: Ints) -> Any:
    """IMO numbers with their check digit."""
    base = 910_000 + ships % 89_000
    digit = sum((base // 10 ** (5 - at) % 10) * (7 - at) for at in range(6)) % 10
    return _joined("IMO", base * 10 + digit)


_LETTERS = np.array([value for value in range(10, 39) if value % 11])


def _box(boxes: Ints, wrong: Any) -> Any:
    """Container numbers of five owners, some with a wrong digit; none for box 0."""
    owners = np.array(["XTIU", "QASU", "AMBU", "HAFU", "DUNU"])
    owner, serial = boxes % 5, boxes // 5 % 1_000_000
    letters = np.array([[_LETTERS[ord(sign) - 65] << at for at, sign in enumerate(name)] for name in owners]).sum(1)
    digit = (letters[owner] + sum((serial // 10 ** (5 - at) % 10) << (4 + at) for at in range(6))) % 11 % 10
    digit = np.where(wrong, (digit + 3) % 10, digit)
    figures = pc.utf8_lpad(pc.cast(pa.array(serial * 10 + digit), pa.string()), 7, "0")
    written = pc.binary_join_element_wise(pa.array(owners).take(pa.array(owner)), figures, "")
    return pc.if_else(pa.array(boxes > 0), written, pa.scalar(None, pa.string()))


def _miles(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    one, two = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((two - one) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    return float(2 * 3440.065 * np.arcsin(min(1.0, np.sqrt(half))))
