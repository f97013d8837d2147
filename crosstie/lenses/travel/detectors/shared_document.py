"""One document is shown by several people: different names and different births on one number of one State.

Why it matters: a passport goes from hand to hand for as long as nobody compares the names under which it crosses; look-alikes travel on one genuine document,
and forgers print one genuine number into many books. Misspelt names, scripts and swapped parts of names look the same: lines count as one person where the
births agree or most words of the names do. What is measured: holders of one number that differ in both.

Source: Security Council resolution 2396 (2017), paragraph 2 (forged and fraudulently used documents); ICAO Doc 9303-3 (2021) on the number of a document being
one of a kind within its issuer; the figures are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lenses.travel.movements import pieces, same_person
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Documents of at least `holders` people whose births differ and whose names share less than `alike` of their words."""
    engine.create(
        "travel_handed",
        f"""
        select issuer, document from {events("papers")} where document is not null and issuer is not null and a is not null
        group by issuer, document having count(distinct a) >= {thresholds["holders"]}""",
    )
    rows = engine.arrow(f"""
        select p.* from {events("papers")} p join travel_handed h on h.issuer = p.issuer and h.document = p.document
        where p.a is not null order by p.issuer, p.document, p.date, p.event_id""").to_pylist()
    return table(
        seen for _, own in groupby(rows, key=lambda row: (row["issuer"], row["document"])) for seen in _seen(list(own), thresholds)
    )


def _seen(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    persons: list[dict[str, Any]] = []
    for row in rows:
        known = bool(row["born"] and len(row["born"]) >= 10)
        if known and all(row["a"] != one["a"] and not same_person(row, one, limits["alike"]) for one in persons):
            persons.append(row)
    if len(persons) < limits["holders"]:
        return
    dates = sorted(row["date"] for row in rows if row["date"])
    sentence = (
        f"Document {rows[0]['issuer'].upper()} {rows[0]['document']} was shown by {len(persons)} people of different names and births."
    )
    subjects = tuple(row["a"] for row in persons)
    score = 1 - 0.4 ** (len(persons) - 1)
    yield Seen(
        subjects,
        dates[0] if dates else "",
        dates[-1] if dates else "",
        score,
        sentence,
        pieces(persons),
        ties=tuple(combinations(sorted(subjects), 2)),
    )
