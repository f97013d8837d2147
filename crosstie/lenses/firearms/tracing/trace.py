"""A trace: candidates, the line of hands of the likeliest, and where it left them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from crosstie.errors import UsageError
from crosstie.lenses.firearms.search.find import find
from crosstie.lenses.firearms.search.index import SerialIndex
from crosstie.lenses.firearms.search.pattern import parse
from crosstie.lenses.firearms.tracing.candidates import TABLE, Candidate, Candidates, Question, candidates
from crosstie.lenses.firearms.tracing.chain import Chain, chain
from crosstie.lenses.firearms.tracing.diversion import Diversion, diversions, time_to_crime
from crosstie.store.engine import Engine

#: Candidates whose hands are laid out.
_CLOSE = 5
#: A record of a number one slip away belongs to the firearm where it shares this many of its hands.
_SHARED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """What the records tell of a recovered firearm; the lines are those of the first candidates, in their order."""

    asked: Question
    candidates: Candidates
    lines: tuple[Chain, ...]
    places: tuple[tuple[Diversion, ...], ...]
    days: int | None


def trace(engine: Engine, serials: SerialIndex, asked: Question, *, close: int = _CLOSE) -> Trace:
    """Trace one firearm. UsageError where nothing of its number can be read."""
    found = candidates(engine, serials, asked)
    rows = _records(engine, serials, found.found[:close])
    lines, places = [], []
    for one in found.found[:close]:
        line = chain(rows.get((one.serial, one.make), []), asked.date)
        lines.append(line)
        places.append(diversions(line, asked))
    days = time_to_crime(lines[0], asked.date) if lines else None
    return Trace(asked, found, tuple(lines), tuple(places), days)


def _records(engine: Engine, serials: SerialIndex, found: tuple[Candidate, ...]) -> dict[tuple[str, str | None], list[dict[str, Any]]]:
    """The records of each firearm: those of its number and maker, and those of a number one slip away that nobody else's hands explain."""
    own: dict[str, list[Candidate]] = {}
    near: dict[str, list[Candidate]] = {}
    for one in found:
        own.setdefault(one.serial, []).append(one)
        try:
            alike = find(serials, parse(one.serial), limit=60, misread=1, slips=True).serials
        except UsageError:  # too long to be laid out
            alike = ()
        for serial in alike:
            if serial != one.serial:
                near.setdefault(serial, []).append(one)
    engine.load("firearms_asked", pa.table({"serial": pa.array(sorted({*own, *near}), pa.string())}))
    rows = engine.arrow(
        f"select e.*, x.caption as a_name, y.caption as b_name from {TABLE} e join firearms_asked h on h.serial = e.serial_latin"
        " left join entities x on x.entity_id = e.a left join entities y on y.entity_id = e.b"
        " where e.kind not in ('trace', 'ballistic', 'recovery') and coalesce(e.status, '') <> 'cancelled'"
        " order by e.date, e.event_id, e.source_id, e.locator"
    ).to_pylist()
    gathered: dict[tuple[str, str | None], list[dict[str, Any]]] = {(one.serial, one.make): [] for one in found}
    for row in rows:
        for one in own.get(row["serial_latin"], []):
            if row["make"] in (one.make, None):
                gathered[one.serial, one.make].append(row)
    _attach(gathered, near, rows)
    return gathered


def _attach(gathered: dict[tuple[str, str | None], list[dict[str, Any]]], near: dict[str, list[Candidate]], rows: list[dict[str, Any]]) -> None:
    """Records under a number with a slip: the same maker and calibre, hands in common, and no life of their own under that number."""
    alone: dict[tuple[str, str | None], int] = {}
    for row in rows:
        alone[row["serial_latin"], row["make"]] = alone.get((row["serial_latin"], row["make"]), 0) + 1
    for row in rows:
        for one in near.get(row["serial_latin"], []):
            line = gathered[one.serial, one.make]
            hands = {hand for other in line if other["serial_latin"] == one.serial for hand in (other["a"], other["b"]) if hand}
            fits = row["make"] in (one.make, None) and (row["calibre"] in (one.calibre, None) or one.calibre is None)
            if fits and alone[row["serial_latin"], row["make"]] == 1 and row["kind"] != "manufacture" and hands & {row["a"], row["b"]}:
                line.append(row)
