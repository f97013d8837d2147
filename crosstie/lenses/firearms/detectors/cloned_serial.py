"""Re-marked or cloned number: one maker and serial number in two places at once, or on two kinds of arms.

Why it matters: a number taken from a lawful firearm hides an unlawful one, and tampering with marks is an offence of its own. What is measured: a
firearm that is recovered twice in different cases without having been given back between; one that is recovered while its lawful holder goes on
showing it; and one number of a maker on recovered arms of different calibre than the register has. Makers that used one number for several models or
years look alike.

Source: UN Firearms Protocol (2001), articles 5 (1) (c) and 8; International Tracing Instrument (A/60/88, 2005), section III.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.firearms import hands
from crosstie.store.engine import Engine

_BACK = ("transfer", "sale", "stock", "import", "export")


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """People from whom a firearm was recovered whose number is elsewhere too, at least `days` after, or on a firearm of another calibre."""
    rows = hands.rows(
        engine,
        f"select e.* from {hands.live()} e join (select distinct firearm from {hands.live()} where kind = 'recovery' and serial_status = 'intact'"
        " and make is not null and b is not null and b <> firearm) r on r.firearm = e.firearm"
        " where e.kind not in ('trace', 'ballistic') and e.date is not null order by e.firearm, e.date, e.event_id, e.source_id, e.locator",
    )
    return table(one for _, own in groupby(rows, key=lambda row: row["firearm"]) for one in _seen(list(own), thresholds))


def _seen(own: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    taken = [row for row in own if row["kind"] == "recovery" and row["b"] and row["b"] != row["firearm"]]
    reasons: list[str] = []
    shown: list[dict[str, Any]] = []
    for number, row in enumerate(taken):
        for other in taken[number + 1 :]:
            apart = hands.days(row["date"], other["date"])
            back = any(one["kind"] in _BACK and row["date"] <= one["date"] <= other["date"] for one in own)
            if row["case_id"] != other["case_id"] and row["b"] != other["b"] and apart is not None and apart >= limits["days"] and not back:
                reasons.append(f"recovered again on {other['date']} from somebody else")
                shown += [row, other]
        later = [
            one
            for one in own
            if one["kind"] == "inventory"
            and one["a"] not in (None, row["b"])
            and (hands.days(row["date"], one["date"]) or 0) >= limits["days"]
        ]
        if later and not any(one["kind"] in _BACK and row["date"] <= one["date"] <= later[0]["date"] for one in own):
            reasons.append(f"still shown in lawful hands on {later[0]['date']}")
            shown += [row, later[0]]
        known = {one["calibre"] for one in own if one["kind"] != "recovery" and one["calibre"]}
        if row["calibre"] and known and row["calibre"] not in known:
            reasons.append(f"of calibre {row['calibre']}, on record as {', '.join(sorted(known))}")
            shown += [row, next(one for one in own if one["kind"] != "recovery" and one["calibre"])]
    if not reasons:
        return
    people = hands.possessors(one for one in shown if one["kind"] == "recovery")
    said = "; ".join(dict.fromkeys(reasons))
    unique = {(one["source_id"], one["locator"]): one for one in shown}
    evidence = tuple(piece(one, f"{one['date']}: {one['kind']} of {hands.name(one)}") for one in unique.values())[:SHOWN]
    ordered = sorted(people)
    pairs = tuple((ordered[0], other) for other in ordered[1:])
    dates = [one["date"] for one in shown]
    sentence = f"The number {taken[0]['serial']} of {taken[0]['make']} is on more than one firearm: {said}."
    yield Seen(tuple(ordered), min(dates), max(dates), 1 - 0.4 ** len(set(reasons)), sentence, evidence, ties=pairs)
