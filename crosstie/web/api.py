"""The same as JSON, for a unit’s own systems."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from crosstie.casework.access import Act
from crosstie.web.guard import GuardedRoute, allows
from crosstie.web.pages import reading
from crosstie.web.reading import PAGE, Asked

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute)


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


@router.get("/links")
@allows(Act.READ)
def links(request: Request, asked: Annotated[Asked, Depends()], count: int = PAGE) -> Any:
    """The ranked links, some at a time."""
    return reading(request).links(asked.question, status=asked.status, start=asked.start, count=count)


@router.get("/links/{link}")
@allows(Act.READ)
def link(request: Request, link: str) -> Any:
    """One link with its paths, evidence and judgements."""
    return reading(request).link(link)


@router.get("/entities/{entity:path}")
@allows(Act.READ)
def entity(request: Request, entity: str) -> Any:
    """One entity with every value and its place."""
    return reading(request).entity(entity)


@router.get("/search")
@allows(Act.SEARCH)
def search(request: Request, name: str) -> Any:
    """Who may be meant by a name."""
    return reading(request).search(name)


@router.get("/sources")
@allows(Act.SOURCES)
def sources(request: Request) -> Any:
    """The sources."""
    return reading(request).sources()


@router.get("/audit")
@allows(Act.AUDIT)
def audit(request: Request, count: int = 200) -> Any:
    """The last entries of the audit, the newest first."""
    return {"entries": reading(request).audit(count)}


@router.get("/review")
@allows(Act.JUDGE)
def review(request: Request, left: str = "", right: str = "") -> Any:
    """The pair of records to decide on next, or this one, side by side."""
    return reading(request).review(left, right)


@router.post("/pairs", status_code=201)
@allows(Act.JUDGE)
def decide(request: Request, given: PairVerdict) -> Any:
    """Note what a person decided of a pair of records."""
    return reading(request).decide(given.left, given.right, given.verdict, given.reason)


@router.post("/judgements", status_code=201)
@allows(Act.JUDGE)
def judge(request: Request, given: Verdict) -> Any:
    """Note what a person decided of a link."""
    return reading(request).judge(given.link, given.verdict, given.reason)


@router.post("/judgements/{judgement}/undo")
@allows(Act.JUDGE)
def undo(request: Request, judgement: str) -> Any:
    """Take one’s own judgement back."""
    return reading(request).undo(judgement)
