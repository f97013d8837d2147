"""The fields of crime at hand, and the thresholds of their detectors, which a unit may set its own for; pages, and the same as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from crosstie.casework.access import Act
from crosstie.errors import LensError, UsageError
from crosstie.ingest.readers import readers
from crosstie.lens import described
from crosstie.lens.manifest import MEND
from crosstie.lens.sound import Broken, sound
from crosstie.store.thresholds import Setting
from crosstie.web.answers import Problem, Told
from crosstie.web.findings import findings_of
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.prose import prose
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
_Text = Annotated[str, Form(max_length=2_000)]
_Number = Annotated[str, Form(max_length=40)]


class LensRow(Told):
    """A field of crime in short; of law and thresholds, how many were checked in the text itself."""

    name: str
    title: str
    about: str
    findings: int


class BrokenLens(Problem):
    """A lens that is broken on the disk, so that nothing of it can be used: its manifest, and what is wrong."""

    name: str
    file: str


class LensList(BaseModel):
    """The fields of crime at hand, and those that are broken."""

    lenses: list[LensRow]
    broken: list[BrokenLens]


class LensDossier(LensRow):
    """A field of crime: guide, law, typologies, ledgers and readers."""

    guide: str
    law: list[dict[str, Any]]
    typologies: list[dict[str, Any]]
    readers: list[dict[str, Any]]


class ThresholdRow(BaseModel):
    """A threshold of a detector: its value now, that of the lens, and who set another, when and why. `seen`: the number of its last setting, 0 for none."""

    threshold: str
    lens: str
    typology: str
    name: str
    value: float
    lens_value: float
    own: bool
    unit: str
    about: str
    verified: bool
    set_by: str | None
    at: str | None
    reason: str | None
    seen: int


class SettingRow(BaseModel):
    """One setting of one threshold; no value: the lens's own holds again."""

    seq: int
    name: str
    value: float | None
    user: str
    at: str
    reason: str


class ThresholdList(BaseModel):
    """The thresholds of every detector, and all that was ever set, oldest first."""

    thresholds: list[ThresholdRow]
    history: list[SettingRow]
    broken: list[BrokenLens]


class Wish(BaseModel):
    """What a threshold is to be; no value: the lens's own again."""

    value: float | None = None
    reason: str = Field(min_length=1, max_length=2_000)


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/lenses")
@allows(Act.LENSES)
def lenses(request: Request) -> Response:
    """The fields of crime at hand."""
    return page(request, "lenses.html", told_lenses(request))


@router.get("/lenses/{lens}")
@allows(Act.LENSES)
def lens(request: Request, lens: str) -> Response:
    """One field of crime: what it looks for, reads, rests on, and does not say."""
    found = _described(request, lens)
    meanings = {one["name"]: prose(one["meaning"], 3) for one in found["typologies"]}
    return page(request, "lens.html", {"found": found, "guide": prose(found["guide"], 2), "meanings": meanings})


@router.get("/thresholds")
@allows(Act.LENSES)
def thresholds(request: Request, lens: str = "", meanwhile: str = "") -> Response:
    """The thresholds of each detector. `meanwhile`: the one that somebody else set while it was open on a page."""
    found = told_thresholds(request)
    by_lens: dict[str, dict[str, list[Row]]] = {}
    for row in found["thresholds"]:
        by_lens.setdefault(row["lens"], {}).setdefault(row["typology"], []).append(row)
    whole, _ = sound()
    titles = {one.name: one.title for one in whole}
    typologies = {f"{one.name}.{typology.name}": typology.title for one in whole for typology in one.typologies}
    told = {
        "by_lens": by_lens,
        "history": found["history"],
        "titles": titles,
        "typologies": typologies,
        "only": lens,
        "meanwhile": meanwhile,
        "broken": found["broken"],
    }
    return page(request, "thresholds.html", told)


