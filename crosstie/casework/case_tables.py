"""The tables of cases. What people wrote is never edited: a correction is a row of its own. Only the purge of a case whose time is over deletes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie.store.database import Base


class CaseRow(Base):
    """One case; `version` counts its changes. Of a purged case only the number, the dates, the names and `destroyed`, what was in it, stay."""

    __tablename__ = "cases"
    ref: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    purpose: Mapped[str]
    basis: Mapped[str]
    marking: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    by: Mapped[str]
    at: Mapped[str]
    closed_at: Mapped[str | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[str | None]
    keep_until: Mapped[str | None]
    purged_at: Mapped[str | None]
    purged_by: Mapped[str | None]
    purged_why: Mapped[str | None]
    destroyed: Mapped[str | None]


class MemberRow(Base):
    """Who is in a case, and as what."""

    __tablename__ = "case_members"
    ref: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]


class ThingRow(Base):
    """An entity, link or view in a case, and why it is in it."""

    __tablename__ = "case_things"
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    marking: Mapped[str]
    victim: Mapped[bool]
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]
    removed_at: Mapped[str | None]
    removed_by: Mapped[str | None]
    removed_why: Mapped[str | None]


class NoteRow(Base):
    """One version of a note; `base` is the version that it corrects."""

    __tablename__ = "case_notes"
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    base: Mapped[int | None]
    by: Mapped[str]
    at: Mapped[str]


class TaskRow(Base):
    """What somebody is to do, until when: in a case (`ref`), or about one link or entity (`kind`, `subject`), or both."""

    __tablename__ = "tasks"
    __table_args__ = (sa.Index("tasks_assignee", "assignee"), sa.Index("tasks_ref", "ref"))
    id: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str | None]
    kind: Mapped[str | None]
    subject: Mapped[str | None]
    title: Mapped[str]
    assignee: Mapped[str]
    due: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[str]
    done_at: Mapped[str | None]
    done_by: Mapped[str | None]


class DecisionRow(Base):
    """What was decided in a case, why, by whom, on which links (JSON)."""

    __tablename__ = "case_decisions"
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str]
    why: Mapped[str]
    links: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]


class AttachmentRow(Base):
    """A file in the vault of a case."""

    __tablename__ = "case_attachments"
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    marking: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]
    removed_at: Mapped[str | None]
    removed_by: Mapped[str | None]
    removed_why: Mapped[str | None]


class GrantRow(Base):
    """Somebody needs to know a victim or a minor (`subject`) in a case, until a day."""

    __tablename__ = "case_grants"
    __table_args__ = (sa.Index("case_grants_person", "person"),)
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    until: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]
    revoked_at: Mapped[str | None]
    revoked_by: Mapped[str | None]


class EventRow(Base):
    """What happened to a case; `number` is its version after it."""

    __tablename__ = "case_events"
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str]
    detail: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]


class OnceRow(Base):
    """A form that was taken: sent again, it gives the same answer and changes nothing."""

    __tablename__ = "forms_taken"
    user: Mapped[str] = mapped_column("user_name", primary_key=True, key="user")
    token: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[str]
    result: Mapped[str]


class VisitRow(Base):
    """Which build somebody has seen the news of."""

    __tablename__ = "visits"
    person: Mapped[str] = mapped_column(primary_key=True)
    build: Mapped[int]
    at: Mapped[str]


#: What belongs to one case and goes with it.
OF_A_CASE = (MemberRow, ThingRow, NoteRow, TaskRow, DecisionRow, AttachmentRow, GrantRow, EventRow)
