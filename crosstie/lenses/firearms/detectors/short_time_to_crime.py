"""Short time to crime: a firearm recovered from somebody else within a short time of the last lawful sale or transfer, and no theft reported before.

Why it matters: who buys for another, or sells on without papers, is betrayed by how soon the firearm turns up; those stolen or sold many times take years.
What is measured: the days between the last transfer on record and the recovery, for firearms known by maker and whole number or by an answer to their trace.
A report of loss that was made before the recovery explains it; one made after does not.

Source: International Tracing Instrument (A/60/88, 2005), section V; UNODC, Global Study on Firearms Trafficking (2020).
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
    """Last lawful buyers of at least `firearms` that were recovered from others within `days`."""
    found = hands.rows(
        engine,
        f"select * from {hands.recovered(engine)} where last_kind in ('sale', 'transfer') and source is not null and reported is null"
        " and b is not null and b <> source and b <> firearm and coalesce(source_role, '') <> 'state stock' order by source, date, event_id",
    )
    return table(one for source, own in groupby(found, key=lambda row: str(row["source"])) for one in _seen(source, list(own), thresholds))


def _seen(source: str, own: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    soon = [row for row in own if (span := hands.days(row["last_date"], row["date"])) is not None and 0 <= span <= limits["days"]]
    arms = {row["firearm"] for row in soon}
    if len(arms) < limits["firearms"]:
        return
    least = min(hands.days(row["last_date"], row["date"]) or 0 for row in soon)
    many = f"{len(arms)} firearms" if len(arms) > 1 else "a firearm"
    sentence = f"Last lawful buyer of {many} recovered from others after as little as {least} days, with no loss reported before."
    score = 1 - 0.5 ** len(arms) * (0.5 + 0.5 * least / limits["days"])
    yield Seen(
        (source,),
        min(row["last_date"] for row in soon),
        soon[-1]["date"],
        score,
        sentence,
        hands.evidence(soon),
        ties=hands.ties(source, soon),
    )
