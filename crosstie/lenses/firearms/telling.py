"""A trace in rows and in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crosstie.lens.words import chance
from crosstie.lenses.firearms.tracing.diversion import told
from crosstie.lenses.firearms.tracing.trace import Trace
from crosstie.lenses.firearms.tracing.weighing import weights

#: Candidates and places that are shown however unlikely, and how likely the others have to be.
_ALWAYS, _LEAST = 3, 0.005
#: Candidates that are so likely beside the first are named with it.
_ALIKE = 0.67


def rows(found: Trace) -> list[dict[str, Any]]:
    """One row for each candidate, hand, record left out and place of diversion; the hands are those of the candidate of that rank."""
    made = [
        _row(
            found,
            "firearm",
            rank,
            " ".join(part for part in (one.serial, one.make, one.model, one.calibre) if part),
            one.probability,
            _reasons(one.reasons),
        )
        for rank, one in enumerate(found.candidates.found, 1)
        if rank <= _ALWAYS or one.probability >= _LEAST
    ]
    names = _names(found)
    for rank, (line, places) in enumerate(zip(found.lines, found.places, strict=True), 1):
        for step in line.steps:
            first = step.records[0]
            why = "not joined to the hands before" if not step.joined else ""
            why = "; ".join(one for one in (why, "as its neighbours in the sequence" if first.get("inferred") else "") if one)
            made.append(_row(found, "hand", rank, told(first | {"date": step.date}), None, why, step.date, step.records))
        for step in line.reports:
            made.append(_row(found, "report", rank, told(step.records[0]), None, "", step.date, step.records))
        for record, reason in line.left_out:
            made.append(_row(found, "left out", rank, told(record), None, reason, record["date"], (record,)))
        for number, place in enumerate(places):
            if number >= _ALWAYS and place.probability < _LEAST:
                continue
            where = (
                f"on the way from {names.get(place.holder, place.holder)} to {names.get(place.to, place.to)}"
                if place.to
                else f"in the hands of {names.get(place.holder, place.holder)}"
            )
            what = f"{where} ({place.code}: {weights()['codes'][place.code]})"
            made.append(_row(found, "place", rank, what, place.probability, _reasons(place.reasons), place.after))
    return made


def summary(found: Trace) -> str:
    """The trace in a few sentences."""
    if not found.candidates.found:
        return f"{found.asked.serial}: no number of the records fits."
    first = found.candidates.found[0]
    text = [
        f"{found.asked.serial}: {found.candidates.fitting:,} numbers fit; the likeliest is {first.serial}"
        + (f" of {first.make}" if first.make else "")
        + f" ({chance(first.probability)}; none of the records: {chance(found.candidates.nobody)})."
    ]
    near = [one for one in found.candidates.found[1:] if one.probability >= _ALIKE * first.probability]
    if near:
        others = ", ".join(f"{one.serial} ({chance(one.probability)})" for one in near)
        text.append(f"What is known hardly tells it from {others}.")
    if found.places and found.places[0]:
        place, names = found.places[0][0], _names(found)
        where = (
            f"on the way from {names.get(place.holder, place.holder)} to {names.get(place.to, place.to)}"
            if place.to
            else f"in the hands of {names.get(place.holder, place.holder)}"
        )
        text.append(
            f"If it is that one, it most likely went astray {where} ({chance(place.probability)}), after {place.after or 'a day unknown'}."
        )
    if found.days is not None:
        text.append(f"From the last lawful transfer to the recovery: {found.days:,} days.")
    return " ".join(text)


def _row(
    found: Trace,
    part: str,
    rank: int,
    what: str,
    probability: float | None,
    why: str,
    date: str | None = None,
    records: Iterable[dict[str, Any]] = (),
) -> dict[str, Any]:
    places = "; ".join(dict.fromkeys(f"{record['source_id']} {record['locator']}" for record in records))
    return {
        "asked": found.asked.serial,
        "part": part,
        "of": rank,
        "date": date,
        "what": what,
        "probability": probability,
        "why": why,
        "records": places,
    }


def _reasons(given: Iterable[tuple[str, float]]) -> str:
    return "; ".join(f"{name} {value:+.1f}" for name, value in given)


def _names(found: Trace) -> dict[str | None, str]:
    """Who is who among the hands."""
    names: dict[str | None, str] = {}
    for line in found.lines:
        for step in (*line.steps, *line.reports):
            for record in step.records:
                for side in ("a", "b"):
                    if record.get(side) and record.get(f"{side}_name"):
                        names.setdefault(record[side], record[f"{side}_name"])
    return names
