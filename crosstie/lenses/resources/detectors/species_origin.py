"""Species of an impossible origin: a wild species declared from a State from which the trade database has none, though it has many from others.

Why it matters: animals and timber that may not leave where they live are declared as of a neighbour whose quota is not used up, or as bred where
nobody breeds them. The trade database of the Convention holds what States themselves reported over the years; a species that is recorded
often and from several States, and never from this one, is a question for the scientific authority.

Source: Convention on International Trade in Endangered Species (1973), articles IV and VIII; UNEP-WCMC, Guide to using the CITES Trade Database (2022).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, growing, marked
from crosstie.lenses.resources.signs.papers import strange_species
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` such consignments, of species with `records` records of `states` States."""
    signs = strange_species(engine, records=thresholds["records"], states=thresholds["states"])
    return table(marked(engine, signs, thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    sentence = (
        f"{first['many']} consignments between {first['begun']} and {first['ended']}: {first['what']}, of {first['number']:,.0f} records."
    )
    return sentence, 0.7 * growing(first["many"], 1.5)
