"""Who takes part in what is told of firearms: ids, statements and roles, in columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique, slug, squeeze
from crosstie.ingest.pieces import Piece
from crosstie.lenses.firearms import marks
from crosstie.lenses.firearms.heads import vocabulary, word

pc: Any = pyarrow.compute
_NULL: Any = pa.scalar(None, pa.string())
_USUAL: dict[str, tuple[str | None, str | None]] = {
    "manufacture": ("manufacturer", None),
    "export": ("exporter", "importer"),
    "import": ("exporter", "importer"),
    "sale": ("retailer", None),
}


@dataclass(frozen=True)
class Party:
    """Who takes part in each row: ids, names, numbers, States, births and roles (columns, null where nobody does)."""

    ids: Any
    names: Any
    numbers: Any
    states: Any
    born: Any
    roles: Any

    def filter(self, which: Any) -> Party:
        """Those of the rows for which `which` is true."""
        return self._each(lambda column, _: column.filter(which))

    def without(self, which: Any) -> Party:
        """Nobody in the rows for which `which` is true."""
        return self._each(lambda column, _: pc.if_else(which, _NULL, column))

    def or_else(self, other: Party, which: Any) -> Party:
        """The other party in the rows for which `which` is true."""
        return self._each(lambda column, name: pc.if_else(which, getattr(other, name), column))

    def in_role(self, kinds: Any, side: int) -> Party:
        """The same with the role that the kind of event tells where no column does; `side` is 0 for who acts, 1 for who receives."""
        told = by_unique(kinds, lambda one: _USUAL.get(one, (None, None))[side])
        return replace(self, roles=pc.if_else(pc.is_valid(self.ids), pc.coalesce(self.roles, told), None))

    def _each(self, change: Callable[[Any, str], Any]) -> Party:
        return Party(*(change(getattr(self, one.name), one.name) for one in fields(self)))


def party(
    rows: Piece, name: str, *, number: str = "", state: Any = None, born: Any = None, role: str = "", default: str | None = None
) -> Party:
    """The party that stands under a field; the id is made of its number, or of its name and State."""
    nothing = pa.nulls(rows.size, pa.string())
    names = by_unique(rows.text(name), named)
    numbers, states = rows.text(number) if number else nothing, nothing if state is None else state
    roles = by_unique(rows.text(role), lambda one: word("roles", one)) if role else nothing
    roles = pc.if_else(pc.and_(pc.is_null(roles), pc.is_valid(names)), pa.scalar(default, pa.string()), roles)
    by_number = pc.binary_join_element_wise(rows.out.dataset, "id", slug(pc.utf8_lower(numbers)), "-")
    by_name = pc.binary_join_element_wise(rows.out.dataset, "name", slug(pc.utf8_lower(names)), pc.fill_null(states, "zz"), "-")
    return Party(pc.coalesce(by_number, by_name), names, numbers, states, nothing if born is None else born, roles)


def identity(dataset: str, name: str, number: str = "", state: str = "") -> str:
    """The id that `party` gives to one of this name, number and State (its code)."""
    one = slug(pa.array([number.casefold() or name.casefold()]))[0].as_py()
    return f"{dataset}-id-{one}" if number else f"{dataset}-name-{one}-{state or 'zz'}"


def named(written: str | None) -> str | None:
    """A name on one line; None for a word that says that nobody is known."""
    if written is None:
        return None
    folded = " ".join(written.casefold().split()).strip(" .-")
    return None if not folded or folded in _nobody() else " ".join(written.split())


@cache
def _nobody() -> frozenset[str]:
    return frozenset(one for words in marks.rules()["said"].values() for one in words)


def say_parties(rows: Piece, found: Party, schema: str | None = None) -> None:
    """Statements about the parties, each once: name, State, number, birth."""
    there = pc.is_valid(found.ids)
    at = pa.table({"id": found.ids, "at": pa.array(range(rows.size), pa.int64())}).filter(there)
    if not at.num_rows:
        return
    first = at.group_by("id", use_threads=False).aggregate([("at", "min")]).column("at_min").combine_chunks()
    roles = vocabulary("events")["roles"]
    born = pc.is_valid(found.born.take(first))
    kinds = by_unique(found.roles.take(first), lambda one: schema or (roles[one]["schema"] if one else "LegalEntity"))
    kinds = pc.fill_null(kinds, schema or "LegalEntity")
    kinds = pc.if_else(pc.and_(born, pc.equal(kinds, "LegalEntity")), "Person", kinds)
    said = {"name": found.names, "country": found.states, "birthDate": found.born}
    for prop, values in {**said, "idNumber": found.numbers}.items():
        values = values.take(first)
        keep = pc.is_valid(values)
        if prop == "birthDate":
            keep = pc.and_(keep, pc.equal(kinds, "Person"))
        size = pc.sum(keep, min_count=0).as_py()
        if not size:
            continue
        names = pc.if_else(pc.equal(kinds.filter(keep), "Person"), prop, "registrationNumber" if prop == "idNumber" else prop)
        rows.out.batch(
            pa.RecordBatch.from_pydict(
                {
                    "entity_id": found.ids.take(first).filter(keep),
                    "schema": kinds.filter(keep),
                    "prop": names,
                    "value": squeeze(values.filter(keep)),
                    "locator": rows.places.take(first).filter(keep),
                }
            )
        )
