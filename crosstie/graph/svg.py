"""Pictures of a link, drawn on the server as SVG: its paths, and its events in time. No scripts, nothing from outside, the same bytes each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crosstie.graph import layout
from crosstie.graph.csr import day_bounds
from crosstie.graph.kernels import FOREVER
from crosstie.graph.pen import SOFT, n, points, safe, sheet, text
from crosstie.model import schema as model

#: Sphere to fill and line; contrast of the dark text on each fill is above 7 to 1.
COLOURS = {"crime": ("#fde3c8", "#8a4b08"), "terror": ("#e3d7f5", "#4b2a86"), "both": ("#f6cfd3", "#7d1128"), "": ("#eef1f4", "#44515e")}
MARKS = {"crime": "C", "terror": "T", "both": "C+T", "": ""}
_BOX, _GAP, _TALL, _SPACE, _EDGE, _BEND = 152, 164, 74, 36, 24, 30
#: Nodes beyond this are left out of a picture, and said so.
MOST_NODES = 30
_DAYS_A_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Node:
    """An entity in a picture: id, name, schema, and the spheres that it belongs to."""

    id: str
    caption: str
    schema: str
    spheres: tuple[str, ...] = ()

    @property
    def sphere(self) -> str:
        """crime, terror, both or nothing."""
        return "both" if len(set(self.spheres)) > 1 else next(iter(self.spheres), "")


@dataclass(frozen=True, slots=True)
class Step:
    """An edge in a picture; the sentence is for those who point at it or listen to it."""

    source: str
    target: str
    kind: str
    sentence: str = ""
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something dated: whose lane it is in, what, from when to when (as precise as known), and of which sphere or `step`."""

    lane: str
    text: str
    start: str | None
    end: str | None = None
    sphere: str = ""


def path_svg(nodes: Sequence[Node], steps: Sequence[Step], *, title: str) -> str:
    """The paths of a link: crime on the left, terror on the right. Shapes tell persons, organisations, accounts and vessels apart, letters the spheres."""
    shown = list({node.id: node for node in nodes}.values())[:MOST_NODES]
    known = {node.id: node for node in shown}
    drawn = list({(step.source, step.target): step for step in steps if step.source in known and step.target in known}.values())
    ends = [(step.source, step.target) for step in drawn]
    left = [node.id for node in shown if "crime" in node.spheres]
    right = [node.id for node in shown if "terror" in node.spheres and "crime" not in node.spheres]
    rows, bends = _arranged([node.id for node in shown], ends, left, right)
    at, width, height = _placed(rows)
    left_out = len({node.id for node in nodes}) - len(shown)
    told = "; ".join([*(step.sentence or f"{known[step.source].caption} – {known[step.target].caption}" for step in drawn)])
    body = [
        *(_edge(step, at, known, bends[step.source, step.target]) for step in drawn),
        *(_node(known[node_id], *place) for node_id, place in at.items() if node_id in known),
    ]
    if left_out:
        body.append(text(_EDGE, height - 6, f"{left_out} more not drawn", size=11, anchor="start"))
    return sheet(width, height, title, told, body)


