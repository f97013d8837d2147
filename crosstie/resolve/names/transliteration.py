"""Learned transliteration: likely Latin spellings of a token in another script, best first.

A model of a script says how often each of its letters is written as each run of Latin letters, after the last letters and their spellings
(an n-gram model over pairs of letter and run), and keeps the spellings of known names.  Made by `bench/train_names.py` from names that are
public domain; shipped as integers; loaded when its script occurs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

_DATA = Path(__file__).parent / "data"
FORMAT = 1
#: Longest spelling that is made, and how many partial spellings are kept while it is made.
_LONGEST = 40
_BEAM = 16
#: Scores are kept as whole sixteenths of a nat, at most 255 of them.
STEP = 1 / 16
#: A spelling that is less likely than the best by more than this (nats) is not told.
_FALL = 4.0


class Grams(NamedTuple):
    """The n-gram model as arrays. Pair 0 is the start, 1 the end; `first[x]:first[x + 1]` are the pairs of letter x in `pairs`, and
    `letters[start[p]:start[p + 1]]` the Latin letters (ASCII) of pair p. `table` finds a run of pairs, packed into an integer, in `keys`.
    """

    keys: NDArray[np.uint64]
    table: NDArray[np.int32]
    worth: NDArray[np.uint8]
    backoff: NDArray[np.uint8]
    order: int
    bits: int
    first: NDArray[np.int32]
    pairs: NDArray[np.int32]
    start: NDArray[np.int32]
    letters: NDArray[np.uint8]


class Model:
    """The spellings of one script."""

    def __init__(self, file: Path) -> None:
        """Read a shipped model."""
        with np.load(file) as stored:
            arrays: dict[str, NDArray[Any]] = {name: stored[name] for name in stored.files}
        self.about: dict[str, Any] = json.loads(bytes(arrays["about"]).decode())
        if self.about["format"] != FORMAT:
            raise ValueError(f"{file.name} has format {self.about['format']}, {FORMAT} is read")
        self._alphabet = {letter: place for place, letter in enumerate(bytes(arrays["alphabet"]).decode())}
        self._known = known_spellings(bytes(arrays["known"]).decode())
        keys = np.cumsum(arrays["keys"], dtype=np.uint64)
        self.grams = Grams(
            keys,
            _table(keys),
            arrays["worth"],
            arrays["backoff"],
            int(self.about["order"]),
            int(self.about["bits"]),
            arrays["first"],
            arrays["pairs"],
            arrays["start"],
            arrays["letters"],
        )

    def known(self, key: str) -> tuple[str, ...]:
        """Spellings of a known name, the commonest first; the key is folded as the trainer did."""
        return self._known.get(key, ())

    def writes(self, letter: str) -> bool:
        """Whether the model has seen a letter."""
        return letter in self._alphabet

    def spell(self, word: str, count: int = 4) -> list[tuple[str, float]]:
        """Likely Latin spellings of a folded word and the logarithm of how likely, best first, by the n-gram model alone."""
        codes = np.array([self._alphabet[letter] for letter in word if letter in self._alphabet], np.int32)
        if not len(codes):
            return []
        spelled, lengths, scores = _spell(codes[:24], self.grams, count, _BEAM)
        return [
            (bytes(row[:length]).decode("ascii"), float(score))
            for row, length, score in zip(spelled, lengths, scores, strict=True)
            if length and score >= scores[0] - _FALL
        ]


def known_spellings(text: str) -> dict[str, tuple[str, ...]]:
    """The list of known names: a line for each, the written name and its spellings with spaces between."""
    return {line[0]: tuple(line[1:]) for line in (row.split(" ") for row in text.split("\n")) if len(line) > 1}


@cache
def model(script: str) -> Model:
    """The model of a script: `arabic`, `cyrillic`, `hebrew` or `han`."""
    return Model(_DATA / f"{script}.npz")


def pack(pairs: Sequence[int], bits: int) -> int:
    """The key of a run of pairs: their numbers end to end, and how many."""
    packed = 0
    for pair in pairs:
        packed = packed << bits | pair
    return packed << 3 | len(pairs)


@njit(cache=True, nogil=True, inline="always")
def _place(key: np.uint64, size: int) -> np.uint64:
    key ^= key >> uint64(31)
    key *= uint64(0x9E3779B97F4A7C15)
    key ^= key >> uint64(29)
    return key & uint64(size - 1)


@njit(cache=True, nogil=True)
def _table(keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Open addressing over the keys: a power of two of places, at most half of them taken; -1 is free."""
    size = 2
    while size < 2 * len(keys):
        size *= 2
    table = np.full(size, -1, np.int32)
    for i in range(len(keys)):
        place = _place(keys[i], size)
        while table[place] >= 0:
            place = (place + uint64(1)) & uint64(size - 1)
        table[place] = i
    return table


