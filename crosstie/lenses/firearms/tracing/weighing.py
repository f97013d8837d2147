"""How well each firearm that fits a number fits all else that is known of the recovered one: weights are in data/tracing.yaml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import yaml

from crosstie.lenses.firearms.marks import DATA, rules

pc: Any = pyarrow.compute
_HALF_A_YEAR = 0.5
#: Years that lie at least between the last record and a recovery: days are written wrong, and records come late.
_SOONEST = 0.25
#: Firearms of a maker whose numbers have letters and figures in the same places, from which on that is its usual form.
_FORM = 3


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


@cache
def weights() -> dict[str, Any]:
    """The data file, as it is."""
    found: dict[str, Any] = yaml.safe_load((DATA / "tracing.yaml").read_text(encoding="utf-8"))
    return found


def scores(
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
    said["no record since"] = _silence(rows, asked, last, usual, said["reported lost or stolen"])
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


def _silence(
    rows: pa.Table, asked: Question, last: str, usual: Mapping[str, float], reported: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """How much likelier the silence since the last lawful record is of a firearm that left lawful hands than of one that is still there.

    One still there is silent for so long by the habit of its holder alone, as far as registers can be trusted to miss nothing. One that left did so on some
    day between that record and the recovery: the holder was silent until then, and what is gone is recovered sooner rather than later.
    """
    by = weights()["firearm"]
    often = np.array([usual.get(role or "", by["silent"]) for role in rows.column("role").to_pylist()])
    seen = rows.column("seen")
    most = np.where(rows.column("records").to_numpy() == 1, by["silent_alone"], by["silent_most"])
    there = np.clip(often * _years(seen, last), 0.0, most)
    if asked.date:
        span, gone = np.maximum(_years(seen, asked.date), _SOONEST), by["gone"]
        apart = np.where(np.abs(often - gone) < 1e-3, 1e-3, often - gone)
        left = np.log((np.exp(-gone * span) - np.exp(-(gone + apart) * span)) / apart)
        there = np.where(_is(pc.is_valid(seen)), there + left, there)
    # a report explains the silence: it does not count twice
    found: np.ndarray[Any, Any] = np.where(reported > by["reported_after"], 0.0, there)
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
