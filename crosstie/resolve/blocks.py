"""Blocks: the records that share a key. Common keys are not dropped but divided by what else their records say, so that no block is large.

A block over its cap is divided by further pieces of evidence (a birth year, a word of a place, another sound). What is still over the cap is put
in the order of dates and names, and each record compared with its neighbours only. So a key that a million records share costs a million times a
little. A pair stands in every block that both records are in; it is compared under the smallest key they share.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.flat import mapped, mix, sort_run
from crosstie.resolve.keys import (
    ANNIVERSARY,
    CITATION,
    CONTACT,
    DAY,
    IDENTIFIER,
    JOINED,
    PLACE,
    RAREST,
    SOUNDS,
    YEAR,
    Keys,
    canonical_day,
    first_sounds,
    rarest,
    sounds_of,
)
from crosstie.resolve.profiles import Profiles

#: How many records may share a key of each kind, as it is and divided.
CAPS = np.array([[40, 20, 20, 10, 24, 20, 8, 8, 12, 8], [10] * 10], np.int64)
#: With how many neighbours each record of a block is compared that even divided is too large.
WINDOW = 3
#: Kinds of keys whose records may be the same by that key alone; the others share too little to be worth a neighbourhood.
_IN_LINES = np.isin(np.arange(16), (IDENTIFIER, CONTACT, SOUNDS, JOINED, DAY))
#: Kinds of keys that are not divided: what they find in large blocks is not worth its cost.
_WHOLE = np.isin(np.arange(16), (YEAR, ANNIVERSARY))
#: Birth dates further apart than so many years, if nothing else is near in them, are not one person's.
_YEARS = 3
_PLACES = 2
_HIDDEN = 60


class Blocks(NamedTuple):
    """Blocks: the members of block b are `members[start[b]:start[b + 1]]`, ascending, and `keys[b]` is what they share. Of record i the keys of its
    blocks are `own[own_start[i]:own_start[i + 1]]`, ascending. In a run of `lines` each record is compared with the next WINDOW ones.
    """

    start: NDArray[np.int64]
    members: NDArray[np.int32]
    keys: NDArray[np.uint64]
    own_start: NDArray[np.int64]
    own: NDArray[np.uint64]
    line_start: NDArray[np.int64]
    lines: NDArray[np.int32]


def blocks_of(profiles: Profiles, keys: Keys) -> Blocks:
    """The blocks of all records."""
    count = profiles.count
    owners = np.repeat(np.arange(count, dtype=np.int32), np.diff(keys.start))
    shared = _repeated(keys.keys)
    key, owner = keys.keys[shared], owners[shared]
    del owners, shared
    evidence = _evidence_of(profiles)
    kept_keys: list[NDArray[np.uint64]] = []
    kept_owners: list[NDArray[np.int32]] = []
    for level, caps in enumerate(CAPS):
        key, owner, begin = _grouped(key, owner)
        size: NDArray[np.int64] = np.diff(begin, append=len(key))
        whole = (size > 1) & (size <= caps[(key[begin] >> np.uint64(_HIDDEN)).astype(np.int64)])
        fits = np.repeat(whole, size)
        kept_keys.append(key[fits])
        kept_owners.append(owner[fits])
        large = np.repeat((size > 1) & ~whole, size)
        key, owner = key[large], owner[large]
        divided = ~_WHOLE[(key >> np.uint64(_HIDDEN)).astype(np.int64)]
        key, owner = key[divided], owner[divided]
        if level < len(CAPS) - 1:
            key, owner = _divided(key, owner, evidence)
    beside = _IN_LINES[(key >> np.uint64(_HIDDEN)).astype(np.int64)]
    line_start, lines = _lines(key[beside], owner[beside], profiles)
    return _collected(np.concatenate(kept_keys), np.concatenate(kept_owners), count, line_start, lines)


def open_blocks(folder: Path) -> Blocks:
    """The blocks of a folder of .npy files, mapped into memory."""
    return Blocks(*(mapped(folder / f"{name}.npy") for name in Blocks._fields))


def _collected(key: Any, owner: Any, count: int, line_start: Any, lines: Any) -> Blocks:
    key, owner, begin = _grouped(key, owner)
    own_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owner, minlength=count))])
    return Blocks(np.append(begin, len(key)), owner, key[begin], own_start, _by_owner(key, owner, own_start), line_start, lines)


def _grouped(key: NDArray[np.uint64], owner: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int64]]:
    """Keys ascending, under each its owners ascending, each once; and where each key begins."""
    order = np.argsort(key)
    key, owner, begin = _settled(key[order], owner[order])
    return key, owner, begin


@njit(cache=True, nogil=True)
def _settled(key: Any, owner: Any) -> Any:
    begin = np.empty(len(key), np.int64)
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
    return key[:at].copy(), owner[:at].copy(), begin[:blocks].copy()


def _slots(entries: int) -> NDArray[np.uint8]:
    return np.zeros(1 << max(10, int(4 * entries).bit_length()), np.uint8)


@njit(cache=True, nogil=True)
def _seen(slots: Any, key: Any) -> None:
    place = key & uint64(len(slots) - 1)
    if slots[place] < 2:
        slots[place] += 1


def _repeated(key: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys may be there more than once: all that are, and few others."""
    found: NDArray[np.bool_] = _told_twice(key, _slots(len(key)))
    return found


