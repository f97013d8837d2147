"""Records have fingerprints on both engines, and the same arrays."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from crosstie.model.tables import SOURCE, STATEMENT
from crosstie.resolve import records, traits
from crosstie.resolve.batches import values
from crosstie.resolve.claims import gather
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.profiles import Profiles
from crosstie.store.engine import Engine

_SAID = [
    ("one-1", "Person", "name", "Boran Tarkovar"),
    ("one-1", "Person", "alias", "Боран Тарковар"),
    ("one-1", "Person", "birthDate", "1971-05-02"),
    ("one-1", "Person", "address", "17 Ostrovane Street, Zimbrak 4410"),
    ("one-2", "Company", "name", "Ostrolin Works Ltd"),
    ("one-2", "Company", "registrationNumber", "8-441-2207"),
    ("one-s", "Sanction", "entity", "one-1"),
    ("one-s", "Sanction", "unscId", "QXi.901"),
]


def _read(engine: Engine, renamed: str) -> tuple[list[int], Profiles]:
    source = {"source_id": "a", "series": "one", "version_date": "2030-01-01", "dataset": "one", "received_at": "2030-01-01T00:00:00+00:00"}
    said = [
        {
            "entity_id": entity_id,
            "schema": schema,
            "prop": prop,
            "value": renamed if prop == "alias" else value,
            "dataset": "one",
            "source_id": "a",
        }
        for entity_id, schema, prop, value in _SAID
    ]
    engine.load("sources", pa.Table.from_pylist([source], schema=SOURCE))
    engine.load("statements", pa.Table.from_pylist(said, schema=STATEMENT))
    gather(engine)
    records.select(engine)
    records.analyse_names(engine)
    traits.collect(engine)
    prints = values(engine.arrow("select fingerprint from records order by idx"), 0)
    return prints, load_profiles(engine)


def test_the_same_arrays_and_fingerprints_of_one_use(duck: Engine, spark: Engine) -> None:
    found = []
    for engine in (duck, spark):
        (person, firm), profiles = _read(engine, "Боран Тарковар")
        found.append(profiles._arrays())
        other, same = _read(engine, "Боран Ломбрак")[0]
        assert (person != other, firm == same) == (True, True)
    ours, theirs = found
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if not np.array_equal(ours[name], theirs[name])] == []
