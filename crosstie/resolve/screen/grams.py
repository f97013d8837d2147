"""Which tokens of a vocabulary are like a token. Every token is cut into overlapping pieces of three letters, and its consonants are noted whole
and with one left out each; tokens that share rare pieces are compared letter by letter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.compare.kernels import edits, wipe_masks, write_masks
from crosstie.resolve.names.vocabulary import Vocabulary

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64
#: Codes of letters run from 1 to 36; 37 stands for the end of a token, on both sides.
_EDGE = 37
_BASE = 38
GRAMS = _BASE**3
#: Tokens that share most pieces, in weight, are compared; so many of them.
COMPARED = 48
#: So many like tokens are kept of each token, and how alike they must be.
KEPT = 40
ALIKE = 0.45
SAME_SOUND = 0.85
#: A token may be written together with others: at least so many letters are looked for within a longer token, and so alike they must be.
PART = 4
PART_ALIKE = 0.7
_MOST_PIECES = 24 + 24 + 2


class Grams(NamedTuple):
    """The inverted index of a vocabulary: the tokens that hold piece g are `tokens[start[g]:start[g + 1]]`. Pieces of letters come first, then
    `len(start) - 1 - GRAMS` (a power of two) drawers for consonants, by hash. `worth` is the square of the rarity of a piece, `norm` the length of
    a token's pieces as a vector.
    """

    start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    worth: NDArray[np.float32]
    norm: NDArray[np.float32]


class Likes(NamedTuple):
    """Tokens like each of some tokens: those of token i are `tokens[start[i]:start[i + 1]]`, with how alike they are (0 to 1);
    below 0 where they are only a part of the token, which may be several written together.
    """

    start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    alike: NDArray[np.float32]


def build_grams(words: Vocabulary) -> Grams:
    """The index of the pieces of a vocabulary."""
    count = len(words.hash)
    drawers = 1 << max(10, int(2 * max(count, 1)).bit_length())
    sizes = np.zeros(GRAMS + drawers, np.int64)
    _count_pieces(words, drawers, sizes)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    tokens = np.empty(start[-1], np.int32)
    worth = np.log1p(max(count, 1) / np.maximum(sizes, 1)).astype(np.float32) ** 2
    norm = np.zeros(count, np.float32)
    _fill_pieces(words, drawers, start, tokens, worth, norm)
    return Grams(start, tokens, worth, norm)


@njit(cache=True, nogil=True)
def pieces(token: int, words: Any, drawers: int, out: Any) -> int:
    """Write the numbers of the pieces of a token, each once, and return how many there are."""
    first, last = words.start[token], words.start[token + 1]
    n = 0
    a, b = _EDGE, _int(words.letters[first]) if last > first else _EDGE
    for k in range(first + 1, last + 1):
        c = _int(words.letters[k]) if k < last else _EDGE
        n = _put((a * _BASE + b) * _BASE + c, out, n)
        a, b = b, c
    s0, s1 = words.sound_start[token], words.sound_start[token + 1]
    if s1 - s0 >= 2:
        for left_out in range(-1, s1 - s0 if s1 - s0 >= 3 else 0):
            state = uint64(14695981039346656037)
            for k in range(s0, s1):
                if k - s0 != left_out:
                    state = (state ^ uint64(words.sounds[k])) * uint64(1099511628211)
            state ^= state >> uint64(29)
            n = _put(GRAMS + _int(state & uint64(drawers - 1)), out, n)
    return n


@njit(cache=True, nogil=True)
def _put(piece: int, out: Any, n: int) -> int:
    for k in range(n):
        if out[k] == piece:
            return n
    if n < len(out):
        out[n] = piece
        return n + 1
    return n


@njit(cache=True, nogil=True)
def _count_pieces(words: Any, drawers: int, sizes: Any) -> None:
    out = np.empty(_MOST_PIECES, np.int64)
    for token in range(len(words.hash)):
        for k in range(pieces(token, words, drawers, out)):
            sizes[out[k]] += 1


@njit(cache=True, nogil=True)
def _fill_pieces(words: Any, drawers: int, start: Any, tokens: Any, worth: Any, norm: Any) -> None:
    out = np.empty(_MOST_PIECES, np.int64)
    filled = start[:-1].copy()
    for token in range(len(words.hash)):
        total = 0.0
        for k in range(pieces(token, words, drawers, out)):
            tokens[filled[out[k]]] = token
            filled[out[k]] += 1
            total += worth[out[k]]
        norm[token] = np.sqrt(total)


@njit(cache=True, nogil=True)
def find_like(asked: Any, words: Any, grams: Any, start: Any, tokens: Any, alike: Any) -> None:
    """For every token of the vocabulary `asked` the tokens of `words` that are like it; `start`, `tokens`, `alike` are filled as in `Likes`,
    with room for KEPT a token.
    """
    drawers = len(grams.start) - 1 - GRAMS
    weight = np.zeros(len(words.hash), np.float32)
    touched = np.empty(len(words.hash), np.int32)
    out = np.empty(_MOST_PIECES, np.int64)
    best = np.empty(COMPARED, np.int32)
    value = np.empty(COMPARED, np.float32)
    letters, sounds, other = np.zeros(64, np.uint64), np.zeros(64, np.uint64), np.zeros(64, np.uint64)
    for token in range(len(asked.hash)):
        n = pieces(token, asked, drawers, out)
        held = 0
        for k in range(n):
            worth = grams.worth[out[k]]
            for at in range(grams.start[out[k]], grams.start[out[k] + 1]):
                found = grams.tokens[at]
                if weight[found] == 0.0:
                    touched[held] = found
                    held += 1
                weight[found] += worth
        compared = _heaviest(touched, held, weight, grams.norm, best, value)
        a0, la = asked.start[token], asked.start[token + 1] - asked.start[token]
        s0, ka = asked.sound_start[token], asked.sound_start[token + 1] - asked.sound_start[token]
        write_masks(asked.letters, a0, la, letters)
        write_masks(asked.sounds, s0, ka, sounds)
        kept = 0
        for k in range(compared):
            close = _alike(token, asked, best[k], words, letters, sounds, other)
            if abs(close) >= ALIKE:
                kept = _insert(tokens, alike, start[token], kept, best[k], close)
        wipe_masks(asked.letters, a0, la, letters)
        wipe_masks(asked.sounds, s0, ka, sounds)
        start[token + 1] = start[token] + kept


@njit(cache=True, nogil=True)
def _heaviest(touched: Any, held: int, weight: Any, norm: Any, best: Any, value: Any) -> int:
    """The tokens of most shared weight for their length, in no order; clears the weights."""
    size = 0
    least = 0
    bar = np.float32(0.0)
    for k in range(held):
        token = touched[k]
        worth = weight[token] / norm[token]
        weight[token] = 0.0
        if size < len(best):
            best[size] = token
            value[size] = worth
            size += 1
        elif worth > bar:
            best[least] = token
            value[least] = worth
        else:
            continue
        if size == len(best):
            least = 0
            for h in range(1, size):
                if value[h] < value[least]:
                    least = h
            bar = value[least]
    return size


@njit(cache=True, nogil=True)
def _alike(token: int, asked: Any, found: int, words: Any, letters: Any, sounds: Any, other: Any) -> float:
    """How alike two tokens are for finding: in letters or consonants, or (below 0) as a part. The masks of the token lie in `letters`, `sounds`."""
    if asked.hash[token] == words.hash[found]:
        return 1.0
    if asked.numeral[token] or words.numeral[found]:
        return 0.0
    la = asked.start[token + 1] - asked.start[token]
    b0, lb = words.start[found], words.start[found + 1] - words.start[found]
    ka = asked.sound_start[token + 1] - asked.sound_start[token]
    kb = words.sound_start[found + 1] - words.sound_start[found]
    close = 0.0
    if 2 * abs(la - lb) <= max(la, lb):
        close = 1.0 - edits(letters, la, words.letters, b0, lb) / max(la, lb)
    if close >= SAME_SOUND:
        return close
    if ka >= 2 and asked.sound_hash[token] == words.sound_hash[found]:
        return SAME_SOUND
    if ka >= 3 and kb >= 3:
        close = max(close, SAME_SOUND * (1.0 - edits(sounds, ka, words.sounds, words.sound_start[found], kb) / max(ka, kb)))
    if close < 0.7 and min(la, lb) >= PART and abs(la - lb) >= PART:
        if la < lb:
            inside = 1.0 - _within(letters, la, words.letters, b0, lb) / la
            if inside >= PART_ALIKE:
                close = max(close, inside * (0.5 + 0.5 * la / lb))
        else:
            write_masks(words.letters, b0, lb, other)
            inside = 1.0 - _within(other, lb, asked.letters, asked.start[token], la) / lb
            wipe_masks(words.letters, b0, lb, other)
            if inside >= PART_ALIKE and inside > close:
                close = -inside
    return close


@njit(cache=True, nogil=True)
def _within(table: Any, la: int, b: Any, b0: int, lb: int) -> int:
    """The fewest edits between the word of `la` letters in `table` and any part of another word (Sellers 1980, bit-parallel after Myers 1999)."""
    plus = uint64(0xFFFFFFFFFFFFFFFF)
    minus = uint64(0)
    one = uint64(1)
    last = uint64(la - 1)
    distance = la
    least = la
    for j in range(lb):
        match = table[b[b0 + j]]
        d0 = (((match & plus) + plus) ^ plus) | match | minus
        rise = minus | ~(d0 | plus)
        fall = d0 & plus
        distance += _int((rise >> last) & one) - _int((fall >> last) & one)
        least = min(least, distance)
        rise = rise << one
        fall = fall << one
        plus = fall | ~(d0 | rise)
        minus = rise & d0
    return least


@njit(cache=True, nogil=True)
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


#: Another reading of a written token counts so much less.
_READING = 0.97


@njit(cache=True, nogil=True)
def merge_readings(words: Any, start: Any, tokens: Any, alike: Any, new_start: Any, new_tokens: Any, new_alike: Any) -> None:
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
                kept = _merge(new_tokens, new_alike, begin, kept, tokens[k], alike[k] * _READING)
        new_start[token + 1] = begin + kept


@njit(cache=True, nogil=True)
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
    return _insert(tokens, alike, begin, kept, token, close)
