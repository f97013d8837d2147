"""A vocabulary: every distinct token of some names, analysed once, as arrays that kernels read.

A token is known by its hash, so that vocabularies of different origin (a query, an index, another batch) compare without a common dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names import plain
from crosstie.resolve.names.concepts import concepts
from crosstie.resolve.names.forms import DIGRAPHS, SOUNDS
from crosstie.resolve.names.plain import hashes as hashes

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
    text, start = _spell(labels)
    spelled, sound_start = plain.sounds(text, start, *_sounds()) if sounds is None else _spell(sounds)
    count = len(labels)
    letters, spelled = _LETTERS[text], _LETTERS[spelled]
    hashed = hashes(letters, start)
    return Vocabulary(
        letters=letters,
        start=start,
        sounds=spelled,
        sound_start=sound_start,
        bags=plain.bags(letters, start),
        numeral=plain.numerals(text, start),
        hash=hashed,
        sound_hash=hashes(spelled, sound_start),
        script=np.zeros(count, np.uint8) if scripts is None else scripts,
        variant_start=np.zeros(count + 1, np.int64) if variant_start is None else variant_start,
        variants=np.zeros(0, np.int32) if variants is None else variants,
        concept=_concepts(hashed),
    )


def _concepts(hashed: NDArray[np.uint64]) -> NDArray[np.int32]:
    """The concept of each token, told by its hash."""
    known, concept = _hashed_concepts()
    place = np.searchsorted(known, hashed).clip(max=len(known) - 1)
    return np.where(known[place] == hashed, concept[place], -1).astype(np.int32)


@cache
def _hashed_concepts() -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    listed = concepts()
    text, start = _spell(list(listed))
    hashed = hashes(_LETTERS[text], start)
    order = np.argsort(hashed)
    return hashed[order], np.array(list(listed.values()), np.int32)[order]


@cache
def _sounds() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The rules of `skeleton` as numbers, see `plain.sounds`."""
    groups = np.array([[len(written), *written.ljust(3).encode(), ord(sound)] for written, sound in DIGRAPHS], np.uint8)
    sound_of = np.zeros(128, np.uint8)
    for place in range(128):
        sound = chr(place).translate(SOUNDS).lower()
        sound_of[place] = ord(sound) if sound else 0
    return groups, sound_of


def _spell(words: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    start = np.concatenate([[0], np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))]).astype(np.int64)
    return np.frombuffer("".join(words).encode("ascii"), np.uint8), start
