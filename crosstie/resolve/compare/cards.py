"""One side of a comparison, laid out for speed: all that is known of a token stands together in one row of memory (its card)."""

from __future__ import annotations

from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names.vocabulary import Side, Vocabulary, Worth

#: Letters of a token, and consonants; other readings of a token that are looked at.
LETTERS = 24
READINGS = 8
#: A row of 128 bytes: two lines of a processor's cache, what is read most in the first. `readings` are numbers of other rows; `sound_bag` has a bit
#: for each consonant.
CARD = np.dtype(
    [
        ("hash", np.uint64),
        ("sound_hash", np.uint64),
        ("bag", np.uint64),
        ("sound_bag", np.uint32),
        ("rarity", np.float32),
        ("sound_rarity", np.float32),
        ("concept", np.int32),
        ("length", np.uint8),
        ("heard", np.uint8),
        ("read", np.uint8),
        ("numeral", np.uint8),
        ("script", np.uint8),
        ("letters", np.uint8, LETTERS),
        ("sounds", np.uint8, LETTERS),
        ("_spare", np.uint8, 3),
        ("readings", np.int32, READINGS),
    ]
)


class Deck(NamedTuple):
    """A side as the kernels read it. `cards` has a row for each token of the vocabulary; the rest is as in `NameTable`."""

    form_start: NDArray[np.int64]
    token_start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    weak: NDArray[np.bool_]
    cards: NDArray[Any]


_dealt: list[tuple[tuple[Any, ...], NDArray[Any]]] = []
_dealing = Lock()


def deal(side: Side) -> Deck:
    """The deck of a side. The last few cards are remembered, as batches of one job share their words; a side's arrays must not change."""
    names, words, worth = side
    parts = (words.hash, words.variants, words.concept, *worth)
    with _dealing:  # several threads want the same at once
        cards = next((held for known, held in _dealt if all(one is other for one, other in zip(known, parts, strict=True))), None)
        if cards is None:
            cards = _cards(words, worth)
            _dealt.append((parts, cards))
            del _dealt[:-4]
    return Deck(names.form_start, names.token_start, names.tokens, names.weak, cards)


def _cards(words: Vocabulary, worth: Worth) -> NDArray[Any]:
    cards = _aligned(len(words.hash))
    cards["hash"], cards["sound_hash"], cards["bag"] = words.hash, words.sound_hash, words.bags
    cards["rarity"], cards["sound_rarity"] = worth.rarity, worth.sound_rarity
    cards["concept"], cards["numeral"], cards["script"] = words.concept, words.numeral, words.script
    for field, count, values, start in (
        ("letters", "length", words.letters, words.start),
        ("sounds", "heard", words.sounds, words.sound_start),
        ("readings", "read", words.variants, words.variant_start),
    ):
        cards[count] = _spread(cards[field], values, start)
    for k in range(LETTERS):
        cards["sound_bag"] |= np.where(k < cards["heard"], np.uint32(1) << (cards["sounds"][:, k] & np.uint32(31)), np.uint32(0))
    return cards


def _aligned(count: int) -> NDArray[Any]:
    """Empty cards, each of which begins with a line of the processor's cache."""
    room = np.zeros(count * CARD.itemsize + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + count * CARD.itemsize].view(CARD)


def _spread(rows: NDArray[Any], values: NDArray[Any], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Writes into row i the values from start[i] to start[i + 1], as many as there is room for; returns how many."""
    most = rows.shape[1]
    lengths = np.diff(start)
    of = np.repeat(np.arange(len(rows)), lengths)
    place = np.arange(start[0], start[-1]) - start[of]
    kept = place < most
    rows[of[kept], place[kept]] = values[start[0] : start[-1]][kept]
    return np.minimum(lengths, most)
