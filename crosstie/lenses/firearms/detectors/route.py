"""Route repetition: firearms that were last lawfully in one State, in the hands of one consignee, and were recovered again and again in another State.

Why it matters: a route that has worked is used again; arms of one consignee that keep turning up across the same border were not lost one by one. What is
measured: recoveries in another State than that of the last lawful record, by consignee and pair of States, on several days and from several people. Arms of a
neighbour's lawful market cross a border by themselves now and then; what counts is how many have one origin.

Source: UNODC, Illicit Arms Flows Questionnaire and Global Study on Firearms Trafficking (2020), on routes; Arms Trade Treaty (2013), article 11.
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
    """Sources with at least `firearms` recovered in one other State, on at least `times` days and from two people or more."""
    rows = hands.rows(
        engine,
        f"select * from {hands.recovered(engine)} where source is not null and last_state is not null and state_to is not null and state_to <> last_state"
        " and b is not null and b <> firearm and b <> source and coalesce(source_role, '') <> 'manufacturer'"
        " order by source, last_state, state_to, date, event_id",
    )
    groups = groupby(rows, key=lambda row: (str(row["source"]), str(row["last_state"]), str(row["state_to"])))
    return table(one for (source, first, last), own in groups for one in _seen(source, first, last, list(own), thresholds))


def _seen(source: str, first: str, last: str, own: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    arms, when, people = {row["firearm"] for row in own}, {row["date"] for row in own}, hands.possessors(own)
    if len(arms) < limits["firearms"] or len(when) < limits["times"] or len(people) < 2:
        return
    sentence = (
        f"{len(arms)} firearms last lawfully with one holder in {first.upper()} were recovered in {last.upper()} on {len(when)} days,"
        f" from {len(people)} people."
    )
    score = 1 - 0.75 ** len(arms) * 0.85 ** (len(when) - 1)
    yield Seen(
        (source,), min(row["last_date"] for row in own), own[-1]["date"], score, sentence, hands.evidence(own), ties=hands.ties(source, own)
    )
