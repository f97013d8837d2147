"""Findings in the browser and as JSON: what is listed and to whom, one with what would explain it innocently, and what people decide of it."""

from __future__ import annotations

import html
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import Role
from crosstie.lens import registry
from crosstie.model.marking import Tlp
from tests.web.conftest import SignIn
from tests.web.test_workbench import Looked

Row = dict[str, Any]
HOSTILE = "<script>alert(1)</script>\u202egnirts"


def rewrite(app: FastAPI, change: Any) -> list[Row]:
    """The findings of the build, changed."""
    path = app.state.workspace.built().file("findings")
    table = pq.read_table(path)
    rows: list[Row] = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    return rows


def mark(row: Row, marking: str | None) -> None:
    row["evidence"] = [piece | {"marking": marking} for piece in row["evidence"]]


def strict(rows: list[Row]) -> None:
    for row in rows:
        mark(row, "TLP:RED")


def every(browser: TestClient, query: str = "") -> list[Row]:
    """All findings that somebody may see, part by part."""
    found: list[Row] = []
    address: str | None = f"/api/v1/findings?count=500&{query}"
    while address:
        told = browser.get(address).json()
        found += told["findings"]
        address = told["next"]
    assert len(found) == told["total"]
    return found


def test_findings_are_listed_the_strongest_first_as_page_and_json(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    told = ana.get("/api/v1/findings", params={"count": 5}).json()
    rows = app.state.workspace.built().table("findings").to_pylist()
    assert [one["finding_id"] for one in told["findings"]] == [row["finding_id"] for row in rows[:5]]
    assert (told["total"], told["withheld"], told["next"]) == (len(rows), 0, "/api/v1/findings?start=5&count=5")
    page = ana.get("/findings").text
    Looked().feed_all(page)
    assert f'href="/findings/{rows[0]["finding_id"]}"' in page
    assert rows[0]["sentence"].split(",")[0] in page
    assert told["findings"][0]["names"][0] in page
    assert 'href="/findings" aria-current="page"' in page
    noted = app.state.workspace.audit_entries(2)[0]
    assert (noted["action"], noted["user"], noted["purpose"]) == ("read findings", "ana", "a trial")
    assert json.loads(noted["detail"])["findings"] == [one["finding_id"] for one in told["findings"]]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("lens=finance", lambda row: row["lens"] == "finance"),
        ("typology=structuring", lambda row: row["typology"].endswith("/structuring")),
        ("typology=terrorism.financing/fan-in-out", lambda row: row["typology"] == "terrorism.financing/fan-in-out"),
        ("since=2020-01-01&until=2020-06-30", lambda row: row["end"] >= "2020-01-01" and row["start"] <= "2020-06-30"),
        ("lens=finance&since=2019-01-01&status=proposed&subject=", lambda row: row["lens"] == "finance" and row["end"] >= "2019-01-01"),
    ],
)
def test_only_what_is_asked_for_is_listed(app: FastAPI, sign_in: SignIn, asked: str, meant: Any) -> None:
    ana, _ = sign_in()
    rows = app.state.workspace.built().table("findings").to_pylist()
    wanted = [row["finding_id"] for row in rows if meant(row)]
    assert 0 < len(wanted) < len(rows)
    assert [one["finding_id"] for one in every(ana, asked)] == wanted
    assert f"/findings/{wanted[0]}" in ana.get(f"/findings?{asked}").text