@router.post("/thresholds/{name}")
@allows(Act.THRESHOLDS)
def set_threshold(request: Request, name: str, value: _Number, reason: _Text, seen: _Text = "") -> Response:
    """Set a threshold, from the next build on. `seen`: the number of the setting that stood on the page."""
    return _set(request, name, _figure(value), reason, seen)


@router.post("/thresholds/{name}/reset")
@allows(Act.THRESHOLDS)
def reset_threshold(request: Request, name: str, reason: _Text, seen: _Text = "") -> Response:
    """Go back to the lens's own value, from the next build on."""
    return _set(request, name, None, reason, seen)


# ── the same for programs ───────────────────────────────────────────────────────────────────────────────────────────────


@programs.get("/lenses", response_model=LensList)
@allows(Act.LENSES)
def told_lenses(request: Request) -> Any:
    """The fields of crime at hand."""
    found = _found(request)
    whole, broken = sound()
    return {"lenses": [described.short(one, found) for one in whole], "broken": _broken(broken)}


@programs.get("/lenses/{lens}", response_model=LensDossier)
@allows(Act.LENSES)
def told_lens(request: Request, lens: str) -> Any:
    """One field of crime: what it looks for, reads, rests on, and does not say."""
    return _described(request, lens)


@programs.get("/thresholds", response_model=ThresholdList)
@allows(Act.LENSES)
def told_thresholds(request: Request) -> Any:
    """The thresholds of every detector, and all that was ever set."""
    workspace = workspace_of(request)
    history = workspace.thresholds().history()
    last = {one.name: one.seq for one in history}
    held = set(workspace.thresholds().in_force())
    rows = []
    for row in workspace.list_thresholds():
        lens, typology, name = row["threshold"].split(".", 2)
        own = {"lens": lens, "typology": typology, "name": name, "own": row["threshold"] in held, "seen": last.get(row["threshold"], 0)}
        named = {"threshold": row["threshold"], "lens_value": row["of the lens"], "set_by": row["set by"]}
        rows.append(named | own | {one: row[one] for one in ("value", "unit", "about", "verified", "at", "reason")})
    return {"thresholds": rows, "history": [_told(one) for one in history], "broken": _broken(sound()[1])}


@programs.post("/thresholds/{name}", status_code=201, response_model=SettingRow)
@allows(Act.THRESHOLDS)
def told_set(request: Request, name: str, given: Wish) -> Any:
    """Set a threshold, or with no value go back to the lens's own; it holds from the next build on."""
    return _told(workspace_of(request).set_threshold(name, given.value, given.reason))


def _set(request: Request, name: str, value: float | None, reason: str, seen: str) -> Response:
    workspace = workspace_of(request)
    before = {one.name: one for one in workspace.thresholds().history()}.get(name)
    workspace.set_threshold(name, value, reason)
    other = before is not None and seen not in ("", str(before.seq)) and before.user != request.state.session.person.name
    return RedirectResponse("/thresholds" + (f"?meanwhile={quote(name)}" if other else "") + f"#{quote(name)}", 303)


def _figure(written: str) -> float:
    """A number with a point before its fraction. UsageError for one with a comma: it is a thousand to some and a fraction to others."""
    try:
        return float(written)
    except ValueError as error:
        raise UsageError(f"“{written}” is no number", hint="Write it as 15000 or 0.15.") from error


def _described(request: Request, name: str) -> Row:
    whole, broken = sound()
    for one in broken:
        if one.name == name:
            raise LensError(f"the lens {name} is broken: {one.error.detail}", hint=one.error.hint or MEND) from one.error
    return described.described(described.of_name(whole, name), readers(), _found(request))


def _broken(lenses: list[Broken]) -> list[Row]:
    return [{"name": one.name, "file": one.file, **one.error.as_dict()} for one in lenses]


def _found(request: Request) -> Counter[str]:
    """How many findings of each typology there are, as far as the person who asks reads any."""
    if not request.state.session.person.may(Act.READ) or workspace_of(request).builds.current() is None:
        return Counter()
    return findings_of(request).counts()


def _told(one: Setting) -> Row:
    return {name: getattr(one, name) for name in SettingRow.model_fields}
