"""What detectors saw for somebody's protection, such as a child who crosses a border with nobody of the family: for those who decide who needs to know.

It accuses nobody and names nobody: its subjects are events of a ledger. It stands in a table of its own, which no list of findings, no count, no link and
no search looks into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow.parquet as pq

from crosstie.casework.access import Act, Person
from crosstie.model.marking import strictest
from crosstie.model.tables import FINDING
from crosstie.store.builds import Build

Row = dict[str, Any]
#: Notes a read in the audit: action, subject, detail.
Record = Callable[[str, str, Mapping[str, Any]], None]
#: What is told of each.
TOLD = ("finding_id", "lens", "typology", "title", "subjects", "start", "end", "sentence", "innocent", "evidence")
#: Ids that an entry of the audit names.
_NAMED = 1_000


class Protections:
    """What was seen for somebody's protection in a build, for a person who may know of it."""

    def __init__(self, build: Build, person: Person, record: Record) -> None:
        self._build, self._person, self._record = build, person, record

    def listed(self, *, start: int = 0, count: int) -> Row:
        """Some of it, the newest first: `protections` with the columns of TOLD and their `marking`, the `total`, and how many more are `withheld` as marked
        more strictly than the person is cleared for. AccessError where their role does not decide who needs to know.
        """
        self._person.require(Act.PROTECT)
        file = self._build.file("protections")
        # a build of an earlier version has no such table
        rows: list[Row] = pq.read_table(file).to_pylist() if file.exists() else []
        told = [{name: row.get(name) for name in TOLD} | {"marking": _marking(row)} for row in rows]
        seen = [row for row in told if self._person.cleared(row["marking"])]
        seen.sort(key=lambda row: (row["end"] or "", row["start"] or "", row["finding_id"]), reverse=True)
        shown = seen[max(0, start) :][:count]
        self._record("read protections", f"{self._build.number:04}", {"findings": [row["finding_id"] for row in shown][:_NAMED]})
        return {
            "build": self._build.number,
            "protections": shown,
            "start": max(0, start),
            "total": len(seen),
            "withheld": len(told) - len(seen),
        }


def _marking(row: Row) -> str | None:
    borne = [row.get("marking") if "marking" in FINDING.names else None, *(one.get("marking") for one in row["evidence"] or ())]
    known = [one for one in borne if one]
    return strictest(known) if known else None
