"""The report of a case: to read and print, as PDF, and as a bundle with the files and the hashes of all."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from crosstie.casework.access import Act
from crosstie.errors import AccessError, NotFound
from crosstie.report.casefile import casefile, pdf
from crosstie.web import tongues
from crosstie.web.cases import cases_of
from crosstie.web.findings import told_of
from crosstie.web.guard import GuardedRoute, allows
from crosstie.web.pages import reading
from crosstie.web.render import environment

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
#: The page stands alone, with its style inside, so that it can be kept.
_ALONE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"}


@router.get("/cases/{ref}/report")
@allows(Act.CASES)
def html_report(request: Request, ref: str) -> Response:
    """The report of a case as a page that stands alone."""
    return HTMLResponse(_html(request, _content(request, ref)), headers=_ALONE)


@router.get("/cases/{ref}/report.pdf")
@allows(Act.CASES)
def pdf_report(request: Request, ref: str) -> Response:
    """The report of a case as PDF."""
    return _as_pdf(request, ref)


@router.get("/cases/{ref}/bundle")
@allows(Act.CASES)
def bundle(request: Request, ref: str) -> Response:
    """The report, the files of the case and a list of their hashes, as one archive."""
    return _bundle(request, ref)


@programs.get("/cases/{ref}/report", response_model=Row)
@allows(Act.CASES)
def report_told(request: Request, ref: str) -> Any:
    """What the report of a case says."""
    return _content(request, ref)


@programs.get("/cases/{ref}/report.pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
@allows(Act.CASES)
def report_pdf(request: Request, ref: str) -> Any:
    """The report of a case as PDF."""
    return _as_pdf(request, ref)


def _content(request: Request, ref: str) -> Row:
    """What the report says to this person: what they may not see is counted, and what the build has no more stands only in the list of the case."""
    reader, case = reading(request), cases_of(request).read(ref)
    links, findings, entities, left_out = [], [], [], 0
    for one in case["things"]:
        if one["kind"] == "view" or one["gone"]:
            continue
        if one["victim"]:
            left_out += 1  # a paper goes where nobody can be asked whether they need to know
            continue
        try:
            if one["kind"] == "link":
                [story] = reader.workspace.stories([one["subject"]])
                links.append({"facts": reader.link(one["subject"]), "story": story})
            elif one["kind"] == "finding":
                findings.append(told_of(request, one["subject"]))
            else:
                entities.append(reader.entity(one["subject"]))
                left_out += entities[-1]["withheld"]
        except (AccessError, NotFound):
            left_out += 1
    told: dict[str, Any] = {
        "settings": reader.workspace.settings,
        "language": tongues.wanted(request),
        "user": reader.person.name,
        "left_out": left_out,
    }
    return casefile(case, links, findings, entities, reader.sources()["sources"], **told)


def _html(request: Request, content: Row) -> str:
    return environment(content["language"]).get_template("casefile.html").render(d=content)


def _pdf(content: Row) -> bytes:
    return pdf(content, tongues.catalogue(content["language"]).gettext)


def _as_pdf(request: Request, ref: str) -> Response:
    content = _content(request, ref)
    headers = {"Content-Disposition": f'attachment; filename="{content["case"]["ref"]}.pdf"'}
    return Response(_pdf(content), media_type="application/pdf", headers=headers)


def _bundle(request: Request, ref: str) -> Response:
    cases, content = cases_of(request), _content(request, ref)
    number = content["case"]["ref"]
    held = {
        "report.html": _html(request, content).encode(),
        "report.pdf": _pdf(content),
        "case.json": json.dumps(content, ensure_ascii=False).encode(),
    }
    for one in content["files"]:
        path, name = cases.attachment(ref, one["number"])
        held[f"files/F{one['number']}-{name}"] = path.read_bytes()
    manifest = {"case": number, "made": content["made"], "by": content["user"], "marking": content["marking"]}
    files = {name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in held.items()}
    held["manifest.json"] = json.dumps({**manifest, "files": files}, ensure_ascii=False, indent=1).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(zipfile.ZipInfo(f"{number}/{name}", (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    headers = {"Content-Disposition": f'attachment; filename="{number}.zip"'}
    return Response(out.getvalue(), media_type="application/zip", headers=headers)
