"""Drawings: pages with plain forms, and the same as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from crosstie.app import Workspace
from crosstie.casework.access import Act
from crosstie.casework.drawings import Drawings, Kept
from crosstie.errors import NotFound, UsageError
from crosstie.graph.drawing import MOST, MOST_DRAWN, Picture, Step, checked
from crosstie.graph.drawn import drawn_svg, shape_of, stroke_of
from crosstie.graph.svg import kind_in_words
from crosstie.model.marking import Marking, strictest
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
_Text = Annotated[str, Form(max_length=2_000)]
Asked = Annotated[str, Query(max_length=2_000)]
#: How many entities one step brings, as the page offers it.
_COUNTS = (10, 25, 100, 1_000)
#: Ties that the table beside a drawing lists.
LISTED = 300


class Sight:
    """What one person sees of a drawing, kept or about to begin: the same for the page and for programs."""

    def __init__(
        self, workspace: Workspace, drawings: Drawings, picture: Picture, kept: Kept | None = None, begin: Step | None = None
    ) -> None:
        self.workspace, self.drawings, self.picture, self.kept, self.begin = workspace, drawings, picture, kept, begin

    @property
    def address(self) -> str:
        """The address of the page."""
        if self.kept is not None:
            return f"/drawings/{self.kept.id}"
        begin = self.begin or {}
        return f"/drawing?{'link' if begin.get('do') == 'link' else 'entity'}={quote(str(begin.get('link') or begin.get('node')), safe='')}"

    def to(self, kind: str, one: str) -> str:
        """The address of the page with an entity or a tie chosen."""
        return f"{self.address}{'&' if '?' in self.address else '?'}{'at' if kind == 'node' else 'tie'}={quote(one, safe='')}"

    @property
    def own(self) -> bool:
        """Whether this person may change it; a beginning becomes theirs with the first step."""
        return self.kept is None or self.kept.owner == self.drawings.person.name

    @property
    def marking(self) -> str:
        """The strictest marking of what is seen."""
        return strictest(self.picture.markings) if self.picture.markings else str(Marking())

    def told(self) -> Row:
        """All of it as plain data."""
        ids = {one.known.number: one.id for one in self.picture.nodes}
        kept = self.kept
        return {
            "drawing": kept and kept.id,
            "owner": kept and kept.owner,
            "name": self.drawings.named(kept) if kept else "",
            "shared": bool(kept and kept.shared),
            "build": self.drawings.build.number,
            "marking": self.marking,
            "steps": [dict(step) for step in kept.steps] if kept and self.own else [],
            "undone": len(kept.undone) if kept and self.own else 0,
            "nodes": [
                {
                    "id": one.id,
                    "name": one.known.caption,
                    "schema": one.known.schema,
                    "shape": shape_of(one.known.schema),
                    "spheres": list(one.spheres),
                    "countries": list(one.known.countries),
                    "marking": one.known.marking,
                    "x": one.x,
                    "y": one.y,
                    "pinned": one.pinned,
                    "note": one.note,
                    "more": one.more,
                }
                for one in self.picture.nodes
            ],
            "ties": [
                {
                    "id": tie.id,
                    "source": ids[tie.source],
                    "target": ids[tie.target],
                    "kind": tie.kind,
                    "stroke": stroke_of(tie.kind),
                    "start": tie.start,
                    "end": tie.end,
                    "confidence": tie.confidence,
                    "said_by": tie.voices,
                    "marking": tie.marking,
                }
                for tie in self.picture.ties
            ],
            "hidden": [{"id": one.id, "name": one.caption} for one in self.picture.hidden],
            "withheld": self.picture.withheld,
            "gone": self.picture.gone,
            "left_out": self.picture.left_out,
            "full": self.picture.full,
        }

    def svg(self, at: str = "") -> Markup:
        """The picture to be clicked through."""
        return Markup(drawn_svg(self.picture, title="Drawing", at=at, to=self.to))

    def chosen(self, entity: str) -> Row | None:
        """What can be done with an entity that is drawn: where it stands, and by which kinds of ties it can be expanded."""
        one = next((one for one in self.picture.nodes if one.id == entity), None)
        if one is None:
            return None
        drawn = {node.known.number for node in self.picture.nodes}
        kinds = self.drawings.drawing.kinds_of(one.known.number, drawn)
        return {"one": one, "kinds": [{"kind": kind, "all": there, "new": new} for kind, there, new in kinds]}

    def tie(self, edge: str) -> Row | None:
        """A tie that is drawn, with what says so."""
        one = next((tie for tie in self.picture.ties if tie.id == edge), None)
        if one is None:
            return None
        ends = {node.known.number: node for node in self.picture.nodes}
        return {"one": one, "source": ends[one.source], "target": ends[one.target], "evidence": self.drawings.evidence(edge)}


def _drawings(request: Request) -> Drawings:
    return workspace_of(request).drawings(request.state.session.person)


def begun(link: str, entity: str) -> Step:
    """The first step of a drawing of a link or an entity; UsageError where neither is named."""
    if bool(link) == bool(entity):
        raise UsageError("a drawing begins with a link or with an entity", hint="Name one of them.")
    return checked({"do": "link", "link": link} if link else {"do": "entity", "node": entity})


def sight(request: Request, *, drawing: str = "", link: str = "", entity: str = "") -> Sight:
    """What the person who asks sees of a drawing, a link or an entity."""
    workspace, drawings = workspace_of(request), _drawings(request)
    if drawing:
        kept = drawings.open(drawing)
        return Sight(workspace, drawings, drawings.look(kept.steps, kept.places, of=kept.id), kept)
    begin = begun(link, entity)
    return Sight(workspace, drawings, drawings.first(begin), begin=begin)


def _page(request: Request, seen: Sight, at: str, tie: str) -> Response:
    rows = sorted(seen.picture.ties, key=lambda one: (-one.confidence, one.id))[:LISTED]
    names = {one.known.number: one for one in seen.picture.nodes}
    told = {
        "seen": seen,
        "picture": seen.picture,
        "kept": seen.kept,
        "svg": seen.svg(at),
        "counts": _COUNTS,
        "most_drawn": MOST_DRAWN,
        "most": MOST,
    }
    told |= {"kind_words": kind_in_words, "stroke_name": stroke_of}
    return page(request, "drawing.html", told | {"chosen": seen.chosen(at), "tie": seen.tie(tie), "rows": rows, "names": names, "at": at})


@router.get("/drawings")
@allows(Act.DRAW)
def drawings(request: Request) -> Response:
    """One's own drawings and the views of others."""
    return page(request, "drawings.html", _listed(request))


