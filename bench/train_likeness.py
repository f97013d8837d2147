"""Learns the coefficients of likeness and of the screening score, and says how well they do on names that they were not learned from.

    python -m bench.train_likeness [--write]

*Likeness*: a logistic model of the facts of a pair (`crosstie.resolve.compare.likeness.FACTS`), learned from the pairs of name_cases.csv, which people
judged. No coefficient may go against what its fact means; those of `BY_REASON` are set, as the pairs say little of them or what nobody wants (that
numbers in a name do not matter). Folds are of whole families of pairs (`bench.match.cases`). The constant is moved so that the default threshold .7 is
where the learned probability is `BALANCE`, about where precision and recall balance best.

*Screening score*: a logistic model of the supports of a candidate (`crosstie.resolve.compare.support.SUPPORTS`), learned from the best candidate of
each query of `bench.match.screening`, split dev: right ones of typos against whatever comes first for persons who are not listed. Half of the queries
is learned from, the other half measures. The constant is moved so that 1 % of the negatives reach .5.

Deterministic: the same data gives the same figures. Full-batch gradient steps (FISTA) with a ridge, signs kept by projection.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from bench.match.cases import name_cases
from bench.match.screening import Query, Screening, screening
from crosstie.resolve.compare import likeness as model
from crosstie.resolve.compare.likeness import FACTS, facts_of
from crosstie.resolve.compare.plain import codes, written
from crosstie.resolve.compare.support import SUPPORTS
from crosstie.resolve.names import Kind
from crosstie.resolve.names.vocabulary import Side, Worth
from crosstie.resolve.rarity import worth

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
    facts, _ = facts_of(left.side, right.side, every, every, kinds.astype(np.int64))
    legal = np.array([float(bool(a and b and a != b)) for a, b in zip(left.legal_forms, right.legal_forms, strict=True)])
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


@njit(cache=True)
def _nearest(start: Any, grams: Any, post_start: Any, posts: Any, value: Any, norm: Any, most: int) -> Any:
    held = np.zeros(len(norm), np.float32)
    out = np.full((len(start) - 1, most), -1, np.int64)
    for q in range(len(start) - 1):
        held[:] = 0
        for k in range(start[q], start[q + 1]):
            gram = grams[k]
            held[posts[post_start[gram] : post_start[gram + 1]]] += value[gram] ** 2
        score = held / norm
        best = np.argsort(-score)[:most]
        for k in range(most):
            if score[best[k]] > 0:
                out[q, k] = best[k]
    return out


def _grams(side: Side) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct pieces of three letters, and consonants, of each form: where each form starts, and numbers of pieces (by hash)."""
    words = side.words
    of_word: list[set[int]] = []
    for token in range(len(words.hash)):
        letters = [0, *words.letters[words.start[token] : words.start[token + 1]].tolist(), 37]
        pieces = {letters[i] * 1600 + letters[i + 1] * 40 + letters[i + 2] for i in range(len(letters) - 2)}
        sounds = words.sounds[words.sound_start[token] : words.sound_start[token + 1]].tolist()
        if len(sounds) >= 2:
            left_out = [tuple(sounds), *((i, *sounds[:i], *sounds[i + 1 :]) for i in range(len(sounds)) if len(sounds) > 2)]
            pieces |= {64000 + hash(part) % 400_000 for part in left_out}  # numbers hash alike in every process
        of_word.append(pieces)
    names = side.names
    forms = [
        sorted(set().union(*(of_word[token] for token in names.tokens[names.token_start[f] : names.token_start[f + 1]])))
        for f in range(len(names.weak))
    ]
    return np.concatenate([[0], np.cumsum([len(form) for form in forms])]), np.array([piece for form in forms for piece in form], np.int64)


