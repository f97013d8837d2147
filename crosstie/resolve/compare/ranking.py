"""The score of a screening: what a small network makes of the supports of a query and a candidate (`compare.support`).

What one support says depends on others: two edits in a long rare name are a slip, in "Ali" they are another name. So supports are not added up, but
go through one layer of `HIDDEN` units besides. The network is learned on queries whose answer is known and on persons who are not listed
(`bench/train_likeness.py`, `data/screening.json`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.compare.alignment import align
from crosstie.resolve.compare.cards import deal
from crosstie.resolve.compare.desk import lay, new_desk
from crosstie.resolve.compare.kernels import inner
from crosstie.resolve.compare.support import SUPPORTS, note_supports
from crosstie.resolve.names.vocabulary import Side

#: What the measures of a candidate (`screen.search`) are: how well its tokens hold what is asked, the rare pieces that both names share, how alike both
#: are letter by letter, and how alike the query and the candidate's beginning.
FIT, PIECES, ALIKE, BEGUN = range(4)
#: Candidates whose measures come to less score 0 without being aligned: on dev more than half of all, and no right answer among them.
PROMISING = 0.8


class Net(NamedTuple):
    """The log-odds are `constant + supports @ direct + soft(bias + supports @ hidden) @ out`, with soft(x) = x / (1 + |x|)."""

    hidden: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]
    direct: NDArray[np.float32]
    constant: float


@cache
def net() -> Net:
    """The network that is shipped."""
    return read(json.loads((Path(__file__).parent / "data" / "screening.json").read_text(encoding="utf-8")))


def read(stored: Mapping[str, Any]) -> Net:
    """A network as it is stored: the numbers of each support by its name."""
    hidden = np.array([stored["hidden"][support] for support in SUPPORTS], np.float32)
    direct = np.array([stored["direct"][support] for support in SUPPORTS], np.float32)
    bias, out = np.array(stored["bias"], np.float32), np.array(stored["out"], np.float32)
    return Net(hidden, bias, out, direct, float(stored["constant"]))


@inner
def _answer(supports: Any, net: Any, heard: Any) -> float:
    """The log-odds; `heard` is scratch."""
    hidden, direct, out, bias = net.hidden, net.direct, net.out, net.bias
    for h in range(len(heard)):
        heard[h] = bias[h]
    found = net.constant
    for k in range(len(supports)):
        value = supports[k]
        if value != 0.0:
            found += value * direct[k]
            for h in range(len(heard)):
                heard[h] += value * hidden[k, h]
    for h in range(len(heard)):
        found += heard[h] / (np.float32(1.0) + abs(heard[h])) * out[h]
    return float(found)


@njit(cache=True, nogil=True)
def _rank(x: Any, y: Any, left: Any, right: Any, measures: Any, net: Any, score: Any, desks: Any) -> None:
    desk = desks[0]
    supports = np.zeros(len(net.direct), np.float32)
    heard = np.zeros(len(net.bias), np.float32)
    for p in range(len(left)):
        score[p] = 0.0
        if measures[p, FIT] + measures[p, PIECES] + measures[p, ALIKE] + 0.3 * measures[p, BEGUN] < PROMISING:
            continue
        lay(0, x.tokens, x.token_start[left[p]], x.token_start[left[p] + 1], desk)
        lay(1, y.tokens, y.token_start[right[p]], y.token_start[right[p] + 1], desk)
        if desk.count[0] == 0 or desk.count[1] == 0:
            continue
        align(x.cards, y.cards, desk)
        note_supports(x.cards, y.cards, desk, y.weak[right[p]], measures[p], supports)
        score[p] = 1.0 / (1.0 + np.exp(-_answer(supports, net, heard)))


def rank_candidates(queries: Side, index: Side, query_form: Any, candidate_form: Any, measures: Any, score: Any) -> None:
    """Ranks hits of a screening: writes to `score` (float32, 0 to 1), for each p, how far form `query_form[p]` is rather form `candidate_form[p]`
    badly written than the name of somebody else. `measures[p]` is what is known of the candidate (`screen.search`).
    """
    _rank(deal(queries), deal(index), query_form, candidate_form, measures, net(), score, new_desk())


@njit(cache=True, nogil=True)
def _supports(x: Any, y: Any, left: Any, right: Any, measures: Any, out: Any, desks: Any) -> None:
    desk = desks[0]
    for p in range(len(left)):
        lay(0, x.tokens, x.token_start[left[p]], x.token_start[left[p] + 1], desk)
        lay(1, y.tokens, y.token_start[right[p]], y.token_start[right[p] + 1], desk)
        if desk.count[0] and desk.count[1]:
            align(x.cards, y.cards, desk)
            note_supports(x.cards, y.cards, desk, y.weak[right[p]], measures[p], out[p])


def supports_of(queries: Side, index: Side, query_form: Any, candidate_form: Any, measures: Any) -> NDArray[np.float32]:
    """The supports (columns as in `SUPPORTS`) of pairs of forms, to learn from."""
    out = np.zeros((len(query_form), len(SUPPORTS)), np.float32)
    _supports(deal(queries), deal(index), query_form, candidate_form, measures, out, new_desk())
    return out
