"""A hawaladar's book as a table: who gave money where, who was paid it out elsewhere, through which brokers. Columns of sender, receiver, broker and amount.

Such books are kept in several calendars and with either decimal mark; both are read. Hawala is a lawful service in many States; the book says nothing else
of anybody than that money was sent.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.cells import currency, currency_in
from crosstie.ingest.columns import by_unique, slug
from crosstie.ingest.emitter import cleaner
from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.headings import vocabulary
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Profile, Promise
from crosstie.lenses.finance.reading import own_series, short

pc: Any = pyarrow.compute
_COLUMNS = Path(__file__).parents[1] / "data" / "hawala.yaml"
_NULL: Any = pa.scalar(None, pa.string())


def sent(piece: Piece) -> None:
    """A payment for each line, the brokers in `via`."""
    nobody = pc.and_(pc.is_null(piece.text("sender")), pc.is_null(piece.text("receiver")))
    piece = piece.refuse(nobody, "a payment that names neither party", piece.text("code"))
    piece = piece.refuse(pc.is_null(piece.text("amount")), "a payment without an amount", piece.text("code"))
    piece = piece.refuse(pc.equal(piece.get("amount"), 0.0), "a payment of nothing", piece.text("amount"))
    piece = piece.filter(pc.is_valid(piece.get("amount")))
    if not piece.size:
        return
    out, code, when = piece.out, piece.text("code"), piece.get("date")
    written = piece.known("currency", _currency, "not a currency")
    named = pc.binary_join_element_wise(slug(pc.utf8_lower(pc.fill_null(piece.text("broker"), ""))), pc.fill_null(when, ""), "-")
    unnumbered = pc.binary_join_element_wise(out.source_id[:12], piece.places, "-")
    rows = {
        "event_id": pc.binary_join_element_wise(out.dataset, named, slug(pc.coalesce(code, unnumbered)), "-"),
        "a_id": _party(piece, "sender"),
        "b_id": _party(piece, "receiver"),
        "date": when,
        "locator": piece.places,
        "amount": piece.get("amount"),
        "currency": pc.coalesce(written, by_unique(piece.text("amount"), currency_in)),
        "purpose": pa.nulls(piece.size, pa.string()),
        "channel": pa.repeat("hawala", piece.size),
        "time": pa.nulls(piece.size, pa.string()),
        "reference": code,
        "via": _via(_broker(piece, "broker"), _broker(piece, "partner")),
    }
    out.ledger("payments", pa.RecordBatch.from_pydict(rows))


def _party(piece: Piece, side: str) -> Any:
    """The id of each row's sender or receiver: of name and telephone."""
    name, phone = piece.text(side), piece.text(f"{side}_phone")
    told = pc.binary_join_element_wise(name, pc.fill_null(phone, ""), "\x1f")
    ids = by_unique(told, lambda one: f"{piece.out.dataset}-party-{_hash(one)}")
    piece.say(ids, "Person", "name", side)
    if piece.has(f"{side}_phone"):
        piece.say(
            ids, "Person", "phone", f"{side}_phone", piece.known(f"{side}_phone", cleaner("Person", "phone"), "not a telephone number")
        )
    return ids


def _hash(told: str) -> str:
    name, _, phone = told.partition("\x1f")
    return short(name.casefold(), phone)


def _broker(piece: Piece, side: str) -> Any:
    ids = by_unique(piece.text(side), lambda one: f"{piece.out.dataset}-broker-{short(one.casefold())}")
    piece.say(ids, "LegalEntity", "name", side)
    return ids


def _via(broker: Any, partner: Any) -> Any:
    found = pc.binary_join_element_wise(broker, partner, " > ", null_handling="skip")
    return pc.if_else(pc.equal(found, ""), _NULL, found)


def _currency(written: str) -> str | None:
    """The letters of a currency, or of a unit of a ledger of blocks."""
    found = written.strip().upper()
    return found if re.fullmatch(r"[A-Z]{3,5}", found) else currency(written)


READER = HeadedTable(
    "hawala_book",
    "Hawala ledger, CSV",
    Profile("hawala", "hawala", "Hawala broker", "C3", "TLP:AMBER", promise=Promise(max_reject_share=0.3)),
    lambda: vocabulary(_COLUMNS),
    sent,
    series=lambda original, out: own_series(out),
)
