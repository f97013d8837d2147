"""What each change of a case does. Each function takes the turn and the change, and returns what the history says of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from crosstie import clock
from crosstie.casework import changes as asked
from crosstie.casework.access import Act
from crosstie.casework.case_tables import AttachmentRow, DecisionRow, GrantRow, MemberRow, NoteRow, TaskRow, ThingRow
from crosstie.casework.things import Things
from crosstie.casework.turn import TEXT, Turn, account, cleared, day, line
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Marking

Detail = dict[str, Any]
#: A closed case is kept at most so long, and a grant holds at most so long.
LONGEST, GRANTED = timedelta(days=366 * 50), timedelta(days=366)


def facts(turn: Turn, change: asked.Facts) -> Detail:
    """Title, purpose and legal basis anew; the ones before stay in the history."""
    turn.fresh(change.version)
    given = {name: line(getattr(change, name), f"the {name}", most=2_000) for name in ("title", "purpose", "basis")}
    before = {name: turn.case[name] for name in given if turn.case[name] != given[name]}
    turn.change(**given)
    return {"before": before}


def member(turn: Turn, change: asked.Member) -> Detail:
    """Take somebody in. A lead is a case lead by role; who may only read can only be a reader."""
    wanted = {"lead": Act.LEAD, "member": Act.CASEWORK, "reader": Act.CASES}[change.role]
    account(turn.connection, change.person, wanted)
    _leaves_a_lead(turn, change.person, change.role)
    which = (MemberRow.ref == turn.ref, MemberRow.person == change.person)
    turn.connection.execute(sa.delete(MemberRow).where(*which))
    turn.connection.execute(sa.insert(MemberRow).values(**turn.signed, person=change.person, role=change.role))
    return {"person": change.person, "role": change.role}


def dismiss(turn: Turn, change: asked.Dismiss) -> Detail:
    """Somebody leaves; what they were granted ends with it."""
    turn.member(change.person)
    _leaves_a_lead(turn, change.person, "")
    turn.connection.execute(sa.delete(MemberRow).where(MemberRow.ref == turn.ref, MemberRow.person == change.person))
    ended = sa.update(GrantRow).where(GrantRow.ref == turn.ref, GrantRow.person == change.person, GrantRow.revoked_at.is_(None))
    turn.connection.execute(ended.values(revoked_at=turn.at, revoked_by=turn.person.name))
    return {"person": change.person}


def add(turn: Turn, change: asked.Add) -> Detail:
    """Put a thing in. Only a lead puts a victim or a minor in, by the id."""
    kept = _thing(turn.things, change)
    cleared(turn.person, kept["marking"])
    if kept["victim"] and turn.role != "lead":
        raise AccessError("a victim or a minor is put into a case by its lead")
    same = (ThingRow.kind == kept["kind"], ThingRow.subject == kept["subject"], ThingRow.removed_at.is_(None))
    if turn.connection.scalar(sa.select(ThingRow.number).where(ThingRow.ref == turn.ref, *same)) is not None:
        raise UsageError("that is in the case already")
    number = turn.next(ThingRow)
    reason = line(change.reason, "the reason", most=2_000)
    turn.connection.execute(sa.insert(ThingRow).values(**turn.signed, **kept, number=number, reason=reason))
    return {"number": number, "kind": kept["kind"], "subject": kept["subject"]}


def _thing(things: Things, change: asked.Add) -> Detail:
    if change.kind == "view":
        address = change.subject.strip()
        if not address.startswith("/") or address.startswith(("//", "/\\")) or len(address) > 2_000:
            raise UsageError("a view is an address of this workbench", hint="It begins with “/”.")
        title = line(change.title, "the title of the view")
        return {"kind": "view", "subject": line(address, "the address", most=2_000), "title": title, "marking": "", "victim": False}
    found = things.find(change.kind, change.subject)
    if found is None:
        raise NotFound(f"there is no {change.kind} “{change.subject[:100]}” in the present build")
    return {"kind": found.kind, "subject": found.subject, "title": found.title, "marking": found.marking, "victim": found.victim}


def remove(turn: Turn, change: asked.Remove) -> Detail:
    """Take a thing out."""
    held = turn.row(ThingRow, "thing", ThingRow.number == change.number, ThingRow.removed_at.is_(None))
    _taken_out(turn, ThingRow, change.number, change.reason)
    return {"number": change.number, "kind": held["kind"], "subject": held["subject"]}


def note(turn: Turn, change: asked.Note) -> Detail:
    """A new note."""
    number, text = turn.next(NoteRow), line(change.text, "the text", most=TEXT)
    turn.connection.execute(sa.insert(NoteRow).values(**turn.signed, number=number, version=1, text=text, base=None))
    return {"number": number, "version": 1}


def correct(turn: Turn, change: asked.Correct) -> Detail:
    """A correction is a version of its own. Where two correct the same version at once, both stay, and the page says so."""
    turn.row(NoteRow, "note", NoteRow.number == change.number, NoteRow.version == change.version)
    newest = sa.select(sa.func.max(NoteRow.version)).where(NoteRow.ref == turn.ref, NoteRow.number == change.number)
    version = (turn.connection.scalar(newest) or 0) + 1
    text = line(change.text, "the text", most=TEXT)
    turn.connection.execute(sa.insert(NoteRow).values(**turn.signed, number=change.number, version=version, text=text, base=change.version))
    return {"number": change.number, "version": version}


def task(turn: Turn, change: asked.Task) -> Detail:
    """A task for a member."""
    made = {"id": secrets.token_hex(8), "title": line(change.title, "the task"), "assignee": turn.member(change.assignee)}
    about = {"kind": change.kind or None, "subject": change.subject or None}
    if about["kind"] not in (None, "entity", "link", "finding") or bool(about["kind"]) != bool(about["subject"]):
        raise UsageError("a task is about one link, entity or finding, or about none")
    due = day(change.due, "the day until which it is due") if change.due.strip() else None
    turn.connection.execute(sa.insert(TaskRow).values(**turn.signed, **made, **about, due=due))
    return {"task": made["id"], "person": change.assignee, "due": due}


def done(turn: Turn, change: asked.Done) -> Detail:
    """A task is done; done twice is done once."""
    held = turn.row(TaskRow, "task", TaskRow.id == change.task)
    if held["done_at"] is None:
        turn.connection.execute(sa.update(TaskRow).where(TaskRow.id == change.task).values(done_at=turn.at, done_by=turn.person.name))
    return {"task": change.task}


def decide(turn: Turn, change: asked.Decide) -> Detail:
    """A decision, on links that are in the case."""
    number = turn.next(DecisionRow)
    here = sa.select(ThingRow.subject).where(ThingRow.ref == turn.ref, ThingRow.kind == "link", ThingRow.removed_at.is_(None))
    links = list(dict.fromkeys(change.links))
    if missing := set(links) - set(turn.connection.scalars(here)):
        raise UsageError(f"the link {min(missing)[:100]} is not in this case")
    kept = {"what": line(change.what, "what was decided", most=2_000), "why": line(change.why, "the reason", most=TEXT)}
    turn.connection.execute(sa.insert(DecisionRow).values(**turn.signed, **kept, number=number, links=json.dumps(links)))
    return {"number": number, "links": links}


def detach(turn: Turn, change: asked.Detach) -> Detail:
    """Take a file out; it stays in the vault of the case."""
    held = turn.row(AttachmentRow, "file", AttachmentRow.number == change.number, AttachmentRow.removed_at.is_(None))
    _taken_out(turn, AttachmentRow, change.number, change.reason)
    return {"number": change.number, "sha256": held["sha256"]}


def grant(turn: Turn, change: asked.Grant) -> Detail:
    """Let a member see a victim or a minor that is in the case, for a reason and until a day."""
    in_case = (ThingRow.kind == "entity", ThingRow.subject == change.subject, ThingRow.removed_at.is_(None), ThingRow.victim == sa.true())
    turn.row(ThingRow, "protected person", *in_case)
    until = day(change.until, "the day until which it holds")
    if date.fromisoformat(until) > clock.today() + GRANTED:
        raise UsageError("a grant holds for a year at most", hint="Grant it anew when it is still needed then.")
    number, reason = turn.next(GrantRow), line(change.reason, "the reason", most=2_000)
    given = {"person": turn.member(change.person), "subject": change.subject, "reason": reason, "until": until}
    turn.connection.execute(sa.insert(GrantRow).values(**turn.signed, **given, number=number))
    return {"number": number, "person": change.person, "subject": change.subject, "until": until}


def revoke(turn: Turn, change: asked.Revoke) -> Detail:
    """A grant ends."""
    held = turn.row(GrantRow, "grant", GrantRow.number == change.number)
    if held["revoked_at"] is None:
        which = sa.update(GrantRow).where(GrantRow.ref == turn.ref, GrantRow.number == change.number)
        turn.connection.execute(which.values(revoked_at=turn.at, revoked_by=turn.person.name))
    return {"number": change.number, "person": held["person"]}


def close(turn: Turn, change: asked.Close) -> Detail:
    """Close the case: from now on nothing changes in it, and its retention runs. Grants end."""
    turn.fresh(change.version)
    until = day(change.keep_until, "the day until which the case is kept")
    if date.fromisoformat(until) > clock.today() + LONGEST:
        raise UsageError("a case is kept for 50 years at most")
    outcome = line(change.outcome, "the outcome", most=2_000)
    turn.change(status="closed", closed_at=turn.at, closed_by=turn.person.name, outcome=outcome, keep_until=until)
    ended = sa.update(GrantRow).where(GrantRow.ref == turn.ref, GrantRow.revoked_at.is_(None))
    turn.connection.execute(ended.values(revoked_at=turn.at, revoked_by=turn.person.name))
    return {"keep_until": until}


def reopen(turn: Turn, change: asked.Reopen) -> Detail:
    """Open a closed case again."""
    turn.fresh(change.version)
    reason = line(change.reason, "the reason", most=2_000)
    turn.change(status="open", closed_at=None, closed_by=None, keep_until=None)
    return {"reason": reason, "before": {"outcome": turn.case["outcome"], "keep_until": turn.case["keep_until"]}}


def attached(turn: Turn, name: str, sha256: str, size: int, marking: str, reason: str) -> Detail:
    """A file that the vault of the case has already."""
    label = str(Marking.parse(marking)) if marking.strip() else str(Marking())
    cleared(turn.person, label)
    number = turn.next(AttachmentRow)
    kept = {"name": line(name, "the name of the file"), "sha256": sha256, "bytes": size, "marking": label}
    reason = line(reason, "the reason", most=2_000)
    turn.connection.execute(sa.insert(AttachmentRow).values(**turn.signed, **kept, number=number, reason=reason))
    return {"number": number, "sha256": sha256}


def _taken_out(turn: Turn, table: type[Any], number: int, reason: str) -> None:
    values = {"removed_at": turn.at, "removed_by": turn.person.name, "removed_why": line(reason, "the reason", most=2_000)}
    turn.connection.execute(sa.update(table).where(table.ref == turn.ref, table.number == number).values(**values))


def _leaves_a_lead(turn: Turn, name: str, role: str) -> None:
    others = sa.select(sa.func.count()).where(MemberRow.ref == turn.ref, MemberRow.role == "lead", MemberRow.person != name)
    if role != "lead" and not turn.connection.scalar(others):
        raise UsageError("a case has a lead", hint="Make somebody else a lead first.")


#: What does each change.
_DOES: dict[type[Any], Callable[[Turn, Any], Detail]] = {
    asked.Facts: facts,
    asked.Member: member,
    asked.Dismiss: dismiss,
    asked.Add: add,
    asked.Remove: remove,
    asked.Note: note,
    asked.Correct: correct,
    asked.Task: task,
    asked.Done: done,
    asked.Decide: decide,
    asked.Detach: detach,
    asked.Grant: grant,
    asked.Revoke: revoke,
    asked.Close: close,
    asked.Reopen: reopen,
}


def do(turn: Turn, change: asked.Change) -> Detail:
    """Do a change, in the transaction of the turn."""
    return _DOES[type(change)](turn, change)
