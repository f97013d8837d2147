"""One side of a comparison, laid out for speed: what is known of a token stands together in one row of memory (its card)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names.vocabulary import Side

#: A row of 64 bytes: one line of a processor's cache.
CARD = np.dtype(
    [
        ("hash", np.uint64),
        ("sound_hash", np.uint64),
        ("bag", np.uint64),
        ("start", np.int64),
        ("sound_start", np.int64),
        ("rarity", np.float32),
        ("sound_rarity", np.float32),
        ("concept", np.int32),
        ("variant_start", np.int32),
        ("variants", np.uint8),
        ("length", np.uint8),
        ("sounds", np.uint8),
        ("numeral", np.uint8),
        ("script", np.uint8),
        ("_spare", np.uint8, 3),
    ]
)


class Deck(NamedTuple):
    """A side as the kernels read it. `cards` has a row for each token of the vocabulary; the rest is as in `NameTable` and `Vocabulary`."""

    form_start: NDArray[np.int64]
    token_start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    weak: NDArray[np.bool_]
    cards: NDArray[Any]
    letters: NDArray[np.uint8]
    sounds: NDArray[np.uint8]
    variants: NDArray[np.int32]


_dealt: list[tuple[tuple[Any, ...], Deck]] = []


def deal(side: Side) -> Deck:
    """The deck of a side. The last few are remembered, as batches of one job share their sides; a side's arrays must not change."""
    parts = (side.names.tokens, side.names.weak, side.words.hash, side.words.variants, side.words.concept, *side.worth)
    for known, deck in _dealt:
        if all(one is other for one, other in zip(known, parts, strict=True)):
            return deck
    deck = _deal(side)
    _dealt.append((parts, deck))
    del _dealt[:-4]
    return deck


def _deal(side: Side) -> Deck:
    names, words, worth = side
    cards = np.zeros(len(words.hash), CARD)
    cards["hash"], cards["sound_hash"], cards["bag"] = words.hash, words.sound_hash, words.bags
    cards["start"], cards["sound_start"] = words.start[:-1], words.sound_start[:-1]
    cards["length"], cards["sounds"] = np.diff(words.start), np.diff(words.sound_start)
    cards["rarity"], cards["sound_rarity"] = worth.rarity, worth.sound_rarity
    cards["concept"], cards["numeral"], cards["script"] = words.concept, words.numeral, words.script
    cards["variant_start"], cards["variants"] = words.variant_start[:-1], np.minimum(np.diff(words.variant_start), 255)
    return Deck(names.form_start, names.token_start, names.tokens, names.weak, cards, words.letters, words.sounds, words.variants)
