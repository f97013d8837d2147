"""The peer of the reading bench: the same fields of the same file, said to FollowTheMoney's entities and written by its own writer.

JSON, since of FollowTheMoney's three forms that writer is the fastest.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from followthemoney import Dataset, StatementEntity
from followthemoney.statement.serialize import JSON, get_statement_writer

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original, Reader
from crosstie.ingest.sniff import choose, sniff


class _Nowhere:
    """A sink for an emitter that keeps nothing itself."""

    def statements(self, batch: Any) -> None: ...

    def rejects(self, batch: Any) -> None: ...

    def ledger(self, name: str, batch: Any) -> None: ...


class _Told:
    """What a reader speaks through: it hands every claim to an entity, `add` being FollowTheMoney's own way in."""

    __slots__ = ("_entity", "_out", "grade", "id", "marking", "schema")

    def __init__(self, out: EntityEmitter, entity_id: str, schema: str) -> None:
        self._out, self.id, self.schema = out, entity_id, schema
        self.grade, self.marking = out.grade, out.marking
        self._entity: StatementEntity | None = None

    def say(self, prop: str, value: str | None, *, at: str = "", lang: str | None = None, original: str | None = None) -> bool:
        """A value for a property; where it stands has no place in a statement of FollowTheMoney."""
        if not value:
            return False
        if self._entity is None:
            self._entity = self._out.told(self)
        self._entity.add(prop, value, quiet=True, lang=lang, original_value=original)
        return True

    def retype(self, schema: str) -> None:
        self.schema, self._entity = schema, None

    def written(self) -> None:
        """What is said from now on belongs to another fragment of the entity."""
        self._entity = None


class EntityEmitter(Emitter):
    """An emitter that makes FollowTheMoney's entities of each record and writes their statements when the record ends."""

    def __init__(self, stream: BinaryIO, dataset: str) -> None:
        super().__init__(_Nowhere(), source_id="0" * 16, dataset=dataset, grade="A2", marking="TLP:CLEAR")
        self._of = Dataset.make({"name": dataset, "title": dataset})
        self._writer = get_statement_writer(stream, JSON)
        self._entities: dict[tuple[str, str], StatementEntity] = {}
        self._tellers: list[_Told] = []

    def entity(self, entity_id: str, schema: str) -> Any:
        """A thing that the record speaks of."""
        return _Told(self, entity_id, schema)

    def told(self, teller: _Told) -> StatementEntity:
        """The entity of the record that is meant, one for all that speak of it."""
        self._tellers.append(teller)
        key = teller.id, teller.schema
        entity = self._entities.get(key)
        if entity is None:
            entity = self._entities[key] = StatementEntity(self._of, {"id": teller.id, "schema": teller.schema})
        return entity

    def record(self, place: str) -> None:
        """The record before is complete: write it."""
        self._write()
        super().record(place)

    def close(self) -> None:
        """Write the last record."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        write = self._writer.write
        for entity in self._entities.values():
            for statement in entity.statements:
                write(statement)
        for teller in self._tellers:
            teller.written()
        self._entities, self._tellers = {}, []


def read(path: Path, into: Path, readers: list[Reader]) -> int:
    """Read a file as a crawler on FollowTheMoney would; returns the records."""
    reader = choose(sniff(path, path.name), readers)
    with into.open("wb") as stream:
        out = EntityEmitter(stream, reader.profile.dataset)
        reader.read(Original(path, path.name), out)
        out.close()
    return out.records


def replay(values: list[dict[str, str | None]], into: Path) -> None:
    """Say and write what was found before, thing by thing: the values are free of charge."""
    with into.open("wb") as stream:
        out = EntityEmitter(stream, "bench")
        for key, said in groupby(values, lambda row: (row["entity_id"], row["schema"])):
            out.record("")
            teller = out.entity(*key)
            for row in said:
                teller.say(row["prop"], row["original_value"] or row["value"], lang=row["lang"])
        out.close()
