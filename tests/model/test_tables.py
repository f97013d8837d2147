from __future__ import annotations

import pyarrow as pa

from crosstie.model import tables


def test_a_ledger_begins_with_the_common_columns() -> None:
    payments = tables.ledger(amount=pa.float64(), currency=pa.string())
    assert payments.names[: len(tables.LEDGER_BASE.names)] == tables.LEDGER_BASE.names
    assert payments.names[-2:] == ["amount", "currency"]


def test_every_derived_table_can_prove_itself() -> None:
    """A row leads to its source: by source and locator, by a list of evidence, or by the ids of rows that do."""
    leads = {"source_id", "evidence", "crime_evidence", "entity_id", "left_id"}
    for name, schema in tables.TABLES.items():
        assert leads & set(schema.names), name


def test_every_table_that_says_something_bears_its_marking() -> None:
    for name in ("sources", "claims", "entities", "mentions", "spheres", "edges", "links"):
        assert "marking" in tables.TABLES[name].names, name
