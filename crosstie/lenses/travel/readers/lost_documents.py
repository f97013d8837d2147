"""Lists of lost, stolen, revoked and invalid documents, of the shape of INTERPOL's: number, issuing State, type, status; never a holder's name.

A series of blanks is one row with its first and last number. A million rows are read in seconds: columns, no statement for each document.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.travel.tables import Piece, Sorter, country, named, pieces
from crosstie.lenses.travel.written import code, squeezed

pc: Any = pyarrow.compute
_COLUMNS = ("number", "last", "issuer", "document_type", "status", "since", "entered", "valid_until", "reference", "place", "calendar")
_TAGS = ("document", "Document", "record", "Record", "travelDocument", "TravelDocument")


class LostDocuments:
    """A list of documents that nobody should travel with."""

    name = "lost_documents"
    title = "Lost and stolen travel documents (CSV, XLSX, XML)"
    profile = Profile(
        "travel", "lost-documents", "issuing States", "A2", marking="TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.2)
    )

    def recognises(self, head: Head) -> bool:
        """By columns of number, issuer and status, without a name of anybody."""
        if head.media == "xml":
            return any(word in squeezed(head.root or "") for word in ("sltd", "lostdocuments", "stolendocuments", "lostandstolen"))
        own = named(tuple(head.columns), (*_COLUMNS, "name", "surname"))
        return {"number", "issuer", "status"} <= set(own) and not {"name", "surname"} & set(own)

    def read(self, original: Original, out: Emitter) -> None:
        """One row of `lost_documents` for each document or series."""
        sorter = Sorter(out)
        for piece in pieces(original, _COLUMNS, _TAGS, out):
            out.records += piece.size
            self._piece(piece, sorter, out)

    def _piece(self, piece: Piece, sorter: Sorter, out: Emitter) -> None:
        number = _tidy(piece.text("number"))
        piece = sorter.refuse(piece, pc.is_null(number), "no number", pc.coalesce(piece.text("reference"), piece.text("issuer")))
        issuer = by_unique(piece.text("issuer"), lambda text: country(text) if text else None)
        piece = sorter.refuse(piece, pc.is_null(issuer), "issuer is no code of a State or body", piece.text("issuer"))
        if not piece.size:
            return
        number, last = _tidy(piece.text("number")), _tidy(piece.text("last"))
        issuer = by_unique(piece.text("issuer"), lambda text: country(text) if text else None)
        backwards = pc.and_(pc.is_valid(last), pc.or_(pc.less(last, number), pc.not_equal(pc.utf8_length(last), pc.utf8_length(number))))
        sorter.mark(
            piece, backwards, "a series that ends before it begins, or with a number of another length: its first number is kept", last
        )
        last = pc.if_else(pc.fill_null(backwards, False), pa.scalar(None, pa.string()), last)
        rows = {
            "event_id": pc.binary_join_element_wise(
                "lost", issuer, number, pc.coalesce(piece.text("reference"), piece.text("since"), pa.scalar("")), "-"
            ),
            "a_id": pc.binary_join_element_wise("travel-doc", issuer, number, "-"),
            "b_id": pa.nulls(piece.size, pa.string()),
            "date": sorter.dates(piece, "since"),
            "locator": piece.places,
            "document": number,
            "last": last,
            "issuer": issuer,
            "document_type": by_unique(
                piece.text("document_type"), lambda text: (code("document_type", text) or text.upper()) if text else None
            ),
            "status": sorter.coded(piece, "status", lambda text: code("status", text), "known status"),
            "entered": sorter.dates(piece, "entered"),
            "valid_until": sorter.dates(piece, "valid_until"),
            "place": piece.text("place"),
            "reference": piece.text("reference"),
        }
        out.ledger("lost_documents", pa.RecordBatch.from_pydict(rows))


def _tidy(column: Any) -> Any:
    found = pc.utf8_upper(pc.replace_substring_regex(column, r"[^\p{L}\p{N}]", ""))
    return pc.if_else(pc.equal(pc.binary_length(found), 0), pa.scalar(None, pa.string()), found)


READER = LostDocuments()
