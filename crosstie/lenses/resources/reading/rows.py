"""Rows of the ledgers of the field, in columns."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import Texts
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Original
from crosstie.model.tables import LEDGER_BASE

pc: Any = pyarrow.compute


def ledger(name: str, schema: pa.Schema, columns: dict[str, Texts], out: Emitter) -> None:
    """Hand on rows of a ledger: what is missing is null."""
    size = len(columns["event_id"])
    if not size:
        return
    given = {"source_id": out.source_id, "grade": out.grade, "marking": out.marking}
    arrays = []
    for one in schema:
        column = columns.get(one.name)
        if column is None:
            column = pa.repeat(pa.scalar(given[one.name]), size) if one.name in given else pa.nulls(size, one.type)
        arrays.append(column if column.type == one.type else pc.cast(column, one.type))
    out.ledger(name, pa.RecordBatch.from_arrays(arrays, schema=schema))


def schema_of(**columns: pa.DataType) -> pa.Schema:
    """The columns of a ledger with those that every ledger has."""
    return pa.schema([*LEDGER_BASE, *(pa.field(name, kind) for name, kind in columns.items())])


def apart(original: Original, out: Emitter) -> str:
    """The series of a file of its own: next month's manifest replaces nothing of this month's, a corrected file of the same name does."""
    stem = re.sub(r"[^a-z0-9]+", "-", original.name.rpartition(".")[0].casefold()).strip("-")
    return f"{out.dataset}-{stem or 'file'}"


def keyed(dataset: str, key: Texts, rows: Piece, source: str, extra: Texts = None) -> Texts:
    """The id of each event: from its key (and `extra`), or from the file and the row where it has none."""
    own = pc.binary_join_element_wise(f"{dataset}-", key, "")
    if extra is not None:
        own = pc.binary_join_element_wise(own, pc.coalesce(pc.binary_join_element_wise("/", extra, ""), ""), "")
    placed = pc.binary_join_element_wise(f"{dataset}-{source[:8]}-", rows.places, "")
    return pc.coalesce(own, pc.replace_substring_regex(placed, r"[^\w.\-]+", "-"))
