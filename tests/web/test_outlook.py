"""Timelines, maps and files of drawings, by their pages and as JSON."""

from __future__ import annotations

import io
import json
import zlib
from typing import Any

import networkx as nx
import pytest
from fastapi import FastAPI
from lxml import etree

from crosstie.casework.access import Role
from crosstie.model import schema as model
from crosstie.model.marking import Tlp
from tests.web.conftest import SignIn
from tests.web.test_drawing import begin
from tests.web.test_workbench import Looked


def test_a_link_an_entity_and_a_drawing_have_a_timeline_and_a_map(sign_in: SignIn) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    node, drawing = told["nodes"][0]["id"], told["drawing"]
    for path in (
        "/timeline?link=1",
        f"/timeline?entity={node}",
        f"/drawings/{drawing}/timeline",
        "/map?link=1",
        f"/map?entity={node}",
        f"/drawings/{drawing}/map",
    ):
        answer = ana.get(path)
        assert answer.status_code == 200, answer.text
        Looked().feed_all(answer.text)
        assert len(zlib.compress(answer.content)) < 100_000
    events = ana.get("/api/v1/timeline", params={"drawing": drawing}).json()["events"]
    assert events
    page = ana.get(f"/drawings/{drawing}/timeline").text
    for one in events:
        assert one["start"] is None or one["start"] in page
    shown = ana.get("/api/v1/map", params={"drawing": drawing}).json()
    page = ana.get(f"/drawings/{drawing}/map").text
    assert shown["countries"]
    for one in shown["countries"]:
        assert one["code"].upper() in page
    assert "do not imply any opinion" in page
    assert ana.get("/timeline").status_code == 400
    assert ana.get("/map", params={"entity": "nobody"}).status_code == 404


def files(browser: Any, drawing: str) -> dict[str, bytes]:
    found = {}
    for format in ("svg", "png", "graphml", "ftm"):
        answer = browser.get(f"/drawings/{drawing}/export/{format}")
        assert answer.status_code == 200, answer.text
        assert "attachment" in answer.headers["content-disposition"]
        found[format] = answer.content
    return found


def test_a_drawing_is_taken_out_with_its_marking_and_where_it_comes_from(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    ana.post(f"/drawings/{told['drawing']}/steps", data={"form": form, "do": "expand", "node": "*", "most": "5"})
    ana.post(f"/drawings/{told['drawing']}/save", data={"form": form, "name": "Ring <1>"})
    told = ana.get(f"/api/v1/drawings/{told['drawing']}").json()
    ids = {one["id"] for one in told["nodes"]}
    found = files(ana, told["drawing"])

    svg = etree.fromstring(found["svg"])
    words = " ".join(str(one) for one in svg.itertext())
    assert told["marking"].split(";")[0] in words
    assert "taken by ana" in words
    assert "a trial" in words
    assert not svg.xpath("//*[local-name()='a']")

    assert found["png"][:8] == b"\x89PNG\r\n\x1a\n"
    chunks = dict(_chunks(found["png"]))
    assert told["marking"].encode() in chunks["Copyright"]
    assert b"taken by ana" in chunks["Source"]

    graph = nx.read_graphml(io.BytesIO(found["graphml"]))
    assert set(graph.nodes) == ids
    assert graph.number_of_edges() == len(told["ties"])
    assert all(":" in sources for _, _, sources in graph.edges(data="sources"))
    root = etree.fromstring(found["graphml"])
    assert told["marking"] in root.xpath("//*[local-name()='data'][@key='g_marking']/text()")

    lines = [json.loads(line) for line in found["ftm"].splitlines()]
    drawn = [line for line in lines if line["id"] in ids]
    assert len(drawn) == len(ids)
    for line in lines:
        schema = model.schema(line["schema"])
        assert schema is not None
        assert line["marking"].startswith("TLP:")
        assert line["sources"]
        for prop, values in line["properties"].items():
            if schema.properties[prop].type.name == "entity":
                assert set(values) <= ids, (line["id"], prop)
    assert any(line["id"] not in ids for line in lines), "the relations between them are there"
    entry = app.state.workspace.audit_entries(1)[0]
    assert (entry["action"], entry["user"], entry["purpose"]) == ("export", "ana", "a trial")
    assert json.loads(entry["detail"])["format"] == "ftm"


def _chunks(png: bytes) -> list[tuple[str, bytes]]:
    at, found = 8, []
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + data) == int.from_bytes(png[at + 8 + size : at + 12 + size], "big")
        if kind == b"iTXt":
            name, _, rest = data.partition(b"\0")
            found.append((name.decode(), rest))
        at += 12 + size
    return found


def test_nobody_takes_out_more_than_they_may_see(sign_in: SignIn) -> None:
    ana, form = sign_in()
    rows = ana.get("/api/v1/links", params={"count": 500}).json()["links"]
    strict = next(row for row in rows if "STRICT" in row["marking"])
    told = begin(ana, form, link=strict["link_id"])
    ana.post(f"/drawings/{told['drawing']}/save", data={"form": form, "name": "x", "shared": "true"})
    hidden = {one["id"] for one in told["nodes"] if "STRICT" in one["marking"]}
    assert hidden
    ben, _ = sign_in(clearance=Tlp.AMBER, name="ben")
    for content in files(ben, told["drawing"]).values():
        assert b"STRICT" not in content
        assert not any(one.encode() in content for one in hidden)
    vic, _ = sign_in(Role.VIEWER, name="vic")
    for path in ("/drawings", "/api/v1/drawings"):
        assert vic.get(f"{path}/{told['drawing']}/export/svg").status_code == 403
    assert ana.get(f"/drawings/{told['drawing']}/export/exe").status_code == 400
    assert ana.get("/drawings/x/export/svg").status_code == 404


@pytest.mark.parametrize(
    "hostile", ["</svg><script>alert(1)</script>", "\u202egnirts", 'x" onload="y', '#image(read("/etc/passwd"))', "a" * 2_000]
)
def test_hostile_notes_stay_texts_in_files(sign_in: SignIn, hostile: str) -> None:
    ana, form = sign_in()
    told = begin(ana, form, link="1")
    step = {"do": "note", "node": told["nodes"][0]["id"], "text": hostile}
    assert ana.post(f"/api/v1/drawings/{told['drawing']}/steps", json=step, headers={"x-crosstie-form": form}).status_code == 200
    found = files(ana, told["drawing"])
    assert b"<script" not in found["svg"]
    assert "\u202e" not in found["svg"].decode()
    etree.fromstring(found["svg"])
    assert hostile in nx.read_graphml(io.BytesIO(found["graphml"])).nodes[told["nodes"][0]["id"]]["note"]
