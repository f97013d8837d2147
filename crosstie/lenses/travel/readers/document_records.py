"""Records of visas and of seized documents: a paper that was issued, refused, found to be forged or taken away, and on whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow.compute

from crosstie.ingest.columns import by_unique
from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.headings import Column
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Head, Profile, Promise
from crosstie.ingest.tabular import column_names
from crosstie.lenses.travel.passengers import people_of, say, write_papers
from crosstie.lenses.travel.tables import cells, code, people, table, tidy_number

pc: Any = pyarrow.compute
_COLUMNS = (
    "kind", "date", "state", "surname", "given", "name", "born", "gender", "nationality", "number", "document_type",
    "issuer", "valid_until", "passport", "place", "by",
    "reference", "traveller", "calendar",
)  # fmt: skip


def record(piece: Piece) -> None:
    """A row of `papers` for each."""
    piece = piece.refuse(pc.is_null(piece.text("number")), "no number", piece.text("reference"))
    kinds = by_unique(piece.text("kind"), code("kind"))
    piece = piece.refuse(pc.is_null(kinds), "kind is neither visa nor seizure", piece.text("kind"))
    if not piece.size:
        return
    kinds = by_unique(piece.text("kind"), code("kind"))
    who = people_of(people(piece, piece.get("date")))
    more = {
        "state": pc.utf8_lower(piece.text("state")),
        "site": piece.any("place", "by"),
        "passport": tidy_number(piece.text("passport")),
    }
    for kind in ("visa", "seizure"):
        own = pc.equal(kinds, kind)
        some = {name: column.filter(own) for name, column in who.items()}
        write_papers(piece.out, some, kind, {name: column.filter(own) for name, column in more.items()})
    named = pc.is_valid(who["name"])
    say(piece.out, {name: column.filter(named) for name, column in who.items()})


def _says_kinds(head: Head, columns: Mapping[str, Column]) -> bool:
    """Whether the cells of the column that says what kind of record it is are known kinds."""
    for number, row in enumerate((head.columns, *head.rows)):
        names = column_names(row)
        if columns["kind"].heading in names:
            at = names.index(columns["kind"].heading)
            return any(code("kind")(one[at]) for one in head.rows[max(number - 1, 0) :] if len(one) > at)
    return False


READER = HeadedTable(
    "document_records",
    "Visas and seized documents (CSV, XLSX, XML)",
    Profile(
        "travel",
        "document-records",
        "consular and border services",
        "A2",
        marking="TLP:AMBER",
        promise=Promise(min_records=1, max_reject_share=0.2),
    ),
    lambda: table(_COLUMNS, ("kind",), ("number",), ("state",)),
    record,
    cells,
    also=_says_kinds,
    root="visas|seizures|documentrecords|seizeddocuments",
    tags=("record", "Record", "visa", "Visa", "seizure", "Seizure"),
)
