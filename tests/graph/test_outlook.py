"""The timeline and the map: precision that is seen, and places that are where they are."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from crosstie.graph.drawing import checked
from crosstie.graph.lanes import EVENTS, LANES, Dated, in_lanes, lanes_svg, precision
from crosstie.graph.mapped import map_svg, mapped
from crosstie.graph.ties import Ties, open_ties
from crosstie.graph.world import places, project, size
from crosstie.model.marking import Tlp
from tests.graph.test_drawing import HOSTILE, build_of, drawing

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def ties(tmp_path: Path) -> Ties:
    return open_ties(build_of(tmp_path / "builds" / "0001"), tmp_path / "drawing")


def shapes(event: Dated, *others: Dated) -> list[str]:
    """What an event is drawn with: tags, and whether dashed."""
    told = lanes_svg([event, *others], title="x")
    assert told is not None
    root = etree.fromstring(told.encode())
    group = root.find(f"{_SVG}g")
    assert group is not None
    return [
        str(one.tag).removeprefix(_SVG) + ("-" if one.get("stroke-dasharray") else "")
        for one in group
        if one.tag not in (f"{_SVG}title", f"{_SVG}text")
    ]


def test_how_precisely_a_date_is_known_is_seen() -> None:
    far = Dated("b", "k", "w", "2001-01-01", "2020-01-01", lasting=True)
    day = shapes(Dated("a", "k", "w", "2011-05-02", None), far)
    month = shapes(Dated("a", "k", "w", "2011-05", None), far)
    year = shapes(Dated("a", "k", "w", "2011", None), far)
    assert (day, month, year) == (["polygon"], ["rect-"], ["rect-"])
    certain = shapes(Dated("a", "k", "w", "2005-01-01", "2010-01-01", lasting=True), far)
    partly = shapes(Dated("a", "k", "w", "2005", "2010", lasting=True), far)
    without_end = shapes(Dated("a", "k", "w", "2005", None, lasting=True), far)
    without_begin = shapes(Dated("a", "k", "w", None, "2010-01", lasting=True), far)
    assert certain == partly == ["rect-", "rect"]
    assert without_end[-1] == without_begin[-1] == "polygon"
    assert [precision(one) for one in ("2011", "2011-05", "2011-05-02", None, "soon")] == ["year", "month", "day", "", ""]


def widths(start: str, end: str) -> tuple[float, float]:
    """How wide the possible and the certain part of a period are drawn."""
    far = Dated("b", "k", "w", "2000-01-01", "2020-12-31", lasting=True)
    told = lanes_svg([Dated("a", "k", "w", start, end, lasting=True), far], title="x") or ""
    first = told[told.index("<g ") :]
    possible, certain = (float(one) for one in re.findall(r'<rect [^>]*width="([\d.]+)"', first)[:2])
    return possible, certain


def test_what_is_certain_is_narrower_than_what_may_be() -> None:
    year, day = widths("2005", "2010"), widths("2005-01-01", "2010-12-31")
    assert year[0] == pytest.approx(day[0], abs=0.2)
    assert day[1] == pytest.approx(day[0], rel=0.02)
    assert year[1] < 0.75 * year[0]


def test_dates_that_are_none_are_left_out_and_lanes_are_bounded() -> None:
    assert lanes_svg([], title="x") is None
    assert lanes_svg([Dated("a", "k", "w", "soon", None), Dated("a", "k", "w", None, None)], title="x") is None
    many = [Dated(f"lane {number % (LANES + 5)}", "k", str(number), "2011", None) for number in range((LANES + 5) * (EVENTS + 2))]
    lanes, left_out = in_lanes(many)
    assert len(lanes) == LANES
    assert sum(map(len, lanes.values())) + left_out == len(many)
    assert lanes_svg([Dated("a", "k", "w", "0001-01-01", "9999-12-31", lasting=True)], title="x") != ""
    told = lanes_svg([Dated(HOSTILE, HOSTILE, HOSTILE, "1000", "9998-12-31", lasting=True)], title=HOSTILE)
    assert told is not None
    root = etree.fromstring(told.encode())
    assert not root.xpath("//*[local-name()='script']")
    assert "style=" not in told


def test_the_projection_keeps_to_its_definition() -> None:
    width, height = size()
    assert project(0, 0)[0] == width / 2
    assert project(180, 0)[0] == pytest.approx(width, abs=0.5)
    assert 0 < height < width
    # equal areas: a band between two parallels has the share of the map that it has of the globe
    rows = [project(180, lat) for lat in range(61)]
    area = sum((a[0] + b[0] - width) / 2 * (a[1] - b[1]) for a, b in pairwise(rows))
    low = sum((a[0] + b[0] - width) / 2 * (a[1] - b[1]) for a, b in pairwise(rows[:31]))
    assert low / area == pytest.approx(0.5 / 0.8660254, rel=0.002)


def test_countries_are_where_they_are() -> None:
    known = places()
    assert len(known) > 220
    for code, lon, lat in (
        ("fr", 2.5, 46.5),
        ("co", -73, 4),
        ("ke", 38, 0.5),
        ("af", 66, 34),
        ("ps", 35.2, 31.9),
        ("xk", 20.9, 42.6),
        ("eh", -13, 24),
        ("fj", 178, -17.8),
        ("ru", 97, 62),
        ("nz", 170, -44),
    ):
        x, y = project(lon, lat)
        assert abs(known[code][0] - x) < 60, code
        assert abs(known[code][1] - y) < 60, code


def test_what_is_not_agreed_is_drawn_so() -> None:
    """Points on lines, looked for in the file: dashed, dotted, or none at all."""
    svg = (Path(__file__).parents[2] / "crosstie/web/static/world.svg").read_text(encoding="utf-8")
    root = etree.fromstring(svg.encode())
    lines = {str(one.get("data-line")): _points(str(one.get("d"))) for one in root.iter(f"{_SVG}path") if one.get("data-line")}
    assert set(lines) == {"solid", "dashed", "dotted"}

    def near(style: str, lon: float, lat: float, within: float = 9) -> bool:
        x, y = project(lon, lat)
        return any(abs(x - a) <= within and abs(y - b) <= within for a, b in lines[style])

    assert near("dotted", 74.0, 34.0)  # line of control
    assert not near("solid", 74.0, 34.2)
    for lon, lat in ((21.4, 42.3), (30.0, 10.3), (27.83, 10.1), (-11.0, 27.7), (35.63, 33.0), (79.0, 32.6), (94.0, 27.8)):
        assert near("dashed", lon, lat, 14), (lon, lat)
    for lon, lat in ((48.9, 9.5), (34.0, 46.1), (33.3, 35.1)):  # Somaliland, Perekop, Cyprus
        assert not any(near(style, lon, lat, 5) for style in lines), (lon, lat)
    assert near("solid", 6.9, 46.0, 12)  # France and Switzerland or Italy
    assert len(svg) < 300_000


def _points(path: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for piece in path.split("M")[1:]:
        head, _, steps = piece.partition("l")
        x, y = map(int, re.findall(r"-?\d+", head))
        found.append((x, y))
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


def test_entities_are_counted_by_country_and_ties_between_countries(ties: Ties, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosstie.graph import ties as module

    countries = {"a": ("fr",), "b": ("fr", "qm"), "c": ("so",)}
    node = module.Ties.node

    def told(self: Ties, number: int) -> module.Known:
        from dataclasses import replace

        found = node(self, number)
        return replace(found, countries=countries.get(found.id, ()))

    monkeypatch.setattr(module.Ties, "node", told)
    asked = drawing(ties, Tlp.AMBER)
    picture = asked.picture([checked({"do": "entity", "node": "b"}), checked({"do": "expand", "node": "b"})], {})
    shown = mapped(picture, asked)
    assert {one.code: len(one.entities) for one in shown.countries} == {"fr": 2, "qm": 1, "so": 1}
    assert [(one.source, one.target, one.ties) for one in shown.flows] == [("fr", "so", 1)]
    assert [(one.id, one.lat, one.lon) for one in shown.spots] == [("d", 33.5, -7.6)]
    assert shown.nowhere == 0
    svg = map_svg(shown, title=HOSTILE, world="/static/world.svg?x=1&y=2", beside="not here")
    root = etree.fromstring(svg.encode())
    assert "QM" in svg
    assert "not here" in svg
    assert not root.xpath("//*[local-name()='script']")
