"""FollowTheMoney entities as JSON lines (`*.ftm.json`): one object per line with id, schema and properties.

The format is that of followthemoney's EntityProxy, as OpenSanctions, OpenAleph and `ftm` export it. Ids are kept as they are, unless the user
names a dataset, which then comes before each. Values of types with few distinct values (dates, countries, topics, ...) are checked; the others
are taken as they stand, since FollowTheMoney cleaned them when the entity was made. An entity nested in a property is read like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from crosstie.ingest.emitter import BATCH, Cleaner, Emitter, cleaner
from crosstie.ingest.jsonl import document, is_lines, objects
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers.ftm_statements import CHECKED, DATASET, series_of
from crosstie.model import schema as model

_COLUMNS = ("entity_id", "schema", "prop", "value", "locator", "dataset")
_DEEPEST = 5
#: the kind of a property that only shows another's from its other end
_REVERSE = "reverse"


class FtmJson:
    """FollowTheMoney entities."""

    name = "ftm-json"
    title = "FollowTheMoney entities, JSON lines"
    profile = Profile(DATASET, "ftm-json", "FollowTheMoney file", "F6", "TLP:AMBER", promise=Promise(min_records=1))

    def recognises(self, head: Head) -> bool:
        """By the fields of an entity."""
        return head.media in ("json", "jsonl") and all(f'"{field}"' in head.text for field in ("id", "schema", "properties"))

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each entity says."""
        writer = _Writer(out)
        for entity in _entities(original, out):
            writer.entity(entity)
        writer.flush()
        out.series = series_of(original.name, out.dataset, writer.datasets)


def _entities(original: Original, out: Emitter) -> Iterator[dict[str, Any]]:
    if is_lines(original):
        for _, value in objects(original, out):
            yield value
        return
    value = document(original, out)
    for index, entity in enumerate(value if isinstance(value, list) else [value], 1):
        out.place = f"[{index}]"
        if isinstance(entity, dict):
            yield entity
        else:
            out.reject("not a JSON object", str(entity))


class _Writer:
    """Gathers statements in columns."""

    def __init__(self, out: Emitter) -> None:
        self.out = out
        self.given = out.dataset != DATASET
        self.prefix = f"{out.dataset}-" if self.given else ""
        self.datasets: set[str] = set()
        self._kinds: dict[tuple[str, str], tuple[str, Cleaner | None] | None] = {}
        self._columns: tuple[list[str], ...] = tuple([] for _ in _COLUMNS)

    def entity(self, data: dict[str, Any], depth: int = 0) -> str | None:
        """Claim what an entity says; its id, or None where it is none."""
        out = self.out
        entity_id, schema, properties = data.get("id"), data.get("schema"), data.get("properties")
        if not isinstance(entity_id, str) or not entity_id or not isinstance(schema, str) or not isinstance(properties, dict):
            out.reject("not an entity: no id, schema or properties", str(data), at="" if not depth else "properties")
            return None
        if model.schema(schema) is None:
            out.reject("no such schema", schema, at="schema")
            return None
        if depth:
            out.records += 1
        else:
            out.record(out.place)
        dataset = self._dataset(data)
        for prop, values in properties.items():
            self._property(f"{self.prefix}{entity_id}", schema, prop, values if isinstance(values, list) else [values], dataset, depth)
        if len(self._columns[0]) >= BATCH:
            self.flush()
        return entity_id

    def _property(self, entity_id: str, schema: str, prop: str, values: list[Any], dataset: str, depth: int) -> None:
        kind = self._kind(schema, prop)
        out = self.out
        if kind is None:
            out.reject("no such property", f"{schema}:{prop}", at=prop)
            return
        name, clean = kind
        place = f"{out.place}/{prop}"
        ids, schemata, props, found, places, datasets = self._columns
        for value in values:
            if isinstance(value, dict) and depth < _DEEPEST:
                value = self.entity(value, depth + 1)
                if name == _REVERSE:  # the nested entity says itself what it is to this one
                    continue
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                value = str(value)
            if not isinstance(value, str) or name == _REVERSE:
                if value is not None:
                    out.reject(f"not a value for {prop}", str(value), at=prop)
                continue
            text = clean(value) if clean is not None else value.strip()
            if not text:
                if value.strip():
                    out.reject(f"not a value for {prop}", value, at=prop)
                continue
            ids.append(entity_id)
            schemata.append(schema)
            props.append(prop)
            found.append(f"{self.prefix}{text}" if name == "entity" else text)
            places.append(place)
            datasets.append(dataset)

    def _dataset(self, data: dict[str, Any]) -> str:
        named = data.get("datasets")
        if self.given or not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], str):
            return self.out.dataset
        if len(self.datasets) < 2:
            self.datasets.add(named[0])
        return named[0]

    def _kind(self, schema: str, prop: str) -> tuple[str, Cleaner | None] | None:
        key = (schema, prop)
        if key not in self._kinds:
            found = model.prop(schema, prop)
            if found is None:
                self._kinds[key] = None
            elif found.stub:
                self._kinds[key] = (_REVERSE, None)
            else:
                self._kinds[key] = (found.type.name, cleaner(schema, prop) if found.type.name in CHECKED else None)
        return self._kinds[key]

    def flush(self) -> None:
        """Hand on what is gathered."""
        if self._columns[0]:
            self.out.batch(pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in self._columns], names=list(_COLUMNS)))
            self._columns = tuple([] for _ in _COLUMNS)


READER = FtmJson()
