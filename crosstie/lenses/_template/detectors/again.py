"""Again and again: one party deals with the same other party several times within a few days.

Why it matters: say why an officer should look at it. This text is what the analyst reads beside a finding: what is measured, in which period,
and what it does not prove. Here: in a sliding window of days, how many dealings of the same two there are.

Source: name the report, standard or article that describes the typology, with its year (this one is a template of 2026 and describes none).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.windows import days
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs with at least `times` dealings within `window` days. The engine narrows a ledger of any size to the few pairs that can show it."""
    rows = engine.arrow(f"""
        select e.* from {events("newfield_events")} e join (
            select a, b from {events("newfield_events")} where a is not null and b is not null and date is not null
            group by a, b having count(*) >= {thresholds["times"]}
        ) p on p.a = e.a and p.b = e.b where e.date is not null order by e.a, e.b, e.date, e.event_id""")
    return table(_pairs(rows, thresholds))


def _pairs(rows: pa.Table, limits: Mapping[str, float]) -> Iterator[Seen]:
    if not rows.num_rows:
        return
    names = [(str(a), str(b)) for a, b in zip(rows.column("a").to_pylist(), rows.column("b").to_pylist(), strict=True)]
    codes = np.unique(np.array([f"{a}\x1f{b}" for a, b in names]), return_inverse=True)[1]
    when = days(rows.column("date"))
    for code in range(int(codes.max()) + 1):
        own = np.flatnonzero(codes == code)
        first = np.searchsorted(when[own], when[own] - limits["window"], side="left")
        most = int(np.argmax(np.arange(len(own)) - first))
        shown = own[first[most] : most + 1]
        if len(shown) < limits["times"]:
            continue
        a, b = names[int(own[0])]
        found = rows.take(shown[:SHOWN]).to_pylist()
        evidence = tuple(piece(row, f"{row['date']}: {row['quantity'] or 0:,.0f} of {row['goods'] or 'goods'}") for row in found)
        sentence = f"Dealt {len(shown)} times between {found[0]['date']} and {found[-1]['date']}."
        score = 1 - 0.5 ** (len(shown) / limits["times"])
        yield Seen((a, b), str(found[0]["date"]), str(found[-1]["date"]), score, sentence, evidence, ties=((a, b),))
