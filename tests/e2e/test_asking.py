"""Questions to the links of a real build, and standing ones over two builds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import answer, run


@pytest.fixture(scope="module")
def links(demo: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer("links", workspace=demo / "workspace")
    return found


def test_each_question_gets_just_what_it_asks_for(demo: Path, links: list[dict[str, Any]]) -> None:
    workspace = demo / "workspace"

    def asked(*options: str) -> list[str]:
        return [link["link_id"] for link in answer("links", *options, workspace=workspace)]

    assert asked("--class", "N3..N5") == [link["link_id"] for link in links if link["class"] in ("N3", "N4", "N5")]
    assert asked("--max-hops", "1") == [link["link_id"] for link in links if link["hops"] <= 1]
    day = sorted(link["first"] for link in links if link["first"])[len(links) // 3]
    then = answer("links", "--as-of", day, workspace=workspace)
    reached = {link["link_id"]: [one for one in link["history"] if one["at"] is None or one["at"] <= day] for link in links}
    assert {link["link_id"]: link["class"] for link in then} == {link: held[-1]["class"] for link, held in reached.items() if held}
    assert 0 < len(then) < len(links)
    assert len(asked("--as-of", "9999-12-31")) == len(links)
    typology = next(name for link in links for name in link["typologies"])
    assert asked("--typology", typology) == [link["link_id"] for link in links if typology in link["typologies"]]
    assert asked("--new-since", "1") == []


def test_ends_are_meant_by_id_or_by_name(demo: Path, links: list[dict[str, Any]]) -> None:
    workspace = demo / "workspace"
    wanted = next(link for link in links if link["crime_id"] != link["terror_id"])
    for one, other in ((wanted["crime_id"], wanted["terror_id"]), (wanted["terror_name"], wanted["crime_name"])):
        found = answer("links", "--between", one, other, workspace=workspace)
        assert wanted["link_id"] in [link["link_id"] for link in found]
    ends = answer("links", "--with", wanted["crime_id"], workspace=workspace)
    assert [link["link_id"] for link in ends] == [
        link["link_id"] for link in links if wanted["crime_id"] in (link["crime_id"], link["terror_id"])
    ]


def test_a_region_is_where_somebody_on_the_path_is_from(demo: Path, links: list[dict[str, Any]]) -> None:
    workspace = demo / "workspace"
    code = next(code for link in links for code in answer("show", link["crime_id"], workspace=workspace)["entity"]["countries"])
    found = answer("links", "--region", code.upper(), workspace=workspace)
    assert 0 < len(found) < len(links)
    for link in found[:3]:
        there = [answer("show", node, workspace=workspace)["entity"]["countries"] for node in link["path"]]
        assert any(code in countries for countries in there)


def test_who_is_named_in_a_cut_stands_between(demo: Path, links: list[dict[str, Any]]) -> None:
    found = answer("cut", "--count", "3", workspace=demo / "workspace")
    assert found["links"] == len([link for link in links if link["status"] != "rejected"])
    assert len(found["between"]) == 3
    assert [one["broken"] for one in found["between"]] == sorted(one["broken"] for one in found["between"])
    assert 0 < found["between"][0]["alone"] <= found["between"][0]["carries"]
    assert found["fewest"]


def test_a_standing_question_tells_what_is_new_once(little: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(little / "workspace", workspace)
    added = answer("watch", "add", "convergence", "--class", "N4", workspace=workspace)
    assert answer("watch", "news", workspace=workspace)[0]["links"] == []
    assert answer("watch", "news", workspace=workspace)[0]["gone"] == []
    # a decision makes another build, and no other links
    first = answer("links", "--class", "N4", "--top", "1", workspace=workspace)[0]["link_id"]
    answer("judge", "link", first, "--verdict", "rejected", workspace=workspace)
    made = answer("build", workspace=workspace)
    assert made["news"] == {"convergence": 0}
    assert answer("watch", "list", workspace=workspace)[0]["question"] == {"classes": ["N4"]}
    assert added["links"] > 0
    refused = run("watch", "add", "convergence", workspace=workspace)
    assert refused.returncode == 2
    assert "already" in refused.stderr
    assert answer("watch", "remove", "convergence", workspace=workspace) == {"removed": "convergence"}
    assert run("watch", "remove", "convergence", workspace=workspace).returncode == 4


def test_what_is_new_is_told_after_a_build(little: Path, workspace: Path) -> None:
    files = sorted((little / "region" / "files").iterdir())
    lists = [file for file in files if "list" in file.name or file.suffix == ".xml"]
    answer("add", *lists, workspace=workspace)
    answer("build", workspace=workspace)
    before = {link["link_id"] for link in answer("links", workspace=workspace)}
    answer("watch", "add", "all", workspace=workspace)
    answer("add", little / "region" / "files", workspace=workspace)
    made = answer("build", workspace=workspace)
    now = {link["link_id"]: link["class"] for link in answer("links", workspace=workspace)}
    told = answer("watch", "news", workspace=workspace)[0]["links"]
    assert made["news"]["all"] == len(told)
    assert {link["link_id"] for link in told if link["was"] is None} == set(now) - before
    assert {link["link_id"] for link in answer("links", "--new-since", "1", workspace=workspace)} == {link["link_id"] for link in told}
    assert answer("watch", "news", workspace=workspace)[0]["links"] == []
    assert run("links", "--new-since", "9", workspace=workspace).returncode == 4
