"""What a reader of the lens says of a text."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.ingest.load import Choice, load
from crosstie.ingest.reader import Reader


class Said:
    """A sink that keeps everything as plain rows."""

    def __init__(self) -> None:
        self.facts: list[dict[str, Any]] = []
        self.refused: list[tuple[str, str]] = []
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def statements(self, batch: pa.RecordBatch) -> None:
        self.facts += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        self.refused += [(row["locator"], row["reason"]) for row in batch.to_pylist()]

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        self.rows[name] += batch.to_pylist()

    def said_of(self, prop: str) -> set[str]:
        return {row["value"] for row in self.facts if row["prop"] == prop}


def said(folder: Path, name: str, text: str | bytes, reader: Reader) -> Said:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    kept = Said()
    load(path, name, kept, source_id="test", readers=[reader], choice=Choice(reader=reader.name, check_promise=False))
    return kept
