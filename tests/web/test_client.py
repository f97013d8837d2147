"""The client for Python, against a server that runs."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from crosstie.casework.access import Act, Person, Role
from crosstie.client import Client, ServiceError
from crosstie.model.marking import Tlp

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "api.md"
ACTS = [Act.READ, Act.SEARCH, Act.JUDGE, Act.ADD, Act.BUILD, Act.SOURCES, Act.LENSES, Act.CASEWORK]


@pytest.fixture
def served(app: FastAPI) -> Iterator[tuple[str, str]]:
    """An address that is served, and a token."""
    for one in app.user_middleware:
        if "allowed_hosts" in one.kwargs:
            one.kwargs["allowed_hosts"] = ["*"]
    app.state.accounts.add("ana", Role.ANALYST, Tlp.RED, by="tester")
    secret, _ = app.state.tokens.make(Person("ana", Role.ANALYST, Tlp.RED), "client", ACTS, purpose="trial")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}", secret
    server.should_exit = True
    thread.join(20)


def test_the_example_of_the_guide_runs(served: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(from crosstie.client.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    example = found.group(1).replace("http://localhost:8340", served[0])
    assert len(example.strip().splitlines()) <= 12
    (tmp_path / "cars.csv").write_text("Nr;Name;Geboren\n17;Ilse Nirgendwo;1971-04-03\n", encoding="utf-8")
    (tmp_path / "cars.mapping.yaml").write_text(
        'dataset: garage\noriginator: "Registry"\nentities: {p: {schema: Person, id: {column: Nr}, properties: {name: Name, birthDate: Geboren}}}\n',
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("CROSSTIE_TOKEN", served[1])
        exec(compile(example, "api.md", "exec"), {})
    said = capsys.readouterr().out
    assert "garage-17" in said


def test_every_call(served: tuple[str, str]) -> None:
    with Client(served[0], token=served[1]) as unit:
        links = list(unit.links(classes=["N0..N6"]))
        assert [one["rank"] for one in links] == sorted(one["rank"] for one in links)
        assert len(links) > 200  # more than one page
        link = unit.link(links[0]["link_id"])
        assert link["link"]["crime_id"] == links[0]["crime_id"]
        assert unit.entity(links[0]["crime_id"])["title"]
        assert links[0]["crime_id"] in [hit["entity_id"] for hit in unit.search(links[0]["crime_name"])]
        matched = unit.match({"a": {"schema": "LegalEntity", "properties": {"name": [links[0]["crime_name"]]}}}, limit=50, threshold=0.5)
        assert links[0]["crime_id"] in [hit["id"] for hit in matched["a"]]
        judged = unit.judge(links[0]["link_id"], "unsure", "by a program")
        assert unit.undo(judged["id"])["revoked_at"]
        assert list(unit.sources())


def test_findings_lenses_and_thresholds(served: tuple[str, str], app: FastAPI) -> None:
    cus = Person("cus", Role.CUSTODIAN, Tlp.RED)
    app.state.accounts.add(cus.name, cus.role, cus.clearance, by="tester")
    secret, _ = app.state.tokens.make(cus, "client", [Act.THRESHOLDS, Act.LENSES], purpose="trial")
    with Client(served[0], token=served[1]) as unit:
        found = list(unit.findings(lens="finance"))
        assert {one["lens"] for one in found} == {"finance"}
        one = unit.finding(found[0]["finding_id"])
        assert one["sentence"] == found[0]["sentence"]
        judged = unit.judge_finding(one["finding_id"], "unsure", "by a program")
        assert unit.undo(judged["id"])["revoked_at"]
        task = unit.assign("finding", one["finding_id"], "ana", title="look at it")
        assert [told["id"] for told in app.state.workspace.own(Person("ana", Role.ANALYST)).about("finding", one["finding_id"])] == [task]
        assert unit.lens("finance")["typologies"]
        assert (unit.lenses()["broken"], len(unit.thresholds()) > 10) == ([], True)
    with Client(served[0], token=secret) as unit:
        name = unit.thresholds()[0]["threshold"]
        assert unit.set_threshold(name, 7.0, "a trial")["value"] == 7.0
        assert unit.set_threshold(name, None, "back")["value"] is None


def test_what_the_service_refuses_is_told(served: tuple[str, str], tmp_path: Path) -> None:
    with Client(served[0], token="crosstie_x") as nobody, pytest.raises(ServiceError) as refused:
        nobody.link("1")
    assert (refused.value.status, refused.value.error) == (401, "NotSignedIn")
    file = tmp_path / "x.csv"
    file.write_bytes(b"\0" * 100)
    with Client(served[0], token=served[1]) as unit:
        with pytest.raises(ServiceError, match="is no link") as missing:
            unit.entity("a/b?c#d")
        assert missing.value.status == 404
        [told] = unit.upload(file)
        assert told["outcome"] == "refused"
        with pytest.raises(ServiceError):
            unit.upload(file, marking="TLP:NONE")


def test_who_is_told_to_wait_waits_and_what_is_no_json_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [
        httpx.Response(429, headers={"retry-after": "7"}),
        httpx.Response(200, json={"title": "x"}),
        httpx.Response(502, text="<html>"),
    ]
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    with Client("http://unit", token="t", transport=httpx.MockTransport(lambda request: answers.pop(0))) as unit:
        assert unit.entity("x") == {"title": "x"}
        assert waited == [7.0]
        with pytest.raises(ServiceError) as failed:
            unit.entity("x")
    assert failed.value.status == 502
