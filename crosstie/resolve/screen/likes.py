"""Which tokens of an index are like a token: those that share its rare pieces, compared letter by letter and consonant by consonant."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.compare.cards import deal
from crosstie.resolve.compare.kernels import edits, inner, popcount, wipe_masks, write_masks
from crosstie.resolve.names.vocabulary import Side
from crosstie.resolve.screen.grams import GRAMS, MOST_PIECES, Grams, pieces
from crosstie.resolve.screen.heaviest import BUCKETS, pick

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64

#: Tokens that share most pieces, in weight, are compared; so many of them.
COMPARED = 48
#: So many like tokens are kept of each token, and how alike they must be.
KEPT = 40
ALIKE = 0.55
SAME_SOUND = 0.85
#: A token may be written together with others: at least so many letters are looked for within a longer token, and so alike they must be.
PART = 4
PART_ALIKE = 0.7
#: Another reading of a written token counts so much less.
READING = 0.97


class Likes(NamedTuple):
    """Tokens like each of some tokens: those of token i are `tokens[start[i]:start[i + 1]]`, with how alike they are (0 to 1), the most alike first;
    below 0 where they are only a part of the token, which may be several written together.
    """

    start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    alike: NDArray[np.float32]


def find_like(asked: Side, index: Side, grams: Grams) -> Likes:
    """The tokens of the index that are like each token that is asked, in any of its readings."""
    count = len(asked.words.hash)
    likes = _room(count)
    _find_like(asked.words, deal(asked).cards, deal(index).cards, grams, *likes)
    if not len(asked.words.variants):
        return likes
    merged = _room(count)
    _merge_readings(asked.words, *likes, *merged)
    return merged


def _room(count: int) -> Likes:
    return Likes(np.zeros(count + 1, np.int64), np.empty(count * KEPT, np.int32), np.empty(count * KEPT, np.float32))


@njit(cache=True, nogil=True)
def _find_like(asked: Any, asked_cards: Any, cards: Any, grams: Any, start: Any, tokens: Any, alike: Any) -> None:
    """For every token of the vocabulary `asked` those of `cards` that are like it; `start`, `tokens`, `alike` are filled as in `Likes`."""
    drawers = len(grams.start) - 1 - GRAMS
    weight = np.zeros(len(cards), np.float32)
    touched = np.empty(len(cards) + 1, np.uint32)
    bucket = np.empty(len(cards) + 1, np.uint16)
    sizes = np.zeros(BUCKETS + 1, np.int64)
    out = np.empty(MOST_PIECES, np.int64)
    best = np.empty(COMPARED, np.uint32)
    letters, sounds, other = np.zeros(64, np.uint64), np.zeros(64, np.uint64), np.zeros(64, np.uint64)
    for token in range(len(asked_cards)):
        held = 0
        asks = np.float32(0.0)
        for k in range(pieces(token, asked, drawers, out)):
            worth = grams.worth[out[k]]
            asks += worth
            for at in range(grams.start[out[k]], grams.start[out[k] + 1]):
                found = np.uint32(grams.tokens[at])
                touched[held] = found
                held += weight[found] == 0.0
                weight[found] += worth
        scale = np.float32(BUCKETS - 1) / np.sqrt(max(asks, np.float32(1e-9)))
        for k in range(held):
            found = touched[k]
            bucket[k] = np.uint16(max(np.float32(0.0), min(np.float32(BUCKETS - 1), weight[found] / grams.norm[found] * scale)))
            weight[found] = 0.0
        a = asked_cards[token]
        write_masks(a.letters, 0, _int(a.length), letters)
        write_masks(a.sounds, 0, _int(a.heard), sounds)
        kept = 0
        for k in range(pick(touched, bucket, held, sizes, best)):
            close = _alike(a, cards[best[k]], letters, sounds, other)
            if abs(close) >= ALIKE:
                kept = _insert(tokens, alike, start[token], kept, best[k], close)
        wipe_masks(a.letters, 0, _int(a.length), letters)
        wipe_masks(a.sounds, 0, _int(a.heard), sounds)
        start[token + 1] = start[token] + kept


@inner
def _alike(a: Any, b: Any, letters: Any, sounds: Any, other: Any) -> float:
    """How alike two cards are for finding: in letters or consonants, or (below 0) as a part. The masks of the first lie in `letters`, `sounds`.

    Each edit changes at most two letters of a bag: what cannot be alike enough is not counted out.
    """
    if a.hash == b.hash:
        return 1.0
    if a.numeral or b.numeral:
        return 0.0
    la, lb, ka, kb = _int(a.length), _int(b.length), _int(a.heard), _int(b.heard)
    longest = max(la, lb)
    close = 0.0
    if max(abs(la - lb), (_int(popcount(a.bag ^ b.bag)) + 1) >> 1) <= (1.0 - ALIKE) * longest:
        close = 1.0 - edits(letters, la, b.letters, 0, lb) / longest
    if close >= SAME_SOUND:
        return close
    if ka >= 2 and a.sound_hash == b.sound_hash:
        return SAME_SOUND
    if ka >= 3 and kb >= 3:
        most = SAME_SOUND * (1.0 - max(abs(ka - kb), (_int(popcount(uint64(a.sound_bag ^ b.sound_bag))) + 1) >> 1) / max(ka, kb))
        if most >= ALIKE and most > close:
            close = max(close, SAME_SOUND * (1.0 - edits(sounds, ka, b.sounds, 0, kb) / max(ka, kb)))
    if close < PART_ALIKE and min(la, lb) >= PART and abs(la - lb) >= PART:
        if la < lb:
            if popcount(a.bag & ~b.bag) <= (1.0 - PART_ALIKE) * la:
                inside = 1.0 - _within(letters, la, b.letters, lb) / la
                if inside >= PART_ALIKE:
                    close = max(close, inside * (0.5 + 0.5 * la / lb))
        elif popcount(b.bag & ~a.bag) <= (1.0 - PART_ALIKE) * lb:
            write_masks(b.letters, 0, lb, other)
            inside = 1.0 - _within(other, lb, a.letters, la) / lb
            wipe_masks(b.letters, 0, lb, other)
            if inside >= PART_ALIKE and inside > close:
                close = -inside
    return float(close)


@inner
def _within(table: Any, la: int, b: Any, lb: int) -> int:
    """The fewest edits between the word of `la` letters in `table` and any part of another word (Sellers 1980, bit-parallel after Myers 1999)."""
    plus = uint64(0xFFFFFFFFFFFFFFFF)
    minus = uint64(0)
    one = uint64(1)
    last = uint64(la - 1)
    distance = la
    least = la
    for j in range(lb):
        match = table[b[j]]
        d0 = (((match & plus) + plus) ^ plus) | match | minus
        rise = minus | ~(d0 | plus)
        fall = d0 & plus
        distance += _int((rise >> last) & one) - _int((fall >> last) & one)
        least = min(least, distance)
        rise = rise << one
        fall = fall << one
        plus = fall | ~(d0 | rise)
        minus = rise & d0
    return int(least)


@inner
def _insert(tokens: Any, alike: Any, begin: int, kept: int, token: int, close: float) -> int:
    """Put a token in its place among those kept, most alike first."""
    at = kept
    if kept == KEPT:
        if abs(close) <= abs(alike[begin + KEPT - 1]):
            return kept
        at = KEPT - 1
    while at > 0 and abs(alike[begin + at - 1]) < abs(close):
        alike[begin + at] = alike[begin + at - 1]
        tokens[begin + at] = tokens[begin + at - 1]
        at -= 1
    alike[begin + at] = close
    tokens[begin + at] = token
    return min(kept + 1, KEPT)


@njit(cache=True, nogil=True)
def _merge_readings(words: Any, start: Any, tokens: Any, alike: Any, new_start: Any, new_tokens: Any, new_alike: Any) -> None:
    """Likes in which what is like another reading of a token is like the token itself; with room for KEPT a token."""
    for token in range(len(start) - 1):
        begin = new_start[token]
        kept = 0
        for k in range(start[token], start[token + 1]):
            new_tokens[begin + kept] = tokens[k]
            new_alike[begin + kept] = alike[k]
            kept += 1
        for place in range(words.variant_start[token], words.variant_start[token + 1]):
            other = words.variants[place]
            for k in range(start[other], start[other + 1]):
                kept = _merge(new_tokens, new_alike, begin, kept, tokens[k], alike[k] * READING)
        new_start[token + 1] = begin + kept


@inner
def _merge(tokens: Any, alike: Any, begin: int, kept: int, token: int, close: float) -> int:
    """Put a token in its place, unless it stands there as more alike."""
    for k in range(begin, begin + kept):
        if tokens[k] == token:
            if abs(alike[k]) >= abs(close):
                return kept
            for h in range(k, begin + kept - 1):
                tokens[h] = tokens[h + 1]
                alike[h] = alike[h + 1]
            kept -= 1
            break
    return int(_insert(tokens, alike, begin, kept, token, close))