@njit(cache=True, nogil=True)
def _find(keys: NDArray[np.uint64], table: NDArray[np.int32], key: np.uint64) -> int:
    place = _place(key, len(table))
    while table[place] >= 0:
        if keys[table[place]] == key:
            return int(table[place])
        place = (place + uint64(1)) & uint64(len(table) - 1)
    return -1


@njit(cache=True, nogil=True)
def _worth(grams: Grams, history: np.uint64, pair: int) -> float:
    """The logarithm of the chance of a pair after the pairs in `history` (the last in the lowest bits)."""
    lost = 0
    for order in range(grams.order - 1, -1, -1):
        seen = history & ((uint64(1) << uint64(grams.bits * order)) - uint64(1))
        found = _find(grams.keys, grams.table, (((seen << uint64(grams.bits)) | uint64(pair)) << uint64(3)) | uint64(order + 1))
        if found >= 0 and grams.worth[found] < 255:
            return float(-(lost + grams.worth[found]) * STEP)
        if order > 0:
            context = _find(grams.keys, grams.table, (seen << uint64(3)) | uint64(order))
            if context >= 0:
                lost += grams.backoff[context]
    return float(-(lost + 255) * STEP)


@njit(cache=True, nogil=True)
def _spell(
    codes: NDArray[np.int32], grams: Grams, count: int, beam: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float64]]:
    """Beam search letter by letter; spellings that two ways of cutting give are added up."""
    wanted = (uint64(1) << uint64(grams.bits * (grams.order - 1))) - uint64(1)
    history, scores, lengths = np.zeros(beam, np.uint64), np.zeros(beam), np.zeros(beam, np.int64)
    spelled = np.zeros((beam, _LONGEST), np.uint8)
    new_history, new_lengths, new_spelled = history.copy(), lengths.copy(), spelled.copy()
    new_scores, parent, pairs = np.zeros(beam), np.zeros(beam, np.int64), np.zeros(beam, np.int64)
    held = 1
    for place in range(len(codes) + 1):
        ends = place == len(codes)
        low, high = (0, 1) if ends else (grams.first[codes[place]], grams.first[codes[place] + 1])
        found, worst = 0, 0
        for k in range(held):
            for choice in range(low, high):
                pair = 1 if ends else grams.pairs[choice]
                score = scores[k] + _worth(grams, history[k], pair)
                if found < beam:
                    new_scores[found], parent[found], pairs[found] = score, k, pair
                    found += 1
                    if found == beam:
                        worst = int(np.argmin(new_scores))
                elif score > new_scores[worst]:
                    new_scores[worst], parent[worst], pairs[worst] = score, k, pair
                    worst = int(np.argmin(new_scores))
        kept = 0
        for q in range(found):
            length = lengths[parent[q]]
            new_spelled[kept, :length] = spelled[parent[q], :length]
            for z in range(grams.start[pairs[q]], grams.start[pairs[q] + 1]):
                if length < _LONGEST:
                    new_spelled[kept, length] = grams.letters[z]
                    length += 1
            after = ((history[parent[q]] << uint64(grams.bits)) | uint64(pairs[q])) & wanted
            same = -1
            for r in range(kept):
                if new_lengths[r] == length and (ends or new_history[r] == after) and _equal(new_spelled[r], new_spelled[kept], length):
                    same = r
                    break
            score = new_scores[q]
            if same >= 0:
                high_score, low_score = max(score, new_scores[same]), min(score, new_scores[same])
                new_scores[same] = high_score + np.log1p(np.exp(low_score - high_score))
            else:
                new_history[kept], new_lengths[kept], new_scores[kept] = after, length, score
                kept += 1
        held = kept
        history, new_history = new_history, history
        lengths, new_lengths = new_lengths, lengths
        spelled, new_spelled = new_spelled, spelled
        scores[:held] = new_scores[:held]
    best = np.argsort(-scores[:held])[:count]
    return spelled[best], lengths[best], scores[best]


@njit(cache=True, nogil=True)
def _equal(left: NDArray[np.uint8], right: NDArray[np.uint8], length: int) -> bool:
    return bool(np.all(left[:length] == right[:length]))
