"""The timeline and the map of a drawing, a link or an entity."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from crosstie.casework.access import Act
from crosstie.exchange.drawn import FORMATS
from crosstie.graph.lanes import Dated, in_lanes, lanes_svg, precision
from crosstie.graph.mapped import map_svg, mapped
from crosstie.graph.svg import kind_in_words
from crosstie.link.path import placed_of
from crosstie.web import tongues
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.render import environment, page, static
from crosstie.web.sight import Asked, Sight, sight

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
#: Entities whose reasons for a sphere are looked up.
_PLACED = 300
#: What an export answers, for the description of the calls.
_FILES: dict[int | str, Row] = {200: {"description": "The file.", "content": {kind: {} for kind in FORMATS.values()}}}


def events(seen: Sight) -> list[Dated]:
    """What is dated of a drawing: since when and why entities are in a sphere, and when their ties held; each in the lane of its entity."""
    names = {one.known.number: one.known.caption for one in seen.picture.nodes}
    ids = {one.id: one for one in seen.picture.nodes}
    found = []
    for row in placed_of(seen.drawings.build, list(ids)[:_PLACED]):
        if seen.drawings.person.cleared(row["marking"]) and (row["start"] or row["end"]):
            words = f"{row['activity'].replace('.', ' ')} ({row['basis']})"
            found.append(Dated(ids[row["entity_id"]].known.caption, row["sphere"], words, row["start"], row["end"], row["sphere"]))
    for tie in seen.picture.ties:
        if tie.start or tie.end:
            words = f"{kind_in_words(tie.kind)}: {names[tie.target]}"
            lasting = not tie.kind.startswith(("ledger.", "Call"))
            found.append(Dated(names[tie.source], kind_in_words(tie.kind), words, tie.start, tie.end, lasting=lasting))
    order = {name: place for place, name in enumerate(names.values())}
    return sorted(dict.fromkeys(found), key=lambda one: (order[one.lane], one.start or one.end or "", one.words))


def _timeline(seen: Sight) -> Row:
    dated = events(seen)
    lanes, left_out = in_lanes(dated)
    rows = [
        asdict(one) | {"when": one.when, "precision": [precision(one.start), precision(one.end)]} for held in lanes.values() for one in held
    ]
    return {"marking": seen.marking, "withheld": seen.picture.withheld, "events": rows, "left_out": left_out}


def _map(seen: Sight) -> Row:
    shown = mapped(seen.picture, seen.drawings.drawing)
    told = {name: [asdict(one) for one in getattr(shown, name)] for name in ("countries", "flows", "spots")}
    return {"marking": seen.marking, "withheld": seen.picture.withheld, "nowhere": shown.nowhere, **told}


def _timeline_page(request: Request, seen: Sight) -> Response:
    svg = lanes_svg(events(seen), title="Timeline")
    return page(request, "timeline.html", {"seen": seen, "svg": Markup(svg) if svg else None, **_timeline(seen)})


def _map_page(request: Request, seen: Sight) -> Response:
    shown = mapped(seen.picture, seen.drawings.drawing)
    beside = environment(tongues.wanted(request)).from_string('{{ _("Not on this map:") }}').render()
    svg = Markup(map_svg(shown, title="Map", world=static("world.svg"), beside=beside))
    names = {one.id: one.known.caption for one in seen.picture.nodes}
    return page(request, "map.html", {"seen": seen, "svg": svg, "names": names, "chart": shown, **_map(seen)})


@router.get("/timeline")
@allows(Act.DRAW)
def timeline(request: Request, link: Asked = "", entity: Asked = "") -> Response:
    """What is dated of a link or an entity."""
    return _timeline_page(request, sight(request, link=link, entity=entity))


@router.get("/map")
@allows(Act.DRAW)
def map_(request: Request, link: Asked = "", entity: Asked = "") -> Response:
    """A link or an entity on the map."""
    return _map_page(request, sight(request, link=link, entity=entity))


@router.get("/drawings/{drawing}/timeline")
@allows(Act.DRAW)
def drawing_timeline(request: Request, drawing: str) -> Response:
    """What is dated of a drawing."""
    return _timeline_page(request, sight(request, drawing=drawing))


@router.get("/drawings/{drawing}/map")
@allows(Act.DRAW)
def drawing_map(request: Request, drawing: str) -> Response:
    """A drawing on the map."""
    return _map_page(request, sight(request, drawing=drawing))


@router.get("/drawings/{drawing}/export/{format}")
@allows(Act.EXPORT)
def export(request: Request, drawing: str, format: str) -> Response:
    """A drawing as a file."""
    return _file(request, drawing, format)


@programs.get("/drawings/{drawing}/export/{format}", response_class=Response, responses=_FILES)
@allows(Act.EXPORT)
def export_drawing(request: Request, drawing: str, format: str) -> Response:
    """A drawing as a file: svg, png, graphml or ftm (FollowTheMoney, JSON lines)."""
    return _file(request, drawing, format)


def _file(request: Request, drawing: str, format: str) -> Response:
    taken = workspace_of(request).take_drawing(request.state.session.person, drawing, format)
    return Response(taken.content, media_type=taken.kind, headers={"Content-Disposition": f'attachment; filename="{taken.name}"'})


@programs.get("/timeline")
@allows(Act.DRAW)
def read_timeline(request: Request, drawing: Asked = "", link: Asked = "", entity: Asked = "") -> Any:
    """What is dated of a drawing, a link or an entity, with how precisely each date is known."""
    return _timeline(sight(request, drawing=drawing, link=link, entity=entity))


@programs.get("/map")
@allows(Act.DRAW)
def read_map(request: Request, drawing: Asked = "", link: Asked = "", entity: Asked = "") -> Any:
    """In which countries the entities of a drawing, a link or an entity are, and which countries its ties join."""
    return _map(sight(request, drawing=drawing, link=link, entity=entity))