def test_findings_about_somebody_are_found_by_name_and_by_id(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    first = ana.get("/api/v1/findings").json()["findings"][0]
    for wanted in (first["names"][0], first["subjects"][0]):
        found = ana.get("/api/v1/findings", params={"subject": wanted}).json()["findings"]
        assert first["finding_id"] in [one["finding_id"] for one in found]
        assert all(first["subjects"][0] in one["subjects"] for one in found)
    assert ana.get("/findings", params={"subject": "Nobody Whatsoever Qqqq"}).status_code == 404


@pytest.mark.parametrize("asked", ["since=now", "until=2020-13-01", "status=perhaps", "start=-1"])
def test_what_cannot_be_asked_is_told(sign_in: SignIn, asked: str) -> None:
    ana, _ = sign_in()
    assert ana.get(f"/findings?{asked}").status_code == 400
    assert ana.get(f"/api/v1/findings?{asked}").status_code == 400


def test_the_pages_of_a_list_keep_what_was_asked(app: FastAPI, sign_in: SignIn) -> None:
    def many(rows: list[Row]) -> None:
        rows[:] = [rows[0] | {"finding_id": f"finding-{number:04}"} for number in range(60)]

    rewrite(app, many)
    ana, _ = sign_in()
    page = ana.get("/findings?status=proposed&lens=&since=").text
    assert 'href="/findings?start=50&amp;status=proposed" rel="next"' in page
    following = ana.get("/findings?start=50&status=proposed").text
    assert 'rel="prev"' in following
    assert 'href="/findings/finding-0059"' in following


def test_one_finding_tells_all_that_it_rests_on(app: FastAPI, sign_in: SignIn) -> None:
    row = next(one for one in app.state.workspace.built().table("findings").to_pylist() if one["typology"].endswith("/structuring"))
    ana, _ = sign_in()
    answer = ana.get(f"/findings/{row['finding_id']}")
    Looked().feed_all(answer.text)
    told = ana.get(f"/api/v1/findings/{row['finding_id']}").json()
    assert told["innocent"] == row["innocent"]
    assert told["evidence"] == row["evidence"]
    assert "Source:" in told["meaning"]
    assert {one["name"]: one["value"] for one in told["limits"]} == json.loads(row["thresholds"])
    for said in (row["sentence"], row["innocent"][0], row["evidence"][0]["locator"], row["evidence"][0]["marking"], "Source:"):
        assert said in answer.text
    assert f'href="/entities/{row["subjects"][0]}"' in answer.text
    assert all(one["unit"] and one["about"] and one["about"] in html.unescape(answer.text) for one in told["limits"])
    assert f'href="/findings/{row["finding_id"]}"' in ana.get(f"/entities/{row['subjects'][0]}").text


def test_a_finding_of_a_lens_that_is_gone_is_still_told(app: FastAPI, sign_in: SignIn) -> None:
    def gone(rows: list[Row]) -> None:
        rows[0] |= {"lens": "counterfeiting", "typology": "fraud/marks"}
        rows[1] |= {"typology": "fraud/marks", "thresholds": None, "ties": None, "start": None, "end": None}

    rows = rewrite(app, gone)
    ana, _ = sign_in()
    for row in rows[:2]:
        answer = ana.get(f"/findings/{row['finding_id']}")
        assert answer.status_code == 200
        assert "is not at hand any more" in answer.text
        assert ana.get(f"/api/v1/findings/{row['finding_id']}").json()["meaning"] == ""
    assert ana.get("/findings").status_code == 200


def test_a_finding_is_judged_and_taken_back_under_ones_name(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    first = ana.get("/api/v1/findings").json()["findings"][0]["finding_id"]
    at = f"/findings/{first}"
    for key in ("y", "n", "u"):
        assert f'data-key="{key}"' in ana.get(at).text
    assert (
        ana.post(f"{at}/judge", data={"verdict": "accepted", "reason": "the firm does not exist", "form": form}).headers["location"] == at
    )
    page = ana.get(at).text
    assert "the firm does not exist" in page
    assert 'data-key="z"' in page
    [verdict] = app.state.workspace.casebook.in_force()
    assert (verdict.kind, verdict.left, verdict.user, verdict.verdict) == ("finding", first, "ana", "accepted")
    assert [one["finding_id"] for one in ana.get("/api/v1/findings?status=accepted").json()["findings"]] == [first]
    assert first not in str(ana.get("/api/v1/findings?status=proposed").json())
    ben, bens = sign_in(name="ben")
    assert ben.post(f"/judgements/{verdict.id}/undo", data={"form": bens}).status_code == 403
    assert ana.post(f"/judgements/{verdict.id}/undo", data={"form": form}).headers["location"] == at
    assert app.state.workspace.casebook.in_force() == []
    assert "Taken back" in ana.get(at).text
    answer = ana.post(f"/api/v1{at}/judgements", json={"verdict": "unsure"}, headers={"x-crosstie-form": form})
    assert (answer.status_code, answer.json()["verdict"]) == (201, "unsure")
    assert ana.post(f"/api/v1{at}/judgements", json={"verdict": "same"}, headers={"x-crosstie-form": form}).status_code == 400
    assert ana.post(f"{at}/judge", data={"verdict": "same", "form": form}).status_code == 400
    assert ana.post("/findings/finding-0/judge", data={"verdict": "accepted", "form": form}).status_code == 404


def test_who_judged_meanwhile_is_told(sign_in: SignIn) -> None:
    ana, form = sign_in()
    ben, bens = sign_in(name="ben")
    at = f"/findings/{ana.get('/api/v1/findings').json()['findings'][0]['finding_id']}"
    assert 'name="seen" value="none"' in ben.get(at).text
    assert ana.post(f"{at}/judge", data={"verdict": "accepted", "form": form, "seen": "none"}).headers["location"] == at
    answer = ben.post(f"{at}/judge", data={"verdict": "rejected", "form": bens, "seen": "none"})
    assert answer.headers["location"] == f"{at}?meanwhile=1#history"
    assert "Somebody else judged this finding" in ben.get(f"{at}?meanwhile=1").text
    history = ben.get(f"/api/v1{at}").json()
    assert [(one["user"], one["verdict"]) for one in history["judgements"]] == [("ana", "accepted"), ("ben", "rejected")]
    assert history["verdict"]["user"] == "ben"


def test_what_is_marked_too_strictly_is_left_out_and_counted(app: FastAPI, sign_in: SignIn) -> None:
    def some(rows: list[Row]) -> None:
        mark(rows[0], "TLP:RED")
        mark(rows[1], "TLP:CLEAR")
        rows[2]["evidence"][-1]["marking"] = "TLP:AMBER+STRICT; purpose=exercise"
        mark(rows[3], None)  # what bears none is of the middle

    rows = rewrite(app, some)
    withheld = []
    for clearance in Tlp:
        eve, _ = sign_in(clearance=clearance, name=f"eve{clearance}")
        hidden = {row["finding_id"] for row in rows} - {one["finding_id"] for one in every(eve)}
        withheld.append(eve.get("/api/v1/findings").json()["withheld"])
        assert withheld[-1] == len(hidden)
        page = eve.get("/findings").text
        assert ("marked more strictly" in page) is bool(hidden)
        for one in sorted(hidden)[:3]:
            for path in (f"/findings/{one}", f"/api/v1/findings/{one}"):
                answer = eve.get(path)
                assert answer.status_code == 403
                assert next(row for row in rows if row["finding_id"] == one)["sentence"] not in answer.text
                assert one not in page
        if clearance is Tlp.AMBER:
            assert {rows[0]["finding_id"], rows[2]["finding_id"]} <= hidden
            assert rows[3]["finding_id"] not in hidden
    assert (withheld[0], withheld[1], withheld[3:]) == (len(rows), len(rows), [1, 0])
    assert any(one["action"] == "refused" and "eve2" in one["user"] for one in app.state.workspace.audit_entries(200))


def test_a_finding_names_nobody_whose_record_is_too_strict_or_a_victim(app: FastAPI, sign_in: SignIn) -> None:
    workspace = app.state.workspace
    first, second = workspace.built().table("findings").to_pylist()[:2]
    path = workspace.built().file("entities")
    table = pq.read_table(path)
    rows = table.to_pylist()
    for row in rows:
        if row["entity_id"] == first["subjects"][0]:
            row["victim"] = True
        if row["entity_id"] == second["subjects"][-1]:
            row["marking"] = "TLP:RED"
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    ana, _ = sign_in(clearance=Tlp.AMBER)
    seen = {one["finding_id"] for one in every(ana)}
    hidden = {row["finding_id"] for row in workspace.built().table("findings").to_pylist()} - seen
    assert ana.get("/api/v1/findings").json()["withheld"] == len(hidden)
    for one in (first, second):
        assert one["finding_id"] in hidden
        assert ana.get(f"/findings/{one['finding_id']}").status_code == 403
    lea, _ = sign_in(name="lea")  # cleared for everything, but nobody granted her to need to know
    assert lea.get(f"/findings/{first['finding_id']}").status_code == 403
    assert lea.get(f"/findings/{second['finding_id']}").status_code == 200
    assert "victim or a minor" in lea.get(f"/api/v1/findings/{first['finding_id']}").json()["detail"]


def test_whom_a_finding_ties_is_named_to_who_may_see_it(app: FastAPI, sign_in: SignIn) -> None:
    workspace = app.state.workspace
    row = workspace.built().table("findings").to_pylist()[0]
    path = workspace.built().file("entities")
    table = pq.read_table(path)
    entities = table.to_pylist()
    others = [one for one in entities if one["entity_id"] not in row["subjects"] and one["schema"] == "Company"]
    plain, closed, victim = others[:3]
    closed["marking"], victim["victim"] = "TLP:RED", True
    pq.write_table(pa.Table.from_pylist(entities, schema=table.schema), path)

    def tie(rows: list[Row]) -> None:
        rows[0]["ties"] = [{"a": row["subjects"][0], "b": one["entity_id"]} for one in (plain, closed, victim)]

    rewrite(app, tie)
    ana, _ = sign_in(clearance=Tlp.AMBER_STRICT)
    told = ana.get(f"/api/v1/findings/{row['finding_id']}").json()["names"]
    assert told[plain["entity_id"]] == plain["caption"]
    assert not {closed["entity_id"], victim["entity_id"]} & set(told)


def test_a_link_tells_the_findings_on_its_path(app: FastAPI, sign_in: SignIn) -> None:
    link = next(row for row in app.state.workspace.links().to_pylist() if row["typologies"])
    ana, _ = sign_in()
    told = ana.get(f"/api/v1/links/{link['link_id']}").json()
    assert {one["typology"] for one in told["findings"]} == set(link["typologies"])
    page = ana.get(f"/links/{link['link_id']}").text
    assert all(f'href="/findings/{one["finding_id"]}"' in page for one in told["findings"])
    rewrite(app, strict)
    ben, _ = sign_in(clearance=Tlp.AMBER_STRICT, name="ben")
    assert ben.get(f"/api/v1/links/{link['link_id']}").json()["findings"] == []


def test_hostile_names_and_sentences_are_only_text(app: FastAPI, sign_in: SignIn) -> None:
    def hostile(rows: list[Row]) -> None:
        rows[0] |= {
            "sentence": HOSTILE,
            "title": HOSTILE,
            "innocent": [HOSTILE],
            "subjects": [HOSTILE, "x" * 100_000],
            "typology": "a/../../b",
        }
        rows[0]["evidence"][0] |= {"sentence": HOSTILE, "locator": HOSTILE, "originator": None, "grade": None, "source_id": None}
        rows[0]["ties"] = [{"a": HOSTILE, "b": "x"}]

    rows = rewrite(app, hostile)
    ana, form = sign_in()
    for page in (ana.get("/findings"), ana.get(f"/findings/{rows[0]['finding_id']}"), ana.get("/findings", params={"subject": HOSTILE})):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        Looked().feed_all(page.text)
    for name in (HOSTILE, "a\x00b", "../../etc/passwd", "{{ 7 * 7 }}", "x" * 1_900):
        for answer in (
            ana.get("/findings", params={"subject": name, "lens": name, "typology": name}),
            ana.get("/api/v1/findings", params={"subject": name}),
            ana.post(f"/findings/{rows[0]['finding_id']}/judge", data={"verdict": "unsure", "reason": name, "form": form}),
            ana.post(f"/findings/{rows[0]['finding_id']}/judge", data={"verdict": name, "form": form}),
        ):
            assert answer.status_code < 500, answer.text
            assert "<script>alert" not in answer.text or answer.headers["content-type"] == "application/json"


def test_findings_are_not_for_everybody(app: FastAPI, sign_in: SignIn) -> None:
    first = app.state.workspace.built().table("findings").to_pylist()[0]
    for role in (Role.CUSTODIAN, Role.ADMINISTRATOR, Role.AUDITOR):
        browser, _ = sign_in(role, name=f"the {role.value}")
        for path in ("/findings", f"/findings/{first['finding_id']}", "/api/v1/findings", f"/api/v1/findings/{first['finding_id']}"):
            answer = browser.get(path)
            assert answer.status_code == 403
            assert first["sentence"] not in answer.text
    viewer, form = sign_in(Role.VIEWER, name="vic")
    page = viewer.get(f"/findings/{first['finding_id']}").text
    assert "data-key=" not in page
    assert viewer.post(f"/findings/{first['finding_id']}/judge", data={"verdict": "accepted", "form": form}).status_code == 403
    assert app.state.workspace.casebook.in_force() == []


def test_an_answer_is_not_sent_twice_until_somebody_judges(sign_in: SignIn) -> None:
    ana, form = sign_in()
    answer = ana.get("/api/v1/findings")
    tag = {"if-none-match": answer.headers["etag"]}
    assert ana.get("/api/v1/findings", headers=tag).status_code == 304
    first = answer.json()["findings"][0]["finding_id"]
    ana.post(
        f"/api/v1/findings/{first}/judgements", json={"verdict": "rejected", "reason": "a wage roll"}, headers={"x-crosstie-form": form}
    )
    again = ana.get("/api/v1/findings", headers=tag)
    assert again.status_code == 200
    assert again.json()["findings"][0]["verdict"] == "rejected"


def test_every_typology_of_the_demonstration_has_what_the_page_needs(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    known = {f"{one.activity}/{one.name}" for lens in registry.load() for one in lens.typologies}
    shown = {one["typology"]: one["finding_id"] for one in every(ana)}
    assert shown
    assert set(shown) <= known
    for finding in shown.values():
        assert ana.get(f"/findings/{finding}").status_code == 200


def test_a_finding_is_put_into_a_case_and_stands_in_its_report(app: FastAPI, sign_in: SignIn) -> None:
    lea, form = sign_in(Role.CASE_LEAD, name="lea")
    given = {"title": "Fuel", "purpose": "smuggling of fuel", "basis": "order 7/2026", "form": form, "once": "1"}
    ref = lea.post("/cases", data=given).headers["location"].rsplit("/", 1)[1]
    row = app.state.workspace.built().table("findings").to_pylist()[0]
    at = f"/casework?kind=finding&subject={row['finding_id']}"
    assert at.replace("&", "&amp;") in lea.get(f"/findings/{row['finding_id']}").text
    part = lea.get(at).text
    Looked().feed_all(part)
    assert ref in part
    assert 'action="/tasks"' in part
    into = {"ref": ref, "kind": "finding", "subject": row["finding_id"], "reason": "the same truck", "form": form, "once": "2"}
    assert lea.post("/casework", data=into).status_code == 303
    assert lea.post("/casework", data=into | {"once": "3"}).status_code == 400  # it is in the case already
    assert lea.post("/casework", data=into | {"subject": "finding-0", "once": "4"}).status_code == 404
    told = lea.get(f"/api/v1/cases/{ref}").json()
    [thing] = told["things"]
    assert (thing["kind"], thing["subject"], thing["gone"]) == ("finding", row["finding_id"], False)
    assert thing["title"].startswith(row["title"])
    page = lea.get(f"/cases/{ref}").text
    Looked().feed_all(page)
    assert f'href="/findings/{row["finding_id"]}"' in page
    report = html.unescape(lea.get(f"/cases/{ref}/report").text)
    for said in (row["sentence"], row["innocent"][0], row["evidence"][0]["sentence"], "the same truck"):
        assert said in report
    [shown] = lea.get(f"/api/v1/cases/{ref}/report").json()["findings"]
    assert shown["id"] == row["finding_id"]
    assert lea.get(f"/cases/{ref}/report.pdf").content.startswith(b"%PDF-")
    rewrite(app, lambda rows: mark(rows[0], "TLP:RED"))
    ben, _ = sign_in(clearance=Tlp.AMBER, name="ben")
    assert lea.post(f"/cases/{ref}", data={"do": "member", "person": "ben", "role": "member", "form": form}).status_code == 303
    assert ben.get(f"/cases/{ref}").status_code == 403  # the case is marked as the strictest thing in it
    assert ben.get(at).status_code == 403


def test_a_finding_that_names_a_victim_is_called_by_no_name_in_a_case(app: FastAPI, sign_in: SignIn) -> None:
    workspace = app.state.workspace
    row = workspace.built().table("findings").to_pylist()[0]
    lea, form = sign_in(Role.CASE_LEAD, name="lea")
    given = {"title": "Fuel", "purpose": "smuggling of fuel", "basis": "order 7/2026", "form": form, "once": "1"}
    ref = lea.post("/cases", data=given).headers["location"].rsplit("/", 1)[1]
    add = {"do": "add", "kind": "finding", "subject": row["finding_id"], "reason": "r", "form": form}
    assert lea.post(f"/cases/{ref}", data=add).status_code == 303
    path = workspace.built().file("entities")
    table = pq.read_table(path)
    rows = [one | {"victim": one["victim"] or one["entity_id"] in row["subjects"]} for one in table.to_pylist()]
    names = [one["caption"] for one in rows if one["entity_id"] in row["subjects"]]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    page, report = lea.get(f"/cases/{ref}").text, lea.get(f"/api/v1/cases/{ref}/report").json()
    assert names
    assert not any(name in page or name in str(report) for name in names)
    assert (report["findings"], report["left_out"]) == ([], 1)
    assert f'<option value="{row["finding_id"]}">' not in page
