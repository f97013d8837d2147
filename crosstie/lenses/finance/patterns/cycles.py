"""Money that comes back: cycles of payments, each later than the one before, all within a window.

A cycle of at most six payments between as many different accounts is found at the payment that closes it, from u to v: some path leads from v to
u. Two steps are labelled backwards from u, once for all payments that u makes while they are in the window; up to three steps are walked from v,
and where the walk meets a label there is a cycle. Which end is walked and which is labelled is chosen for each payment by what the walk would
cost: in a mirror, where time runs backwards, the ends have changed places. So the busiest accounts cost little, and nothing is left out.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from crosstie.lenses.finance.patterns.chase import LONGEST, chase, costs
from crosstie.lenses.finance.patterns.network import Ints, Network, Side, places


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

    def work(part: tuple[Ints, Side, Side, bool]) -> None:
        jobs, on, back, mirrored = part
        counts = np.zeros((len(jobs), longest - 1), np.int32)
        rows = chase(jobs, _arrays(on), _arrays(back), net.amounts, alike, longest, int(ties), counts, keep)
        found[jobs[:, 0] - since] = counts
        kept.append(_turned(rows) if mirrored else rows)

    parts = _parts(net, window, ties, since, threads)
    if threads == 1:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    return found, np.concatenate(kept)


def _arrays(side: Side) -> tuple[Ints, Ints, Ints, Ints]:
    return side.rows, side.other, side.times, side.places


def _parts(net: Network, window: int, ties: bool, since: int, threads: int) -> list[tuple[Ints, Side, Side, bool]]:
    """The jobs with the sides that they walk on and label back, cut where another home begins, the dearest part first."""
    closing = np.arange(since, len(net.payer))
    closing = closing[net.payer[since:] != net.payee[since:]]
    back_out, back_into = net.out.mirrored(), net.into.mirrored()
    walks = _walk_cost(net.out, net.payee[closing], net.times[closing] - window + 1, net.times[closing], window)
    turned = _walk_cost(back_into, net.payer[closing], -net.times[closing], -net.times[closing] + window - 1, window)
    open_ends = (walks > 0) & (turned > 0)
    parts: list[tuple[Ints, Side, Side, bool]] = []
    for mirrored in (False, True):
        mine = closing[open_ends & ((turned < walks) if mirrored else (turned >= walks))]
        times = net.times[mine]
        if mirrored:
            jobs = [mine, net.payee[mine], net.payer[mine], -times + 1 - ties, -times + window - 1, -times]
        else:
            jobs = [mine, net.payer[mine], net.payee[mine], times - window + 1, times - 1 + ties, times]
        table = np.stack([column.astype(np.int64) for column in jobs], axis=1) if len(mine) else np.empty((0, 6), np.int64)
        table = table[np.lexsort((table[:, 0], table[:, 5], table[:, 1]))]
        on, back = (back_into, back_out) if mirrored else (net.out, net.into)
        parts += [(part, on, back, mirrored) for part in _cut(table, threads)]
    return parts


def _cut(table: Ints, threads: int) -> list[Ints]:
    if threads == 1:
        return [table]
    edges = np.flatnonzero(np.diff(table[:, 1], prepend=-1))
    wanted = np.searchsorted(edges, np.linspace(0, len(table), 8 * threads + 1)[1:-1])
    return np.split(table, np.unique(edges[wanted[wanted < len(edges)]]))


def _walk_cost(side: Side, start: Ints, least: Ints, latest: Ints, window: int) -> Ints:
    one, two = costs(side.rows, side.other, side.times, window)
    first, last = _span(side, start, least, latest)
    cost: Ints = (last - first) + (one[last] - one[first]) + (two[last] - two[first])
    return cost


def _span(side: Side, accounts: Ints, least: Ints, latest: Ints) -> tuple[Ints, Ints]:
    """The places in a side of the payments of these accounts between two times, the last one behind."""
    return places(side.rows, side.times, accounts, least), places(side.rows, side.times, accounts, latest + 1)


def _turned(rows: Ints) -> Ints:
    """Cycles walked in the mirror, in their true order: the closing payment stays the last."""
    turned = rows.copy()
    for length in range(3, LONGEST + 1):
        mine = rows[:, 0] == length
        turned[mine, 1:length] = rows[mine, 1:length][:, ::-1]
    return turned
