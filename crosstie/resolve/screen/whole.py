"""Which names are like a name as a whole, for queries whose parts are like no parts of a listed name: parts run together or torn apart, every one
of them misspelt. Names that share rare pieces are found, whatever part the pieces stand in.
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
#: So many entries of lists are walked through for one name, those of the rarest pieces first.
WALKED = 20_000
#: A query is looked up as a whole where no listed name holds so much of its parts.
SURE = 0.7
#: Of one entity so many names are compared with a reading of a query.
OF_ENTITY = 2
#: Where a name holds so much of what is asked, others must fit so well at least.
FIT = 0.25


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
def _pieces(form: int, names: Any, words: Any, seen: Any, stamp: int, out: Any) -> int:
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
    seen, out = np.full(PIECES, -1, np.int64), np.empty(1024, np.int64)
    for form in range(len(names.token_start) - 1):
        for k in range(_pieces(form, names, words, seen, form, out)):
            sizes[out[k]] += 1


@njit(cache=True, nogil=True)
def _fill(names: Any, words: Any, start: Any, forms: Any, worth: Any, norm: Any) -> None:
    seen, out = np.full(PIECES, -1, np.int64), np.empty(1024, np.int64)
    filled = start[:-1].copy()
    for form in range(len(names.token_start) - 1):
        total = 0.0
        for k in range(_pieces(form, names, words, seen, form, out)):
            forms[filled[out[k]]] = form
            filled[out[k]] += 1
            total += worth[out[k]]
        norm[form] = np.sqrt(total)


@njit(cache=True, nogil=True)
def find_wholes(asked: Any, asked_words: Any, wholes: Any, sure: Any, out: Any, value: Any) -> None:
    """For each form of the queries the forms that are most like it as a whole, into `out` (queries × most), best first, -1 where there are no
    more; `value` is how like. Not for those of which `sure` says that their parts have found what is asked.
    """
    seen, pieces = np.full(PIECES, -1, np.int64), np.empty(1024, np.int64)
    gained = np.zeros(len(wholes.norm), np.float32)
    touched = np.empty(len(wholes.norm), np.int32)
    most = out.shape[1]
    for q in range(len(asked.token_start) - 1):
        held = 0
        whole = 0.0
        if sure[q] < SURE:
            n = _pieces(q, asked, asked_words, seen, q, pieces)
            _shortest_first(pieces, n, wholes.start)
            walked = 0
            for k in range(n):
                piece = pieces[k]
                worth = wholes.worth[piece]
                whole += worth
                p0 = wholes.start[piece]
                p1 = min(wholes.start[piece + 1], p0 + max(0, WALKED - walked))
                walked += p1 - p0
                for p in range(p0, p1):
                    form = wholes.forms[p]
                    if gained[form] == 0.0:
                        touched[held] = form
                        held += 1
                    gained[form] += worth
        size = 0
        for k in range(held):
            form = touched[k]
            fit = gained[form] / (wholes.norm[form] * np.sqrt(whole))
            gained[form] = 0.0
            if size == most and fit <= value[q, most - 1]:
                continue
            at = size if size < most else most - 1
            while at > 0 and value[q, at - 1] < fit:
                value[q, at] = value[q, at - 1]
                out[q, at] = out[q, at - 1]
                at -= 1
            value[q, at] = fit
            out[q, at] = form
            size = min(size + 1, most)
        for k in range(size, most):
            out[q, k] = -1


@njit(cache=True, nogil=True)
def _shortest_first(pieces: Any, n: int, start: Any) -> None:
    for k in range(1, n):
        piece = pieces[k]
        size = start[piece + 1] - start[piece]
        at = k
        while at > 0 and start[pieces[at - 1] + 1] - start[pieces[at - 1]] > size:
            pieces[at] = pieces[at - 1]
            at -= 1
        pieces[at] = piece


@njit(cache=True, nogil=True)
def take_turns(by_parts: Any, fit: Any, wholes: Any, value: Any, entity: Any, out: Any, out_fit: Any) -> None:
    """What is found by parts and as a whole in turns, each form once, few of one entity; -1 where there are no more. The fit is that of the parts,
    0 where many fit better by their parts.
    """
    most = out.shape[1]
    for q in range(len(out)):
        size = 0
        least = FIT if fit[q, 0] >= SURE else 0.0
        for turn in range(2 * max(by_parts.shape[1], wholes.shape[1])):
            place = turn >> 1
            row, worth = (wholes, value) if turn & 1 else (by_parts, fit)
            if size == most or place >= row.shape[1] or row[q, place] < 0 or worth[q, place] < least:
                continue
            form = row[q, place]
            same = 0
            for k in range(size):
                if out[q, k] == form:
                    same = OF_ENTITY
                elif entity[out[q, k]] == entity[form]:
                    same += 1
            if same < OF_ENTITY:
                out[q, size] = form
                out_fit[q, size] = 0.0
                for k in range(by_parts.shape[1]):
                    if by_parts[q, k] == form:
                        out_fit[q, size] = fit[q, k]
                size += 1
        for k in range(size, most):
            out[q, k] = -1
