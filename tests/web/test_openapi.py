"""Every call of the API, asked with whatever its description allows and with what it does not: no answer that is not described, and none of 500 and above."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from crosstie.casework.access import Act, Person, Role
from crosstie.casework.jobs import Jobs
from crosstie.casework.tokens import grantable
from crosstie.link.asking import Question
from crosstie.model.marking import Tlp
from crosstie.web import guard
from crosstie.web.server import create_app

#: Who asks, for what (None: all that their role may), and how many questions to each call.
WHO: dict[str, tuple[Role, tuple[Act, ...] | None, int]] = {
    "analyst": (Role.ANALYST, None, 6),
    "case lead": (Role.CASE_LEAD, None, 2),
    "custodian": (Role.CUSTODIAN, None, 1),
    "auditor": (Role.AUDITOR, None, 1),
    "searcher": (Role.ANALYST, (Act.SEARCH,), 2),
    "reader": (Role.VIEWER, (Act.READ,), 1),
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def served(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    folder = tmp_path_factory.mktemp("openapi") / "unit"
    shutil.copytree(played, folder)
    app = create_app(folder, hosts=("testserver", "localhost"))
    app.state.accounts.first()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "CALLS", 1 << 30)
        patch.setattr(Jobs, "_spawn", lambda self, job: None)  # a build for each question would take the night
        yield app
    app.state.workspace.close()


@pytest.fixture(scope="module")
def secrets(served: FastAPI) -> dict[str, str]:
    found = {}
    for name, (role, acts, _) in WHO.items():
        served.state.accounts.add(name, role, Tlp.RED, by="tester")
        found[name] = served.state.tokens.make(Person(name, role, Tlp.RED), "t", acts or grantable(role), purpose="p")[0]
    return found


@pytest.mark.parametrize("who", WHO)
def test_every_call_answers_as_it_is_described(served: FastAPI, secrets: dict[str, str], who: str) -> None:
    schema = schemathesis.openapi.from_dict(served.openapi())
    schema.app = served
    headers = {"Authorization": f"Bearer {secrets[who]}"}
    wrong: list[str] = []
    answered: dict[str, set[int]] = defaultdict(set)
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        if operation.path.endswith("/events"):
            continue  # a stream: tests/web/test_jobs.py

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=WHO[who][2],
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        def ask(case: Any) -> None:
            answered[case.operation.label].add(case.call_and_validate(checks=CHECKS, headers=headers).status_code)

        try:
            ask()
        except Exception as error:  # noqa: BLE001  (all calls are asked before one is told of)
            wrong.append(f"{operation.label}: {error}")
    assert not wrong, "\n\n".join(wrong)[:6_000]
    assert len(answered) > 40
    assert any(code < 300 for codes in answered.values() for code in codes)


def test_good_questions_are_answered_as_is_described(served: FastAPI, secrets: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_dict(served.openapi())
    schema.app = served
    workspace = served.state.workspace
    link = workspace.built().table("links").to_pylist()[0]
    source = workspace.list_sources()[0].source_id
    person = {"schema": "Person", "properties": {"name": [link["crime_name"]], "birthDate": "1971"}}
    workspace.for_person(served.state.tokens.bearer(secrets["reader"])).inquiry().watch("all", Question())
    queries, extend = (
        json.dumps({"q": {"query": link["crime_name"]}}),
        json.dumps({"ids": [link["crime_id"]], "properties": [{"id": "name"}]}),
    )
    asked: list[tuple[str, str, str, dict[str, Any]]] = [
        ("analyst", "/match/{dataset}", "post", {"path_parameters": {"dataset": "default"}, "body": {"queries": {"a": person}}}),
        ("analyst", "/search/{dataset}", "get", {"path_parameters": {"dataset": "default"}, "query": {"q": link["crime_name"]}}),
        ("analyst", "/entities/{entity_id}", "get", {"path_parameters": {"entity_id": link["crime_id"]}}),
        ("analyst", "/api/v1/links/{link}", "get", {"path_parameters": {"link": link["link_id"]}}),
        ("analyst", "/api/v1/entities/{entity}", "get", {"path_parameters": {"entity": link["crime_id"]}}),
        ("analyst", "/api/v1/search", "get", {"query": {"name": link["crime_name"]}}),
        ("analyst", "/api/v1/judgements", "post", {"body": {"link": link["link_id"], "verdict": "unsure", "reason": ""}}),
        ("analyst", "/api/v1/jobs", "get", {}),
        ("analyst", "/api/v1/sources/{source}/rejects", "get", {"path_parameters": {"source": source}}),
        (
            "analyst",
            "/api/v1/uploads",
            "post",
            {"query": {"name": "a.csv"}, "body": b"Nr;Name\n1;Ilse\n", "media_type": "application/octet-stream"},
        ),
        ("analyst", "/api/v1/uploads", "get", {}),
        ("auditor", "/api/v1/audit", "get", {"query": {"count": 5}}),
        ("searcher", "/reconcile/{token}", "get", {"path_parameters": {"token": secrets["searcher"]}}),
        ("searcher", "/reconcile", "post", {"body": {"queries": queries}, "media_type": "application/x-www-form-urlencoded"}),
        ("searcher", "/reconcile", "post", {"body": {"extend": extend}, "media_type": "application/x-www-form-urlencoded"}),
        ("reader", "/feeds/{name}.atom", "get", {"path_parameters": {"name": "all"}, "query": {"token": secrets["reader"]}}),
    ]
    for who, path, method, given in asked:
        headers = {"Authorization": f"Bearer {secrets[who]}"}
        answer = schema[path][method].Case(**given).call_and_validate(checks=CHECKS, headers=headers)
        assert answer.status_code < 300, (method, path, answer.text)
    for upload in TestClient(served, headers={"Authorization": f"Bearer {secrets['analyst']}"}).get("/api/v1/uploads").json()["uploads"]:
        mapping = upload["draft"].replace('"?"', '"Registry"')
        for path, body in (("preview", {"mapping": mapping}), ("add", {"mapping": mapping, "accept_counts": True})):
            case = schema[f"/api/v1/uploads/{{upload}}/{path}"]["post"].Case(path_parameters={"upload": upload["id"]}, body=body)
            answer = case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {secrets['analyst']}"})
            assert answer.status_code == 200, answer.text


def test_who_shows_no_token_is_told_so_by_every_call(served: FastAPI) -> None:
    stranger = TestClient(served, headers={"Authorization": "Bearer crosstie_x"})
    for path, calls in served.openapi()["paths"].items():
        for method in calls:
            answer = stranger.request(method, path.replace("{", "").replace("}", ""))
            assert answer.status_code == 401 or path in ("/healthz", "/readyz"), (method, path, answer.status_code)
