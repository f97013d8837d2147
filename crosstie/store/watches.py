"""Standing questions: asked once, and looked at after each build."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.errors import NotFound, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database
from crosstie.store.record import plain


class WatchRow(Base):
    """One standing question: each person has names of their own."""

    __tablename__ = "watches"
    user: Mapped[str] = mapped_column("user_name", primary_key=True, key="user")
    name: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    at: Mapped[str]
    seen: Mapped[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """A standing question: its name, what it asks, who set it up and when, and `seen`: by their ids the classes of the links that were looked at last."""

    name: str
    question: Mapping[str, Any]
    user: str
    at: str
    seen: Mapping[str, str]


class Watches:
    """The standing questions of a database. Each change is also an entry of the audit, in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._audit = Audit(database)

    def add(self, name: str, question: Mapping[str, Any], seen: Mapping[str, str], *, user: str, purpose: str | None = None) -> Watch:
        """A new question; `seen` need not be told again. UsageError where this person has one of that name."""
        watch = Watch(plain(name).strip(), dict(question), plain(user), clock.now().isoformat(timespec="microseconds"), dict(seen))
        if not watch.name:
            raise UsageError("a standing question needs a name")
        with self._database.write() as connection:
            self._database.lock(connection, WatchRow.__table__)
            if connection.execute(sa.select(WatchRow.name).where(*_of(watch.name, watch.user))).one_or_none():
                raise UsageError(f"you have a standing question “{watch.name}” already", hint="Remove it, or choose another name.")
            row = {"name": watch.name, "question": json.dumps(watch.question), "user": watch.user, "at": watch.at}
            connection.execute(sa.insert(WatchRow).values(**row, seen=json.dumps(watch.seen)))
            self._audit.record("watch", watch.name, user=user, purpose=purpose, detail=watch.question, within=connection)
        return watch

    def look(self, watch: Watch, seen: Mapping[str, str]) -> None:
        """Note what was looked at."""
        with self._database.write() as connection:
            connection.execute(sa.update(WatchRow).where(*_of(watch.name, watch.user)).values(seen=json.dumps(dict(seen))))

    def remove(self, name: str, *, user: str, of: str | None = None, purpose: str | None = None) -> None:
        """Forget a question of one's own, or (`of`) of somebody else. NotFound where they have none of that name."""
        owner = user if of is None else of
        with self._database.write() as connection:
            if not connection.execute(sa.delete(WatchRow).where(*_of(name, owner))).rowcount:
                raise NotFound(f"{owner} has no standing question “{name}”", hint="“crosstie watch list” has them all, and whose they are.")
            detail = None if owner == user else {"of": owner}
            self._audit.record("unwatch", name, user=user, purpose=purpose, detail=detail, within=connection)

    def all(self) -> list[Watch]:
        """All of them, by name and person."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(WatchRow.name, WatchRow.question, WatchRow.user, WatchRow.at, WatchRow.seen))
            return sorted((Watch(name, json.loads(asked), user, at, json.loads(seen)) for name, asked, user, at, seen in found), key=_name)


def _name(watch: Watch) -> tuple[str, str]:
    return watch.name, watch.user


def _of(name: str, user: str) -> tuple[sa.ColumnElement[bool], ...]:
    return WatchRow.name == plain(name).strip(), WatchRow.user == plain(user)
