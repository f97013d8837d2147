"""The index of a vocabulary by pieces: every token is cut into overlapping pieces of three letters, and its consonants are noted whole and with one
left out each. Tokens that share rare pieces may be alike (`likes`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.names.vocabulary import Vocabulary

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64
#: Codes of letters run from 1 to 36; 37 stands for the end of a token, on both sides.
_EDGE = 37
_BASE = 38
GRAMS = _BASE**3
#: Of letters, and of consonants, at most.
MOST_PIECES = 24 + 24 + 2


class Grams(NamedTuple):
    """The inverted index of a vocabulary: the tokens that hold piece g are `tokens[start[g]:start[g + 1]]`. Pieces of letters come first, then
    `len(start) - 1 - GRAMS` (a power of two) drawers for consonants, by hash. `worth` is the square of the rarity of a piece, `norm` the length of
    a token's pieces as a vector.
    """

    start: NDArray[np.int64]
    tokens: NDArray[np.int32]
    worth: NDArray[np.float32]
    norm: NDArray[np.float32]


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
    out = np.empty(MOST_PIECES, np.int64)
    for token in range(len(words.hash)):
        for k in range(pieces(token, words, drawers, out)):
            sizes[out[k]] += 1


@njit(cache=True, nogil=True)
def _fill_pieces(words: Any, drawers: int, start: Any, tokens: Any, worth: Any, norm: Any) -> None:
    out = np.empty(MOST_PIECES, np.int64)
    filled = start[:-1].copy()
    for token in range(len(words.hash)):
        total = 0.0
        for k in range(pieces(token, words, drawers, out)):
            tokens[filled[out[k]]] = token
            filled[out[k]] += 1
            total += worth[out[k]]
        norm[token] = np.sqrt(total)
