"""A case as plain data: the same for its page, for programs and for its report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crosstie import clock
from crosstie.casework.access import Person
from crosstie.casework.case_tables import AttachmentRow, CaseRow, DecisionRow, EventRow, GrantRow, MemberRow, NoteRow, TaskRow, ThingRow
from crosstie.casework.things import Things, pseudonym
from crosstie.model.marking import strictest

Row = dict[str, Any]
#: What stands for “no date” where dates are put in order.
_NEVER = "9999"


def told_list(connection: sa.Connection, person: Person) -> tuple[list[Row], int]:
    """The cases of a person, the nearest date first, and how many are marked more strictly than they are cleared for."""
    mine = sa.select(CaseRow.__table__, MemberRow.role.label("mine")).join(MemberRow, MemberRow.ref == CaseRow.ref)
    rows = [dict(row) for row in connection.execute(mine.where(MemberRow.person == person.name, CaseRow.status != "purged")).mappings()]
    refs = [row["ref"] for row in rows]
    tasks = _by_case(connection, TaskRow, refs, TaskRow.done_at.is_(None))
    things = _by_case(connection, ThingRow, refs, ThingRow.removed_at.is_(None))
    files = _by_case(connection, AttachmentRow, refs, AttachmentRow.removed_at.is_(None))
    found = []
    for row in rows:
        ref = row["ref"]
        dues = sorted(one["due"] for one in tasks.get(ref, ()) if one["due"])
        told = {name: row[name] for name in ("ref", "title", "purpose", "status", "version", "keep_until", "at")}
        counted = {"things": len(things.get(ref, ())), "tasks": len(tasks.get(ref, ())), "due": dues[0] if dues else None}
        own = sum(one["assignee"] == person.name for one in tasks.get(ref, ()))
        found.append(
            {**told, **counted, "mine": row["mine"], "own_tasks": own, "marking": marking_of(row, things.get(ref, ()), files.get(ref, ()))}
        )
    shown = [one for one in found if person.cleared(one["marking"])]
    shown.sort(key=lambda one: (one["status"] != "open", one["due"] or _NEVER, one["keep_until"] or _NEVER, one["ref"]))
    return shown, len(found) - len(shown)


def told_case(connection: sa.Connection, case: Mapping[str, Any], role: str, person: Person, things: Things) -> Row:
    """All of one case for one of its members."""
    ref = case["ref"]
    held = _rows(connection, ThingRow, ref, ThingRow.number)
    files = _rows(connection, AttachmentRow, ref, AttachmentRow.number)
    grants = _rows(connection, GrantRow, ref, GrantRow.number)
    today = clock.today().isoformat()
    for one in grants:
        one["holds"] = case["status"] == "open" and one["revoked_at"] is None and one["until"] >= today
        one["title"] = pseudonym(one["subject"])
    known = {one["subject"] for one in grants if one["holds"] and one["person"] == person.name}
    inside = [one for one in held if one["removed_at"] is None]
    present = {kind: _present(things, kind, inside) for kind in ("entity", "link", "finding")}
    for one in inside:
        _retold(one, present.get(one["kind"], {}).get(one["subject"]), known)
    tasks = sorted(
        _rows(connection, TaskRow, ref, TaskRow.at), key=lambda one: (one["done_at"] is not None, one["due"] or _NEVER, one["at"])
    )
    for one in tasks:
        one["late"] = one["done_at"] is None and bool(one["due"]) and one["due"] < today
    return {
        "case": {one.key: case[one.key] for one in CaseRow.__table__.columns if one.key not in ("marking", "destroyed")},
        "mine": role,
        "marking": marking_of(case, inside, [one for one in files if one["removed_at"] is None]),
        "members": sorted(
            _rows(connection, MemberRow, ref, MemberRow.person), key=lambda one: ("lead", "member", "reader").index(one["role"])
        ),
        "things": inside,
        "taken_out": [one | {"title": pseudonym(one["subject"]) if one["victim"] else one["title"]} for one in held if one["removed_at"]],
        "notes": _notes(_rows(connection, NoteRow, ref, NoteRow.number, NoteRow.version)),
        "tasks": tasks,
        "decisions": [one | {"links": json.loads(one["links"])} for one in _rows(connection, DecisionRow, ref, DecisionRow.number)],
        "attachments": files,
        "grants": grants if role == "lead" else [one for one in grants if one["person"] == person.name],
        "history": [one | {"detail": json.loads(one["detail"])} for one in _rows(connection, EventRow, ref, EventRow.number)],
        "build": things.build.number if things.build else None,
    }


def marking_of(case: Mapping[str, Any], things: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]]) -> str:
    """How a case may be handled: as the strictest of what is in it."""
    return strictest([case["marking"], *(one["marking"] for one in (*things, *files))])


def _present(things: Things, kind: str, inside: Sequence[Row]) -> Mapping[str, Any]:
    wanted = [one["subject"] for one in inside if one["kind"] == kind]
    return things.of(kind, wanted)


def _retold(one: Row, now: Any, known: set[str]) -> None:
    """A thing as the present build has it: what it was called when it was put in is shown only where the build has it no more."""
    one["gone"] = now is None and one["kind"] != "view"
    one["facts"] = now.facts if now is not None else {}
    if now is not None:
        one["victim"] = one["victim"] or now.victim
        one["marking"] = strictest([one["marking"], now.marking])
        one["title"] = now.title
    if one["victim"]:
        one["title"], one["facts"], one["granted"] = pseudonym(one["subject"]), {}, one["subject"] in known


def _notes(rows: Sequence[Row]) -> list[Row]:
    """Each note with its versions, the newest last; `both`: two persons corrected the same version at once."""
    notes: dict[int, list[Row]] = {}
    for one in rows:
        notes.setdefault(one["number"], []).append(one)
    told = []
    for number, versions in notes.items():
        bases = [one["base"] for one in versions if one["base"] is not None]
        told.append({"number": number, "versions": versions, "newest": versions[-1], "both": len(set(bases)) < len(bases)})
    return told


def _rows(connection: sa.Connection, table: type[Any], ref: str, *order: Any) -> list[Row]:
    found = connection.execute(sa.select(table.__table__).where(table.ref == ref).order_by(*order)).mappings()
    return [dict(row) for row in found]


def _by_case(connection: sa.Connection, table: type[Any], refs: Sequence[str], *which: sa.ColumnElement[bool]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in connection.execute(sa.select(table.__table__).where(table.ref.in_(refs), *which)).mappings():
        found.setdefault(row["ref"], []).append(dict(row))
    return found
