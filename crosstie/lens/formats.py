"""The part of the contract about the readers of a lens: each is told from all others, reads a good file whole and refuses a bad one with the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from crosstie.errors import InputError
from crosstie.ingest.load import Choice, Loaded, load
from crosstie.ingest.reader import Reader
from crosstie.ingest.readers import readers as shared_readers
from crosstie.ingest.sniff import sniff
from crosstie.lens.manifest import Lens
from crosstie.model.tables import LEDGER_BASE

FOLDER = "readers"


@dataclass
class _Kept:
    """What a reader said of a fixture."""

    ledgers: dict[str, pa.Schema] = field(default_factory=dict)
    refused: list[dict[str, str]] = field(default_factory=list)

    def statements(self, batch: pa.RecordBatch) -> None:
        """Statements are checked as they are said."""

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Keep what was rejected."""
        self.refused += batch.to_pylist()

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep the columns."""
        self.ledgers[name] = batch.schema


def problems(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    """In what the readers of a lens break the contract; `fixtures/readers/<reader>/` has files good* and bad* for each."""
    own, declared = lens.formats(), set(lens.readers)
    for name in sorted({one.name for one in own} ^ declared):
        yield f"lens.yaml: readers and the folder readers/ do not agree on {name}"
    known = [*shared_readers(), *(one for each in lenses for one in each.formats())]
    ledgers = {name: schema for one in lenses for name, schema in one.ledgers.items()}
    for reader in own:
        folder = lens.folder / "fixtures" / FOLDER / reader.name
        for kind in ("good", "bad"):
            files = sorted(folder.glob(f"{kind}*"))
            if not files:
                yield f"fixtures/{FOLDER}/{reader.name}: no file {kind}*"
            for file in files:
                said = _good(file, reader, known, ledgers) if kind == "good" else _bad(file, reader)
                yield from (f"fixtures/{FOLDER}/{reader.name}/{file.name}: {one}" for one in said)


def _good(file: Path, reader: Reader, known: list[Reader], ledgers: dict[str, pa.Schema]) -> Iterator[str]:
    head = sniff(file, file.name)
    claimed = [one.name for one in known if one.recognises(head)]
    if claimed != [reader.name]:
        yield f"is recognised by {', '.join(claimed) or 'nobody'}"
        return
    kept = _Kept()
    try:
        loaded = _read(file, reader, kept)
    except InputError as error:
        yield f"cannot be read: {error.detail}"
        return
    if not loaded.records:
        yield "has no records"
    yield from (f"rejected at {one['locator']}: {one['reason']}" for one in kept.refused)
    for name, schema in kept.ledgers.items():
        if name not in ledgers:
            yield f"writes the ledger {name}, which no lens declares"
            continue
        strange = [one.name for one in schema if one.name not in ledgers[name].names or one.type != ledgers[name].field(one.name).type]
        missing = [one for one in LEDGER_BASE.names if one not in schema.names]
        if strange or missing:
            yield f"ledger {name}: columns that are missing or of another kind: {', '.join([*missing, *strange])}"


def _bad(file: Path, reader: Reader) -> Iterator[str]:
    kept = _Kept()
    try:
        _read(file, reader, kept)
    except InputError as error:
        if not error.detail:
            yield "is refused without a word"
        return
    if not kept.refused:
        yield "is read without a reject"
    yield from ("a reject lacks place or reason" for one in kept.refused if not one["locator"] or not one["reason"])


def _read(file: Path, reader: Reader, kept: _Kept) -> Loaded:
    return load(file, file.name, kept, source_id="fixture", readers=[reader], choice=Choice(reader=reader.name, check_promise=False))
