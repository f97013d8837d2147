"""Unit value outlier: goods whose declared value per kilogram lies far from that of all other shipments under the same code.

Why it matters: over- and under-invoicing moves value across borders without a payment that shows it, and goods of false origin are sold below
the market. What is measured: the logarithm of value per kilogram against the median of the commodity in the same year and currency (in all years,
where a year has too few), in median absolute deviations, which a few wild values do not disturb; commodities with few shipments are left alone.

Source: the interquartile and unit-price methods of Zdanowicz and Pak for trade data; FATF/Egmont Group, Trade-based Money Laundering (2020).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.goods import odd_value
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` shipments of a commodity that lie `deviations` away from its median."""
    signs = odd_value(engine, deviations=thresholds["deviations"], observations=thresholds["observations"])
    return table(marked(engine, signs, thresholds["shipments"], _tell, amount="abs(value - usual * weight)"))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    side = "above" if first["number"] > first["usual"] else "below"
    unit = first["currency"] or ""
    sentence = (
        f"{first['many']} shipments of {first['goods'] or first['hs']} (HS {first['hs']}) between {first['begun']} and {first['ended']} at values per"
        f" kilogram far {side} the usual {first['usual']:,.2f} {unit}; the difference is {first['total']:,.2f} {unit}."
    )
    return sentence, growing(first["many"])
