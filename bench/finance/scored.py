"""How well payments of laundering are found by gradient boosting on our features, beside the same boosting on GFP's (snapml's GraphFeaturePreprocessor).

    python -m bench.finance.scored [--sizes 300000] [--seeds 101,102,103] [--peer PYTHON] [--mirror] [--generator laundering|transactions]

PYTHON is an interpreter with snapml and pyarrow. Each ledger is cut by time: the first 60 % of the payments to learn from, the next 20 % to choose from
which score on to raise an alarm, the last 20 % for the figures. Every set of features gets the same columns of the payment itself, the same
LightGBM, the same seeds. Ours are worked out for each part from what had happened by its end, so that nothing of a later part is known in an
earlier one; like a GNN, and unlike GFP, they also see what follows a payment within five days. With --mirror GFP is also run backwards in time over
the whole ledger and gets both. Seeds to choose settings by were 1 to 9; those of figures begin at 101.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.finance.laundering import region
from bench.finance.transactions import payments
from crosstie.lenses.finance.patterns.network import network
from crosstie.lenses.finance.scoring.features import DAY, Ledger, names, pieces

CUTS = (0.6, 0.8)
#: Chosen on seed 1 of `laundering`; the same for every set of features.
SETTINGS: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.03, "num_leaves": 15, "min_data_in_leaf": 20, "feature_fraction": 0.3, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 10.0, "max_bin": 255, "num_threads": 1, "verbose": -1, "seed": 7, "deterministic": True,
}  # fmt: skip
ROUNDS = 300
#: of the innocent payments of the first part this share is learned from, each counting for as many more
KEPT = 0.25

Table = Any


def plain(table: pa.Table) -> Table:
    """What a payment says of itself."""
    time_, amount = table.column("time").to_numpy(), table.column("amount").to_numpy()
    columns = [np.log10(amount), time_ % DAY / 3_600, (time_ // DAY + 3) % 7]
    columns += [table.column(name).to_numpy() for name in ("channel", "currency") if name in table.column_names]
    return np.column_stack(columns).astype(np.float32)


def ours(table: pa.Table, raw: Table) -> Table:
    """The columns of the payment and our features of each part, from what had happened by the end of the part."""
    begin, width = 0, raw.shape[1]
    found = np.empty((len(raw), width + len(names())), np.float32)
    found[:, :width] = raw
    for cut in (*CUTS, 1.0):
        end = int(table.num_rows * cut)
        seen = table.slice(0, end)
        net = network(*(seen.column(name).to_numpy() for name in ("payer", "payee", "time", "amount")))
        channel = seen.column("channel").to_numpy().astype(np.int64) if "channel" in seen.column_names else np.zeros(end, np.int64)
        for first, last, block in pieces(Ledger.of(net, channel, timed=True), 250_000):
            if last > begin:
                found[max(first, begin) : last, width:] = block[max(begin - first, 0) :]
        begin = end
    return found


def gfp(table: pa.Table, python: str, days: str, *, mirror: bool) -> Table:
    """GFP's features, of a ledger as it is or run backwards."""
    columns = {name: table.column(name).to_numpy() for name in ("payer", "payee", "time", "amount")}
    if mirror:
        latest = columns["time"].max()
        columns = {
            "payer": columns["payee"][::-1], "payee": columns["payer"][::-1], "time": (latest - columns["time"])[::-1],
            "amount": columns["amount"][::-1],
        }  # fmt: skip
    script = Path(__file__).parent / "peers" / "gfp_features.py"
    with TemporaryDirectory() as folder:
        file, into = Path(folder) / "payments.parquet", Path(folder) / "features.npy"
        pq.write_table(pa.table(columns), file)
        made = subprocess.run([python, script, file, into, days, "1"], capture_output=True, text=True, check=True)
        print(f"    GFP{' backwards' if mirror else ''}: {json.loads(made.stdout.splitlines()[-1])}", flush=True)
        found = np.load(into)
    return found[::-1] if mirror else found


