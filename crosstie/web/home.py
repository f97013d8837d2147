"""Where a person begins: what is new, what is due, what waits; and the questions that they keep."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

import pyarrow as pa
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from crosstie.casework.access import Act, Role
from crosstie.errors import NotFound
from crosstie.link.asking import Question
from crosstie.resolve.batches import values
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.pages import reading
from crosstie.web.reading import LISTED, Asked, Reading
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
#: New links that a page shows of each list.
SHOWN = 20
#: Where each role begins that reads no links.
_HOME = {Role.CUSTODIAN: "/retention", Role.ADMINISTRATOR: "/accounts", Role.AUDITOR: "/audit"}
_Text = Annotated[str, Form(max_length=200)]


class Keep(BaseModel):
    """A question to be kept: the same filters as those of the list of links."""

    name: str = Field(min_length=1, max_length=200)


class Fresh:
    """Takes from new links those that a person is cleared for, some of them, and counts the others."""

    def __init__(self, reader: Reading) -> None:
        self._person = reader.person
        self.total = self.withheld = 0

    def __call__(self, table: pa.Table) -> pa.Table:
        """The first of them."""
        markings = values(table, "marking")
        cleared = [at for at, marking in enumerate(markings) if self._person.cleared(marking)]
        self.total, self.withheld = len(cleared), len(markings) - len(cleared)
        return table.take(pa.array(cleared[:SHOWN], pa.int64()))


@router.get("/")
@allows(Act.OWN)
def home(request: Request) -> Response:
    """Where this person begins."""
    if not request.state.session.person.may(Act.READ):
        return RedirectResponse(_HOME[request.state.session.person.role], 303)
    return page(request, "home.html", {"found": told_home(request)})


@router.post("/seen")
@allows(Act.READ)
def seen(request: Request, build: Annotated[int, Form(ge=1, lt=1 << 31)]) -> Response:
    """The news up to this build are seen."""
    _seen(request, build)
    return RedirectResponse("/", 303)


@router.get("/newer")
@allows(Act.READ)
def newer(request: Request, build: int) -> Response:
    """Whether a newer build stands than the one that an open page is of."""
    return page(request, "newer.html", {"newer": present(request), "than": build})


@router.get("/queries")
@allows(Act.READ)
def queries(request: Request) -> Response:
    """The questions that this person keeps, each with what is new to it."""
    return page(request, "queries.html", told_queries(request))


@router.post("/queries")
@allows(Act.READ)
def keep(request: Request, asked: Annotated[Asked, Depends()], name: _Text) -> Response:
    """Keep the question that the filters in the address put."""
    workspace_of(request).inquiry().watch(name, asked.question, read=False)
    return RedirectResponse("/queries", 303)


@router.post("/queries/{name}/seen")
@allows(Act.READ)
def looked(request: Request, name: str) -> Response:
    """What is new to a question is seen."""
    _mine(request, name)
    workspace_of(request).inquiry().looked(name)
    return RedirectResponse("/queries", 303)


@router.post("/queries/{name}/remove")
@allows(Act.READ)
def forget(request: Request, name: str) -> Response:
    """Forget a question."""
    _mine(request, name)
    workspace_of(request).inquiry().unwatch(name)
    return RedirectResponse("/queries", 303)


@programs.get("/home", response_model=Row)
@allows(Act.READ)
def home_told(request: Request) -> Any:
    """What is new since this person said that they had seen the news, what is due, what waits."""
    return told_home(request)


@programs.post("/home/seen", response_model=Row)
@allows(Act.READ)
def home_seen(request: Request) -> Any:
    """The news up to the present build are seen."""
    build = present(request)
    _seen(request, build)
    return {"seen": build}


@programs.get("/queries", response_model=Row)
@allows(Act.READ)
def queries_told(request: Request) -> Any:
    """The questions that this person keeps, each with what is new to it."""
    return told_queries(request)


@programs.post("/queries", status_code=201, response_model=Row)
@allows(Act.READ)
def kept(request: Request, given: Keep, asked: Annotated[Asked, Depends()]) -> Any:
    """Keep the question that the filters in the address put."""
    watch, _ = workspace_of(request).inquiry().watch(given.name, asked.question, read=False)
    return {"name": watch.name, "question": dict(watch.question)}


@programs.post("/queries/{name}/seen", response_model=Row)
@allows(Act.READ)
def query_seen(request: Request, name: str) -> Any:
    """What is new to a question is seen."""
    _mine(request, name)
    workspace_of(request).inquiry().looked(name)
    return {"name": name}


@programs.delete("/queries/{name}", response_model=Row)
@allows(Act.READ)
def query_forgotten(request: Request, name: str) -> Any:
    """Forget a question."""
    _mine(request, name)
    workspace_of(request).inquiry().unwatch(name)
    return {"name": name}


def present(request: Request) -> int:
    """The number of the build that is shown now; 0 where there is none yet."""
    return workspace_of(request).builds.shown()


def told_home(request: Request) -> Row:
    """All of the first page, as plain data."""
    reader = reading(request)
    workspace, person = reader.workspace, reader.person
    own = workspace.own(person)
    build = workspace.builds.current()
    told: Row = {"cases": workspace.cases(person).list(), "tasks": own.tasks(), "build": None, "news": None, "review": None}
    if build is None:
        return told
    since, at = own.visited(build.number)
    told["build"] = {"number": build.number, "counts": dict(build.manifest["counts"]), "waiting": _waiting(reader, build)}
    told["news"] = _news(reader, since, at)
    told["review"] = workspace.desk().pending(0).total if person.may(Act.JUDGE) else None
    return told


def _news(reader: Reading, since: int, at: str) -> Row:
    """New and changed links since a build; since the oldest that is kept, where that one is let go."""
    workspace = reader.workspace
    here = [one.number for one in workspace.builds.list()]
    compared = since if since in here else min(here)
    fresh = Fresh(reader)
    inquiry = workspace.inquiry()
    rows = inquiry.links(Question(), since=compared, shown=fresh).to_pylist() if compared != inquiry.build.number else []
    links = [{name: row.get(name) for name in (*LISTED, "was")} for row in rows]
    return {"since": compared, "wanted": since, "at": at, "links": links, "total": fresh.total, "withheld": fresh.withheld}


def _waiting(reader: Reading, build: Any) -> int:
    """How many sources came, or went, since the build."""
    return len({one.source_id for one in reader.workspace.sources.list()} ^ set(values(build.table("sources"), "source_id")))


def told_queries(request: Request) -> Row:
    """The questions that a person keeps, as plain data."""
    reader = reading(request)
    person, inquiry = reader.person, reader.workspace.inquiry()
    fresh, counts = Fresh(reader), []

    def shown(table: pa.Table) -> pa.Table:
        some = fresh(table)
        counts.append((fresh.total, fresh.withheld))
        return some

    told = []
    for news, (total, withheld) in zip(inquiry.news(look=False, of=person.name, shown=shown), counts, strict=True):
        links = [{name: row.get(name) for name in (*LISTED, "was")} for row in news.fresh.to_pylist()]
        watch = news.watch
        address = f"/links?{urlencode(_address(watch.question))}"
        changed = {"total": total, "withheld": withheld, "gone": len(news.gone), "links": links}
        told.append(
            {"name": watch.name, "path": quote(watch.name, safe=""), "question": dict(watch.question), "at": watch.at, "address": address}
            | changed
        )
    return {"queries": told, "build": inquiry.build.number}


def _address(question: Any) -> list[tuple[str, str]]:
    """The filters of a question as they stand in the address of the list of links."""
    found: list[tuple[str, str]] = [("class", one) for one in question.get("classes", ())]
    found += [("typology", one) for one in question.get("typologies", ())[:1]]
    found += [("region", one) for one in question.get("regions", ())]
    if between := question.get("between"):
        found.append(("between", "; ".join(between)))
    return found + [(name, str(question[name])) for name in ("max_hops", "as_of") if name in question]


def _seen(request: Request, build: int) -> None:
    workspace_of(request).own(request.state.session.person).seen(min(build, present(request)))


def _mine(request: Request, name: str) -> None:
    """NotFound where this person keeps no question of that name: those of others are not theirs to see or forget."""
    person = request.state.session.person
    if not any(one.name == name and one.user == person.name for one in workspace_of(request).inquiry().watches()):
        raise NotFound(f"you keep no question “{name[:100]}”")
