"""What the tests of this lens share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crosstie.ingest.load import Choice, Loaded, load
from crosstie.lens import events, registry
from crosstie.lens.manifest import Lens
from crosstie.model.tables import CLAIM, SOURCE
from crosstie.store.engine import Engine


class Kept:
    """What a reader said."""

    def __init__(self) -> None:
        self.said: list[dict[str, str]] = []
        self.refused: list[dict[str, str]] = []
        self.rows: dict[str, list[pa.RecordBatch]] = {}

    def statements(self, batch: pa.RecordBatch) -> None:
        """Keep statements."""
        self.said += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Keep rejects."""
        self.refused += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep rows of a ledger."""
        self.rows.setdefault(name, []).append(batch)

    def ledger_rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a ledger."""
        return pa.Table.from_batches(self.rows[name]).to_pylist()


@pytest.fixture(scope="session")
def lens() -> Lens:
    """The lens."""
    return next(one for one in registry.load() if one.name == "resources")


@pytest.fixture(scope="session")
def read(lens: Lens) -> Callable[[Path], tuple[Kept, Loaded]]:
    """What the lens's readers make of a file."""

    def take(path: Path) -> tuple[Kept, Loaded]:
        kept = Kept()
        readers, choice = lens.formats(), Choice(check_promise=False)
        return kept, load(path, path.name, kept, source_id="0123456789abcdef", readers=readers, choice=choice)

    return take


@pytest.fixture
def desk_engine() -> Iterator[Engine]:
    """An engine with no claims and no sources."""
    with Engine() as engine:
        engine.load("claims", CLAIM.empty_table())
        engine.load("sources", SOURCE.empty_table())
        yield engine


@pytest.fixture
def put(desk_engine: Engine, lens: Lens) -> Callable[[str, list[dict[str, Any]]], Engine]:
    """Load rows of a ledger; what is not said is null."""

    def load_rows(ledger: str, rows: list[dict[str, Any]]) -> Engine:
        given = {"source_id": "s", "grade": "A2", "marking": "TLP:CLEAR"}
        full = [given | {"event_id": f"e{number}", "locator": f"row {number:05d}"} | row for number, row in enumerate(rows)]
        schema = lens.ledgers[ledger]
        desk_engine.load(
            f"ledger_{ledger}", pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in full], schema=schema)
        )
        events.gather(desk_engine)
        return desk_engine

    return load_rows
