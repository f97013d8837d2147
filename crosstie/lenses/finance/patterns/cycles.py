"""Money that comes back: cycles of payments, each later than the one before, all within a window.

A cycle of at most six payments between as many different accounts is found at the payment that closes it, from u to v: some path leads from v to
u. Two steps are labelled backwards from u, once for all payments that u makes while they are in the window; up to three steps are walked from v,
and where the walk meets a label there is a cycle. Which end is walked and which is labelled is chosen for each payment by what the walk would
cost, and so is whether one step is labelled and one more walked: in a mirror, where time runs backwards, the ends have changed places. So the busiest
accounts cost little, and nothing is left out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from crosstie.lenses.finance.patterns.chase import LONGEST, chase
from crosstie.lenses.finance.patterns.network import Ints, Network
from crosstie.lenses.finance.patterns.plan import Part, plan


@dataclass(frozen=True, slots=True)
class Cycles:
    """Cycles with their payments: `places` has a row for each cycle, the payments in their order and then -1; `lengths` says how many they are."""

    lengths: Ints
    places: Ints


def count(
    net: Network, window: int, *, longest: int = LONGEST, ties: bool = False, alike: float = 0.0, since: int = 0, threads: int = 1
) -> Ints:
    """How many cycles each payment closes, by their length: a row for each payment from place `since` on, a column for each length from two.

    All payments of a cycle lie within `window` units of time. With `ties`, payments of one time may follow each other (days without hours).
    With `alike`, no amount of a cycle is less than that share of another.
    """
    return _search(net, window, longest, ties, alike, since, threads, False)[0]


def find(
    net: Network, window: int, *, longest: int = LONGEST, ties: bool = False, alike: float = 0.0, since: int = 0, threads: int = 1
) -> Cycles:
    """The cycles that `count` counts, with their payments, by the payment that closes them."""
    rows = _search(net, window, longest, ties, alike, since, threads, True)[1]
    rows = rows[np.lexsort([rows[:, 1 + at] for at in range(LONGEST - 1, -1, -1)] + [rows[np.arange(len(rows)), rows[:, 0]]])]
    return Cycles(rows[:, 0], rows[:, 1:])


def _search(net: Network, window: int, longest: int, ties: bool, alike: float, since: int, threads: int, keep: bool) -> tuple[Ints, Ints]:
    if not 2 <= longest <= LONGEST:
        raise ValueError(f"cycles of 2 to {LONGEST} payments are searched, not of {longest}")
    found = np.zeros((len(net.payer) - since, longest - 1), np.int32)
    kept = [np.empty((0, LONGEST + 1), np.int32)]

    def work(part: Part) -> None:
        way = part.way
        counts = np.zeros((len(part.jobs), longest - 1), np.int32)
        room, done = (2_048 if keep else 0), 0
        while done < len(part.jobs):
            rows = np.empty((room, LONGEST + 1), np.int32)
            more, number = chase(
                part.jobs[done:], way.on, way.back, part.reach, net.amounts, alike, longest, int(ties), counts[done:], rows
            )
            kept.append(_turned(rows[:number]) if way.mirrored else rows[:number])
            done, room = done + more, 2 * room
        found[part.jobs[:, 0] - since] = counts

    parts = plan(net, window, longest, ties, since, threads)
    if threads == 1:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    return found, np.concatenate(kept)


def _turned(rows: Ints) -> Ints:
    """Cycles walked in the mirror, in their true order: the closing payment stays the last."""
    turned = rows.copy()
    for length in range(3, LONGEST + 1):
        mine = rows[:, 0] == length
        turned[mine, 1:length] = rows[mine, 1:length][:, ::-1]
    return turned
