"""Where things are on the map of the world: the Equal Earth projection (Šavrič, Patterson and Jenny 2018), and the middles of countries."""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources

#: How many units the map is wide, and the parallel that it ends at in the south: nobody of interest lives beyond.
WIDTH, SOUTH = 4000, -58.0
_NORTH = 84.0
_A = (1.340264, -0.081106, 0.000893, 0.003796)
_HALF = 2.7066299836


def project(lon: float, lat: float) -> tuple[float, float]:
    """A place in degrees on the map: units from the left and from the top."""
    x, y = _equal_earth(lon, lat)
    scale = WIDTH / 2 / _HALF
    return WIDTH / 2 + x * scale, (_equal_earth(0, _NORTH)[1] - y) * scale


def size() -> tuple[int, int]:
    """The width and the height of the map."""
    return WIDTH, round(project(0, SOUTH)[1])


def _equal_earth(lon: float, lat: float) -> tuple[float, float]:
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(max(-90.0, min(90.0, lat)))))
    square = theta * theta
    sixth = square**3
    a, b, c, d = _A
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(theta) / (3 * (9 * d * sixth * square + 7 * c * sixth + 3 * b * square + a))
    return x, theta * (d * sixth * square + c * sixth + b * square + a)


@cache
def places() -> dict[str, tuple[int, int]]:
    """For each country and territory, by its code in small letters, the middle of its largest part on the map."""
    told = json.loads(resources.files("crosstie.graph").joinpath("data/places.json").read_text(encoding="utf-8"))
    return {code: (at[0], at[1]) for code, at in told.items()}
