"""Ledgers of border crossings: who went in or out, where, when, with which document and vehicle."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.travel.passengers import people_of, say, write_papers
from crosstie.lenses.travel.tables import Piece, Sorter, country, named, people, pieces
from crosstie.lenses.travel.written import code, squeezed

pc: Any = pyarrow.compute
_COLUMNS = (
    "direction", "date", "time", "post", "country", "surname", "given", "name", "born", "gender", "nationality", "number", "document_type",
    "issuer", "valid_until", "plate", "flight", "traveller", "event", "calendar",
)  # fmt: skip
_TAGS = ("crossing", "Crossing", "movement", "Movement")


class BorderCrossings:
    """A ledger of crossings with their direction."""

    name = "border_crossings"
    title = "Border crossings (CSV, XLSX, XML)"
    profile = Profile(
        "travel", "border-crossings", "border guards", "A2", marking="TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.2)
    )

    def recognises(self, head: Head) -> bool:
        """By columns of direction, date and document or name."""
        if head.media == "xml":
            return squeezed(head.root or "") in ("crossings", "bordercrossings", "movements")
        own = set(named(tuple(head.columns), _COLUMNS))
        return {"direction", "date"} <= own and bool(own & {"number", "name", "surname"})

    def read(self, original: Original, out: Emitter) -> None:
        """One row of `crossings` for each, with the traveller and the document shown."""
        sorter = Sorter(out)
        for piece in pieces(original, _COLUMNS, _TAGS, out):
            out.records += piece.size
            self._piece(piece, sorter, out)

    def _piece(self, piece: Piece, sorter: Sorter, out: Emitter) -> None:
        nobody = pc.and_(pc.is_null(piece.text("number")), pc.and_(pc.is_null(piece.text("name")), pc.is_null(piece.text("surname"))))
        piece = sorter.refuse(piece, nobody, "neither a name nor a document", piece.text("date"))
        if not piece.size:
            return
        when = sorter.dates(piece, "date")
        clock = piece.text("time")
        when = pc.if_else(
            pc.fill_null(pc.and_(pc.match_substring_regex(clock, r"^\d{2}:\d{2}"), pc.equal(pc.utf8_length(when), 10)), False),
            pc.binary_join_element_wise(when, pc.utf8_slice_codeunits(clock, 0, 5), "T"),
            when,
        )
        who = people_of(people(piece, sorter, when))
        plate = pc.utf8_upper(pc.replace_substring_regex(piece.text("plate"), r"\s", ""))
        vehicle = pc.binary_join_element_wise("travel-vehicle", plate, "-")
        direction = sorter.coded(piece, "direction", lambda text: code("direction", text), "direction")
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
            "country": by_unique(piece.text("country"), lambda text: country(text) if text else None),
            "plate": plate,
            "flight": pc.utf8_upper(pc.replace_substring_regex(piece.text("flight"), r"\s", "")),
            **{name: who[name] for name in ("name", "born", "gender", "nationality", "document", "issuer", "document_type", "expires")},
        }
        out.ledger("crossings", pa.RecordBatch.from_pydict(rows))
        write_papers(out, who, "crossing")
        say(out, who)
        _vehicles(out, vehicle, plate, piece.places)


def _vehicles(out: Emitter, vehicle: Any, plate: Any, places: Any) -> None:
    known = pc.is_valid(vehicle)
    if pc.any(known).as_py():
        size = pc.sum(known).as_py()
        columns = {"entity_id": vehicle, "value": plate, "locator": places}
        told = {name: one.filter(known) for name, one in columns.items()}
        out.batch(pa.RecordBatch.from_pydict(told | {"schema": pa.repeat("Vehicle", size), "prop": pa.repeat("registrationNumber", size)}))


READER = BorderCrossings()
