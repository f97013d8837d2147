"""Payments of a large invented region in which one in a thousand is illicit and nothing about a payment alone says so.

    python -m bench.finance.laundering 300000 payments.parquet [--seed 3]

Households shop, pay bills and each other; firms pay wages and their suppliers, and are paid by those whom they supply. Launderers are among them and live
as they do. What they do has the eight patterns of the AMLworld paper (Altman and others, Realistic Synthetic Financial Transactions for
Anti-Money Laundering Models, 2023); 38 % of the illicit payments are in none, as there. Illicit sums, hours and channels are drawn from those
of the larger half of everyday transfers. For two of their payments in patterns there are about five innocent ones of the same shapes: collections,
payouts of platforms, savings clubs, chains of sales, treasuries of groups. Those differ from laundering by one to three of these, one in eight by none:
their parties know each other, their sums have nothing to do with each other, they take longer.

Columns: payer, payee (numbers), time (seconds), amount, channel (a number), illicit (0 or 1), pattern (its place in PATTERNS), case, decoy (0 or 1).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.finance.transactions import PATTERNS, STORIES

DAYS = 24
CHANNELS = ("card", "transfer", "instant", "wire", "cash", "cheque")
_LONE = 0.38
_LOOKALIKES = 1.5
#: what share of the illicit payments in no pattern goes to those whom the payer pays anyhow
_AGAIN = 0.5
#: how many there are for each account, and what share of all payments they make
_PEOPLE, _FIRMS = 0.86, 0.13
_SHARES = {"shopping": 0.34, "bills": 0.12, "wages": 0.08, "friends": 0.16, "trade": 0.18, "odd": 0.09, "own": 0.03}
_HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 15, 16, 14, 14, 14, 14, 14, 13, 11, 9, 7, 5, 3], float)
_WEEK = np.array([1.0, 1.0, 1.0, 1.0, 1.1, 0.6, 0.4])

Columns = dict[str, Any]


def region(size: int, seed: int, illicit: float = 0.001) -> pa.Table:
    """About so many payments between a twelfth as many accounts, in the order of time."""
    rng = np.random.default_rng([seed, 61])
    bad = int(size * illicit)
    everyday = _Everyday(rng, size // 12, size - int(bad * (1 + _LOOKALIKES)))
    parts = [everyday.columns, *_stories(rng, everyday, bad)]
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    table["time"] = _clock(table.pop("when"))
    names = rng.permutation(everyday.accounts)
    table["payer"], table["payee"] = names[table["payer"]], names[table["payee"]]
    table["amount"] = np.maximum(table["amount"], 0.01).round(2)
    order = np.argsort(table["time"], kind="stable")
    return pa.table({name: column[order] for name, column in table.items()})


def _clock(when: Any) -> Any:
    """Seconds of what lies evenly from 0 to DAYS: as busy as the hours and the days of the week are."""
    busy = np.concatenate([[0.0], np.cumsum(np.outer(np.resize(_WEEK, DAYS), _HOURS).ravel())])
    hours = np.interp(np.clip(when, 0, DAYS) / DAYS * busy[-1], busy, np.arange(DAYS * 24 + 1))
    return (np.minimum(hours * 60, DAYS * 1_440 - 1)).astype(np.int64) * 60


class _Everyday:
    """What is paid without anything behind it; `transfers` are the places of what was not paid by card."""

    def __init__(self, rng: np.random.Generator, accounts: int, size: int) -> None:
        self.rng, self.accounts = rng, accounts
        self.people = int(accounts * _PEOPLE)
        self.firms = self.people + int(accounts * _FIRMS)
        self.town = rng.integers(0, max(8, accounts // 500), accounts)
        self.busy = np.minimum(rng.pareto(1.8, accounts) + 0.3, 60)
        self._popular = np.minimum(rng.pareto(1.2, accounts) + 0.1, max(30, accounts / 300))
        made = [getattr(self, name)(int(size * share)) for name, share in _SHARES.items()]
        joined = {name: np.concatenate([part[name] for part in made]) for name in made[0]}
        self.columns = _told(joined)
        self.transfers = np.flatnonzero(joined["channel"] > 0)

    def some(self, size: int, low: int, high: int, weight: Any) -> Any:
        """Accounts from low to high, the weightier the likelier."""
        sums = np.cumsum(weight[low:high])
        return low + np.minimum(np.searchsorted(sums, self.rng.random(size) * sums[-1]), high - low - 1)

    def near(self, of: Any, low: int, high: int) -> Any:
        """An account from low to high in the same town for each of these."""
        order = low + np.argsort(self.town[low:high], kind="stable")
        first = np.searchsorted(self.town[order], np.arange(self.town.max() + 2))
        a, b = first[self.town[of]], np.maximum(first[self.town[of] + 1], first[self.town[of]] + 1)
        return order[np.minimum(a + (self.rng.random(len(of)) * (b - a)).astype(np.int64), len(order) - 1)]

    def _again(self, payer: Any, payee: Any, size: int, often: float) -> Any:
        """So many payments over these relations, some of them often used."""
        use = np.repeat(np.arange(len(payer)), self.rng.geometric(often, len(payer)))
        use = self.rng.permutation(use)[:size]
        return use if len(use) == size else np.concatenate([use, self.rng.integers(0, len(payer), size - len(use))])

    def _paid(self, payer: Any, payee: Any, amount: Any, channel: Any = None, when: Any = None) -> Columns:
        size, rng = len(payer), self.rng
        if channel is None:
            channel = 1 + np.searchsorted(np.cumsum([0.6, 0.2, 0.09, 0.06]), rng.random(size))
        when = rng.random(size) * DAYS if when is None else when
        return {
            "payer": payer,
            "payee": payee,
            "when": when,
            "amount": amount,
            "channel": np.broadcast_to(np.asarray(channel, np.int8), size),
        }

    def shopping(self, size: int) -> Columns:
        rng = self.rng
        payer = self.some(size // 3, 0, self.people, self.busy)
        payee = np.where(
            rng.random(len(payer)) < 0.5,
            self.near(payer, self.people, self.accounts),
            self.some(len(payer), self.people, self.accounts, self._popular),
        )
        use = self._again(payer, payee, size, 0.35)
        return self._paid(payer[use], payee[use], np.exp(rng.normal(3.4, 0.9, size)), 0)

    def bills(self, size: int) -> Columns:
        rng = self.rng
        payer = self.some(size * 2 // 3, 0, self.people, np.minimum(self.busy, 4))
        payee = self.some(len(payer), self.people, self.accounts, self._popular**1.2)
        sums = np.exp(rng.normal(5.2, 0.9, len(payer)))
        use = self._again(payer, payee, size, 0.7)
        return self._paid(payer[use], payee[use], sums[use] * rng.uniform(0.95, 1.05, size))

    def wages(self, size: int) -> Columns:
        """Once in the period, most employers on the same days of the month, all their people within hours; some pay weekly."""
        rng = self.rng
        worker = rng.permutation(self.people)[: min(size * 2 // 3, self.people)]
        boss = self.near(worker, self.people, self.firms)
        boss = np.where(rng.random(len(boss)) < 0.5, self.some(len(boss), self.people, self.firms, self._popular), boss)
        wage = np.exp(rng.normal(7.5, 0.5, len(worker)))
        day = rng.choice([0, 9, 14, 21, 22], self.accounts) + rng.random(self.accounts) * 0.6
        use = np.resize(np.arange(len(worker)), size)
        when = day[boss[use]] + 7 * (np.arange(size) // len(worker)) + rng.random(size) * 0.15
        return self._paid(boss[use], worker[use], wage[use] * rng.uniform(0.98, 1.02, size), 1, when % DAYS)

    def friends(self, size: int) -> Columns:
        """Between people: mostly those near by, again and again and both ways; the sums often round."""
        rng = self.rng
        payer = self.some(size // 2, 0, self.people, self.busy)
        payee = np.where(rng.random(len(payer)) < 0.6, self.near(payer, 0, self.people), self.some(len(payer), 0, self.people, self.busy))
        back = rng.random(len(payer)) < 0.25
        payer, payee = np.concatenate([payer, payee[back]]), np.concatenate([payee, payer[back]])
        use = self._again(payer, payee, size, 0.5)
        amount = np.exp(rng.normal(4.8, 1.3, size))
        return self._paid(payer[use], payee[use], np.where(rng.random(size) < 0.5, _round(amount), amount))

    def trade(self, size: int) -> Columns:
        """Firms and those who supply them; a supplier buys from its own suppliers, and in the end from those it supplies."""
        rng = self.rng
        payer = self.some(size // 3, self.people, self.firms, self.busy)
        payee = np.where(
            rng.random(len(payer)) < 0.4,
            self.near(payer, self.people, self.firms),
            self.some(len(payer), self.people, self.firms, self._popular),
        )
        back = rng.random(len(payer)) < 0.1
        payer, payee = np.concatenate([payer, payee[back]]), np.concatenate([payee, payer[back]])
        sums = np.exp(rng.normal(7.2, 1.2, len(payer)))
        use = self._again(payer, payee, size, 0.4)
        return self._paid(payer[use], payee[use], sums[use] * np.exp(rng.normal(0, 0.5, size)))

    def odd(self, size: int) -> Columns:
        """Once and never again, between anybody: deposits, refunds, cars, craftsmen."""
        payer = self.some(size, 0, self.firms, self.busy)
        payee = self.some(size, 0, self.firms, self.busy)
        return self._paid(payer, payee, np.exp(self.rng.normal(6.6, 1.4, size)))

    def own(self, size: int) -> Columns:
        payer = self.some(size, 0, self.firms, self.busy)
        return self._paid(payer, payer, np.exp(self.rng.normal(6.5, 1.3, size)))


def _round(amount: Any) -> Any:
    step = 10.0 ** np.floor(np.log10(np.maximum(amount, 10))) / 2
    return np.maximum(np.round(amount / step), 1) * step


def _told(paid: Columns, illicit: int = 0, pattern: Any = 0, case: Any = -1, decoy: int = 0) -> Columns:
    size = len(paid["payer"])
    kinds = {
        "illicit": (illicit, np.int8), "pattern": (pattern, np.int8), "case": (case, np.int32), "decoy": (decoy, np.int8)
    }  # fmt: skip
    return paid | {name: np.broadcast_to(np.asarray(value, kind), size) for name, (value, kind) in kinds.items()}


def _stories(rng: np.random.Generator, life: _Everyday, bad: int) -> Iterable[Columns]:
    """Laundering, what looks like it, and what launderers do besides."""
    cast = np.unique(life.some(max(60, bad // 2), 0, life.firms, np.minimum(life.busy, 5)))
    pool = life.columns["amount"][life.transfers]
    pool = pool[pool >= np.median(pool)]
    teller = _Teller(rng, life, pool)
    rows = teller.told(int(bad * (1 - _LONE)), lambda size: rng.choice(cast, size, replace=False), innocent=False)
    yield _told(rows.paid(), 1, rows.pattern, rows.case)
    yield _told(rows.before())
    anyone = np.minimum(life.busy, 5)
    rows = teller.told(int(bad * _LOOKALIKES), lambda size: _different(life, size, anyone), innocent=True)
    yield _told(rows.paid(), 0, rows.pattern, rows.case, 1)
    yield _told(rows.before())
    lone = bad - int(bad * (1 - _LONE))
    payer, payee = rng.choice(cast, lone), life.some(lone, 0, life.firms, life.busy)
    dealt = life.transfers[np.isin(life.columns["payer"][life.transfers], cast)]
    dealt = rng.choice(dealt, lone)
    again = rng.random(lone) < _AGAIN
    payer, payee = (np.where(again, life.columns[end][dealt], new) for end, new in (("payer", payer), ("payee", payee)))
    yield _told(life._paid(payer, payee, rng.choice(pool, lone)), 1, len(PATTERNS) - 1)


def _different(life: _Everyday, size: int, weight: Any) -> Any:
    found = np.unique(life.some(size * 3, 0, life.firms, weight))
    while len(found) < size:
        found = np.unique(np.concatenate([found, life.some(size * 3, 0, life.firms, weight)]))
    return life.rng.permutation(found)[:size]


class _Teller:
    """Tells stories of the eight patterns and keeps what is paid in them."""

    def __init__(self, rng: np.random.Generator, life: _Everyday, pool: Any) -> None:
        self.rng, self.life, self.pool = rng, life, pool
        self.rows: list[tuple[int, int, float, float]] = []
        self.earlier: list[tuple[int, int, float, float]] = []
        self.pattern: list[int] = []
        self.case: list[int] = []

    def told(self, size: int, members: Any, *, innocent: bool) -> _Teller:
        """A teller with at least so many payments in stories of its own."""
        fresh = _Teller(self.rng, self.life, self.pool)
        number = 0
        while len(fresh.rows) < size:
            fresh._story(number, members, innocent)
            number += 1
        return fresh

    def _story(self, number: int, members: Any, innocent: bool) -> None:
        rng = self.rng
        kind = int(rng.integers(1, 9))
        steps = STORIES[kind - 1](rng)
        cast = members(1 + max(max(step[:2]) for step in steps))
        known, unrelated, slow = rng.random(3) < 0.5 if innocent else (rng.random() < 0.15, False, False)
        span = rng.uniform(0.15, 5.0) * (rng.uniform(2, 4) if slow else 1)
        begin, total = rng.uniform(0, DAYS - span), float(rng.choice(self.pool))
        for a, b, when, share in steps:
            amount = float(rng.choice(self.pool)) if unrelated else total * share
            self.rows.append((cast[a], cast[b], begin + span * when, _round(amount) if rng.random() < 0.2 else amount))
            if known:
                for _ in range(int(rng.integers(1, 4))):
                    self.earlier.append((cast[a], cast[b], rng.uniform(0, DAYS), float(rng.choice(self.pool))))
        self.pattern += [kind] * len(steps)
        self.case += [number] * len(steps)

    def paid(self) -> Columns:
        """The payments of the stories."""
        return self._columns(self.rows)

    def before(self) -> Columns:
        """What parties who know each other paid each other besides."""
        return self._columns(self.earlier)

    def _columns(self, rows: list[tuple[int, int, float, float]]) -> Columns:
        table = np.array(rows, float).reshape(-1, 4)
        return self.life._paid(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 3], None, table[:, 2])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    made = region(given.size, given.seed)
    pq.write_table(made, given.file)
    print(f"{made.num_rows:,} payments, {int(np.sum(made.column('illicit').to_numpy())):,} illicit")


if __name__ == "__main__":
    main()
