"""Where a person begins, and the questions that they keep."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
from fastapi import FastAPI

from crosstie.casework.access import Role
from crosstie.ingest.load import Choice
from crosstie.model.marking import Tlp
from tests.web.conftest import SignIn
from tests.web.test_workbench import Looked


def build_anew(app: FastAPI, folder: Path) -> None:
    """Judge a link and add a source, so that the next build differs."""
    file = folder / "more.ftm.json"
    file.write_bytes(orjson.dumps({"id": "m-1", "schema": "Person", "properties": {"name": ["Orvan Telk"]}}) + b"\n")
    app.state.workspace.add([file], choice=Choice(check_promise=False))
    app.state.workspace.build()


def test_every_role_begins_where_it_works(sign_in: SignIn) -> None:
    for role, place in ((Role.CUSTODIAN, "/retention"), (Role.ADMINISTRATOR, "/accounts"), (Role.AUDITOR, "/audit")):
        browser, _ = sign_in(role, name=f"the {role.value}")
        assert browser.get("/").headers["location"] == place
    for role in (Role.VIEWER, Role.ANALYST, Role.CASE_LEAD):
        browser, _ = sign_in(role, name=f"the {role.value}")
        page = browser.get("/").text
        Looked().feed_all(page)
        assert ("pairs to decide" in page) == (role is not Role.VIEWER)


def test_what_is_new_is_told_until_it_is_seen(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    low, _ = sign_in(clearance=Tlp.AMBER, name="low")
    every = ana.get("/api/v1/home").json()
    low.get("/")
    assert (every["news"]["since"], every["news"]["links"]) == (every["build"]["number"], [])
    old = app.state.workspace.built()
    links = old.table("links")
    writer = app.state.workspace.builds.begin()
    with writer:
        for file in old.path.iterdir():
            if file.name != "build.json":
                (writer.file(file.name)).write_bytes(file.read_bytes())
        import pyarrow.parquet as pq

        pq.write_table(links.slice(3), old.path / "links.parquet")  # so that the build that was seen lacks three links
        writer.commit(dict(old.manifest))
    news = ana.get("/api/v1/home").json()["news"]
    assert [one["link_id"] for one in news["links"]] == links["link_id"].to_pylist()[:3]
    assert all(one["was"] is None for one in news["links"])
    some = low.get("/api/v1/home").json()["news"]
    assert some["total"] + some["withheld"] == 3
    assert all("STRICT" not in one["marking"] for one in some["links"])
    page = ana.get("/").text
    assert news["links"][0]["link_id"] in page
    assert ana.post("/seen", data={"build": 999, "form": form}).status_code == 303
    assert ana.get("/api/v1/home").json()["news"]["links"] == []
    assert low.get("/api/v1/home").json()["news"]["total"] == some["total"]


def test_an_open_page_says_that_a_newer_build_is_here(app: FastAPI, sign_in: SignIn, tmp_path: Path) -> None:
    ana, _ = sign_in()
    page = ana.get("/links/1").text
    address = re.search(r'hx-get="(/newer\?build=\d+)"', page)
    assert address
    assert ana.get(address.group(1)).text.strip() == ""
    build_anew(app, tmp_path)
    assert "newer build" in ana.get(address.group(1)).text


def test_a_question_is_kept_by_its_owner_and_tells_what_is_new(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    ben, bens = sign_in(name="ben")
    kind = ana.get("/api/v1/links").json()["links"][0]["class"]
    assert ana.post(f"/queries?class={kind}&typology=&status=", data={"name": "mine <b>", "form": form}).status_code == 303
    [mine] = ana.get("/api/v1/queries").json()["queries"]
    assert (mine["question"], mine["total"], mine["address"]) == ({"classes": [kind]}, 0, f"/links?class={kind}")
    page = ana.get("/queries").text
    Looked().feed_all(page)
    assert "mine &lt;b&gt;" in page
    assert ben.get("/api/v1/queries").json()["queries"] == []
    for path in ("seen", "remove"):
        assert ben.post(f"/queries/{mine['path']}/{path}", data={"form": bens}).status_code == 404
    inquiry = app.state.workspace.inquiry()
    inquiry._watches.look(inquiry.watches()[0], {"gone": "N3"})
    [news] = ana.get("/api/v1/queries").json()["queries"]
    assert news["total"] > 0
    assert news["gone"] == 1
    assert ana.post(f"/queries/{mine['path']}/seen", data={"form": form}).status_code == 303
    assert ana.get("/api/v1/queries").json()["queries"][0]["total"] == 0
    assert ana.post(f"/queries/{mine['path']}/remove", data={"form": form}).status_code == 303
    assert ana.get("/api/v1/queries").json()["queries"] == []
    # each has names of their own
    for browser, own in ((ana, form), (ben, bens), (ben, bens)):
        told = browser.post("/api/v1/queries", json={"name": "all"}, headers={"x-crosstie-form": own})
    assert told.status_code == 400
    assert ben.delete("/api/v1/queries/all", headers={"x-crosstie-form": bens}).status_code == 200
    assert [one["name"] for one in ana.get("/api/v1/queries").json()["queries"]] == ["all"]
    sent = ana.post("/api/v1/queries?class=N9", json={"name": "x"}, headers={"x-crosstie-form": form})
    assert sent.status_code == 400
