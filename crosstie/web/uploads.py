"""Files put into the workspace from the browser and by programs: sniffed, mapped, tried, taken in; what could not be used is listed."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, replace
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Form, Path, Query, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from crosstie.app import Added
from crosstie.casework.access import Act
from crosstie.casework.uploads import LARGEST, LONGEST, Uploads, copying
from crosstie.errors import AccessError, CrosstieError, InputError, TooLarge
from crosstie.ingest.drafting import PAYMENTS, SCHEMATA, Draft, draft, properties
from crosstie.ingest.load import Choice
from crosstie.ingest.mapping import mapping_reader
from crosstie.ingest.trying import Looked
from crosstie.model.marking import CREDIBILITY, RELIABILITY, Marking, Tlp, check_grade
from crosstie.web import shapes
from crosstie.web.answers import Listing, Problem, listed
from crosstie.web.api import Count, Start
from crosstie.web.guard import GuardedRoute, allows, takes, workspace_of
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute)
_Text = Annotated[str, Form(max_length=500)]
_Mapping = Annotated[str, Form(max_length=LONGEST)]
_Id = Annotated[str, Path(max_length=100)]
#: Choices of a form that was not sent yet.
_NOTHING: dict[str, Any] = {"holds": {}, "key": [], "dates": "", "decimal": "", "currency": "", "originator": ""}
#: What hides a command from a spreadsheet that opens the file.
_COMMANDS = ("=", "+", "-", "@", "\t", "\r")


class UploadRow(BaseModel):
    """A file that waits. `looks_like`: in words; `reader`: who knows it, null where it needs a mapping."""

    id: str
    name: str
    bytes: int
    user: str
    at: str
    media: str
    looks_like: str
    reader: str | None
    title: str | None
    draft: str | None = Field(description="A mapping to begin with, where it needs one.")


class UploadList(BaseModel):
    """One's own files that wait, the newest first."""

    uploads: list[UploadRow]


class MappingText(BaseModel):
    """A mapping, in the language of docs/guide/mapping.md."""

    mapping: str = Field(max_length=LONGEST)


class TriedRows(BaseModel):
    """What the first rows say by a mapping."""

    rows: int
    entities: list[dict[str, Any]]
    ledgers: dict[str, list[dict[str, Any]]]
    rejects: list[dict[str, str | None]]


class AddWish(BaseModel):
    """How a file is to be taken in; what is left empty is as its format, or its mapping, says."""

    originator: str | None = Field(None, max_length=200)
    grade: str | None = Field(None, max_length=2, description="Admiralty code, such as B2.")
    marking: str | None = Field(None, max_length=20, description="TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT or TLP:RED.")
    purpose: str = Field("", max_length=200, description="What it was collected for.")
    retention: str = Field("", max_length=10, description="The day until which it may be kept.")
    dataset: str | None = Field(None, max_length=40)
    version_date: str | None = Field(None, max_length=10)
    mapping: str | None = Field(None, max_length=LONGEST)
    accept_counts: bool = Field(False, description="Take it even where it breaks what its reader promises of it.")


class AddedRow(BaseModel):
    """What became of a file, or of a file in an archive: added, known or refused."""

    file: str
    outcome: str
    source: shapes.SourceRow | None  # type: ignore[valid-type]
    error: Problem | None


class AddedList(BaseModel):
    """What became of the files."""

    files: list[AddedRow]


class RejectList(Listing):
    """What could not be used of a source: where, why, and what it looked like."""

    rejects: list[shapes.Reject]  # type: ignore[valid-type]


@router.get("/sources/add", include_in_schema=False)
@allows(Act.ADD)
def add_page(request: Request) -> Response:
    """Put files there, and see those that wait."""
    return page(request, "uploads.html", {"uploads": _uploads(request).all(), "largest": LARGEST})


@router.post("/sources/add", include_in_schema=False)
@allows(Act.ADD)
@takes(LARGEST + (1 << 20))
def add_on_page(request: Request, files: list[UploadFile]) -> Response:
    """Keep the files that a form sends."""
    made = [_uploads(request).put(one.filename or "", copying(one.file)) for one in files[:50]]
    return RedirectResponse(f"/sources/add/{made[0].id}" if len(made) == 1 else "/sources/add", 303)


@router.get("/sources/add/{upload}", include_in_schema=False)
@allows(Act.ADD)
def upload_page(request: Request, upload: _Id) -> Response:
    """What a file is, whose, and what its columns mean."""
    return _page(request, upload)


