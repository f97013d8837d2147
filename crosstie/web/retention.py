"""What is due to be destroyed, for custodians: without what is in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from crosstie.casework.access import Act
from crosstie.errors import UsageError
from crosstie.purging import Purging, told
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)


@router.get("/retention")
@allows(Act.RETENTION)
def retention(request: Request) -> Response:
    """Everything that has an end, the earliest first."""
    return page(request, "retention.html", {"found": told(Purging(workspace_of(request)).due())})


@router.post("/retention/{ref}")
@allows(Act.RETENTION)
def purge(request: Request, ref: str, why: Annotated[str, Form(max_length=500)], again: Annotated[str, Form(max_length=100)]) -> Response:
    """Destroy a case whose time is over; its number has to be written again."""
    if again.strip() != ref:
        raise UsageError("the number was not written again as it is", hint="Nothing was destroyed.")
    Purging(workspace_of(request)).retention.purge_case(ref, why)
    return RedirectResponse("/retention", 303)


@programs.get("/retention", response_model=dict[str, Any])
@allows(Act.RETENTION)
def told_retention(request: Request) -> Any:
    """Everything that has an end, the earliest first."""
    return {"retention": told(Purging(workspace_of(request)).due())}
