"""Records of visas and of seized documents: a paper that was issued, refused, found to be forged or taken away, and on whom."""

from __future__ import annotations

from typing import Any

import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.travel.passengers import people_of, say, write_papers
from crosstie.lenses.travel.tables import Piece, Sorter, named, people, pieces
from crosstie.lenses.travel.written import code, squeezed

pc: Any = pyarrow.compute
_COLUMNS = (
    "kind", "date", "state", "surname", "given", "name", "born", "gender", "nationality", "number", "document_type",
    "issuer", "valid_until", "passport", "place", "by",
    "reference", "traveller", "calendar",
)  # fmt: skip
_TAGS = ("record", "Record", "visa", "Visa", "seizure", "Seizure")


class DocumentRecords:
    """Visas and seizures of documents."""

    name = "document_records"
    title = "Visas and seized documents (CSV, XLSX, XML)"
    profile = Profile(
        "travel",
        "document-records",
        "consular and border services",
        "A2",
        marking="TLP:AMBER",
        promise=Promise(min_records=1, max_reject_share=0.2),
    )

    def recognises(self, head: Head) -> bool:
        """By a column that says what kind of record it is, beside a number."""
        if head.media == "xml":
            return squeezed(head.root or "") in ("visas", "seizures", "documentrecords", "seizeddocuments")
        own = named(tuple(head.columns), _COLUMNS)
        if not {"kind", "number", "state"} <= set(own):
            return False
        at = head.columns.index(own["kind"])
        kinds = [row[at] for row in head.rows[1:] if len(row) > at]
        return any(code("kind", one) for one in kinds)

    def read(self, original: Original, out: Emitter) -> None:
        """One row of `papers` for each."""
        sorter = Sorter(out)
        for piece in pieces(original, _COLUMNS, _TAGS, out):
            out.records += piece.size
            self._piece(piece, sorter, out)

    def _piece(self, piece: Piece, sorter: Sorter, out: Emitter) -> None:
        piece = sorter.refuse(piece, pc.is_null(piece.text("number")), "no number", piece.text("reference"))
        kinds = by_unique(piece.text("kind"), lambda text: code("kind", text) if text else None)
        piece = sorter.refuse(piece, pc.is_null(kinds), "kind is neither visa nor seizure", piece.text("kind"))
        if not piece.size:
            return
        who = people_of(people(piece, sorter, sorter.dates(piece, "date")))
        kinds = by_unique(piece.text("kind"), lambda text: code("kind", text) if text else None)
        passport = pc.utf8_upper(pc.replace_substring_regex(piece.text("passport"), r"[^\p{L}\p{N}]", ""))
        more = {
            "state": pc.utf8_lower(piece.text("state")),
            "site": pc.coalesce(piece.text("place"), piece.text("by")),
            "passport": passport,
        }
        for kind in ("visa", "seizure"):
            own = pc.equal(kinds, kind)
            some = {name: column.filter(own) for name, column in who.items()}
            write_papers(out, some, kind, {name: column.filter(own) for name, column in more.items()})
        named_ = pc.is_valid(who["name"])
        say(out, {name: column.filter(named_) for name, column in who.items()})


READER = DocumentRecords()
