"""Columns of text as an index keeps them: end to end, as numbers of what is said again and again, as JSON. No Python object per row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.flat import Array, pc, take

#: Its stubs know fewer kinds of arrays than it takes.
_ListArray: Any = pa.ListArray
#: What JSON cannot hold as it is.
_ESCAPED = r'["\\\x00-\x1f]'


def end_to_end(column: Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of a column of texts without nulls, and where each text begins and the last ends."""
    large = column.cast(pa.large_string())
    if not len(large):
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    _, offsets, data = large.buffers()
    start = np.frombuffer(memoryview(offsets or b""), np.int64)[large.offset : large.offset + len(large) + 1]
    return np.frombuffer(memoryview(data or b""), np.uint8)[start[0] : start[-1]], start - start[0]


class Numbered:
    """Numbers of rows of a few columns: rows that say the same have one number. What each says is kept once, as a text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text."""
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number

    def numbers(self, columns: Sequence[Array], tell: Callable[[int], Any]) -> NDArray[np.int32]:
        """The number of each row; `tell` gives what a row says, as plain data, and is asked once for all rows of a batch that are alike."""
        code = np.zeros(len(columns[0]), np.int64)
        for column in columns:
            encoded = column.dictionary_encode(null_encoding="encode")
            if len(encoded.dictionary) > 1:
                code = code * len(encoded.dictionary) + encoded.indices.to_numpy(zero_copy_only=False)
                code = np.unique(code, return_inverse=True)[1]
        _, first, place = np.unique(code, return_index=True, return_inverse=True)
        known = np.empty(len(first), np.int32)
        for one in np.argsort(first).tolist():  # in the order in which they come, whatever the batches
            known[one] = self.number(orjson.dumps(tell(int(first[one]))).decode())
        return known[place]


def json_texts(column: Array) -> Array:
    """Texts, or lists of texts, as JSON; null where there is nothing."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        inner = pc.binary_join(_with(column, _escaped(pc.list_flatten(column))), '","')
        some = pc.binary_join_element_wise('["', inner, '"]', "")
        told = pc.if_else(pc.equal(pc.list_value_length(column), 0), "[]", some)
    else:
        told = pc.binary_join_element_wise('"', _escaped(column), '"', "")
    filled: Array = pc.fill_null(told, "null")
    return filled


def _with(column: Array, values: Array) -> Array:
    """The same lists with other values."""
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]).astype(np.int32)
    mask = pc.is_null(column) if column.null_count else None
    made: Array = _ListArray.from_arrays(pa.array(start), values, mask=mask)
    return made


def _escaped(column: Array) -> Array:
    """Texts as they stand between quotes in JSON; few need to be touched."""
    needs = pc.fill_null(pc.match_substring_regex(column, _ESCAPED), False)
    if not pc.any(needs).as_py():
        return column
    places = np.flatnonzero(needs.to_numpy(zero_copy_only=False))
    fresh = [orjson.dumps(text)[1:-1].decode() for text in take(column, places).to_pylist()]
    made: Array = pc.replace_with_mask(column, needs, pa.array(fresh, column.type))
    return made
