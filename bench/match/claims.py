"""An invented population straight to `claims` and `sources` of an engine, as `crosstie build` has them after gathering, without files in between.

Values are cleaned as a mapping cleans them, but for the phones: those are invented too, and only one in fifteen would pass for a phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.ingest.columns import by_unique
from crosstie.ingest.emitter import cleaner
from crosstie.model import schema as model
from crosstie.model.tables import CLAIM, SOURCE
from crosstie.resolve.flat import Array, pc
from crosstie.store.engine import Engine

#: Column of the generator to property; the parts of a name are put together before.
PROPERTIES = {
    "name": "name",
    "dob": "birthDate",
    "gender": "gender",
    "nationality": "nationality",
    "city": "birthPlace",
    "doc": "passportNumber",
    "phone": "phone",
}
_NAMES = ("first_name", "middle_name", "last_name")
#: Of these few values are different, and each is cleaned once.
_CLEANED = ("dob", "gender", "nationality")
#: Persons of a batch.
_BATCH = 250_000
DAY = "2030-01-01"


def load_people(engine: Engine, **lists: pa.Table) -> None:
    """Create `claims` and `sources` from tables of persons, each by the name of its list; a person's id is the list's name and the column unique_id."""
    rows = (batch for name, table in lists.items() for batch in _claims(name, table))
    engine.load("claims", pa.RecordBatchReader.from_batches(CLAIM, rows))
    listed = {
        "version_date": DAY,
        "received_at": f"{DAY}T00:00:00+00:00",
        "originator": "Registry",
        "grade": "B2",
        "marking": "TLP:AMBER",
        "curated": False,
    }
    told = [{"source_id": name, "series": name, "dataset": name, **listed} for name in lists]
    engine.load("sources", pa.Table.from_pylist(told, schema=SOURCE))


def _claims(name: str, table: pa.Table) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(table), _BATCH):
        some = table.slice(start, _BATCH).combine_chunks()
        ids = pc.binary_join_element_wise(name, some["unique_id"].combine_chunks(), "-")
        parts = [some[part].combine_chunks() for part in _NAMES]
        said = {"name": pc.binary_join_element_wise(*parts, " ", null_handling="skip")}
        for column, prop in PROPERTIES.items():
            if (written := said.get(column)) is None:
                written = some[column].combine_chunks()
            value = by_unique(written, cleaner("Person", prop)) if column in _CLEANED else written
            there = pc.and_(pc.is_valid(value), pc.greater(pc.binary_length(value), 0))
            yield _batch(name, prop, *(found.filter(there) for found in (ids, value, written)))


def _batch(name: str, prop: str, ids: Array, value: Array, written: Array) -> pa.RecordBatch:
    count = len(ids)
    found = model.prop("Person", prop)
    assert found is not None
    same = {
        "schema": "Person",
        "prop": prop,
        "prop_type": found.type.name,
        "dataset": name,
        "series": name,
        "source_id": name,
        "originator": "Registry",
        "grade": "B2",
        "marking": "TLP:AMBER",
        "first_seen": DAY,
        "last_seen": DAY,
        "current": True,
    }
    held = {
        "id": pc.binary_join_element_wise(ids, prop, " "),
        "canonical_id": ids,
        "entity_id": ids,
        "value": value,
        "original_value": pc.if_else(pc.equal(value, written), pa.scalar(None, pa.string()), written),
        "locator": ids,
    }
    columns = [held[field.name] if field.name in held else _repeated(same.get(field.name), field.type, count) for field in CLAIM]
    return pa.RecordBatch.from_arrays(columns, schema=CLAIM)


def _repeated(value: Any, kind: pa.DataType, count: int) -> Array:
    held: Array = pc.take(pa.array([value], kind), pa.array(np.zeros(count, np.int32)))
    return held
