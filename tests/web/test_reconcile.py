"""Reconciliation as OpenRefine asks for it, and feeds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import etree

from crosstie.casework.access import Act, Person, Role
from crosstie.link.asking import Question
from crosstie.model.marking import Tlp
from tests.web.test_match import known


def token(app: FastAPI, *acts: Act, name: str = "ana", clearance: Tlp = Tlp.RED) -> str:
    app.state.accounts.add(name, Role.ANALYST, clearance, by="tester")
    return str(app.state.tokens.make(Person(name, Role.ANALYST, clearance), "refine", acts, purpose="cleaning names")[0])


@pytest.fixture
def refine(app: FastAPI) -> tuple[TestClient, str]:
    return TestClient(app), f"/reconcile/{token(app, Act.SEARCH)}"


def ask(refine: tuple[TestClient, str], **queries: Any) -> Any:
    browser, here = refine
    answer = browser.post(here, data={"queries": json.dumps(queries)}, headers={"origin": "http://127.0.0.1:3333"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


def test_the_manifest_says_what_the_protocol_asks(refine: tuple[TestClient, str]) -> None:
    browser, here = refine
    told = browser.get(here).json()
    assert "0.2" in told["versions"]
    assert {"name", "identifierSpace", "schemaSpace"} <= set(told)
    assert "{{id}}" in told["view"]["url"]
    assert "{{id}}" in told["preview"]["url"]
    assert {type(told["preview"][side]) for side in ("width", "height")} == {int}
    assert len({one["id"] for one in told["defaultTypes"]}) == len(told["defaultTypes"])
    for kind, service in told["suggest"].items():
        found = browser.get(service["service_url"].replace("http://testserver", "") + service["service_path"], params={"prefix": "pe"})
        assert all({"id", "name"} <= set(one) for one in found.json()["result"]), kind
    assert [one["id"] for one in browser.get(f"{here}/suggest/type", params={"prefix": "pers"}).json()["result"]] == ["Person"]
    assert "birthDate" in [one["id"] for one in browser.get(f"{here}/suggest/property", params={"prefix": "birth"}).json()["result"]]


def test_names_are_reconciled_with_what_stands_beside(app: FastAPI, refine: tuple[TestClient, str]) -> None:
    one = known(app)
    beside = {
        "query": one["names"][0],
        "type": "Person",
        "limit": 3,
        "properties": [{"pid": "Person:birthDate", "v": one["birth_dates"][0]}],
    }
    told = ask(refine, q0=beside, q1={"query": one["names"][0], "type": ["Vessel", "Person"]}, q2={"query": "Zzyzx Qwertz Nobody"})
    best = told["q0"]["result"][0]
    assert (best["id"], best["name"]) == (one["entity_id"], one["caption"])
    assert 70 <= best["score"] <= 100
    assert isinstance(best["match"], bool)
    assert best["type"] == [{"id": "Person", "name": "Person"}]
    assert len(told["q0"]["result"]) <= 3
    assert set(told) == {"q0", "q1", "q2"}
    assert sum(candidate["match"] for answer in told.values() for candidate in answer["result"]) <= 3
    browser, here = refine
    assert browser.get(here, params={"queries": json.dumps({"q0": beside})}).json()["q0"] == told["q0"]
    page = browser.get(f"{here}/preview", params={"id": one["entity_id"]})
    assert one["caption"] in page.text
    assert "frame-ancestors http://localhost:*" in page.headers["content-security-policy"]
    extend = {"ids": [one["entity_id"], "nobody"], "properties": [{"id": "birthDate"}, {"id": "nationality"}]}
    more = browser.post(here, data={"extend": json.dumps(extend)}).json()
    assert [meta["id"] for meta in more["meta"]] == ["birthDate", "nationality"]
    assert {"str": one["birth_dates"][0]} in more["rows"][one["entity_id"]]["birthDate"]
    assert more["rows"]["nobody"] == {"birthDate": [], "nationality": []}
    assert browser.get(f"{here}/extend/propose", params={"type": "Person", "limit": 2}).json()["properties"][0]["id"] == "name"


def test_the_address_opens_search_and_nothing_else(app: FastAPI, refine: tuple[TestClient, str]) -> None:
    browser, here = refine
    wide = token(app, Act.SEARCH, Act.READ, name="ben")
    assert browser.get(f"/reconcile/{wide}").status_code == 403
    assert browser.get(f"/reconcile/{token(app, Act.READ, name='eve')}").status_code == 403
    assert browser.get("/reconcile/crosstie_x").status_code == 401
    assert browser.get("/reconcile").status_code == 401
    secret = here.rpartition("/")[2]
    assert browser.get("/reconcile", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert browser.get("/api/v1/links", params={"token": secret}).status_code == 401
    entries = json.dumps(app.state.workspace.audit_entries(50))
    assert secret not in entries
    assert wide not in entries


def test_what_is_marked_too_strictly_is_not_reconciled(app: FastAPI) -> None:
    strict = known(app, "Person", "TLP:AMBER+STRICT")
    refine = TestClient(app), f"/reconcile/{token(app, Act.SEARCH, name='ben', clearance=Tlp.GREEN)}"
    assert strict["entity_id"] not in json.dumps(ask(refine, q={"query": strict["names"][0]}))
    assert refine[0].get(f"{refine[1]}/preview", params={"id": strict["entity_id"]}).status_code == 404
    more = refine[0].post(refine[1], data={"extend": json.dumps({"ids": [strict["entity_id"]], "properties": [{"id": "name"}]})}).json()
    assert more["rows"][strict["entity_id"]] == {"name": []}


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "[]",
        '{"q": 1}',
        '{"q": {"query": 7, "limit": "x", "properties": {"pid": 1}}}',
        '{"q": {"query": "\\u0000", "limit": -1e300}}',
    ],
)
def test_hostile_queries_are_refused_or_answered(refine: tuple[TestClient, str], sent: str) -> None:
    browser, here = refine
    for part in ("queries", "extend"):
        assert browser.post(here, data={part: sent}).status_code in (200, 400)


def test_a_feed_tells_the_links_of_a_question_with_their_marking(app: FastAPI) -> None:
    secret = token(app, Act.READ)
    workspace = app.state.workspace.for_person(app.state.tokens.bearer(secret))
    workspace.inquiry().watch("strong & new", Question(("N3", "N4")))
    browser = TestClient(app)
    answer = browser.get("/feeds/strong & new.atom", params={"token": secret})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    atom = {"a": "http://www.w3.org/2005/Atom"}
    root = etree.fromstring(answer.content)
    for part in ("a:id", "a:title", "a:updated", "a:author/a:name"):
        assert len(root.findall(part, atom)) == 1, part
    entries = root.findall("a:entry", atom)
    assert entries
    for entry in entries:
        for part in ("a:id", "a:title", "a:updated"):
            assert len(entry.findall(part, atom)) == 1
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.findtext("a:updated", "", atom))
        assert entry.findtext("a:rights", "", atom).startswith("TLP:")
        assert entry.findtext("a:rights", "", atom) in entry.findtext("a:title", "", atom)
    assert len({entry.findtext("a:id", "", atom) for entry in entries}) == len(entries)
    assert browser.get("/feeds/another.atom", params={"token": secret}).status_code == 404
    assert browser.get("/feeds/strong & new.atom").status_code == 401
    other = token(app, Act.READ, name="ben")
    assert browser.get("/feeds/strong & new.atom", params={"token": other}).status_code == 404
    noted = app.state.workspace.audit_entries(30)
    assert "read links" in [one["action"] for one in noted if one["user"] == "ana"]
    assert secret not in json.dumps(noted)


def test_a_feed_leaves_out_what_its_reader_is_not_cleared_for(app: FastAPI) -> None:
    secret = token(app, Act.READ, clearance=Tlp.AMBER)
    app.state.workspace.for_person(app.state.tokens.bearer(secret)).inquiry().watch("all", Question())
    assert "STRICT" not in TestClient(app).get("/feeds/all.atom", params={"token": secret}).text