@njit(cache=True, nogil=True)
def _told_twice(key: Any, slots: Any) -> Any:
    found = np.zeros(len(key), np.bool_)
    for k in range(len(key)):
        _seen(slots, key[k])
    for k in range(len(key)):
        found[k] = slots[key[k] & uint64(len(slots) - 1)] > 1
    return found


@njit(cache=True, nogil=True)
def _by_owner(key: Any, owner: Any, start: Any) -> Any:
    place = start[:-1].copy()
    found = np.empty_like(key)
    for k in range(len(key)):
        found[place[owner[k]]] = key[k]
        place[owner[k]] += 1
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


def _divided(key: NDArray[np.uint64], owner: NDArray[np.int32], evidence: Any) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Every key with every further piece of evidence of its owner, where another owner may have the same."""
    slots = _slots(6 * len(key))
    _divide(key, owner, evidence, slots, False)
    found_keys, found_owners = _divide(key, owner, evidence, slots, True)
    return found_keys, found_owners


@njit(cache=True, nogil=True)
def _divide(key: Any, owner: Any, evidence: Any, slots: Any, emit: bool) -> Any:
    pieces, parts, order = np.zeros(64, np.uint64), np.zeros(12, np.uint64), np.zeros(12, np.int16)
    found_keys, found_owners = np.empty(1024, np.uint64), np.empty(1024, np.int32)
    at = 0
    low = (uint64(1) << uint64(_HIDDEN)) - uint64(1)
    for k in range(len(key)):
        kind = key[k] >> uint64(_HIDDEN)
        count = _pieces(owner[k], kind, evidence, pieces, parts, order)
        if at + count > len(found_keys):
            wider, wider_owners = np.empty(2 * len(found_keys), np.uint64), np.empty(2 * len(found_keys), np.int32)
            wider[:at], wider_owners[:at] = found_keys[:at], found_owners[:at]
            found_keys, found_owners = wider, wider_owners
        for piece in range(count):
            divided = (kind << uint64(_HIDDEN)) | ((key[k] + mix(pieces[piece])) & low)
            if not emit:
                _seen(slots, mix(divided))
            elif slots[mix(divided) & uint64(len(slots) - 1)] > 1:
                found_keys[at] = divided
                found_owners[at] = owner[k]
                at += 1
    return found_keys[:at].copy(), found_owners[:at].copy()


def _lines(key: NDArray[np.uint64], owner: NDArray[np.int32], profiles: Profiles) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The records of blocks that stay too large, those side by side that have one date and like names."""
    dates, names = profiles.dates, profiles.names.names
    born = np.where(dates.has(owner), np.append(dates.first, 0)[np.minimum(dates.start[owner], len(dates.first))], 0)
    spelled = _first_name(owner, names.form_start, names.token_start, names.tokens, profiles.names.words.sound_hash)
    order = np.lexsort((owner, spelled, born, key))
    fresh = np.flatnonzero(np.diff(key[order], prepend=~key[order][:1]) != 0)
    return np.append(fresh, len(order)), owner[order]


@njit(cache=True, nogil=True)
def _first_name(owner: Any, form_start: Any, token_start: Any, tokens: Any, sounds: Any) -> Any:
    found = np.zeros(len(owner), np.uint64)
    for k in range(len(owner)):
        form = form_start[owner[k]]
        if form < form_start[owner[k] + 1]:
            for token in tokens[token_start[form] : token_start[form + 1]]:
                found[k] += mix(sounds[token])
    return found


