"""What several typologies of the field ask alike: which journeys took place, who is designated, which names are of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crosstie.lens.events import events
from crosstie.lens.findings import piece
from crosstie.store.engine import Engine

#: topics of those whom a State or the United Nations has put on a list, or seeks
DESIGNATED = ("sanction", "crime.terror", "wanted")
_CHILD_YEARS = 18


def journeys(engine: Engine) -> str:
    """The table of journeys that were not cancelled: each traveller and leg once, what PAXLST says before what PNRGOV says."""
    engine.create(
        "travel_flown",
        f"""
        select * from (
            select j.*, row_number() over (
                partition by a, carrier, flight, origin, date order by case when state = 'cancelled' then 0 else 1 end,
                case when message = 'paxlst' then 0 else 1 end, event_id
            ) as place from {events("journeys")} j where a is not null and date is not null
        ) s where place = 1 and state <> 'cancelled'""",
    )
    return "travel_flown"


def designated(engine: Engine) -> str:
    """The table of entities on a list: `subject_id` and `why`, the topic."""
    topics = ", ".join(f"'{one}'" for one in DESIGNATED)
    engine.create(
        "travel_designated",
        f"select canonical_id as subject_id, min(value) as why from claims where prop = 'topics' and value in ({topics}) group by canonical_id",
    )
    return "travel_designated"


def same_person(a: Mapping[str, Any], b: Mapping[str, Any], alike: float) -> bool:
    """Whether two lines may well be of one person: births that agree as far as both are known, or names that share most words."""
    if a["born"] and b["born"] and a["born"] == b["born"]:
        return True
    ours, theirs = (set(str(one["name"] or "").upper().split()) for one in (a, b))
    shared = len(ours & theirs) / max(1, min(len(ours), len(theirs)))
    return shared >= alike


def is_child(born: str | None, on: str | None) -> bool:
    """Whether somebody is under eighteen on a day; who is born in a year or month only counts as born at its end."""
    if not born or not on:
        return False
    year, month, day = int(born[:4]), int(born[5:7] or 12), int(born[8:10] or 31)
    return (int(on[:4]) - year, int(on[5:7]), int(on[8:10])) < (_CHILD_YEARS, month, day)


def pieces(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Events as evidence: when, who, with what."""
    return tuple(piece(row, told(row)) for row in rows)


def told(row: Mapping[str, Any]) -> str:
    """An event in words, from the columns that it has."""
    get = row.get
    parts = [str(get("date") or "undated")]
    if get("flight"):
        parts.append(f"{get('carrier') or ''}{get('flight')} {get('origin') or ''}-{get('destination') or ''}")
    if get("direction"):
        parts.append(f"{get('direction')} {get('post') or get('country') or ''}".strip())
    if get("document"):
        parts.append(f"document {get('issuer') or ''} {get('document')}".replace("  ", " "))
    if get("record"):
        parts.append(f"booking {get('record')}")
    return ", ".join(parts)
