"""Stacked layers: money goes from several accounts through a layer of others to a third one and further, every account of a layer taking from several and
passing all of it on to several.

Why it matters: in a stack no payment is like another, so that nobody who looks for a sum on its way finds it: it is mixed and split at every layer, and
each account knows its neighbours only. Who layers proceeds with many hired accounts does this. What is measured: accounts that within days first take
in and then pay out almost the same, stand next to others that do so at the same time with the same payers and payees, and hardly deal with
anybody else meanwhile. Traders who buy and sell all the time do not gather first and pay then.

Source: Altman and others, Realistic Synthetic Financial Transactions for Anti-Money Laundering Models (2023), for the stack and the bipartite pattern;
FATF, Professional Money Laundering (2018), as a typology; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns.fans import fans
from crosstie.lenses.finance.patterns.network import Ints, within
from crosstie.store.engine import Engine

#: an account of a layer has at least so many neighbours in the layer before and in the one behind
_WAYS = 2
#: more than came in may leave: this much of it at most
_MOST = 1.1


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Layers of at least `accounts` accounts that within `window` days passed on all but the share `kept` of `amount` or more each, of which the share
    `together` had come in before; the share `within` of it came from and went to the same neighbours.
    """
    return table(seen for book in books(engine) for seen in _stacks(book, thresholds))


@dataclass(frozen=True, slots=True)
class _Side:
    """Payments of turns on one side: the number of the turn, the payment, and the account at its other end."""

    turn: Ints
    place: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class _Turns:
    """Accounts that took in and passed on within the window: who, the time of the last payment out, and the payments of each side."""

    party: Ints
    time: Ints
    ins: _Side
    outs: _Side


