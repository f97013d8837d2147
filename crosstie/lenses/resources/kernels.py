"""Loops over arrays that numpy has no words for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Ints = np.ndarray[tuple[int], np.dtype[Any]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@njit(cache=True, nogil=True)
def medians(codes: Ints, values: Floats, size: int) -> tuple[Floats, Floats, Ints]:
    """Of each group its median, the median absolute deviation from it, and how many values it has. Groups are numbered from 0; the order of rows is free."""
    many = np.zeros(size + 1, np.int64)
    for code in codes:
        many[code + 1] += 1
    starts = np.cumsum(many)
    at = starts.copy()
    placed = np.empty(len(values))
    for row in range(len(values)):
        placed[at[codes[row]]] = values[row]
        at[codes[row]] += 1
    middle, spread = np.zeros(size), np.zeros(size)
    for group in range(size):
        own = placed[starts[group] : starts[group + 1]]
        if len(own):
            middle[group] = np.median(own)
            spread[group] = np.median(np.abs(own - middle[group]))
    return middle, spread, many[1:]


@njit(cache=True, nogil=True)
def distance(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Nautical miles between two places on a sphere."""
    one, two = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((two - one) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    return float(2 * 3440.065 * np.arcsin(min(1.0, np.sqrt(half))))


@njit(cache=True, nogil=True)
def leaps(things: Ints, days: Ints, lats: Floats, lons: Floats, knots: float, spare: float) -> Ints:
    """Rows, in order of thing and day, that a thing cannot have reached from its row before at so many knots; `spare` days are given for reckoning."""
    found = np.zeros(len(things), np.bool_)
    for row in range(1, len(things)):
        if things[row] == things[row - 1]:
            hours = (days[row] - days[row - 1] + spare) * 24.0
            if distance(lats[row - 1], lons[row - 1], lats[row], lons[row]) > hours * knots:
                found[row] = True
    return np.flatnonzero(found)


@njit(cache=True, nogil=True)
def gaps(ships: Ints, seconds: Ints, lats: Floats, lons: Floats, speeds: Floats, least: float, moved: float) -> Ints:
    """Rows, in order of ship and moment, before which a ship was silent for `least` hours and came `moved` nautical miles further, or was under way when
    it fell silent.
    """
    found = np.zeros(len(ships), np.bool_)
    for row in range(1, len(ships)):
        if ships[row] != ships[row - 1] or seconds[row] - seconds[row - 1] < least * 3600:
            continue
        far = distance(lats[row - 1], lons[row - 1], lats[row], lons[row])
        if far >= moved or speeds[row - 1] > 1.0:
            found[row] = True
    return np.flatnonzero(found)


@njit(cache=True, nogil=True)
def meetings(bins: Ints, cells: Ints, ships: Ints, lats: Floats, lons: Floats, miles: float, width: int) -> tuple[Ints, Ints]:
    """Pairs of rows of two ships within so many nautical miles in the same span of time. Rows are in order of span, cell and ship; cells are squares of a
    grid, numbered row by row of `width`, wider than `miles`: only a square and four of its neighbours are looked at, the others look at it.
    """
    count = len(bins)
    left, right = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    start = 0
    while start < count:
        end = start
        while end < count and bins[end] == bins[start]:
            end += 1
        own = cells[start:end]
        for one in range(start, end):
            for step in (0, 1, width - 1, width, width + 1):
                cell = cells[one] + step
                two = start + np.searchsorted(own, cell)
                if step == 0:
                    two = one + 1
                while two < end and cells[two] == cell:
                    if ships[one] != ships[two] and distance(lats[one], lons[one], lats[two], lons[two]) <= miles:
                        left.append(np.int64(one))
                        right.append(np.int64(two))
                    two += 1
        start = end
    return np.array(left, np.int64), np.array(right, np.int64)
