"""Somebody travels with a designated party: in one booking, on the same flights again and again, or reached by the same telephone or address.

Why it matters: those who travel with, book for or are reached through a designated person may be his escorts, couriers or recruits. Families, colleagues and
people who happen to take one flight are the rule: one shared flight says nothing, and a number that many bookings give belongs to an agency. What
is measured: bookings with a designated traveller in them, flights shared on several days, and contacts of bookings that few others give.

Source: Security Council resolution 2396 (2017), paragraphs 12 and 13 (passenger name records, watch lists), and resolution 2482 (2019); the figures are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lenses.travel.movements import designated, journeys, pieces
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of a designated traveller and another of one small booking, of at least `flights` shared flights, or of a contact that at most `sharers` give."""
    listed = designated(engine)
    flown = journeys(engine)
    engine.create("travel_aboard", f"select distinct a, carrier, flight, date, origin from {flown} where flight is not null")
    engine.create(
        "travel_mates",
        f"""
        select x.a as listed, y.a as mate, count(*) as times, min(x.date) as first, max(x.date) as last from travel_aboard x
        join {listed} d on d.subject_id = x.a
        join travel_aboard y on y.carrier = x.carrier and y.flight = x.flight and y.date = x.date and y.origin = x.origin and y.a <> x.a
        group by x.a, y.a having count(distinct x.date) >= {thresholds["flights"]}""",
    )
    parts = [
        "select listed, mate, times, first, last, 'took ' || cast(times as varchar) || ' flights on the same days' as why, 2 as how from travel_mates"
    ]
    if engine.has(events("bookings")):
        parts += _booked(engine, listed, thresholds)
    rows = engine.arrow(f"""
        select p.* from ({" union all ".join(parts)}) p left join {listed} d on d.subject_id = p.mate where d.subject_id is null
        order by listed, mate, how, why""").to_pylist()
    return table(seen for _, own in groupby(rows, key=lambda row: (row["listed"], row["mate"])) for seen in _seen(engine, list(own)))


def _booked(engine: Engine, listed: str, limits: Mapping[str, float]) -> list[str]:
    """Those in one booking, and those whose bookings give one contact."""
    bookings = events("bookings")
    engine.create(
        "travel_rows",
        f"select b as who, record, substr(date, 1, 10) as created_on, phone, email, travellers from {bookings} where b is not null",
    )
    contacts = " union all ".join(
        f"select who, '{kind}' as kind, {kind} as contact, created_on from travel_rows where {kind} is not null"
        for kind in ("phone", "email")
    )
    engine.create(
        "travel_contacts",
        f"select distinct who, kind, contact, min(created_on) as created_on from ({contacts}) c group by who, kind, contact",
    )
    engine.create(
        "travel_few",
        f"select kind, contact from travel_contacts group by kind, contact having count(distinct who) between 2 and {int(limits['sharers'])}",
    )
    return [
        f"""
        select x.who as listed, y.who as mate, count(distinct x.record) as times, min(x.created_on) as first, max(x.created_on) as last,
            'is in one booking with a designated person' as why, 1 as how
        from travel_rows x join {listed} d on d.subject_id = x.who join travel_rows y on y.record = x.record and y.who <> x.who
        where x.record <> '' and x.travellers <= {limits["party"]} group by x.who, y.who""",
        f"""
        select x.who as listed, y.who as mate, count(*) as times, min(y.created_on) as first, max(y.created_on) as last,
            'gives the ' || min(x.kind) || ' of a designated person' as why, 3 as how
        from travel_contacts x join {listed} d on d.subject_id = x.who join travel_few f on f.kind = x.kind and f.contact = x.contact
        join travel_contacts y on y.kind = x.kind and y.contact = x.contact and y.who <> x.who group by x.who, y.who""",
    ]


def _seen(engine: Engine, rows: list[dict[str, Any]]) -> Iterator[Seen]:
    one = rows[0]
    dates = sorted(day for row in rows for day in (row["first"], row["last"]) if day)
    shown = engine.arrow(f"""
        select y.* from travel_flown y join travel_flown x on x.carrier = y.carrier and x.flight = y.flight and x.date = y.date
        where x.a = '{_quoted(one["listed"])}' and y.a = '{_quoted(one["mate"])}' order by y.date, y.event_id""").to_pylist()
    if not shown and engine.has(events("bookings")):
        shown = engine.arrow(f"select * from {events('bookings')} where b = '{_quoted(one['mate'])}' order by date, event_id").to_pylist()
    sentence = f"Somebody {'; '.join(dict.fromkeys(row['why'] for row in rows))}."
    score = 1 - 0.5 ** sum({1: 2, 2: 1, 3: 1}[row["how"]] * min(2, row["times"]) for row in rows)
    yield Seen(
        (one["listed"], one["mate"]),
        dates[0] if dates else "",
        dates[-1] if dates else "",
        score,
        sentence,
        pieces(shown),
        ties=((one["listed"], one["mate"]),),
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")
