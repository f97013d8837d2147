"""Builds, started and watched in the browser and by programs: a job is a resource, and tells how far it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field

from crosstie.casework.access import Act
from crosstie.casework.jobs import ENDED, Job, Jobs
from crosstie.web.answers import Problem
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute)
#: Seconds between two looks at a job, and how long one stream of events lasts: browsers ask again by themselves.
_STEP, _LASTS = 0.5, 55.0
JobId = Annotated[str, Path(max_length=100)]


class JobWish(BaseModel):
    """A job that is to be done. `force`: build even where nothing has changed."""

    kind: Literal["build"]
    force: bool = False


class JobRow(BaseModel):
    """A job as it is now."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    user: str
    options: dict[str, Any]
    stage: str = Field(description="What is being done.")
    done: int
    total: int = Field(description="Of so many steps; 0 where that is not known.")
    made_at: str
    began_at: str | None
    ended_at: str | None
    result: dict[str, Any] | None
    error: Problem | None


class JobList(BaseModel):
    """The newest jobs, the newest first."""

    jobs: list[JobRow]


@router.get("/builds", include_in_schema=False)
@allows(Act.BUILD)
def builds(request: Request) -> Response:
    """The build that is shown, and the jobs."""
    return page(request, "builds.html", _told(request))


@router.get("/builds/jobs", include_in_schema=False)
@allows(Act.BUILD)
def builds_part(request: Request) -> Response:
    """How far the jobs are, for a page that asks now and then."""
    return page(request, "builds_part.html", _told(request))


@router.post("/builds", include_in_schema=False)
@allows(Act.BUILD)
def build_on_page(request: Request, force: Annotated[bool, Form()] = False) -> Response:
    """Start a build."""
    _start(request, JobWish(kind="build", force=force))
    return RedirectResponse("/builds", 303)


@router.post("/builds/{job}/cancel", include_in_schema=False)
@allows(Act.BUILD)
def cancel_on_page(request: Request, job: str) -> Response:
    """End a job."""
    _jobs(request).cancel(job, user=request.state.session.person.name)
    return RedirectResponse("/builds", 303)


@router.get("/api/v1/jobs", response_model=JobList)
@allows(Act.BUILD)
def jobs(request: Request) -> Any:
    """The newest jobs, the newest first."""
    return {"jobs": [asdict(one) for one in _jobs(request).newest()]}


@router.post("/api/v1/jobs", status_code=202, response_model=JobRow)
@allows(Act.BUILD)
def start(request: Request, response: Response, wish: JobWish) -> Any:
    """Start a job; one at a time. Readers go on reading the last build until the new one stands."""
    job = _start(request, wish)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return asdict(job)


@router.get("/api/v1/jobs/{job}", response_model=JobRow)
@allows(Act.BUILD)
def job(request: Request, job: JobId) -> Any:
    """A job as it is now."""
    return asdict(_jobs(request).get(job))


@router.delete("/api/v1/jobs/{job}", response_model=JobRow)
@allows(Act.BUILD)
def cancel(request: Request, job: JobId) -> Any:
    """End a job; nothing of what it was making is kept."""
    return asdict(_jobs(request).cancel(job, user=request.state.session.person.name))


_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events `job`."}
}


@router.get("/api/v1/jobs/{job}/events", response_class=StreamingResponse, responses=_EVENTS)
@allows(Act.BUILD)
async def events(request: Request, job: JobId) -> Response:
    """How far a job is, as server-sent events: one at once, then one whenever something changes, until it has ended. After a minute the stream ends: ask
    again.
    """
    known = _jobs(request)
    first = await run_in_threadpool(known.get, job)

    async def told() -> AsyncIterator[bytes]:
        now, said, ends = first, None, time.monotonic() + _LASTS
        yield b"retry: 1000\n\n"
        while True:
            if now != said:
                yield b"event: job\ndata: " + orjson.dumps(asdict(now)) + b"\n\n"
                said = now
            if now.state in ENDED or time.monotonic() > ends or await request.is_disconnected():
                return
            await asyncio.sleep(_STEP)
            now = await run_in_threadpool(known.get, job)

    return StreamingResponse(told(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _start(request: Request, wish: JobWish) -> Job:
    person = request.state.session.person
    return _jobs(request).start(wish.kind, user=person.name, purpose=person.purpose, options={"force": wish.force})


def _told(request: Request) -> dict[str, Any]:
    workspace = workspace_of(request)
    current = workspace.builds.current()
    shown = None if current is None else {"number": current.number, **current.manifest.get("counts", {})}
    found = _jobs(request).newest()[:10]
    return {"build": shown, "jobs": found, "running": next((one for one in found if one.state not in ENDED), None)}


def _jobs(request: Request) -> Jobs:
    return workspace_of(request).jobs()
