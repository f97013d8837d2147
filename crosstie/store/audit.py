"""Who did what, and who saw what: an append-only chain in which every entry carries the hash of the one before it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie.errors import IntegrityError
from crosstie.store.database import Base, Database
from crosstie.store.durable import Problem
from crosstie.store.entries import GENESIS, Entry, Head, entry_after
from crosstie.store.fingerprint import fingerprint

__all__ = ["GENESIS", "Audit", "Entry", "EntryRow", "Head", "HeadRow"]

_FIRST = sa.text("insert into audit_head (id, entries, hash) values (1, 0, :hash) on conflict do nothing")
_PAGE = 1_000


class EntryRow(Base):
    """One entry of the audit."""

    __tablename__ = "audit_entries"
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    user: Mapped[str] = mapped_column("user_name", key="user")
    purpose: Mapped[str | None]
    detail: Mapped[str | None]
    previous: Mapped[str]
    hash: Mapped[str]


class HeadRow(Base):
    """How many entries there are and the hash of the last, kept apart so that a cut tail is seen."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column("entries", sa.BigInteger, key="count")
    hash: Mapped[str]


class Audit:
    """The audit of a database. There is no way to change or remove an entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        action: str,
        subject: str,
        *,
        user: str,
        purpose: str | None = None,
        detail: Mapping[str, Any] | None = None,
        within: sa.Connection | None = None,
    ) -> Entry:
        """Append an entry, in the transaction `within` or in one of its own. Concurrent writers take turns."""
        with contextlib.nullcontext(within) if within is not None else self._database.write() as connection:
            head = self._turn(connection)
            entry = entry_after(head, action, subject, user=user, purpose=purpose, detail=detail)
            connection.execute(sa.insert(EntryRow).values(asdict(entry)))
            connection.execute(sa.update(HeadRow).values(count=entry.seq, hash=entry.hash))
        return entry

    def entries(self, since: int | None = None, limit: int | None = None) -> Iterator[Entry]:
        """The entries after number `since`, oldest first, at most `limit`."""
        last, left = since or 0, limit
        while left is None or left > 0:
            page = self._page(last, _PAGE if left is None else min(left, _PAGE))
            yield from page
            if not page:
                return
            last = page[-1].seq
            left = None if left is None else left - len(page)

    def head(self) -> Head:
        """How many entries there are, and the hash of the last."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(HeadRow.count, HeadRow.hash)).one_or_none()
        return Head(*row) if row else Head(0, GENESIS)

    def verify(self, known: Head | None = None) -> Iterator[Problem]:
        """Entries that were changed, removed, inserted or put in another order. `known` is a head that was noted before: without one, a person
        who may write the whole database can still rewrite the whole chain.
        """
        head = self.head()  # first: entries that come meanwhile are no problem
        number, previous = 0, GENESIS
        for entry in self.entries():
            if entry.seq != number + 1:
                yield Problem(_place(number + 1), f"is missing, up to entry {entry.seq - 1}")
            elif entry.previous != previous:
                yield Problem(_place(entry.seq), "does not follow from the one before it")
            if fingerprint(entry.content()) != entry.hash:
                yield Problem(_place(entry.seq), "was changed after it was written")
            number, previous = entry.seq, entry.hash
            for expected, name in ((head, "the head of the chain"), (known, "the noted head")):
                if expected is not None and expected.count == number and expected.hash != previous:
                    yield Problem(_place(number), f"is not the one that {name} names")
        for expected, name in ((head, "the head of the chain"), (known, "the noted head")):
            if expected is not None and expected.count > number:
                yield Problem("audit", f"ends at entry {number}, but {name} counts {expected.count}")
        if number > (counted := self.head().count):  # an entry and its count are written at once
            yield Problem("audit", f"has entries up to {number}, but the head of the chain counts {counted}")

    def _turn(self, connection: sa.Connection) -> Head:
        """Wait for one's turn to append, and say after what."""
        wanted = sa.select(HeadRow.count, HeadRow.hash).with_for_update()
        row = connection.execute(wanted).one_or_none()
        if row is None:
            # no lock on the table: two first writers would each wait for what the other holds
            connection.execute(_FIRST, {"hash": GENESIS})
            row = connection.execute(wanted).one()
        if row[0] == 0 and connection.scalar(sa.select(sa.func.count()).select_from(EntryRow)):
            raise IntegrityError("the audit has lost its head", hint="Restore the database from a backup.")
        return Head(*row)

    def _page(self, after: int, rows: int) -> list[Entry]:
        columns = [getattr(EntryRow, name) for name in Entry.__dataclass_fields__]
        query = sa.select(*columns).where(EntryRow.seq > after).order_by(EntryRow.seq).limit(rows)
        with self._database.read() as connection:
            return [Entry(*row) for row in connection.execute(query)]


def _place(seq: int) -> str:
    return f"audit entry {seq}"
