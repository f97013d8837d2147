"""The paths of one link, as a drawing begins with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq

from crosstie.errors import AccessError
from crosstie.store.builds import Build

Row = dict[str, Any]


def link_of(build: Build, reference: str) -> Row | None:
    """A link by its id or rank; None where there is none."""
    columns = ["link_id", "crime_id", "terror_id", "crime_name", "terror_name", "marking", "rank"]
    wanted: list[Any] = [[("link_id", "=", reference)]]
    if reference.isascii() and reference.isdigit() and len(reference) < 18:
        wanted.append([("rank", "=", int(reference))])
    rows = pq.read_table(build.file("links"), columns=columns, filters=wanted).to_pylist()
    return rows[0] if rows else None


def path_of(
    build: Build, reference: str, cleared: Callable[[str | None], bool]
) -> tuple[list[str], list[tuple[str, str]], list[str], list[str]] | None:
    """The entities of a link's paths, the steps between them, and its ends in crime and in terrorism; None where there is no such link.
    AccessError where its marking is stricter than one is cleared for.
    """
    link = link_of(build, reference)
    if link is None:
        return None
    if not cleared(link["marking"]):
        raise AccessError("its marking is stricter than your clearance", hint="Ask an administrator, or somebody who is cleared for it.")
    steps_of: list[Any] = [("link_id", "=", link["link_id"])]
    rows = pq.read_table(build.file("steps"), columns=["path_no", "step_no", "source", "target"], filters=steps_of).to_pylist()
    steps = [(row["source"], row["target"]) for row in sorted(rows, key=lambda row: (row["path_no"], row["step_no"]))]
    nodes = dict.fromkeys([link["crime_id"], *(end for step in steps for end in step), link["terror_id"]])
    return list(nodes), steps, [link["crime_id"]], [link["terror_id"]]


def placed_of(build: Build, entities: list[str]) -> list[Row]:
    """Why and since when entities belong to a sphere. The table is in the order of their ids."""
    if not entities:
        return []
    columns = ["entity_id", "sphere", "activity", "basis", "start", "end", "marking"]
    rows: list[Row] = pq.read_table(build.file("spheres"), columns=columns, filters=[("entity_id", "in", sorted(entities))]).to_pylist()
    return rows
