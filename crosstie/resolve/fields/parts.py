"""Parts of the values of columns, by which rows may be put together: a hash of the whole, of the first letters, of the sound, of the month and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.fields.values import KINDS, Field
from crosstie.resolve.flat import mix

Hashes = NDArray[np.uint64]

#: Property or kind: how often each part of a value agrees in true pairs. In general: errors of transcription and transliteration, moves. Set
#: after fake_1000, FEBRL 1 and 2, half of historical_50k and invented people (bench/match/people.py) of seeds 1 to 3.
_AGREE: dict[str, dict[str, float]] = {
    "name": {"whole": 0.55, "sound": 0.70, "start": 0.72, "initial": 0.84},
    "middleName": {"whole": 0.55},
    "date": {"whole": 0.70, "month": 0.77, "birthday": 0.75, "year": 0.85},
    "words": {"whole": 0.65},
    "category": {"whole": 0.95},
    "number": {"whole": 0.82},
    "phone": {"whole": 0.70},
    "postalCode": {"whole": 0.65, "half": 0.78},
    "email": {"whole": 0.55, "local": 0.65},
}
_WEAK = ("initial", "category", "streetNumber", "year")
_NOT_KEYS = ("name", "position")


class Part(NamedTuple):
    """A part of the values of a column, by which rows may be put together: a hash of each value (0: none).

    `agrees` is how often it does in true pairs, in general; a `weak` one does by chance too often to be joined with another such.
    """

    prop: str
    part: str
    hashes: Hashes
    agrees: float
    weak: bool


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
            salt = _salt("name" if kind == "name" and base != "middleName" else prop, part)
            hashes = _hashes(field, part, uint64(salt))
            found.append(Part(prop, part, hashes, agrees, part in _WEAK or kind in _WEAK or base in _WEAK))
    return found


def row_hashes(parts: tuple[Part, ...], fields: Mapping[str, Field]) -> Hashes:
    """The hash of a key of each row, 0 where a part is missing. The order of the parts does not matter."""
    total = np.zeros(len(next(iter(fields.values())).codes), np.uint64)
    whole = np.ones(len(total), np.bool_)
    for part in parts:
        _add(total, whole, part.hashes, fields[part.prop].codes)
    return np.where(whole, total | np.uint64(1), np.uint64(0))


def _salt(prop: str, part: str) -> int:
    """A number for a kind of part; first and last names have one, so that swapped ones meet."""
    state = 1469598103934665603
    for letter in f"{prop}.{part}":
        state = (state ^ ord(letter)) * 1099511628211 % (1 << 64)
    return state


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
