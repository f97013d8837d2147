"""Detectors see the same on both engines: those of illicit finance that ask in ways of their own, on all their positive cases at once."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa

from crosstie.lens import events, registry
from crosstie.lens.manifest import Lens
from crosstie.model.tables import CLAIM, SOURCE
from crosstie.store.engine import Engine

LENS = next(lens for lens in registry.load() if lens.name == "finance")
#: one detector for each way in which the lens asks the engine, and those with queries of their own
ASKED = ("structuring", "cycle", "small-sums", "hawala-netting", "nesting", "designated-exposure")
#: their parties are named elsewhere too
NAMED = ("designated-exposure", "hawala-netting")
TYPOLOGIES = [typology for typology in LENS.typologies if typology.name in ASKED]


def case(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def ledger(lens: Lens) -> pa.Table:
    """The positive cases of these detectors in one ledger, the parties of each with names of their own."""
    rows = []
    for typology in TYPOLOGIES:
        for number, row in enumerate(case(lens.folder / "fixtures" / typology.name / "positive.csv")):
            own = {name: cell or None for name, cell in row.items()}
            for end in ("a_id", "b_id"):
                own[end] = own[end] if typology.name in NAMED else f"{typology.name}.{own[end]}"
            given: dict[str, str | None] = {
                "event_id": f"{typology.name}-{number}",
                "locator": f"row {number}",
                "source_id": own.get("source_id") or "s",
            }
            rows.append(own | given | {"grade": "A2", "marking": "TLP:CLEAR"})
    schema = lens.ledgers["payments"]
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in schema.names}).cast(schema)


def claims(lens: Lens) -> pa.Table:
    said = case(lens.folder / "fixtures" / "designated-exposure" / "positive.claims.csv")
    more = {"source_id": "s", "locator": "row", "grade": "A2", "marking": "TLP:CLEAR", "current": True, "prop_type": "string"}
    rows = [
        dict.fromkeys(CLAIM.names) | row | more | {"id": f"c{number}", "canonical_id": row["entity_id"]} for number, row in enumerate(said)
    ]
    return pa.Table.from_pylist(rows, schema=CLAIM)


def seen(engine: Engine) -> dict[str, pa.Table]:
    engine.load("claims", claims(LENS))
    engine.load("sources", SOURCE.empty_table())
    engine.load("ledger_payments", ledger(LENS))
    events.gather(engine, ["payments"])
    return {typology.name: registry.run(engine, LENS, typology) for typology in TYPOLOGIES}


def test_finance_sees_the_same_on_spark(duck: Engine, spark: Engine) -> None:
    here, there = seen(duck), seen(spark)
    assert len(here) == len(ASKED)
    assert all(found.num_rows for found in here.values())
    assert {name: found.to_pylist() for name, found in there.items()} == {name: found.to_pylist() for name, found in here.items()}
