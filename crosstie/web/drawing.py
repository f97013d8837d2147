"""The pages of drawings: everything by plain forms."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from crosstie.casework.access import Act
from crosstie.graph.drawing import MOST, MOST_DRAWN
from crosstie.graph.drawn import stroke_of
from crosstie.web.guard import GuardedRoute, allows
from crosstie.web.render import page
from crosstie.web.sight import Asked, Sight, begun, drawings_of, listed, sight

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
_Text = Annotated[str, Form(max_length=2_000)]
#: How many entities one step brings, as the page offers it.
_COUNTS = (10, 25, 100, 1_000)
#: Ties that the table beside a drawing lists.
LISTED = 300


class Fields:
    """A step as a form sends it."""

    def __init__(
        self, do: _Text = "", node: _Text = "", kind: _Text = "", most: _Text = "", x: _Text = "", y: _Text = "", text: _Text = ""
    ) -> None:
        self.told: dict[str, Any] = {"do": do, "node": node, "kind": kind, "most": most, "x": x, "y": y, "text": text}


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
    told["stroke_name"] = stroke_of
    return page(request, "drawing.html", told | {"chosen": seen.chosen(at), "tie": seen.tie(tie), "rows": rows, "names": names, "at": at})


@router.get("/drawings")
@allows(Act.DRAW)
def drawings(request: Request) -> Response:
    """One's own drawings and the views of others."""
    return page(request, "drawings.html", listed(request))


@router.get("/drawing")
@allows(Act.DRAW)
def beginning(request: Request, link: Asked = "", entity: Asked = "", at: Asked = "", tie: Asked = "") -> Response:
    """A drawing of a link or an entity, not kept yet."""
    return _page(request, sight(request, link=link, entity=entity), at, tie)


@router.post("/drawings")
@allows(Act.DRAW)
def begin(
    request: Request,
    step: Annotated[Fields, Depends()],
    link: _Text = "",
    entity: _Text = "",
    at: _Text = "",
) -> Response:
    """Begin a drawing, and take a first step with it."""
    known = drawings_of(request)
    kept = known.begin(begun(link, entity))
    if step.told["do"]:
        known.step(kept.id, step.told)
    return _back(kept.id, at)


@router.get("/drawings/{drawing}")
@allows(Act.DRAW)
def drawing(request: Request, drawing: str, at: Asked = "", tie: Asked = "") -> Response:
    """A drawing."""
    return _page(request, sight(request, drawing=drawing), at, tie)


@router.post("/drawings/{drawing}/steps")
@allows(Act.DRAW)
def take(
    request: Request,
    drawing: str,
    step: Annotated[Fields, Depends()],
    at: _Text = "",
    after: Annotated[int | None, Form()] = None,
) -> Response:
    """Take a step."""
    drawings_of(request).step(drawing, step.told, after)
    return _back(drawing, at if step.told["do"] != "hide" else "")


@router.post("/drawings/{drawing}/undo")
@allows(Act.DRAW)
def undo(request: Request, drawing: str, at: _Text = "", after: Annotated[int | None, Form()] = None) -> Response:
    """Take the last step back."""
    drawings_of(request).undo(drawing, after)
    return _back(drawing, at)


@router.post("/drawings/{drawing}/redo")
@allows(Act.DRAW)
def redo(request: Request, drawing: str, at: _Text = "", after: Annotated[int | None, Form()] = None) -> Response:
    """Take it again."""
    drawings_of(request).redo(drawing, after)
    return _back(drawing, at)


@router.post("/drawings/{drawing}/save")
@allows(Act.DRAW)
def save(request: Request, drawing: str, name: _Text = "", shared: Annotated[bool, Form()] = False) -> Response:
    """Keep it as a view, or rename it."""
    drawings_of(request).save(drawing, name, shared=shared)
    return _back(drawing, "")


@router.post("/drawings/{drawing}/delete")
@allows(Act.DRAW)
def delete(request: Request, drawing: str) -> Response:
    """Forget it."""
    drawings_of(request).delete(drawing)
    return RedirectResponse("/drawings", 303)


def _back(drawing: str, at: str) -> Response:
    return RedirectResponse(f"/drawings/{quote(drawing, safe='')}" + (f"?at={quote(at, safe='')}" if at else ""), 303)