def ranges(blocks: Blocks, most: int) -> NDArray[np.int64]:
    """Cuts through the blocks, then through the lines, so that between two of them are about `most` pairs: columns first, last, and 1 for lines."""
    size = np.diff(blocks.start)
    return np.concatenate([_cuts(size * (size - 1) // 2, most, 0), _cuts(np.diff(blocks.line_start) * WINDOW, most, 1)])


def _cuts(pairs: NDArray[np.int64], most: int, lines: int) -> NDArray[np.int64]:
    if not len(pairs):
        return np.zeros((0, 3), np.int64)
    part = np.cumsum(pairs) // most
    first = np.concatenate([np.zeros(1, np.int64), np.flatnonzero(part[1:] != part[:-1]) + 1])
    return np.stack([first, np.append(first[1:], len(pairs)), np.full(len(first), lines)], axis=1)


def pairs_of(blocks: Blocks, profiles: Profiles, fits: NDArray[np.bool_], cut: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of a range of blocks or lines, left below right. Pairs of a line may come again in another.

    Left out: what a smaller key brings, schemata that do not fit, and, but for a shared identifier, two current records of one curated dataset.
    """
    first, last, lines = (int(value) for value in cut)
    dates = profiles.dates
    about = (profiles.datasets, profiles.current & profiles.curated, profiles.schema_codes, fits, (dates.start, dates.first, dates.exact))
    own = (blocks.own_start, blocks.own)
    if lines:
        left, right = _line_pairs(blocks.line_start[first : last + 1], blocks.lines, own, about)
    else:
        left, right = _block_pairs(blocks.start[first : last + 1], blocks.members, blocks.keys[first:last], own, about)
    return left, right


@njit(cache=True, nogil=True)
def _shared_before(i: int, j: int, key: Any, own: Any) -> bool:
    """Whether two records share a key below this one."""
    start, keys = own
    a, b = start[i], start[j]
    while a < start[i + 1] and b < start[j + 1] and keys[a] < key and keys[b] < key:
        if keys[a] == keys[b]:
            return True
        if keys[a] < keys[b]:
            a += 1
        else:
            b += 1
    return False


@njit(cache=True, nogil=True)
def _comparable(i: int, j: int, kind: int, about: Any) -> bool:
    datasets, apart, schemata, fits, dates = about
    if kind != IDENTIFIER and datasets[i] == datasets[j] and apart[i] and apart[j]:
        return False
    if not fits[schemata[i], schemata[j]]:
        return False
    return kind <= CITATION or not _born_apart(i, j, dates)


@njit(cache=True, nogil=True)
def _born_apart(i: int, j: int, dates: Any) -> bool:
    """Whether two records have one exact date each, years apart and not on one day of the year: names alone never outweigh that."""
    start, first, exact = dates
    if start[i + 1] - start[i] != 1 or start[j + 1] - start[j] != 1 or not exact[start[i]] or not exact[start[j]]:
        return False
    one, other = canonical_day(first[start[i]]), canonical_day(first[start[j]])
    return abs(one // 10000 - other // 10000) > _YEARS and one % 10000 != other % 10000


@njit(cache=True, nogil=True)
def _block_pairs(start: Any, members: Any, keys: Any, own: Any, about: Any) -> Any:
    most = 0
    for b in range(len(keys)):
        size = start[b + 1] - start[b]
        most += size * (size - 1) // 2
    left, right = np.empty(most, np.int64), np.empty(most, np.int64)
    at = 0
    for b in range(len(keys)):
        kind = keys[b] >> uint64(_HIDDEN)
        for p in range(start[b], start[b + 1]):
            for q in range(p + 1, start[b + 1]):
                i, j = members[p], members[q]
                if _comparable(i, j, kind, about) and not _shared_before(i, j, keys[b], own):
                    left[at], right[at] = i, j
                    at += 1
    return left[:at].copy(), right[:at].copy()


@njit(cache=True, nogil=True)
def _line_pairs(start: Any, lines: Any, own: Any, about: Any) -> Any:
    most = (start[-1] - start[0]) * WINDOW
    left, right = np.empty(most, np.int64), np.empty(most, np.int64)
    at = 0
    beyond = ~uint64(0)
    for b in range(len(start) - 1):
        for p in range(start[b], start[b + 1]):
            for q in range(p + 1, min(p + 1 + WINDOW, start[b + 1])):
                i, j = min(lines[p], lines[q]), max(lines[p], lines[q])
                if i != j and _comparable(i, j, SOUNDS, about) and not _shared_before(i, j, beyond, own):
                    left[at], right[at] = i, j
                    at += 1
    return left[:at].copy(), right[:at].copy()
