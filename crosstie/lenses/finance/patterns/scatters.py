"""Money that one account scatters over many and another gathers from them: s pays m1, m2, ..., each of them pays d, all within a window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.network import Ints, Network, Whole, first_from


def between(net: Network, window: int, *, ties: bool = False, since: int = 0, threads: int = 1) -> tuple[Ints, Ints]:
    """For each payment from place `since` on, taken as the second leg m to d of a scatter and gather: over how many different accounts money of one
    source reached d by then, both legs within the window, and that source (-1 if none). The source with the most is taken, of equals the lowest.
    """
    size = len(net.payer) - since
    most, source = np.zeros(size, np.int32), np.full(size, -1, np.int32)
    sides = (net.into.rows, net.into.other, net.into.times, net.into.places)

    def work(part: int) -> None:
        _gathered(part, threads, sides, window, 1 - int(ties), since, most, source)

    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    return most, source


def legs(net: Network, source: int, payment: int, window: int, *, ties: bool = False) -> Ints:
    """The payments of one scatter and gather: pairs of the latest first leg from the source and the second leg, for each second leg to the account
    that `payment` goes to which lies in the window before it (and itself).
    """
    return _legs(
        (net.into.rows, net.into.other, net.into.times, net.into.places), source, net.payee[payment], payment,
        net.times[payment], window, 1 - int(ties),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _legs(into: tuple[Ints, ...], source: Whole, d: Whole, payment: Whole, time: Whole, window: Whole, later: Whole) -> Ints:
    rows, other, times, places = into
    found = np.empty((rows[d + 1] - rows[d], 2), np.int64)
    n = 0
    for p in range(first_from(times, rows[d], rows[d + 1], time - window + 1), rows[d + 1]):
        if places[p] > payment:
            break
        m = other[p]
        q = first_from(times, rows[m], rows[m + 1], times[p] + 1 - later) - 1 if m != d and m != source else np.int64(-1)
        while q >= rows[m] and times[q] > time - window:
            if other[q] == source:
                found[n, 0], found[n, 1] = places[q], places[p]
                n += 1
                break
            q -= 1
    return found[:n]


@njit(inline="always")
def _room(table: Ints, used: Whole) -> Ints:
    if used < len(table):
        return table
    wider = np.empty((2 * len(table), table.shape[1]), table.dtype)
    wider[:used] = table[:used]
    return wider


@njit(inline="always")
def _push(heap: Ints, size: Whole, entry: Whole, entries: Ints) -> None:
    """Put an entry on the heap, the oldest first leg on top."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if entries[heap[above, 0], 1] <= entries[entry, 1]:
            break
        heap[at, 0] = heap[above, 0]
        at = above
    heap[at, 0] = entry


@njit(inline="always")
def _pop(heap: Ints, size: Whole, entries: Ints) -> None:
    """Take the top from a heap of this size; the last entry finds its place."""
    moved, at = heap[size - 1, 0], 0
    while 2 * at + 1 < size - 1:
        below = 2 * at + 1
        if below + 1 < size - 1 and entries[heap[below + 1, 0], 1] < entries[heap[below, 0], 1]:
            below += 1
        if entries[moved, 1] <= entries[heap[below, 0], 1]:
            break
        heap[at, 0] = heap[below, 0]
        at = below
    heap[at, 0] = moved


@njit(cache=True, nogil=True)
def _gathered(
    part: Whole, parts: Whole, into: tuple[Ints, ...], window: Whole, later: Whole, since: Whole, most: Ints, source: Ints
) -> None:
    """The accounts part, part + parts, ... as gatherers. An entry is a source, an account between and the newest first leg; it holds until that leg
    leaves the window or another entry of the same two takes its place.
    """
    rows, other, times, places = into
    accounts = len(rows) - 1
    ways = np.zeros(accounts, np.int32)  # accounts between, by source
    met = np.full(accounts, -1, np.int64)  # the second leg that met the source last
    known = np.full(accounts, -1, np.int64)  # the second leg that already held the source
    whose = np.full(accounts, -1, np.int64)  # the gatherer whose last entries these are, by the account between
    begin, end = np.zeros(accounts, np.int64), np.zeros(accounts, np.int64)
    entries = np.empty((1024, 3), np.int64)  # source, time of the first leg, 1 while it counts
    heap = np.empty((1024, 1), np.int64)
    for d in range(part, accounts, parts):
        if rows[d + 1] == rows[d] or places[rows[d + 1] - 1] < since:
            continue
        n = held = 0
        for p in range(rows[d], rows[d + 1]):
            m, t, e = other[p], times[p], places[p]
            if m == d:
                continue
            n_before = n
            q = first_from(times, rows[m], rows[m + 1], t + 1 - later) - 1
            while q >= rows[m] and times[q] > t - window:
                s = other[q]
                if s != d and s != m and met[s] != e:
                    met[s] = e
                    entries = _room(entries, n)
                    entries[n, 0], entries[n, 1], entries[n, 2] = s, times[q], 1
                    n += 1
                q -= 1
            while held and entries[heap[0, 0], 1] <= t - window:
                ways[entries[heap[0, 0], 0]] -= entries[heap[0, 0], 2]
                entries[heap[0, 0], 2] = 0
                _pop(heap, held, entries)
                held -= 1
            if whose[m] == d:
                for k in range(begin[m], end[m]):
                    if entries[k, 2] and met[entries[k, 0]] == e:
                        entries[k, 2] = 0
                        known[entries[k, 0]] = e
            best, by = 0, -1
            for k in range(n_before, n):
                s = entries[k, 0]
                if known[s] != e:
                    ways[s] += 1
                heap = _room(heap, held)
                _push(heap, held, k, entries)
                held += 1
                if ways[s] > best or (ways[s] == best and s < by):
                    best, by = ways[s], s
            whose[m], begin[m], end[m] = d, n_before, n
            if e >= since:
                most[e - since], source[e - since] = best, by
        for k in range(n):
            ways[entries[k, 0]] = 0
