"""Learns the coefficients of likeness, and says how well they do on names that they were not learned from (the screening score: `train_screening`).

    python -m bench.train_likeness [--write]

A logistic model of the facts of a pair (`crosstie.resolve.compare.likeness.FACTS`), learned from the pairs of name_cases.csv, which people
judged. No coefficient may go against what its fact means; those of `BY_REASON` are set, as the pairs say little of them or what nobody wants (that
numbers in a name do not matter). Folds are of whole families of pairs (`bench.match.cases`). The constant is moved so that the default threshold .7 is
where the learned probability is `BALANCE`, about where precision and recall balance best.

Deterministic: the same data gives the same figures. Full-batch gradient steps (FISTA) with a ridge, signs kept by projection.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.match.cases import name_cases
from crosstie.resolve.compare import likeness as model
from crosstie.resolve.compare.likeness import FACTS, facts_of
from crosstie.resolve.compare.plain import codes, other_forms, written
from crosstie.resolve.names import Kind

Floats = NDArray[np.float64]
FILE = Path(model.__file__).parent / "data" / "likeness.json"
BALANCE = 0.42
RIDGE = 1e-3
BY_REASON = {"other_number": -0.5, "thin": -0.6, "convention": -0.3, "reading": -0.2}
KIND: dict[str, Kind] = {
    "Person": "person",
    "Company": "organization",
    "Organization": "organization",
    "Vessel": "thing",
    "Airplane": "thing",
}


def fit(x: Floats, y: Floats, sign: Floats, weight: Floats, offset: Floats, ridge: float, steps: int = 700) -> Floats:
    """Coefficients, and the constant at the end, of the logistic model that fits best with no coefficient against its sign (0: any)."""
    scale = np.maximum(np.abs(x).max(0), 1e-12)
    z = np.c_[x / scale, np.ones(len(x))]
    share = weight / weight.sum()
    step = 1 / (np.linalg.norm(z * np.sqrt(share)[:, None], 2) ** 2 / 4 + ridge)
    signs, ridges = np.r_[sign, 0], np.r_[np.full(x.shape[1], ridge), 0]
    now = ahead = np.zeros(z.shape[1])
    speed = 1.0
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(-z @ ahead - offset)) - y
        then = ahead - step * (z.T @ (wrong * share) + ridges * ahead)
        then = np.where(signs * then < 0, 0.0, then)
        faster = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        ahead, now, speed = then + (speed - 1) / faster * (then - now), then, faster
    return np.asarray(np.r_[now[:-1] / scale, now[-1]])


def f1(probability: Floats, match: NDArray[np.bool_], threshold: float) -> float:
    """F1 of pairs at or above a threshold."""
    said = probability >= threshold
    return float(2 * (said & match).sum() / max(1, said.sum() + match.sum()))


def labelled() -> tuple[Floats, NDArray[np.bool_]]:
    """Facts of the judged pairs (the last column: other legal forms), and whether they match."""
    cases = name_cases()
    kinds = codes([KIND.get(case.schema, "any") for case in cases], len(cases))
    left, right = written([case.left for case in cases], kinds), written([case.right for case in cases], kinds)
    every = np.arange(len(cases))
    facts = facts_of(left.side, right.side, every, every, kinds.astype(np.int64))
    legal = np.array([float(bool(one)) for one, _ in other_forms(left, right)])
    return np.c_[facts, legal], np.array([case.match for case in cases])


def learn_likeness(x: Floats, match: NDArray[np.bool_]) -> Floats:
    """Coefficients of facts, of other legal forms, and the constant."""
    names = [*FACTS, "legal_form"]
    given = np.array([BY_REASON.get(name, 0.0) for name in names])
    free = np.array([name not in BY_REASON for name in names])
    sign = np.array([*FACTS.values(), -1.0])
    found = fit(x[:, free], match.astype(float), sign[free], np.ones(len(x)), x @ given, RIDGE)
    given[free] = found[:-1]
    return np.asarray(np.r_[given, found[-1] + np.log(0.7 / 0.3) - np.log(BALANCE / (1 - BALANCE))])


def judge_likeness(x: Floats, match: NDArray[np.bool_]) -> None:
    """Prints F1 at .7 of names that were not learned from: by fold, by number of folds, and by how many pairs are learned from."""
    for folds in (5, 4, 6, 8):
        fold = np.array([case.fold for case in name_cases(folds=folds)])
        found = np.zeros(len(x))
        for k in range(folds):
            w = learn_likeness(x[fold != k], match[fold != k])
            found[fold == k] = 1 / (1 + np.exp(-(x[fold == k] @ w[:-1] + w[-1])))
        each = [f1(found[fold == k], match[fold == k], 0.7) for k in range(folds)]
        line = " ".join(f"{at}: {f1(found, match, at):.3f}" for at in (0.5, 0.6, 0.65, 0.7, 0.75, 0.8))
        print(f"likeness, {folds} folds: F1 at {line}; at .7 by fold {np.round(each, 3)}")
    fold = np.array([case.fold for case in name_cases()])
    for share in (0.1, 0.25, 0.5, 1.0):
        found = np.zeros(len(x))
        for k in range(5):
            rest = np.flatnonzero(fold != k)
            some = rest[np.random.default_rng(k).permutation(len(rest))[: int(share * len(rest))]]
            w = learn_likeness(x[some], match[some])
            found[fold == k] = 1 / (1 + np.exp(-(x[fold == k] @ w[:-1] + w[-1])))
        print(f"likeness, learned from {share:.0%} of four folds: F1 at .7 {f1(found, match, 0.7):.3f}")


def main() -> None:
    """Learn, judge, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the coefficients into the package")
    arguments = parser.parse_args()
    x, match = labelled()
    judge_likeness(x, match)
    weights = learn_likeness(x, match)
    stored = {
        "version": 2,
        "learned_from": f"{len(x)} judged pairs",
        "weights": dict(zip(FACTS, weights.round(4).tolist(), strict=False)),
        "legal_form": round(float(weights[-2]), 4),
        "constant": round(float(weights[-1]), 4),
    }
    print(json.dumps(stored, indent=2))
    if arguments.write:
        FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
