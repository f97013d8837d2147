"""What is usual between two parties and for each of them, before each payment: how often, how much, by which channel, how long ago."""

from __future__ import annotations

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.network import Ints, Network, Whole
from crosstie.lenses.finance.scoring.around import Numbers, sides

#: how long ago, in days, what has never been counts as
NEVER = 99.0


def pairs(net: Network, history: int, before: int, after: int, day: int) -> tuple[Ints, Ints, Numbers, Numbers, Ints]:
    """For each payment, of its two parties: how often the payer paid the payee and the payee the payer in the history before, how many days since the
    payer last did, how many times as much (as a logarithm) this is, and whether this is the only payment between them from `before` to `after`.
    """
    size = len(net.payer)
    low, high = np.minimum(net.payer, net.payee).astype(np.int64), np.maximum(net.payer, net.payee)
    order = np.argsort(low * net.accounts + high, kind="stable")
    key = (low * net.accounts + high)[order]
    same, back, only = np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.uint8)
    since, ratio = np.full(size, NEVER, np.float32), np.zeros(size, np.float32)
    _pairs(
        key, order, net.payer, net.times, np.log(np.maximum(net.amounts, 1e-9)), history, before, after, day, same, back, since, ratio, only
    )
    only[net.payer == net.payee] = 0
    return same, back, since, ratio, only


@njit(cache=True, nogil=True)
def _pairs(
    key: Ints, order: Ints, payer: Ints, times: Ints, logs: Numbers, history: Whole, before: Whole, after: Whole, day: Whole, same: Ints,
    back: Ints, since: Numbers, ratio: Numbers, only: Ints,
) -> None:  # fmt: skip
    begin = 0
    while begin < len(key):
        end = begin
        while end < len(key) and key[end] == key[begin]:
            end += 1
        low, to, fro = begin, 0, 0  # payments since `low` that went the way of the first payment of all, and the other way
        one = payer[order[begin]]
        for p in range(begin, end):
            e = order[p]
            while times[order[low]] < times[e] - history:
                if payer[order[low]] == one:
                    to -= 1
                else:
                    fro -= 1
                low += 1
            mine = payer[e] == one
            same[e], back[e] = (to, fro) if mine else (fro, to)
            q = p - 1
            while q >= low and payer[order[q]] != payer[e]:
                q -= 1
            if q >= low:
                since[e], ratio[e] = (times[e] - times[order[q]]) / day, logs[e] - logs[order[q]]
            near = (p > begin and times[e] - times[order[p - 1]] <= before) or (p + 1 < end and times[order[p + 1]] - times[e] <= after)
            only[e] = not near
            if mine:
                to += 1
            else:
                fro += 1
        begin = end


def usual(net: Network, side: int, history: int, day: int) -> tuple[Ints, Numbers, Numbers, Numbers]:
    """For each payment, of those in the history before it on one of SIDES: how many, how far its sum lies from their mean in logarithms and in standard
    deviations, and how many days ago the last was.
    """
    seen, asked = sides(net)[side]
    size = len(net.payer)
    number, away, score = np.zeros(size, np.int32), np.zeros(size, np.float32), np.zeros(size, np.float32)
    since = np.full(size, NEVER, np.float32)
    logs = np.log(np.maximum(net.amounts, 1e-9))
    _usual(
        (seen.rows, seen.times, seen.places), (asked.rows, asked.times, asked.places), logs, history, day, number, away, score, since
    )  # fmt: skip
    return number, away, score, since


@njit(cache=True, nogil=True)
def _usual(
    seen: tuple[Ints, ...], asked: tuple[Ints, ...], logs: Numbers, history: Whole, day: Whole, number: Ints, away: Numbers, score: Numbers,
    since: Numbers,
) -> None:  # fmt: skip
    rows, times, places = seen
    asked_rows, asked_times, asked_places = asked
    for v in range(len(rows) - 1):
        low = high = rows[v]
        one = two = 0.0
        for p in range(asked_rows[v], asked_rows[v + 1]):
            t, e = asked_times[p], asked_places[p]
            while high < rows[v + 1] and places[high] < e:
                one += logs[places[high]]
                two += logs[places[high]] ** 2
                high += 1
            while low < high and times[low] < t - history:
                one -= logs[places[low]]
                two -= logs[places[low]] ** 2
                low += 1
            n = high - low
            number[e] = n
            if n:
                away[e] = logs[e] - one / n
                score[e] = away[e] / np.sqrt(max(two / n - (one / n) ** 2, 0.0) + 0.25)
                since[e] = (t - times[high - 1]) / day
            else:
                one = two = 0.0


def channels(net: Network, channel: Ints, history: int) -> Numbers:
    """What share of the payer's payments in the history before went by the channel of each payment; 1 where there were none."""
    found = np.ones(len(net.payer), np.float32)
    out = net.out
    _channels(out.rows, out.times, out.places, channel, int(channel.max(initial=0)) + 1, history, found)
    return found


@njit(cache=True, nogil=True)
def _channels(rows: Ints, times: Ints, places: Ints, channel: Ints, kinds: Whole, history: Whole, found: Numbers) -> None:
    used = np.zeros(kinds, np.int64)
    for v in range(len(rows) - 1):
        low = rows[v]
        used[:] = 0
        for p in range(rows[v], rows[v + 1]):
            e = places[p]
            while times[low] < times[p] - history:
                used[channel[places[low]]] -= 1
                low += 1
            if p > low:
                found[e] = used[channel[e]] / (p - low)
            used[channel[e]] += 1
