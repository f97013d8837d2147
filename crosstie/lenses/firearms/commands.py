"""What firearms officers ask: which firearm a number may be, whence it came and where it left lawful hands, whom to ask, and what the year comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from crosstie.clock import today
from crosstie.errors import NotFound, UsageError
from crosstie.lens.commands import Answer, Command, Desk, Option
from crosstie.lenses.firearms import asking, counts, request, telling
from crosstie.lenses.firearms.search.find import find
from crosstie.lenses.firearms.search.pattern import parse
from crosstie.lenses.firearms.tracing.candidates import TABLE, habits, index, quoted
from crosstie.lenses.firearms.tracing.trace import Trace, trace
from crosstie.store.durable import storing

_NEEDS = ("firearm_events",)
_MOST = 5_000


def search(
    desk: Desk,
    serial: tuple[str, ...],
    make: str | None = None,
    model: str | None = None,
    calibre: str | None = None,
    misread: int = 0,
    slips: bool = False,
    limit: int = 20,
) -> Answer:
    """Look numbers up, with ? and * for what cannot be read."""
    _records(desk)
    if not serial:
        raise UsageError("no serial number", hint="Write ? for a sign that is lost, * for several.")
    if not 0 <= misread <= 3:
        raise UsageError(f"{misread} misread signs are too many to tell one number from another", hint="Say 0 to 3.")
    serials = index(desk.engine, desk.cache)
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for one in serial:
        asked = asking.question(one, {"make": make, "model": model, "calibre": calibre})
        narrow = bool(asked.make or asked.model or asked.calibre)
        found = find(serials, parse(one), limit=_MOST if narrow else limit, misread=misread, slips=slips)
        desk.engine.load(
            "firearms_hits", pa.table({"serial": pa.array(found.serials, pa.string()), "cost": pa.array(found.costs, pa.float64())})
        )
        same = "".join(
            f" and (e.{name} = {quoted(value)} or e.{name} is null)"
            for name, value in (("make", asked.make), ("model", asked.model), ("calibre", asked.calibre))
            if value
        )
        listed = desk.engine.arrow(
            "select h.serial, min(h.cost) as cost, e.make, max(e.model) as model, max(e.calibre) as calibre, count(*) as records, min(e.date) as first,"
            f" max(e.date) as last, max_by(e.kind, coalesce(e.date, '') || ' ' || e.event_id) as last_event from firearms_hits h join {TABLE} e"
            f" on e.serial_latin = h.serial where coalesce(e.status, '') <> 'cancelled'{same} group by h.serial, e.make order by cost, h.serial, e.make"
        ).to_pylist()
        rows += [{"asked": one, **row} for row in listed[:limit]]
        notes.append(f"{one}: {found.count:,} numbers fit" + (f", {len(listed)} with that description" if narrow else "") + ".")
        if narrow and found.count > _MOST:
            notes.append(f"{one}: only the {_MOST:,} that fit best were held against the description; `trace` weighs more.")
    desk.read("firearms by number", serials=list(serial), found=len(rows))
    return Answer(rows, notes=tuple(notes))


def trace_(desk: Desk, serial: tuple[str, ...] = (), case: str | None = None, close: int = 3, **values: Any) -> Answer:
    """Trace firearms: candidates, hands, places of diversion."""
    _records(desk)
    rows: list[dict[str, Any]] = []
    texts: list[str] = []
    for found in _traced(desk, serial, case, max(1, close), values):
        rows += telling.rows(found)
        texts.append(telling.summary(found))
        desk.read("trace of a firearm", serial=found.asked.serial, candidates=len(found.candidates.found))
    return Answer(
        rows,
        text="\n".join(texts),
        notes=("Probabilities are of the records at hand; a finding of where it left lawful hands is for a person to judge.",),
    )


def request_(
    desk: Desk,
    out: Path,
    serial: tuple[str, ...] = (),
    case: str | None = None,
    number: str | None = None,
    agency: str | None = None,
    reason: str | None = None,
    use: str | None = None,
    circumstances: str | None = None,
    priority: str = "routine",
    handling: str | None = None,
    **values: Any,
) -> Answer:
    """Write trace requests to send."""
    _records(desk)
    words = {
        "number": number,
        "agency": agency,
        "reason": reason,
        "use": use,
        "circumstances": circumstances,
        "priority": priority,
        "handling": handling,
    }
    made, notes = [], []
    serials, usual = index(desk.engine, desk.cache), habits(desk.engine, desk.cache)
    for asked, record in asking.asked(desk, serial, case, values):
        one = request.request(asked, record, trace(desk.engine, serials, asked, usual, close=1), words)
        notes += [f"{asked.serial}: still missing: {what}" for what in request.missing(one)]
        made.append(one)
    with storing(out):
        out.write_bytes(orjson.dumps({"traces": made}, option=orjson.OPT_INDENT_2) + b"\n")
    desk.wrote("trace request", file=str(out), requests=len(made))
    return Answer(notes=tuple(notes), files=(out,))


def counts_(desk: Desk, year: int | None = None) -> Answer:
    """The year's counts."""
    _records(desk)
    of = year or today().year - 1
    rows = counts.counts(counts.year_of(desk.engine, of))
    return Answer(
        rows, notes=(f"Year {of}. The outline of the questionnaire is as far as it is known: hold it against the form of the year.",)
    )


