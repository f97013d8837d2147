"""What ranks the hits of a screening: whether a query is a listed name badly written, or the name of somebody else who shares parts with it.

Likeness alone ranks badly: that two names share "Mohammed" and "Ali" is likely by chance. So here what agrees counts as it is rare, what is spelt
otherwise as it is rare and alike, and against that stand edits, and what is left over, in the query more than in the listed name (which may have more
parts than the query). Whatever does not agree part by part is also compared as a whole, as parts run together and fall apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import uint64

from crosstie.resolve.compare.alignment import TELLING
from crosstie.resolve.compare.kernels import edits, inner, popcount, wipe_masks, write_masks
from crosstie.resolve.compare.tokens import CALLED, INITIAL, NEAR, READING, SAME, SPELLING, _int, edits_between
from crosstie.resolve.names.letters import HAN, HANGUL, KANA

#: What the ranking knows of a query and a candidate, and which way it may count (-1 against, 1 for, 0 either).
SUPPORTS = {
    "nats": 1,  # of parts that agree to the letter
    "spelt_nats": 1,  # of parts that are spelt otherwise, in proportion to how alike they are
    "root_nats": 1,  # the square root of both: the first nats tell most
    "edits": -1,
    "edits_of_letters": -1,  # as a share of the query's letters
    "unlike": -1,  # edits and letters left over, as a share of the longer name
    "query_left": -1,  # weight of the query's parts that agree with nothing
    "query_left_letters": -1,  # as a share of its letters
    "listed_left": -1,  # weight of the candidate's parts that agree with nothing
    "listed_left_words": -1,  # how many
    "query_covered": 1,  # the share of the query's nats that agree
    "listed_covered": 1,  # the share of the candidate's
    "initials": -1,
    "exact": 1,
    "turned": -1,  # the parts come in another order
    "shuffled": -1,  # and it is not that the last comes first
    "known_other": -1,  # what is spelt otherwise is a known part of names: nats that it is short of the rarest
    "short": -1,  # how many parts of four letters or fewer are spelt otherwise
    "first_letter": -1,  # how many parts begin with another letter
    "as_a_whole": 0,  # what does not agree part by part is alike as a whole
    "query_letters": 1,
    "query_parts": 0,
    "foreign": -1,  # the query is in another script than the candidate: how it is romanised is known, so what is spelt otherwise is rather another name
    "foreign_short": -1,  # the same, times "short"
    "foreign_edits": -1,  # the same, times "edits"
    "lossy": -1,  # the query is in Han, kana or Hangul: many names are romanised alike
    "weak": -1,  # the list itself calls the name weak
    "fit": 1,  # how well the candidate holds what is asked and no more (screen.search), and the square of it
    "fit_squared": 1,
    "pieces": 1,  # what rare pieces both names share (screen.search)
    "alike": 1,  # both names letter by letter, wherever parts begin and end (screen.spelling)
    "begun": 1,  # the query and the best beginning of the candidate
    "query_left_words": -1,  # how many of the query's parts agree with nothing
    "query_left_known": -1,  # how far these are known parts of names: other names rather than slips
    "rarest": 1,  # nats of the rarest part that agrees to the letter
    "worst": -1,  # how unlike the most unlike parts are that stand for each other
    "spelt_parts": 0,  # how many parts are spelt otherwise
    "same_sounds": 1,  # how many of these have the same consonants
    "slipped": 1,  # of how many of these nobody is known to be called what is asked
    "listed_known": 0,  # nats that the listed parts of these are short of the rarest
    "cut_off": 1,  # the last part of the query is the beginning of a listed part
    "listed_letters": 0,
    "listed_parts": 0,
}
NATS, SPELT, ROOT, EDITS, EDITS_SHARE, UNLIKE, QUERY_LEFT, QUERY_LEFT_LETTERS, LISTED_LEFT, LISTED_LEFT_WORDS = range(10)
QUERY_COVERED, LISTED_COVERED, INITIAL_PARTS, EXACT_PARTS, TURNED, SHUFFLED_PARTS, KNOWN_OTHER, SHORT_PARTS = range(10, 18)
FIRST_LETTER, AS_A_WHOLE, QUERY_LETTERS, QUERY_PARTS, FOREIGN, FOREIGN_SHORT, FOREIGN_EDITS, LOSSY = range(18, 26)
WEAK, FIT, FIT_SQUARED, PIECES, ALIKE, BEGUN, QUERY_LEFT_WORDS, QUERY_LEFT_KNOWN = range(26, 34)
RAREST, WORST, SPELT_PARTS, SAME_SOUNDS, SLIPPED, LISTED_KNOWN, CUT_OFF, LISTED_LETTERS, LISTED_PARTS = range(34, 43)
#: Worth of a part that nobody is known to bear.
UNKNOWN = 8.0
LONGEST = 60


@inner
def _spell(side: int, done: int, cards: Any, desk: Any, text: Any) -> None:
    """Writes the letters of what is not done end to end."""
    place = 0
    for i in range(desk.count[side]):
        if not (done >> i) & 1:
            card = cards[desk.token[side, i]]
            for k in range(min(_int(card.length), LONGEST - place)):
                text[place] = card.letters[k]
                place += 1


@inner
def _agreeing(x: Any, y: Any, desk: Any, out: Any) -> tuple[int, int]:
    """Notes what agrees for certain, and the order of the parts; returns which parts these are."""
    done_a = done_b = 0
    before = first = -1
    turns = 0
    exact = desk.count[0] == desk.count[1]
    for i in range(desk.count[0]):
        j = desk.taken[i]
        if j < 0:
            exact = False
            continue
        if before < 0:
            first = j
        elif j < before:
            turns += 1
        before = j
        way = desk.way[i, j]
        exact &= way == SAME
        if way in (SAME, CALLED):
            worth = min(x[desk.token[0, i]].rarity, y[desk.token[1, j]].rarity)
            out[NATS] += worth
            out[RAREST] = max(out[RAREST], worth)
        elif way == INITIAL:
            out[INITIAL_PARTS] += 1.0
        else:
            continue
        done_a |= 1 << i
        done_b |= 1 << j
    for k in range(1, desk.joined[0, 0] + 1):
        side, whole, low, high = desk.joined[k, 0], desk.joined[k, 1], desk.joined[k, 2], desk.joined[k, 3]
        run = ((1 << (high - low + 1)) - 1) << low
        done_a |= run if side else 1 << whole
        done_b |= 1 << whole if side else run
        out[NATS] += y[desk.token[1, whole]].rarity if side else x[desk.token[0, whole]].rarity
    if turns:
        out[TURNED] = 1.0
        out[SHUFFLED_PARTS] = 1.0 if turns + (first < before) > 1 else 0.0
    out[EXACT_PARTS] = 1.0 if exact else 0.0
    return done_a, done_b


@inner
def _spelt(x: Any, y: Any, desk: Any, out: Any, done_a: int, done_b: int) -> tuple[int, int]:
    """Notes what is spelt otherwise, the most alike first; returns which parts agree now."""
    while True:
        best = 0.0
        row = column = 0
        for i in range(desk.count[0]):
            if not (done_a >> i) & 1:
                for j in range(desk.count[1]):
                    if not (done_b >> j) & 1 and desk.alike[i, j] > best and desk.way[i, j] != INITIAL:
                        best, row, column = desk.alike[i, j], i, j
        if best < NEAR:
            return done_a, done_b
        done_a |= 1 << row
        done_b |= 1 << column
        one, other = x[desk.token[0, row]], y[desk.token[1, column]]
        longest = max(_int(one.length), _int(other.length))
        by_letters = desk.way[row, column] in (SPELLING, READING)
        found = _int(round((1.0 - best) * longest)) if by_letters else edits_between(one, other, desk.other)
        out[EDITS] += found
        out[SPELT] += min(one.rarity, other.rarity) * (best - 0.3) / 0.7
        if one.sound_hash != other.sound_hash or (one.script == 0 and other.script == 0):
            out[KNOWN_OTHER] += max(0.0, UNKNOWN - one.rarity)
        if longest <= 4:
            out[SHORT_PARTS] += 1.0
        if one.letters[0] != other.letters[0]:
            out[FIRST_LETTER] += 1.0
        out[WORST] = max(out[WORST], 1.0 - best)
        out[SPELT_PARTS] += 1.0
        out[SAME_SOUNDS] += 1.0 if one.sound_hash == other.sound_hash else 0.0
        out[SLIPPED] += 1.0 if one.rarity >= UNKNOWN else 0.0
        out[LISTED_KNOWN] += max(0.0, UNKNOWN - other.rarity)


@inner
def _left(side: int, done: int, cards: Any, desk: Any) -> tuple[float, int, int, float]:
    """Weight, number, letters and nats of what is not done."""
    weight = 0.0
    count = 0
    letters = 0
    nats = 0.0
    for i in range(desk.count[side]):
        if not (done >> i) & 1:
            card = cards[desk.token[side, i]]
            weight += min(1.0, card.rarity / TELLING)
            count += 1
            letters += _int(card.length)
            nats += card.rarity
    return weight, count, letters, nats


@inner
def _known(done: int, x: Any, desk: Any) -> float:
    """How far what of the query is not done are known parts of names."""
    found = 0.0
    for i in range(desk.count[0]):
        if not (done >> i) & 1:
            found += max(0.0, UNKNOWN - x[desk.token[0, i]].rarity) / UNKNOWN
    return found


@inner
def _cut_off(x: Any, y: Any, desk: Any) -> bool:
    """Whether the last part of the query is the beginning of a part of the candidate, and not all of it."""
    last = x[desk.token[0, desk.count[0] - 1]]
    length = _int(last.length)
    for j in range(desk.count[1]):
        other = y[desk.token[1, j]]
        if other.length > length:
            same = True
            for k in range(length):
                same &= last.letters[k] == other.letters[k]
            if same:
                return True
    return False


@inner
def _bag(side: int, done: int, cards: Any, desk: Any) -> tuple[Any, int]:
    """The letters that occur in what is not done, and how many letters that is."""
    bag = uint64(0)
    length = 0
    for i in range(desk.count[side]):
        if not (done >> i) & 1:
            card = cards[desk.token[side, i]]
            bag |= card.bag
            length += _int(card.length)
    return bag, min(length, LONGEST)


@inner
def _as_a_whole(x: Any, y: Any, desk: Any, sure_a: int, sure_b: int, unsure: float, most: float, out: Any) -> bool:
    """Whether what is not sure is more alike as a whole than part by part: in fewer edits than `most`, for `unsure` nats at best. Notes it."""
    bag_a, length_a = _bag(0, sure_a, x, desk)
    bag_b, length_b = _bag(1, sure_b, y, desk)
    longest = max(length_a, length_b)
    least = max(abs(length_a - length_b), _int(popcount(bag_a ^ bag_b) + 1) >> 1)
    if least >= most or 1.0 - least / longest < NEAR or unsure * (1.0 - least / longest - 0.3) / 0.7 <= out[SPELT]:
        return False
    _spell(0, sure_a, x, desk, desk.buffer)
    write_masks(desk.buffer, 0, length_a, desk.other)
    _spell(1, sure_b, y, desk, desk.text)
    found = edits(desk.other, length_a, desk.text, 0, length_b)
    wipe_masks(desk.buffer, 0, length_a, desk.other)
    alike = 1.0 - found / longest
    worth = unsure * (alike - 0.3) / 0.7
    if alike < NEAR or found >= most or worth <= out[SPELT]:
        return False
    out[SPELT], out[EDITS], out[AS_A_WHOLE] = worth, found, 1.0
    return True


@inner
def note_supports(x: Any, y: Any, desk: Any, weak: bool, measures: Any, out: Any) -> None:
    """The supports of a query and a candidate that are aligned on the desk; `weak` and `measures` (`screen.search`) are of the candidate."""
    for k in range(len(out)):
        out[k] = 0.0
    sure_a, sure_b = _agreeing(x, y, desk, out)
    done_a, done_b = sure_a, sure_b
    full_a, full_b = (1 << desk.count[0]) - 1, (1 << desk.count[1]) - 1
    if sure_a != full_a and sure_b != full_b:
        done_a, done_b = _spelt(x, y, desk, out, sure_a, sure_b)
    _, _, letters_a, nats_a = _left(0, 0, x, desk)
    _, _, letters_b, nats_b = _left(1, 0, y, desk)
    weight_left, query_words, left_a, _ = _left(0, done_a, x, desk)
    listed_left, words_left, left_b, _ = _left(1, done_b, y, desk)
    if sure_a != full_a and sure_b != full_b and (done_a != full_a or done_b != full_b):
        unsure = _left(1, sure_b, y, desk)[3]
        if _as_a_whole(x, y, desk, sure_a, sure_b, unsure, out[EDITS] + left_a + left_b, out):
            weight_left = listed_left = 0.0
            words_left = query_words = left_a = left_b = 0
            done_a = full_a
    nats = out[NATS] + out[SPELT]
    out[ROOT] = np.sqrt(nats)
    out[EDITS_SHARE] = out[EDITS] / letters_a
    out[UNLIKE] = (out[EDITS] + left_a + left_b) / max(letters_a, letters_b)
    out[QUERY_LEFT], out[QUERY_LEFT_LETTERS] = weight_left, left_a / letters_a
    out[LISTED_LEFT], out[LISTED_LEFT_WORDS] = listed_left, words_left
    out[QUERY_COVERED], out[LISTED_COVERED] = nats / max(4.0, nats_a), nats / max(4.0, nats_b)
    out[QUERY_LETTERS], out[QUERY_PARTS] = letters_a, desk.count[0]
    listed_script = 0
    for j in range(desk.count[1]):
        listed_script = max(listed_script, _int(y[desk.token[1, j]].script))
    for i in range(desk.count[0]):
        script = x[desk.token[0, i]].script
        if script and not listed_script:
            out[FOREIGN], out[FOREIGN_SHORT], out[FOREIGN_EDITS] = 1.0, out[SHORT_PARTS], out[EDITS]
        if script in (HAN, KANA, HANGUL):
            out[LOSSY] = 1.0
    out[WEAK] = 1.0 if weak else 0.0
    out[FIT], out[FIT_SQUARED] = measures[0], measures[0] * measures[0]
    out[PIECES], out[ALIKE], out[BEGUN] = measures[1], measures[2], measures[3]
    out[QUERY_LEFT_WORDS], out[QUERY_LEFT_KNOWN] = query_words, _known(done_a, x, desk)
    out[CUT_OFF] = 1.0 if _cut_off(x, y, desk) else 0.0
    out[LISTED_LETTERS], out[LISTED_PARTS] = letters_b, desk.count[1]
