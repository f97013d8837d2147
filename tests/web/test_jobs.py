"""Builds as jobs: started, watched, cancelled, and found ended where their process died."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crosstie.casework.access import Act
from crosstie.casework.jobs import ENDED, JobRow, Jobs
from crosstie.errors import Busy, NotFound, StorageError, UsageError
from crosstie.store.database import Database
from tests.web.conftest import SignIn
from tests.web.test_tokens import program


def ended(asks: TestClient, job: str, seconds: float = 120) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told: dict[str, Any] = asks.get(f"/api/v1/jobs/{job}").json()
        if told["state"] in ENDED:
            return told
        time.sleep(0.2)
    raise AssertionError(f"{told} has not ended")


def test_a_build_runs_in_a_process_of_its_own_while_others_read(app: FastAPI) -> None:
    asks = program(app, Act.BUILD, Act.READ)
    before = app.state.workspace.built().number
    started = asks.post("/api/v1/jobs", json={"kind": "build", "force": True})
    assert started.status_code == 202
    job = started.json()["id"]
    assert started.headers["location"] == f"/api/v1/jobs/{job}"
    assert asks.post("/api/v1/jobs", json={"kind": "build"}).status_code == 409
    stages, read = set(), 0
    while (now := asks.get(f"/api/v1/jobs/{job}").json())["state"] not in ENDED:
        stages.add(now["stage"])
        answer = asks.get("/api/v1/links", params={"count": 5})
        assert (answer.status_code, len(answer.json()["links"])) == (200, 5)
        read += 1
        time.sleep(0.1)
    assert now["state"] == "done", now
    assert now["result"]["build"] == before + 1 == asks.get("/api/v1/links").json()["build"]
    assert (read > 3, len(stages) > 3) == (True, True)
    events = asks.get(f"/api/v1/jobs/{job}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    [data] = [line for line in events.text.splitlines() if line.startswith("data: ")]
    assert orjson.loads(data.removeprefix("data: "))["state"] == "done"
    again = ended(asks, asks.post("/api/v1/jobs", json={"kind": "build"}).json()["id"])
    assert again["result"]["fresh"] is False
    noted = [entry["action"] for entry in app.state.workspace.audit_entries(30) if entry["user"] == "ana"]
    assert "start job" in noted
    assert "build" in noted


def test_a_build_that_is_cancelled_leaves_the_last_one(app: FastAPI, sign_in: SignIn) -> None:
    ana, form = sign_in()
    before = app.state.workspace.built().number
    assert ana.post("/builds", data={"force": "true", "form": form}).status_code == 303
    [job] = [one for one in ana.get("/api/v1/jobs").json()["jobs"] if one["state"] not in ENDED]
    page = ana.get("/builds").text
    assert f'data-job="{job["id"]}"' in page
    assert "<progress" in page
    assert ana.post(f"/builds/{job['id']}/cancel", data={"form": form}).status_code == 303
    assert ana.get(f"/api/v1/jobs/{job['id']}").json()["state"] == "cancelled"
    jobs = app.state.workspace.jobs()
    end = time.monotonic() + 30
    while jobs._lives(job["id"]) and time.monotonic() < end:
        time.sleep(0.1)
    assert not jobs._lives(job["id"])
    assert app.state.workspace.built().number == before
    assert app.state.workspace.builds.sound() is not None


def test_a_build_whose_process_dies_is_found_ended_and_another_can_start(app: FastAPI) -> None:
    asks = program(app, Act.BUILD, Act.READ)
    job = asks.post("/api/v1/jobs", json={"kind": "build", "force": True}).json()["id"]
    pid = None
    while pid is None:
        with app.state.workspace.database.read() as connection:
            pid = connection.scalar(sa.select(JobRow.pid).where(JobRow.id == job))
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    told = ended(asks, job, 20)
    assert told["state"] == "failed"
    assert "ended before it was done" in told["error"]["detail"]
    assert told["error"]["hint"]
    assert asks.get("/api/v1/links").status_code == 200
    another = asks.post("/api/v1/jobs", json={"kind": "build", "force": True})
    assert another.status_code == 202
    assert asks.delete(f"/api/v1/jobs/{another.json()['id']}").json()["state"] == "cancelled"


def test_who_may_not_build_starts_and_sees_nothing(app: FastAPI) -> None:
    asks = program(app, Act.READ)
    for method, path in (("POST", "/api/v1/jobs"), ("GET", "/api/v1/jobs"), ("GET", "/api/v1/jobs/x/events")):
        assert asks.request(method, path, json={"kind": "build"}).status_code == 403
    builds = program(app, Act.BUILD, name="ben")
    wrongs: tuple[Any, ...] = ({"kind": "rm"}, {}, [])
    for wrong in wrongs:
        assert builds.post("/api/v1/jobs", json=wrong).status_code == 400
    for path in ("/api/v1/jobs/x", "/api/v1/jobs/x/events", "/api/v1/jobs/..%2Fx"):
        assert builds.get(path).status_code == 404


def test_what_a_job_says_and_how_it_ends_stands_in_the_database(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(database, tmp_path)
    monkeypatch.setattr(Jobs, "_spawn", lambda self, job: None)
    with pytest.raises(UsageError):
        jobs.start("rm -rf", user="ana")
    with pytest.raises(NotFound):
        jobs.get("x")
    first = jobs.start("build", user="ana", options={"force": True})
    with pytest.raises(Busy):
        jobs.start("build", user="ben")

    def work(progress: Any) -> dict[str, Any]:
        progress("reading", 0, 3)
        now = jobs.get(first.id)
        assert (now.state, now.stage, now.total) == ("running", "reading", 3)
        return {"build": 7}

    jobs.run(first.id, work)
    assert (jobs.get(first.id).state, jobs.get(first.id).result) == ("done", {"build": 7})
    jobs.run(first.id, work)  # what has ended is not done again

    def fails(progress: Any) -> dict[str, Any]:
        raise StorageError("the disk is full", hint="Free some space.")

    second = jobs.start("build", user="ana")
    jobs.run(second.id, fails)
    assert jobs.get(second.id).error == {"error": "StorageError", "detail": "the disk is full", "hint": "Free some space."}
    third = jobs.start("build", user="ana")
    assert jobs.cancel(third.id, user="ben").state == "cancelled"
    assert [one.id for one in jobs.newest()] == [third.id, second.id, first.id]

    def slow(progress: Any) -> dict[str, Any]:
        jobs.cancel(fourth.id, user="ben")
        progress("more", 0, 0)
        raise AssertionError("it went on")

    monkeypatch.setattr(os, "kill", lambda pid, number: None)  # the process is this one
    fourth = jobs.start("build", user="ana")
    jobs.run(fourth.id, slow)
    assert jobs.get(fourth.id).state == "cancelled"