def fit(rows: Table, label: Any, cuts: tuple[int, int], settings: dict[str, Any]) -> tuple[lightgbm.Booster, Any]:
    """A model learned from the first part, and its score of every payment of the others."""
    one, _ = cuts
    kept = np.flatnonzero((label[:one] > 0) | (np.random.default_rng(5).random(one) < KEPT))
    data = lightgbm.Dataset(rows[kept], label[kept], weight=np.where(label[kept] > 0, 1.0, 1 / KEPT))
    model = lightgbm.train(settings, data, ROUNDS)
    score = np.zeros(len(rows))
    score[one:] = model.predict(rows[one:], num_threads=1)
    return model, score


def average_precision(score: Any, label: Any) -> float:
    """The mean of the precision at each true payment, by score."""
    hit = label[np.argsort(-score, kind="stable")] > 0
    return float((np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].mean()) if hit.any() else 0.0


def best_bar(score: Any, label: Any) -> float:
    """The score from which on an alarm gives the best F1."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(label[order] > 0)
    quality = 2 * hits / (np.arange(1, len(order) + 1) + label.sum())
    at = int(np.argmax(quality))
    return float((score[order[at]] + score[order[min(at + 1, len(order) - 1)]]) / 2)


def quality(score: Any, label: Any, cuts: tuple[int, int]) -> dict[str, float]:
    """F1 of the last part with the bar of the second, its precision and recall, and the average precision."""
    one, two = cuts
    bar = best_bar(score[one:two], label[one:two])
    said, true = score[two:] >= bar, label[two:] > 0
    hit, alarms = int((said & true).sum()), int(said.sum())
    return {
        "F1": 200 * hit / max(1, alarms + int(true.sum())), "AP": 100 * average_precision(score[two:], label[two:]),
        "precision": 100 * hit / max(1, alarms), "recall": 100 * hit / max(1, int(true.sum())),
    }  # fmt: skip


def sets(table: pa.Table, given: argparse.Namespace) -> dict[str, Callable[[], Table]]:
    """The features to compare, by name."""
    raw = plain(table)
    found: dict[str, Callable[[], Table]] = {"plain": lambda: raw, "ours": lambda: ours(table, raw)}
    if given.peer:
        forward: list[Table] = []

        def onward() -> Table:
            forward.append(gfp(table, given.peer, given.windows, mirror=False))
            return np.concatenate([raw, forward[0]], axis=1)

        found["GFP"] = onward
        if given.mirror:
            found["GFP both ways"] = lambda: np.concatenate([raw, forward[0], gfp(table, given.peer, given.windows, mirror=True)], axis=1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="300000")
    parser.add_argument("--seeds", default="101,102,103")
    parser.add_argument("--peer")
    parser.add_argument("--mirror", action="store_true")
    parser.add_argument("--windows", default="1", help="the windows of GFP, in days")
    parser.add_argument("--generator", choices=("laundering", "transactions"), default="laundering")
    given = parser.parse_args()
    made = {"laundering": region, "transactions": payments}[given.generator]
    for size in map(int, given.sizes.split(",")):
        all_: dict[str, list[dict[str, float]]] = {}
        for seed in map(int, given.seeds.split(",")):
            table = made(size, seed)
            label = table.column("illicit").to_numpy()
            cuts = (int(table.num_rows * CUTS[0]), int(table.num_rows * CUTS[1]))
            for name, features in sets(table, given).items():
                cpu = time.process_time()
                rows = features()
                spent = time.process_time() - cpu
                _, score = fit(rows, label, cuts, SETTINGS)
                figures = quality(score, label, cuts)
                all_.setdefault(name, []).append(figures)
                said = "  ".join(f"{what} {value:5.1f}" for what, value in figures.items())
                print(f"{size:>9,} seed {seed} {name:14} {said}  ({rows.shape[1]} columns, {spent:.0f} cpu-s here)")
                sys.stdout.flush()
        for name, runs in all_.items():
            mean = "  ".join(f"{what} {np.mean([run[what] for run in runs]):5.1f}" for what in ("F1", "AP", "precision", "recall"))
            print(f"{size:>9,} mean of {len(runs)} {name:14} {mean}")


if __name__ == "__main__":
    main()
