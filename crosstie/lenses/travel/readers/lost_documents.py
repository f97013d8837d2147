"""Lists of lost, stolen, revoked and invalid documents, of the shape of INTERPOL's: number, issuing State, type, status; never a holder's name.

A series of blanks is one row with its first and last number. A million rows are read in seconds: columns, no statement for each document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.headings import Column
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Head, Profile, Promise
from crosstie.lenses.travel.mrz.reading import country_of
from crosstie.lenses.travel.tables import cells, code, document_type, table, tidy_number

pc: Any = pyarrow.compute
_COLUMNS = ("number", "last", "issuer", "document_type", "status", "since", "entered", "valid_until", "reference", "place", "calendar")


def lose(piece: Piece) -> None:
    """A row of `lost_documents` for each document or series."""
    piece = piece.refuse(pc.is_null(tidy_number(piece.text("number"))), "no number", piece.any("reference", "issuer"))
    issuer = by_unique(piece.text("issuer"), country_of)
    piece = piece.refuse(pc.is_null(issuer), "issuer is no code of a State or body", piece.text("issuer"))
    if not piece.size:
        return
    issuer = by_unique(piece.text("issuer"), country_of)
    number, last = tidy_number(piece.text("number")), tidy_number(piece.text("last"))
    backwards = pc.and_(pc.is_valid(last), pc.or_(pc.less(last, number), pc.not_equal(pc.utf8_length(last), pc.utf8_length(number))))
    piece.mark(backwards, "a series that ends before it begins, or with a number of another length: its first number is kept", "last")
    last = pc.if_else(pc.fill_null(backwards, False), pa.scalar(None, pa.string()), last)
    rows = {
        "event_id": pc.binary_join_element_wise("lost", issuer, number, pc.fill_null(piece.any("reference", "since"), ""), "-"),
        "a_id": pc.binary_join_element_wise("travel-doc", issuer, number, "-"),
        "b_id": pa.nulls(piece.size, pa.string()),
        "date": piece.get("since"),
        "locator": piece.places,
        "document": number,
        "last": last,
        "issuer": issuer,
        "document_type": document_type(piece),
        "status": piece.known("status", code("status"), "not a known status"),
        "entered": piece.get("entered"),
        "valid_until": piece.get("valid_until"),
        "place": piece.text("place"),
        "reference": piece.text("reference"),
    }
    piece.out.ledger("lost_documents", pa.RecordBatch.from_pydict(rows))


def _names_nobody(head: Head, columns: Mapping[str, Column]) -> bool:
    """Whether no column is a holder's name."""
    taken = {column.heading for column in columns.values()}
    return not any(column.heading not in taken for column in table(("name", "surname")).columns(head.columns).values())


READER = HeadedTable(
    "lost_documents",
    "Lost and stolen travel documents (CSV, XLSX, XML)",
    Profile("travel", "lost-documents", "issuing States", "A2", marking="TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.2)),
    lambda: table(_COLUMNS, ("number",), ("issuer",), ("status",)),
    lose,
    cells,
    also=_names_nobody,
    root=".*(sltd|lostdocuments|stolendocuments|lostandstolen).*",
    tags=("document", "Document", "record", "Record", "travelDocument", "TravelDocument"),
)
