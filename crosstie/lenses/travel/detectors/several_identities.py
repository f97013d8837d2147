"""One person shows documents of several identities: different births, and names without a word in common, on documents of his own.

Why it matters: who travels under several identities does so to leave no trail; the false ones come from forgers, corrupted registers or bought
breeder documents. Two passports of two States are no such thing: the births agree. What is measured: documents of one resolved person (whom other
evidence, such as a register, a report or a decision of an analyst, has shown to be one) that differ in birth and in name.

Source: Security Council resolution 2322 (2016), paragraph 13, and resolution 2396 (2017), paragraphs 2 to 4, on documents and identities; the figures are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lenses.travel.movements import pieces, same_person
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Persons with at least `identities` identities on as many documents."""
    engine.create(
        "travel_many",
        f"""
        select a from {events("papers")} where document is not null and a is not null and born is not null
        group by a having count(distinct document) >= {thresholds["identities"]} and count(distinct born) >= {thresholds["identities"]}""",
    )
    rows = engine.arrow(
        f"select p.* from {events('papers')} p join travel_many m on m.a = p.a where p.document is not null order by p.a, p.date, p.event_id"
    ).to_pylist()
    return table(seen for _, own in groupby(rows, key=lambda row: str(row["a"])) for seen in _seen(list(own), thresholds))


def _seen(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    shown: list[dict[str, Any]] = []
    for row in rows:
        full = bool(row["born"] and len(row["born"]) >= 10 and row["name"])
        if full and all(row["document"] != one["document"] and not same_person(row, one, limits["alike"]) for one in shown):
            shown.append(row)
    if len(shown) < limits["identities"]:
        return
    dates = sorted(row["date"] for row in rows if row["date"])
    sentence = f"One person showed documents of {len(shown)} identities: {'; '.join(str(one['name']) + ', born ' + str(one['born']) for one in shown)}."
    yield Seen((rows[0]["a"],), dates[0] if dates else "", dates[-1] if dates else "", 1 - 0.4 ** (len(shown) - 1), sentence, pieces(shown))
