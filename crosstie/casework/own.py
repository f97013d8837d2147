"""What is one person's own: what they are to do, whom they need to know, and which build they have seen the news of."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from crosstie import clock
from crosstie.casework.access import ALLOWED, Act, Person, Role
from crosstie.casework.account_tables import AccountRow
from crosstie.casework.case_tables import CaseRow, GrantRow, MemberRow, OnceRow, TaskRow, VisitRow
from crosstie.casework.turn import account, day, line
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from crosstie.store.record import plain

Row = dict[str, Any]


class Own:
    """The tasks, grants and visits of one person."""

    def __init__(self, database: Database, person: Person) -> None:
        self._database, self._person = database, person
        self._audit = Audit(database)

    def tasks(self) -> list[Row]:
        """What this person is to do, the nearest date first; of cases only those that they are a member of and that are open."""
        mine = sa.select(MemberRow.ref).join(CaseRow, CaseRow.ref == MemberRow.ref)
        mine = mine.where(MemberRow.person == self._person.name, CaseRow.status == "open")
        which = (TaskRow.assignee == self._person.name, TaskRow.done_at.is_(None), sa.or_(TaskRow.ref.is_(None), TaskRow.ref.in_(mine)))
        with self._database.read() as connection:
            rows = [dict(row) for row in connection.execute(sa.select(TaskRow.__table__).where(*which)).mappings()]
        today = clock.today().isoformat()
        for row in rows:
            row["late"] = bool(row["due"]) and row["due"] < today
        return sorted(rows, key=lambda row: (row["due"] or "9999", row["at"], row["id"]))

    def assigned(self, kind: str) -> set[str]:
        """The links, entities or findings that this person is to look at."""
        return {row["subject"] for row in self.tasks() if row["kind"] == kind}

    def about(self, kind: str, subject: str) -> list[Row]:
        """What is to be done about one link, entity or finding outside of cases, and by whom."""
        which = (TaskRow.kind == kind, TaskRow.subject == plain(subject), TaskRow.ref.is_(None), TaskRow.done_at.is_(None))
        with self._database.read() as connection:
            query = sa.select(TaskRow.__table__).where(*which).order_by(TaskRow.at, TaskRow.id)
            return [dict(row) for row in connection.execute(query).mappings()]

    def assign(self, kind: str, subject: str, assignee: str, due: str = "", title: str = "", *, once: str = "") -> str:
        """Give somebody a link, entity or finding to look at, outside of cases; the id of the task. Who calls has made sure that this person may see it."""
        self._person.require(Act.CASEWORK)
        if kind not in ("link", "entity", "finding"):
            raise UsageError("a link, an entity or a finding is assigned")
        subject, assignee, once = plain(subject), plain(assignee), plain(once[:100])
        kept = {
            "title": line(title, "what is to be done", needed=False),
            "due": day(due, "the day until which it is due") if due.strip() else None,
        }
        with self._database.write() as connection:
            self._database.lock(connection, TaskRow.__table__)
            taken = sa.select(OnceRow.result).where(OnceRow.user == self._person.name, OnceRow.token == once)
            if once and (before := connection.scalar(taken)) is not None:
                return str(before)
            account(connection, assignee, Act.READ)
            made, at = secrets.token_hex(8), clock.now().isoformat(timespec="microseconds")
            signed = {"id": made, "by": self._person.name, "at": at, "ref": None, "kind": kind, "subject": subject, "assignee": assignee}
            connection.execute(sa.insert(TaskRow).values(**signed, **kept))
            if once:
                connection.execute(sa.insert(OnceRow).values(user=self._person.name, token=once, at=at, result=made))
            detail = {"task": made, "person": assignee, "due": kept["due"]}
            self._audit.record("assign", subject, detail=detail, within=connection, **self._who)
        return made

    def done(self, task: str) -> Row:
        """Note that something outside of cases is done: by whom it was given to, or who gave it. Twice is as once."""
        with self._database.write() as connection:
            self._database.lock(connection, TaskRow.__table__)
            row = (
                connection.execute(sa.select(TaskRow.__table__).where(TaskRow.id == plain(task), TaskRow.ref.is_(None)))
                .mappings()
                .one_or_none()
            )
            if row is None:
                raise NotFound("there is no such task")
            if self._person.name not in (row["assignee"], row["by"]):
                raise AccessError("only who has a task, or gave it, says that it is done")
            if row["done_at"] is None:
                at = clock.now().isoformat(timespec="microseconds")
                connection.execute(sa.update(TaskRow).where(TaskRow.id == task).values(done_at=at, done_by=self._person.name))
                self._audit.record("done", row["subject"], detail={"task": task}, within=connection, **self._who)
            return dict(row)

    def needs(self, ids: Iterable[str]) -> list[str]:
        """The numbers of the open cases in which this person needs to know somebody today who has one of these ids."""
        which = self._granted(GrantRow.ref).where(GrantRow.subject.in_(sorted(set(ids))))
        with self._database.read() as connection:
            return sorted(set(connection.scalars(which)))

    def state(self) -> tuple[list[str], list[str]]:
        """Whom this person needs to know today, and what they are to look at: answers that rest on it change with it."""
        with self._database.read() as connection:
            granted = sorted(set(connection.scalars(self._granted(GrantRow.subject))))
        return granted, sorted(self.assigned("link"))

    def _granted(self, column: Any) -> sa.Select[Any]:
        """A column of the grants of this person that hold today, in open cases that they are a member of."""
        which = sa.select(column).join(CaseRow, CaseRow.ref == GrantRow.ref)
        which = which.join(MemberRow, sa.and_(MemberRow.ref == GrantRow.ref, MemberRow.person == GrantRow.person))
        live = (GrantRow.revoked_at.is_(None), GrantRow.until >= clock.today().isoformat(), CaseRow.status == "open")
        return which.where(GrantRow.person == self._person.name, *live)

    def people(self) -> list[str]:
        """Who can be given something to look at: open accounts whose role reads links."""
        roles = [role.value for role in Role if Act.READ in ALLOWED[role]]
        which = sa.select(AccountRow.name).where(AccountRow.role.in_(roles), ~AccountRow.closed).order_by(AccountRow.name)
        with self._database.read() as connection:
            return list(connection.scalars(which))

    def visited(self, build: int) -> tuple[int, str]:
        """Which build this person has seen the news of, and when; at the first visit the present one."""
        wanted = sa.select(VisitRow.build, VisitRow.at).where(VisitRow.person == self._person.name)
        with self._database.read() as connection:
            found = connection.execute(wanted).one_or_none()
        if found is None:
            self.seen(build)
            return build, clock.now().isoformat(timespec="microseconds")
        return found.build, found.at

    def seen(self, build: int) -> None:
        """Note that this person has seen the news up to a build."""
        at = clock.now().isoformat(timespec="microseconds")
        with self._database.write() as connection:
            self._database.lock(connection, VisitRow.__table__)
            connection.execute(sa.delete(VisitRow).where(VisitRow.person == self._person.name))
            connection.execute(sa.insert(VisitRow).values(person=self._person.name, build=build, at=at))

    @property
    def _who(self) -> dict[str, Any]:
        return {"user": self._person.name, "purpose": self._person.purpose}
