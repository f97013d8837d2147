"""What the features of records weigh in one workspace: learned from its own pairs, without labels, and kept as a small file beside its builds.

How often an outcome holds among true pairs (m) is estimated on candidate pairs by expectation and maximisation (Fellegi and Sunter 1969; Winkler
1988): each pair counts for as much as it is probably true, by the weights so far. How often it holds by chance (u) is counted on pairs drawn at
random, each for as much as it is probably false; of features that are looked at only where names agree, on the candidates that are probably
false. Pairs that people judged count as judged, and those that a build would keep apart whatever their score as false.

The weights that the program comes with count for as much as STRENGTH true pairs that have something to compare, so that little data hardly moves
them; and however much data there is, a weight stays within bounds of what it was and keeps its sign: the features are not independent of each
other, as the method supposes. The names and the log-odds beforehand are not learned: they are in nats by themselves, and everything else is
measured against them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from crosstie.errors import DamagedFile, UsageError
from crosstie.resolve.candidates import pairs_of, ranges
from crosstie.resolve.features import FEATURES, Outcome, Pairs
from crosstie.resolve.learn import Weights
from crosstie.resolve.pairing import Work, kept_apart
from crosstie.resolve.profiles import Floats, Ints
from crosstie.resolve.resolver import prepare
from crosstie.resolve.score import PRIOR, SHIPPED, combine
from crosstie.store.fingerprint import fingerprint

if TYPE_CHECKING:
    from crosstie.store.casebook import Judgement
    from crosstie.store.engine import Engine

FILE = "weights.json"
STRENGTH = 200.0
#: A learned weight over the shipped one, at least and at most: of what speaks for one thing, and of what speaks against. The latter loses less,
#: for what is joined wrongly teaches that disagreement is usual, and a false join accuses a person.
BOUNDS_FOR, BOUNDS_AGAINST = (0.5, 1.5), (0.75, 1.5)
ROUNDS = 12
#: Pairs that are looked at: candidates, and drawn at random.
SAMPLE = 200_000
#: With fewer pairs that are probably true there is nothing to learn.
LEAST = 30
#: Looked at only where names agree: what they are by chance is counted among the candidates.
_AMONG_CANDIDATES = ("main_name", "aliases")
#: Features of which the first outcome says that nothing was found in common, though both may say something; the others say that nothing is known.
_NOTHING_IN_COMMON = ("aliases", "identifier", "near_identifier", "contact", "citation", "unique_number", "premises", "legal_form")
#: More of the same never weighs less.
_RISING = ("aliases", "identifier", "near_identifier")
#: What an outcome counts for that was never seen, in pairs.
_UNSEEN = 0.5

#: What the outcomes of each feature mean, from the second on.
MEANING: dict[str, tuple[str, ...]] = {
    "name": ("names agree, for each nat", "only a weak alias agrees, for each nat"),
    "main_name": (
        "what both are called first agrees",
        "each main name agrees with an alias",
        "one main name agrees with no name of the other",
        "neither main name agrees with a name of the other",
    ),
    "aliases": ("two names of each agree", "more names agree"),
    "identifier": ("one number in common", "several numbers in common"),
    "near_identifier": ("numbers one slip apart", "numbers one slip apart, one of them with wrong check digits"),
    "contact": ("telephone or e-mail in common",),
    "citation": ("a reference in common",),
    "unique_number": ("different numbers of a kind of which a thing has one",),
    "birth_date": (
        "more than three years apart",
        "two or three years apart",
        "a year apart",
        "the same year, another day",
        "the same but for one part",
        "day and month swapped",
        "the years fit",
        "the same day",
    ),
    "nationality": ("in common, for each nat of rarity", "different"),
    "country": ("in common, for each nat of rarity", "different"),
    "gender": ("the same", "different"),
    "place": ("a word in common, for each nat of rarity", "nothing in common"),
    "premises": ("a house in common",),
    "legal_form": ("different",),
}


class Line(NamedTuple):
    """One weight: of which feature, what the outcome means, what the program comes with, and what is in force, in nats (above 0: for one thing)."""

    feature: str
    outcome: str
    shipped: float
    weight: float


def lines(weights: Weights) -> list[Line]:
    """All weights beside those that the program comes with."""
    return [
        Line(name, told, SHIPPED.levels[name][place], weights.levels[name][place])
        for name in SHIPPED.levels
        for place, told in enumerate(MEANING[name], 1)
    ]


def open_weights(file: Path) -> Weights:
    """The weights of a workspace: those of its file, or without one those that the program comes with. DamagedFile where they do not fit the features."""
    if not file.exists():
        return SHIPPED
    found = Weights.load(file)
    if {name: len(values) for name, values in found.levels.items()} != {name: len(values) for name, values in SHIPPED.levels.items()}:
        raise DamagedFile(
            f"{file} holds weights of other features than this program has",
            hint="Learn them anew with “crosstie learn”, or go back to those of the program with “crosstie learn --reset”.",
        )
    if not all(np.isfinite(value) for values in (*found.levels.values(), (found.prior,)) for value in values):
        raise DamagedFile(f"{file} holds a weight that is no number", hint="Go back to those of the program with “crosstie learn --reset”.")
    return found


def written(weights: Weights) -> bytes:
    """The weights as the bytes of their file."""
    return json.dumps(asdict(weights), indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def mark(weights: Weights) -> str:
    """What a build notes of its weights: the SHA-256 of what they are, whatever they were learned from; "shipped" for those of the program."""
    if weights.prior == SHIPPED.prior and dict(weights.levels) == dict(SHIPPED.levels):
        return "shipped"
    return fingerprint([weights.version, weights.prior, {name: list(values) for name, values in weights.levels.items()}])


def learn_weights(engine: Engine, judgements: Sequence[Judgement]) -> Weights:
    """Weights learned from the pairs of `claims`, and from what people judged. UsageError where there is too little to learn from."""
    work, rulings, _ = prepare(engine, judgements)
    left, right, of = _candidates(work)
    told = np.concatenate([rulings.same, rulings.different])
    same = np.concatenate([np.ones(len(rulings.same)), np.zeros(len(rulings.different))])
    fresh = ~np.isin((left << 32) | right, (told[:, 0] << 32) | told[:, 1])
    left, right = np.concatenate([left[fresh], told[:, 0]]), np.concatenate([right[fresh], told[:, 1]])
    judged = np.concatenate([np.full(int(fresh.sum()), np.nan), same])
    pairs = Pairs(work.profiles, left, right)
    by_chance = Pairs(work.profiles, *_at_random(work))
    return _learned(pairs, by_chance, judged, of)


def _candidates(work: Work) -> tuple[Ints, Ints, int]:
    """Candidate pairs, each once, about SAMPLE of them drawn by whole ranges; and about how many there are in all."""
    cuts = ranges(work.blocks, 20_000)
    drawn = np.random.default_rng(0).permutation(len(cuts))
    found: list[tuple[Ints, Ints]] = []
    done = 0
    for place in drawn:
        if done >= SAMPLE:
            break
        found.append(pairs_of(work.blocks, work.profiles, work.fits, work.chosen, cuts[place])[:2])
        done += len(found[-1][0])
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), 0
    both = np.unique(np.concatenate([(left << 32) | right for left, right in found]))
    return both >> 32, both & 0xFFFFFFFF, round(len(both) * len(cuts) / len(found))


def _at_random(work: Work) -> tuple[Ints, Ints]:
    """Pairs of any two records whose schemata fit."""
    count, schemata = work.profiles.count, work.profiles.schema_codes
    left, right = np.random.default_rng(1).integers(0, max(1, count), (2, SAMPLE))
    kept = (left != right) & (work.fits[schemata[left], schemata[right]] if count else np.zeros(SAMPLE, np.bool_))
    return left[kept], right[kept]


def _learned(pairs: Pairs, by_chance: Pairs, judged: Floats, of: int) -> Weights:
    outcomes = {feature.__name__: feature(pairs) for feature in FEATURES}
    random = {feature.__name__: feature(by_chance) for feature in FEATURES}
    weights = SHIPPED
    true = np.zeros(pairs.count)
    for _ in range(ROUNDS):
        scored = combine(pairs, outcomes, weights)
        true = np.where(np.isnan(judged), np.where(kept_apart(scored), 0.0, scored.probability), judged)
        false = (
            1.0 - combine(by_chance, random, weights).probability
        )  # in a small workspace chance, too, brings one thing together with itself
        if true.sum() < LEAST:
            raise UsageError(
                f"too little to learn from: {pairs.count:,} pairs of records are alike enough to be compared, and about {true.sum():.0f} of them "
                f"are one thing; weights are learned from {LEAST} on",
                hint="Add sources that speak of the same persons or firms, or judge pairs with “crosstie review”. Until then the program's own weights hold.",
            )
        weights = Weights(
            PRIOR,
            {
                name: _weighed(name, found, true, *((found, 1.0 - true) if name in _AMONG_CANDIDATES else (random[name], false)))
                for name, found in outcomes.items()
                if name != "name"
            }
            | _NAME,
        )
    told = {
        "records": pairs.profiles.count,
        "candidates": of,
        "sample": pairs.count,
        "true_pairs": round(float(true.sum())),
        "judged": int((~np.isnan(judged)).sum()),
    }
    return Weights(PRIOR, {name: weights.levels[name] for name in SHIPPED.levels}, told)


_NAME: dict[str, tuple[float, ...]] = {"name": SHIPPED.levels["name"]}


def _weighed(name: str, found: Outcome, true: Floats, random: Outcome, false: Floats) -> tuple[float, ...]:
    """The weights of a feature's outcomes, from the shipped ones and the log of how much oftener they hold among true pairs than by chance."""
    shipped = np.array(SHIPPED.levels[name])
    levels = len(shipped)
    agreeing = np.bincount(found.level, true, levels)
    chance = np.bincount(random.level, false, levels)
    if name in _NOTHING_IN_COMMON:
        compared, by_chance = agreeing.sum(), chance.sum()
        seen = agreeing[1:].sum()
    else:
        seen = compared = agreeing[1:].sum()
        by_chance = chance[1:].sum()
    if seen == 0.0 or by_chance == 0.0:
        return SHIPPED.levels[name]
    m, u = (agreeing + _UNSEEN) / (compared + _UNSEEN * levels), (chance + _UNSEEN) / (by_chance + _UNSEEN * levels)
    nats = np.log(m / u) - (np.log(m[0] / u[0]) if name in _NOTHING_IN_COMMON else 0.0)
    amount = np.bincount(found.level, true * found.amount, levels) / np.maximum(agreeing, 1e-9)
    nats /= np.where((agreeing > 0) & (amount > 0), amount, 1.0)
    # an outcome that was hardly seen tells little: the variance of its logarithm against one nat of doubt about what is shipped
    sure = 1.0 / (1.0 + 1.0 / (agreeing + _UNSEEN) + 1.0 / (chance + _UNSEEN))
    mixed = shipped + (nats - shipped) * sure * seen / (seen + STRENGTH)
    low, high = np.sort(np.where(shipped > 0, np.outer(BOUNDS_FOR, shipped), np.outer(BOUNDS_AGAINST, shipped)), axis=0)
    found_here = np.clip(mixed, low, high)
    if name in _RISING:
        found_here = np.maximum.accumulate(found_here)
    return tuple(round(float(value), 3) for value in found_here)
