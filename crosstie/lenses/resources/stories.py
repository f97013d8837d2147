"""What a region's carriers, permit offices and receivers of ships' signals write down, for the lens's part of a region: papers in the field's own formats."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crosstie.learn.region.parts import Actor, RegionBuilder

if TYPE_CHECKING:
    from crosstie.learn.region.papers import Clerk

_ISSUED = ("Permit No", "Type", "Exporter No", "Exporter", "Exporter Country", "Importer No", "Importer", "Importer Country", "Species", "Source", "Purpose",
           "Country of origin", "Quantity", "Unit", "Date of issue", "Valid until", "Issuing authority")  # fmt: skip
_LOADED = ("B/L No", "Date", "Exporter No", "Shipper", "Exporter Country", "Consignee No", "Consignee", "Consignee Country", "Vessel", "IMO",
           "Port of Loading", "Port of Discharge", "Container", "Seal No", "HS Code", "Cargo description", "Country of origin", "Net Weight (kg)",
           "Gross Weight (kg)", "CBM", "Permit No", "Species", "Quantity")  # fmt: skip
_HEARD = ("MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "VesselName", "IMO")
#: owners' letters of boxes, each with the sum of its letters by their places (ISO 6346)
_OWNERS = ("XTIU", "QASU", "AMBU")


@dataclass
class Load:
    """One consignment of a manifest."""

    exporter: Actor
    consignee: Actor
    on: date
    ship: Actor
    loading: str
    discharge: str
    hs: str
    goods: str
    kilograms: float
    bill: str
    box: str = ""
    seal: str = ""
    origin: str = ""
    volume: float | None = None
    permit: str = ""
    species: str = ""
    quantity: float | None = None


@dataclass
class Permit:
    """One permit."""

    number: str
    exporter: Actor
    importer: Actor
    species: str
    quantity: int
    issued: date
    expires: date


@dataclass
class Voyage:
    """Where a ship was heard: hours from the start, degrees, knots."""

    ship: Actor
    start: date
    heard: list[tuple[float, float, float, float]] = field(default_factory=list)


def load(region: RegionBuilder, one: Load) -> None:
    """Put a consignment into the manifest of the region's carriers."""
    region.paper("manifest.csv", manifest, one, originator="Regional carriers", dataset="customs", grade="B3")


def permit(region: RegionBuilder, one: Permit) -> None:
    """Put a permit into the file of the permit offices."""
    region.paper("wildlife_permits.csv", permits, one, originator="Permit offices of the region", dataset="permits", grade="A2")


def voyage(region: RegionBuilder, one: Voyage) -> None:
    """Put a ship's signals into the file of the receivers."""
    region.paper(
        "ais_positions.csv",
        positions,
        one,
        originator="Receivers of the region",
        dataset="ais",
        grade="B3",
        marking="TLP:GREEN; purpose=exercise",
    )


def box(number: int) -> str:
    """A container number with its check digit."""
    from crosstie.lenses.resources.codes import container_faults

    front = f"{_OWNERS[number % len(_OWNERS)]}{number % 1_000_000:06d}"
    faults = container_faults([f"{front}{digit}" for digit in range(10)])
    return f"{front}{int(faults.argmin())}"


def manifest(clerk: Clerk, entries: Sequence[Load]) -> str:
    """The manifest as CSV, by day."""
    return _csv(_LOADED, (_loaded(clerk, one) for one in sorted(entries, key=lambda one: (one.on, one.bill))))


def permits(clerk: Clerk, entries: Sequence[Permit]) -> str:
    """The permits as CSV, by number."""
    return _csv(_ISSUED, (_issued(clerk, one) for one in sorted(entries, key=lambda one: one.number)))


def positions(clerk: Clerk, entries: Sequence[Voyage]) -> str:
    """The signals as CSV in NOAA's layout, by moment."""
    rows = [row for one in entries for row in _heard(clerk, one)]
    return _csv(_HEARD, sorted(rows, key=lambda row: (row[1], row[0])))


def _loaded(clerk: Clerk, one: Load) -> list[Any]:
    imo = clerk.imo(one.ship)
    clerk.saw(one.ship, f"customs-IMO{imo}")
    ends = [*_party(clerk, one.exporter, "customs"), *_party(clerk, one.consignee, "customs")]
    gross, origin = round(one.kilograms * 1.03, 1), one.origin or one.exporter.state.upper()
    return [
        one.bill, one.on.isoformat(), *ends, one.ship.name, imo, one.loading, one.discharge, one.box, one.seal, one.hs, one.goods, origin,
        one.kilograms, gross, one.volume or round(gross / 350, 1), one.permit, one.species, one.quantity or "",
    ]  # fmt: skip


def _issued(clerk: Clerk, one: Permit) -> list[Any]:
    ends = [*_party(clerk, one.exporter, "permits"), *_party(clerk, one.importer, "permits")]
    state = one.exporter.state.upper()
    return [
        one.number,
        "export",
        *ends,
        one.species,
        "W",
        "T",
        state,
        one.quantity,
        "",
        one.issued,
        one.expires,
        f"Permit office of {state}",
    ]


def _heard(clerk: Clerk, one: Voyage) -> Iterable[list[Any]]:
    imo = clerk.imo(one.ship)
    mmsi = f"9{zlib.crc32(one.ship.id.encode()) % 10**8:08d}"
    clerk.saw(one.ship, f"ais-{mmsi}")
    start = datetime(one.start.year, one.start.month, one.start.day)
    for hours, lat, lon, knots in one.heard:
        moment = (start + timedelta(hours=hours)).isoformat(timespec="seconds")
        yield [mmsi, moment, f"{lat:.5f}", f"{lon:.5f}", f"{knots:.1f}", "", one.ship.name.upper(), f"IMO{imo}"]


def _party(clerk: Clerk, actor: Actor, dataset: str) -> list[str]:
    """Number, name and State of a party, as the office knows it."""
    number = f"M{zlib.crc32(actor.id.encode()):010d}"
    clerk.saw(actor, f"{dataset}-{number}")
    return [number, clerk.face(actor).name, actor.state.upper()]


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue()
