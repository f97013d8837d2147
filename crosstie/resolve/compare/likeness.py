"""How likely two written names are names of one thing, as a person would judge who sees nothing but the names.

From the alignment that also gives the evidence a few plain facts are taken (`FACTS`); a logistic model adds them up. Its coefficients are learned
from pairs that people judged (`bench/train_likeness.py`, `data/likeness.json`), none against what its fact means.

A likeness is a probability where every second pair or so is one thing, as among those that people are given to judge; that .7 is the default
threshold moves it up somewhat (by log-odds of .7 less those of the learned probability at which precision and recall balance). Among all pairs of two
lists next to none are one thing: there the evidence in nats is to be added to log-odds of one's own.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.compare.alignment import TELLING, align, weigh
from crosstie.resolve.compare.cards import deal
from crosstie.resolve.compare.desk import lay, new_desk
from crosstie.resolve.compare.kernels import MAX, inner
from crosstie.resolve.compare.tokens import CALLED, INITIAL, JOINED, NEAR, READING, SAME, SOUND, SPELLING, _int, edits_between
from crosstie.resolve.names.vocabulary import Side

#: From here on two names are taken for names of one thing.
THRESHOLD = 0.7

#: What the model knows of two aligned names, and which way it may count (-1 against, 1 for).
FACTS = {
    "two_edits": -1,  # the worst spelt part differs by two edits or more
    "three_edits": -1,  # by three or more
    "same_sound": 1,  # whatever is spelt differently has the same consonants
    "short": -1,  # what is spelt differently has four letters or fewer
    "near": -1,  # a part is only half alike
    "replaced": -1,  # both names have a part that the other has nothing like
    "extra_in_organisation": -1,  # one name has more words; in names of persons that says little
    "extra": -1,  # the weight of the parts that one name has more
    "initial": -1,  # an initial stands for a part
    "exact": 1,  # every part agrees to the letter
    "shuffled": -1,  # the parts come in another order, more than that the last stands first
    "convention": -1,  # a part is a pet name or other form of the other
    "reading": -1,  # a part agrees in another reading of its script only
    "other_number": -1,  # numbers differ
    "thin": -1,  # how many nats the agreement is short of telling anybody apart
}
TWO_EDITS, THREE_EDITS, SAME_SOUNDS, SHORT_PART, NEAR_PART, REPLACED_PART, EXTRA_WORDS, EXTRA_WEIGHT, WITH_INITIAL = range(9)
EXACT, SHUFFLED, CONVENTION, OTHER_READING, OTHER_NUMBER, THIN = range(9, 15)
#: An agreement of so many nats is not thin.
THICK = 6.0


class Model(NamedTuple):
    """The coefficient of each fact, with the constant at the end."""

    weights: NDArray[np.float64]
    #: What it changes, in log-odds, that both names have a legal form and not the same.
    legal_form: float


@cache
def model() -> Model:
    """The model that is shipped."""
    stored = json.loads((Path(__file__).parent / "data" / "likeness.json").read_text(encoding="utf-8"))
    weights = np.array([stored["weights"][fact] for fact in FACTS] + [stored["constant"]])
    return Model(weights, float(stored["legal_form"]))


@inner
def _note_spelling(a: Any, b: Any, alike: float, way: int, desk: Any, facts: Any) -> None:
    """Two parts that stand for each other, differently spelt."""
    longest = max(_int(a.length), _int(b.length))
    found = _int(round((1.0 - alike) * longest)) if way in (SPELLING, READING) else edits_between(a, b, desk.other)
    if found >= 2:
        facts[TWO_EDITS] = 1.0
    if found >= 3:
        facts[THREE_EDITS] = 1.0
    if longest <= 4:
        facts[SHORT_PART] = 1.0
    if facts[SAME_SOUNDS] >= 0.0:
        facts[SAME_SOUNDS] = 1.0 if a.heard >= 1 and a.sound_hash == b.sound_hash else -1.0
    if way == READING:
        facts[OTHER_READING] = 1.0


@inner
def _pair_leftovers(x: Any, y: Any, desk: Any, facts: Any) -> tuple[int, int]:
    """Pairs what is left over and half alike, the most alike first; notes it and returns which parts agree now."""
    done_a, done_b = desk.done[0], desk.done[1]
    while True:
        best = 0.0
        row = column = 0
        for i in range(desk.count[0]):
            if not (done_a >> i) & 1:
                for j in range(desk.count[1]):
                    if not (done_b >> j) & 1 and desk.alike[i, j] > best:
                        best, row, column = desk.alike[i, j], i, j
        if best < NEAR:
            return done_a, done_b
        done_a |= 1 << row
        done_b |= 1 << column
        facts[NEAR_PART] = 1.0
        _note_spelling(x[desk.token[0, row]], y[desk.token[1, column]], best, desk.way[row, column], desk, facts)


@inner
def _left(side: int, done: int, cards: Any, desk: Any) -> tuple[int, float, bool]:
    """Of what is left over: how many words, their weight, and whether there is a number."""
    count = 0
    weight = 0.0
    number = False
    for i in range(desk.count[side]):
        if not (done >> i) & 1:
            card = cards[desk.token[side, i]]
            if card.numeral:
                number = True
            else:
                count += 1
                weight += min(1.0, max(0.15, card.rarity / TELLING))
    return count, weight, number


@inner
def note_facts(x: Any, y: Any, kind: int, total: float, desk: Any, facts: Any) -> None:
    """The facts of two names that are aligned on the desk, whose agreement is worth `total` nats."""
    for k in range(len(facts)):
        facts[k] = 0.0
    exact = desk.count[0] == desk.count[1]
    descents = 0
    before = first = -1
    for i in range(desk.count[0]):
        j = desk.taken[i]
        if j < 0:
            exact = False
            continue
        if before < 0:
            first = j
        elif j < before:
            descents += 1
        before = j
        way = desk.way[i, j]
        if way == SAME:
            continue
        exact = False
        if way == INITIAL:
            facts[WITH_INITIAL] = 1.0
        elif way == CALLED:
            facts[CONVENTION] = 1.0
        elif way in (SPELLING, SOUND, READING):
            _note_spelling(x[desk.token[0, i]], y[desk.token[1, j]], desk.alike[i, j], way, desk, facts)
    if descents + (first < before) > 1:
        facts[SHUFFLED] = 1.0
    facts[EXACT] = 1.0 if exact else 0.0
    done_a, done_b = desk.done[0], desk.done[1]
    full_a, full_b = (1 << desk.count[0]) - 1, (1 << desk.count[1]) - 1
    if done_a != full_a and done_b != full_b:
        done_a, done_b = _pair_leftovers(x, y, desk, facts)
    if done_a != full_a or done_b != full_b:
        count_a, weight_a, number_a = _left(0, done_a, x, desk)
        count_b, weight_b, number_b = _left(1, done_b, y, desk)
        if count_a and count_b:
            facts[REPLACED_PART] = 1.0
        elif count_a or count_b:
            facts[EXTRA_WORDS] = 1.0 if kind == 1 or kind == 2 else 0.0
            facts[EXTRA_WEIGHT] = weight_a + weight_b
        facts[OTHER_NUMBER] = 1.0 if number_a or number_b else 0.0
    if facts[SAME_SOUNDS] < 0.0:
        facts[SAME_SOUNDS] = 0.0
    if not exact:
        facts[THIN] = max(0.0, THICK - total)


@inner
def _sum(facts: Any, weights: Any) -> float:
    found = weights[len(facts)]
    for k in range(len(facts)):
        found += weights[k] * facts[k]
    return float(found)


@njit(cache=True, nogil=True)
def _compare(x: Any, y: Any, left: Any, right: Any, kinds: Any, weights: Any, likeness: Any, evidence: Any, desks: Any) -> None:
    desk = desks[0]
    facts = np.zeros(len(weights) - 1)
    for p in range(len(left)):
        lay(0, x.tokens, x.token_start[left[p]], x.token_start[left[p] + 1], desk)
        lay(1, y.tokens, y.token_start[right[p]], y.token_start[right[p] + 1], desk)
        if desk.count[0] == 0 or desk.count[1] == 0:
            likeness[p] = evidence[p] = 0.0
            continue
        total = align(x.cards, y.cards, desk)
        evidence[p] = weigh(x.cards, y.cards, kinds[p], total, desk)
        note_facts(x.cards, y.cards, kinds[p], total, desk, facts)
        likeness[p] = 1.0 / (1.0 + np.exp(-_sum(facts, weights)))


def compare_candidates(queries: Side, index: Side, query_form: Any, candidate_form: Any, kinds: Any, likeness: Any, evidence: Any) -> None:
    """Compares names one by one: form `query_form[p]` of one side with form `candidate_form[p]` of the other, for each p.

    `kinds` says of each pair 0 person, 1 organisation, 2 thing, 3 unknown. Written to (float32): `likeness` 0 to 1, the probability that a person
    who sees nothing but the names would take them for names of one thing; `evidence` in nats.
    Pairs of one query should stand together. Run several threads over parts of the arrays at will.
    """
    _compare(deal(queries), deal(index), query_form, candidate_form, kinds, model().weights, likeness, evidence, new_desk())


@njit(cache=True, nogil=True)
def _facts(x: Any, y: Any, left: Any, right: Any, kinds: Any, out: Any, desks: Any) -> None:
    desk = desks[0]
    for p in range(len(left)):
        lay(0, x.tokens, x.token_start[left[p]], x.token_start[left[p] + 1], desk)
        lay(1, y.tokens, y.token_start[right[p]], y.token_start[right[p] + 1], desk)
        if desk.count[0] and desk.count[1]:
            note_facts(x.cards, y.cards, kinds[p], align(x.cards, y.cards, desk), desk, out[p])


def facts_of(queries: Side, index: Side, query_form: Any, candidate_form: Any, kinds: Any) -> NDArray[np.float64]:
    """The facts (columns as in `FACTS`) of pairs of forms, to learn from."""
    out = np.zeros((len(query_form), len(FACTS)))
    _facts(deal(queries), deal(index), query_form, candidate_form, kinds, out, new_desk())
    return out


@njit(cache=True, nogil=True)
def _align(x: Any, y: Any, left: Any, right: Any, partner: Any, way: Any, alike: Any, desks: Any) -> None:
    desk = desks[0]
    for p in range(len(left)):
        lay(0, x.tokens, x.token_start[left[p]], x.token_start[left[p] + 1], desk)
        lay(1, y.tokens, y.token_start[right[p]], y.token_start[right[p] + 1], desk)
        partner[p] = -1
        way[p] = 0
        alike[p] = 0.0
        align(x.cards, y.cards, desk)
        for i in range(desk.count[0]):
            j = desk.taken[i]
            if j >= 0:
                partner[p, 0, i], partner[p, 1, j] = j, i
                way[p, 0, i] = way[p, 1, j] = desk.way[i, j]
                alike[p, 0, i] = alike[p, 1, j] = desk.alike[i, j]
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
    _align(deal(queries), deal(index), query_form, candidate_form, *out, new_desk())
    return out
