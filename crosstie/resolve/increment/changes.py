"""What has to be done again, because of what is new: a name that more people bear says less wherever it stands."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint8
from numpy.typing import NDArray

from crosstie.resolve.blocks import FAMILY, Blocks
from crosstie.resolve.candidates import LINE, NOWHERE, asks, brought
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


class Settled(NamedTuple):
    """Of the old pairs those that stay as they are (`stays`), the key that brings each of them (`under`), and the records of pairs that no key of blocks
    brings any more (`again`): they may be side by side in a line.
    """

    stays: Bools
    under: Ints
    again: Bools


def settle(
    pairs: tuple[Ints, Ints, Ints], now: Ints, marks: Marks, families: Families, blocks: Blocks, profiles: Profiles, fits: Bools
) -> Settled:
    """What becomes of the old pairs (left, right, under), of which `now` are the numbers now."""
    ids = np.concatenate([families.ids, families.ids | np.uint32(LINE >> FAMILY)])
    left, right, under = now[pairs[0]], now[pairs[1]], pairs[2].copy()
    there = np.flatnonzero((left >= 0) & (right >= 0))
    there = there[~_asked(marks, left[there], right[there])]
    stays = np.zeros(len(left), np.bool_)
    stays[there] = True
    lost = are_in(under.astype(np.uint64) << np.uint64(1), families_of(ids.astype(np.uint64) << np.uint64(FAMILY)))
    # neighbours in a line are no more compared as such once they share a key
    doubtful = there[lost[there] | (under[there] >= LINE >> 1)]
    found = brought(blocks, profiles, fits, left[doubtful], right[doubtful])
    nowhere = found == NOWHERE
    stays[doubtful] = np.where(nowhere, ~lost[doubtful], found >= 0)
    under[doubtful] = np.where(nowhere, under[doubtful], found)
    again = np.zeros(len(marks), np.bool_)
    parted = doubtful[nowhere & lost[doubtful]]
    again[left[parted]] = again[right[parted]] = True
    return Settled(stays, under, again)


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
