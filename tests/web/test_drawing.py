"""Drawings, timelines and maps by their pages and as JSON."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import ALLOWED, Role
from crosstie.model.marking import Tlp
from tests.web.conftest import SignIn
from tests.web.test_doors import ask, routes
from tests.web.test_workbench import Looked


def begin(browser: TestClient, form: str, **told: str) -> dict[str, Any]:
    answer = browser.post("/api/v1/drawings", json=told, headers={"x-crosstie-form": form})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_drawing_can_be_made_with_forms_alone(sign_in: SignIn) -> None:
    ana, form = sign_in()
    link = ana.get("/api/v1/links").json()["links"][0]
    page = ana.get("/drawing", params={"link": "1"})
    assert link["crime_name"] in page.text
    sent = ana.post("/drawings", data={"form": form, "link": "1", "do": "expand", "node": "*", "most": "5"})
    assert sent.status_code == 303
    address = sent.headers["location"]
    first = ana.get(f"/api/v1{address}").json()
    assert len(first["steps"]) == 2
    node = first["nodes"][0]["id"]
    chosen = ana.get(address, params={"at": node}).text
    assert f'name="x" id="pin-x" type="number" step="10" value="{first["nodes"][0]["x"]}"' in chosen
    ana.post(f"{address}/steps", data={"form": form, "do": "pin", "node": node, "x": "400", "y": "-300", "at": node, "after": "2"})
    ana.post(f"{address}/steps", data={"form": form, "do": "note", "node": node, "text": "seen at the port"})
    second = ana.get(f"/api/v1{address}").json()
    moved = next(one for one in second["nodes"] if one["id"] == node)
    assert (moved["x"], moved["y"], moved["pinned"], moved["note"]) == (400, -300, True, "seen at the port")
    stayed = {one["id"]: (one["x"], one["y"]) for one in first["nodes"] if one["id"] != node}
    assert stayed == {one["id"]: (one["x"], one["y"]) for one in second["nodes"] if one["id"] != node}
    assert ana.post(f"{address}/steps", data={"form": form, "do": "hide", "node": node, "after": "2"}).status_code == 400
    ana.post(f"{address}/undo", data={"form": form})
    assert "seen at the port" not in ana.get(address).text
    ana.post(f"{address}/redo", data={"form": form})
    assert "seen at the port" in ana.get(address).text
    ana.post(f"{address}/save", data={"form": form, "name": "The port", "shared": "true"})
    assert "The port" in ana.get("/drawings").text
    ana.post(f"{address}/delete", data={"form": form})
    assert ana.get(address).status_code == 404


def test_the_table_twin_has_every_entity_and_tie_with_its_evidence(sign_in: SignIn) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    page = ana.get(f"/drawings/{told['drawing']}").text
    table = page[page.index("<table") :]
    for one in told["nodes"]:
        assert one["name"] in table
    for tie in told["ties"]:
        assert f"?tie={tie['id']}" in table
    tie = told["ties"][0]["id"]
    evidence = ana.get(f"/api/v1/drawings/{told['drawing']}/ties/{tie}").json()["evidence"]
    assert evidence
    chosen = ana.get(f"/drawings/{told['drawing']}", params={"tie": tie}).text
    assert evidence[0]["source_id"][:8] in chosen
    assert evidence[0]["locator"] in chosen


def test_each_reader_sees_what_they_are_cleared_for(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    rows = ana.get("/api/v1/links", params={"count": 500}).json()["links"]
    strict = next(row for row in rows if "STRICT" in row["marking"])
    told = begin(ana, form, link=strict["link_id"])
    ana.post(f"/drawings/{told['drawing']}/save", data={"form": form, "name": f"About {strict['crime_name']}", "shared": "true"})
    ben, _ = sign_in(clearance=Tlp.AMBER, name="ben")
    for path in ("/drawing", "/timeline", "/map"):
        answer = ben.get(path, params={"link": strict["link_id"]})
        assert answer.status_code == 403
        assert strict["crime_name"] not in answer.text
    assert "marked more strictly" in ben.get("/drawings").text
    assert "About" not in ben.get("/drawings").text
    answer = ben.get(f"/api/v1/drawings/{told['drawing']}")
    assert answer.status_code == 200
    assert "STRICT" not in answer.text
    assert answer.json()["withheld"] > 0
    assert "About" not in ben.get(f"/drawings/{told['drawing']}").text


def test_what_is_drawn_is_noted_as_read_and_another_s_drawing_is_none(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    entry = app.state.workspace.audit_entries(1)[0]
    assert (entry["action"], entry["user"], entry["purpose"]) == ("read drawing", "ana", "a trial")
    assert told["nodes"][0]["id"] in entry["detail"]
    ben, bens = sign_in(name="ben")
    assert ben.get(f"/drawings/{told['drawing']}").status_code == 404
    assert ben.post(f"/drawings/{told['drawing']}/undo", data={"form": bens}).status_code == 404
    gone = ben.delete(f"/api/v1/drawings/{told['drawing']}", headers={"x-crosstie-form": bens})
    assert gone.status_code == 404
    assert ana.delete(f"/api/v1/drawings/{told['drawing']}", headers={"x-crosstie-form": form}).status_code == 204


def test_who_may_not_draw_is_refused(sign_in: SignIn) -> None:
    for role in (Role.CUSTODIAN, Role.ADMINISTRATOR, Role.AUDITOR):
        browser, _ = sign_in(role, name=f"the {role.value}")
        assert browser.get("/drawing", params={"link": "1"}).status_code == 403


def test_every_way_to_a_drawing_for_every_role(app: FastAPI, sign_in: SignIn) -> None:
    known = [row for row in routes(app) if re.search(r"/(drawings?|timeline|map)\b", row[1])]
    assert len(known) >= 25
    for role in Role:
        browser, form = sign_in(role, name=f"the {role.value}")
        for method, path, act in known:
            answer = ask(browser, method, path, form)
            allowed = act in ALLOWED[role]
            assert answer.status_code in ((200, 201, 204, 303, 400, 404) if allowed else (403,)), (role, method, path, answer.text)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "\u202egnirts", "x" * 100_000, "a\x00b", '"><svg onload=alert(1)>', "\ud800"]
)
def test_hostile_texts_are_only_texts(sign_in: SignIn, hostile: str) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    address, node = f"/drawings/{told['drawing']}", told["nodes"][0]["id"]
    sendable = hostile.encode("utf-8", "replace").decode()
    for answer in (
        ana.post(f"{address}/steps", data={"form": form, "do": "note", "node": node, "text": sendable}),
        ana.post(f"{address}/steps", data={"form": form, "do": "expand", "node": node, "kind": sendable}),
        ana.post(f"{address}/steps", data={"form": form, "do": "entity", "node": sendable}),
        ana.post(f"{address}/steps", data={"form": form, "do": sendable, "node": node}),
        ana.post(f"{address}/save", data={"form": form, "name": sendable}),
        ana.post(f"/api/v1{address}/steps", json={"do": "note", "node": node, "text": sendable}, headers={"x-crosstie-form": form}),
        ana.get(address, params={"at": sendable[:5_000], "tie": sendable[:5_000]}),
        ana.get("/drawing", params={"entity": sendable[:5_000]}),
        ana.get("/drawings"),
        ana.get(address),
    ):
        assert answer.status_code < 500, answer.text
        if "html" in answer.headers.get("content-type", ""):
            assert "<script>alert" not in answer.text
            assert "<svg onload" not in answer.text


def test_the_pages_are_sound_html(sign_in: SignIn) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    node, tie = told["nodes"][0]["id"], told["ties"][0]["id"]
    for path in (
        "/drawings",
        "/drawing?link=1",
        f"/drawing?entity={node}",
        f"/drawings/{told['drawing']}?at={node}",
        f"/drawings/{told['drawing']}?tie={tie}",
    ):
        answer = ana.get(path)
        assert answer.status_code == 200, path
        Looked().feed_all(answer.text)
