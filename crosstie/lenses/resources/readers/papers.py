"""Bills of lading and notes of seizures as text, with labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.resources.reading import labelled, official
from crosstie.lenses.resources.reading.kinds import layout
from crosstie.lenses.resources.reading.rows import apart
from crosstie.lenses.resources.reading.shipments import consign

Take = Callable[[Piece], None]
_TABLE = 6


@dataclass(frozen=True)
class PaperReader:
    """Reads text whose lines are labelled."""

    name: str
    title: str
    layout: str
    #: labels of which the head has to answer one, so that a letter is not taken for a paper
    marks: tuple[str, ...]
    profile: Profile
    take: Take

    def recognises(self, head: Head) -> bool:
        """By the labels of the first paper in it."""
        if head.media not in ("unknown", "yaml", "csv") or len(head.columns) > _TABLE:
            return False
        kind = layout(self.layout)
        first = next(labelled.papers(head.text, kind), None)
        return first is not None and labelled.layout_fits(first, kind) and any(name in first.said for name in self.marks)

    def read(self, original: Original, out: Emitter) -> None:
        """An event for each paper."""
        out.series = apart(original, out)
        self.take(labelled.read(original, layout(self.layout), out))


READERS = (
    PaperReader(
        "bill-of-lading",
        "Bills of lading as text with labels",
        "consignments",
        ("bill",),
        Profile("bills", "bills", "Carrier", "C3", "TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.5)),
        consign,
    ),
    PaperReader(
        "seizure-note",
        "Notes of seizures as text with labels",
        "seizures",
        ("seizure", "detection", "concealment"),
        Profile("seizures", "seizure-notes", "Customs", "B2", "TLP:AMBER", promise=Promise(min_records=1, max_reject_share=0.5)),
        official.seize,
    ),
)
