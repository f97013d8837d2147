"""Tables of the field in any layout whose headings are known (data/layouts.yaml): consignments, permits, seizures, trade statistics, positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.headings import Column
from crosstie.ingest.pieces import Piece, header
from crosstie.ingest.reader import Head, Profile, Promise
from crosstie.lenses.resources.reading import official
from crosstie.lenses.resources.reading.kinds import cells, layout
from crosstie.lenses.resources.reading.rows import apart
from crosstie.lenses.resources.reading.shipments import consign

#: a table that could be several is the first of these
_ORDER = ("flows", "wildlife", "positions", "seizures", "permits", "consignments")


def _table(name: str, title: str, kind: str, profile: Profile, take: Callable[[Piece], None]) -> HeadedTable:
    """The reader of tables whose headings fit a layout and none that stands before it."""
    return HeadedTable(name, title, profile, partial(layout, kind), take, cells, also=partial(_first, kind), series=apart)


def _first(kind: str, head: Head, columns: Mapping[str, Column]) -> bool:
    return next((name for name in _ORDER if header(head, layout(name)) and not (name == "permits" and _travels(head))), None) == kind


def _travels(head: Head) -> bool:
    """Whether a table speaks of a journey: a permit does not, a manifest that cites permits does."""
    found = layout("consignments").columns(head.columns or (head.rows[0] if head.rows else ()))
    return any(name in found for name in ("bill", "container", "departure"))


def _profile(dataset: str, originator: str, grade: str, marking: str, lost: float = 0.2) -> Profile:
    return Profile(dataset, dataset, originator, grade, marking, promise=Promise(min_records=1, max_reject_share=lost))


_AMBER, _CLEAR = "TLP:AMBER", "TLP:CLEAR"
_PERMITS = _profile("permits", "Authority that issues permits", "A2", _AMBER)
_COMTRADE = _profile("comtrade", "United Nations Statistics Division", "A2", _CLEAR, 0.05)
_CITES = _profile("cites", "UNEP-WCMC and CITES Secretariat", "A2", _CLEAR, 0.05)
_AIS = _profile("ais", "AIS receivers", "B3", "TLP:GREEN", 0.1)
READERS = (
    _table(
        "consignments",
        "Consignments: declarations, manifest or bills of lading, CSV or workbook",
        "consignments",
        _profile("customs", "Customs", "B2", _AMBER),
        consign,
    ),
    _table("permits", "Permits and certificates, CITES or other, CSV or workbook", "permits", _PERMITS, official.permit),
    _table(
        "seizures",
        "Seizures as customs report them without names (CEN), CSV or workbook",
        "seizures",
        _profile("seizures", "Customs", "A2", _AMBER),
        official.seize,
    ),
    _table("comtrade", "UN Comtrade, CSV", "flows", _COMTRADE, official.flow),
    _table("cites-trade", "CITES Trade Database, comparative tabulation, CSV", "wildlife", _CITES, official.wildlife),
    _table("ais-positions", "AIS positions of ships, CSV (NOAA’s layout and the like)", "positions", _AIS, official.position),
)