def _arranged(
    nodes: list[str], ends: list[tuple[str, str]], left: list[str], right: list[str]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """The columns, with the bends of steps that pass over some of them."""
    column = layout.layers(nodes, ends, left, right)
    bends = layout.bends(ends, column)
    pieces: list[tuple[str, str]] = []
    for (a, b), between in bends.items():
        first, last = sorted((a, b), key=lambda node: column[node])
        pieces += pairwise([first, *between, last])
        column |= {bend: column[first] + 1 + number for number, bend in enumerate(between)}
    return layout.order([*nodes, *(bend for between in bends.values() for bend in between)], pieces, column), bends


def _placed(rows: list[list[str]]) -> tuple[dict[str, tuple[float, float]], int, int]:
    """The upper left corner of each node, the width and the height of the picture."""
    tall = [[_BEND if node.startswith("\x00") else _TALL for node in row] for row in rows]
    height = 2 * _EDGE + max((sum(row) + (len(row) - 1) * _SPACE for row in tall), default=_TALL)
    at: dict[str, tuple[float, float]] = {}
    for column, (row, heights) in enumerate(zip(rows, tall, strict=True)):
        y = (height - sum(heights) - (len(row) - 1) * _SPACE) / 2
        for node_id, high in zip(row, heights, strict=True):
            at[node_id] = (_EDGE + column * (_BOX + _GAP), y)
            y += high + _SPACE
    return at, 2 * _EDGE + max(len(rows), 1) * _BOX + max(len(rows) - 1, 0) * _GAP, height


def _node(node: Node, x: float, y: float) -> str:
    fill, line = COLOURS[node.sphere]
    shape, kind = _shape(node.schema, x, y)
    mark = MARKS[node.sphere]
    lines = layout.wrap(node.caption, 18, 3)
    first = y + _TALL / 2 + 4 - (len(lines) - 1) * 8
    parts = [
        f"<g><title>{safe(f'{node.caption} ({kind})')}</title>",
        f'<{shape} fill="{fill}" stroke="{line}" stroke-width="{2 if mark else 1.2}"/>',
        *(text(x + _BOX / 2, first + 16 * number, part, size=13, weight=600 if mark else 400) for number, part in enumerate(lines)),
    ]
    if mark:
        parts.append(
            f'<rect x="{n(x + _BOX - 14 - 8 * len(mark))}" y="{n(y - 9)}" width="{8 + 8 * len(mark)}" height="18" rx="9" fill="{line}"/>'
        )
        parts.append(text(x + _BOX - 10 - 4 * len(mark), y + 4, mark, size=11, weight=700, fill="#ffffff"))
    return "".join([*parts, "</g>"])


def _shape(schema: str, x: float, y: float) -> tuple[str, str]:
    """The outline of a node, and what it stands for: round for persons, square for organisations, cut for accounts, pointed for vessels."""
    right, low, middle = x + _BOX, y + _TALL, y + _TALL / 2
    if model.is_a(schema, "Person"):
        return f'rect x="{n(x)}" y="{n(y)}" width="{_BOX}" height="{_TALL}" rx="34"', "person"
    if model.is_a(schema, "Vehicle"):
        corners = [(x, y), (right - 16, y), (right, middle), (right - 16, low), (x, low)]
        return f'polygon points="{points(corners)}"', "vessel or vehicle"
    if any(model.is_a(schema, name) for name in ("BankAccount", "CryptoWallet", "UserAccount")):
        cut = 12.0
        corners = [
            (x + cut, y),
            (right - cut, y),
            (right, y + cut),
            (right, low - cut),
            (right - cut, low),
            (x + cut, low),
            (x, low - cut),
            (x, y + cut),
        ]
        return f'polygon points="{points(corners)}" stroke-dasharray="5 3"', "account"
    kind = "organisation" if model.is_a(schema, "Organization") else "thing"
    return f'rect x="{n(x)}" y="{n(y)}" width="{_BOX}" height="{_TALL}" rx="3"', kind


def _edge(step: Step, at: dict[str, tuple[float, float]], known: dict[str, Node], bends: list[str]) -> str:
    (ax, ay), (bx, by) = at[step.source], at[step.target]
    if ax > bx:
        (ax, ay), (bx, by) = (bx, by), (ax, ay)
    label, when = layout.wrap(kind_in_words(step.kind), 20, 1)[0], period(step.start, step.end)
    same = ax == bx
    x1, y1, x2, y2 = (
        (ax + _BOX / 2, min(ay, by) + _TALL, ax + _BOX / 2, max(ay, by)) if same else (ax + _BOX, ay + _TALL / 2, bx, by + _TALL / 2)
    )
    corners = [(x1, y1), *(corner for bend in bends for corner in _passing(*at[bend])), (x2, y2)]
    # the label stands in the first gap, where no box is in its way
    mx, my = (x1 + corners[1][0]) / 2, (y1 + corners[1][1]) / 2
    dash = ' stroke-dasharray="2 4"' if step.kind.startswith("shared.") else ""
    sentence = step.sentence or f"{known[step.source].caption} – {known[step.target].caption}"
    words = [text(mx, my - 6, label, size=11, halo=True)]
    if when:
        words.append(text(mx, my + 14, when, size=11, fill=SOFT, halo=True))
    line = f'<polyline points="{points(corners)}" fill="none" stroke="{SOFT}" stroke-width="1.6"{dash}/>'
    return f"<g><title>{safe(sentence)}</title>{line}{''.join(words)}</g>"


def _passing(x: float, y: float) -> list[tuple[float, float]]:
    """A step that passes a column runs level over the width of a box."""
    return [(x, y + _BEND / 2), (x + _BOX, y + _BEND / 2)]


def kind_in_words(kind: str) -> str:
    """A short label: `shared.phone` is “same phone”, `ledger.payments` “payments”, `Vehicle.owner` “owner”, others their schema in words."""
    if kind.startswith("shared."):
        return f"same {kind.removeprefix('shared.')}"
    if "." in kind:
        return kind.split(".", 1)[1].replace("_", " ")
    return "link" if kind == "UnknownLink" else "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()


def period(start: str | None, end: str | None) -> str:
    """From when to when, in few words; empty where neither is known."""
    if start and end:
        return start if start == end else f"{start} – {end}"
    return f"since {start}" if start else f"until {end}" if end else ""


def timeline_svg(events: Sequence[Event]) -> str:
    """Events in time, a lane for each actor. A date known to the day is a mark, one known to the month or year a bar as long as what is not known;
    a period is a bar. Bars with a dashed line begin or end on a day that is not known. Events without a date are left out.
    """
    dated = [(event, *day_bounds(event.start or event.end, event.end or event.start)) for event in events if event.start or event.end]
    dated = [(event, first, last) for event, first, last in dated if abs(first) != FOREVER and abs(last) != FOREVER]
    if not dated:
        return sheet(420, 40, "Timeline", "No event has a date.", [text(12, 25, "No event has a date.", size=13, anchor="start")])
    lanes = list(dict.fromkeys(event.lane for event, _, _ in dated))
    rows = [(lane, _stack([entry for entry in dated if entry[0].lane == lane])) for lane in lanes]
    low, high = min(first for _, first, _ in dated), max(last for _, _, last in dated)
    from_year, to_year = int(low // _DAYS_A_YEAR) + 1970, int(high // _DAYS_A_YEAR) + 1971
    label, plot, line = 170, 620, 26
    begin = (from_year - 1970) * _DAYS_A_YEAR
    scale = plot / max((to_year - from_year) * _DAYS_A_YEAR, 1)

    def x(day: float) -> float:
        return label + (day - begin) * scale

    body = []
    y = 34.0
    bottom = y + sum(len(stack) * line + 12 for _, stack in rows)
    for year in _ticks(from_year, to_year):
        at = x((year - 1970) * _DAYS_A_YEAR)
        body.append(f'<line x1="{n(at)}" y1="24" x2="{n(at)}" y2="{n(bottom)}" stroke="#d5dbe1"/>')
        body.append(text(at, 17, str(year), size=11, fill=SOFT))
    for lane, stack in rows:
        for number, part in enumerate(layout.wrap(lane, 24, 2)):
            body.append(text(12, y + 16 + 14 * number, part, size=12, anchor="start", weight=600))
        for number, entries in enumerate(stack):
            body += [_event(event, x(first), x(last + 1), y + number * line, label + plot) for event, first, last in entries]
        y += len(stack) * line + 12
        body.append(f'<line x1="12" y1="{n(y - 6)}" x2="{label + plot}" y2="{n(y - 6)}" stroke="#d5dbe1"/>')
    told = "; ".join(f"{event.lane}: {event.text}, {period(event.start, event.end)}" for event, _, _ in dated)
    return sheet(label + plot + 20, bottom + 8, "Timeline", told, body)


def _stack(entries: list[tuple[Event, int, int]]) -> list[list[tuple[Event, int, int]]]:
    """Events of a lane in rows, one to a row, in order of time."""
    return [[entry] for entry in sorted(entries, key=lambda entry: (entry[1], entry[2], entry[0].text))]


def _event(event: Event, x1: float, x2: float, y: float, right: float) -> str:
    fill, line = COLOURS.get(event.sphere, COLOURS[""])
    wide = max(x2 - x1, 0.0)
    if wide < 5:
        cx, cy = (x1 + x2) / 2, y + 11
        mark = f'<polygon points="{points([(cx, cy - 6), (cx + 6, cy), (cx, cy + 6), (cx - 6, cy)])}" fill="{line}"/>'
        after = cx + 10
    else:
        dash = "" if len(event.start or "") == 10 and len(event.end or event.start or "") == 10 else ' stroke-dasharray="4 3"'
        mark = f'<rect x="{n(x1)}" y="{n(y + 4)}" width="{n(wide)}" height="14" rx="2" fill="{fill}" stroke="{line}"{dash}/>'
        after = x2 + 6
    when = period(event.start, event.end if event.end != event.start else None).removeprefix("since ")
    words = f"{when}: {event.text}"
    room = int(max(right - after, 0) / 6)
    if wide > 6.2 * len(words) + 12:
        written = text(x1 + 6, y + 15, words, size=11, anchor="start")
    elif room >= 14:
        written = text(after, y + 15, layout.wrap(words, room, 1)[0], size=11, anchor="start", halo=True)
    else:
        before = min(x1, right) - 8
        written = text(before, y + 15, layout.wrap(words, max(14, int((before - 170) / 6)), 1)[0], size=11, anchor="end", halo=True)
    return f"<g><title>{safe(f'{event.lane}: {words}')}</title>{mark}{written}</g>"


def _ticks(first: int, last: int) -> range:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000) if (last - first) / step <= 9)
    return range(first - first % step + (step if first % step else 0), last + 1, step)
