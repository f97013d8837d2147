"""Cases: what links are made into. Who is no member of a case is told that there is none; every change is one transaction, and an entry of the audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crosstie import clock
from crosstie.casework import doing
from crosstie.casework.access import Act, Person
from crosstie.casework.case_reading import Row, told_case, told_list
from crosstie.casework.case_tables import AttachmentRow, CaseRow, EventRow, MemberRow, OnceRow
from crosstie.casework.changes import LEADING, Add, Change
from crosstie.casework.things import Things
from crosstie.casework.turn import Turn, as_kept, cleared, line
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Marking
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from crosstie.store.record import plain
from crosstie.store.vault import Vault

#: Bytes of a file that may be attached.
LARGEST = 64 << 20
#: What an entry of the audit tells of a change: no text that somebody wrote, since the audit outlasts the case.
_TOLD = ("number", "version", "kind", "subject", "person", "role", "task", "due", "until", "keep_until", "sha256", "links")
#: What may be done to a closed case.
_CLOSED = ("reopen", "done", "member", "dismiss", "facts")


class Cases:
    """The cases of a workspace, for one person. `folder` is where the files of each case are kept."""

    def __init__(self, database: Database, folder: Path, person: Person, things: Things) -> None:
        self._database, self._folder, self._person, self._things = database, folder, person, things
        self._audit = Audit(database)

    def open(self, title: str, purpose: str, basis: str, marking: str = "", *, once: str = "") -> str:
        """A new case, which this person leads; its number. AccessError where their role does not lead cases."""
        self._person.require(Act.LEAD)
        label = str(Marking.parse(marking)) if marking.strip() else str(Marking())
        cleared(self._person, label)
        given = {"title": title, "purpose": purpose, "basis": basis}
        given = {name: line(text, f"the {name}", most=2_000) for name, text in given.items()}
        with self._database.write() as connection:
            self._database.lock(connection, CaseRow.__table__)
            if (before := self._taken(connection, once)) is not None:
                return before
            year = f"C-{clock.today().year}-"
            last = connection.scalar(sa.select(sa.func.max(CaseRow.ref)).where(CaseRow.ref.startswith(year)))
            ref, at = f"{year}{int(last.removeprefix(year)) + 1 if last else 1:05}", _now()
            signed = {"ref": ref, "by": self._person.name, "at": at}
            connection.execute(sa.insert(CaseRow).values(**signed, **given, marking=label, status="open", version=1))
            connection.execute(sa.insert(MemberRow).values(**signed, person=self._person.name, role="lead"))
            self._note(connection, ref, 1, at, "open case", {}, once, ref)
        return ref

    def list(self) -> Row:
        """The cases that this person is a member of, those with the nearest date first, and how many they are not cleared for."""
        self._person.require(Act.CASES)
        with self._database.read() as connection:
            found, withheld = told_list(connection, self._person)
        return {"cases": found, "withheld": withheld}

    def read(self, ref: str, *, case_only: bool = False) -> Row:
        """All of a case, as plain data. NotFound for who is no member; AccessError for who is not cleared for the strictest thing in it."""
        self._person.require(Act.CASES)
        with self._refusing(ref), self._database.read() as connection:
            case, role = self._mine(connection, ref)
            told = told_case(connection, case, role, self._person, self._things)
            cleared(self._person, told["marking"])
        if not case_only:
            self._audit.record("read case", ref, **self._who)
        return told

    def change(self, ref: str, change: Change, *, once: str = "") -> int:
        """Do a change; the version of the case after it. The same form sent twice (`once`) is done once."""
        change = as_kept(change)
        if isinstance(change, Add) and change.kind != "view":
            self._things.find(change.kind, change.subject)  # before the transaction, which others wait for
        return self._changing(ref, change.do, once, lambda turn: doing.do(turn, change), leads=isinstance(change, LEADING))

    def attach(self, ref: str, file: Path, name: str, reason: str, marking: str = "", *, once: str = "") -> int:
        """Keep a file in the vault of the case. UsageError where it is empty or too large."""
        self.read(ref, case_only=True)
        size = file.stat().st_size
        if not 0 < size <= LARGEST:
            raise UsageError(f"a file of {size:,} bytes cannot be attached", hint=f"Up to {LARGEST >> 20} MB, and not empty.")
        stored = self._vault(ref).put(
            file
        )  # kept before it is said to be: what a crash leaves between is found by nobody and goes with the case

        def attached(turn: Turn) -> doing.Detail:
            return doing.attached(turn, _file_name(name), stored.sha256, stored.bytes, marking, reason)

        return self._changing(ref, "attach", once, attached)

    def attachment(self, ref: str, number: int) -> tuple[Path, str]:
        """Where a file of a case is kept, and its name. IntegrityError is left to `verify`."""
        self.read(ref, case_only=True)
        with self._database.read() as connection:
            which = sa.select(AttachmentRow.__table__).where(AttachmentRow.ref == ref, AttachmentRow.number == number)
            found = connection.execute(which).mappings().one_or_none()
        if found is None:
            raise NotFound(f"case {ref} has no file {number}")
        cleared(self._person, found["marking"])
        self._audit.record("read attachment", ref, detail={"number": number, "sha256": found["sha256"]}, **self._who)
        return self._vault(ref).path(found["sha256"]), found["name"]

    @property
    def _who(self) -> dict[str, Any]:
        return {"user": self._person.name, "purpose": self._person.purpose}

    def _vault(self, ref: str) -> Vault:
        return Vault(self._folder / ref)

    def _changing(self, ref: str, action: str, once: str, does: Callable[[Turn], doing.Detail], *, leads: bool = False) -> int:
        self._person.require(Act.CASEWORK)
        with self._refusing(ref), self._database.write() as connection:
            self._database.lock(connection, CaseRow.__table__)
            if (before := self._taken(connection, once)) is not None:
                return int(before)
            case, role = self._mine(connection, ref)
            if role == "reader" or (leads and role != "lead"):
                raise AccessError("only a lead of the case may do this" if leads else "you only read this case")
            if case["status"] != "open" and action not in _CLOSED:
                raise UsageError("this case is closed", hint="A lead can open it again.")
            at = _now()
            turn = Turn(connection, case, self._person, role, at, self._things)
            detail = does(turn)
            version = int(case["version"]) + 1
            turn.change(version=version)
            self._note(connection, ref, version, at, action, detail, once, str(version))
        return version

    def _mine(self, connection: sa.Connection, ref: str) -> tuple[Mapping[str, Any], str]:
        """A case and the role that this person has in it. NotFound where there is none, or they are none of its members: there is no difference."""
        which = sa.select(CaseRow.__table__, MemberRow.role.label("mine")).join(MemberRow, MemberRow.ref == CaseRow.ref)
        mine = which.where(CaseRow.ref == plain(ref), MemberRow.person == self._person.name, CaseRow.status != "purged")
        found = connection.execute(mine).mappings().one_or_none()
        if found is None:
            raise NotFound(f"there is no case “{plain(ref)[:40]}”")
        return dict(found), str(found["mine"])

    @contextmanager
    def _refusing(self, ref: str) -> Iterator[None]:
        """Note who asks for a case that is not theirs; after the transaction, which is undone."""
        try:
            yield
        except NotFound as error:
            if error.detail.startswith("there is no case"):
                self._audit.record("refused", f"case {plain(ref)[:40]}", detail={"why": "no member, or no such case"}, **self._who)
            raise

    def _taken(self, connection: sa.Connection, once: str) -> str | None:
        """What a form gave when it was taken before; None where it is new, or bears nothing to know it by."""
        if not once:
            return None
        which = sa.select(OnceRow.result).where(OnceRow.user == self._person.name, OnceRow.token == plain(once[:100]))
        return connection.scalar(which)

    def _note(
        self, connection: sa.Connection, ref: str, version: int, at: str, action: str, detail: doing.Detail, once: str, result: str
    ) -> None:
        """Write a change into the history of the case and into the audit, and note that its form was taken."""
        event = {"number": version, "action": action, "detail": json.dumps(detail, ensure_ascii=False), "by": self._person.name, "at": at}
        connection.execute(sa.insert(EventRow).values(ref=ref, **event))
        if once:
            connection.execute(sa.insert(OnceRow).values(user=self._person.name, token=plain(once[:100]), at=at, result=result))
        told = {"do": action} | {name: detail[name] for name in _TOLD if name in detail}
        self._audit.record("case", ref, detail=told, within=connection, **self._who)


def _file_name(name: str) -> str:
    """The last part of a name, without what no name of a file should hold: it is only shown, never used as a path."""
    last = plain(name.replace("\0", "_")).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join("_" if not letter.isprintable() or letter in '<>:"|?*' else letter for letter in last).strip(" .")
    return kept[:200] or "file"


def _now() -> str:
    return clock.now().isoformat(timespec="microseconds")
