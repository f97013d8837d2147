"""A vocabulary: every distinct token of some names, analysed once, as arrays that kernels read.

A token is known by its hash, so that vocabularies of different origin (a query, an index, another batch) compare without a common dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.names.concepts import concepts
from crosstie.resolve.names.forms import skeleton

_LETTERS = np.zeros(128, np.uint8)
for _place, _letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789"):
    _LETTERS[ord(_letter)] = _place + 1


class Vocabulary(NamedTuple):
    """Tokens as arrays; what is of token i is at i, or from start[i] to start[i + 1].

    `letters` and `sounds` (consonants, see `skeleton`) are codes 1-36 of a-z0-9; `bags` has a bit for each letter that occurs; `hash` and
    `sound_hash` tell tokens and sounds apart; `script` is the script it was written in (0 Latin); `variants` are numbers of tokens of this
    vocabulary that are other likely readings of the same written token; `concept` numbers groups of tokens that are one name by convention
    (-1: none).
    """

    letters: NDArray[np.uint8]
    start: NDArray[np.int64]
    sounds: NDArray[np.uint8]
    sound_start: NDArray[np.int64]
    bags: NDArray[np.uint64]
    numeral: NDArray[np.bool_]
    hash: NDArray[np.uint64]
    sound_hash: NDArray[np.uint64]
    script: NDArray[np.uint8]
    variant_start: NDArray[np.int64]
    variants: NDArray[np.int32]
    concept: NDArray[np.int32]


class NameTable(NamedTuple):
    """The names of records: those of record i are the forms `form_start[i]:form_start[i + 1]`; a form is a run of `tokens` (numbers in a
    vocabulary) with the part of the name that each is (`parts`: 0 unknown, 1 given, 2 family, 3 patronymic, 4 other). `weak` forms never decide.
    """

    form_start: NDArray[np.int64]
    token_start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    parts: NDArray[np.uint8]
    weak: NDArray[np.bool_]


class Worth(NamedTuple):
    """What it is worth, in nats, that two names share a token of a vocabulary, and that they share its sound."""

    rarity: NDArray[np.float64]
    sound_rarity: NDArray[np.float64]


class Side(NamedTuple):
    """One side of a comparison."""

    names: NameTable
    words: Vocabulary
    worth: Worth


def vocabulary(
    labels: Sequence[str],
    sounds: Sequence[str] | None = None,
    scripts: NDArray[np.uint8] | None = None,
    variant_start: NDArray[np.int64] | None = None,
    variants: NDArray[np.int32] | None = None,
) -> Vocabulary:
    """The arrays of tokens, which are in [a-z0-9]; `sounds` spares making the skeletons anew; scripts and variants as in `Analysed`."""
    letters, start = _spell(labels)
    spelled, sound_start = _spell([skeleton(label) for label in labels] if sounds is None else sounds)
    count = len(labels)
    known = concepts()
    bags = np.zeros(count, np.uint64)
    np.bitwise_or.at(bags, np.repeat(np.arange(count), np.diff(start)), np.left_shift(np.uint64(1), letters.astype(np.uint64)))
    return Vocabulary(
        letters=letters,
        start=start,
        sounds=spelled,
        sound_start=sound_start,
        bags=bags,
        numeral=np.array([label.isdigit() for label in labels], np.bool_),
        hash=hashes(letters, start),
        sound_hash=hashes(spelled, sound_start),
        script=np.zeros(count, np.uint8) if scripts is None else scripts,
        variant_start=np.zeros(count + 1, np.int64) if variant_start is None else variant_start,
        variants=np.zeros(0, np.int32) if variants is None else variants,
        concept=np.array([known.get(label, -1) for label in labels], np.int32),
    )


@njit(cache=True, nogil=True)
def hashes(codes: NDArray[np.uint8], start: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A 64-bit hash (FNV-1a, mixed at the end) of each run of codes; of an empty run 0."""
    found = np.zeros(len(start) - 1, np.uint64)
    for i in range(len(found)):
        if start[i + 1] == start[i]:
            continue
        state = uint64(14695981039346656037)
        for k in range(start[i], start[i + 1]):
            state = (state ^ uint64(codes[k])) * uint64(1099511628211)
        state ^= state >> uint64(33)
        state *= uint64(0xFF51AFD7ED558CCD)
        state ^= state >> uint64(33)
        found[i] = state
    return found


def _spell(words: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    start = np.concatenate([[0], np.cumsum([len(word) for word in words])]).astype(np.int64)
    return _LETTERS[np.frombuffer("".join(words).encode("ascii"), np.uint8)], start
