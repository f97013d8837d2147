"""Keys and blocks: those of the families that changed are made anew and put among the others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint32, uint64
from numpy.typing import NDArray

from crosstie.resolve.blocks import FAMILY, Blocks, Part, part_of, sound_pieces, whole
from crosstie.resolve.increment.splice import Ints, merged, moved, rows, runs
from crosstie.resolve.keys import Keys, keys_of
from crosstie.resolve.profiles import Profiles
from crosstie.resolve.threads import in_order, shared

Bools = NDArray[np.bool_]
#: Families are looked for in a table of so many bits first: it fits into a processor's cache.
_BITS = 1 << 24


class Families(NamedTuple):
    """Families of keys, ascending, and a table that most others are not in."""

    ids: NDArray[np.uint32]
    table: NDArray[np.uint64]


def families_of(keys: NDArray[np.uint64]) -> Families:
    """The families of some keys."""
    ids = np.unique((keys >> np.uint64(FAMILY)).astype(np.uint32))
    table = np.zeros(_BITS // 64, np.uint64)
    place = ids & np.uint32(_BITS - 1)
    np.bitwise_or.at(table, place >> np.uint32(6), np.uint64(1) << (place & np.uint32(63)).astype(np.uint64))
    return Families(ids, table)


def are_in(keys: NDArray[np.uint64], families: Families) -> Bools:
    """Whether each of the keys (be it of a block, a line or a pair) is of one of the families."""
    found: Bools = _are_in(keys, families.ids, families.table)
    return found


def rekey(
    old: Profiles, new: Profiles, keys: Keys, source: Ints, perhaps: Bools, had: Bools, wanted: Bools
) -> tuple[Keys, Families, Bools]:
    """The keys of all wanted records, the families in which a record is new, gone or no longer what it was, and which records are the same as before.

    `perhaps`: the records now that may have other keys; `had`: the old records that had keys.
    """
    stays = source >= 0
    had_now = rows(source, had, np.zeros((~source[~stays]).max(initial=-1) + 1, np.bool_))
    again = ~stays | perhaps | (had_now != wanted)
    made = keys_of(new, wanted & again)
    found = Keys(*runs(np.where(again, ~np.arange(len(source)), source), keys.start, keys.keys, made.start, made.keys))
    doubtful = np.flatnonzero(again & stays)
    pieces = sound_pieces(old, source[doubtful]) != sound_pieces(new, doubtful)
    other = _differ(doubtful, source, keys.start, keys.keys, made.start, made.keys) | pieces
    changed_now = ~stays
    changed_now[doubtful[other]] = True
    gone = moved(source, old.count) < 0
    gone[source[doubtful[other]]] = True
    touched = [_keys_of_some(made.start, made.keys, changed_now), _keys_of_some(keys.start, keys.keys, gone)]
    return found, families_of(np.concatenate(touched)), ~changed_now


class Reblocked(NamedTuple):
    """All blocks; which blocks and lines are of families that changed; which blocks there were before, and which lines there were that no record
    has left.
    """

    blocks: Blocks
    of_blocks: Bools
    of_lines: Bools
    stood: Bools
    calm: Bools


def reblock(profiles: Profiles, keys: Keys, families: Families, old: Blocks, now: Ints, same: Bools, threads: int = 1) -> Reblocked:
    """The blocks of all records; `now` are the numbers of the old ones, `same` says which of those now have the same keys as then."""
    spans = shared(lambda some: _in_families(keys.start, keys.keys, families.ids, families.table, *some), profiles.count, threads)
    key, owner = (np.concatenate(of) for of in zip(*spans, strict=True))
    part = part_of(profiles, key, owner, threads)
    runs = ((old.start, old.members, old.keys), (part.start, part.members, part.keys))
    line_runs = ((old.line_start, old.lines, old.line_keys), (part.line_start, part.lines, part.line_keys))
    joined = in_order(lambda both: _joined(both[0], ~are_in(both[0][2], families), both[1], now), (runs, line_runs), threads)
    (start, members, block_keys, of_part), (line_start, lines, line_keys, line_of_part) = joined
    stood = np.ones(len(block_keys), np.bool_)
    place = np.searchsorted(old.keys, part.keys)
    stood[of_part] = np.append(old.keys, np.uint64(0))[place] == part.keys
    calm = np.zeros(len(line_keys), np.bool_)
    calm[line_of_part] = _calm(part, old, same)
    blocks = whole(Part(start, members, block_keys, line_start, lines, line_keys), profiles.count)
    return Reblocked(blocks, of_part, line_of_part, stood, calm)


def _calm(part: Part, old: Blocks, same: Bools) -> Bools:
    """Of which lines all records are still there: as many as there were are the same as then."""
    place = np.minimum(np.searchsorted(old.line_keys, part.line_keys), max(0, len(old.line_keys) - 1))
    if not len(old.line_keys) or not len(part.line_keys):
        return np.zeros(len(part.line_keys), np.bool_)
    stay = np.concatenate([np.zeros(1, np.int64), np.cumsum(same[part.lines])])[part.line_start]
    found: Bools = (old.line_keys[place] == part.line_keys) & (np.diff(old.line_start)[place] == np.diff(stay))
    return found


def _joined(old: tuple[Any, Any, Any], kept: Bools, part: tuple[Any, Any, Any], now: Ints) -> tuple[Any, Any, Any, Bools]:
    """Runs of records with their keys: those kept of the old ones and those of the part, in the order of the keys; and which are of the part."""
    places = np.flatnonzero(kept)
    between, _, _ = merged(old[2][places], part[2])
    source = np.where(between >= 0, np.append(places, 0)[np.maximum(between, 0)], between)
    start, members = runs(source, old[0], now.astype(np.int32)[old[1]], part[0], part[1])
    return start, members, rows(source, old[2], part[2]), source < 0


@njit(cache=True, nogil=True)
def _is_in(key: Any, ids: Any, table: Any) -> bool:
    family = uint32(key >> uint64(FAMILY))
    place = family & uint32(_BITS - 1)
    if not (table[place >> uint32(6)] >> uint64(place & uint32(63))) & uint64(1):
        return False
    first, last = 0, len(ids)
    while first < last:
        middle = (first + last) // 2
        if ids[middle] < family:
            first = middle + 1
        else:
            last = middle
    return bool(first < len(ids) and ids[first] == family)


@njit(cache=True, nogil=True)
def _are_in(keys: Any, ids: Any, table: Any) -> Any:
    found = np.zeros(len(keys), np.bool_)
    for k in range(len(keys)):
        found[k] = _is_in(keys[k], ids, table)
    return found


@njit(cache=True, nogil=True)
def _in_families(start: Any, keys: Any, ids: Any, table: Any, first: int, last: int) -> Any:
    """The keys of some records that are of the families, and their owners."""
    found, owner = np.empty(1024, np.uint64), np.empty(1024, np.int32)
    at = 0
    for i in range(first, last):
        for k in range(start[i], start[i + 1]):
            if not _is_in(keys[k], ids, table):
                continue
            if at == len(found):
                wider, wider_owner = np.empty(2 * at, np.uint64), np.empty(2 * at, np.int32)
                wider[:at], wider_owner[:at] = found, owner
                found, owner = wider, wider_owner
            found[at], owner[at] = keys[k], i
            at += 1
    return found[:at].copy(), owner[:at].copy()


@njit(cache=True, nogil=True)
def _keys_of_some(start: Any, keys: Any, some: Any) -> Any:
    count = 0
    for i in range(len(some)):
        if some[i]:
            count += start[i + 1] - start[i]
    found = np.empty(count, np.uint64)
    at = 0
    for i in range(len(some)):
        if some[i]:
            for k in range(start[i], start[i + 1]):
                found[at] = keys[k]
                at += 1
    return found


@njit(cache=True, nogil=True)
def _differ(records: Any, source: Any, old_start: Any, old: Any, start: Any, keys: Any) -> Any:
    """Whether the keys of records are others than before."""
    found = np.zeros(len(records), np.bool_)
    for place in range(len(records)):
        i, before = records[place], source[records[place]]
        count = start[i + 1] - start[i]
        found[place] = count != old_start[before + 1] - old_start[before]
        for k in range(count if not found[place] else 0):
            if keys[start[i] + k] != old[old_start[before] + k]:
                found[place] = True
                break
    return found
