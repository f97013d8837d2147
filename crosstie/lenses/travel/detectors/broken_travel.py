"""Broken travel: somebody enters twice without leaving, or the way over land does not fit the ticket that was bought.

Why it matters: foreign terrorist fighters book a holiday and leave the airport for a land border, cross it unseen and come back another way, to hide
where they were; resolution 2396 calls it broken travel. Missing notes of a border look the same, and are common: several breaks or a ticket that
contradicts the crossing are needed. What is measured: entries into one State with no exit between and long apart, exits likewise; and crossings
into a State that lies on no leg of a journey whose ticket has the person elsewhere.

Source: Security Council resolution 2396 (2017), paragraphs 10 to 15, and resolution 2178 (2014), paragraph 9; the figures are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from crosstie.lens.events import events
from crosstie.lens.findings import Seen, table
from crosstie.lens.windows import days
from crosstie.lenses.travel.movements import journeys, pieces
from crosstie.store.engine import Engine

_AIRPORTS = Path(__file__).parents[1] / "data" / "airports.csv"


@cache
def airports() -> dict[str, str]:
    """Codes of airports with the State that they lie in (data/airports.csv)."""
    rows = pyarrow.csv.read_csv(_AIRPORTS, parse_options=pyarrow.csv.ParseOptions(delimiter=",")).to_pylist()
    return {str(row["code"]): str(row["country"]) for row in rows}


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Persons with at least `breaks` movements that do not follow one another, or one crossing that contradicts a ticket."""
    engine.create(
        "travel_crossed",
        f"""
        select a, date, coalesce(moment, date) as moment, direction, country, post, event_id, source_id, locator, grade, marking, originator, name,
            document, issuer
        from {events("crossings")} where a is not null and date is not null and length(date) >= 10 and country is not null and direction is not null""",
    )
    engine.create(
        "travel_steps",
        """
        select *, lag(direction) over (partition by a, country order by moment, event_id) as before,
            lag(date) over (partition by a, country order by moment, event_id) as earlier from travel_crossed""",
    )
    breaks = _rows(engine, "select * from travel_steps where before = direction and earlier < date order by a, moment, event_id")
    strays = _strays(engine, thresholds) if engine.has(events("journeys")) else []
    rows = sorted(_long(breaks, thresholds) + strays, key=lambda row: (row["a"], row["date"], row["event_id"]))
    return table(seen for who, own in groupby(rows, key=lambda row: str(row["a"])) for seen in _seen(who, list(own), thresholds))


def _rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    return engine.arrow(query).to_pylist()


def _long(breaks: list[dict[str, Any]], limits: Mapping[str, float]) -> list[dict[str, Any]]:
    """Breaks with time enough between the two for a journey in between."""
    if not breaks:
        return []
    gaps = days(pa.chunked_array([[row["date"] for row in breaks]])) - days(pa.chunked_array([[row["earlier"] for row in breaks]]))
    return [
        row | {"why": f"{row['direction']} without {'exit' if row['direction'] == 'entry' else 'entry'} since {row['earlier']}"}
        for row, gap in zip(breaks, gaps.tolist(), strict=True)
        if gap >= limits["apart"]
    ]


def _strays(engine: Engine, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    """Entries over land into a State that the ticket does not touch, while it has the traveller elsewhere."""
    flown = journeys(engine)
    rows = _rows(
        engine,
        f"""
        select c.*, j.origin, j.destination, j.carrier, j.flight, j.date as flew from travel_crossed c
        join (select distinct a, date, origin, destination, carrier, flight from {flown} where length(date) >= 10) j on j.a = c.a
        where c.direction = 'entry' and c.date >= j.date order by c.a, c.date, c.event_id, j.date, j.flight""",
    )
    found = []
    for _, own in groupby(rows, key=lambda row: (row["a"], row["event_id"])):
        legs = list(own)
        last = legs[-1]
        gap = int(days(pa.chunked_array([[last["date"]]]))[0] - days(pa.chunked_array([[last["flew"]]]))[0])
        touched = {airports().get(str(leg[end])) for leg in legs for end in ("origin", "destination")}
        if None in touched or gap > limits["after"] or last["country"] in touched:
            continue
        found.append(last | {"why": f"entered {last['country'].upper()} {gap} days after a flight to {last['destination']}", "stray": True})
    return found


def _seen(who: str, rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    strays = [row for row in rows if row.get("stray")]
    if not strays and len(rows) < limits["breaks"]:
        return
    dates = [row["date"] for row in rows]
    whys = list(dict.fromkeys(row["why"] for row in rows))
    sentence = f"Travel that does not hold together between {dates[0]} and {dates[-1]}: {'; '.join(whys[:4])}."
    score = 1 - 0.6 ** (len(rows) + len(strays))
    yield Seen((who,), dates[0], dates[-1], score, sentence, pieces(rows))
