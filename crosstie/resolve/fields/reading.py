"""From the columns of a table to fields: each column once through, its distinct values kept, so that a table is never held whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.errors import MappingError
from crosstie.resolve.fields import values
from crosstie.resolve.fields.features import Rows
from crosstie.resolve.fields.values import Coded, Field
from crosstie.resolve.flat import Array, hash_strings
from crosstie.resolve.threads import in_order


def coded(batches: Iterable[pa.RecordBatch], columns: Sequence[str]) -> tuple[dict[str, Coded], int]:
    """Of each column the number of each row's value (-1: none) and the distinct values as text; and how many rows there are."""
    seen: dict[str, list[Any]] = defaultdict(list)
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        for name in columns:
            seen[name].append(_as_text(batch.column(name), name).dictionary_encode())
    return {name: _one(seen.pop(name, [])) for name in columns}, rows


def rows_of_columns(cells: dict[str, Coded], count: int, known: Mapping[str, str], threads: int = 1) -> Rows:
    """Coded columns as fields (`known`: column to property); where there is only a full name, first and last name are taken from it.

    `cells` is emptied, so that what was read is not held twice.
    """
    held: dict[str, Coded] = {}
    fields: dict[str, Field] = {}

    def made(column: str) -> tuple[Coded | None, Field]:
        normal = values.normal(cells.pop(column))
        return normal if known[column] in ("name", "firstName", "lastName") else None, values.field(normal, values.KINDS[known[column]])

    for column, (normal, field) in zip(known, in_order(made, list(known), threads), strict=True):
        prop = key = known[column]
        while key in fields:
            key = f"{prop}#{int(key.partition('#')[2] or 1) + 1}"
        fields[key] = field
        if normal is not None and key == prop:
            held[key] = normal
    if "name" not in held:
        return Rows(fields, count)
    if "firstName" not in fields and "lastName" not in fields:
        for prop, part in zip(("firstName", "lastName"), values.parts(held["name"]), strict=True):
            held[prop], fields[prop] = part, values.field(part, "name")
    return Rows(fields, count, _words_of(fields, {prop: held[prop].values for prop in ("firstName", "lastName") if prop in held}))


def _as_text(column: Array, name: str) -> Array:
    if pa.types.is_nested(column.type):
        raise MappingError(
            f"column “{name}” holds {column.type}, not one value in each row", hint="Make a column of it with one value each."
        )
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        raise MappingError(f"column “{name}” holds binary data, not text")
    return column.cast(pa.string())


def _one(chunks: list[Any]) -> Coded:
    """Chunks, each with values of its own, as one."""
    if not chunks:
        return Coded(np.zeros(0, np.int32), pa.array([], pa.string()))
    column: Any = pa.chunked_array(chunks).unify_dictionaries()
    codes = np.concatenate([values.codes_of(chunk) for chunk in column.chunks])
    return Coded(codes, column.chunk(column.num_chunks - 1).dictionary)


def _words_of(fields: Mapping[str, Field], held: Mapping[str, Array]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each row the numbers, among the words of the full names, of its first and its last name; -2 where it is none of them."""
    full = fields["name"]
    order = np.argsort(full.word_hash)
    known = full.word_hash[order]
    found = []
    for prop in ("firstName", "lastName"):
        if prop not in held or len(known) == 0 or len(held[prop]) == 0:
            found.append(np.full(len(full.codes), -2, np.int32))
            continue
        hashed = hash_strings(held[prop].fill_null(""))
        at = np.minimum(np.searchsorted(known, hashed), len(known) - 1)
        word = np.where(known[at] == hashed, order[at], -2).astype(np.int32)
        codes = fields[prop].codes
        found.append(np.where(codes >= 0, word[codes], np.int32(-2)))
    return found[0], found[1]
