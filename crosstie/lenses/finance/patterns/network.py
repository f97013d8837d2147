"""Payments as a network over time: numbered accounts, payments in the order of time, and each account's own payments out and in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[Any]
Floats = NDArray[np.float64]
#: A whole number or a switch, of numpy's types or Python's.
Whole = Any


@dataclass(frozen=True, slots=True)
class Side:
    """Each account's payments on one side, one account after the other and in the order of time: where an account's begin, the account at the
    other end, the time, and the payment's place in the network.
    """

    rows: Ints
    other: Ints
    times: Ints
    places: Ints

    def mirrored(self) -> Side:
        """The same payments with time running backwards."""
        other, times, places = self.other.copy(), self.times.copy(), self.places.copy()
        _turn(self.rows, other, times, places)
        return Side(self.rows, other, times, places)


@dataclass(frozen=True, slots=True)
class Network:
    """Payments in the order of time: payer and payee (numbers of accounts), time in whole units (seconds, or days), amount.

    `out` and `into` are the payments by payer and by payee.
    """

    payer: Ints
    payee: Ints
    times: Ints
    amounts: Floats
    accounts: int
    out: Side
    into: Side


def network(payer: Ints, payee: Ints, times: Ints, amounts: Floats, accounts: int | None = None) -> Network:
    """A network of payments that stand in the order of time. ValueError where they do not."""
    if len(times) > 1 and bool(np.any(np.diff(times) < 0)):
        raise ValueError("payments stand in the order of time")
    size = accounts if accounts is not None else int(max(payer.max(initial=-1), payee.max(initial=-1))) + 1
    payer, payee = payer.astype(np.int32), payee.astype(np.int32)
    when = times.astype(np.int64)
    out, into = (Side(*_by_account(key, other, when, size)) for key, other in ((payer, payee), (payee, payer)))
    return Network(payer, payee, when, amounts.astype(np.float64), size, out, into)


@njit(cache=True, nogil=True)
def _by_account(key: Ints, other: Ints, times: Ints, accounts: Whole) -> tuple[Ints, Ints, Ints, Ints]:
    rows = np.zeros(accounts + 1, np.int64)
    for i in range(len(key)):
        rows[key[i] + 1] += 1
    for v in range(accounts):
        rows[v + 1] += rows[v]
    at = rows[:-1].copy()
    near, when, places = np.empty(len(key), np.int32), np.empty(len(key), np.int64), np.empty(len(key), np.int32)
    for i in range(len(key)):
        p = at[key[i]]
        near[p], when[p], places[p] = other[i], times[i], i
        at[key[i]] += 1
    return rows, near, when, places


@njit(cache=True, nogil=True)
def _turn(rows: Ints, other: Ints, times: Ints, places: Ints) -> None:
    for v in range(len(rows) - 1):
        a, b = rows[v], rows[v + 1]
        other[a:b] = other[a:b][::-1].copy()
        times[a:b] = -times[a:b][::-1]
        places[a:b] = places[a:b][::-1].copy()


@njit(inline="always")
def first_from(times: Ints, a: Whole, b: Whole, least: Whole) -> Whole:
    """The first place from a to b whose time is at least this; b where there is none."""
    while a < b:
        middle = (a + b) >> 1
        if times[middle] < least:
            a = middle + 1
        else:
            b = middle
    return a


def meeting(one: Side, other: Side, shift: int) -> Ints:
    """For each payment of an account on one side, the first place of the account's payments on the other side that are not earlier than it by the shift, or
    behind its last; by the payment's place in the network.
    """
    return _meeting(one.rows, one.times, one.places, other.rows, other.times, shift)


@njit(cache=True, nogil=True)
def _meeting(rows: Ints, times: Ints, places: Ints, other_rows: Ints, other_times: Ints, shift: Whole) -> Ints:
    found = np.empty(len(places), np.int32)
    for v in range(len(rows) - 1):
        at = other_rows[v]
        for p in range(rows[v], rows[v + 1]):
            while at < other_rows[v + 1] and other_times[at] < times[p] + shift:
                at += 1
            found[places[p]] = at
    return found


@njit(cache=True, nogil=True)
def places(rows: Ints, times: Ints, accounts: Ints, least: Ints) -> Ints:
    """For each account and time, the place of the account's first payment that is not earlier."""
    found = np.empty(len(accounts), np.int64)
    for i in range(len(accounts)):
        found[i] = first_from(times, rows[accounts[i]], rows[accounts[i] + 1], least[i])
    return found


def within(side: Side, accounts: Ints, least: Ints, latest: Ints) -> tuple[Ints, Ints]:
    """The payments on one side of each of these accounts from its least to its latest time: pairs of the account's place in the question and the
    payment's place in the network.
    """
    begin, end = places(side.rows, side.times, accounts, least), places(side.rows, side.times, accounts, latest + 1)
    number = np.maximum(end - begin, 0)
    asked = np.repeat(np.arange(len(accounts)), number)
    inside = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number) + np.repeat(begin, number)
    return asked, side.places[inside]
