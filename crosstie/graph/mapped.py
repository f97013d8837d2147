"""A drawing on the map of the world: in which countries its entities are, where some are to the degree, and which countries its ties join."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from crosstie.graph.drawing import Drawing, Picture
from crosstie.graph.pen import n, safe, text
from crosstie.graph.world import places, project, size

#: Ties between countries that are drawn, the most first.
_FLOWS = 200
_HIGH = 110


@dataclass(frozen=True, slots=True)
class Somewhere:
    """A country with what is drawn of it: its code, how many entities, and where it is on the map (None: this map does not have it)."""

    code: str
    entities: tuple[str, ...]
    at: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Ties from one country to another: how many."""

    source: str
    target: str
    ties: int


@dataclass(frozen=True, slots=True)
class Spot:
    """An entity whose place is known to the degree."""

    id: str
    caption: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Map:
    """What is shown on the map; `nowhere` is how many entities have neither a country nor a place."""

    countries: tuple[Somewhere, ...]
    flows: tuple[Flow, ...]
    spots: tuple[Spot, ...]
    nowhere: int


def mapped(picture: Picture, drawing: Drawing) -> Map:
    """The entities and ties of a picture by country. An entity of several countries counts in each; a tie runs between the first of either end."""
    inside: dict[str, list[str]] = {}
    spots = []
    nowhere = 0
    first = {one.known.number: one.known.countries[0] for one in picture.nodes if one.known.countries}
    for one in picture.nodes:
        for code in one.known.countries:
            inside.setdefault(code, []).append(one.id)
        at = drawing.ties.places(one.known.number, drawing.allowed)
        spots += [Spot(one.id, one.known.caption, lat, lon) for lat, lon in at]
        nowhere += not at and not one.known.countries
    known = places()
    countries = [
        Somewhere(code, tuple(ids), known.get(code)) for code, ids in sorted(inside.items(), key=lambda row: (-len(row[1]), row[0]))
    ]
    pairs = Counter((first[tie.source], first[tie.target]) for tie in picture.ties if tie.source in first and tie.target in first)
    flows = [Flow(a, b, many) for (a, b), many in sorted(pairs.items(), key=lambda row: (-row[1], row[0])) if a != b]
    return Map(tuple(countries), tuple(flows), tuple(spots), nowhere)


def map_svg(shown: Map, *, title: str, world: str, beside: str) -> str:
    """The map, over the picture of the world at the address `world`. Countries that it does not have stand in a row below, after the words `beside`."""
    width, height = size()
    at: dict[str, tuple[float, float]] = {one.code: one.at for one in shown.countries if one.at}
    missing = [one.code for one in shown.countries if one.at is None]
    room = (width - 900) / max(1, len(missing))
    at |= {code: (800 + (number + 0.5) * min(room, 260), height + _HIGH * 0.9) for number, code in enumerate(missing)}
    tall = height + (_HIGH * 2 if missing else 0)
    body = [f'<image href="{safe(world)}" x="0" y="0" width="{width}" height="{height}"/>']
    if missing:
        body.append(text(40, height + _HIGH, beside, size=44, anchor="start"))
    body += [_flow(flow, at[flow.source], at[flow.target]) for flow in shown.flows[:_FLOWS]]
    body += [_country(one, *at[one.code]) for one in shown.countries]
    body += [_spot(one) for one in shown.spots]
    told = f"{title}: " + "; ".join(f"{one.code.upper()} {len(one.entities)}" for one in shown.countries)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall}" width="{width}" height="{tall}" role="img" aria-label="{safe(told)}" '
        f"direction=\"ltr\" font-family=\"system-ui, 'Segoe UI', 'Noto Sans', Arial, sans-serif\">"
        f'<rect width="{width}" height="{tall}" fill="#ffffff"/>{"".join(body)}</svg>'
    )


def _country(one: Somewhere, x: float, y: float) -> str:
    many = len(one.entities)
    radius = 16 + 9 * math.sqrt(many)
    words = [text(x, y + 14, str(many), size=40, weight=700), text(x, y + radius + 40, one.code.upper(), size=40, halo=True)]
    circle = f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="#cfe3f2" fill-opacity="0.85" stroke="#0b5a8a" stroke-width="5"/>'
    return f'<g data-at="{n(x)} {n(y)}"><title>{safe(one.code.upper())}: {many}</title>{circle}{"".join(words)}</g>'


def _flow(flow: Flow, a: tuple[float, float], b: tuple[float, float]) -> str:
    (ax, ay), (bx, by) = a, b
    far = math.hypot(bx - ax, by - ay) or 1.0
    # bent to the right of its direction, so that there and back are two lines
    mx, my = (ax + bx) / 2 - (by - ay) / far * far * 0.18, (ay + by) / 2 + (bx - ax) / far * far * 0.18
    wide = min(24.0, 5 + 2.5 * math.log2(flow.ties))
    # the arrow stands in the middle of the bend
    tx, ty = (ax + 2 * mx + bx) / 4, (ay + 2 * my + by) / 4
    ux, uy = (bx - ax) / far, (by - ay) / far
    size_ = wide * 2.2 + 10
    corners = [(tx + ux * size_, ty + uy * size_), (tx - uy * size_ / 2, ty + ux * size_ / 2), (tx + uy * size_ / 2, ty - ux * size_ / 2)]
    arrow = f'<polygon points="{" ".join(f"{n(x)},{n(y)}" for x, y in corners)}" fill="#8a4b08"/>'
    way = f"M{n(ax)} {n(ay)}Q{n(mx)} {n(my)} {n(bx)} {n(by)}"
    line = f'<path d="{way}" fill="none" stroke="#8a4b08" stroke-opacity="0.75" stroke-width="{n(wide)}" data-wide="{n(wide)}"/>'
    return f"<g><title>{safe(flow.source.upper())} – {safe(flow.target.upper())}: {flow.ties}</title>{line}{arrow}</g>"


def _spot(one: Spot) -> str:
    x, y = project(one.lon, one.lat)
    corners = " ".join(f"{n(x + dx)},{n(y + dy)}" for dx, dy in ((0, -22), (22, 0), (0, 22), (-22, 0)))
    return f'<g data-at="{n(x)} {n(y)}"><title>{safe(one.caption)}</title><polygon points="{corners}" fill="#7d1128" stroke="#ffffff" stroke-width="4"/></g>'
