"""Neighbouring numbers: firearms of one maker and model with numbers in sequence, or of one lot, recovered from different people.

Why it matters: numbers in sequence leave the maker in one box for one consignee. When they turn up in different hands, and above all in different cases, the
box was diverted as a whole, and those hands have one supplier. What is measured: recovered firearms of one maker and model whose numbers share their letters
and lie within a few of each other, or that bear one lot number, in the hands of at least two people within some years.

Source: standards of small-arms tracing under the International Tracing Instrument (A/60/88, 2005); Conflict Armament Research, field practice of lots (2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.firearms import hands
from crosstie.lenses.firearms.search.sequence import runs
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Runs of at least `firearms` whose neighbours are no more than `apart`, recovered from two people or more within `days`; lots likewise."""
    columns = "event_id, firearm, serial, serial_latin, make, model, calibre, lot, b, date, place, mode, source_id, locator, originator, grade, marking"
    base = f"select {columns} from {hands.live()} where kind = 'recovery' and b is not null and b <> firearm and date is not null"
    numbered = engine.arrow(
        f"{base} and serial_status = 'intact' and make is not null order by make, model, serial_latin, date, event_id, b"
    )
    found = [*_runs(numbered, thresholds)]
    lots = engine.arrow(f"{base} and lot is not null and make is not null order by make, lot, date, event_id, b").to_pylist()
    by_lot: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in lots:
        by_lot.setdefault((row["make"], row["lot"]), []).append(row)
    found += [one for (_, lot), own in by_lot.items() for one in _seen(own, thresholds, f"of lot {lot}")]
    return table(found)


def _runs(numbered: pa.Table, limits: Mapping[str, float]) -> Iterator[Seen]:
    for places in runs(numbered, int(limits["apart"])):
        yield from _seen(numbered.take(places).to_pylist(), limits, "with numbers in sequence")


def _seen(own: list[dict[str, Any]], limits: Mapping[str, float], how: str) -> Iterator[Seen]:
    people, arms = hands.possessors(own), {row["firearm"] for row in own}
    own.sort(key=lambda row: (row["date"], row["event_id"]))
    span = hands.days(own[0]["date"], own[-1]["date"])
    if len(people) < 2 or len(arms) < limits["firearms"] or span is None or span > limits["days"]:
        return
    ordered = sorted(people)
    pairs = tuple((ordered[0], other) for other in ordered[1:])
    sentence = f"{len(arms)} firearms {hands.name(own[0] | {'serial': None})} {how} were recovered from {len(people)} different people within {span} days."
    evidence = tuple(piece for row in own for piece in hands.told(row | {"last_kind": None}))
    yield Seen(tuple(ordered), own[0]["date"], own[-1]["date"], 1 - 0.55 ** (len(arms) - 1), sentence, evidence, ties=pairs)
