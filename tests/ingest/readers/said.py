"""What a reader says of a file, for tests to look at."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original, Reader
from crosstie.model import schema as model

FIXTURES = Path(__file__).parent / "fixtures"
REAL = Path(os.environ.get("CROSSTIE_DATA") or Path(__file__).parents[3] / "../shared/data")


@dataclass
class Said:
    """The statements and rejects of one file."""

    statements: list[dict[str, str]] = field(default_factory=list)
    rejected: list[dict[str, str]] = field(default_factory=list)
    records: int = 0
    version_date: str | None = None
    series: str | None = None

    def values(self, entity_id: str, prop: str) -> list[str]:
        """The values of a property, in the order said."""
        return [one["value"] for one in self.statements if one["entity_id"] == entity_id and one["prop"] == prop]

    def one(self, entity_id: str, prop: str) -> dict[str, str]:
        """The only statement of a property."""
        found = [one for one in self.statements if one["entity_id"] == entity_id and one["prop"] == prop]
        assert len(found) == 1, found
        return found[0]

    def schemata(self, entity_id: str) -> set[str]:
        """Under which schemata a thing is spoken of."""
        return {one["schema"] for one in self.statements if one["entity_id"] == entity_id}

    def about(self, entity_id: str) -> dict[str, list[str]]:
        """All that is said of a thing."""
        found: dict[str, list[str]] = {}
        for one in self.statements:
            if one["entity_id"] == entity_id:
                found.setdefault(one["prop"], []).append(one["value"])
        return found

    def reasons(self) -> dict[str, int]:
        """The rejects by reason."""
        return dict(Counter(one["reason"] for one in self.rejected))

    # a sink
    def keep(self, batch: pa.RecordBatch) -> None:
        self.statements += batch.to_pylist()

    def drop(self, batch: pa.RecordBatch) -> None:
        self.rejected += batch.to_pylist()


class _Sink:
    def __init__(self, said: Said) -> None:
        self.statements, self.rejects = said.keep, said.drop

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        raise AssertionError(f"a list has no ledger {name}")


def read(reader: Reader, path: Path, *, dataset: str | None = None) -> Said:
    """Read a file whole, and check what holds for every reader."""
    said = Said()
    profile = reader.profile
    out = Emitter(
        _Sink(said), source_id="0123456789abcdef", dataset=dataset or profile.dataset, grade=profile.grade, marking=profile.marking
    )
    reader.read(Original(path, path.name), out)
    out.flush()
    said.records, said.version_date, said.series = out.records, out.version_date, out.series
    assert out.statements == len(said.statements)
    assert out.rejects == len(said.rejected)
    for one in said.statements:
        assert model.prop(one["schema"], one["prop"]), one
        assert one["value"].strip(), one
        assert one["locator"], one
    _edges_have_both_ends(said)
    return said


def _edges_have_both_ends(said: Said) -> None:
    ends: dict[str, set[str]] = {}
    schemata: dict[str, str] = {}
    for one in said.statements:
        if model.edge_ends(one["schema"]):
            ends.setdefault(one["entity_id"], set()).add(one["prop"])
            schemata[one["entity_id"]] = one["schema"]
    for edge, props in ends.items():
        wanted = model.edge_ends(schemata[edge])
        assert wanted is not None
        assert set(wanted) <= props, (edge, props)


def real(name: str) -> Path:
    """A real file of ../shared/data; the test is skipped where it is absent."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"real data is absent: {path}")
    return path


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """A file of that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
