"""Rows that say the same in every column, many times over: a crowd is compared once, through its first row, and not each with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.fields.features import Rows
from crosstie.resolve.fields.values import GENERAL, KINDS, Field
from crosstie.resolve.flat import mix

#: Of more rows than this that say the same only the first is compared.
CROWD = 12
#: Properties that are a person's own.
OWN = frozenset({"email", "idNumber", "passportNumber", "taxNumber"})


def first_of_crowd(fields: Mapping[str, Field], rows: int) -> NDArray[np.int64]:
    """For each row of a crowd its first row; every other row is its own."""
    state = np.zeros(rows, np.uint64)
    for number, field in enumerate(fields.values()):
        _said(state, field.codes, number + 1)
    order = np.argsort(state, kind="stable")
    said = state[order]
    begins = np.flatnonzero(np.concatenate([np.ones(min(1, rows), np.bool_), said[1:] != said[:-1]]))
    sizes = np.diff(np.append(begins, rows))
    found = np.arange(rows)
    for begin, size in zip(begins[sizes > CROWD], sizes[sizes > CROWD], strict=True):
        found[order[begin : begin + size]] = order[begin]
    return found


def only(rows: Rows, kept: NDArray[np.int64]) -> Rows:
    """Some rows; how rare their values are stays as it is among all."""
    other = None if rows.other_names is None else (rows.other_names[0][kept], rows.other_names[1][kept])
    return Rows({prop: field._replace(codes=field.codes[kept]) for prop, field in rows.fields.items()}, len(kept), other)


def own(rows: Rows) -> NDArray[np.bool_]:
    """Whether a row says what few share: a day of birth, a number or an address of a person's own. A crowd of such rows is one row, copied."""
    found = np.zeros(rows.count, np.bool_)
    for prop, field in rows.fields.items():
        base = prop.split("#")[0]
        if base == "birthDate":
            found |= (field.codes >= 0) & np.append(field.day > 0, False)[field.codes]
        elif base in OWN:
            found |= field.codes >= 0
    return found


def usually(rows: Rows) -> Rows:
    """The rows with values as rare as such values are in general: how often a crowd says something does not make it common."""
    fields = {
        prop: field._replace(share=np.full(len(field.share), GENERAL[KINDS[prop.split("#")[0]]])) for prop, field in rows.fields.items()
    }
    return Rows(fields, rows.count, rows.other_names)


@njit(cache=True, nogil=True)
def _said(state: Any, codes: Any, number: int) -> None:
    for row in range(len(state)):
        state[row] = mix(state[row] + uint64(codes[row] + 2) * uint64(0x9E3779B97F4A7C15) + uint64(number))
