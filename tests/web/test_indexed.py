"""What is looked up in the index of ties is what the tables say."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import pytest
from fastapi import FastAPI

from crosstie.app import Workspace
from crosstie.graph import ties as module
from crosstie.graph.ties import open_ties, ready_ties, renew_ties
from crosstie.report.stories import stories
from crosstie.rooms import DRAWING
from crosstie.store.lock import try_lock
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


class Begun:
    """Stands in for the process that makes the index."""

    commands: ClassVar[list[list[str]]] = []
    code: ClassVar[int | None] = None

    def __init__(self, command: list[str]) -> None:
        self.commands.append(command)

    def poll(self) -> int | None:
        return self.code


def test_it_is_begun_once_and_where_that_fails_again_later(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    commands: list[list[str]] = []
    now = 1_000.0
    monkeypatch.setattr(Begun, "commands", commands)
    monkeypatch.setattr(module, "Popen", Begun)
    monkeypatch.setattr(time, "monotonic", lambda: now)

    def asked(times: int = 3) -> int:
        for _ in range(times):
            assert ready_ties(workspace.built(), tmp_path) is None
        return len(commands)

    assert asked() == 1
    monkeypatch.setattr(Begun, "code", -9)
    assert asked() == 1
    assert caplog.text.count("was not made (the process ended with -9)") == 1
    now += 61
    assert asked(1) == 2
    assert asked() == 2
    now += 61  # each time it waits longer
    assert asked() == 2
    now += 61
    assert asked(1) == 3
    assert commands[0] == commands[2]


def test_only_one_process_makes_it(workspace: Workspace, tmp_path: Path) -> None:
    build, target = workspace.built(), tmp_path / "index" / "0001-x"
    target.parent.mkdir()
    command = [sys.executable, "-m", "crosstie.graph.indexing", str(build.path), str(target.parent), str(target)]
    with (target.parent / f".{target.name}.lock").open("w+b") as held:
        assert try_lock(held)
        assert subprocess.run(command, check=False).returncode == 0
        assert not target.exists()
    assert subprocess.run(command, check=False).returncode == 0
    assert (target / "lists.json").is_file()


def test_a_new_build_is_indexed_where_somebody_looks(workspace: Workspace, tmp_path: Path) -> None:
    build, folder = workspace.built(), tmp_path / "index"
    assert not renew_ties(build, folder)
    assert not folder.exists()
    (folder / "0001-earlier").mkdir(parents=True)
    (folder / "0001-earlier" / "lists.json").touch()
    assert renew_ties(build, folder)
    assert ready_ties(build, folder) is not None
    assert not renew_ties(build, folder)
    open_ties(build, workspace.folder / DRAWING)
    made, _ = workspace.build(force=True)
    assert len(list((workspace.folder / DRAWING).glob("*/lists.json"))) == 2
    assert ready_ties(made, workspace.folder / DRAWING) is not None


def test_a_build_that_is_gone_is_not_indexed(workspace: Workspace, tmp_path: Path) -> None:
    build = workspace.built()
    folder = tmp_path / "index"
    command = [sys.executable, "-m", "crosstie.graph.indexing", str(build.path.with_name("0099")), str(folder), str(folder / "x")]
    assert subprocess.run(command, check=False).returncode == 0
    assert not folder.exists()
