"""What the tables of the field share: their vocabulary, the words in their cells, and the columns of those who travel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.cells import Cells
from crosstie.ingest.columns import by_unique
from crosstie.ingest.headings import Headings, vocabulary
from crosstie.ingest.pieces import Piece
from crosstie.ingest.words import Meanings, meanings
from crosstie.lenses.travel.mrz.reading import country_of
from crosstie.lenses.travel.passengers import PERSON

pc: Any = pyarrow.compute
Texts = Any
_FILE = Path(__file__).parent / "data" / "columns.yaml"


@cache
def table(wanted: tuple[str, ...], *asks: tuple[str, ...]) -> Headings:
    """The vocabulary of a kind of table: the fields that it may have, and of which of them, one of each group, it must."""
    return vocabulary(_FILE).only(*wanted, asks=asks)


def code(kind: str) -> Meanings:
    """What the words of a column stand for (`direction`: entry, exit)."""
    return meanings(_FILE, "values", kind)


def cells() -> Cells:
    """How cells are read: a State or body by the letters that documents bear."""
    return Cells({"country": country_of}, {"country": "code of a State or body"})


def document_type(piece: Piece) -> Texts:
    """The letter of each document's type; a word that is not known as it is written."""
    return by_unique(piece.text("document_type"), lambda text: code("document_type")(text) or text.upper())


def tidy_number(column: Texts) -> Texts:
    """Numbers of documents and plates in comparable form: capitals and figures only."""
    found = pc.utf8_upper(pc.replace_substring_regex(column, r"[^\p{L}\p{N}]", ""))
    return pc.if_else(pc.equal(pc.binary_length(found), 0), pa.scalar(None, pa.string()), found)


def people(piece: Piece, on: Texts) -> dict[str, Texts]:
    """The columns of PERSON that a table of travellers has; the others are null."""
    found = {name: pa.nulls(piece.size, pa.string()) for name in PERSON}
    found |= {"place": piece.places, "surname": piece.text("surname"), "given": piece.text("given"), "gender": piece.text("gender")}
    whole = pc.and_(pc.is_null(found["surname"]), pc.is_null(found["given"]))
    found["given"] = pc.if_else(whole, piece.text("name"), found["given"])
    found |= {"born": piece.get("born"), "expires": piece.get("valid_until"), "document": piece.text("number")}
    found |= {"nationality": piece.get("nationality"), "issuer": piece.get("issuer"), "reference": piece.text("traveller")}
    shown = pc.if_else(pc.is_valid(found["document"]), pa.scalar("P"), pa.scalar(None, pa.string()))
    found["document_type"] = pc.coalesce(document_type(piece), shown)
    found["on"] = pc.utf8_slice_codeunits(on, 0, 10)
    return found
