"""The places that a unit watches, as the unit itself sets them: code of an airport or border post, State, why, since when and until when."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.travel.tables import Sorter, country, named, pieces
from crosstie.lenses.travel.written import squeezed

pc: Any = pyarrow.compute
_COLUMNS = ("watched", "country", "why", "from", "until", "calendar")


class WatchedPlaces:
    """The unit's own list of places near conflicts."""

    name = "watched_places"
    title = "Watched places (CSV, XLSX)"
    profile = Profile(
        "travel", "watched-places", "the unit", "A1", marking="TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.1)
    )

    def recognises(self, head: Head) -> bool:
        """By columns of a place, a reason and an end, and a name that says so."""
        own = named(tuple(head.columns), _COLUMNS)
        return head.media in ("csv", "xlsx") and {"watched", "why", "until"} <= set(own) and "watch" in squeezed(head.name)

    def read(self, original: Original, out: Emitter) -> None:
        """One row of `watched_places` for each."""
        sorter = Sorter(out)
        for piece in pieces(original, _COLUMNS, (), out):
            out.records += piece.size
            piece = sorter.refuse(piece, pc.is_null(piece.text("watched")), "no place", piece.text("why"))
            place = pc.utf8_upper(piece.text("watched"))
            rows = {
                "event_id": pc.binary_join_element_wise("watched", place, pc.fill_null(piece.text("from"), ""), "-"),
                "a_id": pc.binary_join_element_wise("travel-place", place, "-"),
                "b_id": pa.nulls(piece.size, pa.string()),
                "date": sorter.dates(piece, "from"),
                "locator": piece.places,
                "place": place,
                "country": sorter.coded(piece, "country", country, "code of a State or body"),
                "why": piece.text("why"),
                "until": sorter.dates(piece, "until"),
            }
            out.ledger("watched_places", pa.RecordBatch.from_pydict(rows))


READER = WatchedPlaces()
