"""Lenses and thresholds in the browser and as JSON: who reads them, who sets them, and what is noted of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from crosstie.casework.access import Role
from crosstie.errors import LensError
from crosstie.lens import registry
from crosstie.lens.sound import Broken
from crosstie.web.prose import prose
from tests.web.conftest import SignIn
from tests.web.test_workbench import Looked

NAME = "finance.structuring.reporting"
HOSTILE = "<script>alert(1)</script>\u202egnirts"


def test_every_lens_tells_what_it_looks_for_and_rests_on(sign_in: SignIn) -> None:
    ana, _ = sign_in()
    told = {one["name"]: one for one in ana.get("/api/v1/lenses").json()["lenses"]}
    page = ana.get("/lenses").text
    Looked().feed_all(page)
    assert set(told) == {lens.name for lens in registry.load()}
    for lens in registry.load():
        assert f'href="/lenses/{lens.name}"' in page
        shown = ana.get(f"/lenses/{lens.name}").text
        Looked().feed_all(shown)
        one = ana.get(f"/api/v1/lenses/{lens.name}").json()
        assert [typology["title"] for typology in one["typologies"]] == [typology.title for typology in lens.typologies]
        assert all("Source:" in typology["meaning"] for typology in one["typologies"])
        assert told[lens.name]["law"] == {"all": len(lens.law), "verified": sum(law.verified for law in lens.law)}
        assert shown.count("check it before you rely on it") == sum(not law.verified for law in lens.law)
        assert one["guide"].splitlines()[0].lstrip("# ") in shown.split(">Guide<")[1]
        assert one["findings"] == ana.get(f"/api/v1/findings?lens={lens.name}&count=1").json()["total"]
    assert ana.get("/lenses/nothing").status_code == 404


def test_who_reads_no_findings_is_not_told_how_many_there_are(sign_in: SignIn) -> None:
    for role in (Role.CUSTODIAN, Role.AUDITOR):
        browser, _ = sign_in(role, name=f"the {role.value}")
        assert {one["findings"] for one in browser.get("/api/v1/lenses").json()["lenses"]} == {0}
        assert "/findings" not in browser.get("/lenses/finance").text
        assert 'href="/lenses"' in browser.get("/thresholds").text


def test_a_custodian_sets_a_threshold_and_sets_it_back(app: FastAPI, sign_in: SignIn) -> None:
    cus, form = sign_in(Role.CUSTODIAN, name="cus")
    page = cus.get("/thresholds?lens=finance").text
    Looked().feed_all(page)
    assert f'action="/thresholds/{NAME}"' in page
    assert "/reset" not in page
    given = {"value": "15000", "reason": "the law here says 15,000", "seen": "0", "form": form}
    assert cus.post(f"/thresholds/{NAME}", data=given).headers["location"] == f"/thresholds#{NAME}"
    row = {one["threshold"]: one for one in cus.get("/api/v1/thresholds").json()["thresholds"]}[NAME]
    assert (row["value"], row["lens_value"], row["own"], row["set_by"], row["seen"]) == (15_000, 10_000, True, "cus", 1)
    ana, _ = sign_in(name="ana")
    page = ana.get("/thresholds").text
    assert "the law here says 15,000" in page
    assert "<form method" not in page.split("<main")[1].split("</main>")[0]
    [entry] = [one for one in app.state.workspace.audit_entries(20) if one["action"] == "threshold"]
    assert (entry["user"], entry["subject"], entry["purpose"]) == ("cus", NAME, "a trial")
    assert json.loads(entry["detail"]) == {"value": 15_000, "reason": "the law here says 15,000"}
    finding = next(one for one in ana.get("/api/v1/findings?typology=structuring").json()["findings"])["finding_id"]
    limit = {one["name"]: one for one in ana.get(f"/api/v1/findings/{finding}").json()["limits"]}["reporting"]
    assert (limit["value"], limit["now"]) == (10_000, 15_000)
    assert "15000 from the next build on" in ana.get(f"/findings/{finding}").text
    assert f'formaction="/thresholds/{NAME}/reset"' in cus.get("/thresholds").text
    assert cus.post(f"/thresholds/{NAME}/reset", data={"reason": "it does not", "form": form}).status_code == 303
    told = cus.get("/api/v1/thresholds").json()
    assert {one["threshold"]: one for one in told["thresholds"]}[NAME]["own"] is False
    assert [(one["value"], one["user"], one["reason"]) for one in told["history"]] == [
        (15_000, "cus", "the law here says 15,000"),
        (None, "cus", "it does not"),
    ]
    answer = cus.post(f"/api/v1/thresholds/{NAME}", json={"value": 12_000, "reason": "a decree"}, headers={"x-crosstie-form": form})
    assert (answer.status_code, answer.json()["value"]) == (201, 12_000)
    assert app.state.workspace.thresholds().in_force() == {NAME: 12_000}


def test_who_set_it_meanwhile_is_told(sign_in: SignIn) -> None:
    cus, form = sign_in(Role.CUSTODIAN, name="cus")
    dan, dans = sign_in(Role.CUSTODIAN, name="dan")
    given = {"reason": "a decree", "seen": "0"}
    assert "meanwhile" not in cus.post(f"/thresholds/{NAME}", data=given | {"value": "12000", "form": form}).headers["location"]
    answer = dan.post(f"/thresholds/{NAME}", data=given | {"value": "13000", "form": dans})
    assert answer.headers["location"] == f"/thresholds?meanwhile={NAME}#{NAME}"
    assert f"Somebody else set {NAME}" in dan.get(f"/thresholds?meanwhile={NAME}").text
    assert [one["value"] for one in dan.get("/api/v1/thresholds").json()["history"]] == [12_000, 13_000]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTODIAN])
def test_nobody_else_sets_one(app: FastAPI, sign_in: SignIn, role: Role) -> None:
    browser, form = sign_in(role, name="ana")
    given = {"value": "1", "reason": "because", "form": form}
    assert browser.post(f"/thresholds/{NAME}", data=given).status_code == 403
    assert browser.post(f"/thresholds/{NAME}/reset", data=given).status_code == 403
    answer = browser.post(f"/api/v1/thresholds/{NAME}", json={"value": 1, "reason": "because"}, headers={"x-crosstie-form": form})
    assert answer.status_code == 403
    assert app.state.workspace.thresholds().history() == []


def test_what_is_no_threshold_no_number_or_has_no_reason_is_refused(app: FastAPI, sign_in: SignIn) -> None:
    cus, form = sign_in(Role.CUSTODIAN, name="cus")
    for name, value, reason, status in (
        (NAME, "15,000", "a decree", 400),  # a thousand to some and a fraction to others
        (NAME, "nan", "a decree", 400),
        (NAME, "1e400", "a decree", 400),
        (NAME, "", "a decree", 400),
        (NAME, "1", " ", 400),
        (NAME, "1", "x" * 2_001, 400),
        ("finance.structuring.nothing", "1", "a decree", 404),
        (HOSTILE.replace("/", "%2F"), "1", "a decree", 404),
    ):
        answer = cus.post(f"/thresholds/{name}", data={"value": value, "reason": reason, "form": form})
        assert answer.status_code == status, (name, value)
        assert "<script>alert" not in answer.text
    assert cus.post(f"/thresholds/{NAME}", data={"value": "1", "reason": "a decree", "form": "x"}).status_code == 403
    assert app.state.workspace.thresholds().history() == []
    assert cus.post(f"/thresholds/{NAME}", data={"value": "1", "reason": HOSTILE + "\x00", "form": form}).status_code == 303
    for address in ("/thresholds", "/thresholds?lens=" + HOSTILE, "/thresholds?meanwhile=" + HOSTILE):
        page = cus.get(address).text
        assert "<script>alert" not in page
        Looked().feed_all(page)


def test_papers_run_fetch_and_lead_to_nothing() -> None:
    shown = prose(
        "# Title\n\nSee [here](https://elsewhere.example) and ![a picture](https://elsewhere.example/x.png) <img src=x onerror=alert(1)>\n\n"
        "<script>alert(1)</script>\n\n| a | b |\n|--:|---|\n| 1 | **2** |\n\n- `code`\n\n```js\nalert(1)\n```\n"
    )
    assert "<h2>Title</h2>" in shown
    assert "See here and a picture &lt;img" in shown
    for tag in ("<a", "<img", "<script", "style=", "class=", "href", 'src="'):
        assert tag not in shown, tag
    assert "<strong>2</strong>" in shown
    assert "<table>" in shown


def test_a_lens_that_is_broken_is_named_and_the_others_are_shown(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    *whole, travel = registry.load()
    off = LensError(f"{tmp_path}/lens.yaml: name is missing")
    (tmp_path / "detectors").mkdir()
    first = whole[0].typologies[0].name
    (tmp_path / "detectors" / f"{first.replace('-', '_')}.py").write_text("def detect(:\n", encoding="utf-8")
    lenses = [replace(whole[0], folder=tmp_path), *whole[1:]]
    for module in ("crosstie.web.lenses", "crosstie.rooms", "crosstie.web.findings"):
        monkeypatch.setattr(f"{module}.sound", lambda: (lenses, [Broken(travel.name, f"{tmp_path}/lens.yaml", off)]))
    ana, _ = sign_in()
    for address in ("/lenses", "/thresholds"):
        page = ana.get(address).text
        Looked().feed_all(page)
        assert f"{tmp_path}/lens.yaml: name is missing" in page
        [told] = ana.get(f"/api/v1{address}").json()["broken"]
        assert (told["name"], told["error"]) == (travel.name, "LensError")
    assert ana.get(f"/lenses/{whole[1].name}").status_code == 200
    for name, file in ((travel.name, "lens.yaml"), (whole[0].name, f"detectors/{first.replace('-', '_')}.py")):
        refused = ana.get(f"/api/v1/lenses/{name}")
        assert refused.status_code == 503
        assert f"the lens {name} is broken" in refused.json()["detail"]
        assert f"{tmp_path}/{file}" in refused.json()["detail"]
