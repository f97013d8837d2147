"""The same as the pages of drawings, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from crosstie.casework.access import Act
from crosstie.errors import NotFound
from crosstie.web.guard import GuardedRoute, allows
from crosstie.web.sight import Row, begun, drawings_of, listed, sight

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute)


class Beginning(BaseModel):
    """What a drawing begins with."""

    link: str = Field("", max_length=200)
    entity: str = Field("", max_length=1_000)


class Taken(BaseModel):
    """A step; `after` is the number of steps that the drawing had when it was asked for: another number is refused."""

    do: str = Field(max_length=20)
    node: str = Field("", max_length=1_000)
    link: str = Field("", max_length=200)
    kind: str = Field("", max_length=200)
    most: int = 25
    x: int = 0
    y: int = 0
    text: str = Field("", max_length=2_000)
    after: int | None = None


class Named(BaseModel):
    """How a view is called, and whether others may open it."""

    name: str = Field(max_length=200)
    shared: bool = False


class Told(BaseModel):
    """A row that later versions may add to."""

    model_config = ConfigDict(extra="allow")


class DrawingRow(Told):
    """A drawing in the list."""

    drawing: str
    owner: str
    name: str


class DrawingList(BaseModel):
    """One's own drawings, and the views that others share."""

    drawings: list[DrawingRow]
    withheld: int


class DrawingSeen(Told):
    """A drawing as one sees it: entities with their places, ties, and what is left out."""

    drawing: str | None
    nodes: list[Row]
    ties: list[Row]
    withheld: int


@router.get("/drawings", response_model=DrawingList)
@allows(Act.DRAW)
def listdrawings_of(request: Request) -> Any:
    """One's own drawings and the views of others."""
    return listed(request)


@router.post("/drawings", status_code=201, response_model=DrawingSeen)
@allows(Act.DRAW)
def begin_drawing(request: Request, given: Beginning) -> Any:
    """Begin a drawing of a link or an entity."""
    kept = drawings_of(request).begin(begun(given.link, given.entity))
    return sight(request, drawing=kept.id).told()


@router.get("/drawings/{drawing}", response_model=DrawingSeen)
@allows(Act.DRAW)
def read_drawing(request: Request, drawing: str) -> Any:
    """A drawing: entities with their places, ties, and how much is left out."""
    return sight(request, drawing=drawing).told()


@router.post("/drawings/{drawing}/steps", response_model=DrawingSeen)
@allows(Act.DRAW)
def step_drawing(request: Request, drawing: str, given: Taken) -> Any:
    """Take a step: link, entity, expand, hide, show, pin, free or note."""
    told = given.model_dump()
    drawings_of(request).step(drawing, told, told.pop("after"))
    return sight(request, drawing=drawing).told()


@router.post("/drawings/{drawing}/undo", response_model=DrawingSeen)
@allows(Act.DRAW)
def undo_drawing(request: Request, drawing: str) -> Any:
    """Take the last step back."""
    drawings_of(request).undo(drawing)
    return sight(request, drawing=drawing).told()


@router.post("/drawings/{drawing}/redo", response_model=DrawingSeen)
@allows(Act.DRAW)
def redo_drawing(request: Request, drawing: str) -> Any:
    """Take it again."""
    drawings_of(request).redo(drawing)
    return sight(request, drawing=drawing).told()


@router.post("/drawings/{drawing}/save", response_model=DrawingSeen)
@allows(Act.DRAW)
def save_drawing(request: Request, drawing: str, given: Named) -> Any:
    """Keep it as a view, or rename it."""
    drawings_of(request).save(drawing, given.name, shared=given.shared)
    return sight(request, drawing=drawing).told()


@router.delete("/drawings/{drawing}", status_code=204)
@allows(Act.DRAW)
def delete_drawing(request: Request, drawing: str) -> Response:
    """Forget it."""
    drawings_of(request).delete(drawing)
    return Response(status_code=204)


@router.get("/drawings/{drawing}/ties/{tie}")
@allows(Act.DRAW)
def read_tie(request: Request, drawing: str, tie: str) -> Any:
    """A tie of a drawing, with what says so."""
    known = sight(request, drawing=drawing)
    found = known.tie(tie)
    if found is None:
        raise NotFound(f"there is no tie “{tie[:100]}” in this drawing")
    return {"tie": asdict(found["one"]), "evidence": found["evidence"]}
