"""Repeat buyer or dealer: one buyer or dealer in whose hands several firearms were last on record that were later recovered from different people.

Why it matters: most dealers sell thousands of firearms of which none is recovered, and most buyers own one; straw buyers and dealers who look away come up
again and again. What is measured: recovered firearms by the last lawful hands, and by the dealer of that last sale; of a dealer also what share of all sales
on record they are, over the share that is usual, because a big shop is traced often without any fault.

Source: UNODC, Global Study on Firearms Trafficking (2020), chapter on diversion; standards of the International Tracing Instrument (A/60/88, 2005).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.firearms import hands
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Buyers with at least `bought` firearms recovered from others, dealers with at least `sold` and `times` the usual share of their sales."""
    base = f"select * from {hands.recovered(engine)} where b is not null and b <> firearm and reported is null"
    bought = hands.rows(engine, f"{base} and source is not null and b <> source and source_role = 'owner' order by source, date, event_id")
    sold = hands.rows(engine, f"{base} and last_kind = 'sale' and giver is not null and b <> giver order by giver, date, event_id")
    found = [*_buyers(bought, thresholds), *_dealers(engine, sold, thresholds)]
    return table(found)


def _buyers(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    for buyer, group in groupby(rows, key=lambda row: str(row["source"])):
        own = list(group)
        arms = {row["firearm"] for row in own}
        if len(arms) >= limits["bought"]:
            others = len(hands.possessors(own))
            sentence = (
                f"{len(arms)} firearms last lawfully held by one buyer were recovered from {others} others; none was reported lost before."
            )
            yield _one(buyer, own, 1 - 0.6 ** len(arms), sentence)


def _dealers(engine: Engine, rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    if not rows:
        return
    sales = {
        str(row["a"]): int(row["sales"])
        for row in hands.rows(
            engine, f"select a, count(distinct firearm) as sales from {hands.live()} where kind = 'sale' and a is not null group by a"
        )
    }
    usual = len({row["firearm"] for row in rows}) / max(1, sum(sales.values()))
    for dealer, group in groupby(rows, key=lambda row: str(row["giver"])):
        own = list(group)
        arms, people = {row["firearm"] for row in own}, hands.possessors(own)
        share = len(arms) / max(1, sales.get(dealer, len(arms)))
        if len(arms) >= limits["sold"] and len(people) > 1 and share >= limits["times"] * usual:
            sentence = (
                f"{len(arms)} firearms of the {sales.get(dealer, len(arms))} that this seller sold were recovered from {len(people)} others,"
                f" {share / usual:.1f} times the usual share."
            )
            yield _one(dealer, own, 1 - 0.7 ** len(arms), sentence)


def _one(source: str, own: list[dict[str, Any]], score: float, sentence: str) -> Seen:
    start = min(row["last_date"] for row in own)
    return Seen((source,), start, own[-1]["date"], score, sentence, hands.evidence(own), ties=hands.ties(source, own))
