"""Statements of a table in columns, each said once for a file, however many rows say it again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from crosstie.ingest.columns import Texts, pc
from crosstie.ingest.emitter import Emitter

#: claims remembered so as not to be said again; beyond that a claim may be said twice, which changes nothing
_REMEMBERED = 1_000_000


class Once:
    """What one file has said."""

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._said: set[int] = set()

    def say(self, ids: Texts, schema: str, prop: str, values: Texts, places: Texts, at: str = "", originals: Texts = None) -> None:
        """A property of things, null where a row says nothing, from `at` a part of each place. `originals`: the values as they are written, if they differ."""
        keep = pc.and_(pc.is_valid(ids), pc.is_valid(values))
        if not pc.any(keep, min_count=0).as_py():
            return
        coded = pc.binary_join_element_wise(ids.filter(keep), values.filter(keep), "\x1f").dictionary_encode()
        _, first = np.unique(coded.indices.to_numpy(), return_index=True)
        new = [row for row, key in zip(first.tolist(), coded.dictionary.to_pylist(), strict=True) if self._unsaid(hash((prop, key)))]
        if not new:
            return
        take = pc.indices_nonzero(keep).take(pa.array(sorted(new), pa.int64()))
        places, said = places.take(take), values.take(take)
        columns = {
            "entity_id": ids.take(take),
            "schema": pa.repeat(pa.scalar(schema), len(new)),
            "prop": pa.repeat(pa.scalar(prop), len(new)),
            "value": said,
            "locator": pc.binary_join_element_wise(places, at, "/") if at else places,
        }
        if originals is not None:
            written = originals.take(take)
            columns["original_value"] = pc.if_else(pc.equal(written, said), pa.scalar(None, pa.string()), written)
        self._out.batch(pa.RecordBatch.from_pydict(columns))

    def _unsaid(self, key: int) -> bool:
        if key in self._said:
            return False
        if len(self._said) < _REMEMBERED:
            self._said.add(key)
        return True