@router.post("/sources/add/{upload}/preview", include_in_schema=False)
@allows(Act.ADD)
def preview_on_page(
    request: Request,
    upload: _Id,
    start_from: _Text = "text",
    mapping: _Mapping = "",
    subject: _Text = "Person",
    column: Annotated[list[str] | None, Form()] = None,
    holds: Annotated[list[str] | None, Form()] = None,
    key: Annotated[list[str] | None, Form()] = None,
    dates: _Text = "",
    decimal: _Text = "",
    currency: _Text = "",
    originator: _Text = "",
) -> Response:
    """What the mapping makes of the first rows: the mapping of the text field, or one made anew from the columns."""
    chosen: dict[str, Any] = {
        "subject": subject,
        "holds": dict(zip(column or [], holds or [], strict=False)),
        "key": key or [],
        "dates": dates,
    }
    chosen |= {"decimal": decimal, "currency": currency, "originator": originator}
    if start_from == "columns":
        formats = [one.strip() for one in dates.split(";") if one.strip()]
        known = {name: what for name, what in chosen["holds"].items() if what}
        name = _uploads(request).get(upload).name
        mapping = draft(Draft(_dataset(name), name, originator, subject, known, key or [], formats, decimal, currency=currency))
    return _page(request, upload, mapping, chosen, part=bool(request.headers.get("hx-request")))


@router.post("/sources/add/{upload}", include_in_schema=False)
@allows(Act.ADD)
def take_on_page(
    request: Request,
    upload: _Id,
    originator: _Text = "",
    grade: _Text = "",
    marking: _Text = "",
    purpose: _Text = "",
    retention: _Text = "",
    mapping: _Mapping = "",
    accept_counts: Annotated[bool, Form()] = False,
) -> Response:
    """Take the file in."""
    wish = AddWish(
        originator=originator[:200] or None,
        grade=grade[:2] or None,
        marking=marking[:20] or None,
        purpose=purpose[:200],
        retention=retention[:10],
        dataset=None,
        version_date=None,
        mapping=mapping or None,
        accept_counts=accept_counts,
    )
    name = _uploads(request).get(upload).name
    found = _add(request, upload, wish)
    waits = any(one.outcome == "refused" for one in found)
    return page(request, "uploaded.html", {"name": name, "files": found, "upload": upload if waits else None})


@router.post("/sources/add/{upload}/discard", include_in_schema=False)
@allows(Act.ADD)
def discard_on_page(request: Request, upload: _Id) -> Response:
    """Throw a file away."""
    _uploads(request).discard(upload)
    return RedirectResponse("/sources/add", 303)


@router.get("/sources/{source}/rejects.csv", include_in_schema=False)
@allows(Act.ADD)
def rejects_file(request: Request, source: _Id) -> Response:
    """What could not be used of a source, as CSV."""
    found = _rejects(request, source)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["place", "reason", "excerpt"])
    writer.writerows([_cell(row["locator"]), _cell(row["reason"]), _cell(row["excerpt"])] for row in found)
    headers = {"Content-Disposition": f'attachment; filename="rejects-{source[:16]}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(
    "/api/v1/uploads",
    status_code=201,
    response_model=UploadRow,
    openapi_extra={
        "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, "required": True}
    },
)
@allows(Act.ADD)
@takes(LARGEST)
async def upload(
    request: Request, name: Annotated[str, Query(max_length=200, description="The name of the file, without a folder.")]
) -> Any:
    """Put a file there: its bytes are the body. It waits for a day to be taken in."""

    def kept() -> Any:
        uploads = _uploads(request)

        def write(out: Any) -> None:
            async def every() -> None:
                async for piece in request.stream():
                    await run_in_threadpool(out.write, piece)

            anyio.from_thread.run(every)

        return _row(uploads, uploads.put(name, write).id)

    try:
        return await run_in_threadpool(kept)
    except CrosstieError:
        if getattr(request.state, "too_large", False):
            raise TooLarge(f"the file has more than {LARGEST:,} bytes") from None
        raise


@router.get("/api/v1/uploads", response_model=UploadList)
@allows(Act.ADD)
def uploads(request: Request) -> Any:
    """One's own files that wait, the newest first."""
    held = _uploads(request)
    return {"uploads": [_row(held, one.id) for one in held.all()]}


@router.get("/api/v1/uploads/{upload}", response_model=UploadRow)
@allows(Act.ADD)
def waiting(request: Request, upload: _Id) -> Any:
    """One file that waits, and what it is."""
    return _row(_uploads(request), upload)


@router.delete("/api/v1/uploads/{upload}", status_code=204)
@allows(Act.ADD)
def discard(request: Request, upload: _Id) -> Response:
    """Throw a file away."""
    _uploads(request).discard(upload)
    return Response(status_code=204)


@router.post("/api/v1/uploads/{upload}/preview", response_model=TriedRows)
@allows(Act.ADD)
def preview(request: Request, upload: _Id, given: MappingText) -> Any:
    """What a mapping makes of the first rows; nothing is kept."""
    return asdict(_uploads(request).try_mapping(upload, given.mapping))


