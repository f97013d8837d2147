"""The same as JSON, for a unit’s own systems."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from crosstie.casework.access import Act
from crosstie.web import shapes
from crosstie.web.answers import SAME, listed, unchanged
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.pages import reading
from crosstie.web.reading import MOST, PAGE, Asked

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
#: Where a list starts, and how many it has at a time.
Start = Annotated[int, Query(ge=0, le=1 << 40)]
Count = Annotated[int, Query(ge=1, le=MOST)]


class Verdict(BaseModel):
    """What a person decided of a link."""

    link: str = Field(max_length=200)
    verdict: Literal["accepted", "rejected", "unsure"]
    reason: str = Field("", max_length=2_000)


class PairVerdict(BaseModel):
    """What a person decided of two records."""

    left: str = Field(max_length=1_000)
    right: str = Field(max_length=1_000)
    verdict: Literal["same", "different", "unsure"]
    reason: str = Field("", max_length=2_000)
    alike: bool = Field(False, description="The same for all pairs that are the same case.")


@router.get("/openapi.json", response_model=dict[str, Any])
@allows(Act.OWN)
def openapi(request: Request) -> Any:
    """Every call, what it takes and what it answers (OpenAPI)."""
    return request.app.openapi()


@router.get("/links", response_model=shapes.LinkList, responses=SAME)
@allows(Act.READ)
def links(request: Request, response: Response, asked: Annotated[Asked, Depends()], count: Count = PAGE) -> Any:
    """The ranked links, some at a time."""
    if same := unchanged(request, response):
        return same
    found = reading(request).links(asked.question, status=asked.status, assigned=asked.assigned, start=asked.start, count=count)
    return found | listed(request, asked.start, count, len(found["links"]), found["total"])


@router.get("/links/{link}", response_model=shapes.LinkDossier, responses=SAME)
@allows(Act.READ)
def link(request: Request, response: Response, link: str) -> Any:
    """One link with its paths, evidence and judgements."""
    return unchanged(request, response) or reading(request).link(link)


@router.get("/entities/{entity:path}", response_model=shapes.EntityDossier, responses=SAME)
@allows(Act.READ)
def entity(request: Request, response: Response, entity: str) -> Any:
    """One entity with every value and its place."""
    return unchanged(request, response) or reading(request).entity(entity)


@router.get("/search", response_model=shapes.Hits)
@allows(Act.SEARCH)
def search(request: Request, name: Annotated[str, Query(max_length=1_000)]) -> Any:
    """Who may be meant by a name."""
    return reading(request).search(name)


@router.get("/sources", response_model=shapes.SourceList)
@allows(Act.SOURCES)
def sources(request: Request, start: Start = 0, count: Count = MOST) -> Any:
    """The sources."""
    found = reading(request).sources()
    shown = found["sources"][start : start + count]
    return {**found, "sources": shown, **listed(request, start, count, len(shown), len(found["sources"]))}


@router.get("/audit", response_model=shapes.AuditList)
@allows(Act.AUDIT)
def audit(request: Request, start: Start = 0, count: Annotated[int, Query(ge=1, le=5_000)] = 200) -> Any:
    """The entries of the audit, the newest first."""
    found = reading(request).audit(count, start)
    return {"entries": found, **listed(request, start, count, len(found), workspace_of(request).audit.head().count)}


@router.get("/review", response_model=shapes.ReviewQuestion)
@allows(Act.JUDGE)
def review(request: Request, left: str = "", right: str = "") -> Any:
    """The pair of records to decide on next, or this one, side by side."""
    return reading(request).review(left, right)


@router.post("/pairs", status_code=201, response_model=shapes.Decided)
@allows(Act.JUDGE)
def decide(request: Request, given: PairVerdict) -> Any:
    """Note what a person decided of a pair of records."""
    return reading(request).decide(given.left, given.right, given.verdict, given.reason, alike=given.alike)


@router.post("/judgements", status_code=201, response_model=shapes.JudgementRow)
@allows(Act.JUDGE)
def judge(request: Request, given: Verdict) -> Any:
    """Note what a person decided of a link."""
    return reading(request).judge(given.link, given.verdict, given.reason)


@router.post("/judgements/{judgement}/undo", response_model=shapes.JudgementRow)
@allows(Act.JUDGE)
def undo(request: Request, judgement: str) -> Any:
    """Take one’s own judgement back."""
    return reading(request).undo(judgement)
