"""A look at what a file is and what a mapping would make of it, before it is taken in: nothing of it is kept."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.errors import InputError
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.mapping import mapping_reader
from crosstie.ingest.reader import Head, Original, Profile, Reader
from crosstie.ingest.rows import delimiter_of
from crosstie.ingest.sheets import sheet_rows
from crosstie.ingest.skeleton import guess
from crosstie.ingest.sniff import header, looks_like, sniff
from crosstie.ingest.tabular import column_names

#: Rows that are tried, values that are shown of a column, and bytes of a text that are looked at.
ROWS, SAMPLES, LOOKED = 25, 3, 1 << 18
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, some of its values, and what it is likely to hold (a property, or payer, payee, amount, …; empty where nobody knows)."""

    name: str
    samples: tuple[str, ...]
    guess: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file looks like. `reader`, `title`, `profile`: who knows it; None where nobody does. `columns`: those of a table."""

    media: str
    looks_like: str
    reader: str | None
    title: str | None
    profile: Profile | None
    columns: tuple[Column, ...]

    @property
    def mappable(self) -> bool:
        """Whether a mapping can say what it holds."""
        return self.reader is None and self.media in ("csv", "xlsx") and bool(self.columns)


@dataclass(frozen=True, slots=True)
class Tried:
    """What the first rows of a table say by a mapping. `entities`: id, schema and values by property; `ledgers`: rows by name; `rejects`: place, reason and
    excerpt.
    """

    rows: int
    entities: tuple[dict[str, Any], ...]
    ledgers: dict[str, list[dict[str, Any]]]
    rejects: tuple[dict[str, str], ...]


def look(path: Path, name: str, readers: Sequence[Reader]) -> Looked:
    """What a file is, told from its beginning by these readers. InputError where it is damaged or hostile."""
    head = sniff(path, name)
    known = next((reader for reader in readers if reader.recognises(head)), None)
    columns = _columns(path, head) if head.media in ("csv", "xlsx") and known is None else ()
    if known is None:
        return Looked(head.media, looks_like(head), None, None, None, columns)
    return Looked(head.media, looks_like(head), known.name, known.title, known.profile, columns)


def try_mapping(path: Path, name: str, mapping: str) -> Tried:
    """What a mapping, as text, makes of the first rows of a table. MappingError where the mapping is wrong or does not fit."""
    with tempfile.TemporaryDirectory(prefix="crosstie-try-") as folder:
        written = Path(folder) / "table.mapping.yaml"
        written.write_text(mapping, encoding="utf-8")
        reader = mapping_reader(written)
        part = _first_rows(path, name, Path(folder) / "table.csv", reader.mapping.sheet)
        return _read(reader, Original(part, Path(name).with_suffix(".csv").name))


def _read(reader: Reader, original: Original) -> Tried:
    kept = _Kept()
    profile = reader.profile
    out = Emitter(kept, source_id="try", dataset=profile.dataset, grade=profile.grade, marking=profile.marking)
    reader.read(original, out)
    out.flush()
    entities: dict[str, dict[str, Any]] = {}
    for row in kept.said:
        one = entities.setdefault(row["entity_id"], {"id": row["entity_id"], "schema": row["schema"], "properties": {}})
        one["properties"].setdefault(row["prop"], []).append(row["value"])
    return Tried(out.records, tuple(entities.values()), kept.ledgers, tuple(kept.refused))


class _Kept:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.refused: list[dict[str, str]] = []
        self.ledgers: dict[str, list[dict[str, Any]]] = {}

    def statements(self, batch: pa.RecordBatch) -> None:
        """Keep a batch of STATEMENT."""
        self.said += batch.select(["entity_id", "schema", "prop", "value"]).to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Keep a batch of REJECT."""
        self.refused += batch.select(["locator", "reason", "excerpt"]).to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep rows of a ledger."""
        hidden = ("source_id", "grade", "marking", "locator")
        self.ledgers.setdefault(name, []).extend(
            batch.select([column for column in batch.schema.names if column not in hidden]).to_pylist()
        )


def _first_rows(path: Path, name: str, into: Path, sheet: str | None) -> Path:
    """The first rows of a table as a file of their own; those of a workbook as CSV."""
    head = sniff(path, name)
    if head.media == "xlsx":
        with into.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(islice(sheet_rows(path, name, sheet)[1], ROWS + 5))
        return into
    if head.media != "csv":
        raise InputError(f"{name} is no table: a mapping is for tables")
    with path.open("rb") as stream:
        text = stream.read(LOOKED)
    lines = text.splitlines(keepends=True)
    few = lines[: ROWS + 5] if len(lines) > ROWS + 5 or len(text) < LOOKED else lines[:-1]
    whole = b"".join(few)
    if whole.count(b'"') % 2:  # the last row goes on behind the cut
        whole = b"".join(few[:-1]) if b"".join(few[:-1]).count(b'"') % 2 == 0 else text
    into.write_bytes(whole)
    return into


def _columns(path: Path, head: Head) -> tuple[Column, ...]:
    rows = _rows(path, head)
    named = head.columns or header(rows)
    names = column_names(named) if named else tuple(str(number) for number in range(1, max((len(row) for row in rows), default=0) + 1))
    values = rows[rows.index(named) + 1 :] if named and named in rows else rows
    guessed = {column: what for what, column in guess(names).items()}
    found = []
    for place, column in enumerate(names):
        cells = dict.fromkeys(row[place][:_LONGEST] for row in values if place < len(row) and row[place].strip())
        found.append(Column(column, tuple(cells)[:SAMPLES], guessed.get(column, "")))
    return tuple(found)


def _rows(path: Path, head: Head) -> Sequence[tuple[str, ...]]:
    if head.rows or head.media == "xlsx":
        return head.rows
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        text = stream.read(LOOKED)
    return [tuple(row) for row in islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter_of(text)), ROWS)]
