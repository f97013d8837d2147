"""Recovered firearms with the last lawful hands that the ledger knows them in: what most detectors begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, piece
from crosstie.store.engine import Engine

TABLE = events("firearm_events")
RECOVERED = "firearms_recovered"
_LAWFUL = "'manufacture', 'export', 'import', 'transfer', 'sale', 'stock', 'inventory'"


def live() -> str:
    """SQL: the events of the ledger without those that were withdrawn."""
    return f"(select * from {TABLE} where coalesce(status, '') <> 'cancelled' and event_id not in (select event_id from {TABLE} where status = 'cancelled'))"


def recovered(engine: Engine) -> str:
    """Make the table of recovered firearms: each recovery with possessor `b`, and the last lawful event before it (`last_kind`, `giver`, `taker`,
    `source` in whose hands it was, `source_role`, `last_date`, `last_state` and where it stands), and `reported`, the first report of loss before it.
    Firearms are one by maker and whole number, or by the answer to their trace.
    """
    engine.create(
        RECOVERED,
        f"""
        with found as (select * from {live()} where kind = 'recovery' and date is not null),
        before as (
            select f.event_id as recovery, f.firearm as arm, e.kind, e.a, e.b, e.date, e.role_a, e.role_b, e.state_to, e.state_from, e.source_id, e.locator,
                e.originator, e.grade, e.marking, e.document, row_number() over (
                    partition by f.event_id, f.firearm
                    order by e.date desc, case when e.kind = 'inventory' then 1 else 0 end, e.event_id, e.source_id, e.locator
                ) as place
            from found f join {live()} e on e.firearm = f.firearm
            where e.kind in ({_LAWFUL}) and e.date <= f.date
        ),
        lost as (
            select f.event_id as recovery, min(e.date) as reported from found f join {live()} e on e.firearm = f.firearm
            where e.kind in ('theft', 'loss') and e.date <= f.date group by f.event_id
        )
        select f.*, l.kind as last_kind, l.a as giver, case when l.b = f.firearm then null else l.b end as taker,
            case when l.kind in ('sale', 'transfer', 'import', 'export') then l.b else l.a end as source,
            case when l.kind in ('sale', 'transfer', 'import', 'export') then l.role_b else l.role_a end as source_role,
            l.date as last_date, coalesce(l.state_to, l.state_from) as last_state, l.document as last_document, l.source_id as last_source_id,
            l.locator as last_locator, l.originator as last_originator, l.grade as last_grade, l.marking as last_marking, r.reported
        from found f left join before l on l.recovery = f.event_id and l.arm = f.firearm and l.place = 1
        left join lost r on r.recovery = f.event_id""",
    )
    return RECOVERED


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    """The rows of a narrowed query."""
    found: list[dict[str, Any]] = engine.arrow(query).to_pylist()
    return found


def days(first: str | None, last: str | None) -> int | None:
    """Days between two whole days; None where one is not known to the day."""
    if first is None or last is None or len(first) < 10 or len(last) < 10:
        return None
    return int((np.datetime64(last[:10], "D") - np.datetime64(first[:10], "D")).astype(int))


def name(row: Mapping[str, Any]) -> str:
    """A firearm in a few words."""
    return " ".join(str(row[part]) for part in ("make", "model", "calibre") if row.get(part)) + (
        f" no. {row['serial']}" if row.get("serial") else ""
    )


def told(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A recovery and the lawful event before it, as evidence."""
    where = f" in {row['place']}" if row.get("place") else ""
    found = [piece(row, f"{row['date']}: {name(row)} {row.get('mode') or 'recovered'}{where}")]
    if row.get("last_kind"):
        last = {part: row[f"last_{part}"] for part in ("source_id", "locator", "originator", "grade", "marking")}
        found.append(piece(last, f"{row['last_date']}: {row['last_kind']} of {name(row)}"))
    return found


def evidence(found: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The evidence of several recoveries, as much as a finding shows."""
    return tuple(one for row in found for one in told(row))[:SHOWN]


def ties(subject: str, found: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Pairs of a source with those who had its firearms."""
    return tuple(sorted({(subject, str(row["b"])) for row in found if row["b"] and row["b"] not in (subject, row["firearm"])}))


def possessors(found: Iterable[Mapping[str, Any]]) -> set[str]:
    """Those from whom firearms were recovered."""
    return {str(row["b"]) for row in found if row["b"] and row["b"] != row["firearm"]}
