"""From rows that speak of firearms, whatever file they stand in, to statements and to the ledger `firearm_events`. Columns all the way: no object per row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique, slug, squeeze
from crosstie.ingest.pieces import Piece
from crosstie.lenses.firearms import describe, marks
from crosstie.lenses.firearms.parties import Party, named

pc: Any = pyarrow.compute
LEDGER = "firearm_events"
_NULL: Any = pa.scalar(None, pa.string())
#: The columns of the ledger after the common ones, as lens.yaml declares them.
TEXTS = [
    "kind",
    "firearm",
    "serial",
    "serial_latin",
    "serial_status",
    "make",
    "model",
    "calibre",
    "category",
    "condition",
    "part",
    "made_in",
    "marks",
    "lot",
    "document",
    "end_user",
    "state_from",
    "state_to",
    "place",
    "agency",
    "mode",
    "reason",
    "case_id",
    "status",
    "role_a",
    "role_b",
]


def states(rows: Piece, *fields: str) -> Any:
    """Codes of States, of the first of the fields that has one."""
    return pc.coalesce(*(rows.get(field) for field in fields))


def firearms(rows: Piece, *, say: bool) -> dict[str, Any]:
    """The columns that describe the firearm of each row, its id among them; `say` makes statements of it too."""
    _, latin, status = marks.columns(rows.text("serial"))
    found = {
        "serial": rows.text("serial"),
        "serial_latin": pc.if_else(pc.equal(latin, ""), _NULL, latin),
        "serial_status": status,
        "make": by_unique(rows.text("make"), describe.make),
        "model": by_unique(rows.text("model"), describe.model),
        "calibre": by_unique(rows.text("calibre"), describe.calibre),
        "marks": rows.text("marks"),
        "made_in": states(rows, "made_in"),
    }
    for of in ("category", "condition", "part"):
        found[of] = rows.known(of, lambda one, of=of: describe.kind(of, one), f"unknown {of}")  # type: ignore[misc]
    intact = pc.and_(pc.equal(status, "intact"), pc.is_valid(found["make"]))
    by_mark = pc.binary_join_element_wise("firearm", slug(pc.utf8_lower(found["make"])), found["serial_latin"], "-")
    by_row = pc.binary_join_element_wise(
        f"{rows.out.dataset}-{rows.out.source_id[:8]}", slug(pc.replace_substring_regex(rows.places, "/.*", "")), "-"
    )
    found["firearm"] = pc.if_else(pc.fill_null(intact, False), by_mark, by_row)
    if say:
        _say_firearms(rows, found)
    return found


def _say_firearms(rows: Piece, found: Mapping[str, Any]) -> None:
    name = pc.binary_join_element_wise(
        found["make"],
        rows.text("model"),
        found["calibre"],
        pc.binary_join_element_wise("no.", found["serial"], " "),
        " ",
        null_handling="skip",
    )
    said = {
        "name": pc.if_else(pc.equal(name, ""), "Firearm", name),
        "serialNumber": found["serial"],
        "manufactureCountry": found["made_in"],
    }
    said |= {prop: found[prop] for prop in ("make", "calibre", "category", "condition", "marks")}
    for prop, values in (said | {"model": rows.text("model"), "caseNumber": rows.text("case")}).items():
        keep = pc.is_valid(values)
        if pc.any(keep, min_count=0).as_py():
            ids, places = found["firearm"].filter(keep), rows.places.filter(keep)
            size = len(ids)
            rows.out.batch(
                pa.RecordBatch.from_pydict(
                    {
                        "entity_id": ids,
                        "schema": pa.repeat("Firearm", size),
                        "prop": pa.repeat(prop, size),
                        "value": squeeze(values.filter(keep)),
                        "locator": places,
                    }
                )
            )


def ledger(rows: Piece, columns: Mapping[str, Any], kind: Any, date: Any, a: Party | None, b: Party | None) -> None:
    """Hand on one event a row: `kind` and `date` are columns; other columns of the ledger by name, null where they are not given."""
    nothing = pa.nulls(rows.size, pa.string())
    a_id, b_id = (nothing if one is None else one.ids for one in (a, b))
    b_id = pc.if_else(pc.and_(pc.is_null(a_id), pc.is_null(b_id)), columns["firearm"], b_id)
    number = rows.text("event_id")
    own = pc.binary_join_element_wise(rows.out.dataset, slug(number), "-")
    made = pc.binary_join_element_wise(kind, *(pc.fill_null(one, "") for one in (columns["firearm"], date, a_id, b_id)), "|")
    given: dict[str, Any] = {
        "event_id": pc.coalesce(own, made),
        "a_id": a_id,
        "b_id": b_id,
        "date": date,
        "locator": rows.places,
        "lot": rows.text("lot"),
        "document": rows.text("document"),
        "end_user": by_unique(rows.text("end_user"), named),
        "place": rows.text("place"),
        "agency": rows.text("agency"),
        "reason": rows.text("reason"),
        "case_id": rows.any("case", "request"),
        "role_a": nothing if a is None else a.roles,
        "role_b": nothing if b is None else b.roles,
        **columns,
        "kind": kind,
    }
    texts = {name: given.get(name, nothing) for name in ("event_id", "a_id", "b_id", "date", "locator", *TEXTS)}
    schema = pa.schema([pa.field(name, pa.string()) for name in texts] + [pa.field("year", pa.int64()), pa.field("quantity", pa.int64())])
    arrays = [_texts(column) for column in texts.values()]
    rows.out.ledger(
        LEDGER,
        pa.RecordBatch.from_arrays([*arrays, rows.get("year"), rows.get("quantity")], schema=schema),
    )


def _texts(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
