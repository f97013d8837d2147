"""Who a table names: statements about parties and ships, each said once, and the ids that ledgers use."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import Texts, slug
from crosstie.ingest.pieces import Piece

pc: Any = pyarrow.compute


class Parties:
    """Names the parties of some rows."""

    def __init__(self, rows: Piece) -> None:
        self._rows, self._out = rows, rows.out

    def party(self, at: str, said: dict[str, Texts], number: Texts = None, schema: str = "LegalEntity") -> Texts:
        """The id of each row's party: of its number, or else of its name and State. `said` are its properties; null where the row names nobody."""
        name, state = said["name"], said.get("country")
        spoken = slug(pc.utf8_lower(name))
        own = spoken if state is None else pc.coalesce(pc.binary_join_element_wise(spoken, state, "-"), spoken)
        own = pc.if_else(pc.equal(spoken, ""), pa.scalar(None, pa.string()), own)
        if number is not None:
            own = pc.coalesce(slug(number), own)
        ids = pc.binary_join_element_wise(f"{self._out.dataset}-", own, "")
        for prop, values in said.items():
            self._rows.once.say(ids, schema, prop, values, self._rows.places, at)
        return ids

    def ship(self, at: str, imo: Texts, said: dict[str, Texts]) -> Texts:
        """The id of each row's ship: of its IMO number, or else of its name."""
        named = slug(pc.utf8_lower(said["name"])) if "name" in said else pa.nulls(len(imo), pa.string())
        named = pc.if_else(pc.equal(named, ""), pa.scalar(None, pa.string()), named)
        ids = pc.binary_join_element_wise(f"{self._out.dataset}-", pc.coalesce(imo, pc.binary_join_element_wise("ship-", named, "")), "")
        for prop, values in {**said, "imoNumber": imo}.items():
            self._rows.once.say(ids, "Vessel", prop, values, self._rows.places, at)
        return ids
