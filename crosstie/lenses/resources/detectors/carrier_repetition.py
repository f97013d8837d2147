"""Carrier repetition: a carrier or ship whose cargo is seized again and again, oftener than its share of the traffic explains.

Why it matters: one seizure is bad luck for a carrier; the fifth is an arrangement with somebody on board, at the agent's or in the terminal. Great
carriers have most seizures because they carry most: where the ledger of consignments is at hand, the number is held against what a carrier of its
share would have by chance, and only a surplus that chance does not give is shown.

Source: UNODC-WCO Container Control Programme, annual report (2022); UNODC, World Wildlife Crime Report (2020), on the repetition of routes and carriers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.resources.consignments import current
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Carriers with at least `seizures` seizures on different days, whose number chance gives less than once in `chance` carriers."""
    seized = current(engine, "seizures")
    engine.create(
        "res_seized",
        f"select a, count(distinct event_id) as many from {seized} where a is not null group by a"
        f" having count(distinct date) >= {int(thresholds['seizures'])}",
    )
    rows = engine.arrow(f"select e.*, s.many from {seized} e join res_seized s on s.a = e.a order by e.a, e.date, e.event_id").to_pylist()
    total = int(engine.scalar(f"select count(distinct event_id) from {seized}") or 0)
    share = _shares(engine)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["a"], []).append(row)
    return table(seen for carrier, own in groups.items() if (seen := _seen(carrier, own, total, share, thresholds["chance"])))


def _shares(engine: Engine) -> dict[str, float]:
    """The share of each carrier's name in all consignments that name one; empty without that ledger."""
    if not engine.has("ledger_shipments"):
        return {}
    rows = engine.arrow(
        "select lower(carrier) as carrier, count(*) as many from ledger_shipments where carrier is not null group by lower(carrier) order by 1"
    ).to_pylist()
    whole = sum(row["many"] for row in rows)
    return {row["carrier"]: row["many"] / whole for row in rows}


def _seen(carrier: str, rows: list[dict[str, Any]], total: int, share: Mapping[str, float], chance: float) -> Seen | None:
    many, name = rows[0]["many"], next((row["carrier"] for row in rows if row["carrier"]), None)
    known = share.get((name or "").lower())
    expected = total * known if known is not None else None
    if expected is not None and _at_least(many, expected) * chance > 1:
        return None
    held = f", where {expected:,.1f} would be its share of the traffic" if expected is not None else ""
    sentence = f"Goods of {many} seizures between {rows[0]['date']} and {rows[-1]['date']} were moved by the same carrier{held}."
    evidence = tuple(
        piece(row, f"{row['date']}: {row['goods'] or row['category'] or 'goods'}, {row['office'] or row['country'] or ''}") for row in rows
    )
    return Seen((carrier,), rows[0]["date"], rows[-1]["date"], 1 - 0.5 ** (many / 3), sentence, evidence[:SHOWN])


def _at_least(many: int, expected: float) -> float:
    """The chance of so many or more events where so many are expected (Poisson)."""
    below, term = 0.0, math.exp(-expected)
    for count in range(many):
        below += term
        term *= expected / (count + 1)
    return max(0.0, 1.0 - below)
