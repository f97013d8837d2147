"""Permits, seizures, statistics of trade and positions of ships as rows of their ledgers."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import Texts, by_unique, slug
from crosstie.ingest.pieces import Piece
from crosstie.lenses.resources.reading.parties import Parties
from crosstie.lenses.resources.reading.rows import keyed, ledger, schema_of
from crosstie.lenses.resources.reading.shipments import status

pc: Any = pyarrow.compute
_TEXT, _NUMBER, _COUNT = pa.string(), pa.float64(), pa.int64()
_NONE: Any = pa.scalar(None, pa.string())
PERMITS = schema_of(
    number=_TEXT, kind=_TEXT, species=_TEXT, hs=_TEXT, goods=_TEXT, appendix=_TEXT, source=_TEXT, purpose=_TEXT, origin=_TEXT, origin_permit=_TEXT,
    quantity=_NUMBER, used=_NUMBER, unit=_TEXT, expires=_TEXT, authority=_TEXT, stamp=_TEXT, version=_COUNT, status=_TEXT,
)  # fmt: skip
SEIZURES = schema_of(
    country=_TEXT, office=_TEXT, location=_TEXT, direction=_TEXT, category=_TEXT, hs=_TEXT, goods=_TEXT, species=_TEXT, quantity=_NUMBER, unit=_TEXT,
    value=_NUMBER, currency=_TEXT, mode=_TEXT, conveyance=_TEXT, vessel=_TEXT, flag=_TEXT, carrier=_TEXT, departure=_TEXT, transit=_TEXT,
    destination=_TEXT, origin=_TEXT, container=_TEXT, seal=_TEXT, bill=_TEXT, concealment=_TEXT, detection=_TEXT, persons=_COUNT, operation=_TEXT,
    photo=_TEXT, version=_COUNT, status=_TEXT,
)  # fmt: skip
FLOWS = schema_of(
    reporter=_TEXT, partner=_TEXT, second=_TEXT, flow=_TEXT, hs=_TEXT, customs=_TEXT, mode=_TEXT, quantity=_NUMBER, unit=_TEXT, weight=_NUMBER,
    gross=_NUMBER, cif=_NUMBER, fob=_NUMBER, value=_NUMBER, currency=_TEXT,
)  # fmt: skip
WILDLIFE = schema_of(
    appendix=_TEXT, species=_TEXT, family=_TEXT, importer=_TEXT, exporter=_TEXT, origin=_TEXT, importer_quantity=_NUMBER, exporter_quantity=_NUMBER,
    goods=_TEXT, unit=_TEXT, purpose=_TEXT, source=_TEXT,
)  # fmt: skip
POSITIONS = schema_of(
    mmsi=_TEXT, imo=_TEXT, time=_TEXT, lat=_NUMBER, lon=_NUMBER, speed=_NUMBER, course=_NUMBER, status=_TEXT, draught=_NUMBER
)
#: what AIS sends where it does not know
_NO_SPEED, _NO_COURSE = 102.2, 360.0


def permit(rows: Piece) -> None:
    """A permit per row; one without a number is rejected."""
    rows = rows.refuse(pc.is_null(rows.get("number")), "a permit without a number", rows.text("species"))
    parties, ends = Parties(rows), []
    for side in ("exporter", "consignee"):
        said = {"name": rows.get(side), "address": rows.get(f"{side}_address"), "country": rows.get(f"{side}_country")}
        ends.append(parties.party(side, said, rows.get(f"{side}_no") if rows.has(f"{side}_no") else None))
    backwards = pc.less(rows.get("expires"), rows.get("issued"))
    rows.mark(backwards, "expires before it is issued", "expires")
    of = slug(pc.utf8_lower(pc.coalesce(rows.get("species"), rows.get("goods"))))
    columns = {name: rows.get(name) for name in PERMITS.names if rows.has(name)} | {
        "event_id": keyed(rows.out.dataset, rows.get("number"), rows, rows.out.source_id, of),
        "a_id": ends[0],
        "b_id": ends[1],
        "date": rows.get("issued"),
        "locator": rows.places,
        "kind": rows.get("type"),
        "source": pc.utf8_upper(rows.get("source")),
        "status": by_unique(rows.get("status"), status),
    }
    ledger("permits", PERMITS, columns, rows.out)


def seize(rows: Piece) -> None:
    """A seizure per row, between the carrier and the ship that carried the goods, as far as they are named. No person is read."""
    rows = rows.refuse(pc.is_null(rows.get("date")), "a seizure without a date", rows.text("seizure"))
    imo, parties = rows.get("imo"), Parties(rows)
    carrier = parties.party("carrier", {"name": rows.get("carrier")}, schema="LegalEntity")
    ship = parties.ship("vessel", imo, {"name": rows.get("vessel"), "flag": rows.get("flag")})
    columns = {name: rows.get(name) for name in SEIZURES.names if rows.has(name)} | {
        "event_id": keyed(rows.out.dataset, rows.get("seizure"), rows, rows.out.source_id),
        "a_id": pc.coalesce(carrier, ship),
        "b_id": pc.if_else(pc.is_valid(carrier), ship, _NONE),
        "date": rows.get("date"),
        "locator": rows.places,
        "category": rows.get("group"),
        "vessel": pc.coalesce(imo, rows.get("vessel")),
        "status": by_unique(rows.get("status"), status),
    }
    ledger("seizures", SEIZURES, columns, rows.out)


def flow(rows: Piece) -> None:
    """A flow of trade per row, from the exporting to the importing State. Sums of the world, of unknown partners or of all goods are passed over."""
    reporter, partner, kind, hs = (rows.get(name) for name in ("reporter", "partner", "flow", "hs"))
    told = pc.and_(pc.is_valid(reporter), pc.is_valid(kind))
    rows = rows.refuse(pc.invert(told), "no reporter, flow or commodity", rows.text("period"))
    partner, hs = partner.filter(told), hs.filter(told)
    whole = pc.and_(pc.is_valid(partner), pc.is_valid(hs))
    rows = rows.filter(pc.and_(whole, pc.is_null(pc.if_else(pc.equal(rows.get("second"), partner), _NONE, rows.get("second")))))
    exports = pc.is_in(rows.get("flow"), pa.array(["export", "re-export"]))
    reporter, partner = (pc.binary_join_element_wise("state", rows.get(name), "-") for name in ("reporter", "partner"))
    columns = {name: rows.get(name) for name in FLOWS.names if rows.has(name)} | {
        "event_id": keyed(rows.out.dataset, pa.nulls(rows.size, _TEXT), rows, rows.out.source_id),
        "a_id": pc.if_else(exports, reporter, partner),
        "b_id": pc.if_else(exports, partner, reporter),
        "date": rows.get("period"),
        "locator": rows.places,
        "currency": pa.repeat(pa.scalar("USD"), rows.size),
    }
    ledger("trade_flows", FLOWS, columns, rows.out)


def wildlife(rows: Piece) -> None:
    """A line of the CITES trade database per row."""
    named = pc.and_(pc.is_valid(rows.get("taxon")), pc.or_(pc.is_valid(rows.get("importer")), pc.is_valid(rows.get("exporter"))))
    rows = rows.refuse(pc.invert(named), "no species, or neither importer nor exporter", rows.text("taxon"))
    counted = pc.or_(pc.is_valid(rows.get("importer_quantity")), pc.is_valid(rows.get("exporter_quantity")))
    rows = rows.refuse(pc.invert(counted), "no quantity", rows.text("taxon"))
    columns = {name: rows.get(name) for name in WILDLIFE.names if rows.has(name)} | {
        "event_id": keyed(rows.out.dataset, pa.nulls(rows.size, _TEXT), rows, rows.out.source_id),
        "a_id": pc.binary_join_element_wise("state", rows.get("exporter"), "-"),
        "b_id": pc.binary_join_element_wise("state", rows.get("importer"), "-"),
        "date": rows.get("year"),
        "locator": rows.places,
        "species": rows.get("taxon"),
        "goods": rows.get("term"),
    }
    ledger("wildlife_trade", WILDLIFE, columns, rows.out)


def position(rows: Piece) -> None:
    """A position per row; one without ship, moment or place is rejected, and so are 91° and 181°, by which AIS says that it knows none."""
    mmsi, imo = rows.get("mmsi"), rows.get("imo")
    placed = pc.and_(pc.is_valid(rows.get("lat")), pc.is_valid(rows.get("lon")))
    whole = pc.and_(pc.and_(placed, pc.is_valid(rows.get("time"))), pc.or_(pc.is_valid(mmsi), pc.is_valid(imo)))
    rows = rows.refuse(pc.invert(whole), "no ship, moment or place", pc.coalesce(mmsi, imo, ""))
    parties = Parties(rows)
    mmsi, imo, speed, course = rows.get("mmsi"), rows.get("imo"), rows.get("speed"), rows.get("course")
    said = {"name": rows.get("name"), "mmsi": mmsi, "imoNumber": imo, "callSign": rows.get("callsign")}
    columns = {name: rows.get(name) for name in POSITIONS.names if rows.has(name)} | {
        "event_id": keyed(rows.out.dataset, pa.nulls(rows.size, _TEXT), rows, rows.out.source_id),
        "a_id": parties.party("VesselName", said, pc.coalesce(mmsi, imo), schema="Vessel"),
        "b_id": pa.nulls(rows.size, _TEXT),
        "date": pc.utf8_slice_codeunits(rows.get("time"), 0, 10),
        "locator": rows.places,
        "speed": _known(speed, _NO_SPEED),
        "course": _known(course, _NO_COURSE),
    }
    ledger("positions", POSITIONS, columns, rows.out)


def _known(column: Texts, least: float) -> Texts:
    return pc.if_else(pc.fill_null(pc.less(column, least), False), column, pa.scalar(None, _NUMBER))
