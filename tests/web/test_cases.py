"""Cases in the browser and as JSON: who sees them, what is done in them, what is shown of victims."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie import clock
from crosstie.casework.access import ALLOWED, Role
from crosstie.casework.things import pseudonym
from crosstie.ingest.load import Choice
from crosstie.model.marking import Tlp
from crosstie.web import case_reports, cases, home, retention
from crosstie.web.guard import GuardedRoute
from tests.web.conftest import SignIn
from tests.web.test_workbench import Looked

TOMORROW = (clock.today() + timedelta(days=1)).isoformat()
OPENED = {"title": "Fuel", "purpose": "smuggling of fuel", "basis": "order 7/2026"}
Lead = tuple[TestClient, str, str]


@pytest.fixture
def lead(sign_in: SignIn) -> Lead:
    """A lead, what their forms bear, and the number of a case with a member and a reader."""
    lea, form = sign_in(Role.CASE_LEAD, name="lea")
    answer = lea.post("/cases", data=OPENED | {"form": form, "once": "1"})
    return lea, form, answer.headers["location"].rsplit("/", 1)[1]


def take_in(lead: Lead, person: str, role: str = "member") -> None:
    lea, form, ref = lead
    assert lea.post(f"/cases/{ref}", data={"do": "member", "person": person, "role": role, "form": form}).status_code == 303


def do(lead: Lead, browser: TestClient, form: str, **given: Any) -> int:
    return browser.post(f"/cases/{lead[2]}", data=given | {"form": form}).status_code


def test_a_case_is_opened_worked_on_and_read_as_page_and_json(lead: Lead, sign_in: SignIn) -> None:
    lea, form, ref = lead
    ana, anas = sign_in(name="ana")
    take_in(lead, "ana")
    link = ana.get("/api/v1/links").json()["links"][0]
    part = ana.get("/casework", params={"kind": "link", "subject": link["link_id"]}, headers={"hx-request": "true"}).text
    assert ref in part
    assert "<html" not in part
    into = {"ref": ref, "kind": "link", "subject": str(link["rank"]), "reason": "the same truck", "form": anas, "once": "a"}
    assert ana.post("/casework", data=into | {"subject": link["link_id"]}).status_code == 303
    assert do(lead, ana, anas, do="note", text="a <b>blue</b> lorry\nwith two axles") == 303
    assert do(lead, ana, anas, do="task", title="ask the bank", assignee="lea", due=TOMORROW) == 303
    assert do(lead, lea, form, do="decide", what="hand over", why="three sources", links=[link["link_id"]]) == 303
    assert do(lead, ana, anas, do="note", text="") == 400
    assert do(lead, ana, anas, do="nonsense") == 400
    assert do(lead, ana, anas, do="correct", number="99999999999999999999", version="1", text="x") == 400
    told = lea.get(f"/api/v1/cases/{ref}").json()
    shown = lea.get(f"/cases/{ref}").text
    Looked().feed_all(shown)
    assert told["things"][0]["subject"] == link["link_id"]
    assert told["things"][0]["title"] == f"{link['crime_name']} – {link['terror_name']}"
    for text in ("a &lt;b&gt;blue", "ask the bank", "hand over", "the same truck", TOMORROW, "order 7/2026"):
        assert text in shown
    assert "ask the bank" in lea.get("/").text
    assert ref in lea.get("/cases").text
    assert lea.get("/api/v1/cases").json()["cases"][0]["due"] == TOMORROW
    assert lea.get("/api/v1/home").json()["tasks"][0]["title"] == "ask the bank"


def test_the_same_by_programs(lead: Lead) -> None:
    lea, form, _ = lead
    sent = {"x-crosstie-form": form, "Idempotency-Key": "k"}
    refs = {lea.post("/api/v1/cases", json=OPENED, headers=sent).json()["ref"] for _ in range(2)}
    assert len(refs) == 1
    [ref] = refs
    version = [
        lea.post(f"/api/v1/cases/{ref}", json={"do": "note", "text": "x"}, headers=sent | {"Idempotency-Key": "n"}).json() for _ in range(2)
    ]
    assert version == [{"ref": ref, "version": 2}] * 2
    assert lea.post(f"/api/v1/cases/{ref}", json={"do": "note"}, headers=sent).status_code == 400
    stale = {"do": "facts", "version": 1, **OPENED}
    answer = lea.post(f"/api/v1/cases/{ref}", json=stale, headers={"x-crosstie-form": form})
    assert (answer.status_code, answer.json()["error"]) == (409, "Stale")


def test_who_is_no_member_finds_no_case(app: FastAPI, lead: Lead, sign_in: SignIn) -> None:
    _, _, ref = lead
    for role in (Role.CASE_LEAD, Role.ANALYST, Role.VIEWER):
        other, form = sign_in(role, name=f"other {role.value}")
        for number in (ref, "C-2026-09999"):
            for path in (
                f"/cases/{number}",
                f"/api/v1/cases/{number}",
                f"/cases/{number}/attachments/1",
                f"/cases/{number}/report",
                f"/cases/{number}/report.pdf",
            ):
                answer = other.get(path)
                assert answer.status_code == 404, path
                assert "Fuel" not in answer.text
        if role is not Role.VIEWER:
            assert other.post(f"/cases/{ref}", data={"do": "note", "text": "x", "form": form}).status_code == 404
        assert ref not in other.get("/cases").text
    for role in (Role.CUSTODIAN, Role.ADMINISTRATOR, Role.AUDITOR):
        other, _ = sign_in(role, name=f"other {role.value}")
        assert other.get(f"/cases/{ref}").status_code == 403
    refused = [one for one in app.state.workspace.audit_entries(200) if one["action"] == "refused" and one["subject"] == f"case {ref}"]
    assert {one["user"] for one in refused} == {"other case lead", "other analyst", "other viewer"}


def test_a_reader_reads_and_no_more_and_a_strict_case_is_for_who_is_cleared(lead: Lead, sign_in: SignIn) -> None:
    lea, form, ref = lead
    vic, vics = sign_in(Role.VIEWER, name="vic")
    take_in(lead, "vic", "reader")
    assert vic.get(f"/cases/{ref}").status_code == 200
    assert do(lead, vic, vics, do="note", text="x") == 403
    ben, bens = sign_in(clearance=Tlp.AMBER, name="ben")
    take_in(lead, "ben")
    strict = next(row for row in lea.get("/api/v1/links", params={"count": 500}).json()["links"] if "STRICT" in row["marking"])
    assert (
        ben.post(f"/cases/{ref}", data={"do": "add", "kind": "link", "subject": strict["link_id"], "reason": "x", "form": bens}).status_code
        == 403
    )
    assert do(lead, lea, form, do="add", kind="link", subject=strict["link_id"], reason="x") == 303
    for path in (f"/cases/{ref}", f"/api/v1/cases/{ref}", f"/cases/{ref}/report.pdf"):
        answer = ben.get(path)
        assert answer.status_code == 403
        assert strict["crime_name"] not in answer.text
    assert ben.get("/api/v1/cases").json() == {"cases": [], "withheld": 1}


@pytest.mark.parametrize("name", ["../../x.html", "a\r\nSet-Cookie: x=1.txt", "\u202egpj.exe", "<script>.svg", "x" * 1_000, "اسم.pdf"])
def test_a_file_is_only_ever_given_out_to_be_kept(lead: Lead, name: str) -> None:
    lea, form, ref = lead
    content = b"<html><script>alert(1)</script></html>"
    for _ in range(2):
        sent = {"reason": "seized", "marking": "TLP:GREEN", "form": form, "once": "f"}
        assert lea.post(f"/cases/{ref}/attachments", data=sent, files={"file": (name, content, "text/html")}).status_code == 303
    told = lea.get(f"/api/v1/cases/{ref}").json()["attachments"]
    assert len(told) == 1
    for path in (f"/cases/{ref}/attachments/1", f"/api/v1/cases/{ref}/attachments/1"):
        answer = lea.get(path)
        assert answer.content == content
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
    Looked().feed_all(lea.get(f"/cases/{ref}").text)
    assert lea.get(f"/cases/{ref}/attachments/2").status_code == 404
    assert lea.get(f"/cases/{ref}/attachments/{1 << 70}").status_code == 400


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(app: FastAPI, lead: Lead) -> None:
    lea, form, ref = lead
    lea.post(f"/cases/{ref}/attachments", data={"reason": "seized", "form": form}, files={"file": ("a", b"as it was")})
    [kept] = [one for one in (app.state.workspace.folder / "cases" / ref).rglob("*") if one.is_file() and len(one.name) == 64]
    kept.chmod(0o644)
    kept.write_bytes(b"another")
    answer = lea.get(f"/cases/{ref}/attachments/1")
    assert answer.status_code == 500
    assert answer.content != b"another"
    assert any("was changed" in one.detail for one in app.state.workspace.verify())


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202egnirts", "x" * 100_000, "a\x00b", "{{ 7 * 7 }}", "#eval(1) $x$ *b*"])
def test_hostile_texts_are_only_texts(lead: Lead, text: str) -> None:
    lea, form, ref = lead
    for given in (
        {"do": "note", "text": text},
        {"do": "task", "title": text[:400], "assignee": "lea"},
        {"do": "add", "kind": "view", "subject": "/links", "title": text[:400], "reason": text},
        {"do": "add", "kind": "entity", "subject": text, "reason": text},
        {"do": "member", "person": text, "role": text},
    ):
        answer = lea.post(f"/cases/{ref}", data={**given, "form": form})
        assert answer.status_code in (303, 400, 404), answer.text
        assert "<script>alert" not in answer.text
    page = lea.get(f"/cases/{ref}").text
    Looked().feed_all(page)
    assert "<script>alert" not in page
    assert "49" not in re.sub(r"[0-9a-f-]{6,}|\d\d:\d\d", "", page) or "{{" not in text


@pytest.fixture
def victim(app: FastAPI, tmp_path: Path) -> str:
    """The id of a victim whose sister is on file too."""
    said = [
        ("case-1", "Person", {"name": ["Amriel Tostovan"], "topics": ["victim"]}),
        ("case-2", "Person", {"name": ["Kelvan Brisomar"]}),
        ("case-3", "Family", {"person": ["case-1"], "relative": ["case-2"], "relationship": ["sister"]}),
    ]
    file = tmp_path / "case.ftm.json"
    file.write_bytes(b"".join(orjson.dumps({"id": one, "schema": schema, "properties": told}) + b"\n" for one, schema, told in said))
    workspace = app.state.workspace
    workspace.add([file], choice=Choice(check_promise=False))
    workspace.build()
    return str(next(one for one in workspace.built().table("claims")["canonical_id"].to_pylist() if one.endswith("case-1")))


def test_victims_are_shown_to_who_needs_to_know_and_each_read_is_noted(app: FastAPI, lead: Lead, sign_in: SignIn, victim: str) -> None:
    lea, form, ref = lead
    ana, anas = sign_in(name="ana")
    take_in(lead, "ana")
    assert do(lead, ana, anas, do="add", kind="entity", subject=victim, reason="seen there") == 403
    assert do(lead, lea, form, do="add", kind="entity", subject=victim, reason="seen there") == 303
    page = ana.get(f"/cases/{ref}").text
    assert pseudonym(victim) in page
    assert "Tostovan" not in page
    assert ana.get(f"/entities/{victim}").status_code == 403
    grant = {"do": "grant", "person": "ana", "subject": victim, "reason": "she interviews her", "until": TOMORROW}
    assert do(lead, ana, anas, **grant) == 403
    assert do(lead, lea, form, **grant) == 303
    shown = ana.get(f"/entities/{victim}")
    assert shown.status_code == 200
    assert "Amriel Tostovan" in shown.text
    assert ref in shown.text
    entry = app.state.workspace.audit_entries(1)[0]
    assert (entry["action"], entry["subject"], entry["user"], json.loads(entry["detail"])) == ("read", victim, "ana", {"cases": [ref]})
    assert lea.get(f"/entities/{victim}").status_code == 403  # who grants does not see by that
    for browser in (ana, lea):
        for path in (f"/cases/{ref}", f"/api/v1/cases/{ref}", "/api/v1/search?name=Amriel+Tostovan", "/"):
            assert "Tostovan" not in browser.get(path).text.replace('"query":"Amriel Tostovan"', "")
    told = ana.get(f"/api/v1/entities/{victim}")
    known = {"If-None-Match": told.headers["etag"]}
    assert ana.get(f"/api/v1/entities/{victim}", headers=known).status_code == 304
    assert do(lead, lea, form, do="revoke", number="1") == 303
    assert ana.get(f"/entities/{victim}").status_code == 403
    assert ana.get(f"/api/v1/entities/{victim}", headers=known).status_code == 403


def test_a_link_is_assigned_and_found_by_who_has_it(lead: Lead, sign_in: SignIn) -> None:
    lea, form, _ = lead
    ben, bens = sign_in(name="ben")
    link = lea.get("/api/v1/links").json()["links"][2]
    before = ben.get("/api/v1/links", params={"assigned": "true"})
    assert before.json()["links"] == []
    given = {
        "kind": "link",
        "subject": link["link_id"],
        "assignee": "ben",
        "due": TOMORROW,
        "title": "is he the driver?",
        "form": form,
        "once": "x",
    }
    assert [lea.post("/tasks", data=given).status_code for _ in range(2)] == [303, 303]
    answer = ben.get("/api/v1/links", params={"assigned": "true"}, headers={"If-None-Match": before.headers["etag"]})
    assert [one["link_id"] for one in answer.json()["links"]] == [link["link_id"]]
    shown = lea.get(f"/links/{link['link_id']}").text
    assert "is he the driver?" in shown
    assert 'name="reason"' not in shown.partition('class="casework"')[2].partition("</div></div>")[0]  # the form comes when it is asked for
    assert "is he the driver?" in ben.get("/").text
    assert "is he the driver?" in ben.get("/casework", params={"kind": "link", "subject": link["link_id"]}).text
    [task] = ben.get("/api/v1/tasks").json()["tasks"]
    eve, eves = sign_in(name="eve")
    assert eve.post(f"/tasks/{task['id']}/done", data={"form": eves}).status_code == 403
    assert ben.post(f"/tasks/{task['id']}/done", data={"form": bens}).status_code == 303
    assert ben.get("/api/v1/links", params={"assigned": "true"}).json()["links"] == []
    assert (
        ben.post(
            "/api/v1/tasks", json={"kind": "link", "subject": "none", "assignee": "lea"}, headers={"x-crosstie-form": bens}
        ).status_code
        == 404
    )


def test_two_who_judge_a_link_at_once_are_both_kept_and_told(app: FastAPI, sign_in: SignIn) -> None:
    ana, anas = sign_in(name="ana")
    ben, bens = sign_in(name="ben")
    link = f"/links/{ana.get('/api/v1/links').json()['links'][0]['link_id']}"
    seen = {name: re.search(r'name="seen" value="([^"]*)"', browser.get(link).text) for name, browser in (("ana", ana), ("ben", ben))}
    assert all(one and one.group(1) == "none" for one in seen.values())
    first = ana.post(f"{link}/judge", data={"verdict": "accepted", "reason": "it is his truck", "seen": "none", "form": anas})
    assert "meanwhile" not in first.headers["location"]
    second = ben.post(f"{link}/judge", data={"verdict": "rejected", "reason": "a namesake", "seen": "none", "form": bens})
    assert "meanwhile" in second.headers["location"]
    page = ben.get(second.headers["location"]).text
    assert "Both judgements are kept" in page
    assert "it is his truck" in page
    [standing] = app.state.workspace.casebook.in_force()
    assert (standing.user, standing.verdict) == ("ben", "rejected")
    assert len(app.state.workspace.casebook.history()) == 2
    again = ben.post(f"{link}/judge", data={"verdict": "unsure", "seen": standing.id, "form": bens})
    assert "meanwhile" not in again.headers["location"]


@pytest.mark.parametrize("role", Role)
def test_every_route_of_cases_for_every_role(app: FastAPI, sign_in: SignIn, role: Role) -> None:
    browser, form = sign_in(role)
    asked = 0
    for several in (cases, case_reports, home, retention):
        for route in [*several.router.routes, *several.programs.routes]:
            assert isinstance(route, GuardedRoute)
            address = re.sub(r"{(\w+)}", lambda part: "1" if part.group(1) == "number" else "x", route.path)
            for method in sorted(route.methods or ()):
                sent: dict[str, Any] = {"params": {"build": 1, "kind": "link", "subject": "1"}}
                if method != "GET":
                    sent |= {
                        "headers": {"x-crosstie-form": form},
                        "json" if route.path.startswith("/api/") else "data": {"do": "note", "text": "x"},
                    }
                answer = browser.request(method, address, **sent)
                asked += 1
                if route.act in ALLOWED[role]:
                    assert answer.status_code in (200, 201, 303, 400, 404), (method, route.path, answer.text)
                else:
                    assert answer.status_code == 403, (method, route.path)
                    assert "<table" not in answer.text
    assert asked > 35
