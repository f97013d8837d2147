"""The facilitator: one payer, telephone, address or agent behind the tickets of many travellers to the border of a conflict.

Why it matters: those who send fighters buy their tickets, give their own number for the bookings and use one agency that asks nothing. Tour operators,
employers, charities and agencies of the diaspora book for many as well, and for families: only one-way or late tickets of people of different families count,
and an agency that sells to many other places too is left out. What is measured: travellers to watched places whose bookings share a payer, a
contact or an agency, within half a year. A payer's name is written in several ways and nothing else is told of him, so payers whose first and last names
sound alike count as one here, unless both names are common; the finding says so. Which places are watched is data that the unit sets.

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
from crosstie.resolve.names.forms import skeleton
from crosstie.resolve.names.frequency import common_shares
from crosstie.store.engine import Engine

#: what a booking may share, with the words for it
_HANDLES = {"payer": "payer", "alike": "payer", "phone": "telephone", "email": "e-mail address", "agency": "agency"}
#: from which share of all people on that bear it a name says little; where first and last name do, people are not taken for one by it
_COMMON = 0.004


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Payers, contacts and agencies of at least `travellers` people of at least `families` families to watched places within `days` days."""
    bookings = events("bookings")
    engine.create(
        "travel_bound",
        f"""
        select k.b as who, k.a as payer_id, k.payer as paid_by, coalesce(k.a, k.payer) as payer, k.phone, k.email, k.agency, k.first, k.oneway,
            k.destination, k.event_id, k.record
        from {bookings} k join (select place, min(date) as since, max(coalesce(until, '9999')) as until from {events("watched_places")} group by place) w
            on w.place = k.destination
        where k.b is not null and k.first is not null and length(k.first) >= 10 and k.first >= coalesce(w.since, '') and k.first <= w.until""",
    )
    engine.load("travel_payers", _payers(engine))
    engine.create("travel_watched", "select t.*, p.alike from travel_bound t left join travel_payers p on p.payer_id = t.payer_id")
    engine.create(
        "travel_booked",
        f"""
        select k.b as who, coalesce(k.a, k.payer) as payer, k.phone, k.email, k.agency, p.alike
        from {bookings} k left join travel_payers p on p.payer_id = k.a""",
    )
    found: list[dict[str, Any]] = []
    for handle in _HANDLES:
        engine.create(
            "travel_shared",
            f"""
            select {handle} as value from travel_watched where {handle} is not null
            group by {handle} having count(distinct who) >= {thresholds["travellers"]}""",
        )
        found += engine.arrow(f"""
            select '{handle}' as handle, w.{handle} as value, n.whole, w.*, c.name from travel_watched w join travel_shared s on s.value = w.{handle}
            join (select {handle} as value, count(distinct who) as whole from travel_booked group by {handle}) n on n.value = w.{handle}
            left join (select canonical_id, min(value) as name from claims where prop = 'lastName' group by canonical_id) c on c.canonical_id = w.who
            order by w.{handle}, w.first, w.event_id""").to_pylist()
    seen: dict[tuple[str, ...], Seen] = {}
    for (handle, _), own in groupby(found, key=lambda row: (row["handle"], row["value"])):
        for one in _seen(engine, handle, list(own), thresholds):
            if one.subjects not in seen or seen[one.subjects].score < one.score:
                seen[one.subjects] = one
    # who is one of several records of a payer is told of with them
    narrower = {one for one in seen for other in seen if set(one) < set(other)}
    return table(one for subjects, one in seen.items() if subjects not in narrower)


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
    paid = handle in ("payer", "alike") and bool(payers)
    acting = tuple(payers) if paid else tuple(people)
    start_day, end_day = own[0]["first"], own[-1]["first"]
    sentence = (
        f"One {_HANDLES[handle]} stands behind the tickets of {len(people)} travellers of {len(families)} families to"
        f" {', '.join(sorted({row['destination'] for row in own}))} between {start_day} and {end_day}; {plain:.0%} one way."
        + (f" {len(payers)} records of payers are taken for one by the sound of first and last names." if handle == "alike" else "")
    )
    ids = ", ".join("'" + row["event_id"].replace("'", "''") + "'" for row in own)
    shown = engine.arrow(f"select * from {events('bookings')} where event_id in ({ids}) order by date, event_id").to_pylist()
    # whoever paid for a traveller is tied to him, under the name that he gave then
    ties = tuple(sorted({(row["payer_id"], row["who"]) for row in own if row["payer_id"] and row["payer_id"] != row["who"]}))
    yield Seen(acting, start_day, end_day, 1 - 0.8 ** len(people), sentence, pieces(shown), ties=ties if paid else ())


def _payers(engine: Engine) -> pa.Table:
    """Payers of tickets to watched places with the sound of their first and last names; null where both are common, or there is but one."""
    rows = engine.arrow(
        "select payer_id, min(paid_by) as name from travel_bound where payer_id is not null and paid_by is not null group by payer_id order by payer_id"
    )
    common = common_shares()[1]
    alike: list[str | None] = []
    for name in rows.column("name").to_pylist():
        sounds = [skeleton(word) for word in str(name).casefold().split()]
        telling = len(sounds) > 1 and any(common.get(one, 0.0) < _COMMON for one in (sounds[0], sounds[-1]))
        alike.append(f"{sounds[0]} {sounds[-1]}" if telling else None)
    return pa.table({"payer_id": rows.column("payer_id"), "alike": pa.array(alike, pa.string())})
