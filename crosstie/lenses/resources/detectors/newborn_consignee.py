"""Newborn consignee: watched goods for a company that was founded a few weeks before, or that was dissolved by then.

Why it matters: a company bought from a shelf takes a few consignments of gold, timber, charcoal or cigarettes and is gone before anybody asks for its
books. Most young companies are just young: the finding needs several consignments of goods that are watched (data/goods.yaml), all within
the first days after the day of foundation that a register states, or after the day on which it says that the company ceased.

Source: UNODC-WCO Container Control Programme, indicators of risk (2019); FATF/Egmont Group, Trade-based Money Laundering: Risk Indicators (2021).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.parties import newborn
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Consignees with at least `shipments` such consignments within `days` of their foundation."""
    signs = newborn(engine, days=thresholds["days"])
    return table(marked(engine, signs, thresholds["shipments"], _tell, by="b"))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    sentence = f"{first['many']} consignments of watched goods between {first['begun']} and {first['ended']}; {first['what']}."
    return sentence, 0.8 * growing(first["many"], 3)
