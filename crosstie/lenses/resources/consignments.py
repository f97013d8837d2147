"""Consignments as they stand now, and what detectors and the targeting list share: tables of signs, and findings made of them.

A table of signs, `res_<name>`, has one row per consignment that shows the sign: event_id, a, b, strength (0 to 1), what (a text to show), number and
usual (figures to show). It is small beside the ledger: everything that follows works on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece
from crosstie.store.engine import Engine

#: what a table of signs says of a consignment, as SQL, where it has nothing to say
NOTHING = {
    "strength": "cast(1.0 as double)",
    "what": "cast(null as varchar)",
    "number": "cast(null as double)",
    "usual": "cast(null as double)",
}
SIGN = pa.schema(
    [(name, pa.string()) for name in ("event_id", "a", "b")]
    + [("strength", pa.float64()), ("what", pa.string()), ("number", pa.float64()), ("usual", pa.float64())]
)
#: a cancellation without a number of its version comes after all, an amendment after the first
_VERSION = "coalesce(version, case when status = 'cancelled' then 1000000 when status = 'amended' then 1 else 0 end)"
Row = dict[str, Any]


def current(engine: Engine, ledger: str = "shipments") -> str:
    """The table of a ledger's events as they stand now: of each the last version, cancelled ones left out. The ledger keeps them all.

    Where nothing was amended it is the table of events itself, so that nothing is copied.
    """
    known = f"res_current_{ledger}"
    if engine.has(known):
        return known
    amended = f"select distinct event_id from ledger_{ledger} where version is not null or status in ('amended', 'cancelled')"
    if engine.scalar(f"select 1 from ({amended}) limit 1") is None:
        return events(ledger)
    columns = list(engine.arrow(f"select * from ledger_{ledger} limit 0").schema.names)
    own = ", ".join(f"l.{name}" for name in columns)
    engine.create(
        known,
        f"""
        select {", ".join(f"e.{name}" for name in columns)}, e.a, e.b, e.originator from {events(ledger)} e
        left join ({amended}) m on m.event_id = e.event_id where m.event_id is null
        union all
        select {own}, coalesce(x.subject_id, l.a_id) as a, coalesce(y.subject_id, l.b_id) as b, s.originator from (
            select *, row_number() over (partition by event_id order by {_VERSION} desc, source_id desc, locator desc) as place from ledger_{ledger}
        ) l join ({amended}) m on m.event_id = l.event_id
        left join lens_parties x on x.entity_id = l.a_id left join lens_parties y on y.entity_id = l.b_id
        left join sources s on s.source_id = l.source_id
        where l.place = 1 and coalesce(l.status, '') <> 'cancelled' and coalesce(x.subject_id, l.a_id, '') <> coalesce(y.subject_id, l.b_id, '')""",
    )
    return known


def mark(engine: Engine, name: str, of: str, where: str = "true", **said: str) -> str:
    """Make the table of signs `res_<name>` of the rows of `of` (SQL after `from`, consignments as `e`); `said` gives SQL for strength, what, number, usual."""
    columns = ", ".join(f"{expression} as {column}" for column, expression in (NOTHING | said).items())
    engine.create(f"res_{name}", f"select distinct e.event_id, e.a, e.b, {columns} from {of} where {where}")
    return f"res_{name}"


def exactly(column: str) -> str:
    """SQL for a sum that does not depend on the order of the rows."""
    return f"cast(sum(try_cast({column} as decimal(38, 4))) as double)"


def marked(
    engine: Engine, signs: str, least: float, tell: Callable[[list[Row]], tuple[str, float]], *, by: str = "pair", amount: str = "value"
) -> Iterable[Seen]:
    """Findings of a table of signs: who has at least so many such consignments. `by` is a pair of parties (`pair`), or `a` or `b` alone.

    `tell` gives sentence and score for the rows that are shown, of which each knows `many`, `begun`, `ended`, `total` and `partners` of its group.
    """
    keys = {"pair": ("a", "b"), "a": ("a",), "b": ("b",)}[by]
    listed = ", ".join(keys)
    partner = "count(distinct b)" if by == "a" else "count(distinct a)"
    engine.create(
        f"{signs}_rows",
        f"select e.*, s.strength, s.what, s.number, s.usual from {current(engine)} e join {signs} s"
        " on s.event_id = e.event_id and coalesce(s.a, '') = coalesce(e.a, '') and coalesce(s.b, '') = coalesce(e.b, '')",
    )
    engine.create(
        f"{signs}_groups",
        f"select {listed}, count(*) as many, min(date) as begun, max(date) as ended, {exactly(amount)} as total, {partner} as partners,"
        f" count(distinct coalesce(currency, '')) as currencies from {signs}_rows where {keys[0]} is not null group by {listed}"
        f" having count(*) >= {int(least)}",
    )
    same = " and ".join(f"coalesce(g.{key}, '') = coalesce(r.{key}, '')" for key in keys)
    rows = engine.arrow(
        f"select r.*, g.many, g.begun, g.ended, g.total, g.partners, g.currencies from (select *, row_number() over (partition by {listed}"
        f" order by strength desc, date, event_id) as place from {signs}_rows) r join {signs}_groups g on {same} where r.place <= {SHOWN}"
        f" order by {', '.join(f'r.{key}' for key in keys)}, r.place"
    ).to_pylist()
    for _, group in groupby(rows, key=lambda row: tuple(row[key] for key in keys)):
        own = list(group)
        sentence, score = tell(own)
        first = own[0]
        subjects = tuple(first[key] for key in keys if first[key])
        if by != "pair" and first["partners"] == 1:
            subjects = tuple(first[key] for key in ("a", "b") if first[key])
        ties = (subjects,) if len(subjects) == 2 else ()
        one = first["currencies"] == 1 and first["total"] is not None
        yield Seen(
            subjects,
            first["begun"] or "",
            first["ended"] or "",
            score,
            sentence,
            tuple(piece(row, told(row)) for row in own),
            first["total"] if one else None,
            first["currency"] if one else None,
            ties,
        )


def told(row: Mapping[str, Any]) -> str:
    """A consignment in a line."""
    weight = row["weight"] if row["weight"] is not None else row["gross"]
    parts = [f"{weight:,.0f} kg of" if weight is not None else "", row["goods"] or (f"HS {row['hs']}" if row["hs"] else "goods")]
    line = f"{row['date'] or 'undated'}: {' '.join(part for part in parts if part)}"
    for word, name in (("origin", "origin"), ("from", "departure"), ("to", "discharge"), ("on", "vessel"), ("in", "container")):
        if row[name]:
            line += f", {word} {row[name]}"
    if row["value"]:
        line += f", {row['value']:,.2f} {row['currency'] or ''}".rstrip()
    return line + (f" ({row['what']})" if row.get("what") else "")


def growing(many: int, half: float = 2.0) -> float:
    """A score that comes nearer to 1 with every further consignment; `half` of them give one half."""
    return float(1 - 0.5 ** (many / half))
