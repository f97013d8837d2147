"""Who is asked about: travellers of messages, crossings, scans and records, read without being put into the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from crosstie.errors import UnknownFormat
from crosstie.ingest.reader import Original, Reader
from crosstie.ingest.sniff import choose, sniff
from crosstie.lenses.travel.passengers import Asking
from crosstie.lenses.travel.readers import border_crossings, document_records, machine_readable, messages

READERS: tuple[Reader, ...] = (messages.READER, border_crossings.READER, document_records.READER, machine_readable.READER)
#: what is known of a traveller who is asked about
COLUMNS = (
    "a_id",
    "name",
    "born",
    "gender",
    "nationality",
    "document",
    "issuer",
    "document_type",
    "date",
    "carrier",
    "flight",
    "record",
    "locator",
)


class Gathered:
    """A sink that keeps the rows of journeys, crossings and papers, and counts what was rejected."""

    def __init__(self) -> None:
        self.rows: dict[str, list[pa.RecordBatch]] = {}
        self.refused: list[pa.RecordBatch] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        """Statements are for the workspace, not for a question."""

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Keep what could not be used."""
        self.refused.append(batch)

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep a batch."""
        self.rows.setdefault(name, []).append(batch)


def passengers(files: Sequence[Path]) -> tuple[pa.Table, list[str]]:
    """The travellers of some files, each once (COLUMNS and `file`), and notes on what could not be read. UnknownFormat for another kind of file."""
    tables, notes = [], []
    for file in files:
        kept = Gathered()
        out = Asking(kept, source_id="asked", dataset="travel", grade="F6", marking="TLP:AMBER")
        choose(sniff(file, file.name), READERS).read(Original(file, file.name), out)
        out.flush()
        found = _of(kept)
        if found is None:
            raise UnknownFormat(
                f"{file.name}: no traveller in it", hint="Passenger messages, crossings, scans of zones and records of documents are read."
            )
        tables.append(found.append_column("file", pa.array([file.name] * found.num_rows, pa.string())))
        refused = sum(batch.num_rows for batch in kept.refused)
        notes.append(f"{file.name}: {out.records} records, {found.num_rows} travellers" + (f", {refused} remarks" if refused else ""))
        notes += [f"{file.name}: {row['locator']}: {row['reason']}" for batch in kept.refused[:1] for row in batch.slice(0, 5).to_pylist()]
    return pa.concat_tables(tables).combine_chunks(), notes


def _of(kept: Gathered) -> pa.Table | None:
    """The travellers that a file speaks of: by journeys or crossings where it has them, else by papers."""
    for name in ("journeys", "crossings", "papers"):
        if name in kept.rows:
            rows = pa.Table.from_batches([_columns(batch) for batch in kept.rows[name]]).combine_chunks()
            first = rows.append_column("at", pa.array(range(rows.num_rows), pa.int64())).group_by("a_id").aggregate([("at", "min")])
            return rows.take(first.column("at_min").combine_chunks().sort())
    return None


def _columns(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [batch.column(name) if name in batch.schema.names else pa.nulls(batch.num_rows, pa.string()) for name in COLUMNS]
    return pa.RecordBatch.from_arrays([column.cast(pa.string()) for column in columns], names=list(COLUMNS))
