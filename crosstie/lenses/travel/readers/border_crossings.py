"""Ledgers of border crossings: who went in or out, where, when, with which document and vehicle."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Profile, Promise
from crosstie.lenses.travel.passengers import people_of, say, write_papers
from crosstie.lenses.travel.tables import cells, code, people, table

pc: Any = pyarrow.compute
_COLUMNS = (
    "direction", "date", "time", "post", "country", "surname", "given", "name", "born", "gender", "nationality", "number", "document_type",
    "issuer", "valid_until", "plate", "flight", "traveller", "event", "calendar",
)  # fmt: skip


def cross(piece: Piece) -> None:
    """A row of `crossings` for each, with the traveller and the document shown."""
    out = piece.out
    nobody = pc.and_(pc.is_null(piece.text("number")), pc.and_(pc.is_null(piece.text("name")), pc.is_null(piece.text("surname"))))
    piece = piece.refuse(nobody, "neither a name nor a document", piece.text("date"))
    if not piece.size:
        return
    when, clock = piece.get("date"), piece.text("time")
    timed = pc.and_(pc.match_substring_regex(clock, r"^\d{2}:\d{2}"), pc.equal(pc.utf8_length(when), 10))
    when = pc.if_else(
        pc.fill_null(timed, False),
        pc.binary_join_element_wise(when, pc.utf8_slice_codeunits(clock, 0, 5), "T"),
        pc.utf8_slice_codeunits(when, 0, 16),
    )
    who = people_of(people(piece, when))
    plate = pc.utf8_upper(pc.replace_substring_regex(piece.text("plate"), r"\s", ""))
    vehicle = pc.binary_join_element_wise("travel-vehicle", plate, "-")
    direction = piece.known("direction", code("direction"), "neither entry nor exit")
    event = pc.coalesce(
        pc.binary_join_element_wise("crossing", piece.text("event"), "-"),
        pc.binary_join_element_wise("crossing", who["id"], pc.fill_null(when, ""), pc.fill_null(direction, ""), "-"),
    )
    rows = {
        "event_id": event,
        "a_id": who["id"],
        "b_id": vehicle,
        "date": pc.utf8_slice_codeunits(when, 0, 10),
        "locator": piece.places,
        "direction": direction,
        "moment": when,
        "post": piece.text("post"),
        "country": piece.get("country"),
        "plate": plate,
        "flight": pc.utf8_upper(pc.replace_substring_regex(piece.text("flight"), r"\s", "")),
        **{name: who[name] for name in ("name", "born", "gender", "nationality", "document", "issuer", "document_type", "expires")},
    }
    out.ledger("crossings", pa.RecordBatch.from_pydict(rows))
    write_papers(out, who, "crossing")
    say(out, who)
    _vehicles(piece, vehicle, plate)


def _vehicles(piece: Piece, vehicle: Any, plate: Any) -> None:
    known = pc.is_valid(vehicle)
    if pc.any(known).as_py():
        size = pc.sum(known).as_py()
        columns = {"entity_id": vehicle, "value": plate, "locator": piece.places}
        told = {name: one.filter(known) for name, one in columns.items()}
        piece.out.batch(
            pa.RecordBatch.from_pydict(told | {"schema": pa.repeat("Vehicle", size), "prop": pa.repeat("registrationNumber", size)})
        )


READER = HeadedTable(
    "border_crossings",
    "Border crossings (CSV, XLSX, XML)",
    Profile("travel", "border-crossings", "border guards", "A2", marking="TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.2)),
    lambda: table(_COLUMNS, ("direction",), ("date",), ("number", "name", "surname")),
    cross,
    cells,
    root="crossings|bordercrossings|movements",
    tags=("crossing", "Crossing", "movement", "Movement"),
)
