"""Which rows of a plain table are worth comparing: keys of two parts, chosen for the table at hand so that they find most for what they cost.

Every key is one part of a value (an identifier, a date) or two parts of different columns together (sound of the last name and birth year). What
a key costs is counted: the pairs of rows that share it, blocks above a cap left out. What it finds is simulated: how often its parts agree in
true pairs, in general (`_AGREE`), and how often both rows have them, in this table. Keys are taken greedily until the budget is spent. Finding a pair
twice is worth something too, because errors come together.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.fields.values import KINDS, Field
from crosstie.resolve.flat import mix

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

#: Blocks of more rows than this are left out; which of the caps, is chosen with the key.
CAPS = (12, 40, 110)
#: Pairs that a table may cost: so many, and so many for each row.
BUDGET, BUDGET_PER_ROW = 3_000_000, 10
#: What making a key costs, in pairs for each row.
_OVERHEAD = 0.15
#: What it is worth to find a pair once, twice, and so on: where one key fails in truth others fail with it.
_WORTH = np.array([0.0, 1.0, 1.5, 1.8, 2.0, 2.1, 2.15])
_LEAST = 0.0005
#: Of so many keys one is counted to know what keys cost, at least, and one of so many rows.
SHARE, _COUNTED = 4, 262_144
#: From so many rows on, keys of four parts are tried as well.
_LARGE = 2_000_000
_VIRTUAL = 4_096
#: Property or kind: how often each part of a value agrees in true pairs. In general: errors of transcription and transliteration, moves.
_AGREE: dict[str, dict[str, float]] = {
    "name": {"whole": 0.50, "sound": 0.60, "start": 0.72, "initial": 0.82},
    "middleName": {"whole": 0.40},
    "date": {"whole": 0.65, "month": 0.72, "birthday": 0.70, "year": 0.82},
    "words": {"whole": 0.65},
    "category": {"whole": 0.93},
    "number": {"whole": 0.80},
    "phone": {"whole": 0.60},
    "postalCode": {"whole": 0.60, "half": 0.75},
    "email": {"whole": 0.55, "local": 0.65},
}
#: Identify by themselves; joined with nothing. The others of a kind are joined with all, or (weak) with what is not weak.
_ALONE = ("email", "phone", "idNumber", "passportNumber", "taxNumber")
_WEAK = ("initial", "category", "streetNumber", "year")
_LOOSE = {"sound", "start"}
#: How often names agree to the letter, and of those that do not how often they sound the same, whether or not they begin alike.
_WHOLE, _SAME_SOUND = 0.50, 0.35
_NOT_KEYS = ("name", "position")


class Part(NamedTuple):
    """A part of the values of a column, by which rows may be put together: a hash of each value (0: none)."""

    prop: str
    part: str
    hashes: Hashes
    agrees: float
    weak: bool


class Key(NamedTuple):
    """Parts whose agreement puts rows in one block, and the largest block that counts."""

    parts: tuple[Part, ...]
    cap: int

    def __str__(self) -> str:
        return "+".join(f"{part.prop}.{part.part}" for part in self.parts) + f"≤{self.cap}"


def parts_of(fields: Mapping[str, Field]) -> list[Part]:
    """All parts of all columns that can be keys."""
    found = []
    for prop, field in fields.items():
        base = prop.split("#")[0]
        kind = KINDS[base]
        if base in _NOT_KEYS:
            continue
        agree = _AGREE.get(base, _AGREE.get(kind, {"whole": 0.7}))
        for part, agrees in agree.items():
            salt = hash_of("name" if kind == "name" and base != "middleName" else prop, part)
            hashes = _hashes(field, part, uint64(salt))
            found.append(Part(prop, part, hashes, agrees, part in _WEAK or kind in _WEAK or base in _WEAK))
    return found


def hash_of(prop: str, part: str) -> int:
    """A number for a kind of part; first and last names have one, so that swapped ones meet."""
    state = 1469598103934665603
    for letter in f"{prop}.{part}":
        state = (state ^ ord(letter)) * 1099511628211 % (1 << 64)
    return state


def choose(fields: Mapping[str, Field], rows: int) -> list[Key]:
    """The keys for a table, the one that finds most for its cost first; none where every two rows can be compared."""
    parts = parts_of(fields)
    if rows * (rows - 1) // 2 <= BUDGET:
        return []
    held = {prop: float((field.codes >= 0).mean()) ** 2 if rows else 0.0 for prop, field in fields.items()}
    agreeing = _virtual(parts, held)
    options: list[tuple[Key, float, float, NDArray[np.bool_]]] = []
    share = max(SHARE, 1 << max(0, int(np.log2(rows / _COUNTED))))
    for combo in _combos(parts, large=rows >= _LARGE):
        sizes = block_sizes(combo, fields, share)
        agrees = np.logical_and.reduce([agreeing[id(part)] for part in combo])
        for cap in CAPS:
            small = sizes[(sizes >= 2) & (sizes <= cap)].astype(np.float64)
            covered = float(sizes[sizes <= cap].sum() / max(1, sizes.sum()))
            options.append((Key(combo, cap), float((small * (small - 1) / 2).sum()) * share, covered, agrees))
    return _greedy(options, rows)


def _combos(parts: list[Part], *, large: bool) -> list[tuple[Part, ...]]:
    alone = [(part,) for part in parts if not part.weak]
    joined = [part for part in parts if part.prop.split("#")[0] not in _ALONE]
    two = [pair for pair in combinations(joined, 2) if pair[0].prop != pair[1].prop and not (pair[0].weak and pair[1].weak)]
    thirds = [part for part in joined if part.part in ("year", "initial", "half", "whole") and part.prop not in ("firstName", "lastName")]
    named = [pair for pair in two if {part.prop for part in pair} == {"firstName", "lastName"} and {part.part for part in pair} <= _LOOSE]
    three = [(*pair, third) for pair in named for third in thirds]
    fourths = [pair for pair in combinations(thirds, 2) if pair[0].prop != pair[1].prop] if large else []
    return alone + two + three + [(*pair, *more) for pair in named for more in fourths]


def _virtual(parts: list[Part], held: Mapping[str, float]) -> dict[int, NDArray[np.bool_]]:
    """For each part whether it agrees, in so many virtual true pairs; parts of one value agree together or not."""
    rng = np.random.default_rng(0)
    heard = {prop: rng.random(_VIRTUAL) for prop in held}
    drawn = {prop: (rng.random(_VIRTUAL), rng.random(_VIRTUAL) < share) for prop, share in held.items()}
    found = {}
    for part in parts:
        luck, there = drawn[part.prop]
        if part.part == "birthday":
            agrees = (luck < 0.65) | (luck > 0.95)
        elif part.part == "sound":
            agrees = (luck < _WHOLE) | (heard[part.prop] < _SAME_SOUND)
        else:
            agrees = luck < part.agrees
        found[id(part)] = there & agrees
    return found


def _greedy(options: list[tuple[Key, float, float, NDArray[np.bool_]]], rows: int) -> list[Key]:
    budget = float(BUDGET + BUDGET_PER_ROW * rows)
    rng = np.random.default_rng(1)
    luck = {id(option[0].parts[0]): rng.random(_VIRTUAL) for option in options}
    times = np.zeros(_VIRTUAL, np.int64)
    chosen: list[Key] = []
    open_options = list(range(len(options)))
    worth = np.concatenate([_WORTH, np.full(len(options), _WORTH[-1])])
    while open_options:
        best, best_rate = -1, 0.0
        for number in open_options:
            key, cost, covered, agrees = options[number]
            if cost > budget:
                continue
            found = agrees & (luck[id(key.parts[0])] < covered)
            gain = float((worth[times + found] - worth[times]).mean())
            rate = gain / (cost + _OVERHEAD * rows + 1)
            if gain >= _LEAST and rate > best_rate:
                best, best_rate = number, rate
        if best < 0:
            break
        key, cost, covered, agrees = options[best]
        times = times + (agrees & (luck[id(key.parts[0])] < covered))
        budget -= cost + _OVERHEAD * rows
        chosen.append(key)
        open_options = [number for number in open_options if options[number][0].parts != key.parts or options[number][0].cap > key.cap]
    largest: dict[tuple[int, ...], Key] = {}
    for key in chosen:
        largest[tuple(id(part) for part in key.parts)] = key
    return list(largest.values())


def candidates(keys: list[Key], fields: Mapping[str, Field]) -> Ints:
    """Pairs of rows that share a key, each once, in order; every two rows of a table so small that it needs no key.

    A pair is one number, the smaller row in its upper half (see `rows_of`): eight bytes for each pair is all that is held of them.
    """
    rows = len(next(iter(fields.values())).codes)
    if rows * (rows - 1) // 2 <= BUDGET:
        left, right = np.triu_indices(rows, 1)
        return np.asarray(left, np.int64) << 32 | right
    found = np.zeros(0, np.int64)
    for key in keys:
        packed = _block_pairs(*_blocks(row_hashes(key.parts, fields)), key.cap)
        packed.sort()
        found = _merged(found, packed)
    return found


def rows_of(pairs: Ints) -> tuple[Ints, Ints]:
    """The rows of pairs, the smaller and the larger."""
    return pairs >> 32, pairs & 0xFFFFFFFF


def row_hashes(parts: tuple[Part, ...], fields: Mapping[str, Field]) -> Hashes:
    """The hash of a key of each row, 0 where a part is missing. The order of the parts does not matter."""
    total = np.zeros(len(next(iter(fields.values())).codes), np.uint64)
    whole = np.ones(len(total), np.bool_)
    for part in parts:
        _add(total, whole, part.hashes, fields[part.prop].codes)
    return np.where(whole, total | np.uint64(1), np.uint64(0))


def block_sizes(parts: tuple[Part, ...], fields: Mapping[str, Field], share: int) -> Ints:
    """How many rows share each key, of one key in `share` (nearly: now and then two keys count as one)."""
    rows = len(fields[parts[0].prop].codes)
    bits = max(10, int(np.ceil(np.log2(rows / share + 1))) + 2)
    one, two, three, four = (parts[place % len(parts)] for place in range(4))
    return np.asarray(
        _counted(
            len(parts),
            *(one.hashes, fields[one.prop].codes, two.hashes, fields[two.prop].codes),
            *(three.hashes, fields[three.prop].codes, four.hashes, fields[four.prop].codes),
            share,
            bits,
        ),
        np.int64,
    )


@njit(cache=True, nogil=True)
def _counted(
    parts: int,
    hashes: Any,
    codes: Any,
    hashes2: Any,
    codes2: Any,
    hashes3: Any,
    codes3: Any,
    hashes4: Any,
    codes4: Any,
    share: int,
    bits: int,
) -> Any:
    counts = np.zeros(1 << bits, np.int32)
    for row in range(len(codes)):
        h = hashes[codes[row]] if codes[row] >= 0 else uint64(0)
        if not h:
            continue
        total = mix(h)
        if parts > 1:
            h = hashes2[codes2[row]] if codes2[row] >= 0 else uint64(0)
            if not h:
                continue
            total += mix(h)
        if parts > 2:
            h = hashes3[codes3[row]] if codes3[row] >= 0 else uint64(0)
            if not h:
                continue
            total += mix(h)
        if parts > 3:
            h = hashes4[codes4[row]] if codes4[row] >= 0 else uint64(0)
            if not h:
                continue
            total += mix(h)
        mixed = mix(total | uint64(1))
        if mixed & uint64(share - 1) == uint64(0):
            counts[mixed >> uint64(64 - bits)] += 1
    return counts[counts > 0].astype(np.int64)


@njit(cache=True, nogil=True)
def _add(total: Any, whole: Any, hashes: Any, codes: Any) -> None:
    for row in range(len(codes)):
        h = hashes[codes[row]] if codes[row] >= 0 else uint64(0)
        if h:
            total[row] += mix(h)
        else:
            whole[row] = False


@njit(cache=True, nogil=True)
def _run_hash(letters: Any, first: int, last: int, salt: Any) -> Any:
    state = uint64(salt)
    for k in range(first, last):
        state = (state ^ uint64(letters[k])) * uint64(1099511628211)
    return mix(state) | uint64(1)


@njit(cache=True, nogil=True)
def _letter_hashes(x: Any, salt: Any, least: int, keep: int, drop: int) -> Any:
    """Of each value of at least so many letters a hash of the first `keep`, or of all but the last `drop`."""
    found = np.zeros(len(x.start) - 1, np.uint64)
    for v in range(len(found)):
        length = x.start[v + 1] - x.start[v]
        if length >= least:
            found[v] = _run_hash(x.letters, x.start[v], x.start[v] + min(keep, length - drop), salt)
    return found


def _hashes(field: Field, part: str, salt: Any) -> Hashes:
    match part:
        case "start":
            return np.asarray(_letter_hashes(field, salt, 3, 3, 0), np.uint64)
        case "initial":
            return np.asarray(_letter_hashes(field, salt, 1, 1, 0), np.uint64)
        case "half":
            longest = int(np.median(np.diff(field.start))) if len(field.start) > 1 else 0
            return np.asarray(_letter_hashes(field, salt, 3, 60, 3 if longest >= 6 else 1), np.uint64)
        case "local":
            return np.asarray(_letter_hashes(field, salt, 4, 6, 0), np.uint64)
        case "sound":
            return np.asarray(np.where(field.sound != 0, field.sound ^ salt, 0), np.uint64)
        case "month" | "birthday" | "year":
            day = field.day
            known = (day > 0) & ((part == "year") | (day % 10000 != 101))
            cut = {"month": day // 100, "birthday": day % 10000, "year": day // 10000}[part]
            return np.asarray(np.where(known, cut.astype(np.uint64) * np.uint64(2) + np.uint64(1) ^ salt, 0), np.uint64)
        case _:
            if field.day.any():
                return np.asarray(np.where(field.day > 0, field.day.astype(np.uint64) ^ salt, 0), np.uint64)
            return np.asarray(_letter_hashes(field, salt, 2, 60, 0), np.uint64)


def _blocks(hashes: Hashes) -> tuple[NDArray[np.int32], Ints]:
    """Rows in the order of their key, and where each block begins (and the last ends); rows without key left out."""
    rows = np.flatnonzero(hashes).astype(np.int32)
    ordered = hashes[rows]
    order = np.argsort(ordered)
    rows, ordered = rows[order], ordered[order]
    begins = np.flatnonzero(np.concatenate([np.ones(min(1, len(rows)), np.bool_), ordered[1:] != ordered[:-1]]))
    return rows, np.append(begins, len(rows)).astype(np.int64)


@njit(cache=True, nogil=True)
def _block_pairs(rows: Any, begins: Any, cap: int) -> Any:
    """All pairs of each block of at most `cap` rows, the smaller row in the upper half of the number."""
    count = 0
    for b in range(len(begins) - 1):
        size = begins[b + 1] - begins[b]
        if size <= cap:
            count += size * (size - 1) // 2
    found = np.empty(count, np.int64)
    at = 0
    for b in range(len(begins) - 1):
        if begins[b + 1] - begins[b] > cap:
            continue
        for i in range(begins[b], begins[b + 1]):
            for j in range(i + 1, begins[b + 1]):
                low, high = np.int64(min(rows[i], rows[j])), np.int64(max(rows[i], rows[j]))
                found[at] = (low << 32) | high
                at += 1
    return found


@njit(cache=True, nogil=True)
def _merged(a: Any, b: Any) -> Any:
    """Two sorted arrays as one, each number once."""
    found = np.empty(len(a) + len(b), np.int64)
    i = j = at = 0
    while i < len(a) or j < len(b):
        if j == len(b) or (i < len(a) and a[i] <= b[j]):
            value = a[i]
            i += 1
        else:
            value = b[j]
            j += 1
        if at == 0 or found[at - 1] != value:
            found[at] = value
            at += 1
    return found[:at].copy()
