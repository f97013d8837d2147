"""What each kind of firearms file says: movements and stocks, recoveries, losses, trace answers, ballistic hits. Rows in, statements and events out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from crosstie.ingest.columns import by_unique
from crosstie.ingest.pieces import Piece
from crosstie.lenses.firearms import describe, records
from crosstie.lenses.firearms.heads import word
from crosstie.lenses.firearms.parties import Party, party, say_parties
from crosstie.lenses.firearms.records import pc

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


def movements(rows: Piece) -> None:
    """Transfers, sales, exports, imports, stocks and inventories."""
    written = rows.text("event")
    kinds = by_unique(written, lambda one: word("events", one) if one else None)
    unknown = pc.and_(pc.is_null(kinds), pc.is_valid(written))
    rows.mark(unknown, "unknown kind of event", "event")
    kinds = pc.coalesce(kinds, pc.if_else(pc.and_(pc.is_valid(rows.text("from")), pc.is_valid(rows.text("to"))), "transfer", "stock"))
    rows, kinds = rows.filter(pc.invert(unknown)), kinds.filter(pc.invert(unknown))
    rows, kinds = _described(rows, kinds)
    if not rows.size:
        return
    made = pc.and_(pc.equal(kinds, "manufacture"), pc.is_null(rows.text("from")))
    rows = rows.with_cells(**{"from": pc.if_else(made, by_unique(rows.text("make"), describe.make), rows.text("from"))})
    held = pc.is_in(kinds, _HELD)
    alone = pc.and_(held, pc.is_null(rows.text("from")))
    from_state, to_state = records.states(rows, "from_state"), records.states(rows, "to_state")
    a = party(rows, "from", number="from_id", state=pc.coalesce(from_state, pc.if_else(held, to_state, None)), role="from_role")
    b = party(rows, "to", number="to_id", state=to_state, born=rows.get("to_born"), role="to_role")
    a, b = a.or_else(b, alone).in_role(kinds, 0), b.without(held).in_role(kinds, 1)
    columns = records.firearms(rows, say=False)
    say_parties(rows, a)
    say_parties(rows, b)
    columns |= {"state_from": from_state, "state_to": to_state, "status": _status(rows, "answer", "lost_status")}
    records.ledger(rows, columns, kinds, rows.get("date"), a, b)


def recoveries(rows: Piece) -> None:
    """Firearms seized, found or handed in, with those who had them."""
    rows, _ = _described(rows, pa.nulls(rows.size, pa.string()))
    if not rows.size:
        return
    columns = records.firearms(rows, say=True)
    when = _day_of(rows, "recovered_on", "date")
    state = records.states(rows, "state")
    nation = records.states(rows, "possessor_state")
    holder = party(rows, "possessor", number="possessor_id", state=nation, born=rows.get("to_born"), default="owner")
    say_parties(rows, holder, "Person")
    _say_holding(rows, columns["firearm"], holder, when)
    mode = rows.known("mode", lambda one: describe.kind("mode", one), "unknown mode of recovery")
    columns |= {"mode": mode, "state_to": state, "status": _status(rows)}
    records.ledger(rows, columns, pa.repeat("recovery", rows.size), when, None, holder)


def lost(rows: Piece) -> None:
    """Firearms reported lost or stolen, as iARMS and national lists hold them."""
    rows, _ = _described(rows, pa.nulls(rows.size, pa.string()))
    if not rows.size:
        return
    written = pc.coalesce(rows.text("lost_status"), rows.text("event"))
    kinds = by_unique(written, lambda one: found if one and (found := word("events", one)) in ("theft", "loss", "recovery") else None)
    rows.mark(pc.and_(pc.is_null(kinds), pc.is_valid(written)), "neither lost nor stolen", "lost_status", written)
    kinds = pc.if_else(pc.equal(kinds, "recovery"), "inventory", pc.coalesce(kinds, "loss"))
    columns = records.firearms(rows, say=True)
    state = records.states(rows, "from_state", "state")
    holder = party(rows, "reporter" if rows.has("reporter") else "from", number="from_id", state=state, role="from_role")
    say_parties(rows, holder)
    columns |= {"state_from": state, "status": _status(rows)}
    records.ledger(rows, columns, kinds, _day_of(rows, "lost_on", "date"), holder, None)


def answers(rows: Piece) -> None:
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
    rows = rows.with_cells(sold_to=rows.any("sold_to", "to"), sold_by=rows.any("sold_by", "from"))
    buyer = party(rows, "sold_to", number="sold_to_id", state=states[0], default=None)
    seller = party(rows, "sold_by", number="sold_by_id", state=states[1], default="retailer")
    for one in (buyer, seller):
        say_parties(rows, one)
    sale = pc.or_(pc.is_valid(buyer.ids), pc.is_valid(seller.ids))
    cancelled = pc.fill_null(pc.equal(status, "cancelled"), False)
    _part(rows, columns, "sale", rows.get("sold_on"), seller, buyer, pc.and_(sale, pc.invert(cancelled)))
    stolen = rows.get("lost_on")
    _part(rows, columns, "theft", stolen, buyer, None, pc.and_(pc.is_valid(stolen), pc.invert(cancelled)))


def ballistic(rows: Piece) -> None:
    """Cases in which, by its traces on bullets or cartridge cases, one firearm was used."""
    whole = pc.and_(pc.is_valid(rows.text("case_a")), pc.is_valid(rows.text("case_b")))
    rows = rows.refuse(pc.invert(whole), "a hit without both cases", rows.any("case_a", "case_b"))
    if not rows.size:
        return
    when = _day_of(rows, "hit", "date")
    columns = records.firearms(rows, say=False)
    columns |= {"case_id": rows.text("case_a"), "document": rows.text("case_b"), "status": _status(rows)}
    records.ledger(rows, columns, pa.repeat("ballistic", rows.size), when, None, None)


def _described(rows: Piece, kinds: Any) -> tuple[Piece, Any]:
    """The rows that say which firearm they speak of."""
    named = pc.is_valid(rows.any("serial", "make", "model", "lot"))
    why = "nothing says which firearm: no serial, maker, model or lot"
    return rows.refuse(pc.invert(named), why, rows.any("case", "event_id", "from", "to")), kinds.filter(named)


def _day_of(rows: Piece, *fields: str) -> Any:
    """The day of the event, of the first of the fields that the file has."""
    return pc.coalesce(*(rows.get(field) for field in fields))


def _status(rows: Piece, *fields: str) -> Any:
    """“cancelled” where a row says that an earlier one of the same number is withdrawn."""
    written = rows.any("record_status", *fields)
    return by_unique(written, lambda one: "cancelled" if one and one.casefold() in _CANCELLED else None)


def _part(rows: Piece, columns: dict[str, Any], kind: str, when: Any, a: Party, b: Party | None, which: Any) -> None:
    """An event that only some of the rows tell."""
    if not pc.any(which, min_count=0).as_py():
        return

    some = rows.filter(which).with_cells(event_id=None)
    records.ledger(
        some,
        {name: column.filter(which) for name, column in columns.items()},
        pa.repeat(kind, some.size),
        when.filter(which),
        a and a.filter(which),
        b and b.filter(which),
    )


def _say_holding(rows: Piece, firearm: Any, holder: Party, when: Any) -> None:
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
