"""Taking an entity apart: which of its records are somebody else, and what the next build will then make of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from crosstie.casework.access import Act
from crosstie.errors import AccessError, UsageError
from crosstie.resolve.desk import Desk
from crosstie.resolve.explode import Merged
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.pages import reading
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
_Entity = Annotated[str, Query(max_length=1_000)]


class Apart(BaseModel):
    """Which records are to be taken out of an entity; all from each other where none is named."""

    entity: str = Field(max_length=1_000)
    out: list[str] = Field([], max_length=1_000)
    reason: str = Field(min_length=1, max_length=2_000)


class Record(BaseModel):
    """A record of an entity."""

    entity_id: str
    name: str
    originators: list[str]
    grades: list[str]
    marking: str


class Bond(BaseModel):
    """What holds two records of an entity together."""

    left: str
    right: str
    score: float | None
    judgement: str | None
    sentences: list[str]


class Whole(BaseModel):
    """An entity, its records, and what holds them together, the weakest first."""

    entity_id: str
    caption: str
    links: int
    records: list[Record]
    bonds: list[Bond]


class Parts(BaseModel):
    """The parts that the next build will make, the judgements that say so, and which contradictions they are part of."""

    parts: list[list[str]]
    judgements: list[str]
    conflicts: list[str]


@router.get("/apart")
@allows(Act.JUDGE)
def whole(request: Request, entity: _Entity) -> Response:
    """The records of an entity, and what holds them together."""
    return page(request, "apart.html", {"found": _whole(request, entity), "made": None})


@router.post("/apart")
@allows(Act.JUDGE)
def take_apart(
    request: Request,
    entity: Annotated[str, Form(max_length=1_000)],
    reason: Annotated[str, Form(max_length=2_000)],
    out: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Take records out of an entity."""
    if not out:
        raise UsageError("no record was chosen", hint="Choose those that are somebody else.")
    made = _apart(request, Apart(entity=entity, out=out, reason=reason or " "))
    return page(request, "apart.html", {"found": _whole(request, entity), "made": made})


@programs.get("/apart", response_model=Whole)
@allows(Act.JUDGE)
def whole_told(request: Request, entity: _Entity) -> Any:
    """The records of an entity, and what holds them together."""
    return _whole(request, entity)


@programs.post("/apart", status_code=201, response_model=Parts)
@allows(Act.JUDGE)
def taken_apart(request: Request, given: Apart) -> Any:
    """Take records out of an entity, or all apart; the next build obeys."""
    return _apart(request, given)


def _merged(request: Request, entity: str) -> tuple[Desk, Merged]:
    """The entity, where this person is cleared for it and for each of its records."""
    reader = reading(request)
    reader.entity(entity)
    desk = workspace_of(request).desk()
    found = desk.merged(entity)
    if not all(reader.person.cleared(one.marking) for one in found.records):
        raise AccessError(
            "one of its records is marked more strictly than you are cleared for", hint="Ask somebody who is cleared for all."
        )
    return desk, found


def _whole(request: Request, entity: str) -> Row:
    _, found = _merged(request, entity)
    records = [{**asdict(one), "name": name} for one, name in zip(found.records, found.names, strict=True)]
    return {**found.as_dict(), "records": records}


def _apart(request: Request, given: Apart) -> Row:
    desk, found = _merged(request, given.entity)
    made = desk.separate(found, given.out or None, given.reason.strip())
    told = [one.id for one in made.judgements]
    return {"parts": made.parts, "judgements": told, "conflicts": [one.sentence for one in made.conflicts]}
