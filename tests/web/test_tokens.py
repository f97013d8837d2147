"""Programs that ask with a token, and what all answers to them have in common."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import Act, Person, Role
from crosstie.casework.tokens import PREFIX
from crosstie.model.marking import Tlp
from crosstie.web import guard
from tests.web.conftest import SignIn


def program(
    app: FastAPI, *acts: Act, role: Role = Role.ANALYST, clearance: Tlp = Tlp.RED, name: str = "ana", scheme: str = "Bearer"
) -> TestClient:
    """A program with a token of a new account."""
    app.state.accounts.add(name, role, clearance, by="tester")
    secret, _ = app.state.tokens.make(Person(name, role, clearance), "trial", acts, purpose="a nightly run")
    return TestClient(app, headers={"Authorization": f"{scheme} {secret}"}, follow_redirects=False)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "ApiKey"])
def test_a_program_reads_and_judges_without_a_form_and_it_is_noted_with_its_token(app: FastAPI, scheme: str) -> None:
    asks = program(app, Act.READ, Act.JUDGE, scheme=scheme)
    first = asks.get("/api/v1/links").json()["links"][0]
    entered = asks.post("/api/v1/judgements", json={"link": first["link_id"], "verdict": "accepted", "reason": "by the register"})
    assert (entered.status_code, entered.json()["user"]) == (201, "ana")
    assert asks.post(f"/api/v1/judgements/{entered.json()['id']}/undo").status_code == 200
    noted = [one for one in app.state.workspace.audit_entries(20) if one["user"] == "ana" and one["action"] in ("read links", "judge")]
    assert {re.sub("token .*", "token", one["purpose"]) for one in noted} == {"a nightly run (token"}


def test_a_token_does_only_what_it_was_made_for(app: FastAPI) -> None:
    asks = program(app, Act.SEARCH)
    assert asks.get("/api/v1/search", params={"name": "x"}).status_code == 200
    for method, path in (("GET", "/api/v1/links"), ("POST", "/api/v1/judgements"), ("GET", "/api/v1/audit")):
        answer = asks.request(method, path, json={"link": "1", "verdict": "unsure"})
        assert answer.status_code == 403
        assert answer.json()["error"] == "AccessError"


def test_pages_are_for_people(app: FastAPI) -> None:
    asks = program(app, Act.READ, Act.SEARCH)
    for path in ("/links", "/search", "/sources", "/tokens", "/password"):
        assert asks.get(path).status_code == 401, path


def test_a_token_makes_no_token_and_ends_no_session(app: FastAPI) -> None:
    asks = program(app, Act.READ)
    wish = {"title": "more", "purpose": "p", "scope": ["search"], "days": 1}
    assert asks.post("/api/v1/tokens", json=wish).status_code == 403
    assert len(asks.get("/api/v1/tokens").json()["tokens"]) == 1


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer ", "Bearer x", f"Bearer {PREFIX}x", "Bearer " + "y" * 5_000, "Basic YTpi", "Bearer \u00e9"]
)
def test_what_is_no_token_opens_nothing(app: FastAPI, shown: str) -> None:
    answer = TestClient(app).get("/api/v1/links", headers=[(b"Authorization", shown.encode())])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert set(answer.json()) == {"error", "detail", "hint"}


def test_a_cookie_still_needs_its_form(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    wish = {"title": "mine", "purpose": "p", "scope": ["search"]}
    assert ana.post("/api/v1/tokens", json=wish).status_code == 403
    made = ana.post("/api/v1/tokens", json=wish, headers={"x-crosstie-form": form})
    assert made.status_code == 201
    assert made.json()["secret"].startswith(PREFIX)
    assert "secret" not in ana.get("/api/v1/tokens").text
    taken = ana.delete(f"/api/v1/tokens/{made.json()['token']['id']}", headers={"x-crosstie-form": form})
    assert taken.json()["holds"] is False


def test_a_token_is_made_on_a_page_shown_once_and_taken_back(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    page = ana.post("/tokens", data={"title": "<b>n</b>", "purpose": "p", "scope": ["search", "judge"], "days": "7", "form": form})
    secret = re.search(r"<code[^>]*>(crosstie_[^<]+)</code>", page.text)
    assert secret
    assert "<b>n</b>" not in page.text
    asks = TestClient(app, headers={"Authorization": f"Bearer {secret.group(1)}"})
    assert asks.get("/api/v1/search", params={"name": "x"}).status_code == 200
    again = ana.get("/tokens").text
    assert secret.group(1) not in again
    [token] = re.findall(r'action="/tokens/(\w+)/revoke"', again)
    ben, bens = sign_in(name="ben")
    assert ben.post(f"/tokens/{token}/revoke", data={"form": bens}).status_code == 404
    assert ana.post(f"/tokens/{token}/revoke", data={"form": form}).status_code == 303
    assert asks.get("/api/v1/search", params={"name": "x"}).status_code == 401
    wrongs: list[dict[str, Any]] = [
        {"scope": ["manage accounts"]},
        {"scope": ["<script>"]},
        {"scope": []},
        {"days": "0"},
        {"days": "x"},
        {"title": "t" * 501},
    ]
    for wrong in wrongs:
        sent = {"title": "t", "purpose": "p", "scope": ["search"], "days": "7", "form": form} | wrong
        answer = ana.post("/tokens", data=sent)
        assert answer.status_code == 400
        assert "<script>" not in answer.text


def test_an_account_with_a_password_for_once_asks_nothing(app: FastAPI) -> None:
    password = app.state.accounts.add("ana", Role.ANALYST, by="tester")
    browser = TestClient(app, follow_redirects=False)
    browser.post("/sign-in", data={"name": "ana", "password": password, "purpose": "p"})
    assert browser.get("/api/v1/links").status_code == 403


def test_lists_tell_where_the_next_are(app: FastAPI) -> None:
    asks = program(app, Act.READ)
    whole = asks.get("/api/v1/links", params={"count": 500, "class": "N3..N6"}).json()
    assert (whole["count"], whole["next"]) == (whole["total"], None)
    assert whole["total"] > 20
    seen: list[Any] = []
    address: str | None = "/api/v1/links?count=20&class=N3..N6"
    while address:
        part = asks.get(address).json()
        seen += part["links"]
        address = part["next"]
    assert seen == whole["links"]
    auditor = program(app, Act.AUDIT, role=Role.AUDITOR, name="aud")
    newest = auditor.get("/api/v1/audit", params={"count": 3}).json()
    older = auditor.get(newest["next"]).json()
    assert [one["seq"] for one in newest["entries"] + older["entries"]] == list(
        range(newest["entries"][0]["seq"], older["entries"][-1]["seq"] - 1, -1)
    )
    assert auditor.get("/api/v1/audit", params={"start": 10**9}).json()["entries"] == []


@pytest.mark.parametrize("asked", ["start=-1", "start=x", "count=0", "count=501", "class=N9", "start=99999999999999999999"])
def test_what_does_not_fit_is_told_in_one_shape(app: FastAPI, asked: str) -> None:
    answer = program(app, Act.READ).get(f"/api/v1/links?{asked}")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "detail", "hint"}


def test_an_answer_that_is_the_same_is_not_sent_twice(app: FastAPI) -> None:
    asks = program(app, Act.READ, Act.JUDGE)
    first = asks.get("/api/v1/links")
    tag = {"If-None-Match": first.headers["etag"]}
    assert (asks.get("/api/v1/links", headers=tag).status_code, asks.get("/api/v1/links", headers=tag).content) == (304, b"")
    assert asks.get("/api/v1/links?count=3", headers=tag).status_code == 200
    other = program(app, Act.READ, name="ben", clearance=Tlp.GREEN)
    assert other.get("/api/v1/links", headers=tag).status_code == 200
    link = first.json()["links"][0]["link_id"]
    entered = asks.post("/api/v1/judgements", json={"link": link, "verdict": "accepted"}).json()
    changed = asks.get("/api/v1/links", headers=tag)
    assert changed.status_code == 200
    asks.post(f"/api/v1/judgements/{entered['id']}/undo")
    assert asks.get("/api/v1/links", headers={"If-None-Match": changed.headers["etag"]}).status_code == 200


def test_who_asks_too_often_or_sends_too_much_is_told(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = program(app, Act.READ, Act.JUDGE)
    assert asks.post("/api/v1/judgements", content=b"x" * (guard.BODY + 1)).status_code == 413
    assert asks.post("/api/v1/judgements", content=(b"x" * 65_536 for _ in range(40))).status_code == 413
    monkeypatch.setattr(guard, "CALLS", 5)
    answers = [asks.get("/api/v1/tokens") for _ in range(8)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert set(answers[-1].json()) == {"error", "detail", "hint"}


def test_the_description_of_the_calls_is_for_those_who_are_signed_in_and_tells_all_of_them(app: FastAPI) -> None:
    assert TestClient(app).get("/api/v1/openapi.json").status_code == 401
    told = program(app, Act.SEARCH).get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    for path, calls in told["paths"].items():
        for method, call in calls.items():
            assert {"400", "401", "403", "404", "409", "413", "429"} <= set(call["responses"]), (method, path)
            assert "422" not in call["responses"]
            assert call["security"]
