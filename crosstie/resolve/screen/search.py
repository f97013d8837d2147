"""Which names hold tokens like those of a query: the lists of names of each like token are added up, the shortest lists first.

What a long list (all who are called Mohammed) adds is only added to names that a shorter list has found; so common tokens cost nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.names.vocabulary import NameTable, Vocabulary

#: So many entries of lists may be walked through for one token; beyond, only names that were found before gain from it.
LONG = 20_000
#: How much a token that is so alike counts: its worth times alike to this power.
STEEP = 2.0
#: A name's own tokens that the query lacks weigh so much beside those of the query.
UNASKED = 0.45


class Postings(NamedTuple):
    """Which forms bear a token: those of token t are `forms[start[t]:start[t + 1]]`, the lightest (shortest) forms first. `weight` is the worth of
    all tokens of a form; `entity` the number of its entity.
    """

    start: NDArray[np.int64]
    forms: NDArray[np.int32]
    weight: NDArray[np.float32]
    entity: NDArray[np.int32]


def build_postings(names: NameTable, words: Vocabulary, rarity: NDArray[np.float64]) -> Postings:
    """The lists of forms of each token, its own and those of which it is another reading."""
    forms = len(names.token_start) - 1
    of = np.repeat(np.arange(forms, dtype=np.int32), np.diff(names.token_start))
    weight = np.bincount(of, rarity[names.tokens], forms).astype(np.float32)
    lengths = np.diff(words.variant_start)[names.tokens]
    places = np.repeat(words.variant_start[:-1][names.tokens], lengths) + _counted(lengths)
    tokens = np.concatenate([names.tokens, words.variants[places]])
    of = np.concatenate([of, np.repeat(of, lengths)])
    order = np.lexsort((of, weight[of], tokens))
    tokens, of = tokens[order], of[order]
    fresh = np.ones(len(of), np.bool_)
    fresh[1:] = (tokens[1:] != tokens[:-1]) | (of[1:] != of[:-1])
    sizes = np.bincount(tokens[fresh], minlength=len(words.hash))
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    entity = np.repeat(np.arange(len(names.form_start) - 1, dtype=np.int32), np.diff(names.form_start))
    return Postings(start, of[fresh].astype(np.int32), weight, entity)


def _counted(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2 … up to each length, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)


@njit(cache=True, nogil=True)
def find_forms(
    asked: Any, like_start: Any, like_tokens: Any, like_alike: Any, names: Any, words: Any, rarity: Any, postings: Any, out: Any, value: Any
) -> None:
    """For each form of the queries (`asked`: token_start and tokens, numbers in the vocabulary that the likes are of) the forms that hold most of
    what it asks. `out` (queries × most) takes the forms, best first, -1 where there are no more; `value` how well they fit.
    """
    forms = len(postings.entity)
    gained = np.zeros(forms, np.float32)
    last = np.full(forms, -1, np.int64)
    touched = np.empty(forms, np.int32)
    mark = np.zeros(len(rarity), np.float32)
    most = out.shape[1]
    order = np.empty(64, np.int64)
    volume = np.empty(64, np.int64)
    stamp = 0
    for q in range(len(asked.token_start) - 1):
        t0, n = asked.token_start[q], min(asked.token_start[q + 1] - asked.token_start[q], 64)
        whole = 0.0
        for i in range(n):
            token = asked.tokens[t0 + i]
            volume[i] = 0
            best = 0.0
            for k in range(like_start[token], like_start[token + 1]):
                one = like_tokens[k]
                volume[i] += postings.start[one + 1] - postings.start[one]
                best = max(best, abs(like_alike[k]) * rarity[one])
            whole += best
            at = i
            while at > 0 and volume[order[at - 1]] > volume[i]:
                order[at] = order[at - 1]
                at -= 1
            order[at] = i
        held = 0
        walked = 0
        for place in range(n):
            token = asked.tokens[t0 + order[place]]
            l0, l1 = like_start[token], like_start[token + 1]
            stamp += 1
            if held and walked + volume[order[place]] > LONG:
                _add_to_found(l0, l1, like_tokens, like_alike, names, words, rarity, mark, gained, touched, held)
                continue
            for k in range(l0, l1):
                one = like_tokens[k]
                worth = rarity[one] * abs(like_alike[k]) ** STEEP
                part = like_alike[k] < 0.0
                p0, p1 = postings.start[one], postings.start[one + 1]
                for p in range(p0, min(p1, p0 + max(0, LONG - walked))):
                    form = postings.forms[p]
                    if part or last[form] != stamp:
                        last[form] = stamp if not part else last[form]
                        if gained[form] == 0.0:
                            touched[held] = form
                            held += 1
                        gained[form] += worth
                walked += min(p1 - p0, max(0, LONG - walked))
        _best_forms(touched, held, gained, postings.weight, whole, out[q], value[q], most)


@njit(cache=True, nogil=True)
def _add_to_found(
    l0: int, l1: int, tokens: Any, alike: Any, names: Any, words: Any, rarity: Any, mark: Any, gained: Any, touched: Any, held: int
) -> None:
    """Add what a token of long lists is worth to the forms found before."""
    for k in range(l0, l1):
        mark[tokens[k]] = rarity[tokens[k]] * abs(alike[k]) ** STEEP
    for k in range(held):
        form = touched[k]
        best = np.float32(0.0)
        for place in range(names.token_start[form], names.token_start[form + 1]):
            token = names.tokens[place]
            best = max(best, mark[token])
            for other in range(words.variant_start[token], words.variant_start[token + 1]):
                best = max(best, mark[words.variants[other]])
        gained[form] += best
    for k in range(l0, l1):
        mark[tokens[k]] = 0.0


@njit(cache=True, nogil=True)
def _best_forms(touched: Any, held: int, gained: Any, weight: Any, whole: float, out: Any, value: Any, most: int) -> None:
    """The best of the forms found, best first; clears what they gained."""
    size = 0
    for k in range(held):
        form = touched[k]
        fit = gained[form] / (whole + UNASKED * weight[form])
        gained[form] = 0.0
        if size == most and fit <= value[most - 1]:
            continue
        at = size if size < most else most - 1
        while at > 0 and value[at - 1] < fit:
            value[at] = value[at - 1]
            out[at] = out[at - 1]
            at -= 1
        value[at] = fit
        out[at] = form
        size = min(size + 1, most)
    for k in range(size, most):
        out[k] = -1
