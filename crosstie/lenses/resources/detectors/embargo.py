"""Goods under an embargo: goods of a State whose trade in them is under a measure of the Security Council, a convention or a certification scheme on
that day, or goods that a trader of such a State sells under another origin.

Why it matters: armed groups live on what the land yields, and a measure on it is broken by a certificate of another State as often as by a border
crossed at night. Measures are data, each with its first and last day and its instrument (data/embargoes.yaml); a consignment outside those days
counts for nothing, and a measure on a group's goods alone is weak, since the State's lawful trade looks the same. Charcoal has a detector of its own.

Source: Security Council resolutions 2146 (2014), 2199 (2015), 2270 (2016), 2371 (2017); Kimberley Process Certification Scheme (2003); CITES (1973).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.detectors.charcoal_origin import HS
from crosstie.lenses.resources.rules import embargoes
from crosstie.lenses.resources.signs.goods import embargoed
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` consignments under a measure; `weak` is how sure a foreign origin is."""
    signs = embargoed(engine, weak=thresholds["weak"], but=HS)
    return table(marked(engine, signs, thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    measures = {one["name"]: one for one in embargoes()["measures"]}
    named = [measures[name] for name in dict.fromkeys(row["what"] for row in rows)]
    told = "; ".join(f"{one['goods']} ({one['instrument']})" for one in named)
    sentence = f"{first['many']} consignments between {first['begun']} and {first['ended']} are under a measure on {told}."
    return sentence, max(row["strength"] for row in rows) * (0.5 + 0.5 * growing(first["many"]))
