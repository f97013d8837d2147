"""Blocks: the records that share a key. Common keys are not dropped but divided by what else their records say, so that no block is large.

A block over its cap is divided by further pieces of evidence (a birth year, a word of a place, another sound). What is still over the cap is put
in the order of dates and names, and each record compared with its neighbours only. So a key that a million records share costs a million times a
little. A pair stands in every block that both records are in; it is compared under the smallest key they share.

The upper half of a key is its family. What a block is divided into stays in its family, so which blocks there are of a family depends on the records
that have a key of it, and on nothing else: where they are the same as before, so are its blocks.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.flat import mix, open_arrays, save_arrays, sort_run
from crosstie.resolve.keys import (
    ANNIVERSARY,
    CONTACT,
    DAY,
    IDENTIFIER,
    JOINED,
    PLACE,
    RAREST,
    SOUNDS,
    YEAR,
    Keys,
    first_sounds,
    rarest,
    sounds_of,
)
from crosstie.resolve.profiles import Profiles
from crosstie.resolve.threads import in_order, shared

#: How many records may share a key of each kind, as it is and divided.
CAPS = np.array([[40, 20, 20, 10, 24, 20, 8, 8, 12, 8], [10] * 10], np.int64)
#: With how many neighbours each record of a block is compared that even divided is too large.
WINDOW = 3
#: Kinds of keys whose records may be the same by that key alone; the others share too little to be worth a neighbourhood.
_IN_LINES = np.isin(np.arange(16), (IDENTIFIER, CONTACT, SOUNDS, JOINED, DAY))
#: Kinds of keys that are not divided: what they find in large blocks is not worth its cost.
_WHOLE = np.isin(np.arange(16), (YEAR, ANNIVERSARY))
_PLACES = 2
#: The bits of a key below its kind, and below its family.
HIDDEN, FAMILY = 60, 32
#: Keys are sorted in drawers by their first bits: so many in each, which fit into a processor's cache.
_DRAWER = 8_192
_MOST_DRAWERS = 14
#: So many keys are divided at a time, where no key has more owners: what is seen of them fits into a processor's cache.
_AT_ONCE = 50_000


class Blocks(NamedTuple):
    """Blocks: the members of block b are `members[start[b]:start[b + 1]]`, ascending, and `keys[b]` is what they share. Of record i the keys of its
    blocks are `own[own_start[i]:own_start[i + 1]]`, ascending. In a run of `lines` each record is compared with the next WINDOW ones; `line_keys`
    is what a run shares.
    """

    start: NDArray[np.int64]
    members: NDArray[np.int32]
    keys: NDArray[np.uint64]
    own_start: NDArray[np.int64]
    own: NDArray[np.uint64]
    line_start: NDArray[np.int64]
    lines: NDArray[np.int32]
    line_keys: NDArray[np.uint64]

    def save(self, folder: Path) -> Blocks:
        """The same, mapped from files in a folder."""
        save_arrays(folder, self)
        return Blocks(*open_arrays(folder, Blocks))


class Part(NamedTuple):
    """Blocks and lines as they stand in `Blocks`."""

    start: NDArray[np.int64]
    members: NDArray[np.int32]
    keys: NDArray[np.uint64]
    line_start: NDArray[np.int64]
    lines: NDArray[np.int32]
    line_keys: NDArray[np.uint64]


def blocks_of(profiles: Profiles, keys: Keys, threads: int = 1) -> Blocks:
    """The blocks of all records."""
    key, owner = _repeated(keys.start, keys.keys, _slots(len(keys.keys)))
    return whole(part_of(profiles, key, owner, threads), profiles.count)


def whole(part: Part, count: int) -> Blocks:
    """All blocks of so many records, with those of each record."""
    own_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(part.members, minlength=count))])
    own = _by_owner(part.start, part.members, part.keys, own_start)
    return Blocks(part.start, part.members, part.keys, own_start, own, part.line_start, part.lines, part.line_keys)


def part_of(profiles: Profiles, key: NDArray[np.uint64], owner: NDArray[np.int32], threads: int = 1) -> Part:
    """The blocks of keys and their owners, given in any order: of each family all of them, or none."""
    evidence = _evidence_of(profiles)
    kept_keys: list[NDArray[np.uint64]] = []
    kept_owners: list[NDArray[np.int32]] = []
    for level, caps in enumerate(CAPS):
        key, owner, begin = _grouped(key, owner, threads)
        size: NDArray[np.int64] = np.diff(begin, append=len(key))
        whole = (size > 1) & (size <= caps[(key[begin] >> np.uint64(HIDDEN)).astype(np.int64)])
        fits = np.repeat(whole, size)
        kept_keys.append(key[fits])
        kept_owners.append(owner[fits])
        large = np.repeat((size > 1) & ~whole, size)
        key, owner = key[large], owner[large]
        divided = ~_WHOLE[(key >> np.uint64(HIDDEN)).astype(np.int64)]
        key, owner = key[divided], owner[divided]
        if level < len(CAPS) - 1:
            key, owner = _divided(key, owner, evidence, threads)
    beside = _IN_LINES[(key >> np.uint64(HIDDEN)).astype(np.int64)]
    blocked, members, begin = _grouped(np.concatenate(kept_keys), np.concatenate(kept_owners), threads)
    return Part(np.append(begin, len(blocked)), members, blocked[begin], *_lines(key[beside], owner[beside], profiles))


def _grouped(
    key: NDArray[np.uint64], owner: NDArray[np.int32], threads: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int64]]:
    """Keys ascending, under each its owners ascending, each once; and where each key begins."""
    bits = min(_MOST_DRAWERS, max(0, int(len(key) // _DRAWER).bit_length()))
    key, owner, ends = _in_drawers(key, owner, bits)
    drawers = list(pairwise(ends.tolist()))

    def sort(some: tuple[int, int]) -> None:
        for first, last in drawers[slice(*some)]:
            order = np.argsort(key[first:last])
            key[first:last], owner[first:last] = key[first:last][order], owner[first:last][order]

    shared(sort, len(drawers), threads)
    key, owner, begin = _settled(key, owner)
    return key, owner, begin


@njit(cache=True, nogil=True)
def _in_drawers(key: Any, owner: Any, bits: int) -> Any:
    """Keys and owners by the first bits of the key, and where each drawer begins and ends. The kinds of keys are ten of sixteen, so few stay empty."""
    ends = np.zeros((1 << bits) + 1, np.int64)
    shift = uint64(63 - bits)
    for k in range(len(key)):
        ends[((key[k] >> uint64(1)) >> shift) + uint64(1)] += 1
    for number in range(1 << bits):
        ends[number + 1] += ends[number]
    place = ends[:-1].copy()
    keys, owners = np.empty_like(key), np.empty_like(owner)
    for k in range(len(key)):
        drawer = (key[k] >> uint64(1)) >> shift  # a shift by 64 would be none
        keys[place[drawer]], owners[place[drawer]] = key[k], owner[k]
        place[drawer] += 1
    return keys, owners, ends


@njit(cache=True, nogil=True)
def _settled(key: Any, owner: Any) -> Any:
    runs = min(1, len(key))
    for k in range(1, len(key)):
        runs += key[k] != key[k - 1]
    begin = np.empty(runs, np.int64)
    at, blocks, first = 0, 0, 0
    while first < len(key):
        last = first + 1
        while last < len(key) and key[last] == key[first]:
            last += 1
        begin[blocks] = at
        blocks += 1
        held = key[first]
        end = sort_run(owner, first, last, at, True)
        key[at:end] = held
        at = end
        first = last
    return key[:at], owner[:at], begin[:blocks]


def _slots(entries: int) -> NDArray[np.uint8]:
    return np.zeros(1 << max(10, int(4 * entries).bit_length()), np.uint8)


@njit(cache=True, nogil=True)
def _seen(slots: Any, key: Any) -> None:
    place = key & uint64(len(slots) - 1)
    if slots[place] < 2:
        slots[place] += 1


@njit(cache=True, nogil=True)
def _repeated(start: Any, key: Any, slots: Any) -> Any:
    """The keys that may be there more than once, and their owners: all that are, and few others."""
    for k in range(len(key)):
        _seen(slots, key[k])
    kept = 0
    for k in range(len(key)):
        kept += slots[key[k] & uint64(len(slots) - 1)] > 1
    keys, owners = np.empty(kept, np.uint64), np.empty(kept, np.int32)
    at = 0
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            if slots[key[k] & uint64(len(slots) - 1)] > 1:
                keys[at], owners[at] = key[k], i
                at += 1
    return keys, owners


@njit(cache=True, nogil=True)
def _by_owner(block_start: Any, members: Any, keys: Any, start: Any) -> Any:
    place = start[:-1].copy()
    found = np.empty(len(members), np.uint64)
    for b in range(len(keys)):
        for k in range(block_start[b], block_start[b + 1]):
            found[place[members[k]]] = keys[b]
            place[members[k]] += 1
    return found


def _evidence_of(profiles: Profiles) -> tuple[Any, ...]:
    (names, words, worth), dates = profiles.names, profiles.dates
    place, nation = profiles.values["place"], profiles.values["nationality"]
    return (
        (names.form_start, names.token_start, names.tokens),
        (*sounds_of(words, worth), first_sounds(words)),
        (place.start, place.codes, place.hash),
        (dates.start, dates.first),
        (nation.start, nation.codes, nation.hash),
    )


@njit(cache=True, nogil=True)
def _pieces(i: int, kind: int, evidence: Any, found: Any, parts: Any, order: Any) -> int:
    """What else record i says, as hashes, beside what keys of this kind are made of; at least that it says nothing."""
    (form_start, token_start, tokens), (sounds, rarity, firsts), (place_start, codes, hashes), (date_start, first), nations = evidence
    at = 0
    if kind in (SOUNDS, JOINED, PLACE):
        for k in range(date_start[i], min(date_start[i + 1], date_start[i] + 2)):
            found[at] = mix(uint64(first[k] // 10000))
            at += 1
    if kind != PLACE:
        for k in range(place_start[i], min(place_start[i + 1], place_start[i] + _PLACES)):
            found[at] = hashes[codes[k]]
            at += 1
    for form in range(form_start[i], min(form_start[i + 1], form_start[i] + 2)):
        name = tokens[token_start[form] : token_start[form + 1]]
        if kind == SOUNDS:
            known = rarest(name, sounds, rarity, parts, order)
            for part in range(min(known, RAREST) if known > 2 else 0):
                found[at] = parts[part]
                at += 1
        if kind == PLACE:
            for k in range(min(len(name), RAREST)):
                found[at] = uint64(firsts[name[k]]) + uint64(1)
                at += 1
    if nations[0][i] < nations[0][i + 1]:
        found[at] = nations[2][nations[1][nations[0][i]]]
        at += 1
    if at == 0:
        found[0] = uint64(0xA5A5A5A5)
        at = 1
    return at


def sound_pieces(profiles: Profiles, records: NDArray[np.int64]) -> NDArray[np.uint64]:
    """For some records what blocks of a shared sound are divided by, as one number: it alone of what divides blocks depends on other records."""
    found: NDArray[np.uint64] = _sound_pieces(records, _evidence_of(profiles))
    return found


@njit(cache=True, nogil=True)
def _sound_pieces(records: Any, evidence: Any) -> Any:
    pieces, parts, order = np.zeros(64, np.uint64), np.zeros(12, np.uint64), np.zeros(12, np.int16)
    found = np.zeros(len(records), np.uint64)
    for place in range(len(records)):
        for k in range(_pieces(records[place], SOUNDS, evidence, pieces, parts, order)):
            found[place] = mix(found[place] * uint64(31) + pieces[k])
    return found


def _divided(
    key: NDArray[np.uint64], owner: NDArray[np.int32], evidence: Any, threads: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Every key with every further piece of evidence of its owner, where another owner may have the same. Keys ascend."""

    def divide(span: tuple[int, int]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
        # all owners of one key at once: what is divided is of one key, so it is seen there as often as it is there
        some = slice(*span)
        slots = _slots(6 * (some.stop - some.start))
        _divide(key[some], owner[some], evidence, slots, False)
        found: tuple[NDArray[np.uint64], NDArray[np.int32]] = _divide(key[some], owner[some], evidence, slots, True)
        return found

    edges = np.unique(np.append(np.searchsorted(key, key[::_AT_ONCE]), len(key)))
    found = list(in_order(divide, list(pairwise(edges.tolist())), threads))
    return np.concatenate([key[:0], *(keys for keys, _ in found)]), np.concatenate([owner[:0], *(owners for _, owners in found)])


@njit(cache=True, nogil=True)
def _divide(key: Any, owner: Any, evidence: Any, slots: Any, emit: bool) -> Any:
    pieces, parts, order = np.zeros(64, np.uint64), np.zeros(12, np.uint64), np.zeros(12, np.int16)
    found_keys, found_owners = np.empty(1024, np.uint64), np.empty(1024, np.int32)
    at = 0
    low = (uint64(1) << uint64(FAMILY)) - uint64(1)
    for k in range(len(key)):
        kind = key[k] >> uint64(HIDDEN)
        count = _pieces(owner[k], kind, evidence, pieces, parts, order)
        if at + count > len(found_keys):
            wider, wider_owners = np.empty(2 * len(found_keys), np.uint64), np.empty(2 * len(found_keys), np.int32)
            wider[:at], wider_owners[:at] = found_keys[:at], found_owners[:at]
            found_keys, found_owners = wider, wider_owners
        for piece in range(count):
            divided = (key[k] & ~low) | (mix(key[k] + mix(pieces[piece])) & low)
            if not emit:
                _seen(slots, mix(divided))
            elif slots[mix(divided) & uint64(len(slots) - 1)] > 1:
                found_keys[at] = divided
                found_owners[at] = owner[k]
                at += 1
    return found_keys[:at].copy(), found_owners[:at].copy()


def _lines(
    key: NDArray[np.uint64], owner: NDArray[np.int32], profiles: Profiles
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint64]]:
    """The records of blocks that stay too large, those side by side that have one date and like names; runs in the order of their keys."""
    dates, names = profiles.dates, profiles.names.names
    born = np.where(dates.has(owner), np.append(dates.first, 0)[np.minimum(dates.start[owner], len(dates.first))], 0)
    spelled = _first_name(owner, names.form_start, names.token_start, names.tokens, profiles.names.words.sound_hash)
    order = np.lexsort((owner, spelled, born, key))
    fresh = np.flatnonzero(np.diff(key[order], prepend=~key[order][:1]) != 0)
    return np.append(fresh, len(order)), owner[order], key[order][fresh]


@njit(cache=True, nogil=True)
def _first_name(owner: Any, form_start: Any, token_start: Any, tokens: Any, sounds: Any) -> Any:
    found = np.zeros(len(owner), np.uint64)
    for k in range(len(owner)):
        form = form_start[owner[k]]
        if form < form_start[owner[k] + 1]:
            for token in tokens[token_start[form] : token_start[form + 1]]:
                found[k] += mix(sounds[token])
    return found
