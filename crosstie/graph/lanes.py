"""What is dated, in time: a lane for each entity. How precisely a date is known is seen: what is certain is solid, what may lie anywhere is dashed, and
what has no end goes on to the edge with an arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crosstie.graph import layout
from crosstie.graph.csr import day_bounds
from crosstie.graph.kernels import FOREVER
from crosstie.graph.pen import SOFT, n, points, safe, text
from crosstie.graph.svg import COLOURS, period

_LABEL, _PLOT, _LINE, _TOP = 190, 900, 24, 34
_EPOCH = date(1970, 1, 1)
_YEAR = 365.2425
#: Lanes, and events in one lane, that are drawn.
LANES, EVENTS = 60, 25


@dataclass(frozen=True, slots=True)
class Dated:
    """Something dated: in whose lane, what (`kind` is what one filters by), from when to when as precisely as known, and of which sphere."""

    lane: str
    kind: str
    words: str
    start: str | None
    end: str | None
    sphere: str = ""
    lasting: bool = False

    @property
    def when(self) -> str:
        """From when to when, as it is written."""
        return period(self.start, self.end if self.end != self.start or self.lasting else None).removeprefix(
            "" if self.lasting else "since "
        )


@dataclass(frozen=True, slots=True)
class _Span:
    """From which day to which it surely was (`begun`, `ended`), and from the earliest to the latest day that it may have been; None: open."""

    event: Dated
    earliest: float | None
    begun: float
    ended: float
    latest: float | None


def precision(written: str | None) -> str:
    """day, month, year or nothing."""
    return {10: "day", 7: "month", 4: "year"}.get(len(written or ""), "") if (written or "")[:4].isdigit() else ""


def in_lanes(events: Iterable[Dated]) -> tuple[dict[str, list[Dated]], int]:
    """The events by lane, as many as are drawn, in order of time; and how many are left out."""
    lanes: dict[str, list[Dated]] = {}
    left_out = 0
    for event in events:
        if event.lane not in lanes and len(lanes) >= LANES:
            left_out += 1
        else:
            lanes.setdefault(event.lane, []).append(event)
    for lane, held in lanes.items():
        held.sort(key=lambda one: (one.start or one.end or "", one.end or "", one.words))
        left_out += max(0, len(held) - EVENTS)
        lanes[lane] = held[:EVENTS]
    return lanes, left_out


def lanes_svg(events: Sequence[Dated], *, title: str) -> str | None:
    """The events in their lanes; None where none has a date that is one."""
    lanes, _ = in_lanes(one for one in events if _span(one) is not None)
    spans = {lane: [span for one in held if (span := _span(one))] for lane, held in lanes.items()}
    days = [
        day for held in spans.values() for span in held for day in (span.earliest, span.begun, span.ended, span.latest) if day is not None
    ]
    if not days:
        return None
    scale = _Scale(min(days), max(days))
    bottom = _TOP + sum(len(held) * _LINE + 12 for held in spans.values())
    body = [_tick(at, words, bottom) for at, words in scale.ticks()]
    y = float(_TOP)
    for lane, held in spans.items():
        body += [
            text(10, y + 15 + 14 * row, part, size=12, anchor="start", weight=600)
            for row, part in enumerate(layout.wrap(lane, 26, 2 if len(held) > 1 else 1))
        ]
        for row, span in enumerate(held):
            body.append(_drawn(span, scale, y + row * _LINE))
        y += len(held) * _LINE + 12
        body.append(f'<line x1="10" y1="{n(y - 6)}" x2="{_LABEL + _PLOT}" y2="{n(y - 6)}" stroke="#d5dbe1"/>')
    width, height = _LABEL + _PLOT + 30, bottom + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" height="{n(height)}" role="img" '
        f'aria-label="{safe(title)}" direction="ltr" font-family="system-ui, \'Segoe UI\', \'Noto Sans\', Arial, sans-serif">'
        f'<rect width="{n(width)}" height="{n(height)}" fill="#ffffff"/>{"".join(body)}</svg>'
    )


class _Scale:
    """Days on the paper."""

    def __init__(self, first: float, last: float) -> None:
        room = max((last - first) * 0.03, 20.0)
        self.first, self.last = first - room, last + room

    def x(self, day: float) -> float:
        return _LABEL + (day - self.first) / (self.last - self.first) * _PLOT

    def ticks(self) -> list[tuple[float, str]]:
        """Years, or months where it is less than three years."""
        least, most = (date.min - _EPOCH).days, (date.max - _EPOCH).days
        begin, end = (_EPOCH + timedelta(days=min(max(round(day), least), most)) for day in (self.first, self.last))
        found: list[tuple[float, str]] = []
        if self.last - self.first < 3 * _YEAR:
            months = [(year, month) for year in range(begin.year, end.year + 1) for month in range(1, 13)]
            every = 1 if self.last - self.first < 1.2 * _YEAR else 3
            dates = [(date(year, month, 1), f"{year}-{month:02}") for year, month in months if (month - 1) % every == 0]
        else:
            step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1_000, 10_000) if (end.year - begin.year) / step <= 12)
            dates = [(date(year, 1, 1), str(year)) for year in range(begin.year, end.year + 1) if year % step == 0 and year > 0]
        for day, words in dates:
            at = (day - _EPOCH).days
            if self.first <= at <= self.last:
                found.append((self.x(at), words))
        return found


def _span(event: Dated) -> _Span | None:
    """What is certain and what may be; None where no date is one."""
    start = day_bounds(event.start, event.start) if event.start else None
    end = day_bounds(event.end, event.end) if event.end else None
    if not event.lasting:
        start, end = start or end, end or start
    known = [float(day) for bounds in (start, end) if bounds for day in bounds]
    if not known or any(abs(day) >= FOREVER for day in known):
        return None
    earliest = float(start[0]) if start else None
    latest = float(end[1]) + 1 if end else None
    begun = float(start[1]) if start else known[0]
    ended = float(end[0]) + 1 if end else known[-1] + 1
    return _Span(event, earliest, begun, ended, latest)


def _drawn(span: _Span, scale: _Scale, y: float) -> str:
    event = span.event
    fill, line = COLOURS.get(event.sphere, COLOURS[""])
    known = [day for day in (span.earliest, span.latest, span.begun, span.ended) if day is not None]
    x1, x2 = (
        scale.x(span.earliest if span.earliest is not None else scale.first),
        scale.x(span.latest if span.latest is not None else scale.last),
    )
    told = safe(f"{event.lane}: {event.when}: {event.words}")
    middle = y + 11
    if span.earliest is not None and span.latest is not None and span.latest - span.earliest <= 1.5:
        cx = scale.x(span.earliest + 0.5)
        mark = f'<polygon points="{points([(cx, middle - 6), (cx + 6, middle), (cx, middle + 6), (cx - 6, middle)])}" fill="{line}"/>'
        x1, x2 = cx - 7, cx + 7
    else:
        x2 = max(x2, x1 + 9)
        mark = _bar(x1, x2, y + 5, f'fill="#ffffff" stroke="{line}" stroke-dasharray="3 3"')
        inner1 = scale.x(span.begun) if span.earliest is not None else scale.x(min(known))
        inner2 = scale.x(span.ended) if span.latest is not None else scale.x(max(known))
        if inner2 - inner1 >= 1.5 and span.ended > span.begun:
            mark += _bar(inner1, inner2, y + 5, f'fill="{fill}" stroke="{line}"')
        if span.earliest is None:
            mark += f'<polygon points="{points([(x1 - 9, middle), (x1, middle - 6), (x1, middle + 6)])}" fill="{line}"/>'
        if span.latest is None:
            mark += f'<polygon points="{points([(x2 + 9, middle), (x2, middle - 6), (x2, middle + 6)])}" fill="{line}"/>'
    return f'<g data-kind="{safe(event.kind)}"><title>{told}</title>{mark}{_words(event, x1, x2, y)}</g>'


def _bar(x1: float, x2: float, y: float, look: str) -> str:
    return f'<rect x="{n(x1)}" y="{n(y)}" width="{n(max(x2 - x1, 1.5))}" height="12" rx="2" {look}/>'


def _words(event: Dated, x1: float, x2: float, y: float) -> str:
    words = f"{event.when}: {event.words}"
    right = _LABEL + _PLOT + 20
    inside, after, before = (int(room / 6.2) for room in (x2 - x1 - 12, right - x2 - 14, x1 - _LABEL - 14))
    if inside >= len(words):
        return text(x1 + 6, y + 15, words, size=11, anchor="start")
    if after >= len(words) or (before < len(words) and after >= before):
        return text(x2 + 12, y + 15, layout.wrap(words, max(after, 8), 1)[0], size=11, anchor="start", halo=True) if after >= 8 else ""
    return text(x1 - 12, y + 15, layout.wrap(words, max(before, 8), 1)[0], size=11, anchor="end", halo=True)


def _tick(at: float, words: str, bottom: float) -> str:
    return f'<line x1="{n(at)}" y1="22" x2="{n(at)}" y2="{n(bottom)}" stroke="#d5dbe1"/>' + text(at, 16, words, size=11, fill=SOFT)
