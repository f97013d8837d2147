"""Where what is new in a drawing is put: near what it was drawn from, clear of what is there. What stands stays where it is, in every drawing alike.

Nothing is drawn by lot: the direction of a bunch follows from ids. So the same steps give the same picture, on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.graph.layout import layers, order

Floats = NDArray[np.float64]
#: How far apart neighbours like to stand, and how much room a name takes.
SPACE, WIDE, HIGH = 120.0, 104.0, 66.0
#: Columns and rows of a link: crime on the left, terror on the right.
_COLUMN, _ROW = 230, 120
#: The angle of the sunflower's seeds: each next one stands where most room is.
_GOLDEN = math.pi * (3 - math.sqrt(5))
_FEW, _ROUNDS, _APART = 400, 60, 60


def columns(
    nodes: Sequence[str], steps: Sequence[tuple[str, str]], left: Sequence[str], right: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """The places of the nodes of a link, by the same columns as in its picture."""
    rows = order(nodes, steps, layers(nodes, steps, left, right))
    return {
        node: (column * _COLUMN, int((number - (len(row) - 1) / 2) * _ROW))
        for column, row in enumerate(rows)
        for number, node in enumerate(row)
    }


def placed(
    standing: Mapping[str, tuple[int, int]], new: Sequence[tuple[str, str | None]], ties: Sequence[tuple[str, str]]
) -> dict[str, tuple[int, int]]:
    """Places for new nodes, each told with the one that it was drawn from (None: from nothing); `ties` are those between all that is drawn."""
    if not new:
        return {}
    names = [*standing, *(node for node, _ in new)]
    at = np.empty((len(names), 2))
    at[: len(standing)] = np.array(list(standing.values()), np.float64).reshape(-1, 2)
    at[len(standing) :] = _begin(standing, new)
    number = {name: place for place, name in enumerate(names)}
    ends = np.array([(number[a], number[b]) for a, b in ties if a in number and b in number], np.int64).reshape(-1, 2)
    moving = np.arange(len(names)) >= len(standing)
    if len(names) <= _FEW:
        _relax(at, moving, ends, _ROUNDS)
    _part(at, moving, _APART)
    return {name: (round(float(at[number[name], 0])), round(float(at[number[name], 1]))) for name, _ in new}


def _begin(standing: Mapping[str, tuple[int, int]], new: Sequence[tuple[str, str | None]]) -> Floats:
    """Each bunch, of what was drawn from one node, in a disc of its own, outward from the middle of what stands; within it like a sunflower's seeds."""
    bunches: dict[str | None, list[int]] = {}
    for place, (_, anchor) in enumerate(new):
        bunches.setdefault(anchor if anchor in standing else None, []).append(place)
    fixed = np.array(list(standing.values()), np.float64).reshape(-1, 2)
    middle = fixed.mean(axis=0) if len(fixed) else np.zeros(2)
    radii = {anchor: SPACE * 0.56 * math.sqrt(len(members)) for anchor, members in bunches.items()}
    if len(new) + len(standing) <= _FEW:
        discs, centres = [(x, y, SPACE / 2) for x, y in fixed], {}
        for anchor, radius in radii.items():
            centres[anchor] = _free(anchor, standing.get(anchor or ""), middle, radius, discs)
            discs.append((*centres[anchor], radius))
    else:
        centres = _shells(standing, middle, fixed, radii)
    found = np.empty((len(new), 2))
    for anchor, members in bunches.items():
        centre = centres[anchor]
        for seed, place in enumerate(members):
            turn, reach = seed * _GOLDEN, SPACE * 0.56 * math.sqrt(seed + 0.5)
            found[place] = centre[0] + reach * math.cos(turn), centre[1] + reach * math.sin(turn)
    return found


def _free(
    anchor: str | None, origin: tuple[int, int] | None, middle: Floats, radius: float, discs: list[tuple[float, float, float]]
) -> tuple[float, float]:
    """The middle of the first disc of this radius that is free, from the anchor outward."""
    taken = np.array(discs).reshape(-1, 3)
    if not len(taken):
        return 0.0, 0.0
    x, y = origin or (float(middle[0]), float(middle[1]))
    away = math.atan2(y - middle[1], x - middle[0]) if math.hypot(x - middle[0], y - middle[1]) > 1 else _turn(anchor or "")
    best = (x, y)
    for ring in range(1, 400):
        reach = radius + ring * SPACE * 0.5
        for side in range(9):  # straight out, then ever more to either side
            turn = away + (side + 1) // 2 * (1 if side % 2 else -1) * 0.35
            best = (x + reach * math.cos(turn), y + reach * math.sin(turn))
            if bool(np.all(np.hypot(taken[:, 0] - best[0], taken[:, 1] - best[1]) >= taken[:, 2] + radius)):
                return best
    return best


