"""Candidates: the pairs that blocks bring, range by range, each under the smallest key that its records share."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint8, uint64
from numpy.typing import NDArray

from crosstie.resolve.blocks import HIDDEN, WINDOW, Blocks
from crosstie.resolve.compare.kernels import popcount
from crosstie.resolve.keys import CITATION, IDENTIFIER, SOUNDS, YEAR, canonical_day
from crosstie.resolve.profiles import KINDS, Profiles

Ints = NDArray[np.int64]

#: Birth dates further apart than so many years, if nothing else is near in them, are not one person's.
_YEARS = 3
#: Of two people who share only what keys from YEAR on are made of, so many parts of some name have to be perhaps alike.
_PARTS = 2
#: Parts are not alike where more letters than this share of the longer one stand in one of them only: an edit changes two letters at most.
_UNLIKE = 0.56
#: No key: two records are in no block together.
NOWHERE = -2
#: No kind of key: the pair stands in a line.
LINE = 15 << HIDDEN
_PERSON = KINDS.index("person")


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


class Chosen(NamedTuple):
    """Which pairs are wanted: all of some blocks and of some lines; of the others those with marked records (of `marks` bit 1 says all pairs of the
    record, each other bit those of two records that have it). Of the blocks, pairs that were compared before and are not marked are left out: those of
    blocks that `stood` then, of two records with the `same` keys as then; and those that shared a key then, for which `number` is what a record was
    (-1: not there), and `own_start`, `own` are the keys of its blocks. So are those of `calm` lines, which nobody has left: of two records with the
    same keys as then that are near each other there now, none can have come nearer.
    """

    blocks: NDArray[np.bool_]
    lines: NDArray[np.bool_]
    calm: NDArray[np.bool_]
    marks: NDArray[np.uint8]
    stood: NDArray[np.bool_]
    same: NDArray[np.bool_]
    number: NDArray[np.int32]
    own_start: NDArray[np.int64]
    own: NDArray[np.uint64]


def every_pair(blocks: Blocks, count: int) -> Chosen:
    """Nothing is left out."""
    nothing, nobody = np.zeros(len(blocks.keys), np.bool_), np.zeros(count, np.bool_)
    return Chosen(
        ~nothing,
        np.ones(len(blocks.line_keys), np.bool_),
        np.zeros(len(blocks.line_keys), np.bool_),
        np.zeros(count, np.uint8),
        nothing,
        nobody,
        np.full(count, -1, np.int32),
        np.zeros(1, np.int64),
        np.zeros(0, np.uint64),
    )


def pairs_of(blocks: Blocks, profiles: Profiles, fits: NDArray[np.bool_], chosen: Chosen, cut: Any) -> tuple[Ints, Ints, Ints]:
    """The wanted pairs of a range of blocks or lines, left below right, and the key that each shares (with LINE, if it is of a line) without its
    lowest bit, so that it is no more than a signed number holds. Pairs of a line may come again in another.

    Left out: what a smaller key brings, schemata that do not fit, and, but for a shared identifier, two current records of one curated dataset;
    and people whose names cannot agree in more than the one part that the key is made of.
    """
    first, last, lines = (int(value) for value in cut)
    own = (blocks.own_start, blocks.own)
    about, names = _about(profiles, fits), _spelled(profiles)
    if lines:
        held = (blocks.line_start[first : last + 1], blocks.lines, blocks.line_keys[first:last])
        found = _line_pairs(held, own, about, (chosen.lines[first:last], chosen.calm[first:last]), chosen.marks, chosen.same)
    else:
        held = (blocks.start[first : last + 1], blocks.members, blocks.keys[first:last])
        before = (chosen.stood[first:last], chosen.same, chosen.number, (chosen.own_start, chosen.own))
        found = _block_pairs(held, own, about, names, chosen.blocks[first:last], chosen.marks, before)
    return found[0], found[1], (found[2] >> np.uint64(1)).astype(np.int64)


def brought(blocks: Blocks, profiles: Profiles, fits: NDArray[np.bool_], left: Ints, right: Ints) -> Ints:
    """For pairs the key under which a block brings them, as `pairs_of` tells it; below 0 where none does, NOWHERE where they share none."""
    found: Ints = _brought(left, right, (blocks.own_start, blocks.own), _about(profiles, fits), _spelled(profiles))
    return found


def _about(profiles: Profiles, fits: NDArray[np.bool_]) -> tuple[Any, ...]:
    dates = profiles.dates
    return (profiles.datasets, profiles.current & profiles.curated, profiles.schema_codes, fits, (dates.start, dates.first, dates.exact))


def _spelled(profiles: Profiles) -> tuple[Any, ...]:
    table, words = profiles.names.names, profiles.names.words
    spelled = (words.hash, words.sound_hash, words.bags, words.start, words.concept, words.variant_start)
    return (profiles.kinds, (table.form_start, table.token_start, table.tokens), spelled)


@njit(cache=True, nogil=True)
def _brought(left: Any, right: Any, own: Any, about: Any, names: Any) -> Any:
    found = np.full(len(left), NOWHERE)
    for p in range(len(left)):
        key = _shared(left[p], right[p], own)
        if key:
            fit = _compared_under(key, left[p], right[p], about, names)
            found[p] = np.int64(key >> uint64(1)) if fit else -1
    return found


@njit(cache=True, nogil=True)
def _compared_under(key: Any, i: int, j: int, about: Any, names: Any) -> bool:
    """Whether two records that share a key are compared under it."""
    kind = key >> uint64(HIDDEN)
    return _comparable(i, j, kind, about) and (kind < YEAR or _worth_comparing(i, j, names))


@njit(cache=True, nogil=True)
def _shared(i: int, j: int, own: Any) -> Any:
    """The smallest key that two records share, or 0."""
    start, keys = own
    a, b = start[i], start[j]
    while a < start[i + 1] and b < start[j + 1]:
        if keys[a] == keys[b]:
            return keys[a]
        if keys[a] < keys[b]:
            a += 1
        else:
            b += 1
    return uint64(0)


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
def _perhaps_alike(a: int, b: int, spelled: Any) -> bool:
    """Whether two parts of names may agree: no pair that does is told otherwise, unless by consonants with a slip."""
    hashes, sounds, bags, start, concept, variant_start = spelled
    if hashes[a] == hashes[b] or sounds[a] == sounds[b] or (concept[a] >= 0 and concept[a] == concept[b]):
        return True
    if variant_start[a] < variant_start[a + 1] or variant_start[b] < variant_start[b + 1]:
        return True
    one, other = start[a + 1] - start[a], start[b + 1] - start[b]
    if one == 1 or other == 1:
        return bool(bags[a] & bags[b])
    return bool(popcount(bags[a] ^ bags[b]) <= _UNLIKE * max(one, other))


@njit(cache=True, nogil=True)
def _worth_comparing(i: int, j: int, names: Any) -> bool:
    """Whether some name of two people may agree in two parts, or in all that there are. Names of other numbers of parts may be joined differently."""
    kinds, (form_start, token_start, tokens), spelled = names
    if kinds[i] != _PERSON or kinds[j] != _PERSON:
        return True
    for form in range(form_start[i], form_start[i + 1]):
        for other in range(form_start[j], form_start[j + 1]):
            a = tokens[token_start[form] : token_start[form + 1]]
            b = tokens[token_start[other] : token_start[other + 1]]
            most, found = min(len(a), len(b), _PARTS), 0
            for one in a:
                for two in b:
                    if _perhaps_alike(one, two, spelled):
                        found += 1
                        break
            if found >= most:
                return True
    return False


@njit(cache=True, nogil=True)
def asks(one: Any, other: Any) -> bool:
    """Whether the marks of two records ask for their pair, see `Chosen`."""
    return bool(((one | other) & uint8(1)) | (one & other & uint8(254)))


@njit(cache=True, nogil=True)
def _asked_of(members: Any, all_of: bool, stood: bool, marks: Any, same: Any) -> bool:
    """Whether a block may have a pair that is wanted: seen from its records alone, as most blocks of an increment have none."""
    if all_of and not stood:
        return True
    once, again = uint8(0), uint8(0)
    for member in members:
        if all_of and not same[member]:
            return True
        again |= once & marks[member]
        once |= marks[member]
    return bool((once & uint8(1)) | again)


@njit(cache=True, nogil=True)
def _block_pairs(blocks: Any, own: Any, about: Any, names: Any, all_of: Any, marks: Any, before: Any) -> Any:
    start, members, keys = blocks
    stood, same, number, then = before
    most = 0
    for b in range(len(keys)):
        size = start[b + 1] - start[b]
        most += size * (size - 1) // 2
    left, right, under = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64)
    at = 0
    for b in range(len(keys)):
        if not _asked_of(members[start[b] : start[b + 1]], all_of[b], stood[b], marks, same):
            continue
        for p in range(start[b], start[b + 1]):
            for q in range(p + 1, start[b + 1]):
                i, j = members[p], members[q]
                asked = asks(marks[i], marks[j])
                if not asked and (not all_of[b] or (stood[b] and same[i] and same[j])):
                    continue
                if not _compared_under(keys[b], i, j, about, names) or _shared_before(i, j, keys[b], own):
                    continue
                if not asked and number[i] >= 0 and number[j] >= 0:
                    key = _shared(number[i], number[j], then)
                    if key and _compared_under(key, i, j, about, names):
                        continue
                left[at], right[at], under[at] = i, j, keys[b]
                at += 1
    return left[:at].copy(), right[:at].copy(), under[:at].copy()


@njit(cache=True, nogil=True)
def _line_pairs(lines: Any, own: Any, about: Any, chosen: Any, marks: Any, same: Any) -> Any:
    start, members, keys = lines
    all_of, calm = chosen
    most = (start[-1] - start[0]) * WINDOW
    left, right, under = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64)
    at = 0
    beyond = ~uint64(0)
    for b in range(len(start) - 1):
        for p in range(start[b], start[b + 1]):
            for q in range(p + 1, min(p + 1 + WINDOW, start[b + 1])):
                i, j = min(members[p], members[q]), max(members[p], members[q])
                if (not all_of[b] or (calm[b] and same[i] and same[j])) and not asks(marks[i], marks[j]):
                    continue
                if i != j and _comparable(i, j, SOUNDS, about) and not _shared_before(i, j, beyond, own):
                    left[at], right[at], under[at] = i, j, keys[b] | uint64(LINE)
                    at += 1
    return left[:at].copy(), right[:at].copy(), under[:at].copy()