@router.get("/drawing")
@allows(Act.DRAW)
def beginning(request: Request, link: Asked = "", entity: Asked = "", at: Asked = "", tie: Asked = "") -> Response:
    """A drawing of a link or an entity, not kept yet."""
    return _page(request, sight(request, link=link, entity=entity), at, tie)


@router.post("/drawings")
@allows(Act.DRAW)
def begin(
    request: Request,
    link: _Text = "",
    entity: _Text = "",
    do: _Text = "",
    node: _Text = "",
    kind: _Text = "",
    most: _Text = "",
    x: _Text = "",
    y: _Text = "",
    text: _Text = "",
    at: _Text = "",
) -> Response:
    """Begin a drawing, and take a first step with it."""
    known = _drawings(request)
    kept = known.begin(begun(link, entity))
    if do:
        known.step(kept.id, {"do": do, "node": node, "kind": kind, "most": most, "x": x, "y": y, "text": text})
    return _back(kept.id, at)


@router.get("/drawings/{drawing}")
@allows(Act.DRAW)
def drawing(request: Request, drawing: str, at: Asked = "", tie: Asked = "") -> Response:
    """A drawing."""
    return _page(request, sight(request, drawing=drawing), at, tie)


@router.post("/drawings/{drawing}/steps")
@allows(Act.DRAW)
def step(
    request: Request,
    drawing: str,
    do: _Text = "",
    node: _Text = "",
    kind: _Text = "",
    most: _Text = "",
    x: _Text = "",
    y: _Text = "",
    text: _Text = "",
    at: _Text = "",
    after: Annotated[int | None, Form()] = None,
) -> Response:
    """Take a step."""
    _drawings(request).step(drawing, {"do": do, "node": node, "kind": kind, "most": most, "x": x, "y": y, "text": text}, after)
    return _back(drawing, at if do != "hide" else "")


@router.post("/drawings/{drawing}/undo")
@allows(Act.DRAW)
def undo(request: Request, drawing: str, at: _Text = "", after: Annotated[int | None, Form()] = None) -> Response:
    """Take the last step back."""
    _drawings(request).undo(drawing, after)
    return _back(drawing, at)


