"""How many others an account dealt with in the window before each of its payments: fans in and out, gathering before scattering."""

from __future__ import annotations

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.network import Floats, Ints, Network, Whole


def fans(net: Network, window: int, *, since: int = 0) -> tuple[Ints, Ints, Floats]:
    """For each payment from place `since` on, what came before it and with it, in the window: four columns of how many different others, how many
    payments and what sum. The columns: paid out by the payer, come in to the payer, come in to the payee, paid out by the payee.

    In the window is what is less than `window` units older, and of the same time what stands before.
    """
    size = len(net.payer) - since
    others, number, total = np.zeros((size, 4), np.int32), np.zeros((size, 4), np.int32), np.zeros((size, 4), np.float64)
    for column, (seen, asked) in enumerate(((net.out, net.out), (net.into, net.out), (net.into, net.into), (net.out, net.into))):
        _fan(
            (seen.rows, seen.other, seen.times, seen.places), (asked.rows, asked.times, asked.places), net.amounts, window, since,
            others[:, column], number[:, column], total[:, column],
        )  # fmt: skip
    return others, number, total


@njit(cache=True, nogil=True)
def _fan(
    seen: tuple[Ints, ...], asked: tuple[Ints, ...], amounts: Floats, window: Whole, since: Whole, others: Ints, number: Ints, total: Floats
) -> None:
    rows, other, times, places = seen
    asked_rows, asked_times, asked_places = asked
    times_met = np.zeros(len(rows) - 1, np.int32)
    for v in range(len(rows) - 1):
        first = last = rows[v]
        different, money = 0, 0.0
        for p in range(asked_rows[v], asked_rows[v + 1]):
            e = asked_places[p]
            if e < since:
                continue
            while last < rows[v + 1] and places[last] <= e:
                if other[last] != v:
                    times_met[other[last]] += 1
                    different += times_met[other[last]] == 1
                money += amounts[places[last]]
                last += 1
            while first < last and times[first] <= asked_times[p] - window:
                if other[first] != v:
                    times_met[other[first]] -= 1
                    different -= times_met[other[first]] == 0
                money -= amounts[places[first]]
                first += 1
            if first == last:
                money = 0.0
            others[e - since], number[e - since], total[e - since] = different, last - first, money
        for p in range(first, last):
            times_met[other[p]] = 0
