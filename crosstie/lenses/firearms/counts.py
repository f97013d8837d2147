"""What a year comes to: counts in the shape of the Illicit Arms Flows Questionnaire, and the figure of indicator 16.4.2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from crosstie.lenses.firearms import describe, hands
from crosstie.lenses.firearms.contexts import context
from crosstie.store.engine import Engine

_TRACED = ("answered_full", "answered_partial")


def year_of(engine: Engine, year: int) -> list[dict[str, Any]]:
    """Every recovery of a year with its last lawful hands, and `answer`, how a trace of it was answered; each firearm of a case once."""
    table = hands.recovered(engine)
    rows = hands.rows(
        engine,
        f"""
        with asked as (
            select firearm, case_id, case status when 'answered_full' then 1 when 'answered_partial' then 2 when 'not_found' then 3
                when 'refused' then 4 when 'no_answer' then 5 else 6 end as how
            from {hands.live()} where kind = 'trace'
        )
        select r.*, x.how as by_arm, y.how as by_case from {table} r
        left join (select firearm, min(how) as how from asked group by firearm) x on x.firearm = r.firearm
        left join (select case_id, min(how) as how from asked where case_id is not null group by case_id) y on y.case_id = r.case_id
        where substr(r.date, 1, 4) = '{year:04d}' order by r.date, r.event_id, r.source_id, r.locator""",
    )
    answers = {1: "answered_full", 2: "answered_partial", 3: "not_found", 4: "refused", 5: "no_answer", 6: "open"}
    once: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        ranks = [rank for rank in (row["by_arm"], row["by_case"]) if rank is not None]
        row["answer"] = answers[min(ranks)] if ranks else None
        row["many"] = row["quantity"] or 1
        once.setdefault((row["firearm"], row["case_id"], row["date"]), row)
    return list(once.values())


def counts(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Counts by table of the questionnaire: table, row, column, count, with nought left out."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        many, part = int(row["many"]), row["part"] or "whole"
        if part != "whole":
            found["parts, components and ammunition", part, row["mode"] or "unknown"] += many
            continue
        found["arms by type", describe.group(row["category"]), row["mode"] or "unknown"] += many
        found["arms by kind", row["category"] or "unknown", row["mode"] or "unknown"] += many
        found["identification", _marked(row), "arms"] += many
        found["condition", row["condition"] or "not recorded", "arms"] += many
        found["criminal context", context(row["reason"]) or "not recorded", "arms"] += many
        found["country of manufacture", (row["made_in"] or describe.home(row["make"]) or "unknown").upper(), "arms"] += many
        found["tracing", row["answer"] or "not requested", "arms"] += many
        found["route", f"{(row['last_state'] or 'unknown').upper()} → {(row['state_to'] or 'unknown').upper()}", "arms"] += many
        found["recovering authority", row["agency"] or "not recorded", "arms"] += many
    return [{"table": table, "row": name, "column": column, "count": count} for (table, name, column), count in sorted(found.items())]


def _marked(row: Mapping[str, Any]) -> str:
    if row["serial_status"] == "intact":
        return "uniquely marked" if row["make"] else "serial number without maker"
    return {"partial": "mark damaged", "obliterated": "mark obliterated", "none": "not marked"}.get(row["serial_status"] or "", "unknown")


def indicator(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Indicator 16.4.2: of the arms seized, found or surrendered, the share whose illicit origin or context was traced or established. Traced are those
    of which a request was answered; established those of which the own records tell the last lawful hands and the loss reported from them. Whole arms only.
    """
    total = traced = established = marked = 0
    for row in rows:
        if (row["part"] or "whole") != "whole":
            continue
        many = int(row["many"])
        total += many
        marked += many if row["serial_status"] == "intact" else 0
        if row["answer"] in _TRACED:
            traced += many
        elif row["last_kind"] and row["reported"]:
            established += many
    share = round((traced + established) / total, 4) if total else None
    return {"arms": total, "uniquely_marked": marked, "traced": traced, "established": established, "indicator": share}
