"""What the detectors saw: the list, one finding with what would explain it innocently, and what people decide of it; pages, and the same as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from crosstie.casework.access import Act
from crosstie.lens import described
from crosstie.lens.findings import SHOWN
from crosstie.lens.sound import sound
from crosstie.link.findings import Findings, Wanted
from crosstie.web import shapes
from crosstie.web.answers import SAME, Listing, Told, listed, unchanged
from crosstie.web.guard import GuardedRoute, allows, workspace_of
from crosstie.web.prose import prose
from crosstie.web.reading import MOST, PAGE
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
programs = APIRouter(prefix="/api/v1", route_class=GuardedRoute)
Row = dict[str, Any]
#: What may be asked for of how a finding stands.
STATUS = ("proposed", "accepted", "rejected", "unsure")
_Text = Annotated[str, Form(max_length=2_000)]
_Written = Annotated[str, Query(max_length=2_000)]
_Day = Annotated[str, Query(max_length=10)]


class Verdict(BaseModel):
    """What a person decided of a finding."""

    verdict: Literal["accepted", "rejected", "unsure"]
    reason: str = Field("", max_length=2_000)


class ListedFinding(Told):
    """A finding as a list has it: `names` are those of the `subjects`, `markings` those of its evidence, `verdict` what was decided since the build."""

    finding_id: str
    lens: str
    typology: str
    title: str
    subjects: list[str]
    names: list[str]
    start: str | None
    end: str | None
    score: float
    amount: float | None
    currency: str | None
    sentence: str
    status: str
    verdict: str | None
    markings: list[str]


class FindingList(Listing, shapes.Withheld):
    """Some of the findings, the strongest first."""

    build: int
    findings: list[ListedFinding]


class FindingDossier(Told):
    """A finding with its evidence, what would explain it innocently, what its detector measures and with which thresholds, and who judged what."""

    finding_id: str
    sentence: str
    subjects: list[str]
    names: dict[str, str]
    innocent: list[str]
    evidence: list[dict[str, Any]]
    ties: list[dict[str, Any]]
    thresholds: dict[str, float]
    limits: list[dict[str, Any]]
    meaning: str
    judgements: list[shapes.JudgementRow]
    verdict: shapes.JudgementRow | None


class Asked:
    """Which findings a page or a program asks for, as it stands in the address."""

    def __init__(
        self,
        lens: _Written = "",
        typology: _Written = "",
        status: Literal["", "proposed", "accepted", "rejected", "unsure"] = "",
        subject: _Written = "",
        since: _Day = "",
        until: _Day = "",
        start: Annotated[int, Query(ge=0, le=1 << 40)] = 0,
    ) -> None:
        self.wanted, self.start = Wanted(lens, typology, status, subject.strip(), since, until), start

    def at(self, start: int) -> str:
        """The address of another part of the same list."""
        return "/findings?" + urlencode([("start", start), *self.wanted.as_dict().items()])


def findings_of(request: Request) -> Findings:
    """What the person who asks may know of what the detectors saw."""
    return workspace_of(request).found(request.state.session.person)


@router.get("/findings")
@allows(Act.READ)
def findings(request: Request, asked: Annotated[Asked, Depends()]) -> Response:
    """What the detectors saw, the strongest first."""
    seen = findings_of(request)
    lenses, typologies = seen.choices()
    found = seen.listed(asked.wanted, start=asked.start, count=PAGE)
    told = {"found": found, "asked": asked, "step": PAGE, "lenses": lenses, "typologies": typologies, "states": STATUS}
    return page(request, "findings.html", told)


@router.get("/findings/{finding}")
@allows(Act.READ)
def finding(request: Request, finding: str) -> Response:
    """One finding."""
    found = told_of(request, finding)
    person = request.state.session.person
    found["tasks"] = workspace_of(request).own(person).about("finding", found["finding_id"]) if person.may(Act.CASEWORK) else []
    return page(request, "finding.html", {"found": found, "meaning": prose(found["meaning"], 2), "most": SHOWN})


@router.post("/findings/{finding}/judge")
@allows(Act.JUDGE)
def judge(request: Request, finding: str, verdict: _Text, reason: _Text = "", seen: _Text = "") -> Response:
    """Note what a person decided of a finding. `seen`: the judgement that stood on their page; where another stands now, the page says so."""
    before = told_of(request, finding)["verdict"]
    workspace_of(request).judge("finding", finding, verdict, reason=reason)
    other = before and before["id"] != seen and before["user"] != request.state.session.person.name and seen
    return RedirectResponse(f"/findings/{finding}" + ("?meanwhile=1#history" if other else ""), 303)


@programs.get("/findings", response_model=FindingList, responses=SAME)
@allows(Act.READ)
def told_findings(
    request: Request, response: Response, asked: Annotated[Asked, Depends()], count: Annotated[int, Query(ge=1, le=MOST)] = PAGE
) -> Any:
    """What the detectors saw, the strongest first, some at a time."""
    if same := unchanged(request, response):
        return same
    found = findings_of(request).listed(asked.wanted, start=asked.start, count=count)
    return found | listed(request, asked.start, count, len(found["findings"]), found["total"])


@programs.get("/findings/{finding}", response_model=FindingDossier, responses=SAME)
@allows(Act.READ)
def told_finding(request: Request, response: Response, finding: str) -> Any:
    """One finding with its evidence, its innocent explanations and its judgements."""
    return unchanged(request, response) or told_of(request, finding)


@programs.post("/findings/{finding}/judgements", status_code=201, response_model=shapes.JudgementRow)
@allows(Act.JUDGE)
def told_judge(request: Request, finding: str, given: Verdict) -> Any:
    """Note what a person decided of a finding; it is taken back like any judgement."""
    findings_of(request).one(finding)
    return asdict(workspace_of(request).judge("finding", finding, given.verdict, reason=given.reason))


def told_of(request: Request, finding: str) -> Row:
    """All that is told of a finding: what the build has, what its lens says, what people decided."""
    found = findings_of(request).one(finding)
    workspace = workspace_of(request)
    history = [one for one in workspace.casebook.history() if one.kind == "finding" and one.left == finding]
    standing = [one for one in workspace.casebook.in_force() if one.kind == "finding" and one.left == finding]
    detector = found["typology"].rpartition("/")[2]
    lens = next((one for one in sound()[0] if one.name == found["lens"]), None)  # it may have been removed since
    known = {one.name: one for one in lens.typologies} if lens else {}
    about = known[detector].thresholds if detector in known else {}
    now = workspace.thresholds().in_force()
    limits = []
    for name, value in found["thresholds"].items():
        limit = about.get(name)
        present = now.get(f"{found['lens']}.{detector}.{name}", limit.value if limit else value)
        said = (
            {"unit": limit.unit, "about": limit.about, "verified": limit.verified} if limit else {"unit": "", "about": "", "verified": None}
        )
        limits.append({"name": name, "value": value, "now": present, **said})
    return {
        **found,
        "limits": limits,
        "meaning": described.meaning(lens, detector) if lens and detector in known else "",
        "lens_title": lens.title if lens else found["lens"],
        "judgements": [asdict(one) for one in history],
        "verdict": asdict(standing[0]) if standing else None,
    }
