"""A child travels without a guardian: under eighteen, and nobody of age in the same booking or of the same family name on the flight.

Why it matters: children who travel alone, or with strangers, to the border of a conflict may be on their way to be recruited, married or exploited; they are
victims first, and the finding is for their protection: it goes to those who look after children, is kept apart from all others, names no child, and never
enters matching, links or lists of suspects. What is measured: journeys of children by booking and flight, and whether an adult goes with them.

Source: Convention on the Rights of the Child (1989), articles 3 and 35; Security Council resolution 2396 (2017), paragraph 31; resolution 2427 (2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import Seen, piece, table
from crosstie.lenses.travel.movements import is_child, journeys
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Flights of children of at least `youngest` and under `age` years with no adult in the booking, and none of their family name aboard."""
    flown = journeys(engine)
    # births in the last years before a flight are enough to narrow by; the day decides below
    engine.create(
        "travel_young",
        f"""
        select * from {flown} where role in ('passenger', 'transit') and born is not null and length(date) >= 10
            and cast(substr(date, 1, 4) as integer) - cast(substr(born, 1, 4) as integer) <= {int(thresholds["age"])}""",
    )
    rows = engine.arrow(f"""
        select y.event_id as child, y.born as child_born, y.name as child_name, y.date, y.carrier, y.flight, y.origin,
            y.destination, y.source_id, y.locator, y.grade,
            y.marking, y.originator, y.record as child_record, o.born, o.name, o.record, o.a
        from travel_young y left join {flown} o on o.carrier = y.carrier and o.flight = y.flight and o.date = y.date and o.origin = y.origin and o.a <> y.a
        order by y.event_id, o.a, o.event_id""").to_pylist()
    return table(seen for _, own in groupby(rows, key=lambda row: str(row["child"])) for seen in _seen(list(own), thresholds))


def _seen(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    child = rows[0]
    age = _age(child["child_born"], child["date"])
    if not is_child(child["child_born"], child["date"]) or not limits["youngest"] <= age < limits["age"]:
        return
    family = str(child["child_name"] or "").upper().split()
    for row in rows:
        if row["a"] is None or not row["born"] or is_child(row["born"], child["date"]):
            continue
        same_booking = bool(child["child_record"]) and row["record"] == child["child_record"]
        if same_booking or (family and family[-1] in str(row["name"] or "").upper().split()):
            return
    sentence = (
        f"A child of {age} travelled on {child['date']} with {child['carrier'] or ''}{child['flight'] or ''} from {child['origin']} to {child['destination']}"
        " without an adult of the booking or of the family. For the child's protection; no suspicion."
    )
    proof = (
        piece(child, f"{child['date']}: a child aboard {child['carrier'] or ''}{child['flight'] or ''}, to be looked up in the original"),
    )
    yield Seen((child["child"],), child["date"], child["date"], 0.5 + 0.02 * (18 - age), sentence, proof)


def _age(born: str, on: str) -> int:
    """Full years on a day."""
    month, day = int(born[5:7] or 12), int(born[8:10] or 31)
    return int(on[:4]) - int(born[:4]) - ((int(on[5:7]), int(on[8:10])) < (month, day))
