"""What has to be done again, because of what is new: a name that more people bear says less wherever it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint8
from numpy.typing import NDArray

from crosstie.resolve.blocks import FAMILY
from crosstie.resolve.candidates import LINE, asks
from crosstie.resolve.increment.reblock import Families, are_in, families_of
from crosstie.resolve.increment.splice import Ints, Spliced
from crosstie.resolve.keys import sounds_of
from crosstie.resolve.names.vocabulary import Vocabulary
from crosstie.resolve.profiles import Profiles

Bools = NDArray[np.bool_]
Marks = NDArray[np.uint8]

#: Sets of which features read what a shared value is worth, and the mark of records with a value whose worth is another now: pairs of two such are
#: compared again. Of the other sets only counts what is shared.
SHARED = {"identifier": 2, "contact": 4, "place": 8, "premises": 16, "nationality": 32, "country": 64}
#: The mark of records with a name whose worth is another now: all their pairs are compared again.
NAMED = 1
#: The mark of records of a pair whose key is gone: another key may bring it.
AGAIN = 128


def marks_of(old: Profiles, new: Profiles, spliced: Spliced) -> Marks:
    """The marks of all records now."""
    before, after = old.names.worth, new.names.worth
    other = np.zeros(len(after.rarity), np.bool_)
    other[spliced.words] = (after.rarity[spliced.words] != before.rarity) | (after.sound_rarity[spliced.words] != before.sound_rarity)
    marks = np.zeros(new.count, np.uint8)
    _mark_named(marks, new.names.names, _or_read_so(new.names.words, other))
    for name, mark in SHARED.items():
        held = new.values[name]
        _mark_holding(marks, held.start, held.codes, _other_worth(old, new, spliced, name), mark)
    return marks


def perhaps_rekeyed(old: Profiles, new: Profiles, spliced: Spliced) -> Bools:
    """The records that may have other keys, or be divided otherwise: which parts of a name, and which places, are its rarest is not as it was."""
    before, after = (sounds_of(profiles.names.words, profiles.names.worth)[1] for profiles in (old, new))
    other = np.zeros(len(after), np.bool_)
    other[spliced.words] = after[spliced.words] != before
    marks = np.zeros(new.count, np.uint8)
    _mark_named(marks, new.names.names, _or_read_so(new.names.words, other))
    place = new.values["place"]
    _mark_holding(marks, place.start, place.codes, _other_worth(old, new, spliced, "place"), 1)
    return marks > 0


def settle(left: Ints, right: Ints, under: Ints, now: Ints, marks: Marks, families: Families) -> tuple[Bools, Bools]:
    """Which of the old pairs stay as they are; and the records of pairs that lost their key, to be met under another one."""
    ids = np.concatenate([families.ids, families.ids | np.uint32(LINE >> FAMILY)])
    lost = are_in(under.astype(np.uint64) << np.uint64(1), families_of(ids.astype(np.uint64) << np.uint64(FAMILY)))
    one, other = now[left], now[right]
    there = (one >= 0) & (other >= 0)
    stays = there & ~lost
    stays[there] &= ~_asked(marks, one[there], other[there])
    again = np.zeros(len(marks), np.bool_)
    again[one[there & lost]] = again[other[there & lost]] = True
    return stays, again


def _other_worth(old: Profiles, new: Profiles, spliced: Spliced, name: str) -> Bools:
    other = np.zeros(len(new.values[name].worth), np.bool_)
    now = spliced.values[name]
    other[now] = new.values[name].worth[now] != old.values[name].worth
    return other


def _or_read_so(words: Vocabulary, other: Bools) -> Bools:
    """The words of which that holds, or of one of their readings."""
    owner = np.repeat(np.arange(len(other)), np.diff(words.variant_start))
    found = other.copy()
    found[owner[other[words.variants]]] = True
    return found


@njit(cache=True, nogil=True)
def _asked(marks: Any, left: Any, right: Any) -> Any:
    found = np.zeros(len(left), np.bool_)
    for p in range(len(left)):
        found[p] = asks(marks[left[p]], marks[right[p]])
    return found


@njit(cache=True, nogil=True)
def _mark_named(marks: Any, names: Any, other: Any) -> None:
    for i in range(len(marks)):
        for k in range(names.token_start[names.form_start[i]], names.token_start[names.form_start[i + 1]]):
            if other[names.tokens[k]]:
                marks[i] = 1
                break


@njit(cache=True, nogil=True)
def _mark_holding(marks: Any, start: Any, codes: Any, other: Any, mark: int) -> None:
    for i in range(len(marks)):
        for k in range(start[i], start[i + 1]):
            if other[codes[k]]:
                marks[i] |= uint8(mark)
                break
