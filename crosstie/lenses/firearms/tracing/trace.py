"""A trace: candidates, the line of hands of the likeliest, and where it left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crosstie.errors import UsageError
from crosstie.lenses.firearms.search.find import find
from crosstie.lenses.firearms.search.index import SerialIndex
from crosstie.lenses.firearms.search.pattern import parse
from crosstie.lenses.firearms.tracing.candidates import TABLE, Candidate, Candidates, candidates
from crosstie.lenses.firearms.tracing.chain import Chain, chain
from crosstie.lenses.firearms.tracing.diversion import Diversion, diversions, time_to_crime
from crosstie.lenses.firearms.tracing.weighing import Question
from crosstie.store.engine import Engine

#: Candidates whose hands are laid out: so many, and but the first only if it is likely enough.
_CLOSE, _LIKELY = 5, 0.01
#: Hands through which many firearms of one lot go.
_SHARED = ("manufacturer", "importer", "wholesaler", "retailer", "state stock")
#: How far neighbours in a sequence are asked, how many have to agree, and what share.
_LOT, _AGREE, _MOST = 15, 3, 0.7


@dataclass(frozen=True, slots=True)
class Trace:
    """What the records tell of a recovered firearm; the lines are those of the first candidates, in their order."""

    asked: Question
    candidates: Candidates
    lines: tuple[Chain, ...]
    places: tuple[tuple[Diversion, ...], ...]
    days: int | None


@dataclass(frozen=True, slots=True)
class _Records:
    """Records by firearm: its own, and those of its neighbours in the sequence."""

    own: dict[tuple[str, str | None], list[dict[str, Any]]]
    lot: dict[tuple[str, str | None], list[dict[str, Any]]]


def trace(engine: Engine, serials: SerialIndex, asked: Question, usual: Mapping[str, float], *, close: int = _CLOSE) -> Trace:
    """Trace one firearm. `usual` is how often who holds a firearm books it (`candidates.habits`). UsageError where nothing of the number can be read."""
    found = candidates(engine, serials, asked, usual)
    lines, places = [], []
    near = [one for at, one in enumerate(found.found[:close]) if not at or one.probability >= _LIKELY]
    rows = _records(engine, serials, tuple(near))
    for one in near:
        known = rows.own[one.serial, one.make]
        line = chain([*known, *_of_lot(known, rows.lot[one.serial, one.make])], asked.date)
        lines.append(line)
        places.append(diversions(line, asked))
    days = time_to_crime(lines[0], asked.date) if lines else None
    return Trace(asked, found, tuple(lines), tuple(places), days)


def _records(engine: Engine, serials: SerialIndex, found: tuple[Candidate, ...]) -> _Records:
    """The records of each firearm: those of its number and maker, and those of a number one slip away that nobody else's hands explain; and its lot's."""
    own: dict[str, list[Candidate]] = {}
    near: dict[str, list[Candidate]] = {}
    lots: dict[str, list[Candidate]] = {}
    for one in found:
        own.setdefault(one.serial, []).append(one)
        for serial in _alike(serials, one.serial):
            near.setdefault(serial, []).append(one)
        for serial in neighbours(one.serial):
            lots.setdefault(serial, []).append(one)
    engine.load("firearms_asked", pa.table({"serial": pa.array(sorted({*own, *near, *lots}), pa.string())}))
    rows = engine.arrow(
        f"select e.*, x.caption as a_name, y.caption as b_name from {TABLE} e join firearms_asked h on h.serial = e.serial_latin"
        " left join entities x on x.entity_id = e.a left join entities y on y.entity_id = e.b"
        " where e.kind not in ('trace', 'ballistic', 'recovery') and coalesce(e.status, '') <> 'cancelled'"
        " order by e.date, e.event_id, e.source_id, e.locator"
    ).to_pylist()
    gathered = _Records({(one.serial, one.make): [] for one in found}, {(one.serial, one.make): [] for one in found})
    for row in rows:
        for one in own.get(row["serial_latin"], []):
            if row["make"] in (one.make, None):
                gathered.own[one.serial, one.make].append(row)
        for one in lots.get(row["serial_latin"], []):
            if row["make"] == one.make and one.make:
                gathered.lot[one.serial, one.make].append(row)
    _attach(gathered.own, near, rows)
    return gathered


def _alike(serials: SerialIndex, serial: str) -> list[str]:
    """Other numbers one slip away."""
    try:
        return [one for one in find(serials, parse(serial), limit=60, misread=1, slips=True).serials if one != serial]
    except UsageError:  # too long to be laid out
        return []


def neighbours(serial: str) -> list[str]:
    """The numbers before and after in a sequence, if it ends in figures."""
    front = serial.rstrip("0123456789")
    tail = serial[len(front) :]
    if len(tail) < 2:
        return []
    number = int(tail)
    return [
        f"{front}{near:0{len(tail)}d}"
        for near in range(max(0, number - _LOT), number + _LOT + 1)
        if near != number and near < 10 ** len(tail)
    ]


def _attach(
    gathered: dict[tuple[str, str | None], list[dict[str, Any]]], near: dict[str, list[Candidate]], rows: list[dict[str, Any]]
) -> None:
    """Records under a number with a slip: the same maker and calibre, hands in common, telling what no other record of the firearm tells, and alone
    under that number. A loss has to be told by the last hands: neighbours of a lot share the first ones.
    """
    alone: dict[str, int] = {}
    for row in rows:
        alone[row["serial_latin"]] = alone.get(row["serial_latin"], 0) + 1
    for row in rows:
        for one in near.get(row["serial_latin"], []):
            line = gathered[one.serial, one.make]
            own = [other for other in line if other["serial_latin"] == one.serial]
            fits = row["make"] in (one.make, None) and (row["calibre"] in (one.calibre, None) or one.calibre is None)
            if not fits or alone[row["serial_latin"]] > 1 or row["kind"] == "manufacture" or not own:
                continue
            if any(other["kind"] == row["kind"] and other["a"] == row["a"] for other in own):
                continue
            last = {hand for other in own[-2:] for hand in (other["a"], other["b"]) if hand}
            hands = {hand for other in own for hand in (other["a"], other["b"]) if hand}
            both = {row["a"], row["b"]} <= hands
            if both or (
                row["a"] in last and row["kind"] in ("inventory", "theft", "loss", "sale", "transfer") and row["role_a"] not in _SHARED
            ):
                line.append(row)


def _of_lot(own: list[dict[str, Any]], lot: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first way of its neighbours, where nearly all went the same and no record of its own tells of it: it most likely set out with them."""
    first = [row for row in own if row["kind"] in ("export", "import") or (row["role_a"] == "manufacturer" and row["kind"] == "transfer")]
    if any(row["a"] and row["b"] and row["b"] != row["firearm"] for row in first):
        return []
    sent = [row for row in lot if row["kind"] in ("export", "transfer") and row["role_a"] == "manufacturer" and row["a"] and row["b"]]
    ways: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in sent:
        ways.setdefault((row["kind"], row["a"], row["b"]), []).append(row)
    if not ways:
        return []
    way = max(sorted(ways), key=lambda one: len({row["serial_latin"] for row in ways[one]}))
    agree = {row["serial_latin"] for row in ways[way]}
    if len(agree) < _AGREE or len(agree) < _MOST * len({row["serial_latin"] for row in sent}):
        return []
    middle = sorted(ways[way], key=lambda row: (row["date"] or "", row["event_id"]))[len(ways[way]) // 2]
    return [middle | {"inferred": True}]
