"""Keys and blocks: those of the families that changed are made anew and put among the others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint32, uint64
from numpy.typing import NDArray

from crosstie.resolve.blocks import FAMILY, Blocks, Part, part_of, sound_pieces, whole
from crosstie.resolve.candidates import Chosen
from crosstie.resolve.increment.splice import Ints, moved, rows, runs
from crosstie.resolve.keys import Keys, keys_of
from crosstie.resolve.profiles import Profiles
from crosstie.resolve.threads import in_order, shared

Bools = NDArray[np.bool_]
#: Families are looked for in a table of so many bits first: it fits into a processor's cache.
_BITS = 1 << 24
#: Where more than this share of the records are marked, their blocks are not looked up one by one.
_MOST_MARKED = 0.1


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


def reblock(profiles: Profiles, keys: Keys, families: Families, old: Blocks, source: Ints, same: Bools, threads: int = 1) -> Reblocked:
    """The blocks of all records; `source` says which old one each was, `same` which of those have the same keys as then."""
    spans = shared(lambda some: _in_families(keys.start, keys.keys, families.ids, families.table, *some), profiles.count, threads)
    key, owner = (np.concatenate(of) for of in zip(*spans, strict=True))
    part = part_of(profiles, key, owner, threads)
    now = moved(source, len(old.own_start) - 1)
    held = ((old.start, old.members, old.keys), (part.start, part.members, part.keys))
    line_held = ((old.line_start, old.lines, old.line_keys), (part.line_start, part.lines, part.line_keys))
    joined = in_order(
        lambda both: _joined(both[0], ~are_in(both[0][2], families), both[1], now.astype(np.int32)), (held, line_held), threads
    )
    (start, members, block_keys, of_part), (line_start, lines, line_keys, line_of_part) = joined
    stood = np.ones(len(block_keys), np.bool_)
    place = np.searchsorted(old.keys, part.keys)
    stood[of_part] = np.append(old.keys, np.uint64(0))[place] == part.keys
    calm = np.zeros(len(line_keys), np.bool_)
    calm[line_of_part] = _calm(part, old, same)
    blocks = Blocks(start, members, block_keys, *_owned(old, part, families, source, threads), line_start, lines, line_keys)
    return Reblocked(blocks, of_part, line_of_part, stood, calm)


def _calm(part: Part, old: Blocks, same: Bools) -> Bools:
    """Of which lines all records are still there: as many as there were are the same as then."""
    place = np.minimum(np.searchsorted(old.line_keys, part.line_keys), max(0, len(old.line_keys) - 1))
    if not len(old.line_keys) or not len(part.line_keys):
        return np.zeros(len(part.line_keys), np.bool_)
    stay = np.concatenate([np.zeros(1, np.int64), np.cumsum(same[part.lines])])[part.line_start]
    found: Bools = (old.line_keys[place] == part.line_keys) & (np.diff(old.line_start)[place] == np.diff(stay))
    return found


def wanted_of(blocks: Blocks, chosen: Chosen) -> tuple[Blocks, Chosen]:
    """The same without most of the blocks in which no pair can be wanted: neither of a family that changed, nor with a marked record."""
    marked = np.flatnonzero(chosen.marks)
    if len(marked) > _MOST_MARKED * len(chosen.marks):
        return blocks, chosen
    wanted = chosen.blocks.copy()
    wanted[np.searchsorted(blocks.keys, np.unique(_of_some(blocks.own_start, blocks.own, marked)))] = True
    places = np.flatnonzero(wanted)
    start, members = runs(places, blocks.start, blocks.members, blocks.start[:1], blocks.members[:0])
    few = blocks._replace(start=start, members=members, keys=blocks.keys[places])
    return few, chosen._replace(blocks=chosen.blocks[places], stood=chosen.stood[places])


def _joined(old: tuple[Any, Any, Any], kept: Bools, part: tuple[Any, Any, Any], now: NDArray[np.int32]) -> tuple[Any, Any, Any, Bools]:
    """Runs of records with their keys: those kept of the old ones and those of the part, in the order of the keys; and which are of the part."""
    found: tuple[Any, Any, Any, Bools] = _merge_runs(*old, kept, *part, now)
    return found


def _owned(old: Blocks, part: Part, families: Families, source: Ints, threads: int) -> tuple[Ints, NDArray[np.uint64]]:
    """The keys of the blocks of each record, and where they begin: those it had but for the families, and those of the part."""
    made = whole(part, len(source))

    def own(some: tuple[int, int]) -> tuple[Ints, NDArray[np.uint64]]:
        found: tuple[Ints, NDArray[np.uint64]] = _own(
            source, old.own_start, old.own, families.ids, families.table, made.own_start, made.own, *some
        )
        return found

    spans = shared(own, len(source), threads)
    counts = np.concatenate([count for count, _ in spans])
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), np.concatenate([keys for _, keys in spans])


@njit(cache=True, nogil=True)
def _own(source: Any, old_start: Any, old: Any, ids: Any, table: Any, start: Any, made: Any, first: int, last: int) -> Any:
    counts = np.zeros(last - first, np.int64)
    most = start[last] - start[first]
    for i in range(first, last):
        if source[i] >= 0:
            most += old_start[source[i] + 1] - old_start[source[i]]
    found = np.empty(most, np.uint64)
    at = 0
    for i in range(first, last):
        begin, k, end = at, start[i], start[i + 1]
        if source[i] >= 0:
            for place in range(old_start[source[i]], old_start[source[i] + 1]):
                key = old[place]
                if _is_in(key, ids, table):
                    continue
                while k < end and made[k] < key:
                    found[at] = made[k]
                    at += 1
                    k += 1
                found[at] = key
                at += 1
        while k < end:
            found[at] = made[k]
            at += 1
            k += 1
        counts[i - first] = at - begin
    return counts, found[:at]


@njit(cache=True, nogil=True)
def _merge_runs(old_start: Any, old: Any, old_keys: Any, kept: Any, start: Any, members: Any, keys: Any, now: Any) -> Any:
    runs, most = len(keys), len(members)
    for b in range(len(old_keys)):
        if kept[b]:
            runs += 1
            most += old_start[b + 1] - old_start[b]
    merged_start, merged, merged_keys = np.zeros(runs + 1, np.int64), np.empty(most, np.int32), np.empty(runs, np.uint64)
    of_part = np.zeros(runs, np.bool_)
    at, run, p = 0, 0, 0
    for b in range(len(old_keys) + 1):
        if b < len(old_keys) and not kept[b]:
            continue
        while p < len(keys) and (b == len(old_keys) or keys[p] < old_keys[b]):
            for k in range(start[p], start[p + 1]):
                merged[at] = members[k]
                at += 1
            merged_keys[run], of_part[run] = keys[p], True
            run += 1
            p += 1
            merged_start[run] = at
        if b < len(old_keys):
            for k in range(old_start[b], old_start[b + 1]):
                merged[at] = now[old[k]]
                at += 1
            merged_keys[run] = old_keys[b]
            run += 1
            merged_start[run] = at
    return merged_start, merged, merged_keys, of_part


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
def _of_some(start: Any, keys: Any, records: Any) -> Any:
    count = 0
    for record in records:
        count += start[record + 1] - start[record]
    found = np.empty(count, np.uint64)
    at = 0
    for record in records:
        for k in range(start[record], start[record + 1]):
            found[at] = keys[k]
            at += 1
    return found


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
