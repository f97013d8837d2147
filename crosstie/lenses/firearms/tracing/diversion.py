"""Where a firearm left lawful hands: each hand and each way of the line as a possible place, with what speaks for it and how likely it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any

from crosstie.lenses.firearms.tracing.chain import Chain, Step, days_between
from crosstie.lenses.firearms.tracing.weighing import Question, weights

_STATE = "state stock"
_PRIVATE = ("owner", "retailer", "wholesaler", None)


@dataclass(frozen=True, slots=True)
class Diversion:
    """One place where it may have happened. `holder` had it, or it was on the way from `holder` to `to`; `after` is the last day on record there,
    `code` the way of diversion (data/tracing.yaml), `reasons` what speaks for and against.
    """

    holder: str
    to: str | None
    code: str
    after: str | None
    probability: float
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    holder: str
    to: str | None
    role: str | None
    state: str | None
    after: str | None
    at: int
    reasons: dict[str, float]


def diversions(line: Chain, asked: Question, elsewhere: Mapping[str, int] | None = None) -> tuple[Diversion, ...]:
    """The places where the firearm may have left the line, likeliest first. `elsewhere` tells how many other recovered firearms were last in whose hands."""
    by = weights()["diversion"]
    places = [*_holders(line, by), *_ways(line, by)]
    if not places:
        return ()
    for place in places:
        _reports(place, line, asked, by)
        if asked.state and place.state == asked.state and place.to is None:
            place.reasons["recovered in the State of the holder"] = by["his_state"]
        if elsewhere and place.to is None and elsewhere.get(place.holder):
            place.reasons["other recovered firearms were last in the same hands"] = by["repeated"] * min(3, elsewhere[place.holder])
        if place.to is not None and asked.state and place.state == asked.state:
            place.reasons["recovered in the State that it is said to have left"] = by["never_left"]
    totals = [sum(place.reasons.values()) for place in places]
    top = max(totals)
    mass = sum(exp(total - top) for total in totals)
    order = sorted(range(len(places)), key=lambda at: (-totals[at], -places[at].at, places[at].holder))
    return tuple(
        Diversion(
            places[at].holder,
            places[at].to,
            _code(places[at], asked),
            places[at].after,
            round(exp(totals[at] - top) / mass, 4),
            tuple((name, round(value, 2)) for name, value in places[at].reasons.items()),
        )
        for at in order
    )


def _holders(line: Chain, by: Mapping[str, float]) -> list[_Place]:
    """Each who had it, with what later records say."""
    found: list[_Place] = []
    for at, step in enumerate(line.steps):
        for holder, role, state in _hands(step):
            known = next((place for place in found if place.holder == holder), None)
            if known is not None:
                found.remove(known)
            reasons: dict[str, float] = {}
            if step.kind == "manufacture":
                reasons["still with its maker"] = by["maker"]
            found.append(_Place(holder, None, role or (known.role if known else None), state, step.date, at, reasons))
    last = line.steps[-1] if line.steps else None
    for number, place in enumerate(found):
        if last is not None and place.holder == last.holder:
            place.reasons["the records end there"] = by["last_holder"]
        elif number < len(found) - 1 or last is not None:
            place.reasons["later records show it in the next hands"] = by["went_on"]
    for step in line.reports:
        if step.a and not any(place.holder == step.a for place in found):
            role, state = step.records[0].get("role_a"), step.records[0].get("state_from")
            found.append(_Place(step.a, None, role, state, step.date, len(line.steps), {"hands that no other record names": by["gap"]}))
    return found


def _hands(step: Step) -> list[tuple[str, str | None, str | None]]:
    """Who has a part in a step, with role and State: the one who gives it first."""
    row = step.records[0]
    found = [(step.a, row.get("role_a"), row.get("state_from"))]
    if step.holder == step.b:
        found.append((step.b, row.get("role_b"), row.get("state_to")))
    return [(holder, role, state) for holder, role, state in found if holder]


def _ways(line: Chain, by: Mapping[str, float]) -> list[_Place]:
    """Each way abroad between two hands."""
    found: list[_Place] = []
    for at, step in enumerate(line.steps):
        kinds = {row["kind"] for row in step.records}
        if not kinds & {"export", "import", "transit"} or not step.a or not step.b:
            continue
        told = [one for one in line.reports if one.a != step.a and (one.date or "") >= (step.date or "")]
        later = any(step.b in (one.a, one.b) for one in line.steps[at + 1 :]) or any(one.a == step.b for one in told)
        reasons: dict[str, float] = {}
        if "import" in kinds or later:
            reasons["booked on arrival, or passed on by the consignee"] = by["arrived"]
        elif at + 1 < len(line.steps) or told:
            reasons["later records show it elsewhere"] = by["went_on"]
        else:
            reasons["sent abroad, and nobody there books it"] = by["no_arrival"] + by["last_holder"]
        users = {row.get("end_user") for row in step.records} - {None}
        names = {str(row.get("b_name") or "").casefold() for row in step.records}
        if users and not {user.casefold() for user in users if user} & names and names != {""}:
            reasons["the end user declared is not who received it"] = by["end_user"]
        state = step.records[0].get("state_from")
        found.append(_Place(step.a, step.b, None, state, step.date, at, reasons))
    return found


def _reports(place: _Place, line: Chain, asked: Question, by: Mapping[str, float]) -> None:
    """What reports of loss and theft say of a holder."""
    if place.to is not None:
        return
    for step in line.reports:
        if step.a != place.holder:
            continue
        late = bool(asked.date and step.date and (days_between(asked.date, step.date) or 0) > weights()["late"])
        back = any(one.date and step.date and one.date > step.date for one in line.steps)
        if late:
            place.reasons["reported lost or stolen, but only after the recovery"] = by["reported_late"]
        else:
            place.reasons["reported lost or stolen there"] = by["reported_holder"]
        if back:
            place.reasons["shown in lawful hands after that report"] = by["came_back"]


def _code(place: _Place, asked: Question) -> str:
    """The way of diversion that the place suggests."""
    if asked.condition in ("converted", "reactivated"):
        return "D8"
    if asked.condition in ("printed", "parts kit"):
        return "D10"
    if place.to is not None:
        return "D2" if "the end user declared is not who received it" in place.reasons else "D3"
    if place.role == _STATE:
        return "D5"
    if place.role == "manufacturer":
        return "D1"
    return "D4" if place.role in ("importer", "broker", "carrier", "exporter") else "D7"


def time_to_crime(line: Chain, recovered: str | None) -> int | None:
    """Days from the last lawful transfer on record to the recovery."""
    handed = [step.date for step in line.steps if step.kind in ("sale", "transfer", "import", "export") and step.date]
    return days_between(max(handed), recovered) if handed else None


def told(row: Mapping[str, Any]) -> str:
    """A record in a few words."""
    who = " → ".join(str(name) for name in (row.get("a_name") or row.get("a"), row.get("b_name") or row.get("b")) if name)
    return f"{row['date'] or 'no date'}: {row['kind']}" + (f", {who}" if who else "")
