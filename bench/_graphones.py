"""Pairs of a written letter and the Latin letters it is spelled with: found by expectation maximisation, then counted as an n-gram model."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numba import njit

#: Bits of a Latin letter in the key of a pair, and the most letters a pair may have.
_BITS = 5
_MOST = 6


@njit(cache=True)
def _cuts(letters, letter_start, latin, latin_start, longest):
    """The key of every pair that some cut of a name could use: for each name, letter, place in the Latin word and length, in this order."""
    size = 0
    for p in range(len(letter_start) - 1):
        size += (letter_start[p + 1] - letter_start[p]) * (latin_start[p + 1] - latin_start[p] + 1) * (longest + 1)
    keys = np.full(size, -1, np.int64)
    base = np.zeros(len(letter_start), np.int64)
    k = 0
    for p in range(len(letter_start) - 1):
        base[p] = k
        width = latin_start[p + 1] - latin_start[p]
        for i in range(letter_start[p], letter_start[p + 1]):
            for j in range(width + 1):
                key = np.int64(letters[i]) << (_BITS * _MOST)
                for length in range(longest + 1):
                    if j + length <= width:
                        if length > 0:
                            key |= np.int64(latin[latin_start[p] + j + length - 1]) << (_BITS * (length - 1))
                        keys[k] = key
                    k += 1
    return keys, base


@njit(cache=True)
def _expect(pair, base, heights, widths, weights, chance, longest, counts, likelihood):
    """One pass of forward and backward sums: adds the expected uses of each pair to `counts`."""
    for p in range(len(weights)):
        height, width = heights[p], widths[p]
        likelihood[p] = -np.inf
        before, after = np.zeros((height + 1, width + 1)), np.zeros((height + 1, width + 1))
        before[0, 0] = 1.0
        after[height, width] = 1.0
        for i in range(height):
            for j in range(width + 1):
                at = base[p] + (i * (width + 1) + j) * (longest + 1)
                if before[i, j] > 0.0:
                    for length in range(min(longest, width - j) + 1):
                        before[i + 1, j + length] += before[i, j] * chance[pair[at + length]]
        total = before[height, width]
        if total <= 1e-300:
            continue
        likelihood[p] = np.log(total) / (height + width)
        for i in range(height - 1, -1, -1):
            for j in range(width + 1):
                at = base[p] + (i * (width + 1) + j) * (longest + 1)
                for length in range(min(longest, width - j) + 1):
                    part = chance[pair[at + length]] * after[i + 1, j + length]
                    after[i, j] += part
                    counts[pair[at + length]] += weights[p] * before[i, j] * part / total


@njit(cache=True)
def _best(pair, base, heights, widths, chance, longest, chosen, start):
    """The likeliest cut of each name, written to `chosen`; False for names that no cut fits."""
    fits = np.zeros(len(heights), np.bool_)
    for p in range(len(heights)):
        height, width = heights[p], widths[p]
        best = np.full((height + 1, width + 1), -np.inf)
        taken = np.zeros((height + 1, width + 1), np.int64)
        best[0, 0] = 0.0
        for i in range(height):
            for j in range(width + 1):
                at = base[p] + (i * (width + 1) + j) * (longest + 1)
                if best[i, j] > -np.inf:
                    for length in range(min(longest, width - j) + 1):
                        here = chance[pair[at + length]]
                        if here > 0.0 and best[i, j] + np.log(here) > best[i + 1, j + length]:
                            best[i + 1, j + length] = best[i, j] + np.log(here)
                            taken[i + 1, j + length] = length
        if best[height, width] == -np.inf:
            continue
        fits[p] = True
        j = width
        for i in range(height, 0, -1):
            length = taken[i, j]
            chosen[start[p] + i - 1] = pair[base[p] + ((i - 1) * (width + 1) + j - length) * (longest + 1) + length]
            j -= length
    return fits


def align(written: list[str], latin: list[str], weights: np.ndarray, longest: int, rounds: int = 8, least: float = 1.0):
    """Cut each name into pairs, one for each written letter.

    Returns the pairs as (letter, Latin letters), the numbers of the pairs of each name (from 2; None where no cut fits) and how likely a
    letter of each name is.  Pairs that are expected less than `least` times are dropped half-way.
    """
    alphabet = {letter: place for place, letter in enumerate(sorted(set("".join(written))))}
    letter_start = np.concatenate([[0], np.cumsum([len(word) for word in written])]).astype(np.int64)
    latin_start = np.concatenate([[0], np.cumsum([len(word) for word in latin])]).astype(np.int64)
    letters = np.array([alphabet[letter] for word in written for letter in word], np.int64)
    spelled = np.frombuffer("".join(latin).encode(), np.uint8).astype(np.int64) - 96
    keys, base = _cuts(letters, letter_start, spelled, latin_start, longest)
    pair = np.zeros(len(keys), np.int32)
    distinct, pair[keys >= 0] = np.unique(keys[keys >= 0], return_inverse=True)
    heights, widths = np.diff(letter_start), np.diff(latin_start)
    chance = np.full(len(distinct), 1 / len(distinct))
    likelihood = np.zeros(len(written))
    for turn in range(rounds):
        counts = np.zeros(len(distinct))
        _expect(pair, base, heights, widths, weights, chance, longest, counts, likelihood)
        if turn >= rounds // 2:
            counts[counts < least] = 0.0
        chance = counts / counts.sum()
    chosen = np.zeros(letter_start[-1], np.int64)
    fits = _best(pair, base, heights, widths, chance, longest, chosen, letter_start)
    used = np.unique(np.concatenate([chosen[letter_start[p] : letter_start[p + 1]] for p in np.flatnonzero(fits)]))
    number = {int(key): place + 2 for place, key in enumerate(used)}
    names = sorted(alphabet, key=alphabet.__getitem__)
    pairs = [(names[int(distinct[key] >> (_BITS * _MOST))], _unpacked(int(distinct[key]))) for key in used]
    cut = [[number[int(key)] for key in chosen[letter_start[p] : letter_start[p + 1]]] if fits[p] else None for p in range(len(written))]
    return pairs, cut, likelihood


def _unpacked(key: int) -> str:
    key &= (1 << (_BITS * _MOST)) - 1
    word = ""
    while key:
        word += chr((key & 31) + 96)
        key >>= _BITS
    return word


def count_grams(names: list[list[int]], weights: np.ndarray, order: int, least: tuple[float, ...], discount: float = 0.6):
    """Interpolated absolute discounting over weighted counts: the chance of each run of pairs, and the share each context leaves to shorter ones.

    Runs that are counted less than `least[length - 1]` are left out.
    """
    counts: list[dict[tuple[int, ...], float]] = [defaultdict(float) for _ in range(order + 1)]
    for name, weight in zip(names, weights, strict=True):
        row = [0] * (order - 1) + name + [1]
        for place in range(order - 1, len(row)):
            for length in range(1, order + 1):
                counts[length][tuple(row[place - length + 1 : place + 1])] += weight
    total = sum(counts[1].values())
    spared = sum(min(0.3, 0.5 * count) for count in counts[1].values()) / total / len(counts[1])
    chance = {run: (count - min(0.3, 0.5 * count)) / total + spared for run, count in counts[1].items()}
    left: dict[tuple[int, ...], float] = {}

    def shorter(run: tuple[int, ...]) -> float:
        share = 1.0
        while len(run) > 1 and run not in chance:
            share *= left.get(run[:-1], 1.0)
            run = run[1:]
        return share * chance.get(run, 1e-7)

    for length in range(2, order + 1):
        context: dict[tuple[int, ...], float] = defaultdict(float)
        kept: dict[tuple[int, ...], float] = defaultdict(float)
        for run, count in counts[length].items():
            context[run[:-1]] += count
            if count >= least[length - 1]:
                kept[run[:-1]] += count - min(discount, 0.7 * count)
        for history in kept:
            left[history] = max(1 - kept[history] / context[history], 1e-4)
        for run, count in counts[length].items():
            if count >= least[length - 1]:
                own = count - min(discount, 0.7 * count)
                chance[run] = own / context[run[:-1]] + left[run[:-1]] * shorter(run[1:])
    return chance, left
