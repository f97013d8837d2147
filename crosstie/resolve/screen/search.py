"""Which names may be meant: those that hold tokens like those of a query, and those that are like it as a whole, in one count.

The lists of names of each like token are added up, the shortest lists first. What a long list (all who are called Mohammed) adds is only added to
names that a shorter list has found; so common tokens cost nothing. Then the lists of the pieces of the whole name are added up, the rarest first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.compare.kernels import inner
from crosstie.resolve.compare.ranking import ALIKE, BEGUN, FIT
from crosstie.resolve.compare.ranking import PIECES as RARE
from crosstie.resolve.names.vocabulary import NameTable, Vocabulary
from crosstie.resolve.screen.heaviest import BUCKETS, pick
from crosstie.resolve.screen.spelling import compare_whole, write_query
from crosstie.resolve.screen.whole import MOST_PIECES, PIECES, pieces_of

#: Signed, so that differences may be negative; numba knows it as the conversion.
_int: Any = np.int64

#: So many entries of lists may be walked through for the tokens of one name; beyond, only names that were found before gain from them.
LONG = 20_000
#: How much a token that is so alike counts: its worth times alike to this power.
STEEP = 2.0
#: A name's own tokens that the query lacks weigh so much beside those of the query.
UNASKED = 0.45
#: So many entries of lists are walked through for the pieces of one name.
WALKED = 8_000
#: How much it counts that a name is like the query as a whole, beside how well its tokens fit.
AS_A_WHOLE = 1.5
#: Of one entity so many names are compared with a reading of a query.
OF_ENTITY = 2
#: Names that are compared letter by letter as a whole before the best of them are compared in full, and how much it counts that they are alike.
WIDE = 160
LETTERS = 1.0
#: Before names of other kinds and more names of one entity are left out, so many are picked.
PICKED = 240
#: How many measures of a candidate are known (`compare.ranking`).
MEASURES = 4
#: Tokens of a query that are looked at.
_TOKENS = 64


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
def find_candidates(
    asked: Any, asked_words: Any, asked_kind: Any, likes: Any, names: Any, words: Any, rarity: Any, postings: Any, wholes: Any, kinds: Any,
    out: Any, measures: Any,
) -> None:  # fmt: skip
    """For each form of the queries the forms of the index that may be meant, into `out` (queries × most), best first, -1 where there are no more;
    `measures` (queries × most × MEASURES) is what is known of each. `kinds` are those of the index's entities, `asked_kind` how each form was read.
    """
    forms = len(postings.entity)
    gained, shared = np.zeros(forms, np.float32), np.zeros(forms, np.float32)
    touched, bucket = np.empty(forms + 1, np.uint32), np.empty(forms + 1, np.uint16)
    last = np.zeros(forms, np.int32)
    mark = np.zeros(len(rarity), np.float32)
    seen, pieces = np.zeros(PIECES, np.int32), np.empty(MOST_PIECES, np.int64)
    order = np.empty(_TOKENS, np.int64)
    sizes = np.zeros(BUCKETS + 1, np.int64)
    picked = np.empty(PICKED, np.uint32)
    wide = np.empty(WIDE, np.int64)
    known = np.empty((WIDE, MEASURES), np.float32)
    places, best = np.arange(WIDE), np.empty(out.shape[1], np.int64)
    masks, turned = np.zeros(64, np.uint64), np.zeros(64, np.uint64)
    chosen = np.zeros(len(kinds), np.uint8)
    stamp = 0
    for q in range(len(asked.token_start) - 1):
        whole, count = _shortest_tokens(q, asked, likes, rarity, postings.start, order)
        held = walked = 0
        for place in range(count):
            token = order[place]
            volume = _volume(token, likes, postings.start)
            if held and walked + volume > LONG:
                _add_to_found(token, likes, names, words, rarity, mark, gained, touched, held)
            else:
                stamp += 1
                held = _add_token(token, likes, rarity, postings, LONG - walked, stamp, last, gained, touched, held)
                walked += min(volume, LONG - walked)
        count = pieces_of(q, asked, asked_words, seen, q + 1, pieces)
        _shortest_first(pieces, count, wholes.start)
        held, asks = _add_pieces(pieces, count, wholes, gained, shared, touched, held)
        by_tokens = np.float32(max(whole, 1e-6))
        by_pieces = np.float32(1.0 / np.sqrt(max(asks, 1e-6)))
        scale = np.float32((BUCKETS - 1) / (1.0 + AS_A_WHOLE))
        for k in range(held):
            form = touched[k]
            fit = gained[form] / (by_tokens + np.float32(UNASKED) * postings.weight[form])
            value = fit + np.float32(AS_A_WHOLE) * shared[form] / wholes.norm[form] * by_pieces
            bucket[k] = np.uint16(max(np.float32(0.0), min(np.float32(BUCKETS - 1), value * scale)))
        count = pick(touched, bucket, held, sizes, picked)
        size = _choose(picked, count, asked_kind[q], kinds, postings.entity, chosen, wide)
        for k in range(size):
            form = wide[k]
            known[k, FIT] = gained[form] / (by_tokens + np.float32(UNASKED) * postings.weight[form])
            known[k, RARE] = shared[form] / wholes.norm[form] * by_pieces
        for k in range(held):
            gained[touched[k]] = 0.0
            shared[touched[k]] = 0.0
        _compare_letters(q, asked, asked_words, names, words, wide, size, masks, turned, known)
        scale = np.float32((BUCKETS - 1) / (1.0 + AS_A_WHOLE + LETTERS))
        for k in range(size):
            value = known[k, FIT] + AS_A_WHOLE * known[k, RARE] + LETTERS * known[k, ALIKE]
            bucket[k] = np.uint16(max(np.float32(0.0), min(np.float32(BUCKETS - 1), value * scale)))
        size = pick(places, bucket, size, sizes, best)
        for k in range(size):
            out[q, k] = wide[best[k]]
            for measure in range(MEASURES):
                measures[q, k, measure] = known[best[k], measure]
        for k in range(size, out.shape[1]):
            out[q, k] = -1


@inner
def _compare_letters(
    q: int, asked: Any, asked_words: Any, names: Any, words: Any, wide: Any, size: int, masks: Any, turned: Any, known: Any
) -> None:
    """Notes how alike the query and each of some names are letter by letter, in the order of the query or with its last part first."""
    length, bag = write_query(q, False, asked, asked_words, masks)
    write_query(q, True, asked, asked_words, turned)
    token_start, tokens, start, letters, bags = names.token_start, names.tokens, words.start, words.letters, words.bags
    for k in range(size):
        form = wide[k]
        known[k, ALIKE], known[k, BEGUN] = compare_whole(
            masks, turned, length, bag, tokens, token_start[form], token_start[form + 1], start, letters, bags
        )
    for letter in range(len(masks)):
        masks[letter] = turned[letter] = np.uint64(0)


@inner
def _volume(token: int, likes: Any, start: Any) -> int:
    """How long the lists of the like tokens of a token are together."""
    found = 0
    for k in range(likes.start[token], likes.start[token + 1]):
        found += start[likes.tokens[k] + 1] - start[likes.tokens[k]]
    return int(found)


@inner
def _shortest_tokens(q: int, asked: Any, likes: Any, rarity: Any, start: Any, order: Any) -> tuple[float, int]:
    """Writes the tokens of a form into `order`, those of short lists first; returns what they are worth at best, and how many they are."""
    first = asked.token_start[q]
    count = min(asked.token_start[q + 1] - first, len(order))
    whole = 0.0
    for i in range(count):
        token = asked.tokens[first + i]
        best = 0.0
        for k in range(likes.start[token], likes.start[token + 1]):
            best = max(best, abs(likes.alike[k]) * rarity[likes.tokens[k]])
        whole += best
        volume = _volume(token, likes, start)
        at = i
        while at > 0 and _volume(order[at - 1], likes, start) > volume:
            order[at] = order[at - 1]
            at -= 1
        order[at] = token
    return whole, int(count)


@inner
def _add_token(
    token: int, likes: Any, rarity: Any, postings: Any, most: int, stamp: int, last: Any, gained: Any, touched: Any, held: int
) -> int:
    """Adds what the likes of a token are worth to the forms that bear one, the most alike of each form only; returns how many forms are found."""
    for k in range(likes.start[token], likes.start[token + 1]):
        one = likes.tokens[k]
        worth = np.float32(max(1e-6, rarity[one] * abs(likes.alike[k]) ** STEEP))
        part = likes.alike[k] < 0.0
        first = postings.start[one]
        end = min(postings.start[one + 1], first + max(0, most))
        most -= end - first
        for p in range(first, end):
            form = np.uint32(postings.forms[p])
            if part or last[form] != stamp:
                if not part:
                    last[form] = stamp
                touched[held] = form
                held += gained[form] == 0.0
                gained[form] += worth
    return int(held)


@inner
def _add_to_found(token: int, likes: Any, names: Any, words: Any, rarity: Any, mark: Any, gained: Any, touched: Any, held: int) -> None:
    """Adds what a token of long lists is worth to the forms found before."""
    for k in range(likes.start[token], likes.start[token + 1]):
        mark[likes.tokens[k]] = rarity[likes.tokens[k]] * abs(likes.alike[k]) ** STEEP
    for k in range(held):
        form = touched[k]
        best = np.float32(0.0)
        for place in range(names.token_start[form], names.token_start[form + 1]):
            own = names.tokens[place]
            best = max(best, mark[own])
            for other in range(words.variant_start[own], words.variant_start[own + 1]):
                best = max(best, mark[words.variants[other]])
        gained[form] += best
    for k in range(likes.start[token], likes.start[token + 1]):
        mark[likes.tokens[k]] = 0.0


@inner
def _add_pieces(pieces: Any, count: int, wholes: Any, gained: Any, shared: Any, touched: Any, held: int) -> tuple[int, float]:
    """Adds the worth of pieces to the forms that hold them; returns how many forms are found, and what the pieces are worth together."""
    most = WALKED
    asks = 0.0
    for k in range(count):
        worth = wholes.worth[pieces[k]]
        asks += worth
        first = wholes.start[pieces[k]]
        end = min(wholes.start[pieces[k] + 1], first + most)
        most -= end - first
        for p in range(first, end):
            form = np.uint32(wholes.forms[p])
            touched[held] = form
            held += (gained[form] == 0.0) & (shared[form] == 0.0)
            shared[form] += worth
    return int(held), asks


@inner
def _shortest_first(pieces: Any, count: int, start: Any) -> None:
    for k in range(1, count):
        piece = pieces[k]
        size = start[piece + 1] - start[piece]
        at = k
        while at > 0 and start[pieces[at - 1] + 1] - start[pieces[at - 1]] > size:
            pieces[at] = pieces[at - 1]
            at -= 1
        pieces[at] = piece


@inner
def _choose(picked: Any, count: int, read: int, kinds: Any, entity: Any, chosen: Any, out: Any) -> int:
    """Writes the forms that are fit to be compared into `out`, few of one entity; returns how many.

    A name read as a person's is not held against organisations, where it was read as an organisation's too.
    """
    size = 0
    k = 0
    while k < count and size < len(out):
        one = entity[picked[k]]
        listed = kinds[one]
        if (read == 3 or listed == 3 or read == listed or (read == 1 and listed == 2)) and chosen[one] < OF_ENTITY:
            chosen[one] += 1
            out[size] = picked[k]
            size += 1
        k += 1
    for k in range(size):
        chosen[entity[out[k]]] = 0
    return size
