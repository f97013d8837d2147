"""Weights of features, learned without labels (Fellegi and Sunter 1969, by expectation and maximisation), and kept as a small file.

How often each level of a feature holds among pairs at random (u) is counted on pairs drawn at random; how often among true pairs (m) is estimated
on a fixed sample of candidate pairs, together with how many of them are true. Where levels weigh by the rarity of the value that agrees, that
stands for u. The general experience (`usual`) is a Dirichlet prior: it counts as much as `STRENGTH` true pairs, so that little data leaves the weights
as they are. Levels are kept in order: what agrees better never weighs less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.errors import DamagedFile
from crosstie.resolve.fields.features import LEVELS, Feature

Levels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Rarities = NDArray[np.float32]

VERSION = 1
#: So many true pairs the general experience counts for.
STRENGTH = 100.0
#: Of features that imply each other (where somebody lives) all but the strongest count by so much.
IMPLIED = 0.3
#: Errors come together in the records of one person: of all that differs the worst counts in full, the rest by so much. Weights are learned without it
#: (else pairs at random, in which all differs, would be drawn in). Set, as the next, on
#: fake_1000, FEBRL 2, the development half of historical_50k and invented people (bench/match/people.py) of seeds 1 to 3.
TOGETHER = 0.6
#: Pairs of one household for each pair of records of one person; chance that two of a household were born on one day (twins), that they have one
#: first name (father and son), and both. Nothing but a number of a person's own speaks against what a family has in common.
HOUSEHOLD, TWINS, SONS, BOTH = 0.5, 0.02, 0.04, 1e-4
#: Two real people agree in everything that a table says of them now and then: in so many of the pairs that agree in three ways, in half as many of
#: those that agree in four, and so on. Nothing that is learned from the table itself can tell these; no pair is surer. Set on the same tables.
FLOOR, _WAYS = 0.004, 3
#: From so many nats on a feature (or all of one group together) is a way in which a pair agrees.
_WAY = 1.0
#: A slip in a long number is no more than this, in nats.
SLIP = 4.0
ROUNDS = 20
#: The share of pairs at random at a level above the lowest, in general, and for how many pairs that counts.
_BY_CHANCE, _PAIRS = 0.005, 200.0


@dataclass(frozen=True, slots=True)
class Weights:
    """For each feature the nats of its levels (the rarity of what agrees comes on top at the highest), and the log-odds beforehand.

    `learned_from` tells from what: rows, pairs, and how many of them are held to be true. Immutable; `save` and `load` keep it as JSON.
    """

    prior: float
    levels: Mapping[str, tuple[float, ...]]
    learned_from: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION

    def save(self, path: Path) -> None:
        """Write the weights to a file."""
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Weights:
        """The weights of a file that `save` wrote."""
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            if told["version"] != VERSION:
                raise DamagedFile(f"{path}: weights of version {told['version']}; this program knows {VERSION}")
            levels = {str(name): tuple(float(value) for value in found) for name, found in told["levels"].items()}
            return cls(float(told["prior"]), levels, told["learned_from"], VERSION)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedFile(f"{path} holds no weights: {error}") from error


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs that people judged: levels and rarities as for learning, and whether they are the same."""

    levels: Levels
    rarity: Rarities
    same: NDArray[np.bool_]


def usual_weights(features: Sequence[Feature], chance: Floats, rows: int) -> Weights:
    """The weights before anything is learned: the general experience against `chance` (features × levels, see `chances`)."""
    usual = np.array([_usual(feature) for feature in features])
    return Weights(_prior(rows, rows * 0.5), _tables(features, usual, chance), {"rows": rows})


