"""The facilitator: one payer, telephone, address or agent behind the tickets of many travellers to the border of a conflict.

Why it matters: those who send fighters buy their tickets, give their own number for the bookings and use one agency that asks nothing. Tour operators,
employers, charities and agencies of the diaspora book for many as well, and for families: only one-way or late tickets of people of different families count,
and an agency that sells to many other places too is left out. What is measured: travellers to watched places whose bookings share a payer, a
contact or an agency, within half a year. Which places are watched is data that the unit sets.

Source: Security Council resolution 2178 (2014), paragraph 6 (b) and (c), on financing and facilitating travel, and resolution 2396 (2017); figures are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lens.windows import days
from crosstie.lenses.travel.movements import pieces
from crosstie.store.engine import Engine

#: what a booking may share, with the words for it
_HANDLES = {"payer": "payer", "phone": "telephone", "email": "e-mail address", "agency": "agency"}


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Payers, contacts and agencies of at least `travellers` people of at least `families` families to watched places within `days` days."""
    bookings = events("bookings")
    engine.create(
        "travel_watched",
        f"""
        select k.b as who, k.a as payer_id, coalesce(k.a, k.payer) as payer, k.phone, k.email, k.agency, k.first, k.oneway, k.destination, k.event_id, k.record
        from {bookings} k join (select place, min(date) as since, max(coalesce(until, '9999')) as until from {events("watched_places")} group by place) w
            on w.place = k.destination
        where k.b is not null and k.first is not null and length(k.first) >= 10 and k.first >= coalesce(w.since, '') and k.first <= w.until""",
    )
    found: list[dict[str, Any]] = []
    for handle in _HANDLES:
        engine.create(
            "travel_shared",
            f"""
            select {handle} as value from travel_watched where {handle} is not null
            group by {handle} having count(distinct who) >= {thresholds["travellers"]}""",
        )
        whole = "coalesce(a, payer)" if handle == "payer" else handle
        found += engine.arrow(f"""
            select '{handle}' as handle, w.{handle} as value, n.whole, w.*, c.name from travel_watched w join travel_shared s on s.value = w.{handle}
            join (select {whole} as value, count(distinct b) as whole from {bookings} group by {whole}) n on n.value = w.{handle}
            left join (select canonical_id, min(value) as name from claims where prop = 'lastName' group by canonical_id) c on c.canonical_id = w.who
            order by w.{handle}, w.first, w.event_id""").to_pylist()
    seen: dict[tuple[str, ...], Seen] = {}
    for (handle, _), own in groupby(found, key=lambda row: (row["handle"], row["value"])):
        for one in _seen(engine, handle, list(own), thresholds):
            if one.subjects not in seen or seen[one.subjects].score < one.score:
                seen[one.subjects] = one
    return table(seen.values())


def _seen(engine: Engine, handle: str, rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    when = days(pa.chunked_array([[row["first"] for row in rows]]))
    ends = np.searchsorted(when, when + limits["days"], side="right")
    start = int(np.argmax(ends - np.arange(len(rows))))
    own = rows[start : int(ends[start])]
    people = sorted({row["who"] for row in own})
    families = {str(row["name"] or row["who"]).upper() for row in own}
    plain = sum(1 for row in own if row["oneway"]) / len(own)
    share = len({row["who"] for row in rows}) / max(1, rows[0]["whole"])
    if len(people) < limits["travellers"] or len(families) < limits["families"] or plain < limits["oneway"] or share < limits["share"]:
        return
    payers = sorted({row["payer_id"] for row in own if row["payer_id"]})
    # who pays is the subject; where only a contact or an agency is known, the travellers are: they share it
    acting = tuple(payers) if handle == "payer" and payers else tuple(people)
    start_day, end_day = own[0]["first"], own[-1]["first"]
    sentence = (
        f"One {_HANDLES[handle]} stands behind the tickets of {len(people)} travellers of {len(families)} families to"
        f" {', '.join(sorted({row['destination'] for row in own}))} between {start_day} and {end_day}; {plain:.0%} one way."
    )
    ids = ", ".join("'" + row["event_id"].replace("'", "''") + "'" for row in own)
    shown = engine.arrow(f"select * from {events('bookings')} where event_id in ({ids}) order by date, event_id").to_pylist()
    ties = tuple((acting[0], one) for one in people if one != acting[0])
    yield Seen(
        acting, start_day, end_day, 1 - 0.8 ** len(people), sentence, pieces(shown), ties=ties if handle == "payer" and payers else ()
    )
