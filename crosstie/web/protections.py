"""What was seen for somebody's protection: a page for those who decide who needs to know, and the same as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from crosstie.casework.access import Act
from crosstie.casework.protections import Protections
from crosstie.web import shapes
from crosstie.web.answers import Listing, Told, listed
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.reading import MOST, PAGE
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
_Start = Annotated[int, Query(ge=0, le=1 << 40)]


class Protection(Told):
    """What was seen for somebody's protection: its subjects are events of a ledger, never persons."""

    finding_id: str
    lens: str
    typology: str
    title: str
    subjects: list[str]
    start: str | None
    end: str | None
    sentence: str
    innocent: list[str]
    marking: str | None


class ProtectionList(Listing, shapes.Withheld):
    """Some of what was seen for somebody's protection, the newest first."""

    build: int
    protections: list[Protection]


def protections_of(request: Request) -> Protections:
    """What the person who asks may know of what was seen for somebody's protection."""
    return workspace_of(request).protections(request.state.session.person)


@router.get("/protections")
@allows(Act.PROTECT)
def protections(request: Request, start: _Start = 0) -> Response:
    """What was seen for somebody's protection, the newest first."""
    return page(request, "protections.html", {"found": protections_of(request).listed(start=start, count=PAGE), "step": PAGE})


@programs.get("/protections", response_model=ProtectionList)
@allows(Act.PROTECT)
def told_protections(request: Request, start: _Start = 0, count: Annotated[int, Query(ge=1, le=MOST)] = PAGE) -> Any:
    """What was seen for somebody's protection, the newest first, some at a time."""
    found = protections_of(request).listed(start=start, count=count)
    return found | listed(request, start, count, len(found["protections"]), found["total"])
