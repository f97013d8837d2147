"""Which firearm of the records was recovered: every one whose number fits what can be read, weighed by all else that is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lens.events import events
from crosstie.lenses.firearms.heads import vocabulary
from crosstie.lenses.firearms.search.find import Found, expression, find
from crosstie.lenses.firearms.search.index import SerialIndex, opened
from crosstie.lenses.firearms.search.pattern import parse
from crosstie.lenses.firearms.tracing.weighing import Question, scores, weights
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
TABLE = events("firearm_events")
#: Numbers that are weighed at all; where more fit, the maker has to agree.
MOST = 50_000
_FEW = 3
#: Firearms that it takes to know the habits of a role.
_ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firearm of the records and how likely it is the one; `reasons` say what counts for and against, in natural logarithms."""

    serial: str
    make: str | None
    model: str | None
    calibre: str | None
    probability: float
    score: float
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The likeliest firearms, how many numbers fit, and how likely it is that none of the records is it."""

    found: tuple[Candidate, ...]
    fitting: int
    nobody: float


def index(engine: Engine, cache: Path) -> SerialIndex:
    """The index of all whole serial numbers of the ledger, made where there is none yet. Numbers that are themselves damaged are asked, not searched."""
    query = f"select distinct serial_latin from {TABLE} where serial_status = 'intact' and serial_latin is not null order by serial_latin"
    return opened(cache / "serials", (batch.column(0) for batch in engine.batches(query, 500_000)))


def habits(engine: Engine, cache: Path) -> dict[str, float]:
    """How often a year a firearm in the hands of each role is heard of again, counted or passed on, as the ledger itself shows: one that is not heard of
    although it should have been is likelier to be gone. Worked out once for a build.
    """
    kept = cache / "habits.json"
    if not kept.is_file():
        last = str(engine.scalar(f"select max(date) from {TABLE} where date < '2100'") or "2000")
        seen = ", ".join(f"'{name}'" for name in vocabulary("events")["seen"])
        rows = engine.arrow(f"""
            select role, count(*) as firearms, cast(count(followed) as double) as heard,
                cast(sum({_decimal(f"coalesce(followed, {quoted(last)})")} - {_decimal("date")}) as double) as years
            from (
                select coalesce(role_b, role_a) as role, date,
                    lead(date) over (partition by serial_latin, make order by date, event_id) as followed
                from {TABLE} where serial_status = 'intact' and length(date) >= 7 and kind in ({seen})
            ) group by role order by role""").to_pylist()
        found = {row["role"] or "": round(row["heard"] / max(row["years"], 1.0), 4) for row in rows if row["firearms"] >= _ENOUGH}
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found), encoding="utf-8")
    read: dict[str, float] = json.loads(kept.read_text(encoding="utf-8"))
    return read


def _decimal(day: str) -> str:
    """SQL: a day as years and a fraction."""
    return f"(cast(substr({day}, 1, 4) as double) + cast(substr({day}, 6, 2) as double) / 12)"


def candidates(engine: Engine, serials: SerialIndex, asked: Question, usual: Mapping[str, float], limit: int = 10) -> Candidates:
    """The likeliest firearms of the records, best first; `usual` as `habits` gives it."""
    fits = _fits(serials, asked)
    hits = pa.table({"serial": pa.array(fits.serials, pa.string()), "cost": pa.array(fits.costs, pa.float64())})
    if asked.others and len(hits):
        hits = _other_parts(hits, asked.others)
    engine.load("firearms_hits", hits)
    rows = engine.arrow(_described(asked, narrow=len(hits) > 2_000))
    if not rows.num_rows and len(hits) > 2_000:
        rows = engine.arrow(_described(asked, narrow=False))
    last = engine.scalar(f"select max(date) from {TABLE} where date < '2100'") or "2100"
    weighed, reasons = scores(rows, asked, str(last), usual)
    order = np.lexsort((np.arange(len(weighed)), -weighed))[:limit]
    nobody = float(weights()["firearm"]["nobody"])
    # what is beyond the limit counts too: a probability is of all that fit
    top = float(weighed.max()) if len(weighed) else nobody
    mass = float(np.exp(weighed - top).sum()) + float(np.exp(nobody - top))
    places: Any = pa.array(order)
    made = rows.take(places).to_pylist()
    found = tuple(
        Candidate(
            row["serial"],
            row["make"],
            row["model"],
            row["calibre"],
            round(float(np.exp(weighed[at] - top)) / mass, 6),
            round(float(weighed[at]), 3),
            tuple((name, round(float(values[at]), 2)) for name, values in reasons.items() if abs(values[at]) > 0.005),
        )
        for row, at in zip(made, order.tolist(), strict=True)
    )
    return Candidates(found, fits.count, round(float(np.exp(nobody - top)) / mass, 6))


def _fits(serials: SerialIndex, asked: Question) -> Found:
    """The numbers that fit as read; where hardly any does, those one misreading or one slip away too."""
    pattern = parse(asked.serial)
    found = find(serials, pattern, limit=MOST)
    if found.count <= _FEW:
        found = find(serials, pattern, limit=MOST, misread=1, slips=pattern.known > 3)
    return found


def _other_parts(hits: pa.Table, others: tuple[str, ...]) -> pa.Table:
    """Numbers on barrel and slide are usually the same, or its end: what contradicts them costs as a misreading does."""
    cost = hits.column("cost").to_numpy().copy()
    for other in others:
        whole, tail = parse(other), parse(f"*{other}")
        fits = pc.or_(*(pc.match_substring_regex(hits.column("serial"), expression(one)) for one in (whole, tail)))
        cost += np.where(fits.to_numpy(), 0.0, 6.0)
    return hits.set_column(1, "cost", pa.array(cost))


def _described(asked: Question, *, narrow: bool) -> str:
    """SQL: each firearm (number and maker) that fits, with what its records say."""
    seen = ", ".join(f"'{name}'" for name in vocabulary("events")["seen"])
    same = {name: getattr(asked, name) for name in ("model", "calibre", "category", "made_in")}
    counts = ", ".join(
        f"sum(case when e.{name} = {quoted(value)} then 1 else 0 end) as {name}_same, count(e.{name}) as {name}_said"
        for name, value in same.items()
    )
    other = f"e.date <> {quoted(asked.date)}" if asked.date else "1 = 0"
    # a record without a maker is of the maker whose records bear that number
    source = f"""
        select e.*, h.cost, coalesce(e.make, max(e.make) over (partition by e.serial_latin)) as maker
        from {TABLE} e join firearms_hits h on h.serial = e.serial_latin
        where e.kind not in ('trace', 'ballistic') and coalesce(e.status, '') <> 'cancelled'"""
    where = f"where (e.maker = {quoted(asked.make)} or e.maker is null)" if narrow and asked.make else ""
    return f"""
        select e.serial_latin as serial, e.maker as make, min(e.cost) as cost, max(e.model) as model, max(e.calibre) as calibre, {counts},
            min(case when e.kind = 'manufacture' then e.date end) as made, min(e.year) as year,
            max(case when e.kind in ({seen}) then e.date end) as seen,
            max(case when e.kind in ('theft', 'loss') then e.date end) as reported,
            min(case when e.kind = 'destruction' then e.date end) as destroyed,
            max(case when e.kind = 'recovery' and {other} then e.date end) as recovered,
            max(e.date) as ended, max_by(coalesce(e.state_to, e.state_from), e.date || ' ' || e.event_id) as state,
            max_by(coalesce(e.role_b, e.role_a), e.date || ' ' || e.event_id) as role,
            sum(case when lower(e.marks) like {quoted(f"%{(asked.mark or '').casefold()}%")} then 1 else 0 end) as mark_same, count(e.marks) as mark_said,
            count(*) as records
        from ({source}) e {where} group by e.serial_latin, e.maker order by serial, make"""


def quoted(value: str | None) -> str:
    """A text in SQL."""
    return "null" if value is None else "'" + value.replace("'", "''") + "'"
