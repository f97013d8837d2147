"""What lies around each payment within a window: how many others, payments and what sum on each side of both its ends, and what is true of those payments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.lenses.finance.patterns.network import Ints, Network, Side, Whole

#: Numbers of any kind.
Numbers = NDArray[Any]
#: the four sides: whose payments are counted, those that the payer made, that the payer got, that the payee got and that the payee made
SIDES = ("payer_out", "payer_in", "payee_in", "payee_out")
#: of a busy account so many payments before and so many after are looked at, the nearest in time, where each has to be looked at by itself
NEAREST = 40


def sides(net: Network) -> tuple[tuple[Side, Side], ...]:
    """For each of SIDES the payments that are counted and those that are asked about."""
    return ((net.out, net.out), (net.into, net.out), (net.into, net.into), (net.out, net.into))


def counted(net: Network, side: int, before: int, after: int, first: Ints) -> tuple[Ints, Ints, Numbers]:
    """For each payment what is on one of its SIDES from `before` units of time before it to `after` units after it, itself with them: three tables with
    how many different others, how many payments, and what sum; in their first column of all payments, in their second of those in `first`.
    """
    seen, asked = sides(net)[side]
    size = len(net.payer)
    others, number, total = np.zeros((2, size), np.int32), np.zeros((2, size), np.int32), np.zeros((2, size), np.float64)
    _counted(
        (seen.rows, seen.other, seen.times, seen.places), (asked.rows, asked.times, asked.places), first, net.amounts, before, after,
        others, number, total,
    )  # fmt: skip
    return others, number, total


@njit(inline="always")
def _put(
    at: Whole, sign: Whole, kinds: Whole, v: Whole, other: Ints, places: Ints, amounts: Numbers, met: Ints, now: Ints, money: Numbers
) -> None:
    for kind in range(kinds):
        who = other[at]
        if who != v:
            met[kind, who] += sign
            if met[kind, who] == (1 if sign > 0 else 0):
                now[kind, 0] += sign
        now[kind, 1] += sign
        money[kind] = money[kind] + sign * amounts[places[at]] if now[kind, 1] else 0.0


@njit(cache=True, nogil=True)
def _counted(
    seen: tuple[Ints, ...], asked: tuple[Ints, ...], first: Ints, amounts: Numbers, before: Whole, after: Whole, others: Ints, number: Ints,
    total: Numbers,
) -> None:  # fmt: skip
    rows, other, times, places = seen
    asked_rows, asked_times, asked_places = asked
    met, now, money = np.zeros((2, len(rows) - 1), np.int32), np.zeros((2, 2), np.int64), np.zeros(2)
    for v in range(len(rows) - 1):
        low = high = rows[v]
        now[:], money[:] = 0, 0.0
        for p in range(asked_rows[v], asked_rows[v + 1]):
            t, e = asked_times[p], asked_places[p]
            while high < rows[v + 1] and times[high] <= t + after:
                _put(high, 1, 1 + first[places[high]], v, other, places, amounts, met, now, money)
                high += 1
            while low < high and times[low] < t - before:
                _put(low, -1, 1 + first[places[low]], v, other, places, amounts, met, now, money)
                low += 1
            for kind in range(2):
                others[kind, e], number[kind, e], total[kind, e] = now[kind, 0], now[kind, 1], money[kind]
        for p in range(low, high):
            met[0, other[p]] = met[1, other[p]] = 0


def alike(net: Network, side: int, before: int, after: int, first: Ints, factor: float) -> Ints:
    """How many other payments in `first` on one of its SIDES are of about the same sum as each payment: at most so many times as much or as little."""
    seen, asked = sides(net)[side]
    found = np.zeros(len(net.payer), np.int32)
    _alike((seen.rows, seen.times, seen.places), (asked.rows, asked.times, asked.places), first, net.amounts, before, after, factor, found)
    return found


@njit(cache=True, nogil=True)
def _alike(
    seen: tuple[Ints, ...], asked: tuple[Ints, ...], first: Ints, amounts: Numbers, before: Whole, after: Whole, factor: Whole, found: Ints
) -> None:
    rows, times, places = seen
    asked_rows, asked_times, asked_places = asked
    for v in range(len(rows) - 1):
        middle = rows[v]
        for p in range(asked_rows[v], asked_rows[v + 1]):
            t, e = asked_times[p], asked_places[p]
            while middle < rows[v + 1] and places[middle] < e:
                middle += 1
            low, high = amounts[e] / factor, amounts[e] * factor
            for q in range(middle - 1, max(rows[v], middle - NEAREST) - 1, -1):
                if times[q] < t - before:
                    break
                found[e] += first[places[q]] and low <= amounts[places[q]] <= high
            for q in range(middle, min(rows[v + 1], middle + NEAREST)):
                if times[q] > t + after:
                    break
                found[e] += first[places[q]] and places[q] != e and low <= amounts[places[q]] <= high


def told(net: Network, side: int, before: int, after: int, first: Ints, values: Numbers) -> tuple[Numbers, Numbers]:
    """Of the other payments in `first` on one of its SIDES, the mean and the largest of each value: `values` and both results have a row for each value."""
    seen, asked = sides(net)[side]
    mean, most = np.zeros_like(values), np.zeros_like(values)
    _told((seen.rows, seen.times, seen.places), (asked.rows, asked.times, asked.places), first, values, before, after, mean, most)
    return mean, most


@njit(cache=True, nogil=True)
def _told(
    seen: tuple[Ints, ...], asked: tuple[Ints, ...], first: Ints, values: Numbers, before: Whole, after: Whole, mean: Numbers, most: Numbers
) -> None:
    rows, times, places = seen
    asked_rows, asked_times, asked_places = asked
    for v in range(len(rows) - 1):
        middle = rows[v]
        for p in range(asked_rows[v], asked_rows[v + 1]):
            t, e, n = asked_times[p], asked_places[p], 0
            while middle < rows[v + 1] and places[middle] < e:
                middle += 1
            for q in range(max(rows[v], middle - NEAREST), min(rows[v + 1], middle + NEAREST)):
                o = places[q]
                if o != e and first[o] and t - before <= times[q] <= t + after:
                    n += 1
                    for k in range(len(values)):
                        mean[k, e] += values[k, o]
                        if n == 1 or values[k, o] > most[k, e]:
                            most[k, e] = values[k, o]
            if n > 1:
                for k in range(len(values)):
                    mean[k, e] /= n
