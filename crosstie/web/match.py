"""Matching for programs that speak with yente, OpenSanctions' service, already: the same addresses, questions and answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from starlette.routing import Match as Fit
from starlette.types import Scope

from crosstie import __version__
from crosstie.casework.access import Act
from crosstie.errors import UsageError
from crosstie.exchange.matching import ALL, Example, Filter, Match, Matching
from crosstie.web.answers import Problem, Told
from crosstie.web.guard import OPEN, GuardedRoute, allows, workspace_of

#: Most records in a call, and most answers to one of them.
BATCH, MOST = 100, 500
#: From which score on two are said to match, and below which nothing is told.
MATCHES, CUTOFF = 0.7, 0.5
NAME = "crosstie"
_FEATURES = {
    "name": {"description": "How well the names agree: their parts, how rare they are, what only one side has.", "coefficient": 1.0},
    "beside": {"description": "What is added or taken by dates, countries, gender and numbers of papers.", "coefficient": 1.0},
}
_Some = Annotated[list[str], Query(max_length=100)]
Dataset = Annotated[str, Path(max_length=200, description="“default” for everything, or one dataset of the catalogue.", examples=[ALL])]
_SINCE = r"^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2})?)?)?)?)?$"


class ForTokens(GuardedRoute):
    """A route that is there only for who shows a token: people find a page at the same address."""

    def matches(self, scope: Scope) -> tuple[Fit, Scope]:
        """Whether the route is meant."""
        if not any(name == b"authorization" for name, _ in scope.get("headers", ())):
            return Fit.NONE, {}
        return super().matches(scope)


router = APIRouter(route_class=GuardedRoute)
by_token = APIRouter(route_class=ForTokens)


class EntityExample(BaseModel):
    """A record that is asked for."""

    id: str | None = Field(None, max_length=1_000)
    schema_: str = Field(alias="schema", max_length=200, examples=["Person"])
    properties: dict[str, str | list[Any]] = Field(examples=[{"name": ["John Doe"], "birthDate": ["1975-04-21"], "nationality": ["us"]}])


class EntityMatchQuery(BaseModel):
    """Records that are asked for, each under a name of the asker’s choice. `weights` and `config` are taken and not used: there is one way to score."""

    weights: dict[str, float] = {}
    config: dict[str, str | int | float | bool | None] = {}
    queries: dict[str, EntityExample]


class EntityResponse(Told):
    """An entity in FollowTheMoney’s words. `target`: it bears a topic, such as sanction."""

    id: str
    caption: str
    schema_: str = Field(alias="schema")
    properties: dict[str, list[str]]
    datasets: list[str]
    referents: list[str]
    target: bool
    first_seen: str | None
    last_seen: str | None
    last_change: str | None


class Explanation(BaseModel):
    """What a part of the score rests on, in words."""

    detail: str
    score: float
    candidate: str | None


class ScoredEntity(EntityResponse):
    """An entity that may be meant."""

    score: float
    features: dict[str, float]
    explanations: dict[str, Explanation]
    match: bool


class Total(BaseModel):
    """How many there are."""

    value: int
    relation: str


class AskedExample(BaseModel):
    """A record as it was understood."""

    id: str | None = None
    schema_: str = Field(alias="schema")
    properties: dict[str, list[str]]


class EntityMatches(BaseModel):
    """Who may be meant by one record, the likeliest first."""

    status: int
    results: list[ScoredEntity]
    total: Total
    query: AskedExample


class EntityMatchResponse(BaseModel):
    """The answers, under the names of the questions."""

    responses: dict[str, EntityMatches]
    matcher: dict[str, dict[str, Any]]
    limit: int


class FacetItem(BaseModel):
    """How many of the results have a value."""

    name: str
    label: str
    count: int


class Facet(BaseModel):
    """How the results are spread over the values of a property."""

    label: str
    values: list[FacetItem]


class SearchResponse(BaseModel):
    """Who may be meant by a name, the likeliest first."""

    limit: int
    offset: int
    total: Total
    results: list[EntityResponse]
    facets: dict[str, Facet]


class Status(BaseModel):
    """That the service answers."""

    status: str = "ok"


@router.post("/match/{dataset}", response_model=EntityMatchResponse, tags=["matching"])
@allows(Act.SEARCH)
def match(
    request: Request,
    response: Response,
    match: EntityMatchQuery,
    dataset: Dataset,
    limit: Annotated[int, Query(ge=0, le=MOST, description="Most answers to each record.")] = 5,
    threshold: Annotated[float, Query(ge=0, le=1, description="From which score on `match` is true.")] = MATCHES,
    cutoff: Annotated[float, Query(ge=0, le=1, description="Below which nothing is told.")] = CUTOFF,
    algorithm: Annotated[str, Query(max_length=100, description="Taken and not used: there is one way to score.")] = NAME,
    include_dataset: _Some = [],  # noqa: B006  (FastAPI copies it)
    exclude_schema: _Some = [],  # noqa: B006
    exclude_dataset: _Some = [],  # noqa: B006
    topics: _Some = [],  # noqa: B006
    exclude_entity_ids: _Some = [],  # noqa: B006
    changed_since: Annotated[str | None, Query(pattern=_SINCE)] = None,
) -> Any:
    """Look whole records up: each as an entity in FollowTheMoney’s words, with what is known of it (name, alias, birthDate, nationality, country, gender,
    numbers of papers and registers). Scores go from 0 to 1; from 0.7 on it is said to match.
    """
    if len(match.queries) > BATCH:
        raise UsageError(f"more than {BATCH} records in one call", hint="Send them in parts.")
    if not match.queries:
        raise UsageError("no records are asked for", hint="Give them under `queries`, each under a name of your choice.")
    examples = {name: Example.of(one.schema_, one.properties) for name, one in match.queries.items()}
    wanted = Filter(
        dataset,
        tuple(include_dataset),
        tuple(exclude_dataset),
        tuple(exclude_schema),
        tuple(exclude_entity_ids),
        tuple(topics),
        changed_since=changed_since or "",
    )
    answers = _matching(request).match(list(examples.values()), wanted, cutoff=min(cutoff, threshold), limit=limit)
    response.headers["x-batch-size"] = str(len(examples))
    told = {
        name: {
            "status": 200,
            "results": [scored(one, threshold) for one in found],
            "total": {"value": total, "relation": "eq"},
            "query": {
                "id": match.queries[name].id,
                "schema": example.schema,
                "properties": {key: list(value) for key, value in example.properties.items()},
            },
        }
        for (name, example), (found, total) in zip(examples.items(), answers, strict=True)
    }
    return {"responses": told, "matcher": _FEATURES, "limit": limit}


@router.get("/search/{dataset}", response_model=SearchResponse, tags=["matching"])
@allows(Act.SEARCH)
def search(
    request: Request,
    dataset: Dataset,
    q: Annotated[str, Query(max_length=1_000, description="A name, in any script.")] = "",
    schema: Annotated[str, Query(max_length=200)] = "Thing",
    countries: _Some = [],  # noqa: B006
    topics: _Some = [],  # noqa: B006
    datasets: _Some = [],  # noqa: B006
    limit: Annotated[int, Query(ge=0, le=MOST)] = 10,
    offset: Annotated[int, Query(ge=0, le=MOST)] = 0,
) -> Any:
    """Search by a name alone. There is no search in full texts, and no syntax."""
    example = Example.of(schema, {"name": [q]})
    wanted = Filter(dataset, tuple(datasets), topics=tuple(topics), countries=tuple(countries))
    [(found, total)] = _matching(request).match([example], wanted, cutoff=0.35, limit=min(limit + offset, 2 * MOST))
    results = [one.entity for one in found]
    facets = {
        "countries": _facet(
            "Countries", [(one["properties"].get("country") or []) + (one["properties"].get("nationality") or []) for one in results]
        ),
        "topics": _facet("Topics", [one["properties"].get("topics") or [] for one in results]),
        "datasets": _facet("Datasets", [one["datasets"] for one in results]),
    }
    part = {"limit": limit, "offset": offset, "total": {"value": total, "relation": "eq"}}
    return {**part, "results": results[offset : offset + limit], "facets": facets}


@by_token.get(
    "/entities/{entity_id}", response_model=EntityResponse, tags=["matching"], responses={308: {"description": "It went into this entity."}}
)
@allows(Act.READ)
def entity(request: Request, entity_id: Annotated[str, Path(max_length=1_000)]) -> Any:
    """An entity in FollowTheMoney’s words, without its relations."""
    matching = _matching(request)
    row = matching.entity(entity_id)
    if row["entity_id"] != entity_id:
        return RedirectResponse(request.url_for("entity", entity_id=row["entity_id"]).path, 308)
    return matching.told([row])[entity_id]


@router.get("/catalog", response_model=dict[str, Any], tags=["matching"])
@allows(Act.SEARCH)
def catalog(request: Request) -> Any:
    """What can be asked: everything, or one dataset."""
    build = workspace_of(request).built()
    names = _matching(request).datasets()
    version = f"{build.number:04}"

    def told(name: str, title: str, children: list[str]) -> dict[str, Any]:
        known = {"name": name, "title": title, "load": True, "version": version, "index_version": version, "index_current": True}
        return {**known, "children": children}

    datasets = [told(ALL, workspace_of(request).settings.name, names), *(told(name, name, []) for name in names)]
    return {"datasets": datasets, "current": [one["name"] for one in datasets], "outdated": [], "index_stale": False}


@router.get("/algorithms", response_model=dict[str, Any], tags=["matching"])
@allows(Act.SEARCH)
def algorithms() -> Any:
    """How is scored: in one way."""
    known = {"name": NAME, "description": f"Screening of crosstie {__version__}", "features": _FEATURES}
    return {"algorithms": [known], "default": NAME, "best": NAME}


@router.get("/healthz", response_model=Status, tags=["service"])
@allows(OPEN)
def healthz() -> Any:
    """That the service runs."""
    return Status()


@router.get("/readyz", response_model=Status, tags=["service"], responses={503: {"model": Problem, "description": "Nothing is built yet."}})
@allows(OPEN)
def readyz(request: Request, response: Response) -> Any:
    """Whether there is a build to ask."""
    if request.app.state.workspace.builds.current() is None:
        response.status_code = 503
        return Status(status="nothing is built yet")
    return Status()


def scored(found: Match, threshold: float) -> dict[str, Any]:
    """An entity with its score, what it is made of, and the reasons in words."""
    hit = found.hit
    return {
        **found.entity,
        "score": hit.score,
        "features": {"name": hit.name_score, "beside": round(hit.score - hit.name_score, 4)},
        "explanations": {NAME: {"detail": " ".join(hit.reasons), "score": hit.score, "candidate": hit.name}},
        "match": hit.score >= threshold,
    }


def _matching(request: Request) -> Matching:
    return workspace_of(request).matching(request.state.session.person.cleared)


def _facet(label: str, several: list[list[str]]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for values in several:
        for value in set(values):
            counts[value] = counts.get(value, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"label": label, "values": [{"name": name, "label": name, "count": count} for name, count in ordered[:50]]}
