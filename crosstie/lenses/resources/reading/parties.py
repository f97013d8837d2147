"""Who a table names: statements about parties and ships, each said once, and the ids that ledgers use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import Texts, slug
from crosstie.ingest.emitter import Emitter

pc: Any = pyarrow.compute
#: claims remembered so as not to be said again; beyond that a claim may be said twice, which changes nothing
_REMEMBERED = 1_000_000


class Parties:
    """Names parties for one file."""

    def __init__(self, out: Emitter) -> None:
        self._out = out
        self._said: set[int] = set()

    def party(self, places: Texts, at: str, said: dict[str, Texts], number: Texts = None, schema: str = "LegalEntity") -> Texts:
        """The id of each row's party: of its number, or else of its name and State. `said` are its properties; null where the row names nobody."""
        name, state = said["name"], said.get("country")
        spoken = slug(pc.utf8_lower(name))
        own = spoken if state is None else pc.coalesce(pc.binary_join_element_wise(spoken, state, "-"), spoken)
        own = pc.if_else(pc.equal(spoken, ""), pa.scalar(None, pa.string()), own)
        if number is not None:
            own = pc.coalesce(slug(number), own)
        ids = pc.binary_join_element_wise(f"{self._out.dataset}-", own, "")
        for prop, values in said.items():
            self._say(ids, schema, prop, values, places, at)
        return ids

    def ship(self, places: Texts, at: str, imo: Texts, said: dict[str, Texts]) -> Texts:
        """The id of each row's ship: of its IMO number, or else of its name."""
        named = slug(pc.utf8_lower(said["name"])) if "name" in said else pa.nulls(len(imo), pa.string())
        named = pc.if_else(pc.equal(named, ""), pa.scalar(None, pa.string()), named)
        ids = pc.binary_join_element_wise(f"{self._out.dataset}-", pc.coalesce(imo, pc.binary_join_element_wise("ship-", named, "")), "")
        for prop, values in {**said, "imoNumber": imo}.items():
            self._say(ids, "Vessel", prop, values, places, at)
        return ids

    def _say(self, ids: Texts, schema: str, prop: str, values: Texts, places: Texts, at: str) -> None:
        keep = pc.and_(pc.is_valid(ids), pc.is_valid(values))
        if not pc.any(keep, min_count=0).as_py():
            return
        ids, values, places = ids.filter(keep), values.filter(keep), places.filter(keep)
        coded = pc.binary_join_element_wise(ids, values, "\x1f").dictionary_encode()
        _, first = np.unique(coded.indices.to_numpy(), return_index=True)
        new = [row for row, key in zip(first.tolist(), coded.dictionary.to_pylist(), strict=True) if self._unsaid(hash((prop, key)))]
        if not new:
            return
        take = pa.array(sorted(new), pa.int64())
        shown, size = places.take(take), len(new)
        columns = {
            "entity_id": ids.take(take),
            "schema": pa.repeat(pa.scalar(schema), size),
            "prop": pa.repeat(pa.scalar(prop), size),
            "value": values.take(take),
            "locator": pc.binary_join_element_wise(shown, at, "/"),
        }
        self._out.batch(pa.RecordBatch.from_pydict(columns))

    def _unsaid(self, key: int) -> bool:
        if key in self._said:
            return False
        if len(self._said) < _REMEMBERED:
            self._said.add(key)
        return True
