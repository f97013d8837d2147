"""Plain diagrams as SVG: tails, ranks and points, on logarithmic or plain axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_COLOURS = ("#0b6e99", "#d1495b", "#edae49", "#66a182", "#2e4057")
_WIDTH, _HEIGHT, _MARGIN = 420, 300, 52


@dataclass(frozen=True, slots=True)
class Curve:
    """A point with a label; its size is told beside it."""

    label: str
    x: float
    y: float
    size: int
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: lines and points in the units of its axes."""

    title: str
    across: str
    up: str
    lines: tuple[tuple[str, Floats, Floats], ...] = ()
    points: tuple[Curve, ...] = ()
    logarithmic: bool = True

    @classmethod
    def tails(cls, title: str, across: str, values: Mapping[str, Floats]) -> Panel:
        """The share of all that have at least so many."""
        lines = []
        for label, found in values.items():
            x, first = np.unique(np.sort(found), return_index=True)
            lines.append((label, x.astype(float), 1 - first / len(found)))
        return cls(title, across, "share", tuple(lines))

    @classmethod
    def ranks(cls, title: str, across: str, values: Mapping[str, Floats]) -> Panel:
        """How much the first, second, third … has."""
        return cls(title, across, "share of persons", tuple((label, np.arange(1.0, len(one) + 1), one) for label, one in values.items()))

    @classmethod
    def points_of(cls, title: str, across: str, up: str, points: Sequence[Curve]) -> Panel:
        """Points on plain axes."""
        return cls(title, across, up, (), tuple(points), logarithmic=False)


def draw(panels: Sequence[Panel]) -> str:
    """The panels, two in a row."""
    rows = (len(panels) + 1) // 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDTH} {rows * _HEIGHT}" font-family="sans-serif" font-size="11">',
        f'<rect width="{2 * _WIDTH}" height="{rows * _HEIGHT}" fill="#ffffff"/>',
    ]
    for place, panel in enumerate(panels):
        parts.append(f'<g transform="translate({place % 2 * _WIDTH},{place // 2 * _HEIGHT})">{_panel(panel)}</g>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel) -> str:
    xs = np.concatenate([*(line[1] for line in panel.lines), [one.x for one in panel.points]])
    ys = np.concatenate([*(line[2] for line in panel.lines), [one.y for one in panel.points]])
    across, up = (_Axis.over(values, panel.logarithmic) for values in (xs, ys))
    parts = [f'<text x="{_WIDTH / 2}" y="20" text-anchor="middle" font-size="13" font-weight="bold">{escape(panel.title)}</text>']
    left, bottom = _MARGIN, _HEIGHT - _MARGIN
    wide, high = _WIDTH - _MARGIN - 20, _HEIGHT - _MARGIN - 34

    def at(x: Any, y: Any) -> tuple[float, float]:
        return left + wide * across.share(float(x)), bottom - high * up.share(float(y))

    parts.append(f'<path d="M{left} {bottom - high}V{bottom}H{left + wide}" fill="none" stroke="#444"/>')
    for tick in across.ticks:
        x, _ = at(tick, up.low)
        parts.append(f'<text x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{_spoken(tick)}</text>')
    for tick in up.ticks:
        _, y = at(across.low, tick)
        parts.append(f'<text x="{left - 5}" y="{y + 4:.1f}" text-anchor="end">{_spoken(tick)}</text>')
    parts.append(f'<text x="{left + wide / 2}" y="{bottom + 30}" text-anchor="middle">{escape(panel.across)}</text>')
    parts.append(f'<text transform="translate(12,{bottom - high / 2}) rotate(-90)" text-anchor="middle">{escape(panel.up)}</text>')
    for number, (label, along, over) in enumerate(panel.lines):
        colour = _COLOURS[number % len(_COLOURS)]
        keep = np.unique(np.geomspace(1, len(along), 120).astype(int) - 1)
        path = " ".join("{:.1f},{:.1f}".format(*at(a, b)) for a, b in zip(along[keep], over[keep], strict=True))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts.append(f'<text x="{left + wide}" y="{46 + 14 * number}" text-anchor="end" fill="{colour}">{escape(label)}</text>')
    dots = [at(one.x, one.y) for one in panel.points]
    colours = [one.colour or _COLOURS[number % len(_COLOURS)] for number, one in enumerate(panel.points)]
    for (x, y), colour in zip(dots, colours, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
    taken = [_Box(x - 4, y - 4, x + 4, y + 4) for x, y in dots]
    for one, (x, y), colour in zip(panel.points, dots, colours, strict=True):
        if one.label:
            text = f"{one.label} ({one.size})"
            box = min(_beside(x, y, text), key=lambda box: sum(box.hits(other) for other in taken) + 2 * box.outside(left + wide))
            taken.append(box)
            parts.append(f'<text x="{box.left:.1f}" y="{box.bottom - 3:.1f}" fill="{colour}">{escape(text)}</text>')
    return "".join(parts)


def _spoken(tick: float) -> str:
    """A number as people write it; small powers of ten as such."""
    if 0 < tick < 0.001:
        return f'10<tspan dy="-4" font-size="8">−{-round(log10(tick))}</tspan>'
    return f"{tick:,.10g}"


@dataclass(frozen=True, slots=True)
class _Box:
    """Where something is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    def hits(self, other: _Box) -> bool:
        """Whether both lie on one another."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def outside(self, edge: float) -> bool:
        """Whether it runs over the right edge of a diagram, the left one or the top."""
        return self.right > edge + 15 or self.left < _MARGIN or self.top < 22


def _beside(x: float, y: float, text: str) -> list[_Box]:
    """Where the label of a dot may stand: right, left, below or above."""
    wide, high = 5.6 * len(text), 13.0
    corners = ((x + 6, y - 7), (x - 6 - wide, y - 7), (x - wide / 2, y + 7), (x - wide / 2, y - 21))
    return [_Box(left, top, left + wide, top + high) for left, top in corners]


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool

    @classmethod
    def over(cls, values: Floats, logarithmic: bool) -> _Axis:
        least, most = float(values.min()), float(values.max())
        if logarithmic:
            first, last = floor(log10(least)), max(ceil(log10(most)), floor(log10(least)) + 1)
            return cls(10.0**first, 10.0**last, tuple(10.0**power for power in range(first, last + 1)), True)
        step = (most - least) / 4 or 1.0
        unit = 10 ** floor(log10(step))
        step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= step)
        first, last = floor(least / step), ceil(most / step)
        return cls(first * step, last * step, tuple(round(step * number, 9) for number in range(first, last + 1)), False)

    def share(self, value: float) -> float:
        if self.logarithmic:
            return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return (value - self.low) / (self.high - self.low)
