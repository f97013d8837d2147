"""What an officer says of a firearm on the command line, or what a record of the workspace says of it, as a question to the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosstie.errors import NotFound, UsageError
from crosstie.ingest.calendars import day
from crosstie.ingest.emitter import cleaner
from crosstie.lens.commands import Desk, Option
from crosstie.lenses.firearms import describe
from crosstie.lenses.firearms.tracing.candidates import TABLE, quoted
from crosstie.lenses.firearms.tracing.weighing import Question

#: What can be said of a firearm.
DESCRIPTION = (
    Option("make", "Its maker, in any usual spelling."),
    Option("model", "Its model."),
    Option("calibre", "Its calibre, in any usual spelling: 9 mm Para, 7,62x39."),
    Option("category", "What it is: pistol, revolver, rifle, ..."),
    Option("made-in", "The country of manufacture."),
    Option("year", "The year of manufacture.", kind="count"),
    Option("mark", "Another mark that can be read, such as that of import: “XTD 2016”."),
    Option("date", "The day on which it was recovered."),
    Option("state", "The State in which it was recovered."),
    Option("condition", "converted, reactivated, printed, parts kit, ... where it is not original."),
    Option("also", "A number on another part of it: slide, barrel, bolt.", many=True),
)


def question(serial: str, values: Mapping[str, Any]) -> Question:
    """The question that the options put. UsageError for a word or day that is none."""
    return Question(
        serial=serial,
        others=tuple(values.get("also") or ()),
        make=describe.make(values.get("make")),
        model=describe.model(values.get("model")),
        calibre=describe.calibre(values.get("calibre")),
        category=_known("category", values.get("category")),
        condition=_known("condition", values.get("condition")),
        made_in=_state(values.get("made_in")),
        state=_state(values.get("state")),
        year=values.get("year"),
        mark=(values.get("mark") or None),
        date=_day(values.get("date")),
    )


def of_case(desk: Desk, case: str) -> tuple[Question, dict[str, Any]]:
    """The firearm that a recovery or a trace request of the workspace speaks of, and that record. NotFound where there is none or there are several."""
    rows = desk.engine.arrow(
        f"select * from {TABLE} where case_id = {quoted(case)} and kind in ('recovery', 'trace') and serial is not null"
        " order by case when kind = 'recovery' then 0 else 1 end, serial, event_id, source_id, locator"
    ).to_pylist()
    if not rows:
        raise NotFound(
            f"no recovery and no trace request of the case “{case}” tells a serial number", hint="Give the serial number itself."
        )
    serials = {row["serial_latin"] for row in rows}
    if len(serials) > 1:
        raise UsageError(
            f"the case “{case}” has {len(serials)} firearms: {', '.join(sorted(str(row['serial']) for row in rows))}",
            hint="Give one of the numbers.",
        )
    row = rows[0]
    day_, state = (row["date"], row["state_to"]) if row["kind"] == "recovery" else (None, None)
    names = ("make", "model", "calibre", "category", "made_in", "year", "condition")
    return Question(serial=row["serial"], date=day_, state=state, mark=_mark(row["marks"]), **{name: row[name] for name in names}), row


def asked(desk: Desk, serial: Sequence[str], case: str | None, values: Mapping[str, Any]) -> list[tuple[Question, dict[str, Any]]]:
    """Every firearm that is asked about, with the record behind it where there is one. What the options say goes before the record."""
    if not serial and not case:
        raise UsageError("no firearm is named", hint="Give a serial number, with ? and * for what cannot be read, or --case.")
    found: list[tuple[Question, dict[str, Any]]] = [(question(one, values), {}) for one in serial]
    if case:
        of, row = of_case(desk, case)
        given = question(of.serial, values)
        merged = {name: getattr(given, name) or getattr(of, name) for name in Question.__dataclass_fields__}
        found.append((Question(**merged), row))
    return found


def _mark(marks: str | None) -> str | None:
    """The mark of import among the marks of a record, without the word for it."""
    for one in (marks or "").split(";"):
        if one.strip().casefold().startswith("import "):
            return one.strip()[7:].strip() or None
    return None


def _known(of: str, written: str | None) -> str | None:
    if not written:
        return None
    found = describe.kind(of, written)
    if found is None:
        raise UsageError(f"“{written}” is no {of} that is known")
    return found


def _state(written: str | None) -> str | None:
    if not written:
        return None
    found = cleaner("Thing", "country")(written)
    if not found:
        raise UsageError(f"“{written}” is no country")
    return found


def _day(written: str | None) -> str | None:
    if not written:
        return None
    found = day(str(written))
    if found is None:
        raise UsageError(f"“{written}” is no day, or one of a calendar that is not told", hint="Write YYYY-MM-DD.")
    return found
