"""From the engine's tables to arrays: the profiles of the records that a build matches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.batches import array
from crosstie.resolve.flat import encode, pc, whole
from crosstie.resolve.profiles import KINDS, Births, Held, Names, Profiles, assemble
from crosstie.resolve.traits import VALUE_SETS, listed
from crosstie.store.engine import Engine

_VALUE_TABLES = {
    "identifier": "record_identifiers",
    "contact": "record_contacts",
    "citation": "record_citations",
    "place": "record_places",
    "number": "record_numbers",
    "form": "record_legal_forms",
    "premises": "record_premises",
}


def load_profiles(engine: Engine) -> Profiles:
    """The arrays of `records` (any of them, `idx` from 0 without a gap), `record_claims`, `record_names` and the tables of `traits.collect`."""
    records = engine.arrow('select entity_id, dataset, "schema", kind, current, curated from records order by idx')
    kinds = pc.index_in(records.column("kind"), pa.array(KINDS)).to_numpy(zero_copy_only=False)
    names = engine.arrow("select idx, tokens, parts, weak, main from record_names order by idx, tokens, weak")
    births = engine.arrow("select idx, value, written from record_births order by idx, value")
    held = {name: f"select idx, value from record_claims where prop in ({listed(props)})" for name, props in VALUE_SETS.items()} | {
        name: f"select idx, value from {table}" for name, table in _VALUE_TABLES.items()
    }
    datasets, lists = _codes(records, "dataset")
    return assemble(
        whole(records.column("entity_id")),
        kinds.astype(np.int8),
        Names(
            _idx(names),
            whole(names.column("tokens")),
            array(names, "weak", np.bool_),
            whole(names.column("parts")),
            array(names, "main", np.bool_),
        ),
        births=Births(_idx(births), whole(births.column("value")), whole(births.column("written"))),
        values={name: _held(engine.arrow(query)) for name, query in held.items()},
        datasets=datasets,
        lists=lists,
        schemata=_codes(records, "schema"),
        current=array(records, "current", np.bool_),
        curated=array(records, "curated", np.bool_),
    )


def _idx(table: pa.Table) -> NDArray[np.int64]:
    return array(table, "idx", np.int64)


def _held(table: pa.Table) -> Held:
    return Held(_idx(table), whole(table.column("value")))


def _codes(table: pa.Table, column: str) -> tuple[NDArray[np.int32], list[Any]]:
    codes, labels = encode(whole(table.column(column)))
    return codes, labels.to_pylist()
