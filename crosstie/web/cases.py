"""Cases: pages with plain forms, and the same as JSON."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import fields
from pathlib import Path as File
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Form, Header, Path, Request, UploadFile
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.datastructures import FormData

from crosstie.casework import changes
from crosstie.casework.access import Act
from crosstie.casework.cases import LARGEST, Cases
from crosstie.errors import IntegrityError, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.durable import sha256_of
from crosstie.store.fingerprint import fingerprint
from crosstie.web.findings import findings_of
from crosstie.web.guard import GuardedRoute, allows, takes, workspace_of
from crosstie.web.pages import reading
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
_Text = Annotated[str, Form(max_length=20_000)]
_Number = Annotated[int, Path(ge=1, lt=1 << 31)]
#: What a program sends with a change that it may send again.
_Once = Annotated[str, Header(alias="Idempotency-Key", max_length=100)]
_CHANGES: TypeAdapter[Any] = TypeAdapter(Annotated[changes.Change, Field(discriminator="do")])
#: Which fields each change has, by what it does.
_FIELDS = {fields(one)[-1].default: [part.name for part in fields(one)] for one in changes.Change.__args__}  # `do` is the last
#: Years that a closed case is kept, as the page offers it.
_YEARS = 5
#: Where the page of something is that somebody is to look at.
_PAGES = {"link": "links", "entity": "entities", "finding": "findings"}


class NewCase(BaseModel):
    """A case to be opened."""

    title: str = Field(min_length=1, max_length=2_000)
    purpose: str = Field(min_length=1, max_length=2_000)
    basis: str = Field(min_length=1, max_length=2_000)
    marking: str = Field("", max_length=200)


class Assignment(BaseModel):
    """A link, entity or finding for somebody to look at."""

    kind: str = Field(pattern="^(link|entity|finding)$")
    subject: str = Field(min_length=1, max_length=1_000)
    assignee: str = Field(min_length=1, max_length=200)
    due: str = Field("", max_length=10)
    title: str = Field("", max_length=500)


async def _sent(request: Request) -> FormData:
    return await request.form()


_Sent = Annotated[FormData, Depends(_sent)]


def cases_of(request: Request) -> Cases:
    """The cases of the person who asks."""
    return workspace_of(request).cases(request.state.session.person)


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/cases")
@allows(Act.CASES)
def cases(request: Request) -> Response:
    """The cases of this person, those with the nearest date first."""
    return page(request, "cases.html", {"found": cases_of(request).list(), "levels": [level.label for level in Tlp]})


@router.post("/cases")
@allows(Act.LEAD)
def open_case(request: Request, title: _Text, purpose: _Text, basis: _Text, marking: _Text = "", once: _Text = "") -> Response:
    """Open a case."""
    ref = cases_of(request).open(title, purpose, basis, marking, once=_once(once, [title, purpose, basis, marking]))
    return RedirectResponse(f"/cases/{ref}", 303)


@router.get("/cases/{ref}")
@allows(Act.CASES)
def case(request: Request, ref: str) -> Response:
    """One case."""
    workspace = workspace_of(request)
    found = cases_of(request).read(ref)
    told = {
        "found": found,
        "people": workspace.own(request.state.session.person).people(),
        "levels": [level.label for level in Tlp],
        "years": _YEARS,
    }
    return page(request, "case.html", told)


@router.post("/cases/{ref}")
@allows(Act.CASEWORK)
def change(request: Request, ref: str, sent: _Sent) -> Response:
    """Change something in a case, as a form of its page says."""
    given, do = _given(sent)
    version = cases_of(request).change(ref, _read(given), once=_once(str(sent.get("once", "")), given))
    return RedirectResponse(f"/cases/{quote(ref)}?version={version}#{quote(do)}", 303)


@router.post("/cases/{ref}/attachments")
@allows(Act.CASEWORK)
@takes(LARGEST + (1 << 20))
def attach(request: Request, ref: str, file: UploadFile, reason: _Text, marking: _Text = "", once: _Text = "") -> Response:
    """Attach a file."""
    _attach(request, ref, file, reason, marking, once)
    return RedirectResponse(f"/cases/{quote(ref)}#attach", 303)


@router.get("/cases/{ref}/attachments/{number}")
@allows(Act.CASES)
def attachment(request: Request, ref: str, number: _Number) -> Response:
    """A file of a case, to be kept, never to be shown in the browser."""
    return _attachment(request, ref, number)


@router.get("/casework")
@allows(Act.CASEWORK)
def casework(request: Request, kind: str, subject: str) -> Response:
    """What can be done with a link, entity or finding beside judging it: put it into a case, give it to somebody. A part of a page where htmx asks."""
    subject = _seen(request, kind, subject)
    person, workspace = request.state.session.person, workspace_of(request)
    mine = [one for one in cases_of(request).list()["cases"] if one["status"] == "open" and one["mine"] != "reader"]
    told = {"kind": kind, "subject": subject, "cases": mine, "people": workspace.own(request.state.session.person).people()}
    told["tasks"] = workspace.own(person).about(kind, subject)
    return page(request, "casework_part.html" if request.headers.get("hx-request") else "casework.html", told)


@router.post("/casework")
@allows(Act.CASEWORK)
def into_case(request: Request, ref: _Text, kind: _Text, subject: _Text, reason: _Text, once: _Text = "") -> Response:
    """Put a link, entity or finding into a case."""
    given = {"do": "add", "kind": kind, "subject": subject, "reason": reason}
    cases_of(request).change(ref, _read(given), once=_once(once, given | {"ref": ref}))
    return RedirectResponse(f"/cases/{quote(ref)}#add", 303)


@router.post("/tasks")
@allows(Act.CASEWORK)
def assign(
    request: Request, kind: _Text, subject: _Text, assignee: _Text, due: _Text = "", title: _Text = "", once: _Text = ""
) -> Response:
    """Give somebody a link, entity or finding to look at."""
    _assign(request, kind, subject, assignee, due, title, once)
    return RedirectResponse(f"/{_PAGES[kind]}/{quote(subject)}", 303)


@router.post("/tasks/{task}/done")
@allows(Act.CASEWORK)
def done(request: Request, task: str) -> Response:
    """Note that it is done."""
    workspace_of(request).own(request.state.session.person).done(task)
    return RedirectResponse("/", 303)


# ── the same for programs ───────────────────────────────────────────────────────────────────────────────────────────────


@programs.get("/cases", response_model=Row)
@allows(Act.CASES)
def told_cases(request: Request) -> Any:
    """The cases of this person, those with the nearest date first."""
    return cases_of(request).list()


@programs.post("/cases", status_code=201, response_model=Row)
@allows(Act.LEAD)
def opened(request: Request, given: NewCase, once: _Once = "") -> Any:
    """Open a case."""
    return {"ref": cases_of(request).open(**given.model_dump(), once=once)}


@programs.get("/cases/{ref}", response_model=Row)
@allows(Act.CASES)
def told_case(request: Request, ref: str) -> Any:
    """One case with all that is in it."""
    return cases_of(request).read(ref)


@programs.post("/cases/{ref}", response_model=Row)
@allows(Act.CASEWORK)
def changed(request: Request, ref: str, given: Annotated[changes.Change, Body(discriminator="do")], once: _Once = "") -> Any:
    """Change something in a case; the version of the case after it. With the same `Idempotency-Key` it is done once."""
    return {"ref": ref, "version": cases_of(request).change(ref, given, once=once)}


@programs.post("/cases/{ref}/attachments", status_code=201, response_model=Row)
@allows(Act.CASEWORK)
@takes(LARGEST + (1 << 20))
def attached(request: Request, ref: str, file: UploadFile, reason: _Text, marking: _Text = "", once: _Once = "") -> Any:
    """Attach a file."""
    return {"ref": ref, "version": _attach(request, ref, file, reason, marking, once)}


@programs.get("/cases/{ref}/attachments/{number}", response_class=FileResponse)
@allows(Act.CASES)
def told_attachment(request: Request, ref: str, number: _Number) -> Any:
    """A file of a case."""
    return _attachment(request, ref, number)


@programs.get("/tasks", response_model=Row)
@allows(Act.CASES)
def tasks(request: Request) -> Any:
    """What this person is to do, the nearest date first."""
    return {"tasks": workspace_of(request).own(request.state.session.person).tasks()}


@programs.post("/tasks", status_code=201, response_model=Row)
@allows(Act.CASEWORK)
def assigned(request: Request, given: Assignment, once: _Once = "") -> Any:
    """Give somebody a link, entity or finding to look at."""
    return {"task": _assign(request, given.kind, given.subject, given.assignee, given.due, given.title, once)}


@programs.post("/tasks/{task}/done", response_model=Row)
@allows(Act.CASEWORK)
def told_done(request: Request, task: str) -> Any:
    """Note that it is done."""
    return workspace_of(request).own(request.state.session.person).done(task)


# ── what both do ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _once(token: str, given: Any) -> str:
    """By what a form is known when it is sent again: its page and what it says, so that another text from the same page is another change."""
    return f"{token[:40]}:{fingerprint(given)[:40]}" if token else ""


def _given(sent: FormData) -> tuple[Row, str]:
    """What a form says, with the fields of its change only."""
    do = str(sent.get("do", ""))
    given: Row = {name: str(sent[name]) for name in _FIELDS.get(do, ()) if name in sent}
    if do == "decide":
        given["links"] = [str(one) for one in sent.getlist("links")]
    return {**given, "do": do}, do


def _read(given: Row) -> changes.Change:
    try:
        read: changes.Change = _CHANGES.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    return read


def _seen(request: Request, kind: str, subject: str) -> str:
    """The id of a link, entity or finding that this person may see; the errors of reading it otherwise."""
    if kind == "link":
        return str(reading(request).link(subject)["link"]["link_id"])
    if kind == "entity":
        found = reading(request).entity(subject)
        return str(found["entity"]["entity_id"]) if found["entity"] else subject
    if kind == "finding":
        return str(findings_of(request).one(subject)["finding_id"])
    raise UsageError("it is a link, an entity or a finding")


def _assign(request: Request, kind: str, subject: str, assignee: str, due: str, title: str, once: str) -> str:
    subject = _seen(request, kind, subject)
    known = _once(once, [kind, subject, assignee, due, title])
    return workspace_of(request).own(request.state.session.person).assign(kind, subject, assignee, due, title, once=known)


def _attach(request: Request, ref: str, sent: UploadFile, reason: str, marking: str, once: str) -> int:
    with tempfile.TemporaryDirectory(prefix="crosstie-") as folder:
        file = File(folder) / "file"
        with file.open("xb") as out:
            shutil.copyfileobj(sent.file, out)
        known = _once(once, [sha256_of(file), sent.filename, reason, marking])
        return cases_of(request).attach(ref, file, sent.filename or "", reason, marking, once=known)


def _attachment(request: Request, ref: str, number: int) -> Response:
    path, name = cases_of(request).attachment(ref, number)
    if not path.is_file() or sha256_of(path) != path.name:
        raise IntegrityError(f"file {number} of case {ref} is not what it was when it was attached", hint="Restore it from a backup.")
    # what it says it is does not matter: no browser shows or runs it
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(path, media_type="application/octet-stream", filename=name, headers=headers)
