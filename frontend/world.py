"""Makes the map of the world: crosstie/web/static/world.svg, and where countries stand on it: crosstie/graph/data/places.json.

Land and lines are Natural Earth's (public domain), as the package world-atlas has them; they show who holds what. What the United Nations shows otherwise is
set right here: boundaries that are not agreed are dashed, the line of control in Jammu and Kashmir is dotted, and lines that no State recognises are left out.

    python frontend/world.py        after `npm ci` in frontend
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from rigour.territories import lookup_territory

from crosstie.graph.world import SOUTH, project, size

_HERE = Path(__file__).parent
_HOME = _HERE.parent / "crosstie"
Point = tuple[float, float]
#: Names that Natural Earth shortens; None: no place of its own.
_CODES: dict[str, str | None] = {
    "Marshall Is.": "mh", "U.S. Virgin Is.": "vi", "S. Geo. and the Is.": "gs", "Br. Indian Ocean Ter.": "io", "Pitcairn Is.": "pn",
    "Falkland Is.": "fk", "Cayman Is.": "ky", "British Virgin Is.": "vg", "S. Sudan": "ss", "Solomon Is.": "sb", "St. Vin. and Gren.": "vc",
    "Cook Is.": "ck", "W. Sahara": "eh", "St. Pierre and Miquelon": "pm", "Wallis and Futuna Is.": "wf", "St-Martin": "mf", "St-Barthélemy": "bl",
    "Fr. Polynesia": "pf", "Fr. S. Antarctic Lands": "tf", "Eq. Guinea": "gq", "Dominican Rep.": "do", "Faeroe Is.": "fo", "Dem. Rep. Congo": "cd",
    "Central African Rep.": "cf", "Bosnia and Herz.": "ba", "Heard I. and McDonald Is.": "hm", "Antigua and Barb.": "ag", "Saint Helena": "sh",
    "N. Cyprus": None, "Somaliland": None, "Indian Ocean Ter.": None, "Ashmore and Cartier Is.": None, "Siachen Glacier": None, "Antarctica": None,
}  # fmt: skip
#: Between whom (either way round), where (west, south, east, north; None: everywhere), and how the line is drawn: the first that fits.
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_LINES: tuple[tuple[set[str], tuple[float, float, float, float], str], ...] = (
    ({"India", "Pakistan"}, (73.4, 32.4, 77.9, 36.0), "dotted"),  # the line of control in Jammu and Kashmir
    ({"India", "Siachen Glacier"}, _WORLD, "dotted"),
    ({"Pakistan", "Siachen Glacier"}, _WORLD, "dotted"),
    ({"China", "Siachen Glacier"}, _WORLD, "dashed"),
    ({"China", "India"}, (76.0, 30.0, 81.5, 36.5), "dashed"),
    ({"China", "India"}, (91.5, 26.0, 97.6, 30.0), "dashed"),
    ({"China", "Pakistan"}, _WORLD, "dashed"),
    ({"Kosovo"}, _WORLD, "dashed"),
    ({"Sudan", "S. Sudan"}, _WORLD, "dashed"),  # not yet determined
    ({"Kenya", "S. Sudan"}, _WORLD, "dashed"),
    ({"Egypt", "Sudan"}, (32.9, 21.5, 38.0, 24.0), "dashed"),
    ({"W. Sahara"}, _WORLD, "dashed"),  # a non-self-governing territory
    ({"Israel", "Palestine"}, _WORLD, "dashed"),
    ({"Israel", "Syria"}, _WORLD, "dashed"),
    ({"Israel", "Lebanon"}, _WORLD, "dashed"),
    ({"Somaliland", "Somalia"}, _WORLD, "none"),
    ({"N. Cyprus", "Cyprus"}, _WORLD, "none"),
    ({"Russia", "Ukraine"}, (32.0, 44.0, 36.8, 46.35), "none"),  # Crimea is of Ukraine
)
#: Lines that Natural Earth does not have, by eye: Abyei, whose status is not yet determined; and the western edge of the occupied Syrian Golan.
_OWN: tuple[list[Point], ...] = (
    [(27.83, 9.6), (27.83, 10.17), (29.0, 10.17), (29.0, 9.6)],
    [(35.62, 33.25), (35.63, 33.05), (35.64, 32.9), (35.65, 32.7)],
)


def main() -> None:
    """Write both files."""
    topology = json.loads((_HERE / "node_modules/world-atlas/countries-50m.json").read_text(encoding="utf-8"))
    arcs = _arcs(topology)
    countries = topology["objects"]["countries"]["geometries"]
    lines = _classified(arcs, countries)
    for own in _OWN:
        lines["dashed"].append(own)
    land = [_ring(arcs, ring) for ring in _rings(topology["objects"]["land"]["geometries"][0])]
    width, height = size()
    path = "".join(_path(ring, close=True) for ring in land if max(point[1] for point in ring) > SOUTH)
    style = {"solid": "", "dashed": ' stroke-dasharray="16 12"', "dotted": ' stroke-dasharray="2 12" stroke-linecap="round"'}
    drawn = "".join(
        f'<path d="{"".join(_path(line) for line in lines[name])}" fill="none" stroke="#7d8894" stroke-width="4" data-line="{name}"{dash}/>'
        for name, dash in style.items()
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<path d="{path}" fill="#e9e6dd" stroke="#b9c2cc" stroke-width="2" fill-rule="evenodd"/>{drawn}</svg>\n'
    )
    (_HOME / "web/static/world.svg").write_text(svg, encoding="utf-8")
    places = {code: [round(x), round(y)] for code, (x, y) in sorted(_places(arcs, countries).items())}
    (_HOME / "graph/data/places.json").write_text(json.dumps(places, separators=(",", ":")) + "\n", encoding="utf-8")


def _arcs(topology: Any) -> list[list[Point]]:
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * kx + tx, y * ky + ty))
        found.append(points)
    return found


def _rings(geometry: Any) -> list[list[int]]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [ring for polygon in polygons for ring in polygon]


def _ring(arcs: list[list[Point]], ring: list[int]) -> list[Point]:
    return [point for number in ring for point in (arcs[number] if number >= 0 else arcs[~number][::-1])]


def _classified(arcs: list[list[Point]], countries: list[Any]) -> dict[str, list[list[Point]]]:
    """The lines between countries, by how they are drawn."""
    sides: dict[int, set[str]] = defaultdict(set)
    for country in countries:
        for ring in _rings(country):
            for number in ring:
                sides[number if number >= 0 else ~number].add(country["properties"]["name"])
    lines: dict[str, list[list[Point]]] = {"solid": [], "dashed": [], "dotted": [], "none": []}
    for number, names in sides.items():
        if len(names) < 2:
            continue
        piece: list[Point] = []
        last = ""
        for a, b in pairwise(arcs[number]):
            style = _style(names, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
            if style != last and piece:
                lines[last].append(piece)
                piece = []
            piece = [*(piece or [a]), b]
            last = style
        if piece:
            lines[last].append(piece)
    return lines


def _style(names: set[str], at: Point) -> str:
    for between, (west, south, east, north), style in _LINES:
        if between <= names and west <= at[0] <= east and south <= at[1] <= north:
            return style
    return "solid"


def _beyond(points: list[Point]) -> list[Point]:
    """The same points, but what passes the edge of the map goes on beyond it."""
    found: list[Point] = []
    for here, lat in points:
        found.append((here - 360 * round((here - found[-1][0]) / 360) if found else here, lat))
    return found


def _path(points: list[Point], *, close: bool = False) -> str:
    """The points on the map, as whole steps from one to the next; what falls on one place is told once."""
    told: list[tuple[int, int]] = []
    for lon, lat in _beyond(points):
        x, y = project(lon, max(lat, SOUTH))
        at = (round(x), round(y))
        if not told or told[-1] != at:
            told.append(at)
    if len(told) < (4 if close else 2):
        return ""
    steps = [f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(told)]
    return f"M{told[0][0]} {told[0][1]}l{' '.join(steps)}{'z' if close else ''}".replace(" -", "-")


def _places(arcs: list[list[Point]], countries: list[Any]) -> dict[str, Point]:
    """For each country the middle of its largest part, on the map."""
    found = {}
    for country in countries:
        name = country["properties"]["name"]
        known = None if name in _CODES else lookup_territory(name)
        code = _CODES.get(name) if name in _CODES else (known.code if known else None)
        if code is None:
            continue
        rings = [[project(*point) for point in _beyond(_ring(arcs, ring))] for ring in _rings(country)]
        found[code] = _middle(max(rings, key=lambda ring: abs(_area(ring))))
    return found


def _area(ring: list[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]])) / 2


def _middle(ring: list[Point]) -> Point:
    area = _area(ring)
    if math.isclose(area, 0.0):
        return ring[0]
    x, y = (sum((a[axis] + b[axis]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairwise([*ring, ring[0]])) / (6 * area) for axis in (0, 1))
    return x, y


if __name__ == "__main__":
    main()
