"""The workbench, by its pages and as JSON."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest
from fastapi import FastAPI

from crosstie.casework.access import Role
from crosstie.ingest.load import Choice
from crosstie.model.marking import Tlp
from tests.web.conftest import SignIn


def test_links_are_read_judged_and_taken_back_under_ones_name(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    listed = ana.get("/api/v1/links", params={"count": 3}).json()
    assert [row["rank"] for row in listed["links"]] == [1, 2, 3]
    first = listed["links"][0]
    assert first["crime_name"] in ana.get("/links").text
    link = f"/links/{first['link_id']}"
    told = ana.get(f"/api/v1{link}").json()
    shown = ana.get(link).text
    assert told["steps"][0]["evidence"][0]["source_id"][:8] in shown
    assert "<svg" in shown
    assert ana.post(f"{link}/judge", data={"verdict": "accepted", "reason": "both sources say so", "form": form}).status_code == 303
    assert "both sources say so" in ana.get(link).text
    [verdict] = app.state.workspace.casebook.in_force()
    assert (verdict.user, verdict.verdict) == ("ana", "accepted")
    ben, bens = sign_in(name="ben")
    assert ben.post(f"/judgements/{verdict.id}/undo", data={"form": bens}).status_code == 403
    assert ana.post(f"/judgements/{verdict.id}/undo", data={"form": form}).status_code == 303
    assert app.state.workspace.casebook.in_force() == []
    read = [one for one in app.state.workspace.audit_entries(50) if one["user"] == "ana" and one["action"] == "read"]
    assert read
    assert all(one["purpose"] == "a trial" for one in read)


def test_what_is_marked_too_strictly_is_left_out_and_counted(app: FastAPI, sign_in: SignIn) -> None:
    everything = sign_in(name="ana")[0].get("/api/v1/links", params={"count": 500}).json()
    strict = next(row for row in everything["links"] if "STRICT" in row["marking"])
    ben, _ = sign_in(clearance=Tlp.AMBER, name="ben")
    some = ben.get("/api/v1/links", params={"count": 500}).json()
    assert some["withheld"] == everything["total"] - some["total"] > 0
    assert all("STRICT" not in row["marking"] for row in some["links"])
    for path in (f"/links/{strict['link_id']}", f"/api/v1/links/{strict['link_id']}", f"/links/{strict['rank']}"):
        answer = ben.get(path)
        assert answer.status_code == 403
        assert strict["crime_name"] not in answer.text
    cleared, _ = sign_in(clearance=Tlp.CLEAR, name="eve")
    few = cleared.get("/api/v1/links", params={"count": 500}).json()
    assert all(row["marking"].startswith("TLP:CLEAR") for row in few["links"])  # what public lists alone say
    assert few["withheld"] == everything["total"] - few["total"] > some["withheld"]


def test_of_an_entity_only_what_one_is_cleared_for_is_told(sign_in: SignIn) -> None:
    ana, _ = sign_in(name="ana")
    ben, _ = sign_in(clearance=Tlp.AMBER, name="ben")
    hidden = 0
    for row in ana.get("/api/v1/links", params={"count": 60}).json()["links"]:
        path = f"/api/v1/entities/{row['crime_id']}"
        every, answer = ana.get(path).json(), ben.get(path)
        if answer.status_code == 403:
            assert "STRICT" in every["entity"]["marking"]
            continue
        some = answer.json()
        assert "STRICT" not in answer.text.replace(every["title"], "")
        named = {end for edge in some["relations"] for end in (edge["source"], edge["target"])}
        assert named <= {some["entity"]["entity_id"], *some["names"]}
        missing = sum(len(every[name]) - len(some[name]) for name in ("claims", "spheres", "mentions", "findings", "relations", "links"))
        assert some["withheld"] - every["withheld"] == missing
        hidden += missing
    assert hidden


def test_only_what_is_shown_counts_as_read_and_what_is_refused_is_noted(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in(name="ana")
    shown = [row["link_id"] for row in ana.get("/api/v1/links", params={"start": 2, "count": 3}).json()["links"]]
    entry = app.state.workspace.audit_entries(1)[0]
    assert entry["action"] == "read links"
    assert json.loads(entry["detail"])["links"] == shown
    eve, _ = sign_in(clearance=Tlp.CLEAR, name="eve")
    before = app.state.workspace.audit.head().count
    assert eve.get(f"/links/{shown[0]}").status_code == 403
    assert eve.get("/accounts").status_code == 403
    noted = [(one["action"], one["user"], one["subject"]) for one in app.state.workspace.audit_entries(10) if one["seq"] > before]
    assert noted == [("refused", "eve", f"GET /links/{shown[0]}"), ("refused", "eve", "GET /accounts")]


def test_a_page_of_one_kind_does_not_show_another(sign_in: SignIn) -> None:
    ana, _ = sign_in()
    link = ana.get("/api/v1/links").json()["links"][0]
    source = ana.get("/api/v1/sources").json()["sources"][0]["source_id"]
    for path in (f"/links/{link['crime_id']}", f"/links/{source}", f"/entities/{link['link_id']}", f"/entities/{source}"):
        assert ana.get(path).status_code == 404
        assert ana.get("/api/v1" + path).status_code == 404


def test_victims_are_shown_to_nobody(app: FastAPI, sign_in: SignIn, tmp_path: Path) -> None:
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
    [victim, sister] = [
        next(one for one in workspace.built().table("claims")["entity_id"].to_pylist() if one.endswith(end)) for end in ("case-1", "case-2")
    ]
    assert "Amriel" in str(workspace.show(victim).facts)
    ana, _ = sign_in()
    for path in (f"/entities/{victim}", f"/api/v1/entities/{victim}"):
        answer = ana.get(path)
        assert answer.status_code == 403
        assert "Amriel" not in answer.text
    for path in (f"/entities/{sister}", f"/api/v1/entities/{sister}", "/api/v1/search?name=Amriel+Tostovan"):
        answer = ana.get(path)
        assert answer.status_code == 200
        assert victim not in answer.text
        assert "Tostovan" not in answer.text.replace('"query":"Amriel Tostovan"', "")


def test_a_contradiction_is_said_where_it_is_made(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    one, two, three = sorted(app.state.workspace.built().table("clusters")["entity_id"].to_pylist()[:3])
    for pair, verdict in (((one, two), "same"), ((two, three), "same")):
        app.state.workspace.judge("pair", pair[0], verdict, right=pair[1])
    answer = ana.post("/review", data={"left": one, "right": three, "verdict": "different", "form": form})
    assert answer.status_code == 200
    assert "contradicts other judgements" in answer.text
    assert two in answer.text


def test_pairs_are_decided_put_aside_and_taken_back(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    first = ana.get("/api/v1/review").json()
    pair = {side: first["pair"][side]["entity_id"] for side in ("left", "right")}
    shown = ana.get("/review").text
    assert pair["left"] in shown
    assert pair["right"] in shown
    assert ana.post("/review", data={**pair, "verdict": "skip", "form": form}).status_code == 303
    assert ana.get("/api/v1/review").json()["pair"]["left"] != first["pair"]["left"] or first["total"] == 1
    assert ana.get("/api/v1/review", params=pair).json()["pair"]["left"]["entity_id"] == pair["left"]
    assert ana.post("/review", data={**pair, "verdict": "different", "reason": "two births", "form": form}).status_code == 303
    [verdict] = app.state.workspace.casebook.in_force()
    assert (verdict.kind, verdict.verdict, verdict.user) == ("pair", "different", "ana")
    assert ana.post("/review", data={**pair, "verdict": "perhaps", "form": form}).status_code == 400
    assert ana.post(f"/judgements/{verdict.id}/undo", data={"form": form}).headers["location"] == "/review"
    sent = ana.post("/api/v1/pairs", json={**pair, "verdict": "same"}, headers={"x-crosstie-form": form})
    assert (sent.status_code, sent.json()["conflicts"]) == (201, [])
    done = [one for one in app.state.workspace.audit_entries(50) if one["action"] in ("judge", "revoke")]
    assert [(one["action"], one["user"], one["purpose"]) for one in done] == [
        (act, "ana", "a trial") for act in ("judge", "revoke", "judge")
    ]
    cleared, _ = sign_in(clearance=Tlp.CLEAR, name="eve")
    strict = next(row for row in _questions(app) if not _clear(row))
    assert cleared.get("/review", params=strict).status_code == 403


def _questions(app: FastAPI) -> list[dict[str, str]]:
    return [{"left": row["left"], "right": row["right"]} for row in app.state.workspace.review(50)]


def _clear(pair: dict[str, str]) -> bool:
    return all(one.startswith(("un-", "ofac-", "gb-")) for one in pair.values())


def test_an_entity_is_found_by_its_name_and_shown_with_its_sources(sign_in: SignIn) -> None:
    ana, _ = sign_in()
    link = ana.get("/api/v1/links").json()["links"][0]
    found = ana.get("/api/v1/search", params={"name": link["crime_name"]}).json()["hits"]
    assert link["crime_id"] in [hit["entity_id"] for hit in found]
    assert link["crime_id"] in ana.get("/search", params={"name": link["crime_name"]}).text
    part = ana.get("/search", params={"name": link["crime_name"]}, headers={"hx-request": "true"}).text
    assert "<html" not in part
    told = ana.get(f"/api/v1/entities/{link['crime_id']}").json()
    shown = ana.get(f"/entities/{link['crime_id']}").text
    assert told["claims"][0]["locator"] in shown


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\u202egnirts", "x" * 100_000, "a\x00b", "' or 1=1 --", "{{ 7 * 7 }}", "../../etc/passwd"]
)
def test_hostile_names_are_only_names(sign_in: SignIn, name: str) -> None:
    ana, form = sign_in()
    for answer in (
        ana.get("/search", params={"name": name[:5_000]}),
        ana.get("/links", params={"between": name[:5_000]}),
        ana.get("/links/" + name[:2_000].replace("/", "%2F").replace("\x00", "%00")),
        ana.post("/links/1/judge", data={"verdict": "unsure", "reason": name, "form": form}),
        ana.post("/links/1/judge", data={"verdict": name, "form": form}),
    ):
        assert answer.status_code < 500, answer.text
        assert "<script>alert" not in answer.text


def test_every_page_is_sound_html_with_a_heading_and_named_fields(app: FastAPI, sign_in: SignIn) -> None:
    for role in (Role.ANALYST, Role.ADMINISTRATOR, Role.AUDITOR):
        browser, _ = sign_in(role, name=f"the {role.value}")
        for path in ("/links", "/links/1", "/review", "/search", "/sources", "/accounts", "/audit", "/password"):
            answer = browser.get(path)
            if answer.status_code == 200:
                Looked().feed_all(answer.text)


class Looked(HTMLParser):
    """Checks that elements close, that there is one main heading, that no script or style stands in the page, and that every field has a name for readers."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings = 0

    def feed_all(self, text: str) -> None:
        self.feed(text)
        assert self.open == []
        assert self.headings == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert "style" not in given
        assert not any(name.startswith("on") for name in given)
        self.headings += tag == "h1"
        if tag == "script":
            assert given.get("src", "").startswith("/static/")  # type: ignore[union-attr]
        if tag in ("input", "select") and given.get("type") != "hidden":
            assert "label" in self.open or "aria-label" in given, self.get_starttag_text()
        if tag not in ("meta", "link", "input", "br", "hr", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of a drawing that is closed at once."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        if self.open[-1] == "option" and tag == "select":
            self.open = [one for one in self.open if one != "option"]
        assert self.open.pop() == tag
