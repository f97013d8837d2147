"""Matching as clients of yente ask for it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import Act
from crosstie.model.marking import Tlp
from crosstie.resolve.records import kind_of
from tests.web.conftest import SignIn
from tests.web.test_tokens import program

ACTS = (Act.SEARCH, Act.READ)


def known(app: FastAPI, schema: str = "Person", marking: str = "TLP:CLEAR") -> dict[str, Any]:
    """An entity that bears a marking, has a date of birth where it is a person, and more than one record."""
    rows = app.state.workspace.built().table("entities").to_pylist()
    return next(
        row
        for row in rows
        if row["schema"] == schema
        and (row["marking"] or "").split(";")[0] == marking
        and row["names"]
        and (schema != "Person" or row["birth_dates"])
    )


def commonest(app: FastAPI) -> str:
    """The word that most names of persons have."""
    rows = app.state.workspace.built().table("entities").to_pylist()
    words = Counter(
        word for row in rows if row["schema"] == "Person" for name in row["names"] or () for word in set(name.split()) if len(word) > 3
    )
    word: str = words.most_common(1)[0][0]
    return word


def asked(asks: TestClient, example: dict[str, Any], **given: Any) -> dict[str, Any]:
    answer = asks.post("/match/default", json={"queries": {"q1": example}}, params=given)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["responses"]["q1"]
    return found


def test_the_answer_has_the_shape_that_clients_read(app: FastAPI) -> None:
    asks, one = program(app, *ACTS, scheme="ApiKey"), known(app)
    example = {
        "id": "mine",
        "schema": "Person",
        "properties": {"name": [one["names"][0]], "birthDate": one["birth_dates"][0], "unheard": ["x"]},
    }
    answer = asks.post(
        "/match/default?algorithm=logic-v2", json={"weights": {"name_literal": 0.5}, "queries": {"a": example, "b": example}}
    )
    assert answer.headers["x-batch-size"] == "2"
    whole = answer.json()
    assert set(whole) == {"responses", "matcher", "limit"}
    told = whole["responses"]["b"]
    assert told["query"] == {
        "id": "mine",
        "schema": "Person",
        "properties": {"name": [one["names"][0]], "birthDate": [one["birth_dates"][0]]},
    }
    assert (told["status"], told["total"]["relation"]) == (200, "eq")
    best = told["results"][0]
    assert (best["id"], best["match"], best["schema"]) == (one["entity_id"], True, "Person")
    assert {
        "caption",
        "properties",
        "datasets",
        "referents",
        "target",
        "first_seen",
        "last_seen",
        "last_change",
        "score",
        "features",
    } <= set(best)
    assert one["names"][0] in best["properties"]["name"] + best["properties"].get("alias", [])
    assert all(isinstance(value, list) for value in best["properties"].values())
    assert sum(best["features"].values()) == pytest.approx(best["score"], abs=1e-3)
    assert set(best["referents"]) == set(one["members"]) - {one["entity_id"]}


def test_what_is_known_beside_the_name_counts(app: FastAPI) -> None:
    asks, one = program(app, *ACTS), known(app)
    name = {"name": [one["names"][0]]}

    def score(**more: Any) -> float:
        found = asked(asks, {"schema": "Person", "properties": name | more}, cutoff=0)
        return next((hit["score"] for hit in found["results"] if hit["id"] == one["entity_id"]), 0.0)

    assert score(birthDate=["1899-01-01"]) < score() <= score(birthDate=[one["birth_dates"][0]])
    alias = asked(asks, {"schema": "Person", "properties": {"name": ["Zzyzx Qwertz"], "alias": name["name"]}})
    assert one["entity_id"] in [hit["id"] for hit in alias["results"]]
    parts = one["names"][0].split()
    split = asked(asks, {"schema": "Person", "properties": {"firstName": parts[0], "lastName": " ".join(parts[1:])}})
    assert len(parts) < 2 or one["entity_id"] in [hit["id"] for hit in split["results"]]


def test_a_number_finds_its_bearer_under_any_name(app: FastAPI) -> None:
    claims = app.state.workspace.built().table("claims").to_pylist()
    paper = next(
        row
        for row in claims
        if row["prop_type"] == "identifier" and kind_of(row["schema"]) in ("person", "organization") and len(row["value"]) > 6
    )
    found = asked(
        program(app, *ACTS), {"schema": paper["schema"], "properties": {"name": ["Zzyzx Qwertz"], paper["prop"]: [paper["value"]]}}
    )
    assert paper["canonical_id"] in [hit["id"] for hit in found["results"]]
    assert "same number" in found["results"][0]["explanations"]["crosstie"]["detail"]


def test_answers_are_chosen_by_limit_threshold_and_filters(app: FastAPI) -> None:
    asks, one = program(app, *ACTS), known(app)
    common = {"schema": "Person", "properties": {"name": [commonest(app)]}}
    many = asked(asks, common, cutoff=0.01, limit=50)
    assert len(many["results"]) > 3
    assert [hit["score"] for hit in many["results"]] == sorted((hit["score"] for hit in many["results"]), reverse=True)
    assert len(asked(asks, common, cutoff=0.01, limit=2)["results"]) == 2
    example = {"schema": "Person", "properties": {"name": [one["names"][0]]}}
    assert not any(hit["match"] for hit in asked(asks, example, threshold=1.0)["results"] if hit["score"] < 1)
    for without in (
        {"exclude_entity_ids": one["members"][0]},
        {"exclude_dataset": one["datasets"]},
        {"exclude_schema": "LegalEntity"},
        {"topics": "none"},
    ):
        assert one["entity_id"] not in [hit["id"] for hit in asked(asks, example, **without)["results"]], without
    own = asks.post(f"/match/{one['datasets'][0]}", json={"queries": {"q": example}}).json()["responses"]["q"]
    assert one["entity_id"] in [hit["id"] for hit in own["results"]]
    assert all(one["datasets"][0] in hit["datasets"] for hit in own["results"])
    assert asks.post("/match/nothing", json={"queries": {"q": example}}).status_code == 404


def test_what_is_marked_too_strictly_is_not_told(app: FastAPI) -> None:
    strict = known(app, "Person", "TLP:AMBER+STRICT")
    example = {"schema": "Person", "properties": {"name": strict["names"][:1]}}
    cleared, not_cleared = program(app, *ACTS), program(app, *ACTS, clearance=Tlp.GREEN, name="ben")
    assert strict["entity_id"] in [hit["id"] for hit in asked(cleared, example, cutoff=0.3)["results"]]
    assert strict["entity_id"] not in str(asked(not_cleared, example, cutoff=0.3))
    assert cleared.get(f"/entities/{strict['entity_id']}").status_code == 200
    assert not_cleared.get(f"/entities/{strict['entity_id']}").status_code == 404


def test_who_asked_and_what_was_told_is_noted(app: FastAPI) -> None:
    asks, one = program(app, *ACTS), known(app)
    asked(asks, {"schema": "Person", "properties": {"name": one["names"][:1]}})
    noted = {entry["action"]: entry for entry in app.state.workspace.audit_entries(5) if entry["user"] == "ana"}
    assert one["names"][0] in noted["screen"]["detail"]
    assert one["entity_id"] in noted["read"]["detail"]
    assert noted["read"]["purpose"].startswith("a nightly run (token ")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"queries": {}},
        {"queries": {"q": {"schema": "Nobody", "properties": {}}}},
        {"queries": {"q": {"properties": {"name": ["x"]}}}},
        {"queries": {"q": {"schema": "Person", "properties": "x"}}},
        {"queries": {str(number): {"schema": "Person", "properties": {"name": ["x"]}} for number in range(101)}},
        [],
    ],
)
def test_what_makes_no_sense_is_refused(app: FastAPI, sent: Any) -> None:
    answer = program(app, *ACTS).post("/match/default", json=sent)
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "name", ["", " ", "\x00", "x" * 100_000, "\u202egnirts", "<script>", "'; drop table", "𝔘𝔫𝔦", "?", ["a", 7, None, {"b": 1}, True]]
)
def test_hostile_names_are_only_names(app: FastAPI, name: Any) -> None:
    found = asked(program(app, *ACTS), {"schema": "Person", "properties": {"name": name, "birthDate": "31/02/x", "country": "Nowhere"}})
    assert isinstance(found["results"], list)


def test_search_catalogue_and_health(app: FastAPI, sign_in: SignIn) -> None:
    asks, one = program(app, *ACTS, name="prog"), known(app)
    found = asks.get("/search/default", params={"q": one["names"][0], "limit": 3}).json()
    assert one["entity_id"] in [hit["id"] for hit in found["results"]]
    assert set(found["facets"]) == {"countries", "topics", "datasets"}
    assert (found["limit"], found["offset"]) == (3, 0)
    catalogue = asks.get("/catalog").json()
    assert "default" in catalogue["current"]
    assert asks.get("/algorithms").json()["default"] == "crosstie"
    stranger = TestClient(app)
    assert stranger.get("/healthz").json() == stranger.get("/readyz").json() == {"status": "ok"}
    assert stranger.post("/match/default", json={"queries": {}}).status_code == 401
    referent = next(
        member
        for row in app.state.workspace.built().table("entities").to_pylist()
        for member in row["members"]
        if member != row["entity_id"]
    )
    moved = asks.get(f"/entities/{referent}")
    assert moved.status_code == 308
    assert asks.get(moved.headers["location"]).json()["id"] != referent
    ana, _ = sign_in()
    assert ana.get(f"/entities/{one['entity_id']}").headers["content-type"].startswith("text/html")
