"""Which keys put the rows of a table in blocks: those that find most for what they cost, in a rehearsal on rows of the table itself.

Some rows are drawn as witnesses. Each is given an imagined second record, in which parts of values differ as often as they do in general and are missing as
often as they are in this table. A key finds the witness if all its parts agree and if not too many rows of the table share it: that is counted,
so a common name is as hard to find by any key that has it as it is in truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.fields.parts import Hashes, Part, parts_of
from crosstie.resolve.fields.values import KINDS, Field
from crosstie.resolve.flat import mix
from crosstie.resolve.threads import shared

Floats = NDArray[np.float64]

#: Blocks of more rows than this are left out; which of the caps, is chosen with the key.
CAPS = (12, 40, 110)
#: Pairs that a table may cost: so many, and so many for each row; in a table ten times as large as `_USUAL` so many more for each row, and so on: more
#: people have one name there.
BUDGET, BUDGET_PER_ROW, _MORE = 3_000_000, 10, 4
_USUAL = 1_000_000
#: What making a key costs, in pairs for each row.
_OVERHEAD = 0.15
#: What it is worth to find a pair once, twice, and so on: where one key fails in truth others fail with it. Set, as `_MORE`, on invented people
#: (bench/match/people.py, seed 1), 1 and 10 million.
_WORTH = np.array([0.0, 1.0, 1.1, 1.15, 1.18, 1.2, 1.21])
_LEAST = 0.0005
#: From so many rows on, keys of four parts are tried as well.
_LARGE = 2_000_000
#: Rows whose keys are rehearsed, and what they are looked up in: places, and bits that turn most rows away.
_WITNESSES = 4_096
_PLACES, _BITS = 14, 17
#: Rows whose parts are hashed at a time.
_BLOCK = 16_384
#: Identify by themselves; joined with nothing. The others of a kind are joined with all, or (weak) with what is not weak.
_ALONE = ("email", "phone", "idNumber", "passportNumber", "taxNumber")
_LOOSE = {"sound", "start"}
#: Kinds of which few rows share a value. In a large table a key of none of them, of names and places, that no other row has is a slip: it finds nobody.
_EXACT = ("date", "number", "text")
#: How often names agree to the letter, and of those that do not how often they sound the same, whether or not they begin alike.
_WHOLE, _SAME_SOUND = 0.55, 0.33


class Key(NamedTuple):
    """Parts whose agreement puts rows in one block, and the largest block that counts."""

    parts: tuple[Part, ...]
    cap: int

    def __str__(self) -> str:
        return "+".join(f"{part.prop}.{part.part}" for part in self.parts) + f"≤{self.cap}"


class Option(NamedTuple):
    """A key that could be used, the pairs that it would cost, and which witnesses it would find."""

    key: Key
    cost: float
    finds: NDArray[np.bool_]


def few(rows: int) -> bool:
    """Whether a table is so small that every two rows can be compared."""
    return rows * (rows - 1) // 2 <= BUDGET


def choose(fields: Mapping[str, Field], rows: int, threads: int = 1) -> list[Key]:
    """The keys for a table, the one that finds most for its cost first; none where every two rows can be compared."""
    return [] if few(rows) else _greedy(options(fields, rows, threads), rows)


def options(fields: Mapping[str, Field], rows: int, threads: int = 1) -> list[Option]:
    """All keys that come into question, each with what it costs and finds."""
    rng = np.random.default_rng(0)
    witnesses = np.sort(rng.choice(rows, min(rows, _WITNESSES), replace=False))
    parts = parts_of(fields)
    agreeing = _imagined(parts, fields, witnesses, rng)
    combos = _combos(parts, large=rows >= _LARGE)
    sizes = _sizes(parts, combos, fields, witnesses, threads)
    found = []
    for combo, size in zip(combos, sizes, strict=True):
        agrees = np.logical_and.reduce([agreeing[id(part)] for part in combo])
        alone = rows < _USUAL or any(KINDS[part.prop.split("#")[0]] in _EXACT for part in combo)
        for cap in CAPS:
            small = (size >= 1) & (size <= cap)
            cost = float(((size - 1.0) / 2)[small].sum()) * rows / len(witnesses)
            found.append(Option(Key(combo, cap), cost, agrees & small & (size >= (1 if alone else 2))))
    return found


def _combos(parts: list[Part], *, large: bool) -> list[tuple[Part, ...]]:
    alone = [(part,) for part in parts if not part.weak]
    joined = [part for part in parts if part.prop.split("#")[0] not in _ALONE]
    two = [pair for pair in combinations(joined, 2) if pair[0].prop != pair[1].prop and not (pair[0].weak and pair[1].weak)]
    thirds = [part for part in joined if part.part in ("year", "initial", "half", "whole") and part.prop not in ("firstName", "lastName")]
    named = [pair for pair in two if {part.prop for part in pair} == {"firstName", "lastName"} and {part.part for part in pair} <= _LOOSE]
    three = [(*pair, third) for pair in named for third in thirds]
    fourths = [pair for pair in combinations(thirds, 2) if pair[0].prop != pair[1].prop] if large else []
    return alone + two + three + [(*pair, *more) for pair in named for more in fourths]


def _imagined(
    parts: list[Part], fields: Mapping[str, Field], witnesses: NDArray[np.int64], rng: np.random.Generator
) -> dict[int, NDArray[np.bool_]]:
    """For each part whether it agrees in the second record of each witness; parts of one value agree together or not."""
    count = len(witnesses)
    heard = {prop: rng.random(count) for prop in fields}
    drawn = {prop: (rng.random(count), rng.random(count) < float((field.codes >= 0).mean())) for prop, field in fields.items()}
    found = {}
    for part in parts:
        luck, there = drawn[part.prop]
        if part.part == "birthday":
            agrees = (luck < 0.70) | (luck > 0.95)
        elif part.part == "sound":
            agrees = (luck < _WHOLE) | (heard[part.prop] < _SAME_SOUND)
        else:
            agrees = luck < part.agrees
        found[id(part)] = there & agrees
    return found


def _greedy(open_options: list[Option], rows: int) -> list[Key]:
    budget = BUDGET + (BUDGET_PER_ROW + _MORE * max(0.0, np.log10(rows / _USUAL))) * rows
    times = np.zeros(len(open_options[0].finds) if open_options else 0, np.int64)
    chosen: list[Key] = []
    worth = np.concatenate([_WORTH, np.full(len(open_options), _WORTH[-1])])
    while open_options:
        more = worth[times + 1] - worth[times]
        best, best_rate = None, 0.0
        for option in open_options:
            if option.cost > budget:
                continue
            gain = float(more[option.finds].sum()) / len(times)
            rate = gain / (option.cost + _OVERHEAD * rows + 1)
            if gain >= _LEAST and rate > best_rate:
                best, best_rate = option, rate
        if best is None:
            break
        times += best.finds
        budget -= best.cost + _OVERHEAD * rows
        chosen.append(best.key)
        taken = best.key
        open_options = [option for option in open_options if option.key.parts != taken.parts or option.key.cap > taken.cap]
    largest: dict[tuple[int, ...], Key] = {}
    for key in chosen:
        largest[tuple(id(part) for part in key.parts)] = key
    return list(largest.values())


def _sizes(
    parts: list[Part], combos: list[tuple[Part, ...]], fields: Mapping[str, Field], witnesses: NDArray[np.int64], threads: int
) -> NDArray[np.int64]:
    """How many rows share the key of each witness, itself counted; 0 where a part of the key is missing. A row of the result for each combination."""
    place = {id(part): number for number, part in enumerate(parts)}
    members = np.array([[place[id(combo[k % len(combo)])] for k in range(4)] for combo in combos], np.int64)
    many = np.array([len(combo) for combo in combos], np.int64)
    said = np.array([_row_parts(part.hashes, fields[part.prop].codes[witnesses]) for part in parts], np.uint64)
    lookup = _looked_up(said, members, many)
    rows = len(next(iter(fields.values())).codes)

    def count(span: tuple[int, int]) -> Any:
        counts = np.zeros((len(combos), 1 << _PLACES), np.int32)
        block = np.empty((len(parts), _BLOCK), np.uint64)
        for begin in range(span[0], span[1], _BLOCK):
            end = min(begin + _BLOCK, span[1])
            for number, part in enumerate(parts):
                _fill(block[number], part.hashes, fields[part.prop].codes[begin:end], number)
            _count(block[:, : end - begin], members, many, lookup.keys, lookup.bits, counts)
        return counts

    counts = sum(shared(count, rows, threads))
    sizes = np.take_along_axis(counts, np.maximum(lookup.at, 0), axis=1).astype(np.int64)
    return np.asarray(np.where(lookup.at >= 0, sizes, 0), np.int64)


class _Lookup(NamedTuple):
    """For each combination: keys of the witnesses by place, bits that turn most other keys away, and the place of each witness (-1: no key)."""

    keys: Hashes
    bits: Hashes
    at: NDArray[np.int64]


def _row_parts(hashes: Hashes, codes: NDArray[np.int32]) -> Hashes:
    return np.where(codes >= 0, np.append(hashes, np.uint64(0))[codes], np.uint64(0))


@njit(cache=True, nogil=True)
def _placed(said: Any, members: Any, many: Any, keys: Any, bits: Any, at: Any) -> None:
    places, size = keys.shape[1], np.int64(np.round(np.log2(keys.shape[1])))
    wide = np.int64(np.round(np.log2(bits.shape[1] * 64)))
    for c in range(len(members)):
        for w in range(said.shape[1]):
            total = uint64(0)
            known = True
            for k in range(many[c]):
                h = said[members[c, k], w]
                known = known and h != uint64(0)
                total += mix(h)
            if not known:
                continue
            mixed = mix(total | uint64(1))
            place = np.int64(mixed >> uint64(64 - size))
            while keys[c, place] != uint64(0) and keys[c, place] != mixed:
                place = (place + 1) % places
            keys[c, place] = mixed
            at[c, w] = place
            bit = mixed >> uint64(64 - wide)
            bits[c, np.int64(bit >> uint64(6))] |= uint64(1) << (bit & uint64(63))


def _looked_up(said: Hashes, members: NDArray[np.int64], many: NDArray[np.int64]) -> _Lookup:
    count = len(members)
    found = _Lookup(
        np.zeros((count, 1 << _PLACES), np.uint64),
        np.zeros((count, 1 << (_BITS - 6)), np.uint64),
        np.full((count, said.shape[1]), -1, np.int64),
    )
    _placed(said, members, many, *found)
    return found


@njit(cache=True, nogil=True)
def _fill(into: Any, hashes: Any, codes: Any, number: int) -> None:
    """The mixed hash of a part of each row; what is missing becomes a number that occurs nowhere else."""
    for row in range(len(codes)):
        h = hashes[codes[row]] if codes[row] >= 0 else uint64(0)
        into[row] = mix(h) if h else mix(uint64(row * 64 + number) * uint64(0x9E3779B97F4A7C15))


@njit(cache=True, nogil=True)
def _count(block: Any, members: Any, many: Any, keys: Any, bits: Any, counts: Any) -> None:
    places, size = keys.shape[1], np.int64(np.round(np.log2(keys.shape[1])))
    wide = np.int64(np.round(np.log2(bits.shape[1] * 64)))
    width = block.shape[1]
    total = np.empty(width, np.uint64)
    for c in range(len(members)):
        total[:] = block[members[c, 0]]
        for k in range(1, many[c]):
            part = block[members[c, k]]
            for row in range(width):
                total[row] += part[row]
        for row in range(width):
            mixed = mix(total[row] | uint64(1))
            bit = mixed >> uint64(64 - wide)
            if bits[c, np.int64(bit >> uint64(6))] >> (bit & uint64(63)) & uint64(1) == uint64(0):
                continue
            place = np.int64(mixed >> uint64(64 - size))
            while keys[c, place] != uint64(0):
                if keys[c, place] == mixed:
                    counts[c, place] += 1
                    break
                place = (place + 1) % places
