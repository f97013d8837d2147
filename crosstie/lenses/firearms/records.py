"""From rows that speak of firearms, whatever file they stand in, to statements and to the ledger `firearm_events`. Columns all the way: no object per row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from crosstie.ingest.columns import by_unique, slug, squeeze
from crosstie.ingest.emitter import Emitter, cleaner
from crosstie.lenses.firearms import describe, marks
from crosstie.lenses.firearms.dates import day
from crosstie.lenses.firearms.heads import plain, vocabulary, word

pc: Any = pyarrow.compute
LEDGER = "firearm_events"
_NULL: Any = pa.scalar(None, pa.string())
#: The columns of the ledger after the common ones, as lens.yaml declares them.
TEXTS = [
    "kind",
    "firearm",
    "serial",
    "serial_latin",
    "serial_status",
    "make",
    "model",
    "calibre",
    "category",
    "condition",
    "part",
    "made_in",
    "marks",
    "lot",
    "document",
    "end_user",
    "state_from",
    "state_to",
    "place",
    "agency",
    "mode",
    "reason",
    "case_id",
    "status",
    "role_a",
    "role_b",
]
#: Events that befall who holds the firearm: he stands as the one who acts, and nobody receives.
_HELD = ("stock", "inventory", "theft", "loss", "destruction", "deactivation")
_EARLIEST, _LATEST = "1850", "2100"


@dataclass(frozen=True)
class Rows:
    """Some rows by field (tidy texts, null where empty), the place of each, and the head under which each field stands."""

    cells: Mapping[str, Any]
    places: Any
    heads: Mapping[str, str]
    out: Emitter

    @property
    def size(self) -> int:
        """How many."""
        return len(self.places)

    def of(self, field: str) -> Any:
        """The cells of a field; nothing where the file has no such column."""
        return self.cells.get(field, pa.nulls(self.size, pa.string()))

    def any(self, *fields: str) -> Any:
        """The first of these fields that says something."""
        return pc.coalesce(*(self.of(field) for field in fields))

    def reject(self, reason: str, which: Any, excerpts: Any, field: str = "") -> None:
        """Tell what could not be used, and where."""
        which = pc.fill_null(which, False)
        if not pc.any(which, min_count=0).as_py():
            return
        at = f"/{self.heads.get(field, field)}" if field else ""
        for place, excerpt in zip(self.places.filter(which).to_pylist(), excerpts.filter(which).to_pylist(), strict=True):
            self.out.place = ""
            self.out.reject(reason, excerpt or "", at=f"{place}{at}")

    def known(self, field: str, change: Callable[[str], str | None], reason: str) -> Any:
        """A field in our own words; what has none is told and left empty."""
        written = self.of(field)
        found = by_unique(written, lambda one: one if one is None else change(one))
        self.reject(reason, pc.and_(pc.is_null(found), pc.is_valid(written)), written, field)
        return found

    def filter(self, keep: Any) -> Rows:
        """The rows for which `keep` is true."""
        keep = pc.fill_null(keep, False)
        if pc.all(keep, min_count=0).as_py():
            return self
        return Rows({name: column.filter(keep) for name, column in self.cells.items()}, self.places.filter(keep), self.heads, self.out)


@dataclass(frozen=True)
class Party:
    """Who takes part in each row: ids, names, numbers, States, births and roles (columns, null where nobody does)."""

    ids: Any
    names: Any
    numbers: Any
    states: Any
    born: Any
    roles: Any


def dates(rows: Rows, field: str) -> Any:
    """Days in ISO 8601 of whatever calendar; what is none, is ambiguous or absurd is told."""
    written, sign = rows.of(field), rows.of("calendar")
    both = pc.binary_join_element_wise(written, pc.fill_null(sign, ""), "\x1f")
    found = by_unique(both, lambda one: None if one is None else day(*one.split("\x1f"))[0])
    odd = pc.and_(pc.is_valid(found), pc.or_(pc.less(found, _EARLIEST), pc.greater(found, _LATEST)))
    rows.reject(
        f"not a day for {field}, or of a calendar that is not told", pc.and_(pc.is_null(found), pc.is_valid(written)), written, field
    )
    rows.reject("a day beyond all firearms records", odd, written, field)
    return pc.if_else(pc.fill_null(odd, False), _NULL, found)


def states(rows: Rows, *fields: str) -> Any:
    """Codes of States, of the first of the fields that has one."""
    return pc.coalesce(*(rows.known(field, _state, "not a country") for field in fields))


def _state(written: str) -> str | None:
    return cleaner("Thing", "country")(written) or None


def party(
    rows: Rows, name: str, *, number: str = "", state: Any = None, born: Any = None, role: str = "", default: str | None = None
) -> Party:
    """The party that stands under a field; the id is made of its number, or of its name and State."""
    nothing = pa.nulls(rows.size, pa.string())
    names = by_unique(rows.of(name), _named)
    numbers, states_ = rows.of(number) if number else nothing, nothing if state is None else state
    roles = by_unique(rows.of(role), lambda one: word("roles", one) if one else None) if role else nothing
    roles = pc.if_else(pc.and_(pc.is_null(roles), pc.is_valid(names)), pa.scalar(default, pa.string()), roles)
    by_number = pc.binary_join_element_wise(rows.out.dataset, "id", slug(pc.utf8_lower(numbers)), "-")
    by_name = pc.binary_join_element_wise(rows.out.dataset, "name", slug(pc.utf8_lower(names)), pc.fill_null(states_, "zz"), "-")
    return Party(pc.coalesce(by_number, by_name), names, numbers, states_, nothing if born is None else born, roles)


def identity(dataset: str, name: str, number: str = "", state: str = "") -> str:
    """The id that `party` gives to one of this name, number and State (its code)."""
    one = slug(pa.array([number.casefold() or name.casefold()]))[0].as_py()
    return f"{dataset}-id-{one}" if number else f"{dataset}-name-{one}-{state or 'zz'}"


def _named(written: str | None) -> str | None:
    if written is None:
        return None
    folded = " ".join(written.casefold().split()).strip(" .-")
    said = {one for words in marks.rules()["said"].values() for one in words}
    return None if not folded or folded in said else " ".join(written.split())


def say_parties(rows: Rows, found: Party, schema: str | None = None) -> None:
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


def firearms(rows: Rows, *, say: bool) -> dict[str, Any]:
    """The columns that describe the firearm of each row, its id among them; `say` makes statements of it too."""
    _, latin, status = marks.columns(rows.of("serial"))
    found = {
        "serial": rows.of("serial"),
        "serial_latin": pc.if_else(pc.equal(latin, ""), _NULL, latin),
        "serial_status": status,
        "make": by_unique(rows.of("make"), describe.make),
        "model": by_unique(rows.of("model"), describe.model),
        "calibre": by_unique(rows.of("calibre"), describe.calibre),
        "marks": rows.of("marks"),
        "made_in": states(rows, "made_in"),
    }
    for of in ("category", "condition", "part"):
        found[of] = rows.known(of, lambda one, of=of: describe.kind(of, one), f"unknown {of}")  # type: ignore[misc]
    intact = pc.and_(pc.equal(status, "intact"), pc.is_valid(found["make"]))
    by_mark = pc.binary_join_element_wise("firearm", slug(pc.utf8_lower(found["make"])), found["serial_latin"], "-")
    by_row = pc.binary_join_element_wise(
        f"{rows.out.dataset}-{rows.out.source_id[:8]}", slug(pc.replace_substring_regex(rows.places, "/.*", "")), "-"
    )
    found["firearm"] = pc.if_else(pc.fill_null(intact, False), by_mark, by_row)
    if say:
        _say_firearms(rows, found)
    return found


def _say_firearms(rows: Rows, found: Mapping[str, Any]) -> None:
    name = pc.binary_join_element_wise(
        found["make"],
        rows.of("model"),
        found["calibre"],
        pc.binary_join_element_wise("no.", found["serial"], " "),
        " ",
        null_handling="skip",
    )
    said = {
        "name": pc.if_else(pc.equal(name, ""), "Firearm", name),
        "serialNumber": found["serial"],
        "manufactureCountry": found["made_in"],
    }
    said |= {prop: found[prop] for prop in ("make", "calibre", "category", "condition", "marks")}
    for prop, values in (said | {"model": rows.of("model"), "caseNumber": rows.of("case")}).items():
        keep = pc.is_valid(values)
        if pc.any(keep, min_count=0).as_py():
            ids, places = found["firearm"].filter(keep), rows.places.filter(keep)
            size = len(ids)
            rows.out.batch(
                pa.RecordBatch.from_pydict(
                    {
                        "entity_id": ids,
                        "schema": pa.repeat("Firearm", size),
                        "prop": pa.repeat(prop, size),
                        "value": squeeze(values.filter(keep)),
                        "locator": places,
                    }
                )
            )


def ledger(rows: Rows, columns: Mapping[str, Any], kind: Any, date: Any, a: Party | None, b: Party | None) -> None:
    """Hand on one event a row: `kind` and `date` are columns; other columns of the ledger by name, null where they are not given."""
    nothing = pa.nulls(rows.size, pa.string())
    a_id, b_id = (nothing if one is None else one.ids for one in (a, b))
    b_id = pc.if_else(pc.and_(pc.is_null(a_id), pc.is_null(b_id)), columns["firearm"], b_id)
    number = rows.of("event_id")
    own = pc.binary_join_element_wise(rows.out.dataset, slug(number), "-")
    made = pc.binary_join_element_wise(kind, *(pc.fill_null(one, "") for one in (columns["firearm"], date, a_id, b_id)), "|")
    given: dict[str, Any] = {
        "event_id": pc.coalesce(own, made),
        "a_id": a_id,
        "b_id": b_id,
        "date": date,
        "locator": rows.places,
        "lot": rows.of("lot"),
        "document": rows.of("document"),
        "end_user": by_unique(rows.of("end_user"), _named),
        "place": rows.of("place"),
        "agency": rows.of("agency"),
        "reason": rows.of("reason"),
        "case_id": rows.any("case", "request"),
        "role_a": nothing if a is None else a.roles,
        "role_b": nothing if b is None else b.roles,
        **columns,
        "kind": kind,
    }
    texts = {name: given.get(name, nothing) for name in ("event_id", "a_id", "b_id", "date", "locator", *TEXTS)}
    schema = pa.schema([pa.field(name, pa.string()) for name in texts] + [pa.field("year", pa.int64()), pa.field("quantity", pa.int64())])
    arrays = [_texts(column) for column in texts.values()]
    rows.out.ledger(
        LEDGER,
        pa.RecordBatch.from_arrays([*arrays, whole(rows, "year", 1850, 2100), whole(rows, "quantity", 1, 10_000_000)], schema=schema),
    )


def whole(rows: Rows, field: str, least: int, most: int) -> Any:
    """A whole number within reason; anything else is told."""
    written = rows.of(field)
    read = by_unique(written, lambda one: _figure(one, least, most))
    rows.reject(f"not a {field}", pc.and_(pc.is_null(read), pc.is_valid(written)), written, field)
    return pc.cast(read, pa.int64())


def _figure(written: str | None, least: int, most: int) -> str | None:
    """A whole number, with thousands parted by whatever and nothing behind either decimal mark."""
    bare = plain(written).lstrip("0") if written else ""
    tail = written.strip().replace(",", ".").rpartition(".")[2] if written else ""
    if written and ("." in written or "," in written) and len(tail) != 3:
        bare = plain(written.strip().replace(",", ".").rpartition(".")[0]) if not tail.strip("0") else ""
    if not bare or not bare.isdecimal() or not written or written.strip().startswith("-"):
        return None
    return str(int(bare)) if least <= int(bare) <= most else None


def _texts(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


__all__ = ["LEDGER", "TEXTS", "Party", "Rows", "dates", "firearms", "identity", "ledger", "party", "say_parties", "states", "whole"]
