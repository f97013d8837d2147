"""Make the model that `crosstie finance score` ships: python -m bench.finance.train_scored [OUT] [--size 300000] [--seeds 11,12,13].

It learns from invented regions only (bench/finance/laundering.py), a part of them with days and no hours, as ledgers often are; from each the payments that are
illicit and a third of the others, which then count threefold. Then it is asked about regions that it has not seen (--test), and what it finds
there is printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from bench.finance.laundering import region
from bench.finance.scored import SETTINGS, average_precision, best_bar
from crosstie.lenses.finance.patterns.network import network
from crosstie.lenses.finance.scoring.features import DAY, Ledger, names, table
from crosstie.lenses.finance.scoring.model import SHIPPED

#: small enough to be read and shipped
TREES = 150
KEPT = 1 / 3


def rows(size: int, seed: int, *, timed: bool) -> tuple[Any, Any]:
    """The features of an invented ledger and what is illicit in it."""
    made = region(size, seed)
    payer, payee, time, amount, channel, label = (
        made.column(name).to_numpy() for name in ("payer", "payee", "time", "amount", "channel", "illicit")
    )
    time = time if timed else time // DAY * DAY
    found = table(Ledger.of(network(payer, payee, time, amount), channel.astype(np.int64), timed=timed))
    return found, label


def learn(size: int, seeds: list[int]) -> lightgbm.Booster:
    """The model of these regions; in every third one only days are known."""
    parts, labels = [], []
    for number, seed in enumerate(seeds):
        found, label = rows(size, seed, timed=number % 3 != 2)
        kept = np.flatnonzero((label > 0) | (np.random.default_rng(seed).random(len(label)) < KEPT))
        parts.append(found[kept])
        labels.append(label[kept])
    weight = np.where(np.concatenate(labels) > 0, 1.0, 1 / KEPT)
    data = lightgbm.Dataset(np.concatenate(parts), np.concatenate(labels), weight=weight, feature_name=list(names()))
    return lightgbm.train(SETTINGS, data, TREES)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--size", type=int, default=300_000)
    parser.add_argument("--seeds", default="11,12,13")
    parser.add_argument("--test", default="111,112")
    given = parser.parse_args()
    model = learn(given.size, [int(part) for part in given.seeds.split(",")])
    model.save_model(given.out)
    print(f"{given.out}: {model.num_trees()} trees, {given.out.stat().st_size:,} bytes")
    for number, seed in enumerate(map(int, given.test.split(","))):
        found, label = rows(given.size, seed, timed=number % 2 == 0)
        score = model.predict(found, num_threads=1)
        order = np.argsort(-score, kind="stable")
        first = ", ".join(f"{label[order[:top]].mean():.2f} of the first {top}" for top in (50, 200))
        said = f"average precision {100 * average_precision(score, label):.1f}, best bar {best_bar(score, label):.3f}, {first} illicit"
        print(f"seed {seed}, {'hours' if number % 2 == 0 else 'days only'}: {said}")


if __name__ == "__main__":
    main()
