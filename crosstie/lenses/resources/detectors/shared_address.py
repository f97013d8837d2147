"""Shared address of consignees: one exporter ships to several consignees who all sit at one address that few others share.

Why it matters: a network that spreads its goods over several importing companies, so that none of them stands out, seldom rents a door for each. An
address of a business centre, a free zone or a forwarder is shared by very many who have nothing to do with each other: such addresses are left
out by number, and only consignees of the same exporter count together.

Source: UNODC-WCO Container Control Programme, indicators of risk (2019); WCO Risk Management Compendium (2011).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import Seen, piece, table
from crosstie.lenses.resources.consignments import current, told
from crosstie.lenses.resources.signs.parties import one_address
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Exporters with at least `consignees` consignees at an address that no more than `most` parties share."""
    signs = one_address(engine, consignees=thresholds["consignees"], most=thresholds["most"])
    rows = engine.arrow(
        f"select e.*, s.what from {current(engine)} e join {signs} s on s.event_id = e.event_id and s.a = e.a and s.b = e.b"
        " order by e.a, s.what, e.b, e.date, e.event_id"
    ).to_pylist()
    rings: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in rows:
        rings.setdefault((row["a"], row["what"]), []).append(row)
    return table(_seen(exporter, address, own) for (exporter, address), own in rings.items())


def _seen(exporter: str, address: str, rows: list[dict[str, object]]) -> Seen:
    consignees = sorted({str(row["b"]) for row in rows})
    dates = sorted(str(row["date"]) for row in rows if row["date"]) or [""]
    first = {str(row["b"]): row for row in reversed(rows)}
    shown = [first[one] for one in consignees]
    sentence = f"{len(rows)} consignments between {dates[0]} and {dates[-1]} from one exporter to {len(consignees)} consignees at one address ({address})."
    ties = tuple((exporter, one) for one in consignees)
    evidence = tuple(piece(row, told({**row, "what": None})) for row in shown)
    return Seen((exporter, *consignees), dates[0], dates[-1], 1 - 0.5 ** (len(consignees) / 3), sentence, evidence, ties=ties)
