"""Tokens: how a program asks in the name of a person, for some of what they may do, for one purpose, until a day.

A token is shown once and kept as a hash. It never does more than its owner may at the moment: who loses a role, a clearance or the account loses it for
their tokens too.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from crosstie import clock
from crosstie.casework.access import ALLOWED, Act, Person, Role
from crosstie.casework.account_tables import AccountRow, TokenRow
from crosstie.errors import NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from crosstie.store.record import plain

#: How every token begins, so that it is known for one where it lies about.
PREFIX = "crosstie_"
#: For how many days a token holds: unless something else is said, and at most.
DAYS, MOST_DAYS = 90, 366
#: Most tokens of one person that hold at a time.
MOST = 50
#: What no token may do: that is for people.
FOR_PEOPLE = frozenset({Act.OWN, Act.ACCOUNTS})


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be shown. `scope`: what it may do; `until`: the last day on which it holds; `holds`: whether it does today."""

    id: str
    name: str
    title: str
    scope: tuple[str, ...]
    purpose: str
    made_at: str
    until: str
    used_at: str | None
    revoked_at: str | None
    holds: bool


def grantable(role: Role) -> list[Act]:
    """What a token of somebody of this role may be made for."""
    return sorted(ALLOWED[role] - FOR_PEOPLE)


class Tokens:
    """The tokens of a workspace. Each change is an entry of the audit, in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._audit = Audit(database)

    def make(self, owner: Person, title: str, scope: Iterable[Act], *, purpose: str, days: int = DAYS) -> tuple[str, Token]:
        """A new token: what its bearer sends, shown only now, and what is known of it. UsageError where its scope is more than its owner may."""
        wanted = sorted(set(scope))
        title, purpose = plain(title).strip()[:100], plain(purpose).strip()[:500]
        if not title or not purpose:
            raise UsageError("a token needs a title and a purpose", hint="The purpose is noted with everything that is read with it.")
        if not wanted or not set(wanted) <= set(grantable(owner.role)):
            known = ", ".join(act.value for act in grantable(owner.role)) or "nothing"
            raise UsageError("a token may do something, and no more than its owner", hint=f"A {owner.role.value} can give it: {known}.")
        if not 1 <= days <= MOST_DAYS:
            raise UsageError(f"a token holds for 1 to {MOST_DAYS} days")
        text, today = PREFIX + secrets.token_urlsafe(32), clock.today()
        row = {
            "secret": _hashed(text),
            "id": secrets.token_hex(4),
            "name": owner.name,
            "title": title,
            "scope": json.dumps([act.value for act in wanted]),
            "purpose": purpose,
            "made_at": _told(clock.now()),
            "until": (today + timedelta(days=days)).isoformat(),
            "used_at": None,
            "revoked_at": None,
        }
        with self._database.write() as connection:
            self._database.lock(connection, TokenRow.__table__)
            held = sa.select(sa.func.count()).where(
                TokenRow.name == owner.name, TokenRow.revoked_at.is_(None), TokenRow.until >= today.isoformat()
            )
            if (connection.scalar(held) or 0) >= MOST:
                raise UsageError(f"{owner.name} has {MOST} tokens already", hint="Revoke those that nobody uses.")
            connection.execute(sa.insert(TokenRow).values(**row))
            detail = {"title": title, "scope": [act.value for act in wanted], "until": row["until"]}
            self._audit.record("make token", str(row["id"]), user=owner.name, purpose=purpose, detail=detail, within=connection)
        return text, _token(row)

    def bearer(self, text: str) -> Person | None:
        """Who asks with this token, with what it lets them do; None where it is none, has expired or was revoked, or its owner's account is closed."""
        if not text.startswith(PREFIX) or len(text) > 100:
            return None
        query = (
            sa.select(TokenRow.__table__, AccountRow.role, AccountRow.clearance)
            .join(AccountRow, AccountRow.name == TokenRow.name)
            .where(TokenRow.secret == _hashed(text), ~AccountRow.closed)
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None or not _token(row).holds:
            return None
        moment = clock.now()
        if row["used_at"] is None or moment - datetime.fromisoformat(row["used_at"]) > timedelta(minutes=1):
            with self._database.write() as connection:
                connection.execute(sa.update(TokenRow).where(TokenRow.id == row["id"]).values(used_at=_told(moment)))
        clearance = next(level for level in Tlp if level.label == row["clearance"])
        only = frozenset({Act.OWN, *(Act(one) for one in json.loads(row["scope"]))})
        return Person(row["name"], Role(row["role"]), clearance, f"{row['purpose']} (token {row['id']})", only)

    def of(self, name: str | None = None) -> list[Token]:
        """The tokens of a person, or of everybody, the newest first."""
        query = sa.select(TokenRow.__table__).order_by(TokenRow.made_at.desc(), TokenRow.id)
        with self._database.read() as connection:
            rows = connection.execute(query if name is None else query.where(TokenRow.name == name)).mappings()
            return [_token(row) for row in rows]

    def revoke(self, token_id: str, *, by: str, owner: str | None = None) -> Token:
        """Take a token back, at once. NotFound where there is none of this id, or where it is not that of `owner`."""
        with self._database.write() as connection:
            row = connection.execute(sa.select(TokenRow.__table__).where(TokenRow.id == token_id)).mappings().one_or_none()
            if row is None or owner not in (None, row["name"]):
                raise NotFound(f"there is no token “{token_id}”")
            revoked = {**row, "revoked_at": row["revoked_at"] or _told(clock.now())}
            if row["revoked_at"] is None:
                connection.execute(sa.update(TokenRow).where(TokenRow.id == token_id).values(revoked_at=revoked["revoked_at"]))
                self._audit.record("revoke token", token_id, user=by, detail={"owner": row["name"]}, within=connection)
        return _token(revoked)


def _token(row: Any) -> Token:
    holds = row["revoked_at"] is None and date.fromisoformat(row["until"]) >= clock.today()
    known = {name: row[name] for name in ("id", "name", "title", "purpose", "made_at", "until", "used_at", "revoked_at")}
    return Token(scope=tuple(json.loads(row["scope"])), holds=holds, **known)


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