def chances(features: Sequence[Feature], levels: Levels) -> Floats:
    """How often each level holds among pairs at random (rows of `levels`: pairs, columns: features), by general experience where they are few."""
    found = np.zeros((len(features), LEVELS))
    for place, feature in enumerate(features):
        count = np.bincount(levels[:, place], minlength=LEVELS).astype(np.float64)
        used = np.array(_usual(feature)) > 0
        if feature.usual[0] == 0.0:
            count[0] = 0.0
        general = np.where(used, _BY_CHANCE, 0.0)
        general[feature.top] = 0.3 if feature.compare.__name__ == "category" else general[feature.top]
        general[1 if feature.usual[0] == 0.0 else 0] = 1.0 - general[2 if feature.usual[0] == 0.0 else 1 :].sum()
        found[place] = np.where(used, (count + _PAIRS * general + 0.5) / (count[used].sum() + _PAIRS + 0.5 * used.sum()), 0.0)
    return found


def learn(
    features: Sequence[Feature],
    sample: tuple[Levels, Rarities],
    at_random: Levels,
    *,
    candidates: int,
    rows: int,
    judged: Judged | None = None,
    strength: float = STRENGTH,
) -> Weights:
    """Weights from a sample of candidate pairs (levels and rarities, pairs × features) and pairs at random. `candidates`: how many there are in all.

    Judged pairs, if any, count as what they were judged to be.
    """
    chance = chances(features, at_random)
    start = usual_weights(features, chance, rows)
    levels, rarity = sample
    usual = np.array([_usual(feature) for feature in features])
    weights, agreeing = start, usual
    scale = candidates / max(1, len(levels))
    held = 0.0
    for _ in range(ROUNDS):
        odds, _ = _run(_flat(features, weights, 1.0), levels, rarity, np.zeros((0, 0)))
        true = 1.0 / (1.0 + np.exp(-odds))
        counted = _counts(levels, true, len(features))
        if judged is not None:
            counted += _counts(judged.levels, judged.same.astype(np.float64), len(features))
        counted[np.array([feature.usual[0] == 0.0 for feature in features]), 0] = 0.0
        counted = np.where(usual > 0, counted, 0.0)
        agreeing = (counted + strength * usual) / (counted.sum(axis=1, keepdims=True) + strength)
        held = float(true.sum()) * scale
        prior = _prior(rows, held)
        weights = Weights(prior, _tables(features, agreeing, chance), {})
    told = {
        "rows": rows,
        "candidates": candidates,
        "sample": len(levels),
        "true_pairs": round(held),
        "judged": 0 if judged is None else len(judged.same),
    }
    return Weights(weights.prior, weights.levels, told)


def total(features: Sequence[Feature], weights: Weights, levels: Levels, rarity: Rarities) -> tuple[Floats, NDArray[np.uint8]]:
    """Of each pair (rows of `levels` and `rarity`: pairs, columns: features) the log-odds, and in how many ways it agrees."""
    return _run(_flat(features, weights), levels, rarity, np.zeros((0, 0)))


def probability(odds: NDArray[Any], ways: NDArray[np.uint8], contradicted: float = 0.0) -> Floats:
    """What log-odds are worth: never surer than that two real people do not agree in so many ways (see `FLOOR`).

    `contradicted` is the share of the sure pairs of this table that the other pairs of their groups speak against; it adds to the floor.
    """
    doubt = (FLOOR + contradicted) * 0.5 ** np.maximum(ways.astype(np.float64) - _WAYS, 0.0)
    return np.asarray((1.0 - doubt) / (1.0 + np.exp(-odds.astype(np.float64))), np.float64)


def contributions(features: Sequence[Feature], weights: Weights, levels: Levels, rarity: Rarities) -> Floats:
    """What each feature adds to the log-odds of each pair, in nats; the last column is what a household explains away."""
    parts = np.zeros((len(levels), len(features) + 1))
    _run(_flat(features, weights), levels, rarity, parts)
    return parts


def _run(flat: tuple[Any, ...], levels: Levels, rarity: Rarities, parts: Floats) -> tuple[Floats, NDArray[np.uint8]]:
    run: Any = _total
    odds, ways = run(*flat, levels, rarity, parts)
    return odds, ways


def _usual(feature: Feature) -> list[float]:
    return [*feature.usual, *([0.0] * (LEVELS - len(feature.usual)))]


