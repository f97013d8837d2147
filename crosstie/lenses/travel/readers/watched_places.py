"""The places that a unit watches, as the unit itself sets them: code of an airport or border post, State, why, since when and until when."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Profile, Promise
from crosstie.ingest.words import plain
from crosstie.lenses.travel.tables import cells, table

pc: Any = pyarrow.compute


def watch(piece: Piece) -> None:
    """A row of `watched_places` for each."""
    piece = piece.refuse(pc.is_null(piece.text("watched")), "no place", piece.text("why"))
    place = pc.utf8_upper(piece.text("watched"))
    rows = {
        "event_id": pc.binary_join_element_wise("watched", place, pc.fill_null(piece.text("from"), ""), "-"),
        "a_id": pc.binary_join_element_wise("travel-place", place, "-"),
        "b_id": pa.nulls(piece.size, pa.string()),
        "date": piece.get("from"),
        "locator": piece.places,
        "place": place,
        "country": piece.get("country"),
        "why": piece.text("why"),
        "until": piece.get("until"),
    }
    piece.out.ledger("watched_places", pa.RecordBatch.from_pydict(rows))


READER = HeadedTable(
    "watched_places",
    "Watched places (CSV, XLSX)",
    Profile("travel", "watched-places", "the unit", "A1", marking="TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.1)),
    lambda: table(("watched", "country", "why", "from", "until", "calendar"), ("watched",), ("why",), ("until",)),
    watch,
    cells,
    also=lambda head, columns: "watch" in plain(head.name),
)
