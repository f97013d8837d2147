"""Tables of firearms offices: movements and stocks, recoveries, lost and stolen arms, trace answers, ballistic hits; CSV or a workbook.

Heads are known in the six languages of the United Nations (data/columns.yaml), days in three calendars, and the kind of table is told by which heads it
has. A stream: rows pass by in columns, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.headings import Column
from crosstie.ingest.pieces import Piece
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.firearms import said
from crosstie.lenses.firearms.heads import asking

_WHAT = ("make", "model", "calibre", "category")
_RECOVERY = ("recovered_on", "possessor", "mode")
_ANSWER = ("answer", "sold_to", "sold_by", "why_not")
_PROFILE = Profile("firearms", "firearms", "firearms office", "B2", "TLP:AMBER", Promise(min_records=1))


class Table(HeadedTable):
    """One kind of table: of each group of `asks` it has a field, and what it has does not make it one of another kind."""

    def __init__(
        self, name: str, title: str, asks: tuple[tuple[str, ...], ...], other: Callable[[set[str]], bool], take: Callable[[Piece], None]
    ) -> None:
        super().__init__(name, title, _PROFILE, partial(asking, *asks), take, also=partial(_no, other))

    #: whether each file is the newest version of one list; otherwise each brings events of its own
    versions = False

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each row says. A list (of what is lost at present) is told by its name without figures: the next is its next version. All other tables
        bring events, and stand beside those that came before.
        """
        stem = "".join(sign for sign in original.name.casefold().rsplit(".", 1)[0] if sign.isalpha())
        out.series = f"{self.name}-{stem if self.versions else out.source_id}"
        super().read(original, out)


class Listed(Table):
    """A list of what is so at present."""

    versions = True


def _no(other: Callable[[set[str]], bool], head: Head, columns: Mapping[str, Column]) -> bool:
    return not other(set(columns))


def _answers(found: set[str]) -> bool:
    return {"request", "serial"} <= found and bool(found & set(_ANSWER))


def _lost(found: set[str]) -> bool:
    told = "serial" in found and bool(found & set(_WHAT)) and bool(found & {"lost_on", "lost_status"})
    return told and not (found & {"event", "to", *_RECOVERY}) and not _answers(found)


def _moved(found: set[str]) -> bool:
    """Whether a table with parties is another kind than one of movements."""
    recovered = "event" not in found and bool(found & set(_RECOVERY))
    return recovered or _answers(found) or _lost(found) or {"case_a", "case_b"} <= found


READERS = (
    Table(
        "firearm-answers",
        "Trace requests and their answers, table",
        (("request",), ("serial",), _ANSWER),
        lambda found: False,
        said.answers,
    ),
    Table("firearm-ballistics", "Ballistic hits, table", (("case_a",), ("case_b",)), lambda found: False, said.ballistic),
    Listed(
        "firearm-lost",
        "Lost and stolen firearms, table",
        (("serial",), _WHAT, ("lost_on", "lost_status")),
        lambda found: not _lost(found),
        said.lost,
    ),
    Table(
        "firearm-movements",
        "Transfers, stocks and registers of firearms, table",
        (("serial",), _WHAT, ("event", "from", "to")),
        _moved,
        said.movements,
    ),
    Table(
        "firearm-recoveries",
        "Firearms seized, found or handed in, table",
        (("serial",), _WHAT, _RECOVERY),
        lambda found: "event" in found or _answers(found),
        said.recoveries,
    ),
)