def _prior(rows: int, true: float) -> float:
    every = max(1.0, rows * (rows - 1) / 2)
    share = min(max(true, 0.5) / every, 0.5)
    return float(np.log(share / (1 - share)))


def _tables(features: Sequence[Feature], agreeing: Floats, chance: Floats) -> dict[str, tuple[float, ...]]:
    """Nats of each level: log of m over u, in order; at the top the log of m alone, for the rarity of the value stands for u."""
    found = {}
    for place, feature in enumerate(features):
        m, u = agreeing[place], chance[place]
        nats = np.where((m > 0) & (u > 0), np.log(np.maximum(m, 1e-6)) - np.log(np.maximum(u, 1e-9)), 0.0)
        top = nats[feature.top]
        if feature.usual[0] == 0.0:
            nats[0] = 0.0
            for level in range(2, feature.top):
                nats[level] = min(max(nats[level], nats[level - 1]), top)
            if feature.most < 99.0:
                nats[4] = min(nats[4], SLIP)
        nats[feature.top] = np.log(max(float(m[feature.top]), 1e-6))
        found[feature.prop] = tuple(round(float(value), 6) for value in nats[: len(feature.usual)])
    return found


def _flat(features: Sequence[Feature], weights: Weights, together: float = TOGETHER) -> tuple[Any, ...]:
    nats = np.zeros((len(features), LEVELS))
    for place, feature in enumerate(features):
        held = weights.levels[feature.prop]
        nats[place, : len(held)] = held
    return (
        nats,
        np.array([feature.top for feature in features], np.int64),
        np.array([feature.most for feature in features]),
        np.array([feature.implied != "" for feature in features], np.bool_),
        np.array([feature.shared for feature in features]),
        next((place for place, feature in enumerate(features) if feature.prop == "firstName"), -1),
        next((place for place, feature in enumerate(features) if feature.prop == "lastName"), -1),
        next((place for place, feature in enumerate(features) if feature.prop == "birthDate"), -1),
        weights.prior,
        together,
    )


@njit(cache=True, nogil=True)
def _counts(levels: Any, weight: Any, features: int) -> Any:
    found = np.zeros((features, 8))
    for p in range(len(levels)):
        for f in range(features):
            found[f, levels[p, f]] += weight[p]
    return found


@njit(cache=True, nogil=True)
def _total(
    nats: Any,
    top: Any,
    most: Any,
    implied: Any,
    shared: Any,
    first: int,
    family: int,
    born: int,
    prior: float,
    together: float,
    levels: Any,
    rarity: Any,
    parts: Any,
) -> Any:
    count, width = levels.shape
    found = np.empty(count)
    ways = np.zeros(count, np.uint8)
    held = np.zeros(width)
    for p in range(count):
        best = worst = least = 0.0
        for f in range(width):
            level = levels[p, f]
            value = nats[f, level]
            if level == top[f]:
                value = min(value + rarity[p, f], most[f])
            held[f] = value
            least = min(least, value)
            if implied[f]:
                best, worst = max(best, value), min(worst, value)
        whole = prior
        home = prior + np.log(HOUSEHOLD)
        for f in range(width):
            if implied[f] and held[f] != best and held[f] != worst:
                held[f] *= IMPLIED
            ways[p] += held[f] >= _WAY and not implied[f]
            if held[f] > 0.0:
                home += shared[f] * held[f]
            elif held[f] > least:
                held[f] *= together
            whole += held[f]
        ways[p] += best >= _WAY
        lost = 0.0
        if family >= 0 and held[family] > 0.0 and home > -30.0:
            day = held[born] if born >= 0 and levels[p, born] == top[born] else 0.0
            name = held[first] if first >= 0 and levels[p, first] == top[first] else 0.0
            home += np.log(1.0 - TWINS - SONS + TWINS * np.exp(day) + SONS * np.exp(name) + BOTH * np.exp(day + name))
            lost = np.log1p(np.exp(min(home, 50.0)))
            whole -= lost
        found[p] = min(max(whole, -40.0), 40.0)
        if len(parts):
            parts[p, :width] = held
            parts[p, width] = -lost
    return found, ways
