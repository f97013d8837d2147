"""Which firearm of the records was recovered: every one whose number fits what can be read, weighed by all else that is known."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import yaml

from crosstie.lens.events import events
from crosstie.lenses.firearms.heads import vocabulary
from crosstie.lenses.firearms.marks import DATA, rules
from crosstie.lenses.firearms.search.find import Found, expression, find
from crosstie.lenses.firearms.search.index import SerialIndex, opened
from crosstie.lenses.firearms.search.pattern import parse
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
TABLE = events("firearm_events")
#: Numbers that are weighed at all; where more fit, the maker has to agree.
MOST = 50_000
_FEW = 3
_HALF_A_YEAR = 0.5
#: Firearms of a maker whose numbers have letters and figures in the same places, from which on that is its usual form.
_FORM = 3
#: Firearms that it takes to know the habits of a role.
_ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Question:
    """A recovered firearm as far as it can be described, in the lens's own words; None is not known. `others` are numbers on other parts of it."""

    serial: str
    others: tuple[str, ...] = ()
    make: str | None = None
    model: str | None = None
    calibre: str | None = None
    category: str | None = None
    made_in: str | None = None
    year: int | None = None
    mark: str | None = None
    date: str | None = None
    state: str | None = None
    condition: str | None = None


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


@cache
def weights() -> dict[str, Any]:
    """The data file, as it is."""
    found: dict[str, Any] = yaml.safe_load((DATA / "tracing.yaml").read_text(encoding="utf-8"))
    return found


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
    scores, reasons = _scores(rows, asked, str(last), usual)
    order = np.lexsort((np.arange(len(scores)), -scores))[:limit]
    nobody = float(weights()["firearm"]["nobody"])
    # what is beyond the limit counts too: a probability is of all that fit
    top = float(scores.max()) if len(scores) else nobody
    mass = float(np.exp(scores - top).sum()) + float(np.exp(nobody - top))
    places: Any = pa.array(order)
    made = rows.take(places).to_pylist()
    found = tuple(
        Candidate(
            row["serial"],
            row["make"],
            row["model"],
            row["calibre"],
            round(float(np.exp(scores[at] - top)) / mass, 6),
            round(float(scores[at]), 3),
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


def _scores(
    rows: pa.Table, asked: Question, last: str, usual: Mapping[str, float]
) -> tuple[np.ndarray[Any, Any], dict[str, np.ndarray[Any, Any]]]:
    """How well each firearm fits, and what of it each point makes up."""
    by = weights()["firearm"]
    size = rows.num_rows
    said: dict[str, np.ndarray[Any, Any]] = {"number": -rows.column("cost").to_numpy().astype(np.float64)}
    nothing = np.zeros(size)
    if asked.make:
        make = rows.column("make")
        said["maker"] = np.select(
            [_is(pc.equal(make, asked.make)), _is(pc.is_null(make))], [0.0, by["make"]["unknown"]], by["make"]["differs"]
        )
    for name in ("model", "calibre", "category", "made_in"):
        if getattr(asked, name):
            said[name.replace("_", " ")] = _share(rows, name, by[name])
    if asked.mark:
        said["other marks"] = _share(rows, "mark", by["mark"])
    if asked.year:
        made = pc.coalesce(rows.column("year"), pc.cast(pc.utf8_slice_codeunits(rows.column("made"), 0, 4), pa.int64()))
        near = _is(pc.less_equal(pc.abs(pc.subtract(made, asked.year)), 1))
        said["year"] = np.select([_is(pc.is_null(made)), near], [by["year"]["unknown"], 0.0], by["year"]["differs"])
    if asked.date:
        late = str(
            np.datetime64(asked.date[:10].ljust(10, "0") if len(asked.date) == 10 else f"{asked.date[:4]}-12-31", "D") + weights()["late"]
        )
        said["made later"] = np.where(_is(pc.greater(rows.column("made"), asked.date)), by["made_later"], 0.0)
        said["in lawful hands later"] = np.where(_is(pc.greater(rows.column("seen"), late)), by["seen_later"], 0.0)
        said["destroyed before"] = np.where(_is(pc.less(rows.column("destroyed"), asked.date)), by["destroyed"], 0.0)
        said["recovered another time"] = np.where(_is(pc.is_valid(rows.column("recovered"))), by["recovered"], 0.0)
    said["reported lost or stolen"] = _reported(rows, asked)
    said["but one record"] = _lone(rows)
    often = np.array([usual.get(role or "", by["silent"]) for role in rows.column("role").to_pylist()])
    silent = np.clip(often * _years(rows.column("seen"), last), 0.0, by["silent_most"])
    # a report explains the silence: it does not count twice
    said["no record since"] = np.where(said["reported lost or stolen"] > by["reported_after"], 0.0, silent)
    if asked.state:
        said["last known where recovered"] = np.where(_is(pc.equal(rows.column("state"), asked.state)), by["same_state"], 0.0)
    return sum(said.values(), nothing), said


def _reported(rows: pa.Table, asked: Question) -> np.ndarray[Any, Any]:
    """A report of loss or theft counts less where lawful hands are on record after it, or where it came after the recovery."""
    by = weights()["firearm"]
    reported, seen = rows.column("reported"), rows.column("seen")
    back = _is(pc.greater(seen, reported))
    after = _is(pc.greater(reported, asked.date)) if asked.date else np.zeros(rows.num_rows, bool)
    long_after = after & (_years(reported, asked.date or "0000") < -_HALF_A_YEAR)
    ago = np.clip(_years(reported, asked.date), 0.0, 5.0) * by["reported_ago"] if asked.date else 0.0
    said = [0.0, by["reported_back"], by["reported_long_after"], by["reported_after"]]
    found: np.ndarray[Any, Any] = np.select([~_is(pc.is_valid(reported)), back, long_after, after], said, by["reported"] + ago)
    return found


def _lone(rows: pa.Table) -> np.ndarray[Any, Any]:
    """What it costs to be the only record of a number, more where it looks like the number of a firearm of that maker with more records."""
    by = weights()["firearm"]
    alike = str.maketrans({sign: group[0] for group in rules()["look_alike"] for sign in group})
    serials: list[Any] = rows.column("serial").to_pylist()
    makes: list[Any] = rows.column("make").to_pylist()
    records: list[Any] = rows.column("records").to_pylist()
    whole = {(serial.translate(alike), make) for serial, make, count in zip(serials, makes, records, strict=True) if count > 1}
    forms = Counter((_form(serial), make) for serial, make, count in zip(serials, makes, records, strict=True) if count > 1)
    costs = np.zeros(len(serials))
    for at, (serial, make, count) in enumerate(zip(serials, makes, records, strict=True)):
        if count == 1:
            usual = forms[_form(serial), make] >= _FORM
            costs[at] = by["one_record_usual"] if usual else by["one_record"]
            costs[at] += by["look_alike"] if (serial.translate(alike), make) in whole else 0.0
    return costs


def _form(serial: str) -> str:
    """Where a number has letters and where figures."""
    return "".join("9" if sign.isdigit() else "A" for sign in serial)


def _share(rows: pa.Table, name: str, by: Mapping[str, float]) -> np.ndarray[Any, Any]:
    """Between agreement and difference by how many of the records agree."""
    same, told = (rows.column(f"{name}_{what}").to_numpy().astype(np.float64) for what in ("same", "said"))
    share = same / np.maximum(told, 1)
    agrees = by.get("agrees", 0.0)
    found: np.ndarray[Any, Any] = np.where(told == 0, by["unknown"], by["differs"] + (agrees - by["differs"]) * np.sqrt(share))
    return found


def _years(dates: Any, last: str) -> np.ndarray[Any, Any]:
    """Years from each date to the last of all; nought where there is none."""
    years = pc.cast(pc.utf8_slice_codeunits(dates, 0, 4), pa.float64())
    months = pc.cast(pc.utf8_slice_codeunits(dates, 5, 7), pa.string())
    months = pc.cast(pc.if_else(pc.equal(months, ""), "06", months), pa.float64())
    end = float(last[:4]) + (float(last[5:7]) if len(last) > 6 else 12.0) / 12
    found: np.ndarray[Any, Any] = np.nan_to_num(
        end - pc.add(years, pc.divide(months, 12.0)).to_numpy(zero_copy_only=False).astype(np.float64), nan=0.0
    )
    return found


def _is(column: Any) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = pc.fill_null(column, False).to_numpy(zero_copy_only=False).astype(bool)
    return found
