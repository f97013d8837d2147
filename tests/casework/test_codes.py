"""Second factors, on both kinds of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from crosstie import clock
from crosstie.casework.access import Role
from crosstie.casework.accounts import LOCKED, TRIES, Accounts
from crosstie.casework.codes import SPARE
from crosstie.errors import AccessError, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Database

WORDS = "four plain words here"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def accounts(database: Database, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    at(monkeypatch, NOON)
    accounts = Accounts(database, "unit", strict=True)
    accounts.choose("ana", accounts.add("ana", Role.ANALYST, by="tester"), WORDS)
    return accounts


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def code(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


def set_up(accounts: Accounts) -> tuple[str, list[str]]:
    secret = accounts.codes.offer("ana").secret
    return secret, accounts.codes.confirm("ana", code(secret, NOON))


def test_who_has_a_second_factor_signs_in_with_password_and_code(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    before = accounts.session(accounts.sign_in("ana", WORDS, "a trial"))
    assert before is not None
    assert before.lacking
    secret, _ = set_up(accounts)
    later = NOON + timedelta(minutes=2)
    at(monkeypatch, later)
    for wrong in ("", "000000", code(secret, later - timedelta(minutes=2)), code(secret, later + timedelta(minutes=2))):
        with pytest.raises(AccessError, match="the code is wrong"):
            accounts.sign_in("ana", WORDS, "a trial", wrong)
    session = accounts.session(accounts.sign_in("ana", WORDS, "a trial", f" {code(secret, later)[:3]} {code(secret, later)[3:]}"))
    assert session is not None
    assert not session.lacking


def test_a_code_counts_once(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = set_up(accounts)
    with pytest.raises(AccessError):  # that by which it was confirmed
        accounts.sign_in("ana", WORDS, "a trial", code(secret, NOON))
    later = NOON + timedelta(seconds=40)
    at(monkeypatch, later)
    accounts.sign_in("ana", WORDS, "a trial", code(secret, later))
    with pytest.raises(AccessError):
        accounts.sign_in("ana", WORDS, "a trial", code(secret, later))


def test_clocks_may_differ_by_half_a_minute(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = set_up(accounts)
    at(monkeypatch, NOON + timedelta(minutes=5))
    accounts.sign_in("ana", WORDS, "a trial", code(secret, NOON + timedelta(minutes=5, seconds=-30)))
    accounts.sign_in("ana", WORDS, "a trial", code(secret, NOON + timedelta(minutes=5, seconds=30)))


def test_spare_codes_count_once_each(accounts: Accounts, database: Database) -> None:
    _, spare = set_up(accounts)
    assert len(set(spare)) == SPARE
    accounts.sign_in("ana", WORDS, "a trial", spare[3].upper())
    with pytest.raises(AccessError):
        accounts.sign_in("ana", WORDS, "a trial", spare[3])
    assert accounts.codes.left("ana") == SPARE - 1
    assert "use spare code" in [entry.action for entry in Audit(database).entries()]


def test_wrong_codes_lock_as_wrong_passwords_do(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _ = set_up(accounts)
    later = NOON + timedelta(minutes=1)
    at(monkeypatch, later)
    for _ in range(TRIES):
        with pytest.raises(AccessError):
            accounts.sign_in("ana", WORDS, "a trial", "123")
    with pytest.raises(AccessError):
        accounts.sign_in("ana", WORDS, "a trial", code(secret, later))
    at(monkeypatch, later + LOCKED)
    accounts.sign_in("ana", WORDS, "a trial", code(secret, later + LOCKED))


def test_a_secret_counts_once_it_was_confirmed_and_is_not_offered_over_another(accounts: Accounts) -> None:
    first = accounts.codes.offer("ana").secret
    assert not accounts.codes.has("ana")
    offered = accounts.codes.offer("ana")
    assert offered.address.startswith("otpauth://totp/crosstie%20unit:ana?")
    with pytest.raises(UsageError, match="not the code"):
        accounts.codes.confirm("ana", code(first, NOON))
    accounts.codes.confirm("ana", code(offered.secret, NOON))
    with pytest.raises(AccessError, match="already"):
        accounts.codes.offer("ana")
    with pytest.raises(UsageError):
        accounts.codes.confirm("ana", code(offered.secret, NOON))
    accounts.codes.remove("ana", by="administrator")
    assert not accounts.codes.has("ana")
    assert accounts.codes.left("ana") == 0