def _shells(
    standing: Mapping[str, tuple[int, int]], middle: Floats, fixed: Floats, radii: Mapping[str | None, float]
) -> dict[str | None, tuple[float, float]]:
    """The middles of the discs of many bunches: side by side on rings around what stands, each as far as may be on the side of its anchor."""

    def side(anchor: str | None) -> float:
        x, y = standing.get(anchor or "", (0, 0))
        return math.atan2(y - middle[1], x - middle[0]) % (2 * math.pi)

    reach = float(np.hypot(*(fixed - middle).T).max()) + SPACE if len(fixed) else 0.0
    found: dict[str | None, tuple[float, float]] = {}
    turn, thick = 0.0, 0.0
    for anchor in sorted(radii, key=lambda one: (side(one), one or "")):
        radius = radii[anchor]
        ring = reach + radius
        step = math.asin(min(1.0, radius / ring)) if ring > radius else math.pi
        if thick and turn + 2 * step > 2 * math.pi:
            reach, turn, thick = reach + thick, 0.0, 0.0
            ring = reach + radius
            step = math.asin(min(1.0, radius / ring))
        found[anchor] = (float(middle[0]) + ring * math.cos(turn + step), float(middle[1]) + ring * math.sin(turn + step))
        turn, thick = turn + 2 * step, max(thick, 2 * radius)
    return found


def _turn(name: str) -> float:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=4).digest(), "big") / 2**32 * 2 * math.pi


def _pull_and_push(at: Any, moving: Any, ends: Any, rounds: Any) -> None:
    """Ties pull, nodes push each other away; only those that move do. For few: each pair is looked at."""
    many = len(at)
    for turn in range(rounds):
        step = 40.0 * (1.0 - turn / rounds) + 1.0
        force = np.zeros((many, 2))
        for i in range(many):
            if moving[i]:
                for j in range(many):
                    dx, dy = at[i, 0] - at[j, 0], at[i, 1] - at[j, 1]
                    far = dx * dx + dy * dy
                    if i != j and far < 9.0 * SPACE * SPACE:
                        push = SPACE * SPACE / max(far, 1.0)
                        force[i, 0] += dx * push
                        force[i, 1] += dy * push
        for k in range(len(ends)):
            a, b = ends[k, 0], ends[k, 1]
            dx, dy = at[a, 0] - at[b, 0], at[a, 1] - at[b, 1]
            pull = math.sqrt(dx * dx + dy * dy) / SPACE * 0.5
            force[a, 0] -= dx * pull
            force[a, 1] -= dy * pull
            force[b, 0] += dx * pull
            force[b, 1] += dy * pull
        for i in range(many):
            if moving[i]:
                size = math.sqrt(force[i, 0] ** 2 + force[i, 1] ** 2)
                if size > 0.0:
                    at[i, 0] += force[i, 0] / size * min(size, step)
                    at[i, 1] += force[i, 1] / size * min(size, step)


def _keep_apart(at: Any, moving: Any, rounds: Any) -> None:
    """Nodes that move leave each other, and those that stand, the room of a name. Looked for in a grid, so that many take no longer each."""
    many = len(at)
    for _ in range(rounds):
        left, top = at[0, 0], at[0, 1]
        right, low = left, top
        for i in range(many):
            left, right = min(left, at[i, 0]), max(right, at[i, 0])
            top, low = min(top, at[i, 1]), max(low, at[i, 1])
        # a grid of no more than some cells for each node, however far they lie apart
        cell = max(WIDE, math.sqrt((right - left + 1.0) * (low - top + 1.0) / (4.0 * many + 64.0)))
        across, down = int((right - left) / cell) + 1, int((low - top) / cell) + 1
        begins = np.zeros(across * down + 1, np.int64)
        home = np.empty(many, np.int64)
        for i in range(many):
            home[i] = int((at[i, 1] - top) / cell) * across + int((at[i, 0] - left) / cell)
            begins[home[i] + 1] += 1
        for c in range(across * down):
            begins[c + 1] += begins[c]
        held = np.empty(many, np.int64)
        filled = begins[:-1].copy()
        for i in range(many):
            held[filled[home[i]]] = i
            filled[home[i]] += 1
        still = True
        for i in range(many):
            row, column = home[i] // across, home[i] % across
            for r in range(max(row - 1, 0), min(row + 2, down)):
                for c in range(max(column - 1, 0), min(column + 2, across)):
                    for h in range(begins[r * across + c], begins[r * across + c + 1]):
                        j = held[h]
                        if j <= i or not (moving[i] or moving[j]):
                            continue
                        dx, dy = at[j, 0] - at[i, 0], at[j, 1] - at[i, 1]
                        over_x, over_y = WIDE - abs(dx), HIGH - abs(dy)
                        if over_x <= 0.0 or over_y <= 0.0:
                            continue
                        still = False
                        share = 0.5 if moving[i] and moving[j] else 1.0
                        if over_y <= over_x:
                            by = (over_y * share + 0.5) * (1.0 if dy >= 0.0 else -1.0)
                            if moving[i]:
                                at[i, 1] -= by
                            if moving[j]:
                                at[j, 1] += by
                        else:
                            by = (over_x * share + 0.5) * (1.0 if dx >= 0.0 else -1.0)
                            if moving[i]:
                                at[i, 0] -= by
                            if moving[j]:
                                at[j, 0] += by
        if still:
            break


_relax: Any = njit(cache=True, nogil=True)(_pull_and_push)
_part: Any = njit(cache=True, nogil=True)(_keep_apart)
