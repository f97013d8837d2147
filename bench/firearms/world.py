"""An invented register of firearms with known truth: what was made, sold, stocked, lost and recovered, and the records of it with their holes and slips.

Numbers run in lots, as those of makers do; a lot goes to one consignee, so neighbours share nearly everything. One firearm in thirty leaves lawful hands: out
of a State's stock, from a dealer, a private owner, or on its way abroad. Half of the losses are reported. Of the records, one in twelve is missing, one in
thirty bears a slip in the number, one in twenty a day of another reckoning of day and month or the party under another name; maker, model and calibre are
written in several ways, or not at all. What is recovered has lost up to four signs of its number; half of those
imported have a mark of import that can be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lenses.firearms.records import TEXTS
from crosstie.lenses.firearms.tracing.weighing import Question
from crosstie.model.tables import ledger

BEGIN, END = date(2005, 1, 1), date(2024, 12, 31)
STATES = ("qm", "qn", "qo", "qp", "qr", "qs")
MAKERS = (("UTO-Arms", "qm"), ("Ostrava Coast Works", "qo"), ("Kesh Arsenal", "qr"), ("Verdan Gunsmiths", "qp"))
MODELS = {
    "UTO-Arms": (("U4", "7.62x39mm", "rifle"), ("U9", "9x18mm", "pistol"), ("U12", "12 gauge", "shotgun")),
    "Ostrava Coast Works": (("OC1", "9x19mm", "pistol"), ("OC7", "5.56x45mm", "rifle"), ("OC38", ".38 Special", "revolver")),
    "Kesh Arsenal": (
        ("K9", "9x19mm", "pistol"),
        ("K74", "5.45x39mm", "rifle"),
        ("K47", "7.62x39mm", "rifle"),
        ("KS", "9x19mm", "sub-machine gun"),
    ),
    "Verdan Gunsmiths": (("V22", ".22 LR", "rifle"), ("V45", ".45 ACP", "pistol"), ("V12", "12 gauge", "shotgun")),
}
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
#: How many recovered arms bear their number, or its last signs, on slide, barrel or bolt too: most makers stamp it there.
SECOND = 0.6
#: Signs that hands exchange when they copy a number.
SLIPS = {
    "0": "O",
    "O": "0",
    "1": "I",
    "8": "B",
    "B": "8",
    "5": "S",
    "S": "5",
    "2": "Z",
    "Z": "2",
    "6": "G",
    "G": "6",
    "3": "8",
    "7": "1",
    "4": "A",
    "M": "N",
}


@dataclass
class Firearm:
    """One firearm and its life: what happened (kind, day, giver, taker, States, roles), whose hands it left and how."""

    serial: str
    make: str
    model: str
    calibre: str
    category: str
    life: list[dict[str, Any]] = field(default_factory=list)
    point: tuple[str, str | None] | None = None
    recovered: date | None = None
    where: str = ""


@dataclass(frozen=True)
class World:
    """The records as a table of the ledger, and the recovered firearms with what of them can be read, by signs lost."""

    events: pa.Table
    asked: tuple[tuple[Question, Firearm, int], ...]


class _Maker:
    def __init__(self, seed: int, count: int, recovered: int) -> None:
        self.rng = np.random.default_rng([seed, 77])
        self.count, self.recovered = count, recovered
        self.dealers = {state: [f"dealer-{state}-{number}" for number in range(12)] for state in STATES}
        self.importers = {state: [f"importer-{state}-{number}" for number in range(4)] for state in STATES}
        self.stocks = {state: [f"stock-{state}-{number}" for number in range(6)] for state in STATES}
        self.people = 0
        #: dealers that sell to straw buyers, and stocks that leak: what is diverted is not spread evenly
        self.leaks = {str(one) for state in STATES for one in self.rng.choice(self.dealers[state] + self.stocks[state], 3, replace=False)}

    def made(self) -> list[Firearm]:
        found: list[Firearm] = []
        while len(found) < self.count:
            found += self.lot()
        return found[: self.count]

    def lot(self) -> list[Firearm]:
        rng = self.rng
        make, home = MAKERS[int(rng.choice(len(MAKERS), p=[0.3, 0.25, 0.3, 0.15]))]
        model, calibre, category = MODELS[make][int(rng.integers(len(MODELS[make])))]
        shape = int(rng.integers(4))
        front = "".join(rng.choice(list(LETTERS), (2, 3, 1, 0)[shape]))
        figures = (5, 4, 6, 7)[shape]
        size = int(np.clip(rng.lognormal(3.6, 1.0), 5, 800))
        first = int(rng.integers(0, 10**figures - size))
        day = self.day(BEGIN, END - timedelta(days=700))
        buyer = str(rng.choice(STATES))
        military = category in ("rifle", "sub-machine gun") and calibre != ".22 LR" and rng.random() < 0.8
        consignee = str(rng.choice(self.stocks[buyer] if military else self.importers[buyer]))
        sent = day + timedelta(days=int(rng.integers(20, 200)))
        found = []
        for number in range(size):
            one = Firearm(f"{front}{first + number:0{figures}d}", make, model, calibre, category)
            one.life.append(event("manufacture", day, make, None, home, None, "manufacturer", None))
            self.live(one, home, buyer, consignee, sent, military)
            found.append(one)
        return found

    def live(self, one: Firearm, home: str, state: str, consignee: str, sent: date, military: bool) -> None:
        """Where it goes from its maker, until it is diverted or the records end."""
        rng = self.rng
        diverted = rng.random() < 0.035
        role = "state stock" if military else "importer"
        abroad = home != state
        way = diverted and abroad and rng.random() < 0.2
        kind = "export" if abroad else "transfer"
        one.life.append(event(kind, sent, one.make, consignee, home, state, "manufacturer", role))
        if way:
            self.divert(one, (one.make, consignee), sent, home if rng.random() < 0.3 else state, report=None)
            return
        at = sent + timedelta(days=int(rng.integers(5, 90)))
        if abroad:
            one.life.append(event("import", at, one.make, consignee, home, state, "manufacturer", role))
        holder, hands = consignee, role
        if not military:
            dealer = str(rng.choice(self.dealers[state]))
            at = self.later(at, 200)
            one.life.append(event("transfer", at, holder, dealer, state, state, "importer", "retailer"))
            holder, hands = dealer, "retailer"
            if not (diverted and rng.random() < (0.5 if dealer in self.leaks else 0.1)):
                for _ in range(int(rng.choice([1, 2, 3], p=[0.7, 0.22, 0.08]))):
                    self.people += 1
                    owner = f"person-{self.people}"
                    at = self.later(at, 900)
                    if at > END - timedelta(days=200):
                        break
                    one.life.append(event("sale", at, holder, owner, state, state, hands, "owner"))
                    holder, hands = owner, "owner"
        elif rng.random() < 0.4:
            unit = str(rng.choice(self.stocks[state]))
            if unit != holder:
                at = self.later(at, 900)
                one.life.append(event("transfer", at, holder, unit, state, state, "state stock", "state stock"))
                holder = unit
        self.keep(one, holder, hands, state, at, diverted)

    def keep(self, one: Firearm, holder: str, hands: str, state: str, at: date, diverted: bool) -> None:
        """Counted and renewed every few years, until it is stolen, sold without papers, or the records end."""
        rng = self.rng
        span = max(30, (END - at).days)
        gone = at + timedelta(days=int(min(rng.exponential(900) + 20, span * 0.9))) if diverted else END
        step = 365 if hands == "state stock" else 900
        check = at + timedelta(days=int(rng.integers(step // 2, step * 2)))
        while check < gone:
            one.life.append(event("inventory", check, holder, None, state, None, hands, None))
            check += timedelta(days=int(rng.integers(step // 2, step * 2)))
        if diverted:
            report = gone + timedelta(days=int(rng.integers(0, 60))) if rng.random() < (0.35 if hands == "retailer" else 0.55) else None
            away = state if rng.random() < 0.65 else str(rng.choice(STATES))
            self.divert(one, (holder, None), gone, away, report=report)
            if report:
                one.life.append(event("theft" if rng.random() < 0.7 else "loss", report, holder, None, state, None, hands, None))
        elif rng.random() < 0.004:  # lost and found again, or misplaced in the books
            lost = at + timedelta(days=int(rng.integers(1, span)))
            one.life.append(event("loss", lost, holder, None, state, None, hands, None))

    def divert(self, one: Firearm, point: tuple[str, str | None], on: date, where: str, *, report: date | None) -> None:
        one.point, one.where = point, where
        one.recovered = on + timedelta(days=int(self.rng.exponential(700) + 5))

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=int(self.rng.integers(0, (last - first).days)))

    def later(self, at: date, days: int) -> date:
        return at + timedelta(days=int(self.rng.integers(3, days)))


def event(
    kind: str, on: date, a: str | None, b: str | None, state_from: str | None, state_to: str | None, role_a: str | None, role_b: str | None
) -> dict[str, Any]:
    return {"kind": kind, "on": on, "a": a, "b": b, "state_from": state_from, "state_to": state_to, "role_a": role_a, "role_b": role_b}


def world(seed: int, count: int = 40_000, recovered: int = 500, second: float = SECOND) -> World:
    """A register of so many firearms and so many recovered ones, of which 0 to 4 signs are lost in turn; `second` of them bear a number in another place."""
    maker = _Maker(seed, count, recovered)
    firearms = maker.made()
    rows = [row for one in firearms for row in _records(one, maker.rng)]
    gone = [one for one in firearms if one.recovered is not None and one.recovered <= END]
    chosen = maker.rng.permutation(len(gone))[:recovered]
    asked = []
    for number, place in enumerate(chosen.tolist()):
        one, lost = gone[place], number % 5
        asked.append((_asked(one, lost, maker.rng, second), one, lost))
    return World(_table(rows), tuple(asked))


def _records(one: Firearm, rng: np.random.Generator) -> list[dict[str, Any]]:
    """What offices wrote of its life."""
    found = []
    for happened in one.life:
        if happened["on"] > END or rng.random() < 0.08:
            continue
        serial, on, a, b = one.serial, happened["on"], happened["a"], happened["b"]
        if rng.random() < 0.03:
            serial = slipped(serial, rng)
        if rng.random() < 0.04 and on.day <= 12:
            on = on.replace(month=on.day, day=on.month)
        if rng.random() < 0.03 and b:
            b = f"{b}~" if rng.random() < 0.7 else None
        if rng.random() < 0.03 and a and b:
            a = f"{a}~" if rng.random() < 0.7 else None
        make = None if rng.random() < 0.02 else one.make
        model = None if rng.random() < 0.08 else "OTHER" if rng.random() < 0.02 else one.model
        calibre = None if rng.random() < 0.05 else one.calibre
        marks = f"import {happened['state_to']} {happened['on'].year}" if happened["kind"] == "import" and rng.random() < 0.9 else None
        row = happened | {
            "marks": marks,
            "serial": serial,
            "make": make,
            "model": model,
            "calibre": calibre,
            "category": one.category,
            "date": str(on),
            "a": a,
            "b": b,
        }
        found.append(row)
        if rng.random() < 0.06:  # reported by another office too, a few days off
            found.append(row | {"date": str(on + timedelta(days=int(rng.integers(0, 6))))})
    return found


def slipped(serial: str, rng: np.random.Generator) -> str:
    """One slip of the hand: a sign for one that looks like it, a wrong one, two exchanged, one left out."""
    at, kind = int(rng.integers(len(serial))), rng.random()
    if kind < 0.45:
        places = [place for place, sign in enumerate(serial) if sign in SLIPS]
        if places:
            at = int(rng.choice(places))
            return serial[:at] + SLIPS[serial[at]] + serial[at + 1 :]
    if kind < 0.65 and at + 1 < len(serial):
        return serial[:at] + serial[at + 1] + serial[at] + serial[at + 2 :]
    if kind < 0.8 and len(serial) > 5:
        return serial[:at] + serial[at + 1 :]
    return serial[:at] + str(rng.integers(10)) + serial[at + 1 :]


def second_number(serial: str, rng: np.random.Generator, share: float) -> tuple[str, ...]:
    """The number on slide, barrel or bolt, if there is one: the whole or its last signs, itself perhaps worn."""
    if rng.random() >= share:
        return ()
    tail = list(serial if rng.random() < 0.5 else serial[-4:])
    for at in range(len(tail)):
        if rng.random() < 0.25:
            tail[at] = "?"
    return ("".join(tail),) if set(tail) != {"?"} else ()


def _asked(one: Firearm, lost: int, rng: np.random.Generator, second: float) -> Question:
    """What the officer can read and say of it."""
    signs = list(one.serial)
    if rng.random() < 0.6:
        at = int(rng.integers(0, len(signs) - lost + 1))
        signs[at : at + lost] = ["*"] if lost and rng.random() < 0.15 else ["?"] * lost
    else:
        for at in rng.choice(len(signs), lost, replace=False).tolist():
            signs[at] = "?"
    for at, sign in enumerate(signs):
        if sign in SLIPS and rng.random() < 0.01:
            signs[at] = SLIPS[sign]
    others = second_number(one.serial, rng, second)
    models = [name for name, *_ in MODELS[one.make]]
    assert one.recovered is not None
    made = next(happened["on"] for happened in one.life)
    mark = next((f"{one['state_to']} {one['on'].year}" for one in one.life if one["kind"] == "import"), None)
    return Question(
        mark=mark if rng.random() < 0.5 else None,
        serial="".join(signs),
        others=others,
        make=None if rng.random() < 0.08 else one.make,
        model=None if rng.random() < 0.15 else str(rng.choice(models)) if rng.random() < 0.04 else one.model,
        calibre=None if rng.random() < 0.06 else one.calibre,
        category=one.category,
        year=made.year if rng.random() < 0.3 else None,
        date=str(one.recovered),
        state=one.where,
    )


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    schema = ledger(**{name: pa.string() for name in TEXTS}, year=pa.int64(), quantity=pa.int64())
    rows = [
        row
        | {
            "event_id": f"e{number}",
            "a_id": row["a"],
            "b_id": row["b"],
            "source_id": f"s{number % 7}",
            "locator": f"row {number}",
            "grade": "B2",
            "marking": "TLP:AMBER",
            "serial_latin": row["serial"],
            "serial_status": "intact",
            "firearm": f"firearm-{row['make']}-{row['serial']}",
        }
        for number, row in enumerate(rows)
    ]
    for row in rows:
        row["b_id"] = row["b_id"] or (None if row["a_id"] else row["firearm"])
    return pa.table({name: pa.array([row.get(name) for row in rows], schema.field(name).type) for name in schema.names})
