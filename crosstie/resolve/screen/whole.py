"""The index of whole names by pieces, for queries whose parts are like no parts of a listed name: parts run together or torn apart, every one of
them misspelt. Names that share rare pieces are found, whatever part the pieces stand in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.names.vocabulary import NameTable, Vocabulary

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64
#: Codes of letters run from 1 to 36; 37 stands for the end of a token or of a name.
_EDGE = 37
_BASE = 38
_TRIPLES = _BASE**3
#: Three letters of a token, and three consonants of the name without regard to where a token ends.
PIECES = 2 * _TRIPLES
#: Of a longer name only so many are looked at.
MOST_PIECES = 1024


class Wholes(NamedTuple):
    """The inverted index of whole names: the forms that hold piece g are `forms[start[g]:start[g + 1]]`. `worth` is the square of the rarity of a
    piece, `norm` the length of a form's pieces as a vector.
    """

    start: NDArray[np.int64]
    forms: NDArray[np.int32]
    worth: NDArray[np.float32]
    norm: NDArray[np.float32]


def build_wholes(names: NameTable, words: Vocabulary) -> Wholes:
    """The index of the pieces of whole names."""
    count = len(names.token_start) - 1
    sizes = np.zeros(PIECES, np.int64)
    _count(names, words, sizes)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    worth = np.log1p(max(count, 1) / np.maximum(sizes, 1)).astype(np.float32) ** 2
    forms, norm = np.empty(start[-1], np.int32), np.zeros(count, np.float32)
    _fill(names, words, start, forms, worth, norm)
    return Wholes(start, forms, worth, norm)


@njit(cache=True, nogil=True)
def pieces_of(form: int, names: Any, words: Any, seen: Any, stamp: int, out: Any) -> int:
    """Write the pieces of a name, each once, and return how many there are; `seen` has a place for each piece, `stamp` is new for each name."""
    n = 0
    x = y = _EDGE
    for place in range(names.token_start[form], names.token_start[form + 1]):
        token = names.tokens[place]
        first, last = words.start[token], words.start[token + 1]
        a, b = _EDGE, _int(words.letters[first]) if last > first else _EDGE
        for k in range(first + 1, last + 1):
            c = _int(words.letters[k]) if k < last else _EDGE
            n = _put((a * _BASE + b) * _BASE + c, seen, stamp, out, n)
            a, b = b, c
        for k in range(words.sound_start[token], words.sound_start[token + 1]):
            z = _int(words.sounds[k])
            if y != _EDGE:
                n = _put(_TRIPLES + (x * _BASE + y) * _BASE + z, seen, stamp, out, n)
            x, y = y, z
    if y != _EDGE:
        n = _put(_TRIPLES + (x * _BASE + y) * _BASE + _EDGE, seen, stamp, out, n)
    return n


@njit(cache=True, nogil=True)
def _put(piece: int, seen: Any, stamp: int, out: Any, n: int) -> int:
    if seen[piece] == stamp or n == len(out):
        return n
    seen[piece] = stamp
    out[n] = piece
    return n + 1


@njit(cache=True, nogil=True)
def _count(names: Any, words: Any, sizes: Any) -> None:
    seen, out = np.zeros(PIECES, np.int32), np.empty(MOST_PIECES, np.int64)
    for form in range(len(names.token_start) - 1):
        for k in range(pieces_of(form, names, words, seen, form + 1, out)):
            sizes[out[k]] += 1


@njit(cache=True, nogil=True)
def _fill(names: Any, words: Any, start: Any, forms: Any, worth: Any, norm: Any) -> None:
    seen, out = np.zeros(PIECES, np.int32), np.empty(MOST_PIECES, np.int64)
    filled = start[:-1].copy()
    for form in range(len(names.token_start) - 1):
        total = 0.0
        for k in range(pieces_of(form, names, words, seen, form + 1, out)):
            forms[filled[out[k]]] = form
            filled[out[k]] += 1
            total += worth[out[k]]
        norm[form] = np.sqrt(total)
