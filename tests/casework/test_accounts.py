"""Accounts and sessions, on both kinds of database."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from crosstie import clock
from crosstie.casework.access import Role
from crosstie.casework.accounts import IDLE, LOCKED, TRIES, WHOLE, Accounts
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.audit import Audit
from crosstie.store.database import Database

WORDS = "four plain words here"


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database)


def made(accounts: Accounts, name: str = "ana", role: Role = Role.ANALYST) -> str:
    """An account that has chosen its password."""
    accounts.choose(name, accounts.add(name, role, by="root"), WORDS)
    return name


def test_the_first_account_is_made_once_and_manages_accounts(accounts: Accounts) -> None:
    first = accounts.first()
    assert first is not None
    session = accounts.session(accounts.sign_in(*first, "set up"))
    assert session is not None
    assert session.once
    assert session.person.role is Role.ADMINISTRATOR
    assert accounts.first() is None


def test_who_signs_in_is_known_by_their_token_until_they_leave(accounts: Accounts, database: Database) -> None:
    token = accounts.sign_in(made(accounts), WORDS, "smuggling")
    session = accounts.session(token)
    assert session is not None
    assert (session.person.name, session.person.purpose, session.once) == ("ana", "smuggling", False)
    accounts.sign_out(token)
    assert accounts.session(token) is None
    assert accounts.session("x") is None
    actions = [entry.action for entry in Audit(database).entries()]
    assert actions == ["add account", "change password", "sign in", "sign out"]


def test_neither_passwords_nor_tokens_stand_in_the_database(accounts: Accounts, database: Database) -> None:
    token = accounts.sign_in(made(accounts), WORDS, "smuggling")
    with database.read() as connection:
        tables = sa.inspect(connection).get_table_names()
        held = {table: str(connection.execute(sa.text(f"select * from {table}")).all()) for table in tables}
    assert "$argon2id$" in held["accounts"]
    assert "ana" in held["sessions"]
    assert not [table for table, rows in held.items() if WORDS in rows or token in rows]


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong"), ("nobody", WORDS), ("ana", ""), ("ana", "x" * 100_000), ("a\x00na", WORDS)]
)
def test_a_wrong_name_and_a_wrong_password_are_told_alike(accounts: Accounts, name: str, password: str) -> None:
    made(accounts)
    with pytest.raises(AccessError, match="the name, the password or the code"):
        accounts.sign_in(name, password, "smuggling")


def test_too_many_wrong_passwords_lock_an_account_for_a_while(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    made(accounts)
    for _ in range(TRIES):
        with pytest.raises(AccessError):
            accounts.sign_in("ana", "wrong", "smuggling")
    with pytest.raises(AccessError):
        accounts.sign_in("ana", WORDS, "smuggling")
    assert accounts.all()[0].locked
    later(monkeypatch, LOCKED + timedelta(seconds=1))
    assert accounts.session(accounts.sign_in("ana", WORDS, "smuggling"))


@pytest.mark.parametrize("after", [IDLE + timedelta(minutes=2), WHOLE + timedelta(minutes=2)])
def test_a_session_ends_by_itself(accounts: Accounts, monkeypatch: pytest.MonkeyPatch, after: timedelta) -> None:
    token = accounts.sign_in(made(accounts), WORDS, "smuggling")
    steps = int(after / IDLE) if after > WHOLE else 0
    for step in range(1, steps):
        later(monkeypatch, IDLE * step * 0.9)
        assert (accounts.session(token) is not None) is (IDLE * step * 0.9 <= WHOLE)
    later(monkeypatch, after)
    assert accounts.session(token) is None


def test_whoever_is_closed_or_changed_is_signed_out(accounts: Accounts) -> None:
    accounts.first()
    token = accounts.sign_in(made(accounts), WORDS, "smuggling")
    accounts.change("ana", role=Role.VIEWER, clearance=Tlp.RED, by="root")
    assert accounts.session(token) is None
    token = accounts.sign_in("ana", WORDS, "smuggling")
    session = accounts.session(token)
    assert session is not None
    assert (session.person.role, session.person.clearance) == (Role.VIEWER, Tlp.RED)
    accounts.change("ana", closed=True, by="root")
    assert accounts.session(token) is None
    with pytest.raises(AccessError):
        accounts.sign_in("ana", WORDS, "smuggling")


def test_somebody_always_manages_accounts(accounts: Accounts) -> None:
    accounts.first()
    for change in ({"closed": True}, {"role": Role.VIEWER}):
        with pytest.raises(UsageError, match="nobody would be left"):
            accounts.change("administrator", by="root", **change)
    assert [(one.role, one.closed) for one in accounts.all()] == [(Role.ADMINISTRATOR, False)]


def test_a_new_password_is_for_once_and_the_old_one_is_gone(accounts: Accounts) -> None:
    token = accounts.sign_in(made(accounts), WORDS, "smuggling")
    fresh = accounts.reset("ana", by="root")
    assert accounts.session(token) is None
    with pytest.raises(AccessError):
        accounts.sign_in("ana", WORDS, "smuggling")
    session = accounts.session(accounts.sign_in("ana", fresh, "smuggling"))
    assert session is not None
    assert session.once


def test_what_will_not_do_is_refused(accounts: Accounts) -> None:
    made(accounts)
    with pytest.raises(UsageError, match="already"):
        accounts.add("ana", Role.VIEWER, by="root")
    with pytest.raises(UsageError, match="letters"):
        accounts.add("   ", Role.VIEWER, by="root")
    with pytest.raises(UsageError, match="at least"):
        accounts.choose("ana", WORDS, "short")
    with pytest.raises(UsageError, match="to be changed"):
        accounts.choose("ana", WORDS, WORDS)
    with pytest.raises(UsageError, match="what you work on"):
        accounts.sign_in("ana", WORDS, "  ")
    with pytest.raises(NotFound):
        accounts.reset("nobody", by="root")


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let so much time pass since the tests began."""
    moment = datetime.now(UTC) + by
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_passwords_are_hashed_with_the_work_that_is_advised() -> None:
    """In a program of its own: here the work is made small. RFC 9106, 4: argon2id with t = 3, p = 4 and 64 MiB, where there is little memory."""
    told = "from crosstie.casework.accounts import _HASHER as h; print(h.type.name, h.time_cost, h.parallelism, h.memory_cost)"
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["ID", "3", "4", "65536"]
