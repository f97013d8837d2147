"""Builds with just what a test is about, and the desk of a person at them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.model.tables import TABLES
from crosstie.resolve.desk import Desk
from crosstie.settings import Settings
from crosstie.store.builds import Build, BuildStore
from crosstie.store.casebook import Casebook, Judgement

THRESHOLD = 0.75
SETTINGS = Settings(match_threshold=THRESHOLD)
Row = dict[str, Any]


def write_build(
    folder: Path,
    pairs: Sequence[tuple[Any, ...]],
    entities: Sequence[Sequence[str]] = (),
    said: dict[str, tuple[str, str]] | None = None,
    spheres: dict[str, str] | None = None,
    links: Sequence[tuple[str, str]] = (),
    victims: Sequence[str] = (),
) -> Build:
    """A build in a folder of builds: `pairs` (left, right, score, features), `entities` (members of those with more than one record), `said`
    (record → name, date of birth), `spheres`, `links`, `victims`. A record's list is what stands before its dash.
    """
    names = said or {}
    records = sorted({*itertools.chain.from_iterable(pair[:2] for pair in pairs), *itertools.chain.from_iterable(entities), *names})
    cluster = {record: min(members) for members in entities for record in members}
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for record in records:
        home = cluster.get(record, record)
        rows["clusters"].append({"entity_id": record, "cluster_id": home, "dataset": record.split("-")[0], "score": 1.0})
        if home == record:
            rows["entities"].append({"entity_id": record, "caption": record, "schema": "Person", "victim": record in victims})
        name, born = names.get(record, (record, ""))
        for prop, value in (("name", name), ("birthDate", born)):
            if value:
                rows["claims"].append(_claim(record, home, prop, value))
    rows["pairs"] = [
        {"left_id": left, "right_id": right, "score": score, "features": (*more, '{"name":5.0}')[0]} for left, right, score, *more in pairs
    ]
    rows["spheres"] = [{"entity_id": record, "sphere": sphere} for record, sphere in (spheres or {}).items()]
    rows["links"] = [
        {"rank": 1, "link_id": one + other, "crime_id": one, "terror_id": other, "path": [one, other], "status": "open"}
        for one, other in links
    ]
    with BuildStore(folder).begin() as writer:
        for table, schema in TABLES.items():
            pq.write_table(pa.Table.from_pylist(rows[table], schema=schema), writer.path(table))
        return writer.commit({"counts": dict.fromkeys(TABLES, 0)})


def _claim(record: str, home: str, prop: str, value: str) -> Row:
    return {
        "id": f"{record} {prop} {value}",
        "canonical_id": home,
        "entity_id": record,
        "schema": "Person",
        "prop": prop,
        "prop_type": "name" if prop == "name" else "date",
        "value": value,
        "dataset": record.split("-")[0],
        "source_id": "0" * 16,
        "locator": "row 1",
        "originator": "Office of Lists",
        "grade": "B2",
        "marking": "TLP:AMBER",
        "current": True,
    }


def judged(left: str, right: str, verdict: str, user: str = "ann") -> Judgement:
    left, right = sorted((left, right))
    return Judgement(f"{left}-{right}", "pair", left, right, verdict, "", user, "2030-01-02T00:00:00+00:00", None)  # type: ignore[arg-type]


def desk_of(build: Build, casebook: Casebook, user: str) -> Desk:
    """The desk of a person, without an audit."""
    return Desk(build, casebook, SETTINGS, user, lambda action, subject, detail: None)
