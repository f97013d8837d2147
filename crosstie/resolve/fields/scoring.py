"""Pairs of rows compared in all features, and what that is worth in log-odds, by the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.fields import levels, pairing
from crosstie.resolve.fields.features import Feature, Rows
from crosstie.resolve.fields.grouping import MOST
from crosstie.resolve.learn import Levels, Rarities, Weights, total
from crosstie.resolve.threads import in_order

Ints = NDArray[np.int64]
_BATCH = 131_072


class Scored(NamedTuple):
    """Pairs of rows: log-odds, and in how many ways they agree."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    odds: NDArray[np.float32]
    ways: NDArray[np.uint8]


def compared(rows: Rows, features: Sequence[Feature], left: Ints, right: Ints) -> tuple[Levels, Rarities]:
    """Level and rarity of each feature (columns) for each pair (rows); where first and last name are swapped they say nothing more."""
    level = np.zeros((len(left), len(features)), np.uint8)
    rarity = np.zeros((len(left), len(features)), np.float32)
    at = {feature.prop: place for place, feature in enumerate(features)}
    for place, feature in enumerate(features):
        if feature.prop == "swapped":
            straight = np.maximum(level[:, at["firstName"]], level[:, at["lastName"]])
            asked = np.flatnonzero(straight < levels.SIMILAR)
            outcome = feature.compare(rows, feature.prop, left[asked], right[asked])
            level[asked, place], rarity[asked, place] = outcome.level, outcome.rarity
            swapped = asked[outcome.level > 0]
            level[swapped, at["firstName"]] = level[swapped, at["lastName"]] = 0
            rarity[swapped, at["firstName"]] = rarity[swapped, at["lastName"]] = 0.0
        else:
            outcome = feature.compare(rows, feature.prop, left, right)
            level[:, place], rarity[:, place] = outcome.level, outcome.rarity
    return level, rarity


def scored(rows: Rows, features: Sequence[Feature], weights: Weights, pairs: Ints, threads: int = 1) -> Scored:
    """The pairs that are not plainly two persons (log-odds above `-MOST`); the others are not held."""

    def near(begin: int) -> Scored:
        left, right = pairing.rows_of(pairs[begin : begin + _BATCH])
        odds, ways = total(features, weights, *compared(rows, features, left, right))
        kept = np.flatnonzero(odds > -MOST)
        return Scored(left[kept].astype(np.int32), right[kept].astype(np.int32), odds[kept].astype(np.float32), ways[kept])

    nothing = Scored(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint8))
    return joined([nothing, *in_order(near, range(0, len(pairs), _BATCH), threads)])


def joined(held: Sequence[Scored]) -> Scored:
    """Several as one."""
    left, right = np.concatenate([one.left for one in held]), np.concatenate([one.right for one in held])
    return Scored(left, right, np.concatenate([one.odds for one in held]), np.concatenate([one.ways for one in held]))
