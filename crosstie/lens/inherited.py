"""How a finding is marked: as strictly as everything that it may rest on, not only as the few events that are shown with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from crosstie.lens.events import events
from crosstie.model.marking import strictest
from crosstie.store.engine import Engine

_ASKED = pa.schema([(name, pa.string()) for name in ("finding_id", "subject", "start", "end")])


def mark(engine: Engine, rows: Sequence[dict[str, Any]], ledgers: Sequence[str]) -> None:
    """Fill `marking` of these findings, which were seen in these ledgers: the strictest of their evidence and of every event of their subjects (or that is
    itself a subject) in their period. So one that twelve open events show, and a closed thirteenth, is closed.
    """
    met: dict[str, set[str]] = defaultdict(set)
    for table in (events(name) for name in ledgers):
        # where all events are marked alike, the evidence is marked as the rest
        if rows and engine.has(table) and int(engine.scalar(f"select count(distinct coalesce(marking, '')) from {table}")) > 1:
            for finding, marking in _met(engine, table, rows):
                met[finding].add(marking)
    for row in rows:
        shown = {piece["marking"] for piece in row["evidence"] or () if piece["marking"]}
        row["marking"] = strictest(sorted(shown | met[row["finding_id"]])) if shown or met[row["finding_id"]] else None


def _met(engine: Engine, table: str, rows: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    asked = [(row["finding_id"], subject, row["start"], row["end"]) for row in rows for subject in row["subjects"]]
    engine.load("lens_asked", pa.table([pa.array(column, pa.string()) for column in zip(*asked, strict=True)], schema=_ASKED))
    # a day of the ledger may be a year or a month only
    within = 'e.date >= substr(f."start", 1, length(e.date)) and substr(e.date, 1, 10) <= f."end"'
    found = engine.arrow(
        " union ".join(
            f"select f.finding_id, e.marking from lens_asked f join {table} e on e.{column} = f.subject where e.marking is not null and {within}"
            for column in ("a", "b", "event_id")
        )
    )
    return [(str(row["finding_id"]), str(row["marking"])) for row in found.to_pylist()]
