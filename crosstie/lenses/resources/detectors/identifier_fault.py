"""Identifier fault: containers or ships whose number cannot be, because its check digit is wrong.

Why it matters: the number of a container (ISO 6346) and of a ship (IMO) carries a digit that is worked out from the others. A number made up for a bill
of lading, or painted over, fails nine times in ten. So does a slip of the pen: what is looked for is a pair of parties to whom it happens again and
again, and oftener than to others in the same ledger.

Source: ISO 6346:1995, annex A; IMO resolution A.1117(30) (2017); UNODC-WCO Container Control Programme, indicators of risk (2019).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from crosstie.lens.findings import table
from crosstie.lenses.resources.consignments import Row, current, growing, marked
from crosstie.lenses.resources.signs.boxes import false_numbers
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` such consignments, and `share` of all that they have in the ledger."""
    signs = false_numbers(engine, ships=thresholds["ships"])
    engine.create(
        "res_number_often",
        f"select n.* from {signs} n join (select coalesce(e.a, '') as a, coalesce(e.b, '') as b, count(*) as total from {current(engine)} e"
        f" where exists (select 1 from {signs} s where coalesce(s.a, '') = coalesce(e.a, '') and coalesce(s.b, '') = coalesce(e.b, ''))"
        " group by coalesce(e.a, ''), coalesce(e.b, '')) t on t.a = coalesce(n.a, '') and t.b = coalesce(n.b, '')"
        f" join (select coalesce(a, '') as a, coalesce(b, '') as b, count(*) as many from {signs} group by coalesce(a, ''), coalesce(b, '')) m"
        f" on m.a = t.a and m.b = t.b where m.many >= {thresholds['share']} * t.total",
    )
    return table(marked(engine, "res_number_often", thresholds["shipments"], _tell))


def _tell(rows: list[Row]) -> tuple[str, float]:
    first = rows[0]
    sentence = f"{first['many']} consignments between {first['begun']} and {first['ended']} travel under numbers that fail their check: {first['what']}."
    return sentence, first["strength"] * growing(first["many"], 3)
