"""How likely two written names are names of one thing, as a person would judge who sees nothing but the names."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from crosstie.resolve.compare.alignment import align, new_desk, weigh
from crosstie.resolve.compare.cards import deal
from crosstie.resolve.compare.kernels import MAX
from crosstie.resolve.compare.tokens import INITIAL, JOINED
from crosstie.resolve.names.vocabulary import Side

#: From here on two names are taken for names of one thing.
THRESHOLD = 0.7


@njit(cache=True, nogil=True)
def _compare(x: Any, y: Any, left: Any, right: Any, kinds: Any, likeness: Any, screen: Any, evidence: Any) -> None:
    desk = new_desk()
    for p in range(len(left)):
        a = x.tokens[x.token_start[left[p]] : x.token_start[left[p] + 1]][:MAX]
        b = y.tokens[y.token_start[right[p]] : y.token_start[right[p] + 1]][:MAX]
        if len(a) == 0 or len(b) == 0:
            likeness[p] = screen[p] = evidence[p] = 0.0
            continue
        found = weigh(a, x, b, y, kinds[p], align(a, x, b, y, desk), desk)
        evidence[p] = found
        likeness[p] = 1.0 / (1.0 + np.exp(3.0 - 0.5 * found))
        screen[p] = likeness[p]


def compare_candidates(
    queries: Side, index: Side, query_form: Any, candidate_form: Any, kinds: Any, likeness: Any, screen: Any, evidence: Any
) -> None:
    """Compares names one by one: form `query_form[p]` of one side with form `candidate_form[p]` of the other, for each p.

    `kinds` says of each pair 0 person, 1 organisation, 2 thing, 3 unknown. Written to (float32): `likeness` 0 to 1, the probability that a person
    who sees nothing but the names would take them for names of one thing; `screen` 0 to 1, which ranks hits of a screening; `evidence` in nats.
    Pairs of one query should stand together. Run several threads over parts of the arrays at will.
    """
    _compare(deal(queries), deal(index), query_form, candidate_form, kinds, likeness, screen, evidence)


@njit(cache=True, nogil=True)
def _align(x: Any, y: Any, left: Any, right: Any, partner: Any, way: Any, alike: Any) -> None:
    desk = new_desk()
    for p in range(len(left)):
        a = x.tokens[x.token_start[left[p]] : x.token_start[left[p] + 1]][:MAX]
        b = y.tokens[y.token_start[right[p]] : y.token_start[right[p] + 1]][:MAX]
        partner[p] = -1
        way[p] = 0
        alike[p] = 0.0
        align(a, x, b, y, desk)
        for i in range(len(a)):
            j = desk.taken[i]
            if j >= 0:
                partner[p, 0, i], partner[p, 1, j] = j, i
                way[p, 0, i] = way[p, 1, j] = desk.way[i, j]
                alike[p, 0, i] = alike[p, 1, j] = 0.5 if desk.way[i, j] == INITIAL else desk.alike[i, j]
        for k in range(1, desk.joined[0, 0] + 1):
            side, whole = desk.joined[k, 0], desk.joined[k, 1]
            partner[p, side, whole] = desk.joined[k, 2]
            way[p, side, whole] = JOINED
            alike[p, side, whole] = 1.0
            for piece in range(desk.joined[k, 2], desk.joined[k, 3] + 1):
                partner[p, 1 - side, piece] = whole
                way[p, 1 - side, piece] = JOINED
                alike[p, 1 - side, piece] = 1.0


def align_candidates(queries: Side, index: Side, query_form: Any, candidate_form: Any) -> tuple[Any, Any, Any]:
    """Which parts of two names agree, for names that are shown: (partner int8, way uint8, alike float32), each [pair, side, place of the part].

    `partner` is the place of the part of the other name (-1 none; the first of the pieces, for a part that is written apart on the other side);
    `way` is one of the constants of `compare.tokens` (DIFFERENT 0 … JOINED 7).
    """
    shape = (len(query_form), 2, MAX)
    out = np.empty(shape, np.int8), np.empty(shape, np.uint8), np.empty(shape, np.float32)
    _align(deal(queries), deal(index), query_form, candidate_form, *out)
    return out