class Hunt:
    """Queries of the screening case with candidates for each."""

    def __init__(self, case: Screening, queries: list[Query], most: int = 64) -> None:
        kinds = codes([KIND.get(case.entities[owner].schema, "organization") for owner in case.owner], len(case.names))
        asked_kinds = codes([KIND.get(query.schema, "organization") for query in queries], len(queries))
        listed, asked = written(case.names, kinds), written([query.name for query in queries], asked_kinds)
        entities = len(case.entities)
        of_entity = np.concatenate([[0], np.cumsum(np.bincount(case.owner, minlength=entities))])
        known = worth(listed.side.names._replace(form_start=of_entity), listed.side.words, entities)
        self.index = listed.side._replace(worth=known)
        self.asked = asked.side._replace(worth=_worth_in(asked.side, self.index, entities))
        start, grams = _grams(self.index)
        query_start, query_grams = _grams(self.asked)
        size = 464_000
        count = np.bincount(grams, minlength=size)
        value = np.log(1 + len(case.names) / np.maximum(count, 1)).astype(np.float32)
        owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
        norm = np.sqrt(np.maximum(np.bincount(owner, value[grams] ** 2, minlength=len(start) - 1), 1e-3)).astype(np.float32)
        posts = owner[np.argsort(grams, kind="stable")]
        near = _nearest(query_start, query_grams, np.concatenate([[0], np.cumsum(count)]), posts, value, norm, most)
        self.query, self.candidate = np.repeat(np.arange(len(queries)), (near >= 0).sum(1)), near[near >= 0]
        self.start = np.concatenate([[0], np.cumsum((near >= 0).sum(1))])
        self.kinds = asked_kinds[self.query].astype(np.int64)
        self.right = np.array([case.owner[c] in queries[q].right for q, c in zip(self.query, self.candidate, strict=True)])
        self.kind = np.array([query.kind for query in queries])

    def best(self, score: Floats, right: bool) -> tuple[Floats, NDArray[np.int64]]:
        """Of each query the highest score (of right candidates, if asked), and its place; -1e9 where there is none."""
        value = np.where(self.right, score, -1e9) if right else score
        top, place = np.full(len(self.kind), -1e9), np.zeros(len(self.kind), np.int64)
        for q in range(len(self.kind)):
            if self.start[q + 1] > self.start[q]:
                place[q] = self.start[q] + np.argmax(value[self.start[q] : self.start[q + 1]])
                top[q] = value[place[q]]
        return top, place

    def recall(self, score: Floats, half: NDArray[np.bool_]) -> tuple[float, dict[str, float]]:
        """The score that 1 % of the negatives reach, and the share of queries of each kind whose right candidate is above."""
        top, right = self.best(score, False)[0], self.best(score, True)[0]
        negative = np.sort(top[(self.kind == "negative") & half])[::-1]
        least = float(negative[len(negative) // 100])
        kinds = ("typo", "clean", "original")
        return least, {kind: round(float((right[(self.kind == kind) & half] > least).mean()), 4) for kind in kinds}


def _worth_in(side: Side, index: Side, entities: int) -> Worth:
    """What tokens of queries are worth: what they are worth in the index; what is not there, as a token that nobody bears."""
    rare, rare_sound = -np.log(1 / (entities + 4_000)), -np.log(1 / (entities + 4_000))
    known = dict(zip(index.words.hash.tolist(), index.worth.rarity.tolist(), strict=True))
    sounds = dict(zip(index.words.sound_hash.tolist(), index.worth.sound_rarity.tolist(), strict=True))
    general = side.worth.rarity
    counted = np.array([known.get(one, rare) for one in side.words.hash.tolist()])
    counted = np.where(general < 8.2, np.minimum(counted, np.maximum(general, 0)), counted)
    heard = np.array([sounds.get(one, rare_sound) for one in side.words.sound_hash.tolist()])
    short = np.diff(side.words.start) == 1
    counted = np.where(short, np.minimum(counted, 1.0), counted)
    return Worth(counted, np.minimum(heard, counted))


def learn_supports(hunt: Hunt, supports: Floats, half: NDArray[np.bool_], rounds: int = 6) -> Floats:
    """Coefficients of supports and the constant: what comes first for each query is learned from, again and again."""
    at = {name: place for place, name in enumerate(SUPPORTS)}
    score = supports[:, at["nats"]] + supports[:, at["spelt_nats"]] - 2 * supports[:, at["edits"]] - 3 * supports[:, at["query_left"]]
    found = np.zeros(len(SUPPORTS) + 1)
    for turn in range(rounds):
        top, first = hunt.best(score, False)
        right, place = hunt.best(score, True)
        negative, typo = (hunt.kind == "negative") & half & (top > -1e8), (hunt.kind == "typo") & half & (right > -1e8)
        rows = np.r_[place[typo], first[negative]]
        y = np.r_[np.ones(typo.sum()), np.zeros(negative.sum())]
        weight = np.ones(len(rows))
        if turn:  # what matters is around the score that 1 in 100 negatives reaches
            level = np.sort(top[negative])[::-1][negative.sum() // 100]
            weight = np.where(y == 1, np.exp(-np.abs(score[rows] - level) / 6), 3 * np.exp(-np.abs(score[rows] - level) / 2))
        found = fit(supports[rows], y, np.array(list(SUPPORTS.values())), weight, np.zeros(len(rows)), 1e-4, 600)
        score = supports @ found[:-1] + found[-1]
    return found


def main() -> None:
    """Learn, judge, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the coefficients into the package")
    arguments = parser.parse_args()
    x, match = labelled()
    judge_likeness(x, match)
    weights = learn_likeness(x, match)
    cases = [screening("dev", seed, typos=3000, negatives=6000) for seed in (1, 2)]
    hunt = Hunt(cases[0], [query for case in cases for query in case.queries])
    _, supports = facts_of(hunt.asked, hunt.index, hunt.query, hunt.candidate, hunt.kinds)
    half = np.arange(len(hunt.kind)) % 2 == 0
    learned = learn_supports(hunt, supports, half)
    print("screening, learned from one half: the other half", hunt.recall(supports @ learned[:-1], ~half)[1])
    final = learn_supports(hunt, supports, half | True)
    least, shares = hunt.recall(supports @ final[:-1], half | True)
    print("screening, learned from all: all", shares)
    stored = {
        "version": 1,
        "learned_from": f"likeness: {len(x)} judged pairs; supports: {len(hunt.kind)} queries of invented slips and of persons not listed",
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
