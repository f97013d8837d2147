"""A drawing as SVG: shapes tell kinds of entities apart, strokes kinds of ties; colour only repeats what shape, stroke and letters say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from crosstie.graph import layout
from crosstie.graph.drawing import MOST_DRAWN, Drawn, Picture
from crosstie.graph.pen import SOFT, n, points, safe, text
from crosstie.graph.svg import COLOURS, MARKS, kind_in_words, period
from crosstie.graph.ties import Tie
from crosstie.model import schema as model

#: Half the size of a node, the room around the picture, and the least width of a picture.
_HALF, _AROUND, _LEAST = 17.0, 80.0, 640.0
#: Ties that are drawn, and up to how many bear their kind in words.
_TIES, _WORDED = 1_500, 90
#: Strokes of kinds of ties: what is said of it in the legend, dashes, and whether it is a double line or bears an arrow.
STROKES = {
    "events": ("", False, True),
    "shared": ("1 5", False, False),
    "role": ("", True, False),
    "kin": ("9 4", False, False),
    "contact": ("10 4 2 4", False, False),
    "other": ("4 3", False, False),
}
_ROLES = ("Ownership", "Directorship", "Membership", "Employment", "Representation", "Succession")
#: The address that leads to an entity (`node`) or a tie (`tie`) by its id.
Address = Callable[[str, str], str]


def stroke_of(kind: str) -> str:
    """Which stroke a kind of tie has: a key of STROKES."""
    if kind.startswith("ledger."):
        return "events"
    if kind.startswith("shared."):
        return "shared"
    if kind in _ROLES:
        return "role"
    if kind in ("Family", "Associate"):
        return "kin"
    return "contact" if kind in ("Call", "Message", "Email") else "other"


def shape_of(schema: str) -> str:
    """Which shape an entity has: person, organisation, account, vessel or thing."""
    if model.is_a(schema, "Person"):
        return "person"
    if model.is_a(schema, "Vehicle"):
        return "vessel"
    if any(model.is_a(schema, name) for name in ("BankAccount", "CryptoWallet", "UserAccount")):
        return "account"
    return "organisation" if model.is_a(schema, "Organization") else "thing"


def drawn_svg(
    picture: Picture, *, title: str, above: Sequence[str] = (), below: Sequence[str] = (), at: str = "", to: Address | None = None
) -> str:
    """The picture, of at most MOST_DRAWN entities. `above` and `below` are lines of text (marking, where it comes from); `at` is the entity chosen;
    `to` makes entities and ties lead somewhere.
    """
    shown = picture.nodes[:MOST_DRAWN]
    places = {one.known.number: one for one in shown}
    ties = sorted(
        (tie for tie in picture.ties if tie.source in places and tie.target in places), key=lambda tie: (-tie.confidence, tie.id)
    )[:_TIES]
    left, top, width, height = _frame(shown, len(above), len(below))
    body = [text(left + 16, top + 24 + 18 * number, line, size=13, anchor="start", weight=700) for number, line in enumerate(above)]
    body += _lines(ties, places, to)
    body += [_node(one, chosen=one.id == at, to=to) for one in shown]
    foot = top + height - 12 - 15 * (len(below) - 1)
    body += [text(left + 16, foot + 15 * number, line, size=11, anchor="start", fill=SOFT) for number, line in enumerate(below)]
    size = f'viewBox="{n(left)} {n(top)} {n(width)} {n(height)}" width="{n(width)}" height="{n(height)}"'
    role = 'role="group"' if to else 'role="img"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {role} aria-label="{safe(title)}" direction="ltr" '
        f"font-family=\"system-ui, 'Segoe UI', 'Noto Sans', Arial, sans-serif\">"
        f'<rect x="{n(left)}" y="{n(top)}" width="{n(width)}" height="{n(height)}" fill="#ffffff"/>{"".join(body)}</svg>'
    )


def _frame(shown: Sequence[Drawn], above: int, below: int) -> tuple[float, float, float, float]:
    left, right = (edge([one.x for one in shown], default=0) for edge in (min, max))
    top, low = (edge([one.y for one in shown], default=0) for edge in (min, max))
    width = max(right - left + 2 * _AROUND, _LEAST)
    middle = (left + right) / 2
    return middle - width / 2, top - 50 - 18 * above, width, low - top + 140 + 18 * above + 15 * below


def _lines(ties: Sequence[Tie], places: dict[int, Drawn], to: Address | None) -> list[str]:
    """The ties; several between the same two are bent apart."""
    pairs: dict[tuple[int, int], list[Tie]] = {}
    for tie in ties:
        pairs.setdefault((min(tie.source, tie.target), max(tie.source, tie.target)), []).append(tie)
    worded = len(ties) <= _WORDED
    found = []
    for several in pairs.values():
        for number, tie in enumerate(several):
            bend = 26.0 * ((number + 1) // 2) * (1 if number % 2 else -1)
            found.append(_line(tie, places[tie.source], places[tie.target], bend, worded, to))
    return found


def _line(tie: Tie, a: Drawn, b: Drawn, bend: float, worded: bool, to: Address | None) -> str:
    dash, double, arrow = STROKES[stroke_of(tie.kind)]
    if a.known.number > b.known.number:
        bend = -bend  # the same side, whichever way the tie runs
    far = math.hypot(b.x - a.x, b.y - a.y) or 1.0
    ux, uy = (b.x - a.x) / far, (b.y - a.y) / far
    mx, my = (a.x + b.x) / 2 - uy * bend, (a.y + b.y) / 2 + ux * bend
    corners = [(a.x, a.y), (mx, my), (b.x, b.y)] if bend else [(a.x, a.y), (b.x, b.y)]
    when = period(tie.start, tie.end)
    told = f"{a.known.caption} – {kind_in_words(tie.kind)}{f', {when}' if when else ''} – {b.known.caption}"
    wide = 1.2 + 1.4 * tie.confidence
    dashed = f' stroke-dasharray="{dash}" stroke-linecap="{"round" if dash[0] == "1" and dash[1] == " " else "butt"}"' if dash else ""
    drawn = [
        f'<polyline points="{points(corners)}" fill="none" stroke="{SOFT}" stroke-width="{n(wide + 2.6 if double else wide)}"{dashed}/>'
    ]
    if double:
        drawn.append(f'<polyline points="{points(corners)}" fill="none" stroke="#ffffff" stroke-width="{n(wide)}"/>')
    if arrow:
        drawn.append(_arrow(corners))
    if to:  # what is thin is hard to meet with a finger or a mouse
        drawn.append(f'<polyline points="{points(corners)}" fill="none" stroke="#ffffff" stroke-opacity="0" stroke-width="12"/>')
    if worded:
        drawn.append(text(mx, my - 3, kind_in_words(tie.kind), size=10, fill=SOFT, halo=True))
    inside = f"<title>{safe(told)}</title>{''.join(drawn)}"
    return f'<a href="{safe(to("tie", tie.id))}" class="tie">{inside}</a>' if to else f"<g>{inside}</g>"


def _arrow(corners: Sequence[tuple[float, float]]) -> str:
    (ax, ay), (bx, by) = list(pairwise(corners))[-1]
    far = math.hypot(bx - ax, by - ay) or 1.0
    ux, uy = (bx - ax) / far, (by - ay) / far
    x, y = bx - ux * (_HALF + 3), by - uy * (_HALF + 3)
    return f'<polygon points="{points([(x, y), (x - 9 * ux + 4 * uy, y - 9 * uy - 4 * ux), (x - 9 * ux - 4 * uy, y - 9 * uy + 4 * ux)])}" fill="{SOFT}"/>'


def _node(one: Drawn, *, chosen: bool, to: Address | None) -> str:
    sphere = "both" if len(one.spheres) > 1 else next(iter(one.spheres), "")
    fill, line = COLOURS[sphere]
    shape = shape_of(one.known.schema)
    lines = layout.wrap(one.known.caption, 18, 2)
    parts = [f'<{_outline(shape, one.x, one.y)} fill="{fill}" stroke="{line}" stroke-width="{4 if chosen else 2}"/>']
    parts += [text(one.x, one.y + _HALF + 15 + 13 * number, part, size=11, halo=True) for number, part in enumerate(lines)]
    if mark := MARKS[sphere]:
        parts.append(_badge(one.x + _HALF, one.y - _HALF, mark, line))
    if one.pinned:
        parts.append(f'<circle cx="{n(one.x - _HALF)}" cy="{n(one.y - _HALF)}" r="4.5" fill="{line}" stroke="#ffffff"/>')
    if one.more:
        parts.append(text(one.x, one.y + 4, f"+{one.more:,}", size=10, weight=600))
    for number, part in enumerate(layout.wrap(one.note, 26, 3) if one.note else []):
        parts.append(
            text(
                one.x,
                one.y + _HALF + 28 + 13 * (len(lines) - 1 + number),
                f"“{part}”" if number == 0 else part,
                size=10,
                fill="#7d1128",
                halo=True,
            )
        )
    told = ", ".join(
        [one.known.caption, shape, *one.spheres, *(["pinned"] if one.pinned else []), *([f"{one.more} more not drawn"] if one.more else [])]
    )
    inside = f"<title>{safe(told)}</title>{''.join(parts)}"
    if to is None:
        return f"<g>{inside}</g>"
    current = ' aria-current="true"' if chosen else ""
    return f'<a href="{safe(to("node", one.id))}" class="node" data-x="{one.x}" data-y="{one.y}" data-node="{safe(one.id)}"{current}>{inside}</a>'


def _badge(x: float, y: float, mark: str, colour: str) -> str:
    wide = 8 + 7 * len(mark)
    return f'<rect x="{n(x - wide / 2)}" y="{n(y - 7)}" width="{wide}" height="14" rx="7" fill="{colour}"/>' + text(
        x, y + 4, mark, size=10, weight=700, fill="#ffffff"
    )


def _outline(shape: str, x: float, y: float) -> str:
    h = _HALF
    if shape == "person":
        return f'circle cx="{n(x)}" cy="{n(y)}" r="{n(h)}"'
    if shape == "organisation":
        return f'rect x="{n(x - h)}" y="{n(y - h)}" width="{n(2 * h)}" height="{n(2 * h)}" rx="2"'
    if shape == "vessel":
        return f'polygon points="{points([(x - h, y - 12), (x + 8, y - 12), (x + h + 4, y), (x + 8, y + 12), (x - h, y + 12)])}"'
    if shape == "account":
        cut = 8.0
        corners = [(x - h + cut, y - h), (x + h - cut, y - h), (x + h, y - h + cut), (x + h, y + h - cut)]
        corners += [(x + h - cut, y + h), (x - h + cut, y + h), (x - h, y + h - cut), (x - h, y - h + cut)]
        return f'polygon points="{points(corners)}" stroke-dasharray="5 3"'
    return f'polygon points="{points([(x, y - h - 2), (x + h + 2, y), (x, y + h + 2), (x - h - 2, y)])}"'
