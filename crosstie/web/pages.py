"""The pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from crosstie.casework.access import ALLOWED, Act, Role
from crosstie.errors import NotFound
from crosstie.link.asking import CLASSES
from crosstie.model.marking import Tlp
from crosstie.web.guard import OPEN, GuardedRoute, allows, workspace_of
from crosstie.web.reading import PAGE, Asked, Reading
from crosstie.web.render import FILES, page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
_Text = Annotated[str, Form(max_length=2_000)]


def reading(request: Request) -> Reading:
    """What the person who asks may read."""
    return Reading(workspace_of(request), request.state.session.person)


@router.get("/links")
@allows(Act.READ)
def links(request: Request, asked: Annotated[Asked, Depends()]) -> Response:
    """The ranked links."""
    reader = reading(request)
    found = reader.links(asked.question, status=asked.status, assigned=asked.assigned, start=asked.start)
    choices = {"classes": CLASSES, "typologies": reader.typologies(), "levels": [level.label for level in Tlp]}
    return page(request, "links.html", {"found": found, "asked": asked, "step": PAGE, **choices})


@router.get("/links/{link}")
@allows(Act.READ)
def link(request: Request, link: str) -> Response:
    """One link."""
    reader = reading(request)
    found = reader.link(link)
    [story] = reader.workspace.stories([found["link"]["link_id"]])
    return page(request, "link.html", {"story": story, "found": found, "tasks": reader.tasks("link", found["link"]["link_id"])})


@router.post("/links/{link}/judge")
@allows(Act.JUDGE)
def judge(request: Request, link: str, verdict: _Text, reason: _Text = "", seen: _Text = "") -> Response:
    """Note what a person decided of a link. `seen`: the judgement that stood on their page; where another stands now, the page says so."""
    reader = reading(request)
    before = reader.link(link)["verdict"]
    reader.judge(link, verdict, reason)
    other = before and before["id"] != seen and before["user"] != reader.person.name and seen
    return RedirectResponse(f"/links/{link}" + ("?meanwhile=1#history" if other else ""), 303)


@router.get("/review")
@allows(Act.JUDGE)
def review(request: Request, left: str = "", right: str = "") -> Response:
    """Two records side by side: are they one thing?"""
    return page(request, "review.html", {"found": reading(request).review(left, right), "conflicts": []})


@router.post("/review")
@allows(Act.JUDGE)
def decide(
    request: Request, left: _Text, right: _Text, verdict: _Text, reason: _Text = "", alike: Annotated[bool, Form()] = False
) -> Response:
    """Note what a person decided of a pair, or put it aside."""
    if verdict == "skip":
        reading(request).skip(left, right)
        return RedirectResponse("/review", 303)
    reader = reading(request)
    if conflicts := reader.decide(left, right, verdict, reason, alike=alike)["conflicts"]:
        return page(request, "review.html", {"found": reader.review(), "conflicts": conflicts})
    return RedirectResponse("/review", 303)


@router.post("/judgements/{judgement}/undo")
@allows(Act.JUDGE)
def undo(request: Request, judgement: str) -> Response:
    """Take one’s own judgement back."""
    taken = reading(request).undo(judgement)
    back = {"link": f"/links/{taken['left']}", "finding": f"/findings/{taken['left']}", "pair": "/review"}
    return RedirectResponse(back.get(taken["kind"], "/"), 303)


@router.get("/entities/{entity:path}")
@allows(Act.READ)
def entity(request: Request, entity: str) -> Response:
    """One entity."""
    reader = reading(request)
    found = reader.entity(entity)
    tasks = reader.tasks("entity", found["entity"]["entity_id"]) if found["entity"] else []
    return page(request, "entity.html", {"found": found, "values": _by_property(found["claims"]), "tasks": tasks})


@router.get("/search")
@allows(Act.SEARCH)
def search(request: Request, name: str = "") -> Response:
    """Who may be meant by a name; only the hits where htmx asks as one types."""
    found = reading(request).search(name)
    return page(request, "hits.html" if request.headers.get("hx-request") else "search.html", {"found": found})


@router.get("/sources")
@allows(Act.SOURCES)
def sources(request: Request) -> Response:
    """The sources."""
    return page(request, "sources.html", reading(request).sources())


@router.get("/audit")
@allows(Act.AUDIT)
def audit(request: Request, count: int = 200) -> Response:
    """Who read or did what, when and why."""
    return page(request, "audit.html", {"entries": reading(request).audit(count)})


@router.get("/accounts")
@allows(Act.ACCOUNTS)
def accounts(request: Request) -> Response:
    """Who may sign in."""
    return _accounts(request, None)


@router.post("/accounts")
@allows(Act.ACCOUNTS)
def add_account(request: Request, name: _Text, role: Annotated[Role, Form()], clearance: _Text = "TLP:AMBER") -> Response:
    """Make an account, and show once the password to begin with."""
    password = request.app.state.accounts.add(name, role, _clearance(clearance), by=request.state.session.person.name)
    return _accounts(request, (name, password))


@router.post("/accounts/{name}")
@allows(Act.ACCOUNTS)
def change_account(
    request: Request, name: str, role: Annotated[Role, Form()], clearance: _Text, closed: Annotated[bool, Form()] = False
) -> Response:
    """Give an account another role or clearance, or close it."""
    by = request.state.session.person.name
    request.app.state.accounts.change(name, role=role, clearance=_clearance(clearance), closed=closed, by=by)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/{name}/password")
@allows(Act.ACCOUNTS)
def reset_password(request: Request, name: str) -> Response:
    """Give an account a new password to begin with."""
    return _accounts(request, (name, request.app.state.accounts.reset(name, by=request.state.session.person.name)))


@router.post("/accounts/{name}/second-factor")
@allows(Act.ACCOUNTS)
def remove_second_factor(request: Request, name: str) -> Response:
    """Take away the second factor of somebody who lost it."""
    request.app.state.accounts.codes.remove(name, by=request.state.session.person.name)
    return RedirectResponse("/accounts", 303)


@router.get("/static/{name}")
@allows(OPEN)
def file(name: str) -> Response:
    """A file that pages ask for."""
    if name not in FILES:
        raise NotFound(f"there is no file “{name}”")
    path, kind = FILES[name]
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _accounts(request: Request, made: tuple[str, str] | None) -> Response:
    told = {"accounts": request.app.state.accounts.all(), "roles": list(Role), "levels": [level.label for level in Tlp], "made": made}
    return page(request, "accounts.html", told | {"allowed": {role: sorted(act.value for act in acts) for role, acts in ALLOWED.items()}})


def _clearance(written: str) -> Tlp:
    found = next((level for level in Tlp if level.label == written), None)
    if found is None:
        raise NotFound(f"“{written}” is no marking of the Traffic Light Protocol")
    return found


def _by_property(claims: list[dict[str, Any]]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """What is said of an entity, by property and by value."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one in claims:
        if one["prop_type"] != "entity":
            found.setdefault(one["prop"], {}).setdefault(one["value"], []).append(one)
    return found
