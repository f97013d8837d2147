"""Reconciliation: OpenRefine and its like ask whom a column of names means, by the protocol of the W3C's Entity Reconciliation Community Group, version 0.2.

OpenRefine shows no token in a header, so the address may hold one that does nothing but search. Its pages ask from another address of the same machine:
answers may be read there (CORS), because they hold nothing that the token in the address does not open anyway.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from followthemoney import model as known_model

from crosstie.casework.access import Act
from crosstie.errors import UsageError
from crosstie.exchange.matching import Example, Filter, Match, Matching
from crosstie.ingest.drafting import COMMON
from crosstie.model import schema as model
from crosstie.web.guard import GuardedRoute, allows, carries_token, workspace_of
from crosstie.web.match import CUTOFF, MATCHES
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, tags=["reconciliation"])
#: Queries and entities in one call, and answers to each.
BATCH, MOST = 100, 100
#: So far the best must be ahead of the next to be held for certain.
_AHEAD = 0.1
_TYPES = ("Person", "Organization", "Company", "LegalEntity", "Vessel", "Airplane")
_CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
#: Where OpenRefine shows a preview in a frame: on the same machine.
_FRAME = "default-src 'none'; style-src 'self'; frame-ancestors http://localhost:* http://127.0.0.1:*"
Token = Annotated[str, Path(max_length=100)]
_Json = Annotated[str, Form(max_length=1 << 20)]
Prefix = Annotated[str, Query(max_length=500)]
_ANY: dict[str, Any] = {"response_model": dict[str, Any]}


@router.get("/reconcile", **_ANY)
@router.get("/reconcile/{token}", **_ANY)
@allows(Act.SEARCH)
@carries_token
def manifest(request: Request, queries: Annotated[str | None, Query(max_length=1 << 16)] = None) -> Any:
    """What the service can; or the answers to queries in the address, as older clients ask."""
    if queries is not None:
        return _answer(_reconcile(request, queries))
    here = str(request.url).partition("?")[0].rstrip("/")
    suggest = {kind: {"service_url": here, "service_path": f"/suggest/{kind}"} for kind in ("entity", "type", "property")}
    told = {
        "versions": ["0.2"],
        "name": f"{workspace_of(request).settings.name} (crosstie)",
        "identifierSpace": f"{request.base_url}entities/",
        "schemaSpace": "https://followthemoney.tech/explorer/schemata/",
        "view": {"url": f"{request.base_url}entities/{{{{id}}}}"},
        "defaultTypes": [{"id": one, "name": _label(one)} for one in _TYPES],
        "batchSize": 25,
    }
    if "token" in request.path_params:  # a frame and a field that suggests show no token but that of their address
        told["preview"] = {"url": f"{here}/preview?id={{{{id}}}}", "width": 420, "height": 260}
        told["suggest"] = suggest
        told["extend"] = {"propose_properties": {"service_url": here, "service_path": "/extend/propose"}, "property_settings": []}
    return _answer(told)


@router.post("/reconcile", **_ANY)
@router.post("/reconcile/{token}", **_ANY)
@allows(Act.SEARCH)
@carries_token
def reconcile(request: Request, queries: _Json = "", extend: _Json = "") -> Any:
    """Who may be meant by each query; or, with `extend`, values of entities."""
    if extend:
        return _answer(_extend(request, extend))
    return _answer(_reconcile(request, queries))


@router.get("/reconcile/{token}/suggest/entity", **_ANY)
@allows(Act.SEARCH)
@carries_token
def suggest_entity(request: Request, token: Token, prefix: Prefix = "", cursor: Annotated[int, Query(ge=0, le=MOST)] = 0) -> Any:
    """Whom somebody may mean who types."""
    [(found, _)] = _matching(request).match([Example.of("LegalEntity", {"name": [prefix]})], Filter(), cutoff=0.35, limit=10 + cursor)
    told = [
        {"id": one.entity["id"], "name": one.entity["caption"], "description": _about(one.entity), "notable": [_type(one)]} for one in found
    ]
    return _answer({"result": told[cursor:]})


@router.get("/reconcile/{token}/suggest/type", **_ANY)
@allows(Act.SEARCH)
@carries_token
def suggest_type(token: Token, prefix: Prefix = "") -> Any:
    """Schemata that begin so."""
    wanted = prefix.casefold()
    names = [one for one in _TYPES if wanted in one.casefold() or wanted in _label(one).casefold()]
    return _answer({"result": [{"id": one, "name": _label(one)} for one in names]})


@router.get("/reconcile/{token}/suggest/property", **_ANY)
@allows(Act.SEARCH)
@carries_token
def suggest_property(token: Token, prefix: Prefix = "") -> Any:
    """Properties that a column may be compared with."""
    return _answer({"result": [one for one in _properties() if prefix.casefold() in f"{one['id']} {one['name']}".casefold()]})


@router.get("/reconcile/{token}/extend/propose", **_ANY)
@allows(Act.SEARCH)
@carries_token
def propose(token: Token, type: Annotated[str, Query(max_length=200)] = "", limit: Annotated[int, Query(ge=1, le=MOST)] = 50) -> Any:
    """Properties whose values can be fetched."""
    told = {"properties": _properties()[:limit], "limit": limit}
    return _answer(told | {"type": type} if type else told)


@router.get("/reconcile/{token}/preview", include_in_schema=False)
@allows(Act.SEARCH)
@carries_token
def preview(request: Request, token: Token, id: Annotated[str, Query(max_length=1_000)]) -> Response:
    """An entity in a small frame."""
    matching = _matching(request)
    row = matching.entity(id)
    told = matching.told([row])[row["entity_id"]]
    response = page(
        request, "preview.html", {"entity": told, "shown_properties": [name for name in COMMON if name in told["properties"]][:8]}
    )
    response.headers.update({"Content-Security-Policy": _FRAME, "Cross-Origin-Resource-Policy": "cross-origin"})
    return response


def _reconcile(request: Request, written: str) -> dict[str, Any]:
    queries = _read(written, "queries")
    if len(queries) > BATCH or not all(isinstance(one, dict) for one in queries.values()):
        raise UsageError(f"queries are at most {BATCH} objects")
    examples = [_example(one) for one in queries.values()]
    limits = [_limit(one) for one in queries.values()]
    answers = _matching(request).match(examples, Filter(), cutoff=CUTOFF, limit=max(limits, default=1))
    return {
        name: {"result": _candidates(found, limit)}
        for (name, limit), (found, _) in zip(zip(queries, limits, strict=True), answers, strict=True)
    }


def _candidates(found: list[Match], limit: int) -> list[dict[str, Any]]:
    """Candidates; one is held for certain where it matches well and nobody else comes near."""
    scores = [one.hit.score for one in found]
    sure = len(scores) > 0 and scores[0] >= MATCHES and (len(scores) == 1 or scores[0] - scores[1] >= _AHEAD)
    return [
        {
            "id": one.entity["id"],
            "name": one.entity["caption"],
            "description": _about(one.entity),
            "score": round(100 * one.hit.score, 1),
            "features": [{"id": "name", "value": round(100 * one.hit.name_score, 1)}],
            "match": sure and place == 0,
            "type": [_type(one)],
        }
        for place, one in enumerate(found[:limit])
    ]


def _extend(request: Request, written: str) -> dict[str, Any]:
    asked = _read(written, "extend")
    ids, wanted = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not isinstance(wanted, list) or len(ids) > BATCH or len(wanted) > BATCH:
        raise UsageError(f"extend has `ids` and `properties`, at most {BATCH} of each")
    names = [str(one.get("id", ""))[:200] if isinstance(one, dict) else str(one)[:200] for one in wanted]
    found = _matching(request).entities([str(one)[:1_000] for one in ids])
    labels = {one["id"]: one["name"] for one in _properties()}
    rows = {
        str(one): {name: [{"str": value} for value in found.get(str(one), {}).get("properties", {}).get(_bare(name), [])] for name in names}
        for one in ids
    }
    return {"meta": [{"id": name, "name": labels.get(_bare(name), name)} for name in names], "rows": rows}


def _example(query: dict[str, Any]) -> Example:
    """A query as a record: its name, and the properties that it gives beside."""
    given: dict[str, list[Any]] = {}
    if isinstance(query.get("query"), str):
        given["name"] = [query["query"]]
    several = query.get("properties") or []
    for one in several[:BATCH] if isinstance(several, list) else []:
        if isinstance(one, dict) and isinstance(one.get("pid"), str):
            values = one.get("v") if isinstance(one.get("v"), list) else [one.get("v")]
            texts = [value.get("name") or value.get("id") if isinstance(value, dict) else value for value in values or []]
            given.setdefault(_bare(one["pid"]), []).extend(text for text in texts if isinstance(text, str | int | float))
    kinds = query.get("type") if isinstance(query.get("type"), list) else [query.get("type")]
    schema = next((one for one in kinds or [] if isinstance(one, str) and model.schema(one) is not None), None)
    if schema is None:
        schema = "LegalEntity" if all(model.prop("LegalEntity", name) for name in given) else "Person"
    return Example.of(schema, given)


def _limit(query: dict[str, Any]) -> int:
    limit = query.get("limit")
    return max(1, min(int(limit), MOST)) if isinstance(limit, int | float) and limit == limit and abs(limit) < 1e9 else 5


def _read(written: str, what: str) -> dict[str, Any]:
    try:
        found = orjson.loads(written)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{what} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{what} is no JSON object")
    return found


def _properties() -> list[dict[str, str]]:
    """The properties that matching understands, and that people look at first."""
    return [
        {"id": name, "name": found.label}
        for name in COMMON
        if (found := model.prop("Person", name) or model.prop("Company", name)) is not None
    ]


def _about(entity: dict[str, Any]) -> str:
    """What tells namesakes apart."""
    said = entity["properties"]
    parts = [", ".join(said[name][:3]) for name in ("birthDate", "nationality", "country") if said.get(name)]
    return "; ".join([*parts, ", ".join(entity["datasets"][:3])])


def _type(found: Match) -> dict[str, str]:
    return {"id": found.entity["schema"], "name": _label(found.entity["schema"])}


def _label(schema: str) -> str:
    found = known_model.get(schema)
    return found.label if found is not None else schema


def _bare(prop: str) -> str:
    """A property without its schema: `Person:birthDate`."""
    return prop.rpartition(":")[2][:200]


def _answer(told: dict[str, Any]) -> JSONResponse:
    return JSONResponse(told, headers=_CORS)


def _matching(request: Request) -> Matching:
    return workspace_of(request).matching(request.state.session.person.cleared)
