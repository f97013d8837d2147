"""Impossible route: a consignment that cannot have travelled as its papers say.

Why it matters: papers are made for goods that came another way. the ship loaded in one port too soon after another for any ship to have
sailed between them; the goods are discharged in the port where they were loaded; or they go through their own first or last port again on the way,
which lengthens a voyage for nothing but the change of a certificate. Distances are along a great circle, so every real voyage is longer.

Source: UNODC-WCO Container Control Programme, indicators of risk (2019); FATF/Egmont Group, Trade-based Money Laundering: Risk Indicators (2021).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.boxes import impossible
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` such consignments."""
    signs = impossible(engine, knots=thresholds["knots"], days_spare=thresholds["days"])
    return table(marked(engine, signs, thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    sentence = f"{first['many']} consignments between {first['begun']} and {first['ended']} cannot have travelled as their papers say: {first['what']}."
    return sentence, first["strength"] * growing(first["many"], 1.5)
