"""Permit breach: consignments that cite a permit which does not cover them.

Why it matters: a genuine permit is worth more than a forged one. It is used again after it has run out, for more animals or tons than it allows, by
another exporter than it was given to, or for a re-export that names no permit of the State of origin; each of these shows only when the permits
and the consignments that cite them are laid side by side and added up.

Source: Convention on International Trade in Endangered Species (1973), articles III to VI; resolution Conf. 12.3 (Rev. CoP19, 2022) on permits.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.papers import breached
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Exporters with at least `shipments` consignments beyond their permit; quantities count from a share `surplus` above what is allowed."""
    signs = breached(engine, surplus=thresholds["surplus"])
    return table(marked(engine, signs, thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    more = f" ({first['number']:,.0f} taken, {first['usual']:,.0f} allowed)" if first["number"] and first["usual"] else ""
    sentence = f"{first['many']} consignments between {first['begun']} and {first['ended']} that their permit does not cover: {first['what']}{more}."
    return sentence, first["strength"] * (0.5 + 0.5 * growing(first["many"]))
