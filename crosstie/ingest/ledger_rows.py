"""Rows of a ledger from the rows of a table, a column at a time."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from crosstie.ingest.columns import Texts, dates, numbers, pc, squeeze
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.frame import Frame, nothing
from crosstie.ingest.rules import Ledger, LedgerColumn, Value
from crosstie.ingest.subjects import keys, texts
from crosstie.model.tables import LEDGER_BASE

_ARROW: dict[str, Any] = {"number": pa.float64(), "text": pa.string(), "date": pa.string()}


def ledger_rows(ledger: Ledger, frame: Frame, ids: dict[str, Texts], out: Emitter) -> None:
    """Hand on one event per row. An event that names neither party is rejected; one without a date or number keeps the rest."""
    a, b = (ids[party] if party else nothing(frame.size) for party in (ledger.a, ledger.b))
    event = _events(ledger, frame, out)
    named = pc.or_(pc.is_valid(a), pc.is_valid(b))
    frame.reject(f"{ledger.name}: neither party is named", frame.places(), pc.invert(named), "", out)
    if ledger.key:
        at = "+".join(ledger.key.columns)
        frame.reject(f"{ledger.name}: no key", frame.places(), pc.and_(named, pc.is_null(event)), at, out)
    keep = pc.and_(named, pc.is_valid(event))
    frame, a, b, event = frame.filter(keep), a.filter(keep), b.filter(keep), event.filter(keep)
    if not frame.size:
        return
    columns = {
        "event_id": event,
        "a_id": a,
        "b_id": b,
        "date": _column("date", ledger.date, "date", frame, out) if ledger.date else nothing(frame.size),
        "source_id": pa.repeat(pa.scalar(out.source_id), frame.size),
        "locator": frame.places(),
        "grade": _handling(frame.grades, out.grade, frame.size),
        "marking": _handling(frame.markings, out.marking, frame.size),
        **{column.name: _of(column, frame, out) for column in ledger.columns},
    }
    schema = pa.schema([*LEDGER_BASE, *(pa.field(column.name, _ARROW[column.kind]) for column in ledger.columns)])
    out.ledger(ledger.name, pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema))


def _events(ledger: Ledger, frame: Frame, out: Emitter) -> Texts:
    """The id of each event: from its key, or from the file and the row."""
    if ledger.key:
        return keys(ledger.key, frame, out.dataset)
    numbers_ = pc.cast(frame.rows, pa.string())
    return pc.binary_join_element_wise(f"{out.dataset}-{out.source_id[:8]}-", numbers_, "")


def _of(column: LedgerColumn, frame: Frame, out: Emitter) -> Texts:
    return _column(column.name, column.value, column.kind, frame, out)


def _column(name: str, value: Value, kind: str, frame: Frame, out: Emitter) -> Texts:
    """One cell per row: of several values the first that is there."""
    found = pa.nulls(frame.size, _ARROW[kind])
    for cells in texts(value, frame):
        written = cells.texts
        if kind == "number":
            read = numbers(written, value.decimal)
        elif kind == "date":
            read = dates(written, value.formats)
        else:
            read = squeeze(pc.utf8_lower(written) if value.lower else written)
        frame.reject(f"not a {kind} for {name}", written, pc.is_null(read), cells.at, out, cells.index)
        if cells.index is None:
            found = pc.coalesce(found, read)
        else:
            placed = pa.nulls(frame.size, _ARROW[kind])
            mask = pc.is_in(pa.array(range(frame.size), pa.int64()), cells.index.cast(pa.int64()))
            found = pc.coalesce(found, pc.replace_with_mask(placed, mask, read))
    return found


def _handling(given: Texts, otherwise: str, size: int) -> Texts:
    return given if given is not None else pa.repeat(pa.scalar(otherwise), size)
