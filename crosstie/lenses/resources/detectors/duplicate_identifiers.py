"""Duplicate identifiers: one container in two places, one seal on several boxes, one bill of lading for several consignees.

Why it matters: a box can be in one place only. A cloned number lets an examined, harmless container lend its papers to another (the rip-off and switch
methods); a seal that closes two boxes was copied after the first had been opened; a bill that names two consignees was used twice. Groupage, in
which one box or bill rightly serves many, keeps the ship and the port the same and is left out; so are seals and bills that very many share.

Source: UNODC-WCO Container Control Programme, indicators of risk (2019); Europol, Criminal networks in EU ports (2023).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.boxes import twice
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` such consignments; `days` is how near two places of one box have to be in time."""
    signs = twice(engine, days_apart=thresholds["days"])
    return table(marked(engine, signs, thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    sentence = f"{first['many']} consignments between {first['begun']} and {first['ended']} share a number that only one can have: {first['what']}."
    return sentence, first["strength"] * growing(first["many"], 1.5)
