"""Taking an entity apart, and deciding the same of all identical cases, in the browser and as JSON."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from crosstie.casework.access import Role
from crosstie.model.marking import Tlp
from crosstie.resolve.desk import Desk
from tests.web.conftest import SignIn


@pytest.fixture
def joined(app: FastAPI) -> tuple[str, list[str]]:
    """An entity of several records, none of them protected."""
    clusters = app.state.workspace.built().table("clusters").to_pylist()
    victims = {row["entity_id"] for row in app.state.workspace.built().table("entities").to_pylist() if row["victim"]}
    members: dict[str, list[str]] = {}
    for row in clusters:
        members.setdefault(row["cluster_id"], []).append(row["entity_id"])
    entity = min(one for one, of in members.items() if len(of) > 2 and one not in victims)
    return entity, sorted(members[entity])


def in_force(app: FastAPI) -> list[Any]:
    return list(app.state.workspace.casebook.in_force())


def test_records_are_taken_out_and_it_is_said_what_becomes_of_it(app: FastAPI, sign_in: SignIn, joined: tuple[str, list[str]]) -> None:
    entity, members = joined
    ana, form = sign_in()
    assert "/apart?entity=" in ana.get(f"/entities/{entity}").text
    page = ana.get("/apart", params={"entity": entity}).text
    assert all(f'value="{one}"' in page for one in members)
    assert "What holds it together" in page
    sent = {"form": form, "entity": entity, "out": members[:1], "reason": "another place of birth"}
    page = ana.post("/apart", data=sent).text
    assert "The next build makes" in page
    decided = in_force(app)
    assert {one.verdict for one in decided} == {"different"}
    assert {tuple(sorted((one.left, one.right))) for one in decided} == {tuple(sorted((members[0], other))) for other in members[1:]}
    assert {(one.user, one.reason) for one in decided} == {("ana", "another place of birth")}
    for one in decided:
        assert ana.post(f"/judgements/{one.id}/undo", data={"form": form}).status_code == 303
    assert in_force(app) == []


def test_the_same_as_json(app: FastAPI, sign_in: SignIn, joined: tuple[str, list[str]]) -> None:
    entity, members = joined
    ana, form = sign_in()
    whole = ana.get("/api/v1/apart", params={"entity": entity}).json()
    assert [one["entity_id"] for one in whole["records"]] == members
    assert len(whole["bonds"]) == len(members) - 1
    given = {"entity": entity, "out": [members[-1]], "reason": "another"}
    answer = ana.post("/api/v1/apart", json=given, headers={"x-crosstie-form": form})
    assert answer.status_code == 201
    assert sorted(one for part in answer.json()["parts"] for one in part) == members
    assert [members[-1]] in answer.json()["parts"]
    assert len(in_force(app)) == len(members) - 1


def test_what_cannot_be_taken_apart_is_told(app: FastAPI, sign_in: SignIn, joined: tuple[str, list[str]]) -> None:
    entity, members = joined
    ana, form = sign_in()
    for out, status in (([], 400), (["nobody"], 400), (members, 400)):
        sent = {"form": form, "entity": entity, "reason": "why", "out": out}
        assert ana.post("/apart", data=sent).status_code == status, out
    assert ana.get("/apart", params={"entity": "nobody"}).status_code == 404
    ben, form = sign_in(Role.ANALYST, Tlp.CLEAR, "ben")
    assert ben.get("/apart", params={"entity": entity}).status_code == 403
    assert ben.post("/apart", data={"form": form, "entity": entity, "out": members[:1], "reason": "why"}).status_code == 403
    assert in_force(app) == []


def test_identical_cases_are_decided_together(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    queue = (
        app.state.workspace.for_person(app.state.accounts.session(ana.cookies["crosstie_session"]).person).desk().pending(0, shown=False)
    )
    question = next(one for one in queue.questions if one.alike)
    page = ana.get("/review", params={"left": question.left, "right": question.right}).text
    assert 'name="alike"' in page
    sent = {"form": form, "left": question.left, "right": question.right, "verdict": "different", "reason": "two"}
    ana.post("/review", data={**sent, "alike": "true"})
    assert {(one.left, one.right) for one in in_force(app)} == {(question.left, question.right), *question.alike}


def test_nobody_decides_identical_cases_that_they_are_not_cleared_for(
    app: FastAPI, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, form = sign_in(clearance=Tlp.AMBER_STRICT)
    monkeypatch.setattr(Desk, "alike", lambda self, left, right: ((("a", "b"),), {"TLP:RED"}))
    [question] = app.state.workspace.desk().pending(1).questions
    sent = {"form": form, "left": question.left, "right": question.right, "verdict": "same", "reason": "one", "alike": "true"}
    assert ana.post("/review", data=sent).status_code == 403
    assert in_force(app) == []
