"""Reading a table by a mapping, and keeping what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.mapping import mapping_reader
from crosstie.ingest.reader import Original
from crosstie.model.tables import LEDGER_BASE, REJECT, STATEMENT

TOP = "dataset: reg\noriginator: Registry\n"
PERSON = (
    TOP
    + """
entities:
  person:
    schema: Person
    id: {column: Nr}
    properties:
      name: Name
      birthDate: {column: Born, date_format: "%d.%m.%Y"}
      country: Country
"""
)


class Kept:
    """A sink that keeps what it is given, as rows."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.rejected: list[dict[str, Any]] = []
        self.ledgers: dict[str, list[dict[str, Any]]] = {}
        self.records = 0

    def statements(self, batch: pa.RecordBatch) -> None:
        assert batch.schema == STATEMENT
        self.said += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        assert batch.schema == REJECT
        self.rejected += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        assert batch.schema.names[: len(LEDGER_BASE)] == LEDGER_BASE.names
        self.ledgers.setdefault(name, []).extend(batch.to_pylist())

    def values(self, prop: str) -> dict[str, list[str]]:
        """The values of a property, by entity."""
        found: dict[str, list[str]] = {}
        for row in self.said:
            if row["prop"] == prop:
                found.setdefault(row["entity_id"], []).append(row["value"])
        return found

    def faults(self) -> list[tuple[str, str]]:
        """Place and excerpt of each reject."""
        return sorted((row["locator"], row["excerpt"]) for row in self.rejected)


def read(mapping: Path, table: Path, *, dataset: str | None = None) -> Kept:
    """What a table says by a mapping."""
    reader = mapping_reader(mapping)
    profile, kept = reader.profile, Kept()
    out = Emitter(kept, source_id="0123456789abcdef", dataset=dataset or profile.dataset, grade=profile.grade, marking=profile.marking)
    reader.read(Original(table, table.name), out)
    out.flush()
    assert (out.statements, out.rejects, out.ledger_rows) == (len(kept.said), len(kept.rejected), sum(map(len, kept.ledgers.values())))
    kept.records = out.records
    return kept


def said(tmp_path: Path, mapping: str, table: str | bytes, name: str = "t.csv") -> Kept:
    """What a table says by a mapping, both as text."""
    (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / name).write_bytes(table.encode() if isinstance(table, str) else table)
    return read(tmp_path / "m.yaml", tmp_path / name)


def one(properties: str, more: str = "") -> str:
    """A mapping to one person a row."""
    return f"{TOP}{more}\nentities:\n  it:\n    schema: Person\n    id: Nr\n    properties:\n      {properties}\n"
