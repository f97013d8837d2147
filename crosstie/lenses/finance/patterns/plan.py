"""How the search for cycles is done cheapest: for each closing payment, from which end it is walked and how far around the other is labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.chase import STEPS
from crosstie.lenses.finance.patterns.network import Floats, Ints, Network, Side, meeting

#: setting a label costs as much as so many steps of a walk
_LABEL = 3.0


@dataclass(frozen=True, slots=True)
class Way:
    """A direction of time as `chase` sees it: the payments that are walked on, by account: where an account's begin, their times with the accounts at the
    other end, where what follows each begins and where it leaves the window, places; and those that are labelled back: the same, but behind what comes before.
    Times and accounts, and where to go on, stand side by side: a walk that jumps to a payment wants both.

    For each payment as a closing one: where its walk begins, how many payments the walk is expected to meet at each step, and how many jobs have
    the same home and window.
    """

    mirrored: bool
    on: tuple[Ints, ...]
    back: tuple[Ints, ...]
    begin: Ints
    expected: Ints
    shared: Ints


@dataclass(frozen=True, slots=True)
class Part:
    """Jobs that are done in one way, and how far around their homes is labelled."""

    jobs: Ints
    way: Way
    reach: int


def plan(net: Network, window: int, longest: int, ties: bool, since: int, threads: int) -> list[Part]:
    """The jobs of all payments from place `since` on, by how each is cheapest done; with several threads cut where another home begins."""
    steps = min(STEPS, longest - 1)
    zero, kind = _clock(net, window)
    out, into = (Side(side.rows, side.other, (side.times - zero).astype(kind), side.places) for side in (net.out, net.into))
    ways = (_way(out, into, False, window, ties, steps), _way(into.mirrored(), out.mirrored(), True, window, ties, steps))
    options = [(way, other, reach) for way, other in (ways, ways[::-1]) for reach in (1, 2) if reach < max(2, longest - 1)]
    best, least = np.full(len(net.payer), -1, np.int8), np.full(len(net.payer), np.inf, np.float32)
    for number, (way, other, reach) in enumerate(options):
        walked = way.expected[:, : max(longest - 1 - reach, 1)].sum(axis=1)
        cost = walked + _LABEL * other.expected[:, :reach].sum(axis=1) / way.shared
        better = cost < least
        best[better], least[better] = number, cost[better]
    best[(net.payer == net.payee) | (ways[0].expected[:, 0] == 0) | (ways[1].expected[:, 0] == 0)] = -1
    best[:since] = -1
    parts: list[Part] = []
    for number, (way, _, reach) in enumerate(options):
        table = _jobs(net, np.flatnonzero(best == number), way, window, ties, zero)
        parts += [Part(part, way, reach) for part in _cut(table, threads)]
    return parts


def _way(on: Side, back: Side, mirrored: bool, window: int, ties: bool, steps: int) -> Way:
    later = 1 - int(ties)
    from_, until = (later, window) if mirrored else (1 - window, int(ties))
    begin, end = meeting(back, on, from_), meeting(back, on, until)
    ahead = np.column_stack([meeting(back, on, later)[on.places], meeting(back, on, window)[on.places]])
    expected = _expected(ahead, begin, end, steps)
    before = meeting(on, back, 1 - later)[back.places]
    own = np.empty(len(on.places), np.int32)
    own[on.places] = np.arange(1, len(own) + 1, dtype=np.int32)
    shared = own - meeting(on, on, 1 - window)
    return Way(
        mirrored,
        (on.rows, _near(on), ahead, on.places),
        (back.rows, _near(back), back.places, before),
        begin,
        expected,
        shared,
    )


def _clock(net: Network, window: int) -> tuple[int, type[np.signedinteger[Any]]]:
    """The time that counts as nought, and the whole numbers that hold all times then: half as wide wherever they suffice, for what is near at hand is quick."""
    zero, last = (int(net.times[0]), int(net.times[-1])) if len(net.times) else (0, 0)
    return zero, np.int32 if last - zero + window < 2**31 - 2 else np.int64


def _near(side: Side) -> Ints:
    return np.column_stack([side.times, side.other.astype(side.times.dtype)])


def _expected(ahead: Ints, first: Ints, last: Ints, steps: int) -> Ints:
    """How many payments a walk meets at each step, about: of paths whose steps come in order by chance one in two, one in six ... does. A payment of the
    side is followed by those from one place to another, `ahead`; a walk begins with those from `first` to `last`.
    """
    found: Ints = np.empty((len(first), steps), np.float32)
    sums = np.arange(len(ahead) + 1, dtype=np.float64)
    for step in range(steps):
        _spans(sums, first, last, found[:, step])
        if step + 1 < steps:
            sums = _after(sums, ahead, step + 2)
    return found


@njit(cache=True, nogil=True)
def _spans(sums: Floats, first: Ints, last: Ints, found: Ints) -> None:
    for i in range(len(first)):
        found[i] = sums[last[i]] - sums[first[i]]


@njit(cache=True, nogil=True)
def _after(sums: Floats, ahead: Ints, step: int) -> Floats:
    found = np.empty(len(sums), np.float64)
    found[0] = total = 0.0
    for p in range(len(ahead)):
        total += (sums[ahead[p, 1]] - sums[ahead[p, 0]]) / step
        found[p + 1] = total
    return found


def _jobs(net: Network, places: Ints, way: Way, window: int, ties: bool, zero: int) -> Ints:
    """The table of jobs of these closing payments, by home and time."""
    payer, payee, times = net.payer[places], net.payee[places], net.times[places] - zero
    if way.mirrored:
        columns = [places, payee, payer, -times + 1 - int(ties), -times + window - 1, -times, way.begin[places]]
    else:
        columns = [places, payer, payee, times - window + 1, times - 1 + int(ties), times, way.begin[places]]
    order = np.argsort(columns[1][::-1] if way.mirrored else columns[1], kind="stable")
    order = len(order) - 1 - order if way.mirrored else order  # payments stand in the order of time, backwards in the mirror
    table = np.empty((len(places), len(columns)), way.on[1].dtype)
    for number, column in enumerate(columns):
        table[:, number] = column[order]
    return table


def _cut(table: Ints, threads: int) -> list[Ints]:
    if threads == 1:
        return [table]
    edges = np.flatnonzero(np.diff(table[:, 1], prepend=-1))
    wanted = np.searchsorted(edges, np.linspace(0, len(table), 8 * threads + 1)[1:-1])
    return np.split(table, np.unique(edges[wanted[wanted < len(edges)]]))
