"""Where the money of each payment went on and came from: the best continuation, chains of continuations, and layers of several payers and payees."""

from __future__ import annotations

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.network import Ints, Network, Whole, first_from, network
from crosstie.lenses.finance.patterns.relays import relays
from crosstie.lenses.finance.scoring.around import NEAREST, Numbers

#: a chain is followed so many steps each way
FOLLOWED = 12
#: more than came in may go on: so many times as much
_MORE = 1.02


def onward(net: Network, window: int, first: Ints, least: float, *, ties: bool) -> tuple[Ints, Numbers]:
    """For each payment, of what its payee paid to others in the window after it, in payments in `first`: how many carried on at least the share `least`
    of it and no more than the whole, and the largest such share; 0 where there are none.
    """
    number, best = np.zeros(len(net.payer), np.int32), np.zeros(len(net.payer), np.float32)
    out = net.out
    _onward(
        (out.rows, out.other, out.times, out.places), net.payer, net.payee, net.times, net.amounts, window, 1 - int(ties), first, least,
        number, best,
    )  # fmt: skip
    return number, best


@njit(cache=True, nogil=True)
def _onward(
    out: tuple[Ints, ...], payer: Ints, payee: Ints, times: Ints, amounts: Numbers, window: Whole, later: Whole, first: Ints, least: Whole,
    number: Ints, best: Numbers,
) -> None:  # fmt: skip
    rows, other, paid, places = out
    for e in range(len(payer)):
        v = payee[e]
        if v == payer[e]:
            continue
        begin = first_from(paid, rows[v], rows[v + 1], times[e] + later)
        for p in range(begin, min(rows[v + 1], begin + NEAREST)):
            if paid[p] > times[e] + window:
                break
            o = places[p]
            share = amounts[o] / amounts[e]
            if first[o] and o != e and other[p] != payer[e] and other[p] != v and least <= share <= _MORE:
                number[e] += 1
                best[e] = max(best[e], np.float32(share))


def chains(net: Network, window: int, first: Ints, least: float, *, ties: bool) -> tuple[Ints, Ints, Ints]:
    """For each payment in `first`: how many payments before it and after it are of one chain with it, in which each passes the one before on, and whether
    the chain comes back to an account where it was.
    """
    places = np.flatnonzero(first)
    part = net_of(net, places)
    before, after, back = (np.zeros(len(net.payer), np.int32) for _ in range(3))
    if len(places):
        last = relays(part, window, least, ties=ties)
        following = np.full(len(last), -1, np.int32)
        passed = np.flatnonzero(last >= 0)
        following[last[passed]] = passed
        before[places], after[places], back[places] = _chains(part.payer, part.payee, last, following)
    return before, after, back


def net_of(net: Network, places: Ints) -> Network:
    """The network of these payments alone; the accounts keep their numbers."""
    return network(net.payer[places], net.payee[places], net.times[places], net.amounts[places], net.accounts)


@njit(cache=True, nogil=True)
def _chains(payer: Ints, payee: Ints, last: Ints, following: Ints) -> tuple[Ints, Ints, Ints]:
    size = len(payer)
    before, after, back = np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.int32)
    met = np.empty(2 * FOLLOWED + 2, np.int64)
    for e in range(size):
        met[0], met[1], n = payer[e], payee[e], 2
        q = last[e]
        while q >= 0 and q != e and before[e] < FOLLOWED:
            for k in range(n):
                back[e] |= met[k] == payer[q]
            met[n] = payer[q]
            n += 1
            before[e] += 1
            q = last[q]
        q = following[e]
        while q >= 0 and q != e and after[e] < FOLLOWED:
            for k in range(n):
                back[e] |= met[k] == payee[q]
            met[n] = payee[q]
            n += 1
            after[e] += 1
            q = following[q]
    return before, after, back


def layers(net: Network, window: int, first: Ints) -> tuple[Ints, Ints]:
    """For each payment, among payments in `first` at most a window from it: how many others paid the same payee and also another payee of the same payer, and
    how many such payments there are. Of busy accounts the nearest payments count.
    """
    payers, links = np.zeros(len(net.payer), np.int32), np.zeros(len(net.payer), np.int32)
    out, into = net.out, net.into
    _layers(
        (out.rows, out.other, out.times, out.places), (into.rows, into.other, into.times, into.places), net.payer, net.payee, net.times,
        net.accounts, window, first, payers, links,
    )  # fmt: skip
    return payers, links


@njit(inline="always")
def _span(times: Ints, begin: Whole, end: Whole, time: Whole, window: Whole) -> tuple[Whole, Whole]:
    """From where to where the payments of an account lie in the window around a time, NEAREST before it and after it at most."""
    middle = first_from(times, begin, end, time)
    low, high = max(begin, middle - NEAREST), min(end, middle + NEAREST)
    while low < middle and times[low] < time - window:
        low += 1
    while high > middle and times[high - 1] > time + window:
        high -= 1
    return low, high


@njit(cache=True, nogil=True)
def _layers(
    out: tuple[Ints, ...], into: tuple[Ints, ...], payer: Ints, payee: Ints, times: Ints, accounts: Whole, window: Whole, first: Ints,
    payers: Ints, links: Ints,
) -> None:  # fmt: skip
    rows, other, paid, places = out
    in_rows, in_other, in_paid, in_places = into
    mine, seen = np.full(accounts, -1, np.int32), np.full(accounts, -1, np.int32)
    for e in range(len(payer)):
        a, b, t = payer[e], payee[e], times[e]
        if not first[e]:
            continue
        low, high = _span(paid, rows[a], rows[a + 1], t, window)
        n = 0
        for p in range(low, high):
            if first[places[p]] and other[p] != b:
                mine[other[p]] = e
                n += 1
        if n == 0:
            continue
        low, high = _span(in_paid, in_rows[b], in_rows[b + 1], t, window)
        for p in range(low, high):
            c = in_other[p]
            if not first[in_places[p]] or c == a or seen[c] == e:
                continue
            seen[c] = e
            common = 0
            begin, end = _span(paid, rows[c], rows[c + 1], t, window)
            for q in range(begin, end):
                common += first[places[q]] and mine[other[q]] == e
            payers[e] += common > 0
            links[e] += common
