"""What one person sees of a drawing: the same for its page, its timeline and map, and for programs."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request
from markupsafe import Markup

from crosstie.app import Workspace
from crosstie.casework.drawings import Drawings, Kept
from crosstie.errors import UsageError
from crosstie.graph.drawing import Picture, Step, checked
from crosstie.graph.drawn import drawn_svg, shape_of, stroke_of
from crosstie.model.marking import Marking, strictest
from crosstie.web.guard import workspace_of

Row = dict[str, Any]
Asked = Annotated[str, Query(max_length=2_000)]


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


def drawings_of(request: Request) -> Drawings:
    """The drawings of the person who asks."""
    return workspace_of(request).drawings(request.state.session.person)


def begun(link: str, entity: str) -> Step:
    """The first step of a drawing of a link or an entity; UsageError where neither is named."""
    if bool(link) == bool(entity):
        raise UsageError("a drawing begins with a link or with an entity", hint="Name one of them.")
    return checked({"do": "link", "link": link} if link else {"do": "entity", "node": entity})


def sight(request: Request, *, drawing: str = "", link: str = "", entity: str = "") -> Sight:
    """What the person who asks sees of a drawing, a link or an entity."""
    workspace, drawings = workspace_of(request), drawings_of(request)
    if drawing:
        kept = drawings.open(drawing)
        return Sight(workspace, drawings, drawings.look(kept.steps, kept.places, of=kept.id), kept)
    begin = begun(link, entity)
    return Sight(workspace, drawings, drawings.first(begin), begin=begin)


def listed(request: Request) -> Row:
    """One's own drawings and the views of others, and how many are left out."""
    known = drawings_of(request)
    found, withheld = known.all()
    rows = [
        {"drawing": one.id, "owner": one.owner, "own": one.owner == known.person.name, "name": known.named(one)}
        | {"shared": one.shared, "marking": one.marking, "steps": len(one.steps), "changed_at": one.changed_at}
        for one in found
    ]
    return {"drawings": rows, "withheld": withheld}
