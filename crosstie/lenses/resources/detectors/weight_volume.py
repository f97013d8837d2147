"""Weight against volume: goods that cannot weigh what they are said to weigh, or do not fit into what carries them.

Why it matters: whoever declares other goods than he ships forgets that weight, volume and boxes have to agree. Net weight above gross weight, more
kilograms than a box takes, or a cubic metre that weighs like lead where cotton is declared, show goods that are not what they are called. The
limits for each chapter are wide and are data (data/goods.yaml).

Source: UNODC-WCO Container Control Programme, indicators of risk (2019); ISO 668:2020 for what boxes take.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.goods import odd_weight
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` such consignments; `surplus` is how far beyond the limits of its chapter a density has to be."""
    signs = odd_weight(engine, surplus=thresholds["surplus"])
    return table(marked(engine, signs, thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    density = f" ({first['number']:,.0f} kg in a cubic metre)" if first["number"] is not None else ""
    sentence = f"{first['many']} consignments between {first['begun']} and {first['ended']} whose weight and volume do not agree: {first['what']}{density}."
    return sentence, first["strength"] * growing(first["many"])
