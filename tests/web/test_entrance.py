"""Entering the workbench: second factors, one's agency, the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pyotp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from oidc_provider_mock import User, run_server_in_thread

from crosstie import clock
from crosstie.casework.access import Role
from crosstie.web.entrance import own
from crosstie.web.server import create_app
from tests.web.conftest import WORDS, SignIn, form_of


def secret_of(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    return found.group(1)


def enter(app: FastAPI, code: str) -> tuple[int, TestClient]:
    browser = TestClient(app, follow_redirects=False)
    given = {"name": "ana", "password": WORDS, "purpose": "a trial", "code": code}
    return browser.post("/sign-in", data=given).status_code, browser


def test_a_second_factor_is_set_up_used_and_taken_away(app: FastAPI, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, form = sign_in()
    offered = ana.post("/second-factor", data={"form": form}).text
    assert "<svg" in offered
    totp = pyotp.TOTP(secret_of(offered))
    assert ana.post("/second-factor/confirm", data={"form": form, "code": "1"}).status_code == 400
    told = ana.post("/second-factor/confirm", data={"form": form, "code": totp.at(clock.now())}).text
    spare = re.findall(r"<li><code>([0-9a-f-]+)</code>", told)
    assert len(spare) == 8
    assert not any(one in ana.get("/second-factor").text for one in spare)
    assert enter(app, "")[0] == 403
    assert enter(app, spare[0])[0] == 303
    assert ana.post("/second-factor/remove", data={"form": form, "code": "1"}).status_code == 403
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert ana.post("/second-factor/remove", data={"form": form, "code": totp.at(later)}).status_code == 303
    assert enter(app, "")[0] == 303


def test_where_second_factors_are_asked_for_who_has_none_sets_one_up_first(app: FastAPI, sign_in: SignIn) -> None:
    app.state.accounts._strict = True
    ana, form = sign_in()
    assert ana.get("/links").headers["location"] == "/second-factor"
    assert ana.get("/api/v1/links").status_code == 403
    page = ana.get("/second-factor").text
    assert "asks for a second factor" in page
    totp = pyotp.TOTP(secret_of(ana.post("/second-factor", data={"form": form}).text))
    ana.post("/second-factor/confirm", data={"form": form, "code": totp.at(clock.now())})
    assert ana.get("/links").status_code == 200


def test_the_language_is_chosen_or_that_of_the_browser(app: FastAPI) -> None:
    reader = TestClient(app, follow_redirects=False)
    assert '<html lang="en" dir="ltr">' in reader.get("/sign-in").text
    assert '<html lang="fr" dir="ltr">' in reader.get("/sign-in", headers={"accept-language": "fr-CH, fr;q=0.9, en;q=0.8"}).text
    assert '<html lang="zh" dir="ltr">' in reader.get("/sign-in", headers={"accept-language": "zh-Hant-TW"}).text
    assert '<html lang="en" dir="ltr">' in reader.get("/sign-in", headers={"accept-language": "x" * 5_000}).text
    answer = reader.post("/language", data={"language": "ar", "next": "/sign-in?next=/links"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/links")
    assert '<html lang="ar" dir="rtl">' in reader.get("/sign-in", headers={"accept-language": "fr"}).text
    assert reader.post("/language", data={"language": "xx"}).status_code == 400
    assert reader.post("/language", data={"language": "ru", "next": "//elsewhere.example"}).headers["location"] == "/"


@pytest.mark.parametrize(
    "other",
    [
        "//elsewhere.example",
        "/\t/elsewhere.example",
        "/\n//elsewhere.example",
        "/\\elsewhere.example",
        "\t//e.example",
        "https://e.example",
        "",
    ],
)
def test_what_another_site_could_be_meant_by_is_no_page_of_ours(other: str) -> None:
    assert own(other) == "/"


@pytest.mark.parametrize("page", ["/", "/links?start=50&class=N2", "/entities/a b", "/search?name=%2F%2Felse", "/sign-in?next=/links"])
def test_pages_of_ours_stay_as_they_are(page: str) -> None:
    assert own(page) == page


@pytest.fixture
def agency(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    folder: Path = app.state.workspace.folder
    with run_server_in_thread(user_claims=[User(sub="7", claims={"preferred_username": "ana", "groups": ["staff"]})]) as server:
        settings = {
            "issuer": f"http://localhost:{server.server_port}",
            "client": "crosstie",
            "secret": "known",
            "roles": "staff = analyst TLP:GREEN",
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"CROSSTIE_AGENCY_{name.upper()}", value)
        monkeypatch.setenv("CROSSTIE_ADDRESS", "http://localhost:8340")
        made = create_app(folder, hosts=("testserver",))
        yield made
        made.state.workspace.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider
def test_who_signs_in_with_their_agency_comes_back_to_the_page_they_wanted(agency: FastAPI) -> None:
    browser = TestClient(agency, follow_redirects=False)
    assert "Sign in with your agency" in browser.get("/sign-in").text
    assert "say what you work on" in browser.post("/sign-in/agency", data={"next": "/search"}).text
    onward = browser.post("/sign-in/agency", data={"purpose": "smuggling", "next": "/search"}).text
    found = re.search(r'url=([^"]+)"', onward)
    assert found
    to = httpx2.post(found.group(1).replace("&amp;", "&"), data={"sub": "7"}).headers["location"]
    back = urlsplit(to)
    stranger = TestClient(agency, follow_redirects=False)
    assert stranger.get(f"{back.path}?{back.query}").status_code == 403
    assert parse_qs(back.query)["state"][0] in browser.cookies["crosstie_agency"]
    onward = browser.get(f"{back.path}?{back.query}").text
    assert 'url=/search"' in onward
    page = browser.get("/search")
    assert page.status_code == 200
    assert "TLP:GREEN" in page.text
    form = form_of(page.text)
    assert browser.post("/sign-out", data={"form": form}).status_code == 303


def test_where_no_agency_is_named_there_is_none(app: FastAPI) -> None:
    browser = TestClient(app, follow_redirects=False)
    assert "agency" not in browser.get("/sign-in").text
    assert browser.post("/sign-in/agency", data={"purpose": "smuggling"}).status_code == 404


def test_an_agency_that_refuses_is_told(agency: FastAPI) -> None:
    browser = TestClient(agency, follow_redirects=False)
    answer = browser.get("/sign-in/agency/return?error=access_denied<script>")
    assert answer.status_code == 403
    assert "access_denied&lt;script&gt;" in answer.text


def test_an_administrator_takes_away_the_second_factor_of_a_lost_telephone(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    totp = pyotp.TOTP(secret_of(ana.post("/second-factor", data={"form": form}).text))
    ana.post("/second-factor/confirm", data={"form": form, "code": totp.at(clock.now())})
    chief, form = sign_in(Role.ADMINISTRATOR, name="chief")
    assert chief.post("/accounts/ana/second-factor", data={"form": form}).status_code == 303
    assert enter(app, "")[0] == 303
