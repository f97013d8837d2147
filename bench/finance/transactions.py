"""Payments of an invented country, with planted laundering: who pays whom again and again, wages, shops, transfers to oneself, and eight patterns.

    python -m bench.finance.transactions 1000000 payments.parquet [--seed 3]

Columns: payer, payee (numbers), time (seconds), amount, illicit (0 or 1), pattern (its place in PATTERNS), case (which one).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAY = 86_400
DAYS = 16
PATTERNS = ("none", "fan-out", "fan-in", "gather-scatter", "scatter-gather", "cycle", "chain", "bipartite", "stack", "lone")
_WEEK = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.4])

Steps = list[tuple[int, int, float, float]]  # payer and payee (places in the cast), when (share of the span), amount (share of the sum)


def payments(size: int, seed: int, illicit: float = 0.001) -> pa.Table:
    """So many payments between a tenth as many accounts, in the order of time."""
    rng = np.random.default_rng(seed)
    accounts = size // 10
    bad = _illicit(rng, accounts, int(size * illicit))
    good = _everyday(rng, accounts, size - len(bad["payer"]))
    table = {name: np.concatenate([good[name], bad[name]]) for name in good}
    names = rng.permutation(accounts)
    table["payer"], table["payee"] = names[table["payer"]], names[table["payee"]]
    order = np.argsort(table["time"], kind="stable")
    return pa.table({name: column[order] for name, column in table.items()})


def _everyday(rng: np.random.Generator, accounts: int, size: int) -> dict[str, Any]:
    """Relations that repeat (most of them near by, some both ways), chance payments, transfers between own accounts, wages."""
    town = rng.integers(0, max(20, accounts // 400), accounts)
    pays, takes = np.minimum(rng.pareto(1.6, accounts) + 0.2, 3_000), np.minimum(rng.pareto(1.3, accounts) + 0.2, accounts / 25)
    anyone_pays, anyone_takes = _drawer(rng, pays), _drawer(rng, takes)
    near = _near(rng, town, takes)
    own, wages = int(size * 0.09), int(size * 0.03)
    relations = int(size * 0.28)
    payer = anyone_pays(relations)
    payee = np.where(rng.random(relations) < 0.7, near(town[payer]), anyone_takes(relations))
    both = np.flatnonzero(rng.random(relations) < 0.08)
    payer, payee = np.concatenate([payer, payee[both]]), np.concatenate([payee, payer[both]])
    again = np.repeat(np.arange(len(payer)), rng.geometric(0.35, len(payer)))
    rng.shuffle(again)
    again = again[: int(size * 0.7)]
    boss = np.repeat(anyone_pays(max(3, accounts // 2_000)), rng.integers(20, 150, max(3, accounts // 2_000)))[:wages]
    chance = size - own - len(boss) - len(again)
    self_ = rng.integers(0, accounts, own)
    columns = {
        "payer": np.concatenate([payer[again], self_, boss, anyone_pays(chance)]),
        "payee": np.concatenate([payee[again], self_, near(town[boss]), anyone_takes(chance)]),
    }
    share = np.resize(_WEEK, DAYS)
    day = rng.choice(DAYS, size, p=share / share.sum())
    time = day * DAY + (np.clip(rng.normal(13, 4.5, size), 0, 23.98) * 3_600).astype(np.int64)
    amount = np.exp(rng.normal(6.2, 1.9, size))
    paid = slice(len(again) + own, len(again) + own + len(boss))
    time[paid] = (1 + 13 * (boss % 2)) * DAY + 8 * 3_600 + boss % 4 * 3_600 + rng.integers(0, 7_200, len(boss))
    amount[paid] = np.exp(rng.normal(8, 0.25, len(boss)))
    zeros = np.zeros(size, np.int8)
    return columns | {
        "time": time // 60 * 60, "amount": amount.round(2), "illicit": zeros, "pattern": zeros, "case": np.full(size, -1, np.int32)
    }  # fmt: skip


def _drawer(rng: np.random.Generator, weights: Any) -> Callable[[int], Any]:
    sums = np.cumsum(weights)
    return lambda size: np.minimum(np.searchsorted(sums, rng.random(size) * sums[-1]), len(sums) - 1)


def _near(rng: np.random.Generator, town: Any, weights: Any) -> Callable[[Any], Any]:
    """Draws a payee of the town of each payer."""
    order = np.argsort(town, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    first = np.searchsorted(town[order], np.arange(town.max() + 2))

    def draw(towns: Any) -> Any:
        low, high = sums[first[towns]], sums[first[towns + 1]]
        return order[np.minimum(np.searchsorted(sums, low + rng.random(len(towns)) * (high - low), side="right") - 1, len(order) - 1)]

    return draw


def _illicit(rng: np.random.Generator, accounts: int, size: int) -> dict[str, Any]:
    """Patterns among a few accounts, each within hours to five days, and lone payments of the same accounts."""
    cast = rng.choice(accounts, max(60, size // 2), replace=False)
    rows: list[tuple[int, int, float, float, int, int]] = []
    case = 0
    while len(rows) < size * 0.62:
        kind = int(rng.integers(1, 9))
        steps = STORIES[kind - 1](rng)
        members = rng.choice(cast, 1 + max(max(step[:2]) for step in steps), replace=False)
        span, total = rng.uniform(0.15, 5.0) * DAY, float(np.exp(rng.normal(8.6, 0.9)))
        begin = rng.uniform(0, DAYS * DAY - span)
        rows += [(members[a], members[b], begin + span * when, total * amount, kind, case) for a, b, when, amount in steps]
        case += 1
    while len(rows) < size:
        rows.append(
            (int(rng.choice(cast)), int(rng.integers(accounts)), rng.uniform(0, DAYS * DAY), float(np.exp(rng.normal(8, 1.3))), 9, -1)
        )
    payer, payee, time, amount, pattern, number = (np.array(column) for column in zip(*rows, strict=True))
    return {
        "payer": payer,
        "payee": payee,
        "time": time.astype(np.int64) // 60 * 60,
        "amount": amount.round(2),
        "illicit": np.ones(len(rows), np.int8),
        "pattern": pattern.astype(np.int8),
        "case": number.astype(np.int32),
    }


def _fan(rng: np.random.Generator, *, out: bool) -> Steps:
    others = range(1, int(rng.integers(4, 18)))
    return [(0, k, rng.random(), rng.uniform(0.5, 1.5)) if out else (k, 0, rng.random(), rng.uniform(0.5, 1.5)) for k in others]


def _gather_scatter(rng: np.random.Generator) -> Steps:
    ins, outs = int(rng.integers(3, 13)), int(rng.integers(3, 13))
    gathered = [(k, 0, rng.uniform(0, 0.5), rng.uniform(0.6, 1.4)) for k in range(1, ins + 1)]
    return gathered + [(0, ins + k, rng.uniform(0.5, 1), ins / outs * rng.uniform(0.8, 1.0)) for k in range(1, outs + 1)]


def _scatter_gather(rng: np.random.Generator) -> Steps:
    steps: Steps = []
    for k in range(2, int(rng.integers(5, 15))):
        amount = rng.uniform(0.6, 1.4)
        steps += [(0, k, rng.uniform(0, 0.5), amount), (k, 1, rng.uniform(0.5, 1), amount * rng.uniform(0.9, 0.99))]
    return steps


def _row(rng: np.random.Generator, *, closed: bool) -> Steps:
    size = int(rng.integers(3, 11))
    when = np.sort(rng.random(size))
    left = np.cumprod(rng.uniform(0.92 if closed else 0.85, 0.995, size))
    return [(k, (k + 1) % size if closed else k + 1, float(when[k]), float(left[k])) for k in range(size)]


def _layers(rng: np.random.Generator, *, two: bool) -> Steps:
    one, middle, last = (int(rng.integers(2, 6)) for _ in range(3))
    steps = [
        (a, one + b, rng.uniform(0, 0.5), rng.uniform(0.5, 1.5)) for a in range(one) for b in range(middle) if a == b or rng.random() < 0.7
    ]
    if two:
        steps += [
            (one + b, one + middle + c, rng.uniform(0.5, 1), rng.uniform(0.5, 1.5))
            for b in range(middle) for c in range(last) if b == c or rng.random() < 0.7
        ]  # fmt: skip
    return steps


#: The steps of each pattern, in the order of PATTERNS, the first of which is none.
STORIES: tuple[Callable[[np.random.Generator], Steps], ...] = (
    lambda rng: _fan(rng, out=True),
    lambda rng: _fan(rng, out=False),
    _gather_scatter,
    _scatter_gather,
    lambda rng: _row(rng, closed=True),
    lambda rng: _row(rng, closed=False),
    lambda rng: _layers(rng, two=False),
    lambda rng: _layers(rng, two=True),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    made = payments(given.size, given.seed)
    pq.write_table(made, given.file)
    print(f"{made.num_rows:,} payments, {int(np.sum(made.column('illicit').to_numpy())):,} illicit")


if __name__ == "__main__":
    main()