def sdg(desk: Desk, year: int | None = None) -> Answer:
    """The share of SDG indicator 16.4.2."""
    _records(desk)
    of = year or today().year - 1
    row = {"year": of, **counts.indicator(counts.year_of(desk.engine, of))}
    return Answer(
        [row],
        notes=("Traced: a request was answered. Established: the own records tell the last lawful hands and the loss reported there.",),
    )


def _traced(desk: Desk, serial: tuple[str, ...], case: str | None, close: int, values: dict[str, Any]) -> list[Trace]:
    serials, usual = index(desk.engine, desk.cache), habits(desk.engine, desk.cache)
    return [trace(desk.engine, serials, asked, usual, close=close) for asked, _ in asking.asked(desk, serial, case, values)]


def _records(desk: Desk) -> None:
    if not desk.engine.has(TABLE):
        raise NotFound("no firearms records in this workspace", hint="Add registers, recoveries or trace answers, then `crosstie build`.")


_SERIALS = Option("serial", "Serial numbers: ? for a sign that is lost, * for several, [8B] for an 8 or a B.", many=True, argument=True)
_CASE = Option("case", "A recovery or trace request of the workspace, by its case number, instead of a serial number.")
_YEAR = Option("year", "The year; the last one if none is said.", kind="count")
COMMANDS = (
    Command(
        "search",
        "Look serial numbers up, with ? and * for what cannot be read; the likeliest first.",
        (
            _SERIALS,
            *asking.DESCRIPTION[:3],
            Option("misread", "How many signs may differ, besides those that look alike.", kind="count", default=0),
            Option("slips", "Allow one sign too many, too few, or two exchanged.", kind="flag"),
            Option("limit", "How many to show.", kind="count", default=20),
        ),
        search,
        needs=_NEEDS,
    ),
    Command(
        "trace",
        "Trace recovered firearms: which they may be, through whose hands they went, where they left lawful hands.",
        (_SERIALS, _CASE, *asking.DESCRIPTION, Option("close", "How many candidates to lay the hands out of.", kind="count", default=3)),
        trace_,
        needs=_NEEDS,
    ),
    Command(
        "request",
        "Write a trace request with all that the International Tracing Instrument asks for (JSON), and say what is missing.",
        (
            _SERIALS,
            _CASE,
            *asking.DESCRIPTION,
            Option("out", "The file to write.", kind="out", required=True),
            Option("number", "The number of the request."),
            Option("agency", "Who asks."),
            Option("reason", "Why it is held to be illicit, with the law."),
            Option("use", "What the answer will be used for."),
            Option("circumstances", "How it was found."),
            Option("priority", "How soon it is needed.", default="routine", choices=("routine", "urgent")),
            Option("handling", "The marking of the request."),
        ),
        request_,
        needs=_NEEDS,
    ),
    Command(
        "counts", "Count a year's recovered arms in the shape of the Illicit Arms Flows Questionnaire.", (_YEAR,), counts_, needs=_NEEDS
    ),
    Command("sdg", "The figure of SDG indicator 16.4.2 for a year, with its parts.", (_YEAR,), sdg, needs=_NEEDS),
)
