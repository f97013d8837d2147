"""Learns the coefficients of likeness and of the screening score, and says how well they do on names that they were not learned from.

    python -m bench.train_likeness [--write]

*Likeness*: a logistic model of the facts of a pair (`crosstie.resolve.compare.likeness.FACTS`), learned from the pairs of name_cases.csv, which people
judged. No coefficient may go against what its fact means; those of `BY_REASON` are set, as the pairs say little of them or what nobody wants (that
numbers in a name do not matter). Folds are of whole families of pairs (`bench.match.cases`). The constant is moved so that the default threshold .7 is
where the learned probability is `BALANCE`, about where precision and recall balance best.

*Screening score*: a logistic model of the supports of a candidate (`crosstie.resolve.compare.support.SUPPORTS`), learned from the best candidate of
each query of `bench.match.screening`, split dev, seeds 1 to 3, among the candidates that the real index finds: right ones of typos and of names in
original script against whatever comes first for persons who are not listed. What is learned from one half of the entities (and negatives) is measured
on the other. The constant is moved so that 1 % of the negatives reach .5.

Deterministic: the same data gives the same figures. Full-batch gradient steps (FISTA) with a ridge, signs kept by projection.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bench.match.cases import name_cases
from bench.match.measures import by_group
from bench.match.screening import Screening, screening
from crosstie.resolve.compare import likeness as model
from crosstie.resolve.compare.likeness import FACTS, facts_of, supports_of
from crosstie.resolve.compare.plain import codes, other_forms, written
from crosstie.resolve.compare.support import SUPPORTS
from crosstie.resolve.names import Kind
from crosstie.resolve.screen.hits import pairs
from crosstie.resolve.screen.index import Index, Listed
from crosstie.resolve.screen.queries import Query as Asking
from crosstie.resolve.screen.queries import prepare

Floats = NDArray[np.float64]
FILE = Path(model.__file__).parent / "data" / "likeness.json"
BALANCE = 0.42
RIDGE = 1e-3
BY_REASON = {"other_number": -0.5, "thin": -0.6, "convention": -0.3, "reading": -0.2}
#: No query in these scripts has a right answer in the case, so the price is set: false alarms are then about as many as for Latin and Arabic names.
SUPPORTS_BY_REASON = {"lossy": -2.0}
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


class Hunt:
    """Queries of a screening case with the candidates that screening compares for each. `half`: queries by the hash of what they ask for."""

    def __init__(self, case: Screening, index: Index) -> None:
        asked = prepare([Asking(query.name, KIND.get(query.schema, "organization")) for query in case.queries], index)
        found = pairs(index, asked)
        self.query = asked.query[found.ours]
        self.supports = supports_of(asked.side, index.side, found.ours, found.theirs, found.fit)
        self.start = np.searchsorted(self.query, np.arange(len(case.queries) + 1))
        right = [query.right for query in case.queries]
        self.right = np.array([entity in right[q] for q, entity in zip(self.query.tolist(), found.entity.tolist(), strict=True)])
        self.kind = np.array([query.kind for query in case.queries])
        self.group = [query.script if query.kind in ("negative", "original") else query.region for query in case.queries]
        self.half = np.array([crc32(str(min(query.right) if query.right else query.name).encode()) & 1 == 0 for query in case.queries])

    def best(self, score: Floats, right: bool) -> tuple[Floats, NDArray[np.int64]]:
        """Of each query the highest score (of right candidates, if asked), and its place; -1e9 where there is none."""
        value = np.where(self.right, score, -1e9) if right else score
        top, place = np.full(len(self.kind), -1e9), np.zeros(len(self.kind), np.int64)
        for q in range(len(self.kind)):
            if self.start[q + 1] > self.start[q]:
                place[q] = self.start[q] + np.argmax(value[self.start[q] : self.start[q + 1]])
                top[q] = value[place[q]]
        return top, place

    def level(self, score: Floats, half: NDArray[np.bool_]) -> float:
        """The score that 1 % of the negatives are above."""
        negative = np.sort(self.best(score, False)[0][(self.kind == "negative") & half])[::-1]
        return float(negative[len(negative) // 100])

    def recall(self, score: Floats, half: NDArray[np.bool_]) -> dict[str, float]:
        """Of queries of each kind the share whose right candidate comes first and is above that level; of near ones, how many are above it."""
        level, top, right = self.level(score, half), self.best(score, False)[0], self.best(score, True)[0]
        found = dict.fromkeys(("typo", "clean", "original"), (right > level) & (right >= top)) | {"near": top > level}
        return {kind: round(float(said[(self.kind == kind) & half].mean()), 4) for kind, said in found.items()}

    def groups(self, score: Floats, half: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
        """Recall of typos by region and of original names by script; false positives by script."""
        level, top, right = self.level(score, half), self.best(score, False)[0], self.best(score, True)[0]
        told: dict[str, dict[str, float]] = {}
        for kind, said in (
            ("typo", (right > level) & (right >= top)),
            ("original", (right > level) & (right >= top)),
            ("negative", top > level),
        ):
            here = np.flatnonzero((self.kind == kind) & half)
            found = by_group([self.group[q] for q in here], said[here].astype(float))
            told[kind] = {f"{group} ({count})": round(share, 3) for group, (count, share) in found.items() if count >= 20}
        return told


def hunts(seeds: tuple[int, ...]) -> list[Hunt]:
    """Queries of the seeds of dev against one index."""
    cases = [screening("dev", seed) for seed in seeds]
    index = Index.build(
        Listed(str(place), KIND.get(entity.schema, "organization"), [(name, said == "weakAlias", "") for said, name in entity.names])
        for place, entity in enumerate(cases[0].entities)
    )
    return [Hunt(case, index) for case in cases]


def learn_supports(found: list[Hunt], halves: list[NDArray[np.bool_]], rounds: int = 6) -> Floats:
    """Coefficients of supports and the constant: what comes first for each query is learned from, again and again."""
    at = {name: place for place, name in enumerate(SUPPORTS)}
    fixed = np.array([SUPPORTS_BY_REASON.get(name, 0.0) for name in SUPPORTS])
    free = np.array([name not in SUPPORTS_BY_REASON for name in SUPPORTS])
    signs = np.array(list(SUPPORTS.values()))[free]
    guess = np.zeros(len(SUPPORTS))
    guess[[at["nats"], at["spelt_nats"], at["edits"], at["query_left"]]] = 1, 1, -2, -3
    weights = np.r_[guess, 0.0]
    for turn in range(rounds):
        rows, truth, share = [], [], []
        for hunt, half in zip(found, halves, strict=True):
            score = hunt.supports @ weights[:-1]
            top, first = hunt.best(score, False)
            right, place = hunt.best(score, True)
            level = hunt.level(score, half)
            for kind, best, where, matters in (("negative", top, first, 3.0), ("typo", right, place, 1.0), ("original", right, place, 3.0)):
                here = where[(hunt.kind == kind) & half & (best > -1e8)]
                wide = 2 if kind == "negative" else 6  # what matters is around the score that 1 in 100 negatives reaches
                near = np.exp(-np.abs(score[here] - level) / wide) if turn else np.ones(len(here))
                rows.append(hunt.supports[here])
                truth.append(np.full(len(here), float(kind != "negative")))
                share.append(matters * near)
        x = np.concatenate(rows)
        learned = fit(x[:, free], np.concatenate(truth), signs, np.concatenate(share), x @ fixed, 1e-4, 600)
        weights = np.r_[fixed, learned[-1]]
        weights[:-1][free] = learned[:-1]
    return np.asarray(weights)


def main() -> None:
    """Learn, judge, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the coefficients into the package")
    arguments = parser.parse_args()
    x, match = labelled()
    judge_likeness(x, match)
    weights = learn_likeness(x, match)
    found = hunts((1, 2, 3))
    halves = [hunt.half for hunt in found]
    for name, ours, others in (("one", halves, [~half for half in halves]), ("other", [~half for half in halves], halves)):
        learned = learn_supports(found, ours)
        for seed, (hunt, half) in enumerate(zip(found, others, strict=True), 1):
            print(f"screening, dev {seed}, learned from {name} half: the rest", hunt.recall(hunt.supports @ learned[:-1], half))
    print("of the last:", json.dumps(found[-1].groups(found[-1].supports @ learned[:-1], others[-1])))
    final = learn_supports(found, [half | True for half in halves])
    least = float(np.mean([hunt.level(hunt.supports @ final[:-1], hunt.half | True) for hunt in found]))
    stored = {
        "version": 1,
        "learned_from": f"likeness: {len(x)} judged pairs; supports: {sum(len(hunt.kind) for hunt in found)} queries: "
        "invented slips, original script, persons not listed",
        "weights": dict(zip(FACTS, weights.round(4).tolist(), strict=False)),
        "legal_form": round(float(weights[-2]), 4),
        "constant": round(float(weights[-1]), 4),
        "supports": dict(zip(SUPPORTS, final.round(4).tolist(), strict=False)),
        "supports_constant": round(-least, 4),
    }
    print(json.dumps(stored, indent=2))
    if arguments.write:
        FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
