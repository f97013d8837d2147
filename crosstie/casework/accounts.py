"""Accounts and sessions: who may sign in with which password, and who is signed in now. Each change is an entry of the audit, in the same transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from crosstie import clock
from crosstie.casework.access import Person, Role
from crosstie.casework.account_tables import AccountRow, ElsewhereRow, SessionRow, TokenRow
from crosstie.casework.codes import Codes
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from crosstie.store.record import plain

#: Letters of a password at least (NIST SP 800-63B-4 asks for 15 where it is the only factor); what is longer than this is no password.
SHORTEST, LONGEST = 15, 1_000
#: After so many wrong passwords in a row an account is locked for so long.
TRIES, LOCKED = 5, timedelta(minutes=15)
#: A session ends when it was not used for so long, and in any case after so long.
IDLE, WHOLE = timedelta(minutes=30), timedelta(hours=12)
_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106, low memory
_WRONG = "the name, the password or the code is wrong"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it may be shown: `once` is a password that has to be changed, `locked` says until when too many wrong ones were given, `factor`
    whether a second factor is set up.
    """

    name: str
    role: Role
    clearance: Tlp
    once: bool
    closed: bool
    locked: str | None
    factor: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A person signed in; `form` is what every form that they send has to bear. `once`: they have to choose a password before anything else.
    `lacking`: they have to set up a second factor, which this workspace asks for.
    """

    person: Person
    form: str
    once: bool
    lacking: bool = False


class Accounts:
    """The accounts of a workspace. `strict`: who signs in with a password needs a second factor too."""

    def __init__(self, database: Database, workspace: str = "", *, strict: bool = False) -> None:
        self._database, self._strict = database, strict
        self._audit = Audit(database)
        self.codes = Codes(database, workspace)

    def first(self) -> tuple[str, str] | None:
        """Where there is no account yet, make that of the administrator: its name, and the password to sign in with once."""
        with self._database.write() as connection:
            self._database.lock(connection, AccountRow.__table__)
            if connection.scalar(sa.select(sa.func.count()).select_from(AccountRow)):
                return None
            password = secrets.token_urlsafe(18)
            self._insert(connection, "administrator", password, Role.ADMINISTRATOR, Tlp.AMBER, by="crosstie")
        return "administrator", password

    def add(self, name: str, role: Role, clearance: Tlp = Tlp.AMBER, *, by: str) -> str:
        """Make an account; the password to sign in with once. UsageError where the name is taken or none."""
        name = plain(name).strip()
        if not name or len(name) > 100:
            raise UsageError("a name has 1 to 100 letters")
        password = secrets.token_urlsafe(18)
        with self._database.write() as connection:
            self._database.lock(connection, AccountRow.__table__)
            if self._row(connection, name) is not None:
                raise UsageError(f"there is an account “{name}” already")
            self._insert(connection, name, password, role, clearance, by=by)
        return password

    def known(self, issuer: str, subject: str, name: str, role: Role, clearance: Tlp) -> str:
        """The name of the account of somebody whom their agency has proved, made where they come for the first time, with the role that the agency
        gives them now. AccessError where the account is closed, or the name is that of somebody else.
        """
        name = plain(name).strip()
        with self._database.write() as connection:
            self._database.lock(connection, AccountRow.__table__)
            query = sa.select(ElsewhereRow.name).where(ElsewhereRow.issuer == issuer, ElsewhereRow.subject == subject)
            held = connection.scalar(query)
            if held is None:
                if not name or len(name) > 100 or self._row(connection, name) is not None:
                    raise AccessError(
                        f"the agency says “{name[:100]}”, and there is an account of that name already", hint="Ask an administrator."
                    )
                self._insert(connection, name, secrets.token_urlsafe(32), role, clearance, by=issuer)
                connection.execute(sa.update(AccountRow).where(AccountRow.name == name).values(once=False))
                connection.execute(sa.insert(ElsewhereRow).values(issuer=issuer, subject=subject, name=name))
                return name
            row = self._row(connection, held)
            if row["closed"]:
                raise AccessError("this account is closed", hint="Ask an administrator.")
            told = {"role": role.value, "clearance": clearance.label}
            if told != {key: row[key] for key in told}:
                connection.execute(sa.update(AccountRow).where(AccountRow.name == held).values(**told))
                connection.execute(sa.delete(SessionRow).where(SessionRow.name == held))
                self._audit.record("change account", held, user=issuer, detail=told, within=connection)
            return str(held)

    def _known_elsewhere(self, name: str) -> bool:
        with self._database.read() as connection:
            return connection.scalar(sa.select(ElsewhereRow.name).where(ElsewhereRow.name == name)) is not None

    def all(self) -> list[Account]:
        """All accounts, by name."""
        with self._database.read() as connection:
            second = self.codes.all(connection)
            rows = connection.execute(sa.select(AccountRow.__table__).order_by(AccountRow.name)).mappings()
            return [replace(_account(row), factor=row["name"] in second) for row in rows]

    def change(self, name: str, *, by: str, role: Role | None = None, clearance: Tlp | None = None, closed: bool | None = None) -> None:
        """Give an account another role or clearance, close it or open it; its sessions end, and where it is closed its tokens. UsageError where nobody
        would be left to manage accounts.
        """
        asked: dict[str, Any] = {
            "role": role and role.value,
            "clearance": None if clearance is None else clearance.label,
            "closed": closed,
        }
        told = {key: value for key, value in asked.items() if value is not None}
        with self._changing(name, "change account", by, told) as connection:
            connection.execute(sa.update(AccountRow).where(AccountRow.name == name).values(**told))
            if closed:
                told["tokens"] = _revoke(connection, name)
            managing = sa.select(sa.func.count()).where(AccountRow.role == Role.ADMINISTRATOR.value, ~AccountRow.closed)
            if not connection.scalar(managing):
                raise UsageError("nobody would be left to manage accounts", hint="Make another administrator first.")

    def reset(self, name: str, *, by: str) -> str:
        """A new password to sign in with once; the sessions of the account end, and its tokens: who had the password may have made some."""
        password = secrets.token_urlsafe(18)
        values = {"password": _HASHER.hash(password), "once": True, "failed": 0, "locked_until": None}
        detail: dict[str, Any] = {}
        with self._changing(name, "reset password", by, detail) as connection:
            connection.execute(sa.update(AccountRow).where(AccountRow.name == name).values(**values))
            detail["tokens"] = _revoke(connection, name)
        return password

    def choose(self, name: str, present: str, password: str) -> None:
        """Change one's own password, knowing the present one; other sessions end. AccessError where it is wrong, UsageError where the new one will not do."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise UsageError(
                f"a password has at least {SHORTEST} letters", hint="A few words that do not belong together are easy to remember."
            )
        if password == present:
            raise UsageError("that is the password that is to be changed")
        self._check(name, present)
        with self._changing(name, "change password", name, {}) as connection:
            connection.execute(sa.update(AccountRow).where(AccountRow.name == name).values(password=_HASHER.hash(password), once=False))

    def sign_in(self, name: str, password: str, purpose: str, code: str = "") -> str:
        """The token of a new session. AccessError where name, password or the code of the second factor is wrong, or the account is locked or closed;
        it does not say which.
        """
        name, purpose = plain(name).strip(), purpose_of(purpose)
        self._check(name, password, code)
        return self.begin(name, purpose)

    def begin(self, name: str, purpose: str) -> str:
        """The token of a new session of somebody who has proved who they are."""
        token, moment = secrets.token_urlsafe(32), clock.now()
        row = {"token": _hashed(token), "name": name, "form": secrets.token_urlsafe(32), "purpose": purpose}
        with self._database.write() as connection:
            old = (moment - WHOLE).isoformat(timespec="microseconds")
            connection.execute(sa.delete(SessionRow).where(SessionRow.made_at < old))
            connection.execute(sa.insert(SessionRow).values(**row, made_at=_told(moment), used_at=_told(moment)))
            self._audit.record("sign in", name, user=name, purpose=purpose, within=connection)
        return token

    def session(self, token: str) -> Session | None:
        """Who has this token; None where the session has ended or there is none."""
        moment, hashed = clock.now(), _hashed(token)
        with self._database.read() as connection:
            query = sa.select(SessionRow.__table__).where(SessionRow.token == hashed)
            held = connection.execute(query).mappings().one_or_none()
            row = None if held is None else self._row(connection, held["name"])
        if held is None or row is None or row["closed"]:
            return None
        made, used = (datetime.fromisoformat(held[key]) for key in ("made_at", "used_at"))
        if moment - used > IDLE or moment - made > WHOLE:
            return None
        if moment - used > timedelta(minutes=1):
            with self._database.write() as connection:
                connection.execute(sa.update(SessionRow).where(SessionRow.token == hashed).values(used_at=_told(moment)))
        account = _account(row)
        person = Person(account.name, account.role, account.clearance, held["purpose"])
        lacking = self._strict and not self._known_elsewhere(account.name) and not self.codes.has(account.name)
        return Session(person, held["form"], account.once, lacking)

    def sign_out(self, token: str) -> None:
        """End a session."""
        hashed = _hashed(token)
        with self._database.write() as connection:
            name = connection.scalar(sa.select(SessionRow.name).where(SessionRow.token == hashed))
            if name is not None:
                connection.execute(sa.delete(SessionRow).where(SessionRow.token == hashed))
                self._audit.record("sign out", name, user=name, within=connection)

    def _check(self, name: str, password: str, code: str | None = None) -> None:
        """AccessError where the password, or the code where one is asked for, is not that of an account that may sign in. Every attempt is counted
        before it is looked at.
        """
        with self._database.write() as connection:
            row = self._row(connection, name)
            known = row is not None and not row["closed"] and not _locked(row)
            if known and row is not None:
                failed = row["failed"] + 1
                until = _told(clock.now() + LOCKED) if failed >= TRIES else None
                connection.execute(sa.update(AccountRow).where(AccountRow.name == name).values(failed=failed, locked_until=until))
        right = _verified(row["password"] if row is not None and known else _nobody(), password[:LONGEST])
        right = right and (code is None or not known or self.codes.accept(name, code[:100]))
        with self._database.write() as connection:
            if right and known:
                connection.execute(sa.update(AccountRow).where(AccountRow.name == name).values(failed=0, locked_until=None))
                return
            self._audit.record("sign in refused", name[:100], user=name[:100] or "?", within=connection)
        hint = f"After {TRIES} wrong passwords an account is locked for {LOCKED.seconds // 60} minutes; an administrator can give a new password."
        raise AccessError(_WRONG, hint=hint)

    @contextmanager
    def _changing(self, name: str, action: str, by: str, detail: dict[str, Any]) -> Iterator[sa.Connection]:
        with self._database.write() as connection:
            self._database.lock(connection, AccountRow.__table__)
            if self._row(connection, name) is None:
                raise NotFound(f"there is no account “{name}”")
            yield connection
            connection.execute(sa.delete(SessionRow).where(SessionRow.name == name))
            self._audit.record(action, name, user=by, detail=detail, within=connection)

    def _insert(self, connection: sa.Connection, name: str, password: str, role: Role, clearance: Tlp, *, by: str) -> None:
        row = {
            "name": name,
            "password": _HASHER.hash(password),
            "role": role.value,
            "clearance": clearance.label,
            "once": True,
            "closed": False,
        }
        connection.execute(sa.insert(AccountRow).values(**row, failed=0, locked_until=None, made_at=_told(clock.now())))
        self._audit.record("add account", name, user=by, detail={"role": role.value, "clearance": clearance.label}, within=connection)

    def _row(self, connection: sa.Connection, name: str) -> Any:
        return connection.execute(sa.select(AccountRow.__table__).where(AccountRow.name == name)).mappings().one_or_none()


@cache
def _nobody() -> str:
    """What is verified where there is no such account, so that it takes as long."""
    return _HASHER.hash(secrets.token_hex())


def purpose_of(written: str) -> str:
    """The purpose that somebody wrote. UsageError where they wrote none."""
    if not (purpose := plain(written).strip()):
        raise UsageError("say what you work on", hint="It is noted with everything that you read.")
    return purpose[:500]


def _account(row: Any) -> Account:
    clearance = next(level for level in Tlp if level.label == row["clearance"])
    return Account(row["name"], Role(row["role"]), clearance, row["once"], row["closed"], row["locked_until"] if _locked(row) else None)


def _revoke(connection: sa.Connection, name: str) -> int:
    """Take back all tokens of an account; how many held."""
    held = (TokenRow.name == name, TokenRow.revoked_at.is_(None), TokenRow.until >= clock.today().isoformat())
    return connection.execute(sa.update(TokenRow).where(*held).values(revoked_at=_told(clock.now()))).rowcount


def _locked(row: Any) -> bool:
    return row["locked_until"] is not None and datetime.fromisoformat(row["locked_until"]) > clock.now()


def _verified(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except VerificationError:
        return False


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
