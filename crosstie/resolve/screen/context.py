"""What is known beside the name: dates of birth, countries, gender, numbers of papers. Agreement raises, contradiction lowers and is said; what is
missing on one side says nothing. The weights are those of the build (`resolve/score.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from crosstie.resolve.births import HOW_DATES_AGREE, interval
from crosstie.resolve.compare.kernels import compare_dates
from crosstie.resolve.screen.queries import Query

_COUNTRY = 2.0  # nats that an average country is rare by
_MANY = 3


class Told(NamedTuple):
    """One thing that was compared: what it adds, in nats, and the sentence about it."""

    nats: float
    sentence: str


def compare(query: Query, card: Mapping[str, Any]) -> list[Told]:
    """What speaks for and against beside the names."""
    found: list[Told] = []
    if query.born and (dates := card.get("births")):
        level = _dates(query.born, tuple(dates))
        found.append(
            Told(
                _weights("birth_date")[level], f"Dates of birth: {_listed(query.born)}; listed {_listed(dates)}: {HOW_DATES_AGREE[level]}."
            )
        )
    where = set(query.countries) | set(query.nationalities)
    if where and (listed := card.get("countries")):
        both = sorted(where & set(listed))
        if both:
            found.append(Told(_weights("country")[1] * _COUNTRY, f"The same country: {_listed(both)}."))
        else:
            found.append(Told(_weights("country")[2], f"Other countries: {_listed(sorted(where))}; listed {_listed(listed)}."))
    if query.gender and (genders := card.get("genders")):
        same = query.gender in genders
        found.append(
            Told(_weights("gender")[1 if same else 2], "" if same else f"Other gender: {query.gender}; listed {_listed(genders)}.")
        )
    return found


def _dates(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How the best two dates agree, as `compare_dates` numbers it."""
    spans = [[interval(value, None) for value in sorted(side) if value[:4].isdigit()] for side in (ours, theirs)]
    if not all(spans):
        return 0
    flat = [*spans[0], *spans[1]]
    start = np.array([0, len(spans[0]), len(flat)], np.int64)
    first, last, exact = (np.array([span[place] for span in flat]) for place in range(3))
    level, years = np.zeros(1, np.int64), np.zeros(1, np.int64)
    compare_dates(np.array([0]), np.array([1]), start, first, last, exact.astype(np.bool_), level, years)
    return int(level[0])


@cache
def _weights(feature: str) -> tuple[float, ...]:
    from crosstie.resolve.score import WEIGHTS  # brings Arrow and DuckDB, which a name alone can do without

    return WEIGHTS[feature]


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - _MANY} more" if len(values) > _MANY else ""
    return ", ".join(list(values)[:_MANY]) + more