def _stacks(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    turns, window = _turns(book, limits), int(limits["window"] * DAY)
    kept, left = np.ones(len(turns.party), np.bool_), -1
    while left != int(kept.sum()):
        left = int(kept.sum())
        for side in (turns.ins, turns.outs):
            kept &= _neighboured(book, turns, side, kept, window, limits["within"])
    for members in _groups(turns, kept, window):
        if len(members) >= limits["accounts"]:
            yield _seen(book, turns, members, limits)


def _turns(book: Book, limits: Mapping[str, float]) -> _Turns:
    net, window = book.net, int(limits["window"] * DAY)
    others, _, sums = fans(net, window)
    busy = (others[:, 0] >= _WAYS) & (others[:, 1] >= _WAYS) & (sums[:, 1] >= limits["amount"])
    busy &= (sums[:, 0] >= (1 - limits["kept"]) * sums[:, 1]) & (sums[:, 0] <= _MOST * sums[:, 1])
    places = np.flatnonzero(busy)
    places = places[np.lexsort((places, net.payer[places]))]
    follows = (np.diff(net.payer[places]) == 0) & (np.diff(net.times[places]) < window)
    places = places[np.append(~follows, True)[: len(places)]]  # the last of each stretch
    party, time = net.payer[places], net.times[places]
    ins, outs = (_Side(turn, place, end[place]) for (turn, place), end in _both(book, party, time, window))
    begun = np.full(len(party), np.iinfo(np.int64).max)
    np.minimum.at(begun, outs.turn, net.times[outs.place])
    before = net.times[ins.place] <= begun[ins.turn]
    came, early = (np.bincount(ins.turn, net.amounts[ins.place] * one, len(party)) for one in (np.ones(len(before)), before))
    good = early >= limits["together"] * came
    new = np.cumsum(good) - 1
    ins, outs = (_Side(new[one.turn[good[one.turn]]], one.place[good[one.turn]], one.end[good[one.turn]]) for one in (ins, outs))
    return _Turns(party[good], time[good], ins, outs)


def _both(book: Book, party: Ints, time: Ints, window: int) -> Iterator[tuple[tuple[Ints, Ints], Ints]]:
    net = book.net
    yield within(net.into, party, time - window + 1, time), net.payer
    yield within(net.out, party, time - window + 1, time), net.payee


def _shared(turns: _Turns, side: _Side, kept: Ints, window: int) -> tuple[Ints, Ints, Ints]:
    """The pairs of a turn and an account at its other end by account and time, each once; and whether the pair before has the same account, soon enough."""
    mine = kept[side.turn]
    pairs = np.unique(np.stack([side.end[mine].astype(np.int64), side.turn[mine].astype(np.int64)]), axis=1)
    pairs = pairs[:, np.lexsort((pairs[1], turns.time[pairs[1]], pairs[0]))]
    near = (np.diff(pairs[0]) == 0) & (np.diff(turns.time[pairs[1]]) < window)
    return pairs[0], pairs[1], near


def _neighboured(book: Book, turns: _Turns, side: _Side, kept: Ints, window: int, least: float) -> Ints:
    """Which turns deal with at least two neighbours on this side, and with hardly anybody else."""
    size = len(turns.party)
    end, turn, near = _shared(turns, side, kept, window)
    shared = np.append(near, False)[: len(end)] | np.concatenate([[False], near])[: len(end)]
    ways = np.bincount(turn[shared], minlength=size)
    keys = np.sort(turn[shared] * book.net.accounts + end[shared])
    asked = side.turn.astype(np.int64) * book.net.accounts + side.end
    at = np.minimum(np.searchsorted(keys, asked), max(len(keys) - 1, 0))
    among = keys[at] == asked if len(keys) else np.zeros(len(asked), np.bool_)
    whole, part = (np.bincount(side.turn, book.net.amounts[side.place] * one, size) for one in (np.ones(len(asked)), among))
    return (ways >= _WAYS) & (part >= least * whole)


def _groups(turns: _Turns, kept: Ints, window: int) -> Iterator[list[int]]:
    """The turns that share neighbours, or of which one pays the other: one group for each stack."""
    group = list(range(len(turns.party)))

    def root(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    for side in (turns.ins, turns.outs):
        _, turn, near = _shared(turns, side, kept, window)
        for one, other in zip(turn[:-1][near].tolist(), turn[1:][near].tolist(), strict=True):
            group[root(other)] = root(one)
    for one, other in _paid(turns, kept, window):
        group[root(other)] = root(one)
    found: dict[int, list[int]] = {}
    for one in np.flatnonzero(kept).tolist():
        found.setdefault(root(one), []).append(one)
    yield from found.values()


def _paid(turns: _Turns, kept: Ints, window: int) -> list[tuple[int, int]]:
    """The pairs of turns of which the first pays the second: one layer and the next."""
    by_party: dict[int, list[int]] = {}
    for one in np.flatnonzero(kept).tolist():
        by_party.setdefault(int(turns.party[one]), []).append(one)
    mine = kept[turns.outs.turn] & np.isin(turns.outs.end, turns.party[kept])
    pairs = set(zip(turns.outs.turn[mine].tolist(), turns.outs.end[mine].tolist(), strict=True))
    return sorted(
        (one, other)
        for one, end in pairs
        for other in by_party[end]
        if 0 <= int(turns.time[other]) - int(turns.time[one]) < window and one != other
    )


def _seen(book: Book, turns: _Turns, members: list[int], limits: Mapping[str, float]) -> Seen:
    net, among = book.net, np.zeros(len(turns.party), np.bool_)
    among[members] = True
    ins, outs = (np.unique(side.place[among[side.turn]]) for side in (turns.ins, turns.outs))
    own = {int(turns.party[one]) for one in members}
    paid = _paid(turns, among, int(limits["window"] * DAY))
    layers = _depth(members, paid)
    payers, payees = set(net.payer[ins].tolist()) - own, set(net.payee[outs].tolist()) - own
    entered, left = ins[~np.isin(net.payer[ins], list(own))], outs[~np.isin(net.payee[outs], list(own))]
    places = np.union1d(ins, outs)
    names = book.names(own | payers | payees)
    start, end = book.date(int(places[0])), book.date(int(places[-1]))
    amount = float(net.amounts[entered].sum())
    sentence = (
        f"{len(own)} accounts in {layers} layer{'s' if layers > 1 else ''} between {len(payers)} payers and {len(payees)} payees took in"
        f" {amount:,.2f} {book.currency} and passed on {float(net.amounts[left].sum()):,.2f} between {start} and {end}; each was paid by several"
        " and paid several, and hardly dealt with anybody else meanwhile."
    )
    ties = tuple({(names[int(net.payer[place])], names[int(net.payee[place])]) for place in places.tolist()})
    score = 1 - 0.5 ** (len(own) / limits["accounts"] * (1 + layers) / 2)
    shown = places.tolist()[:12]
    return Seen(
        tuple(names[party] for party in sorted(own)),
        start,
        end,
        score,
        sentence,
        book.evidence(book.rows(shown), shown),
        amount,
        book.currency,
        ties,
    )


def _depth(members: list[int], paid: list[tuple[int, int]]) -> int:
    """How many layers of turns stand one behind the other."""
    depth = dict.fromkeys(members, 1)
    for _ in members:
        deeper = {other: depth[one] + 1 for one, other in paid if depth[one] + 1 > depth[other] and depth[one] < len(members)}
        if not deeper:
            break
        depth |= deeper
    return max(depth.values())