@router.post("/drawings/{drawing}/redo")
@allows(Act.DRAW)
def redo(request: Request, drawing: str, at: _Text = "", after: Annotated[int | None, Form()] = None) -> Response:
    """Take it again."""
    _drawings(request).redo(drawing, after)
    return _back(drawing, at)


@router.post("/drawings/{drawing}/save")
@allows(Act.DRAW)
def save(request: Request, drawing: str, name: _Text = "", shared: Annotated[bool, Form()] = False) -> Response:
    """Keep it as a view, or rename it."""
    _drawings(request).save(drawing, name, shared=shared)
    return _back(drawing, "")


@router.post("/drawings/{drawing}/delete")
@allows(Act.DRAW)
def delete(request: Request, drawing: str) -> Response:
    """Forget it."""
    _drawings(request).delete(drawing)
    return RedirectResponse("/drawings", 303)


def _back(drawing: str, at: str) -> Response:
    return RedirectResponse(f"/drawings/{quote(drawing, safe='')}" + (f"?at={quote(at, safe='')}" if at else ""), 303)


def _listed(request: Request) -> Row:
    known = _drawings(request)
    found, withheld = known.all()
    rows = [
        {"drawing": one.id, "owner": one.owner, "own": one.owner == known.person.name, "name": known.named(one)}
        | {"shared": one.shared, "marking": one.marking, "steps": len(one.steps), "changed_at": one.changed_at}
        for one in found
    ]
    return {"drawings": rows, "withheld": withheld}


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


@programs.get("/drawings", response_model=DrawingList)
@allows(Act.DRAW)
def list_drawings(request: Request) -> Any:
    """One's own drawings and the views of others."""
    return _listed(request)


@programs.post("/drawings", status_code=201, response_model=DrawingSeen)
@allows(Act.DRAW)
def begin_drawing(request: Request, given: Beginning) -> Any:
    """Begin a drawing of a link or an entity."""
    kept = _drawings(request).begin(begun(given.link, given.entity))
    return sight(request, drawing=kept.id).told()


@programs.get("/drawings/{drawing}", response_model=DrawingSeen)
@allows(Act.DRAW)
def read_drawing(request: Request, drawing: str) -> Any:
    """A drawing: entities with their places, ties, and how much is left out."""
    return sight(request, drawing=drawing).told()


@programs.post("/drawings/{drawing}/steps", response_model=DrawingSeen)
@allows(Act.DRAW)
def step_drawing(request: Request, drawing: str, given: Taken) -> Any:
    """Take a step: link, entity, expand, hide, show, pin, free or note."""
    told = given.model_dump()
    _drawings(request).step(drawing, told, told.pop("after"))
    return sight(request, drawing=drawing).told()


@programs.post("/drawings/{drawing}/undo", response_model=DrawingSeen)
@allows(Act.DRAW)
def undo_drawing(request: Request, drawing: str) -> Any:
    """Take the last step back."""
    _drawings(request).undo(drawing)
    return sight(request, drawing=drawing).told()


@programs.post("/drawings/{drawing}/redo", response_model=DrawingSeen)
@allows(Act.DRAW)
def redo_drawing(request: Request, drawing: str) -> Any:
    """Take it again."""
    _drawings(request).redo(drawing)
    return sight(request, drawing=drawing).told()


@programs.post("/drawings/{drawing}/save", response_model=DrawingSeen)
@allows(Act.DRAW)
def save_drawing(request: Request, drawing: str, given: Named) -> Any:
    """Keep it as a view, or rename it."""
    _drawings(request).save(drawing, given.name, shared=given.shared)
    return sight(request, drawing=drawing).told()


@programs.delete("/drawings/{drawing}", status_code=204)
@allows(Act.DRAW)
def delete_drawing(request: Request, drawing: str) -> Response:
    """Forget it."""
    _drawings(request).delete(drawing)
    return Response(status_code=204)


@programs.get("/drawings/{drawing}/ties/{tie}")
@allows(Act.DRAW)
def read_tie(request: Request, drawing: str, tie: str) -> Any:
    """A tie of a drawing, with what says so."""
    found = sight(request, drawing=drawing).tie(tie)
    if found is None:
        raise NotFound(f"there is no tie “{tie[:100]}” in this drawing")
    return {"tie": asdict(found["one"]), "evidence": found["evidence"]}
