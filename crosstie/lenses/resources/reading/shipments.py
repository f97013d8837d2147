"""Consignments of any source as rows of the ledger `shipments`, with the parties and ships that they name."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import Texts, by_unique
from crosstie.ingest.pieces import Piece
from crosstie.lenses.resources.reading.parties import Parties
from crosstie.lenses.resources.reading.rows import keyed, ledger, schema_of

pc: Any = pyarrow.compute
_TEXT, _NUMBER, _COUNT = pa.string(), pa.float64(), pa.int64()
#: as lens.yaml declares it
SHIPMENTS = schema_of(
    hs=_TEXT, goods=_TEXT, origin=_TEXT, departure=_TEXT, destination=_TEXT, weight=_NUMBER, value=_NUMBER, currency=_TEXT, vessel=_TEXT,
    declarant=_TEXT, gross=_NUMBER, volume=_NUMBER, packages=_COUNT, quantity=_NUMBER, unit=_TEXT, freight=_NUMBER, bill=_TEXT, container=_TEXT,
    seal=_TEXT, voyage=_TEXT, carrier=_TEXT, forwarder=_TEXT, notify=_TEXT, transit=_TEXT, discharge=_TEXT, permit=_TEXT, species=_TEXT,
    version=_COUNT, status=_TEXT,
)  # fmt: skip
_CANCELLED = ("cancel", "annul", "void", "withdraw", "supprim", "anulad", "аннулир", "ملغ", "撤销", "作废")
_AMENDED = ("amend", "correct", "modif", "rectif", "replac", "изменен", "исправл", "修改", "更正")


def status(text: str) -> str:
    """The state of a declaration in one word: cancelled, amended, or as it is written."""
    small = text.casefold()
    if any(word in small for word in _CANCELLED):
        return "cancelled"
    return "amended" if any(word in small for word in _AMENDED) else small


def consign(rows: Piece) -> None:
    """Hand on one event per row. A row that names neither exporter nor consignee is rejected."""
    out, parties = rows.out, Parties(rows)
    a, b = (_party(side, rows, parties) for side in ("exporter", "consignee"))
    named = pc.or_(pc.is_valid(a), pc.is_valid(b))
    rows = rows.refuse(pc.invert(named), "neither exporter nor consignee is named", rows.text("goods"))
    a, b, parties = a.filter(named), b.filter(named), Parties(rows)
    imo = rows.get("imo")
    ships: dict[str, Texts] = {"name": rows.get("vessel")} if rows.has("vessel") else {}
    parties.ship("vessel", imo, ships)
    columns = {name: rows.get(name) for name in SHIPMENTS.names if rows.has(name)}
    columns |= {
        "event_id": keyed(out.dataset, pc.coalesce(rows.get("event"), rows.get("bill")), rows, out.source_id, rows.get("item")),
        "a_id": a,
        "b_id": b,
        "date": rows.get("date"),
        "locator": rows.places,
        "vessel": pc.coalesce(imo, rows.get("vessel")),
        "destination": pc.coalesce(rows.get("destination"), rows.get("consignee_country")),
        "status": by_unique(rows.get("status"), status),
    }
    ledger("shipments", SHIPMENTS, columns, out)


def _party(side: str, rows: Piece, parties: Parties) -> Texts:
    said = {"name": rows.get(side), "address": rows.get(f"{side}_address"), "country": rows.get(f"{side}_country")}
    said["registrationNumber"] = rows.get(f"{side}_registration")
    return parties.party(side, said, rows.get(f"{side}_no") if rows.has(f"{side}_no") else None)
