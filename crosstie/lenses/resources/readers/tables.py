"""Tables of the field in any layout whose headings are known (data/layouts.yaml): consignments, permits, seizures, trade statistics, positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.resources.reading import official
from crosstie.lenses.resources.reading.headings import layout
from crosstie.lenses.resources.reading.parties import Parties
from crosstie.lenses.resources.reading.shipments import consign
from crosstie.lenses.resources.reading.tables import Refusals, Rows, apart, fits, rows

Take = Callable[[Rows, Emitter, Parties, Refusals], None]
#: a table that could be several is the first of these
_ORDER = ("flows", "wildlife", "positions", "seizures", "permits", "consignments")


@dataclass(frozen=True)
class TableReader:
    """Reads CSV and workbooks whose headings fit a layout."""

    name: str
    title: str
    layout: str
    profile: Profile
    take: Take

    def recognises(self, head: Head) -> bool:
        """By its headings: they fit the layout and none that stands before it."""
        return (
            next((name for name in _ORDER if fits(head, layout(name)) and not (name == "permits" and _travels(head))), None) == self.layout
        )

    def read(self, original: Original, out: Emitter) -> None:
        """An event for each row."""
        refused, parties = Refusals(out), Parties(out)
        apart(original, out)
        for part in rows(original, layout(self.layout), out, refused):
            self.take(part, out, parties, refused)
        refused.close()


def _travels(head: Head) -> bool:
    """Whether a table speaks of a journey: a permit does not, a manifest that cites permits does."""
    found = layout("consignments").columns(head.columns or (head.rows[0] if head.rows else ()))
    return any(name in found for name in ("bill", "container", "departure"))


def _profile(dataset: str, originator: str, grade: str, marking: str, lost: float = 0.2) -> Profile:
    return Profile(dataset, dataset, originator, grade, marking, promise=Promise(min_records=1, max_reject_share=lost))


def _flow(rows_: Rows, out: Emitter, parties: Parties, refused: Refusals) -> None:
    official.flow(rows_, out, refused)


def _wildlife(rows_: Rows, out: Emitter, parties: Parties, refused: Refusals) -> None:
    official.wildlife(rows_, out, refused)


_AMBER, _CLEAR = "TLP:AMBER", "TLP:CLEAR"
_PERMITS = _profile("permits", "Authority that issues permits", "A2", _AMBER)
_COMTRADE = _profile("comtrade", "United Nations Statistics Division", "A2", _CLEAR, 0.05)
_CITES = _profile("cites", "UNEP-WCMC and CITES Secretariat", "A2", _CLEAR, 0.05)
_AIS = _profile("ais", "AIS receivers", "B3", "TLP:GREEN", 0.1)
READERS = (
    TableReader(
        "consignments",
        "Consignments: declarations, manifest or bills of lading, CSV or workbook",
        "consignments",
        _profile("customs", "Customs", "B2", _AMBER),
        consign,
    ),
    TableReader("permits", "Permits and certificates, CITES or other, CSV or workbook", "permits", _PERMITS, official.permit),
    TableReader(
        "seizures",
        "Seizures as customs report them without names (CEN), CSV or workbook",
        "seizures",
        _profile("seizures", "Customs", "A2", _AMBER),
        official.seize,
    ),
    TableReader("comtrade", "UN Comtrade, CSV", "flows", _COMTRADE, _flow),
    TableReader("cites-trade", "CITES Trade Database, comparative tabulation, CSV", "wildlife", _CITES, _wildlife),
    TableReader("ais-positions", "AIS positions of ships, CSV (NOAA’s layout and the like)", "positions", _AIS, official.position),
)
