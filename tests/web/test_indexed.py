"""What is looked up in the index of ties is what the tables say."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from fastapi import FastAPI

from crosstie.app import Workspace
from crosstie.graph import ties as module
from crosstie.graph.ties import open_ties, ready_ties
from crosstie.report.stories import stories
from tests.web.conftest import SignIn


@pytest.fixture
def workspace(app: FastAPI) -> Workspace:
    found: Workspace = app.state.workspace
    return found


def test_links_and_entities_are_told_alike_with_and_without_the_index(workspace: Workspace) -> None:
    build = workspace.built()
    ties = open_ties(build, workspace.folder / "drawing")
    links = build.table("links").to_pylist()[:12]
    ids = [link["link_id"] for link in links] + sorted({link[end] for link in links for end in ("crime_id", "terror_id")})
    assert len(ids) > 20
    for one in ids:
        plain, indexed = workspace.show(one).facts, workspace.show(one, indexed=True).facts
        for facts in (plain, indexed):
            facts.pop("compared", None)
            facts["markings"] = {key: value or "" for key, value in facts["markings"].items()}
        assert indexed == plain
    few = build.table("links").slice(0, 5)
    assert stories(build, few, ties) == stories(build, few)


def test_until_the_index_stands_pages_do_without_it(workspace: Workspace, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    [link] = ana.get("/api/v1/links?count=1").json()["links"]
    before = ana.get(f"/api/v1/entities/{link['crime_id']}")
    assert before.status_code == 200
    build, folder = workspace.built(), workspace.folder / "drawing"
    for _ in range(300):
        if ready_ties(build, folder) is not None:
            break
        time.sleep(0.1)
    after = ana.get(f"/api/v1/entities/{link['crime_id']}")
    assert after.json()["relations"] == before.json()["relations"]
    assert after.json()["ties"] == len(after.json()["relations"])


def test_it_is_made_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun: list[list[str]] = []

    class Begun:
        def __init__(self, command: list[str]) -> None:
            begun.append(command)

        def poll(self) -> None:
            pass

    monkeypatch.setattr(module, "Popen", Begun)
    for _ in range(3):
        assert ready_ties(workspace.built(), tmp_path) is None
    assert len(begun) == 1


def test_a_build_that_is_gone_is_not_indexed(workspace: Workspace, tmp_path: Path) -> None:
    build = workspace.built()
    folder = tmp_path / "index"
    command = [sys.executable, "-m", "crosstie.graph.indexing", str(build.path.with_name("0099")), str(folder), str(folder / "x")]
    assert subprocess.run(command, check=False).returncode == 0
    assert not folder.exists()
