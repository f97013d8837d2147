"""Tokens, on both kinds of database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crosstie import clock
from crosstie.app import Workspace
from crosstie.casework.access import Act, Person, Role
from crosstie.casework.account_tables import TokenRow
from crosstie.casework.accounts import TRIES, Accounts
from crosstie.casework.tokens import MOST, PREFIX, Tokens, grantable
from crosstie.cli import main
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.audit import Audit
from crosstie.store.database import Database

ANA = Person("ana", Role.ANALYST, Tlp.RED)


@pytest.fixture
def tokens(database: Database) -> Tokens:
    Accounts(database).add("ana", Role.ANALYST, Tlp.RED, by="root")
    return Tokens(database)


def test_a_token_does_some_of_what_its_owner_may_and_says_for_what(tokens: Tokens) -> None:
    secret, token = tokens.make(ANA, "nightly", [Act.SEARCH], purpose="screening of visas")
    assert secret.startswith(PREFIX)
    bearer = tokens.bearer(secret)
    assert bearer is not None
    assert (bearer.name, bearer.clearance, bearer.purpose) == ("ana", Tlp.RED, f"screening of visas (token {token.id})")
    assert bearer.may(Act.SEARCH)
    for act in (Act.READ, Act.JUDGE, Act.ACCOUNTS):
        with pytest.raises(AccessError):
            bearer.require(act)


@pytest.mark.parametrize("scope", [[], [Act.AUDIT], [Act.READ, Act.ACCOUNTS], [Act.OWN]])
def test_no_token_does_more_than_its_owner(tokens: Tokens, scope: list[Act]) -> None:
    with pytest.raises(UsageError, match="no more than its owner"):
        tokens.make(ANA, "greedy", scope, purpose="p")


def test_nothing_of_a_token_stands_in_the_database_or_the_audit(tokens: Tokens, database: Database) -> None:
    secret, _ = tokens.make(ANA, "nightly", [Act.SEARCH], purpose="p")
    with database.read() as connection:
        rows = str([tuple(row) for row in connection.execute(sa.select(TokenRow.__table__))])
    assert secret not in rows
    assert secret.removeprefix(PREFIX) not in rows + str(list(Audit(database).entries()))
    assert [entry.action for entry in Audit(database).entries()][-1] == "make token"


def test_a_token_ends_with_its_day(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, token = tokens.make(ANA, "short", [Act.READ], purpose="p", days=2)
    for days, holds in ((0, True), (2, True), (3, False)):
        monkeypatch.setattr(clock, "now", lambda days=days: datetime.now(UTC) + timedelta(days=days))
        assert (tokens.bearer(secret) is not None) == holds
        assert tokens.of("ana")[0].holds == holds
    assert token.until == (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


def test_a_token_ends_when_it_is_taken_back_or_its_owner_may_no_more(tokens: Tokens, database: Database) -> None:
    first, one = tokens.make(ANA, "one", [Act.JUDGE], purpose="p")
    second, _ = tokens.make(ANA, "two", [Act.JUDGE, Act.READ], purpose="p")
    tokens.revoke(one.id, by="ana", owner="ana")
    assert tokens.revoke(one.id, by="ana").revoked_at
    assert tokens.bearer(first) is None
    accounts = Accounts(database)
    accounts.add("root2", Role.ADMINISTRATOR, by="root")
    accounts.change("ana", by="root", role=Role.VIEWER, clearance=Tlp.GREEN)
    bearer = tokens.bearer(second)
    assert bearer is not None
    assert (bearer.may(Act.READ), bearer.may(Act.JUDGE), bearer.clearance) == (True, False, Tlp.GREEN)
    accounts.change("ana", by="root", closed=True)
    assert tokens.bearer(second) is None
    accounts.change("ana", by="root", closed=False)
    assert tokens.bearer(second) is None  # who comes back makes new ones


def test_a_new_password_takes_the_tokens_that_the_old_one_may_have_made(tokens: Tokens, database: Database) -> None:
    ours, _ = tokens.make(ANA, "nightly", [Act.READ], purpose="p")
    accounts = Accounts(database)
    accounts.add("ben", Role.ANALYST, by="root")
    theirs, _ = tokens.make(Person("ben", Role.ANALYST), "nightly", [Act.READ], purpose="p")
    for _ in range(TRIES):
        with pytest.raises(AccessError):
            accounts.sign_in("ana", "wrong", "smuggling")
    assert tokens.bearer(ours) is not None  # wrong passwords of somebody else stop no program
    accounts.reset("ana", by="root")
    assert tokens.bearer(ours) is None
    assert tokens.bearer(theirs) is not None
    assert [(one.holds, bool(one.revoked_at)) for one in tokens.of("ana")] == [(False, True)]
    again, _ = tokens.make(ANA, "nightly", [Act.READ], purpose="p")
    assert tokens.bearer(again) is not None


def test_one_takes_back_only_ones_own(tokens: Tokens) -> None:
    _, token = tokens.make(ANA, "one", [Act.READ], purpose="p")
    with pytest.raises(NotFound):
        tokens.revoke(token.id, by="ben", owner="ben")
    with pytest.raises(NotFound):
        tokens.revoke("x", by="ana")
    assert tokens.of()[0].holds


@pytest.mark.parametrize("text", ["", "x", PREFIX, PREFIX + "x" * 43, PREFIX + "y" * 10_000, "' or 1=1 --", "\u202e", "a\x00b"])
def test_what_is_no_token_is_nobody(tokens: Tokens, text: str) -> None:
    assert tokens.bearer(text) is None


def test_what_does_not_make_sense_is_refused(tokens: Tokens) -> None:
    for title, purpose, days in (("", "p", 1), ("t", " ", 1), ("t", "p", 0), ("t", "p", 400)):
        with pytest.raises(UsageError):
            tokens.make(ANA, title, [Act.READ], purpose=purpose, days=days)
    for _ in range(MOST):
        tokens.make(ANA, "t", [Act.READ], purpose="p")
    with pytest.raises(UsageError, match="tokens already"):
        tokens.make(ANA, "t", [Act.READ], purpose="p")


def test_people_alone_manage_accounts() -> None:
    assert grantable(Role.ADMINISTRATOR) == []
    assert Act.OWN not in grantable(Role.ANALYST)


def test_tokens_are_made_listed_and_taken_back_at_the_machine(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "unit")
    workspace.accounts().add("ana", Role.ANALYST, by="root")

    def said(*words: str) -> str:
        done = CliRunner().invoke(main, ["--workspace", str(tmp_path / "unit"), *words])
        return f"{done.exit_code}: {done.output}"

    made = said("--json", "token", "new", "ana", "--title", "nightly", "--purpose", "visas", "--may", "search")
    secret = re.search(r'"secret": "([^"]+)"', made)
    assert secret, made
    assert workspace.tokens().bearer(secret.group(1)) is not None
    assert "nightly" in said("token", "list")
    assert said("token", "revoke", workspace.tokens().of()[0].id).startswith("0")
    assert workspace.tokens().bearer(secret.group(1)) is None
    assert said("token", "new", "nobody", "--title", "t", "--purpose", "p", "--may", "search").startswith("4")
    assert said("token", "new", "ana", "--title", "t", "--purpose", "p", "--may", "everything").startswith("2")
    assert said("token", "new", "ana", "--title", "t", "--may", "search").startswith("2")
    workspace.close()
