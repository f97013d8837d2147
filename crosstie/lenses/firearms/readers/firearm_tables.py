"""Tables of firearms offices: movements and stocks, recoveries, lost and stolen arms, trace answers, ballistic hits; CSV or a workbook.

Heads are known in the six languages of the United Nations (data/columns.yaml), days in three calendars, and the kind of table is told by which heads it
has. A stream: rows pass by in columns, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from crosstie.ingest.columns import tidy
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.frame import Frame
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.sniff import sniff
from crosstie.ingest.tabular import Layout, chunks
from crosstie.lenses.firearms import said
from crosstie.lenses.firearms.heads import heads
from crosstie.lenses.firearms.records import Rows

_WHAT = {"make", "model", "calibre", "category"}
_RECOVERY = {"recovered_on", "possessor", "mode"}


@dataclass
class Table:
    """One kind of table. `fits` judges the fields that its heads name; `say` says what the rows say."""

    name: str
    title: str
    fits: Callable[[set[str]], bool]
    say: Callable[[Rows], None]
    #: each file is the newest version of one list; otherwise each brings events of its own
    versions: bool = False
    profile: Profile = field(
        default_factory=lambda: Profile("firearms", "firearms", "firearms office", "B2", "TLP:AMBER", Promise(min_records=1))
    )

    def recognises(self, head: Head) -> bool:
        """By its heads."""
        return head.media in ("csv", "xlsx") and self.fits(set(heads(head.columns)))

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each row says. A list (of what is lost at present) is told by its name without figures: the next is its next version. All other tables
        bring events, and stand beside those that came before.
        """
        columns = heads(sniff(original.path, original.name).columns)
        stem = "".join(sign for sign in original.name.casefold().rsplit(".", 1)[0] if sign.isalpha())
        out.series = f"{self.name}-{stem if self.versions else out.source_id}"
        for chunk in chunks(original, Layout(tuple(columns.values())), out):
            cells = {name: tidy(chunk.cells.column(place)) for place, name in enumerate(columns)}
            out.records += chunk.cells.num_rows
            frame = Frame({}, chunk.rows, chunk.member)
            rows = Rows(cells, _whole(frame.places()), columns, out)
            if rows.size:
                self.say(rows)


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _answers(found: set[str]) -> bool:
    return "request" in found and "serial" in found and bool(found & {"answer", "sold_to", "sold_by", "why_not"})


def _ballistic(found: set[str]) -> bool:
    return {"case_a", "case_b"} <= found


def _recoveries(found: set[str]) -> bool:
    return "serial" in found and bool(found & _RECOVERY) and bool(found & _WHAT) and "event" not in found and not _answers(found)


def _lost(found: set[str]) -> bool:
    rest = not found & _RECOVERY and not found & {"event", "to"} and not _answers(found)
    return "serial" in found and bool(found & _WHAT) and rest and bool(found & {"lost_on", "lost_status"})


def _movements(found: set[str]) -> bool:
    moved = "event" in found or (bool(found & {"from", "to"}) and not found & _RECOVERY)
    return "serial" in found and bool(found & _WHAT) and moved and not (_answers(found) or _lost(found) or _ballistic(found))


READERS = (
    Table("firearm-answers", "Trace requests and their answers, table", _answers, said.answers),
    Table("firearm-ballistics", "Ballistic hits, table", _ballistic, said.ballistic),
    Table("firearm-lost", "Lost and stolen firearms, table", _lost, said.lost, versions=True),
    Table("firearm-movements", "Transfers, stocks and registers of firearms, table", _movements, said.movements),
    Table("firearm-recoveries", "Firearms seized, found or handed in, table", _recoveries, said.recoveries),
)
