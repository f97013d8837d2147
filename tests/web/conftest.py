"""A workbench on a demonstration, with somebody of every role signed in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import Role
from crosstie.model.marking import Tlp
from crosstie.web.guard import Attempts
from crosstie.web.server import create_app

WORDS = "four plain words here"
#: Signs somebody of a role in: their browser, and what their forms bear.
SignIn = Callable[..., tuple[TestClient, str]]


@pytest.fixture(scope="session")
def played(demonstration: Path) -> Path:
    """A built workspace, to be copied."""
    return demonstration / "workspace"


@pytest.fixture
def app(played: Path, tmp_path: Path) -> Iterator[FastAPI]:
    shutil.copytree(played, tmp_path / "unit")
    app = create_app(tmp_path / "unit", hosts=("testserver",))
    app.state.accounts.first()
    app.state.attempts = Attempts(app.state.rates, most=1_000)
    yield app
    app.state.workspace.close()


@pytest.fixture
def sign_in(app: FastAPI) -> SignIn:
    def signed_in(role: Role = Role.ANALYST, clearance: Tlp = Tlp.RED, name: str = "ana") -> tuple[TestClient, str]:
        app.state.accounts.choose(name, app.state.accounts.add(name, role, clearance, by="tester"), WORDS)
        browser = TestClient(app, follow_redirects=False)
        answer = browser.post("/sign-in", data={"name": name, "password": WORDS, "purpose": "a trial"})
        assert answer.status_code == 303
        return browser, form_of(browser.get("/password").text)

    return signed_in


def form_of(page: str) -> str:
    """What the forms of a page bear."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return found.group(1)
