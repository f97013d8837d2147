"""What is due to be destroyed: closed cases and sources whose time is over, in one place; and the record of what was, which stays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.casework.access import Act
from crosstie.casework.account_tables import AccountRow
from crosstie.casework.case_files import Files
from crosstie.casework.case_tables import OF_A_CASE, CaseRow, OnceRow
from crosstie.casework.turn import account, line
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Marking
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database
from crosstie.store.record import plain
from crosstie.store.sources import Source


class PurgeRow(Base):
    """A source that was destroyed: what it was, by whom, when and why. `done_at` is empty while something of it may be left."""

    __tablename__ = "purged_sources"
    source: Mapped[str] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str]
    until: Mapped[str]
    by: Mapped[str]
    at: Mapped[str]
    why: Mapped[str]
    done_at: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Due:
    """A case or source, without what is in it: until when it may be kept, whether that is over, and what it is now (`unfinished`: a purge was stopped)."""

    kind: str
    id: str
    until: str
    due: bool
    marking: str
    state: str


class Retention:
    """The ends of retention of a workspace, for one custodian."""

    def __init__(self, database: Database, files: Files, user: str, purpose: str | None) -> None:
        self._database, self._files, self._user, self._purpose = database, files, user, purpose
        self._audit = Audit(database)

    def list(self, sources: Iterable[Source]) -> list[Due]:
        """Everything that has an end, the earliest first."""
        today = clock.today().isoformat()
        found = []
        with self._database.read() as connection:
            cases = connection.execute(sa.select(CaseRow.ref, CaseRow.keep_until, CaseRow.marking).where(CaseRow.status == "closed")).all()
            unfinished = connection.execute(sa.select(PurgeRow.source, PurgeRow.until).where(PurgeRow.done_at.is_(None))).all()
        started = {source for source, _ in unfinished}
        for ref, until, marking in cases:
            found.append(Due("case", ref, until or "", until is not None and until < today, marking, "closed"))
        for ref in self._files.left_over():
            found.append(Due("case", ref, "", True, "", "unfinished"))
        for source in sources:
            end = Marking.parse(source.marking).until
            if end and source.source_id not in started:
                found.append(Due("source", source.source_id, end, end < today, source.marking, "kept"))
        found += [Due("source", source, until, True, "", "unfinished") for source, until in unfinished]
        return sorted(found, key=lambda one: (one.until, one.kind, one.id))

    def authorise(self) -> None:
        """AccessError where this person is no custodian. Where nobody has an account yet, whoever may use this machine is."""
        with self._database.read() as connection:
            if connection.scalar(sa.select(sa.func.count()).select_from(AccountRow)):
                try:
                    account(connection, plain(self._user), Act.RETENTION)
                except UsageError as error:
                    raise AccessError(f"{self._user} is no custodian: {error.detail}", hint="Name one with --user.") from error

    def purge_case(self, ref: str, why: str) -> None:
        """Destroy a closed case whose time is over: its contents go, its number, dates and who destroyed it stay."""
        self.authorise()
        why, at = line(why, "the reason"), clock.now().isoformat(timespec="microseconds")
        with self._database.write() as connection:
            self._database.lock(connection, CaseRow.__table__)
            row = connection.execute(sa.select(CaseRow.__table__).where(CaseRow.ref == plain(ref))).mappings().one_or_none()
            if row is None or row["status"] not in ("closed", "purged"):
                raise NotFound(f"there is no closed case “{plain(ref)[:40]}”")
            if row["status"] == "closed":
                if not row["keep_until"] or row["keep_until"] >= clock.today().isoformat():
                    raise AccessError(f"case {ref} is to be kept until {row['keep_until']}")
                held = {table.__tablename__: _count(connection, table, ref) for table in OF_A_CASE}
                for table in OF_A_CASE:
                    connection.execute(sa.delete(table).where(table.ref == ref))
                connection.execute(sa.delete(OnceRow).where(OnceRow.result == ref))
                gone = {"status": "purged", "title": "", "purpose": "", "basis": "", "outcome": None}
                left = {"purged_at": at, "purged_by": self._user, "purged_why": why, "destroyed": json.dumps(held)}
                connection.execute(sa.update(CaseRow).where(CaseRow.ref == ref).values(**gone, **left))
                self._audit.record(
                    "purge case", ref, user=self._user, purpose=self._purpose, detail={"why": why, **held}, within=connection
                )
        self._files.destroy(ref)

    def begin_source(self, source: Source, why: str) -> None:
        """Note that a source whose time is over is being destroyed; whoever calls destroys it, and then says `finish_source`."""
        self.authorise()
        until = Marking.parse(source.marking).until
        if until is None or until >= clock.today().isoformat():
            raise AccessError(f"source {source.source_id} is to be kept" + (f" until {until}" if until else ": its marking has no end"))
        kept = {"source": source.source_id, "file_name": source.file_name, "sha256": source.sha256, "until": until}
        signed = {"by": self._user, "at": clock.now().isoformat(timespec="microseconds"), "why": line(why, "the reason")}
        with self._database.write() as connection:
            self._database.lock(connection, PurgeRow.__table__)
            connection.execute(sa.delete(PurgeRow).where(PurgeRow.source == source.source_id))
            connection.execute(sa.insert(PurgeRow).values(**kept, **signed, done_at=None))
            detail = {name: kept[name] for name in ("sha256", "until")} | {"why": signed["why"]}
            self._audit.record("purge source", source.source_id, user=self._user, purpose=self._purpose, detail=detail, within=connection)

    def finish_source(self, source: str) -> None:
        """Nothing is left of a source."""
        at = clock.now().isoformat(timespec="microseconds")
        with self._database.write() as connection:
            connection.execute(sa.update(PurgeRow).where(PurgeRow.source == source, PurgeRow.done_at.is_(None)).values(done_at=at))
            self._audit.record("source purged", source, user=self._user, purpose=self._purpose, within=connection)

    def unfinished(self) -> set[str]:
        """Sources whose purge was begun and not ended."""
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(PurgeRow.source).where(PurgeRow.done_at.is_(None))))


def _count(connection: sa.Connection, table: type[Any], ref: str) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.ref == ref)) or 0)