@router.post("/api/v1/uploads/{upload}/add", response_model=AddedList)
@allows(Act.ADD)
def take(request: Request, upload: _Id, wish: AddWish) -> Any:
    """Take a file in. What is refused waits on; what was taken in is in the next build."""
    return {"files": [{**asdict(one), "error": one.error and one.error.as_dict()} for one in _add(request, upload, wish)]}


@router.get("/api/v1/sources/{source}/rejects", response_model=RejectList)
@allows(Act.ADD)
def rejects(request: Request, source: _Id, start: Start = 0, count: Count = 500) -> Any:
    """What could not be used of a source."""
    found = _rejects(request, source)
    part = found[start : start + count]
    return {"rejects": part, **listed(request, start, count, len(part), len(found))}


def _add(request: Request, upload: str, wish: AddWish) -> list[Added]:
    held = _uploads(request)
    looked = held.look(upload)
    least = Marking.parse(looked.profile.marking).tlp if looked.profile else Tlp.AMBER
    marking = held.marking(wish.marking or least.label, wish.purpose, wish.retention, least)
    grade = check_grade(wish.grade) if wish.grade else None
    mappings = []
    if wish.mapping and looked.reader is None:
        file = held.save_mapping(upload, wish.mapping)
        if mapping_reader(file).mapping.marking_column and not held.may_free():
            raise AccessError("a column of this table marks its rows", hint="A case lead or a custodian may take that over.")
        mappings.append(file)
    choice = Choice(
        reader=f"mapping:{mapping_reader(mappings[0]).mapping.dataset}" if mappings else None,
        dataset=wish.dataset,
        grade=grade,
        marking=marking,
        originator=wish.originator,
        version_date=wish.version_date,
        check_promise=not wish.accept_counts,
    )
    path = held.named(upload)
    added = workspace_of(request).add([path], choice=choice, mappings=mappings)
    found = [replace(one, file=path.name) if one.file == str(path) else one for one in added]
    if all(one.outcome != "refused" for one in found):
        held.discard(upload)
    return found


def _page(
    request: Request, upload: str, mapping: str | None = None, chosen: dict[str, Any] | None = None, *, part: bool = False
) -> Response:
    held = _uploads(request)
    told: dict[str, Any] = {"upload": held.get(upload), "error": None, "tried": None, "looked": None, "chosen": _NOTHING | (chosen or {})}
    try:
        looked: Looked = held.look(upload)
        told |= {
            "looked": looked,
            "mapping": mapping if mapping is not None else held.mapping(upload) or _first_draft(held, upload, looked),
        }
        subject = (chosen or {}).get("subject") or _subject(looked)
        told |= {"subject": subject, "schemata": SCHEMATA, "properties": PAYMENTS if subject == "payments" else properties(subject)}
        if looked.mappable:
            told["tried"] = held.try_mapping(upload, told["mapping"])
    except InputError as error:
        told["error"] = error
    person = request.state.session.person
    told |= {
        "levels": [level.label for level in Tlp if level <= person.clearance],
        "grades": [f"{a}{b}" for a in RELIABILITY for b in CREDIBILITY],
    }
    return page(request, "upload_preview.html" if part else "upload.html", told)


def _row(held: Uploads, upload: str) -> dict[str, Any]:
    known = asdict(held.get(upload))
    try:
        looked = held.look(upload)
    except InputError as error:
        return {**known, "media": "unknown", "looks_like": error.detail, "reader": None, "title": None, "draft": None}
    told = {name: getattr(looked, name) for name in ("media", "looks_like", "reader", "title")}
    return {**known, **told, "draft": _first_draft(held, upload, looked) if looked.mappable else None}


def _first_draft(held: Uploads, upload: str, looked: Looked) -> str:
    name = held.get(upload).name
    return draft(Draft(_dataset(name), name, "", _subject(looked), {one.name: one.guess for one in looked.columns if one.guess}))


def _subject(looked: Looked) -> str:
    """What the rows are likely to speak of."""
    guessed = {one.guess for one in looked.columns}
    if "amount" in guessed and guessed & {"payer", "payee"}:
        return "payments"
    return "Person" if guessed & {"birthDate", "firstName", "lastName", "gender", "passportNumber"} else "LegalEntity"


def _dataset(name: str) -> str:
    """The name of a file as the name of a dataset."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.rpartition(".")[0].lower() or name.lower())
    return ("t" + plain if not plain[:1].isalpha() else plain)[:40]


def _rejects(request: Request, source: str) -> list[dict[str, Any]]:
    workspace = workspace_of(request)
    known = workspace.sources.get(source)
    if not request.state.session.person.cleared(known.marking):
        raise AccessError("its marking is stricter than your clearance", hint="Ask somebody who is cleared for it.")
    return workspace.rejects(known.source_id)


def _cell(text: str | None) -> str:
    """A text that a spreadsheet does not take for a command."""
    return f"'{text}" if text and text.startswith(_COMMANDS) else text or ""


def _uploads(request: Request) -> Uploads:
    return workspace_of(request).uploads(request.state.session.person)
