"""The doors of the workbench: which route is for whom, sessions and forms, and attempts to come in."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import ALLOWED, Act, Person, Role
from crosstie.casework.accounts import Accounts
from crosstie.store.rates import Rates
from crosstie.web.guard import OPEN, PROGRAMS, Attempts, GuardedRoute
from tests.web.conftest import WORDS, SignIn

#: What stands for the parts of an address, and what a form or a program sends.
_PARTS = {"link": "1", "entity": "x", "judgement": "x", "name": "crosstie.css", "drawing": "x", "tie": "x", "format": "svg"}
_SENT = {"name": "ben", "role": "viewer", "clearance": "TLP:AMBER", "verdict": "unsure", "present": WORDS, "chosen": WORDS + " too"}


def routes(app: FastAPI) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []

    def walk(several: Any) -> None:
        for route in several:
            if hasattr(route, "act"):
                found.extend((method, route.path, route.act) for method in sorted(route.methods))
            elif hasattr(route, "original_router"):
                walk(route.original_router.routes)
            elif hasattr(route, "routes"):
                walk(route.routes)
            else:
                raise AssertionError(f"{route} is behind no door")

    walk(app.routes)
    return found


def ask(browser: TestClient, method: str, path: str, form: str = "") -> Any:
    address = re.sub(r"{(\w+)(:path)?}", lambda part: _PARTS.get(part.group(1), "x"), path)
    if method == "GET":
        return browser.get(address, params={"name": "x"} if "search" in path else {})
    if path.startswith(PROGRAMS):
        return browser.request(method, address, json={"link": "1", "verdict": "unsure"}, headers={"x-crosstie-form": form})
    return browser.request(method, address, data=_SENT | {"form": form})


def test_every_route_is_behind_the_door(app: FastAPI) -> None:
    known = routes(app)
    assert len(known) > 20
    assert {path for _, path, act in known if act == OPEN} == {
        "/sign-in",
        "/sign-in/agency",
        "/sign-in/agency/return",
        "/language",
        "/static/{name}",
        "/healthz",
        "/readyz",
    }


def test_a_route_that_does_not_say_what_it_is_for_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="does not say"):
        GuardedRoute("/all", lambda: None)


def token_of(app: FastAPI, role: Role) -> str:
    """A token to search with, of somebody who could and now has this role."""
    accounts: Accounts = app.state.accounts
    accounts.choose("tom", accounts.add("tom", Role.ANALYST, by="tester"), WORDS)
    text, _ = app.state.workspace.tokens().make(Person("tom", Role.ANALYST), "list", [Act.SEARCH], purpose="a trial")
    accounts.change("tom", role=role, by="tester")
    return str(text)


@pytest.mark.parametrize("role", Role)
def test_every_route_for_every_role(app: FastAPI, sign_in: SignIn, role: Role) -> None:
    browser, form = sign_in(role)
    token = token_of(app, role)
    ended = False
    for number, (method, path, act) in enumerate(routes(app)):
        path = path.replace("{token}", token)
        if ended:
            browser, form = sign_in(role, name=f"ana{number}")
        answer = ask(browser, method, path, form)
        ended = path in ("/sign-out", "/password", "/sign-in")
        if act == OPEN or act in ALLOWED[role]:
            assert answer.status_code in (200, 201, 303, 400, 404) or "only one’s own" in answer.text, (method, path, answer.text)
        else:
            assert answer.status_code == 403, (method, path)
            assert Act(act).value in answer.text
            assert "<table" not in answer.text


def test_who_is_not_signed_in_gets_nothing(app: FastAPI) -> None:
    stranger = TestClient(app, follow_redirects=False)
    for method, path, act in routes(app):
        if act == OPEN:
            continue
        answer = ask(stranger, method, path)
        if path.startswith(PROGRAMS):
            assert answer.status_code == 401
            assert answer.json()["error"] == "NotSignedIn"
        else:
            assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")
        assert len(answer.content) < 200


def test_a_form_of_nobody_or_of_somebody_else_changes_nothing(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in(name="ana")
    _, others = sign_in(name="ben")
    for form in ("", others):
        assert ana.post("/links/1/judge", data={"verdict": "accepted", "form": form}).status_code == 403
        assert (
            ana.post("/api/v1/judgements", json={"link": "1", "verdict": "accepted"}, headers={"x-crosstie-form": form}).status_code == 403
        )
    assert app.state.workspace.casebook.in_force() == []


def test_another_site_can_neither_send_nor_show(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    for headers in ({"origin": "https://elsewhere.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert ana.post("/links/1/judge", data={"verdict": "accepted", "form": form}, headers=headers).status_code == 403
    assert ana.get("/links", headers={"host": "elsewhere.example"}).status_code == 400
    answer = ana.get("/links")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(app: FastAPI) -> None:
    accounts: Accounts = app.state.accounts
    accounts.choose("ana", accounts.add("ana", Role.VIEWER, by="tester"), WORDS)
    stranger = TestClient(app, follow_redirects=False)
    for target, to in (
        ("/links?class=N3", "/links?class=N3"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://x", "/"),
    ):
        answer = stranger.post("/sign-in", data={"name": "ana", "password": WORDS, "purpose": "a trial", "next": target})
        assert answer.headers["location"] == to
        assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))


def test_a_password_for_once_opens_only_the_page_to_change_it(app: FastAPI) -> None:
    password = app.state.accounts.add("ana", Role.ANALYST, by="tester")
    browser = TestClient(app, follow_redirects=False)
    browser.post("/sign-in", data={"name": "ana", "password": password, "purpose": "a trial"})
    assert browser.get("/links").headers["location"] == "/password"
    assert browser.get("/password").status_code == 200


def test_too_many_attempts_are_turned_away_whichever_process_is_asked(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_040.0)  # all in one minute
    app.state.attempts = Attempts(app.state.rates, most=20)
    password = app.state.accounts.add("ana", Role.ANALYST, by="tester")
    stranger, known = TestClient(app), {"name": "ana", "password": password, "purpose": "y"}
    for _ in range(25):  # who is known does not use up what a stranger at the same address may
        assert TestClient(app, follow_redirects=False).post("/sign-in", data=known).status_code == 303
    answers = [stranger.post("/sign-in", data={"name": f"n{number}", "password": "x", "purpose": "y"}).status_code for number in range(12)]
    assert set(answers) == {403}
    app.state.attempts = Attempts(Rates(app.state.workspace.folder / ".rates"), most=20)  # as another process has it
    answers = [stranger.post("/sign-in", data={"name": f"m{number}", "password": "x", "purpose": "y"}).status_code for number in range(9)]
    assert answers == [403] * 8 + [429]
    monkeypatch.setattr(time, "time", lambda: 1_000_000_100.0)
    assert stranger.post("/sign-in", data=known).status_code == 200
