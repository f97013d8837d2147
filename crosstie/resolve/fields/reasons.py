"""Why two rows of a table are held to be one person, or not, in plain words: what agrees, what differs, how rare the agreement is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.fields.features import Feature

if TYPE_CHECKING:
    from crosstie.resolve.table import Deduped

_TEXT = ("", "different", "somewhat alike", "similar", "the same but for a slip, or in sound", "the same")
_SAID = {
    "date": (
        "",
        "different",
        "near, but another year",
        "the same in part",
        "the same year, as far as it is known",
        "the same but for one figure",
        "the same with day and month swapped",
        "the same day",
    ),
    "place": ("", "different", "somewhat alike", "similar, or a word in common", "nearly the same", "the same"),
    "number": ("", "different", "beginning alike", "the same first half", "the same but for one slip", "the same"),
    "category": ("", "different", "", "", "", "the same"),
    "other_names": ("", "no other name in common", "a rare other name in common"),
    "swapped_names": ("", "first and last name seem to stand in each other's place", "first and last name stand in each other's place"),
}
Ints = NDArray[np.int64]
#: Contributions below this, in nats, are not worth a sentence.
_LEAST = 0.05


class Reason(NamedTuple):
    """One reason: the feature, what it adds in nats (above 0: for one person), and a sentence."""

    feature: str
    nats: float
    sentence: str


def reasons(found: Deduped, table: pa.Table, rows: Ints, left: Ints, right: Ints) -> list[list[Reason]]:
    """The reasons for each of some pairs of rows, strongest first. `table` holds the rows with the numbers `rows`, in order."""
    level, nats = found.parts(left, right)
    written = {prop: table.column(column) for column, prop in reversed(list(found.columns.items()))}
    one, other = np.searchsorted(rows, left).tolist(), np.searchsorted(rows, right).tolist()
    told = []
    for pair in range(len(left)):
        mine = []
        for place, feature in enumerate(found.features):
            if level[pair, place] and abs(nats[pair, place]) >= _LEAST:
                values = _values(written, feature, one[pair], other[pair])
                share = _share(found, feature, int(left[pair])) if level[pair, place] == feature.top else ""
                mine.append(Reason(feature.prop, float(nats[pair, place]), _sentence(feature, int(level[pair, place]), values, share)))
        if nats[pair, -1] <= -_LEAST:
            sentence = (
                "People of one household have the same family name, address and telephone: that much of the agreement does not count."
            )
            mine.append(Reason("household", float(nats[pair, -1]), sentence))
        told.append(sorted(mine, key=lambda reason: -abs(reason.nats)))
    return told


def _values(written: dict[str, pa.ChunkedArray[Any]], feature: Feature, left: int, right: int) -> tuple[str, str] | None:
    column = written.get(feature.prop)
    return None if column is None else (str(column[left].as_py()), str(column[right].as_py()))


def _share(found: Deduped, feature: Feature, row: int) -> str:
    field = found.rows.fields.get(feature.prop)
    if field is None or feature.prop == "name" or field.codes[row] < 0:
        return ""
    return f", as in 1 of {max(1, round(1 / field.share[field.codes[row]])):,} rows"


def _sentence(feature: Feature, level: int, values: tuple[str, str] | None, share: str) -> str:
    said = _SAID.get(feature.compare.__name__, _TEXT)[level]
    if values is None:
        return f"{said[0].upper()}{said[1:]}."
    if values[0] == values[1]:
        return f"{feature.prop}: both “{values[0]}”{share}."
    return f"{feature.prop}: “{values[0]}” and “{values[1]}”, {said}{share}."
