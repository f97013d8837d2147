"""Runs of tokens end to end: told apart, and picked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def form_hashes(start: NDArray[np.int64], tokens: NDArray[np.int32]) -> NDArray[np.uint64]:
    """A 64-bit hash of each run of tokens in its order; of an empty one 0."""
    place = np.arange(len(tokens)) - np.repeat(start[:-1], np.diff(start))
    mixed = (tokens.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + place.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
    summed = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)])
    return np.asarray(summed[start[1:]] - summed[start[:-1]])


def runs(start: NDArray[np.int64], chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Some of the runs that begin at `start`: where each begins when they lie end to end, and the places that they are taken from."""
    lengths = np.diff(start)[chosen]
    fresh = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return fresh, np.repeat(start[chosen] - fresh[:-1], lengths) + np.arange(fresh[-1])
