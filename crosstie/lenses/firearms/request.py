"""A trace request with all that paragraph 17 of the International Tracing Instrument asks for, and what of it is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosstie.lenses.firearms import describe
from crosstie.lenses.firearms.marks import serial
from crosstie.lenses.firearms.tracing.trace import Trace
from crosstie.lenses.firearms.tracing.weighing import Question

#: What a request has to hold, by what it is for: paragraph 17 of the instrument, subparagraphs a to d. Not checked against its text.
NEEDED = {
    "request_id": "the number of the request",
    "requesting_agency": "who asks",
    "legal_basis": "why it is held to be illicit, with the law (17 a)",
    "circumstances": "how it was found (17 a)",
    "intended_use": "what the answer will be used for (17 d)",
    "firearm.serial": "the serial number, as far as it can be read (17 b)",
    "firearm.make": "the maker (17 b)",
    "firearm.model": "the model (17 c)",
    "firearm.calibre": "the calibre (17 c)",
    "recovery.date": "the day of recovery",
    "recovery.country": "the State of recovery",
}


def request(asked: Question, record: Mapping[str, Any], found: Trace | None, words: Mapping[str, str | None]) -> dict[str, Any]:
    """The request as data: who asks and why, the firearm, its recovery, and whom to ask in which order. `words` are the officer's own."""
    number = serial(asked.serial)
    marks = [{"type": "import", "text": asked.mark}] if asked.mark else []
    return {
        "request_id": words.get("number") or record.get("case_id"),
        "requesting_agency": words.get("agency"),
        "priority": words.get("priority") or "routine",
        "handling": words.get("handling") or "TLP:AMBER",
        "legal_basis": words.get("reason") or record.get("reason"),
        "circumstances": words.get("circumstances"),
        "intended_use": words.get("use"),
        "firearm": _plain(
            {
                "serial": asked.serial,
                "serial_searched": number.latin,
                "serial_status": number.status,
                "other_serial": "; ".join(asked.others),
                "make": asked.make,
                "model": asked.model,
                "calibre": asked.calibre,
                "category": asked.category,
                "country_of_manufacture": asked.made_in or describe.home(asked.make),
                "year_of_manufacture": asked.year,
                "condition": asked.condition,
                "marks": marks,
            }
        ),
        "recovery": _plain(
            {
                "date": asked.date,
                "country": asked.state,
                "place": record.get("place"),
                "mode": record.get("mode"),
                "agency": record.get("agency"),
                "case_no": record.get("case_id"),
            }
        ),
        "addressees": addressees(asked, found),
        "known": _known(found),
    }


def addressees(asked: Question, found: Trace | None) -> list[dict[str, str]]:
    """Whom to ask, in order: the State of manufacture, that of the last legal import, that of the last lawful holder."""
    order: list[tuple[str, str | None]] = [("country of manufacture", asked.made_in or describe.home(asked.make))]
    steps = found.lines[0].steps if found and found.lines else ()
    imports = [row["state_to"] for step in steps for row in step.records if row["kind"] in ("import", "export") and row.get("state_to")]
    order += [("last legal import", imports[-1] if imports else None)]
    held = [row.get("state_to") or row.get("state_from") for step in steps for row in step.records]
    order += [("last known lawful holder", next((state for state in reversed(held) if state), None))]
    named: dict[str, str] = {}
    for why, state in order:
        if state and state != asked.state:
            named.setdefault(state, why)
    return [{"country": state, "why": why} for state, why in named.items()]


def missing(made: Mapping[str, Any]) -> list[str]:
    """What the instrument asks for and the request lacks."""
    lacking = []
    for path, about in NEEDED.items():
        value: Any = made
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if not value:
            lacking.append(about)
    return lacking if made["addressees"] else [*lacking, "a State to ask: say the maker, or the country of manufacture"]


def _known(found: Trace | None) -> dict[str, Any]:
    """What the own records tell already, without persons."""
    if found is None or not found.candidates.found:
        return {"searched": found is not None, "candidates": 0}
    first = found.candidates.found[0]
    told = {"searched": True, "candidates": found.candidates.fitting, "likeliest_serial": first.serial, "probability": first.probability}
    return told | {"steps": [f"{step.date or 'no date'}: {step.kind}" for step in found.lines[0].steps]}


def _plain(block: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if value not in (None, "", [])}
