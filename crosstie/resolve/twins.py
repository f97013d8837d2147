"""Twins: records that say the same to the letter. One of them is compared with others; the rest are compared with it alone, however many they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from crosstie.resolve.flat import mix
from crosstie.resolve.profiles import Profiles


def firsts(profiles: Profiles, alone: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each record the first one that is its twin: of the same dataset, and nothing that is compared differs. Records `alone` have none."""
    names, words, _ = profiles.names
    said = _begun(profiles.kinds, profiles.datasets, profiles.schema_codes, profiles.current)
    _add_names(said, names.form_start, names.token_start, names.tokens, names.weak, words.hash)
    dates = profiles.dates
    _add_dates(said, dates.start, dates.first, dates.last)
    for number, held in enumerate(profiles.values.values()):
        _add_values(said, held.start, held.codes, held.hash, number)
    order = np.argsort(said, kind="stable")
    of: NDArray[np.int64] = _first_of(said, order, alone)
    return of


@njit(cache=True, nogil=True)
def _begun(kinds: Any, datasets: Any, schemata: Any, current: Any) -> Any:
    found = np.empty(len(kinds), np.uint64)
    for i in range(len(kinds)):
        found[i] = mix(mix(uint64(datasets[i]) * uint64(1024) + uint64(schemata[i])) + uint64(kinds[i]) * uint64(2) + uint64(current[i]))
    return found


@njit(cache=True, nogil=True)
def _add_names(said: Any, form_start: Any, token_start: Any, tokens: Any, weak: Any, hashes: Any) -> None:
    for i in range(len(said)):
        for form in range(form_start[i], form_start[i + 1]):
            state = uint64(weak[form]) + uint64(7)
            for k in range(token_start[form], token_start[form + 1]):
                state = mix(state * uint64(31) + hashes[tokens[k]])
            said[i] += state  # forms come in any order


@njit(cache=True, nogil=True)
def _add_dates(said: Any, start: Any, first: Any, last: Any) -> None:
    for i in range(len(said)):
        for k in range(start[i], start[i + 1]):
            said[i] += mix(uint64(first[k]) * uint64(100000000) + uint64(last[k]))


@njit(cache=True, nogil=True)
def _add_values(said: Any, start: Any, codes: Any, hashes: Any, number: int) -> None:
    for i in range(len(said)):
        for k in range(start[i], start[i + 1]):
            said[i] += mix(hashes[codes[k]] + uint64(number))


@njit(cache=True, nogil=True)
def _first_of(said: Any, order: Any, alone: Any) -> Any:
    found = np.arange(len(said))
    first = -1
    for k in range(len(order)):
        record = order[k]
        if alone[record]:
            continue
        if first >= 0 and said[record] == said[first]:
            found[record] = first
        else:
            first = record
    return found
