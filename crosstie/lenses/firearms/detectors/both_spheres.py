"""One source for both worlds: firearms last lawfully in the same hands, or sold by the same seller, recovered from organized crime and from terrorists.

Why it matters: a supplier who serves both is a tie between them, whether they know of each other or not, and the place where both can be cut off. What is
measured: recoveries by source; the world of each is told by the reason of its recovery, or by what the sources call the person who had the firearm (topics).
Sources with as many customers as a great manufacturer tie nobody, so a share of the source's arms is asked for too.

Source: Security Council resolution 2370 (2017) on preventing terrorists from acquiring weapons; UNODC, Global Study on Firearms Trafficking (2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.firearms import hands
from crosstie.lenses.firearms.contexts import sphere
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Sources with at least `each` firearms recovered in either world, and in all at least `share` of those on record with them."""
    rows = hands.rows(
        engine,
        f"select * from {hands.recovered(engine)} where last_kind is not null and b is not null and b <> firearm and reported is null"
        " order by date, event_id, b",
    )
    topics = {
        row["canonical_id"]: row
        for row in hands.rows(
            engine,
            "select canonical_id, max(case when value like 'terror%' or value = 'crime.terror' then 1 else 0 end) as terror,"
            " max(case when value like 'crime%' and value <> 'crime.terror' then 1 else 0 end) as crime"
            " from claims where prop = 'topics' group by canonical_id",
        )
    }
    sources: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for row in rows:
        worlds = {world for world in (sphere(row["reason"]),) if world} | {
            world for world in ("crime", "terror") if topics.get(row["b"], {}).get(world)
        }
        for source in sorted({str(one) for one in (row["source"], row["giver"]) if one and one != row["b"]}):
            sources.setdefault(source, []).extend((row, world) for world in sorted(worlds))
    kept = {source: own for source, own in sources.items() if {world for _, world in own} == {"crime", "terror"}}
    if not kept:
        return table([])
    engine.load("firearms_sources", pa.table({"source": pa.array(sorted(kept), pa.string())}))
    handled = {
        row["source"]: int(row["arms"])
        for row in hands.rows(
            engine,
            f"with e as (select a, b, firearm from {hands.live()}) select source, count(distinct firearm) as arms from ("
            " select s.source, e.firearm from firearms_sources s join e on e.a = s.source union all"
            " select s.source, e.firearm from firearms_sources s join e on e.b = s.source) x group by source",
        )
    }
    return table(one for source in sorted(kept) for one in _seen(source, kept[source], handled.get(source, 0), thresholds))


def _seen(source: str, own: list[tuple[dict[str, Any], str]], handled: int, limits: Mapping[str, float]) -> Iterator[Seen]:
    arms = {world: {row["firearm"] for row, of in own if of == world} for world in ("crime", "terror")}
    people = {world: hands.possessors(row for row, of in own if of == world) for world in ("crime", "terror")}
    every = arms["crime"] | arms["terror"]
    if (
        min(len(one) for one in arms.values()) < limits["each"]
        or len(every) < limits["share"] * handled
        or not people["crime"] - people["terror"]
    ):
        return
    rows = [row for row, _ in own]
    pairs = tuple(sorted({(source, one) for one in people["crime"] | people["terror"]}))
    sentence = (
        f"Of the firearms last on record with this source {len(arms['crime'])} were recovered in organized or other crime"
        f" and {len(arms['terror'])} in connection with"
        f" terrorism, from {len(people['crime'] | people['terror'])} people."
    )
    score = 1 - 0.6 ** (len(every) - 1)
    dates = [row["date"] for row in rows]
    yield Seen((source,), min(dates), max(dates), score, sentence, hands.evidence(rows), ties=pairs)
