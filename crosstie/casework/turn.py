"""One change of a case, within its transaction: who does it, when, and to what. Which change does what is in `doing`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from crosstie import clock
from crosstie.casework.access import ALLOWED, Act, Person, Role
from crosstie.casework.account_tables import AccountRow
from crosstie.casework.case_tables import CaseRow, MemberRow
from crosstie.casework.things import Things
from crosstie.errors import AccessError, Stale, UsageError
from crosstie.store.record import plain

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Asked = TypeVar("Asked", bound="DataclassInstance")
#: Letters of a line, and of a text.
LINE, TEXT = 500, 20_000


@dataclass(frozen=True, slots=True)
class Turn:
    """The case as it is in this transaction, its number, and the role that the person has in it."""

    connection: sa.Connection
    case: Mapping[str, Any]
    person: Person
    role: str
    at: str
    things: Things

    @property
    def ref(self) -> str:
        """The number of the case."""
        return str(self.case["ref"])

    @property
    def signed(self) -> dict[str, str]:
        """Who does it and when, in the case of this number."""
        return {"ref": self.ref, "by": self.person.name, "at": self.at}

    def next(self, table: type[Any]) -> int:
        """The next number of a row of this case."""
        last = self.connection.scalar(sa.select(sa.func.max(table.number)).where(table.ref == self.ref))
        return (last or 0) + 1

    def row(self, table: type[Any], what: str, *which: sa.ColumnElement[bool]) -> Mapping[str, Any]:
        """One row of this case; UsageError where it has none such."""
        found = self.connection.execute(sa.select(table.__table__).where(table.ref == self.ref, *which)).mappings().one_or_none()
        if found is None:
            raise UsageError(f"this case has no such {what}")
        return dict(found)

    def fresh(self, version: int) -> None:
        """Stale where the case is not as it was on the page."""
        if version != self.case["version"]:
            hint = "Look at the case again, and repeat it if it is still right. What you wrote is not lost: go back in your browser."
            raise Stale("somebody else has changed this case meanwhile", hint=hint)

    def member(self, name: str) -> str:
        """A member's name as it is written; UsageError where they are none."""
        if self.connection.scalar(sa.select(MemberRow.role).where(MemberRow.ref == self.ref, MemberRow.person == name)) is None:
            raise UsageError(f"“{name[:100]}” is no member of this case", hint="A lead of the case takes them in first.")
        return name

    def change(self, **values: Any) -> None:
        """Note new facts of the case."""
        self.connection.execute(sa.update(CaseRow).where(CaseRow.ref == self.ref).values(**values))


def account(connection: sa.Connection, name: str, act: Act) -> Role:
    """The role of somebody who may sign in and whose role has the act; UsageError where there is nobody such."""
    found = connection.execute(sa.select(AccountRow.role, AccountRow.closed).where(AccountRow.name == name)).one_or_none()
    if found is None or found.closed:
        raise UsageError(f"nobody named “{name[:100]}” has an account here", hint="Names stand as they are used to sign in.")
    role = Role(found.role)
    if act not in ALLOWED[role]:
        raise UsageError(f"{name} is {role.value}, and may not {act.value}")
    return role


def as_kept(change: Asked) -> Asked:
    """A change with its texts as every database can keep them."""
    given = {one.name: getattr(change, one.name) for one in fields(change)}
    if any(isinstance(value, int) and not 0 <= value < 1 << 31 for value in given.values()):
        raise UsageError("there is no such number")
    kept: dict[str, Any] = {name: plain(value) for name, value in given.items() if isinstance(value, str)}
    return replace(change, **kept)


def line(text: str, what: str, *, most: int = LINE, needed: bool = True) -> str:
    """A text as it is kept; UsageError where it is missing or too long."""
    kept = plain(text).strip()
    if needed and not kept:
        raise UsageError(f"{what} is missing")
    if len(kept) > most:
        raise UsageError(f"{what} is longer than {most:,} letters", hint="Attach a long text as a file.")
    return kept


def day(written: str, what: str, *, future: bool = True) -> str:
    """An ISO day from today on; UsageError where it is none."""
    try:
        found = date.fromisoformat(written.strip())
    except ValueError as error:
        raise UsageError(f"{what}: “{written[:40]}” is no day", hint="Write it as 2027-05-31.") from error
    if future and found < clock.today():
        raise UsageError(f"{what} is over: {found.isoformat()}")
    return found.isoformat()


def cleared(person: Person, marking: str) -> None:
    """AccessError where a marking is stricter than the person's clearance."""
    if not person.cleared(marking or None):
        raise AccessError("its marking is stricter than your clearance", hint="Ask an administrator, or somebody who is cleared for it.")
