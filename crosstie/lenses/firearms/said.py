"""What each kind of firearms file says: movements and stocks, recoveries, losses, trace answers, ballistic hits. Rows in, statements and events out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from crosstie.ingest.columns import by_unique
from crosstie.lenses.firearms import describe, records
from crosstie.lenses.firearms.heads import word
from crosstie.lenses.firearms.records import Party, Rows, pc

_HELD = pa.array(["stock", "inventory", "theft", "loss", "destruction", "deactivation"])
_CANCELLED = {
    "cancelled",
    "canceled",
    "void",
    "annulled",
    "withdrawn",
    "annulé",
    "annulée",
    "anulado",
    "anulada",
    "отменено",
    "отменен",
    "ملغى",
    "ملغاة",
    "作废",
    "撤销",
}


def movements(rows: Rows) -> None:
    """Transfers, sales, exports, imports, stocks and inventories."""
    written = rows.of("event")
    kinds = by_unique(written, lambda one: word("events", one) if one else None)
    unknown = pc.and_(pc.is_null(kinds), pc.is_valid(written))
    rows.reject("unknown kind of event", unknown, written, "event")
    kinds = pc.coalesce(kinds, pc.if_else(pc.and_(pc.is_valid(rows.of("from")), pc.is_valid(rows.of("to"))), "transfer", "stock"))
    rows, kinds = _with(rows, pc.invert(unknown), kinds)
    rows, kinds = _described(rows, kinds)
    if not rows.size:
        return
    made = pc.and_(pc.equal(kinds, "manufacture"), pc.is_null(rows.of("from")))
    cells = dict(rows.cells) | {"from": pc.if_else(made, by_unique(rows.of("make"), describe.make), rows.of("from"))}
    rows = Rows(cells, rows.places, rows.heads, rows.out)
    held = pc.is_in(kinds, _HELD)
    alone = pc.and_(held, pc.is_null(rows.of("from")))
    from_state, to_state = records.states(rows, "from_state"), records.states(rows, "to_state")
    a = records.party(rows, "from", number="from_id", state=pc.coalesce(from_state, pc.if_else(held, to_state, None)), role="from_role")
    b = records.party(rows, "to", number="to_id", state=to_state, born=records.dates(rows, "to_born"), role="to_role")
    a = _first_of(a, b, alone)
    b = _none_where(b, held)
    _roles(a, b, kinds)
    columns = records.firearms(rows, say=False)
    records.say_parties(rows, a)
    records.say_parties(rows, b)
    columns |= {"state_from": from_state, "state_to": to_state, "status": _status(rows, "answer", "lost_status")}
    records.ledger(rows, columns, kinds, records.dates(rows, "date"), a, b)


def recoveries(rows: Rows) -> None:
    """Firearms seized, found or handed in, with those who had them."""
    rows, _ = _described(rows, pa.nulls(rows.size, pa.string()))
    if not rows.size:
        return
    columns = records.firearms(rows, say=True)
    when = _day_of(rows, "recovered_on", "date")
    state = records.states(rows, "state")
    nation = records.states(rows, "possessor_state")
    holder = records.party(rows, "possessor", number="possessor_id", state=nation, born=records.dates(rows, "to_born"), default="owner")
    records.say_parties(rows, holder, "Person")
    _say_holding(rows, columns["firearm"], holder, when)
    mode = rows.known("mode", lambda one: describe.kind("mode", one), "unknown mode of recovery")
    columns |= {"mode": mode, "state_to": state, "status": _status(rows)}
    records.ledger(rows, columns, pa.repeat("recovery", rows.size), when, None, holder)


def lost(rows: Rows) -> None:
    """Firearms reported lost or stolen, as iARMS and national lists hold them."""
    rows, _ = _described(rows, pa.nulls(rows.size, pa.string()))
    if not rows.size:
        return
    written = pc.coalesce(rows.of("lost_status"), rows.of("event"))
    kinds = by_unique(written, lambda one: found if one and (found := word("events", one)) in ("theft", "loss", "recovery") else None)
    rows.reject("neither lost nor stolen", pc.and_(pc.is_null(kinds), pc.is_valid(written)), written, "lost_status")
    kinds = pc.if_else(pc.equal(kinds, "recovery"), "inventory", pc.coalesce(kinds, "loss"))
    columns = records.firearms(rows, say=True)
    state = records.states(rows, "from_state", "state")
    holder = records.party(rows, "reporter" if "reporter" in rows.cells else "from", number="from_id", state=state, role="from_role")
    records.say_parties(rows, holder)
    columns |= {"state_from": state, "status": _status(rows)}
    records.ledger(rows, columns, kinds, _day_of(rows, "lost_on", "date"), holder, None)


def answers(rows: Rows) -> None:
    """Trace requests with what was answered: the first or last lawful buyer, the sale, the loss that was reported."""
    rows, _ = _described(rows, pa.nulls(rows.size, pa.string()))
    if not rows.size:
        return
    columns = records.firearms(rows, say=True)
    status = rows.known("answer", lambda one: "cancelled" if one.casefold() in _CANCELLED else word("answers", one), "unknown trace result")
    state = records.states(rows, "state")
    reason = rows.any("why_not", "reason")
    records.ledger(
        rows,
        columns | {"status": status, "state_to": state, "reason": reason},
        pa.repeat("trace", rows.size),
        _day_of(rows, "date"),
        None,
        None,
    )
    states = records.states(rows, "to_state"), records.states(rows, "from_state")
    cells = dict(rows.cells) | {name: rows.any(name, other) for name, other in (("sold_to", "to"), ("sold_by", "from"))}
    rows = Rows(cells, rows.places, rows.heads, rows.out)
    buyer = records.party(rows, "sold_to", number="sold_to_id", state=states[0], default=None)
    seller = records.party(rows, "sold_by", number="sold_by_id", state=states[1], default="retailer")
    for one in (buyer, seller):
        records.say_parties(rows, one)
    sale = pc.or_(pc.is_valid(buyer.ids), pc.is_valid(seller.ids))
    cancelled = pc.fill_null(pc.equal(status, "cancelled"), False)
    _part(rows, columns, "sale", records.dates(rows, "sold_on"), seller, buyer, pc.and_(sale, pc.invert(cancelled)))
    stolen = records.dates(rows, "lost_on")
    _part(rows, columns, "theft", stolen, buyer, None, pc.and_(pc.is_valid(stolen), pc.invert(cancelled)))


def ballistic(rows: Rows) -> None:
    """Cases in which, by its traces on bullets or cartridge cases, one firearm was used."""
    whole = pc.and_(pc.is_valid(rows.of("case_a")), pc.is_valid(rows.of("case_b")))
    rows.reject("a hit without both cases", pc.invert(whole), rows.any("case_a", "case_b"))
    rows = rows.filter(whole)
    if not rows.size:
        return
    when = _day_of(rows, "hit", "date")
    columns = records.firearms(rows, say=False)
    columns |= {"case_id": rows.of("case_a"), "document": rows.of("case_b"), "status": _status(rows)}
    records.ledger(rows, columns, pa.repeat("ballistic", rows.size), when, None, None)


def _described(rows: Rows, kinds: Any) -> tuple[Rows, Any]:
    """The rows that say which firearm they speak of."""
    named = pc.is_valid(rows.any("serial", "make", "model", "lot"))
    rows.reject("nothing says which firearm: no serial, maker, model or lot", pc.invert(named), rows.any("case", "event_id", "from", "to"))
    return _with(rows, named, kinds)


def _with(rows: Rows, keep: Any, kinds: Any) -> tuple[Rows, Any]:
    return rows.filter(keep), kinds.filter(keep)


def _day_of(rows: Rows, *fields: str) -> Any:
    """The day of the event, of the first of the fields that the file has."""
    return pc.coalesce(*(records.dates(rows, field) for field in fields))


def _status(rows: Rows, *fields: str) -> Any:
    """“cancelled” where a row says that an earlier one of the same number is withdrawn."""
    written = rows.any("record_status", *fields)
    return by_unique(written, lambda one: "cancelled" if one and one.casefold() in _CANCELLED else None)


def _first_of(a: Party, b: Party, which: Any) -> Party:
    pairs = zip((a.ids, a.names, a.numbers, a.states, a.born, a.roles), (b.ids, b.names, b.numbers, b.states, b.born, b.roles), strict=True)
    return Party(*(pc.if_else(which, theirs, ours) for ours, theirs in pairs))


def _none_where(one: Party, which: Any) -> Party:
    return Party(
        *(
            pc.if_else(which, pa.scalar(None, pa.string()), column)
            for column in (one.ids, one.names, one.numbers, one.states, one.born, one.roles)
        )
    )


def _roles(a: Party, b: Party, kinds: Any) -> None:
    """Roles that the kind of event tells where no column does."""
    usual = {
        "manufacture": ("manufacturer", None),
        "export": ("exporter", "importer"),
        "import": ("exporter", "importer"),
        "sale": ("retailer", None),
    }
    for party, side in ((a, 0), (b, 1)):
        told = by_unique(kinds, lambda one, side=side: usual.get(one, (None, None))[side])  # type: ignore[misc]
        object.__setattr__(party, "roles", pc.if_else(pc.is_valid(party.ids), pc.coalesce(party.roles, told), None))


def _part(rows: Rows, columns: dict[str, Any], kind: str, when: Any, a: Party, b: Party | None, which: Any) -> None:
    """An event that only some of the rows tell."""
    if not pc.any(which, min_count=0).as_py():
        return

    def cut(one: Party | None) -> Party | None:
        return one and Party(*(column.filter(which) for column in (one.ids, one.names, one.numbers, one.states, one.born, one.roles)))

    some = rows.filter(which)
    cells = {name: column for name, column in some.cells.items() if name != "event_id"}
    some = Rows(cells, some.places, some.heads, some.out)
    records.ledger(
        some,
        {name: column.filter(which) for name, column in columns.items()},
        pa.repeat(kind, some.size),
        when.filter(which),
        cut(a),
        cut(b),
    )


def _say_holding(rows: Rows, firearm: Any, holder: Party, when: Any) -> None:
    """Who had the firearm when it was recovered, as a relation between the two."""
    there = pc.is_valid(holder.ids)
    if not pc.any(there, min_count=0).as_py():
        return
    ids = pc.binary_join_element_wise(firearm.filter(there), holder.ids.filter(there), "-had-by-")
    said = {"subject": holder.ids, "object": firearm, "role": pa.repeat("recovered with", rows.size), "date": when}
    for prop, values in said.items():
        values = values.filter(there)
        keep = pc.is_valid(values)
        size = pc.sum(keep, min_count=0).as_py()
        if size:
            columns = {"entity_id": ids.filter(keep), "schema": pa.repeat("UnknownLink", size), "prop": pa.repeat(prop, size)}
            rows.out.batch(
                pa.RecordBatch.from_pydict(columns | {"value": values.filter(keep), "locator": rows.places.filter(there).filter(keep)})
            )
