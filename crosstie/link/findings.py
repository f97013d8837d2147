"""Findings of a build for people to read: which there are, and all that is known of one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crosstie.errors import IntegrityError, NotFound
from crosstie.store.builds import Build

#: The columns of a list.
LISTED = ("finding_id", "lens", "typology", "title", "subjects", "start", "end", "score", "amount", "currency", "sentence", "status")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for: of a lens, of a typology (`activity/detector`, or either), of a status, about an entity; empty: all."""

    lens: str = ""
    typology: str = ""
    status: str = ""
    subject: str = ""

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether a finding is meant."""
        typology = row["typology"] or ""
        return (
            (not self.lens or row["lens"] == self.lens)
            and (not self.typology or self.typology in (typology, *typology.split("/")))
            and (not self.status or row["status"] == self.status)
            and (not self.subject or self.subject in (row["subjects"] or ()))
        )


def findings(build: Build, wanted: Wanted) -> list[dict[str, Any]]:
    """The findings that are meant, best first, the columns of LISTED and `marking`s of their evidence; `names` are the captions of the subjects."""
    rows: list[dict[str, Any]] = build.table("findings").to_pylist()
    kept = [row for row in rows if wanted.holds(row)]
    names = _captions(build, {subject for row in kept for subject in row["subjects"] or ()})
    return [
        {name: row[name] for name in LISTED} | {"names": [names.get(one, one) for one in row["subjects"] or ()], "markings": _markings(row)}
        for row in kept
    ]


def finding(build: Build, finding_id: str) -> dict[str, Any]:
    """All that is known of one finding; `thresholds` as names and values, `names` by subject. NotFound where the build has none of that id."""
    [row] = _rows(build, "findings", "finding_id", [finding_id]) or [None]
    if row is None:
        raise NotFound(f"there is no finding “{finding_id}” in build {build.path.name}", hint="“crosstie findings” lists them.")
    thresholds: dict[str, float] = json.loads(row.get("thresholds") or "{}")
    names = _captions(build, set(row["subjects"] or ()))
    return {**row, "thresholds": thresholds, "names": names, "markings": _markings(row), "ties": row.get("ties") or []}


def _markings(row: dict[str, Any]) -> list[str]:
    return sorted({piece["marking"] for piece in row["evidence"] or () if piece["marking"]})


def _captions(build: Build, ids: set[str]) -> dict[str, str]:
    found = _rows(build, "entities", "entity_id", sorted(ids), ["entity_id", "caption"])
    return {row["entity_id"]: row["caption"] or row["entity_id"] for row in found}


def _rows(build: Build, table: str, column: str, values: list[str], columns: list[str] | None = None) -> list[dict[str, Any]]:
    path = build.file(table)
    if not values:
        return []
    try:
        found = pq.read_table(path, columns=columns, filters=pc.field(column).isin(values))
    except (OSError, pa.ArrowInvalid) as error:
        raise IntegrityError(f"{path} cannot be read: {error}", hint="`crosstie build --force` makes a new one.") from error
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows
