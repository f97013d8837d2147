"""What all answers to programs have in common: one shape of an error, one of a list, and marks that tell whether an answer is still the same."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field

from crosstie.errors import (
    AccessError,
    Busy,
    CrosstieError,
    InputError,
    LensError,
    NotFound,
    NotSignedIn,
    Stale,
    TooLarge,
    TooMany,
    UsageError,
)
from crosstie.web.guard import workspace_of

#: HTTP statuses of errors, the narrower before the wider; what is not named is the program's or the machine's fault.
STATUS: tuple[tuple[type[CrosstieError], int], ...] = (
    (NotSignedIn, 401),
    (AccessError, 403),
    (NotFound, 404),
    (TooMany, 429),
    (Busy, 409),
    (Stale, 409),
    (TooLarge, 413),
    (UsageError, 400),
    (InputError, 400),
    (LensError, 503),
)


class Problem(BaseModel):
    """Every answer that is an error."""

    error: str = Field(description="The kind of error, for programs.", examples=["NotFound"])
    detail: str = Field(description="What happened, for people.", examples=["there is no link “x”"])
    hint: str | None = Field(description="What to do next.", examples=["Ids stand in the list of links."])


#: What any call may answer instead of what it is for.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "What was sent does not fit: a value, a part that is missing, a file that cannot be used."},
    401: {"model": Problem, "description": "Nobody is signed in, or the token does not hold."},
    403: {
        "model": Problem,
        "description": "Whoever asks may not: their role, the scope of their token, or a marking stricter than their clearance.",
    },
    404: {"model": Problem, "description": "There is no such thing."},
    409: {"model": Problem, "description": "Somebody else is at it: ask again later."},
    413: {"model": Problem, "description": "More was sent than is taken."},
    429: {"model": Problem, "description": "Asked too often: `Retry-After` says after how many seconds to ask again."},
    503: {
        "model": Problem,
        "description": "What is asked for rests on a lens that is broken on the disk: the answer names it and the file.",
    },
}


class Told(BaseModel):
    """A row as the tables of a build have it; later versions may add to it."""

    model_config = ConfigDict(extra="allow")


class Listing(BaseModel):
    """What every list has: where it starts, how many are in this answer, how many there are, and where the next ones are (null at the end)."""

    start: int = Field(ge=0)
    count: int = Field(ge=0)
    total: int = Field(ge=0)
    next: str | None = Field(
        description="The address of the next ones; null where these are the last.", examples=["/api/v1/links?start=50&count=50"]
    )


def listed(request: Request, start: int, count: int, shown: int, total: int) -> dict[str, Any]:
    """What `Listing` says of a part of a list that starts at `start` and was asked for `count` at a time, of which `shown` are in the answer."""
    more = start + shown < total and shown > 0
    asked = [(name, value) for name, value in request.query_params.multi_items() if name not in ("start", "count")]
    address = f"{request.url.path}?{urlencode([*asked, ('start', start + shown), ('count', count)])}"
    return {"start": start, "count": shown, "total": total, "next": address if more else None}


def unchanged(request: Request, response: Response) -> Response | None:
    """Mark an answer with the state that it is of: the build, the judgements, and what this person may see and is to do. An answer without contents (304)
    where the one who asks has that already; what they have they have read.
    """
    workspace = workspace_of(request)
    build = workspace.builds.current()
    person = request.state.session.person
    own = workspace.own(person).state()
    state = (build and build.number, workspace.casebook.state(), own, person.name, person.role, person.clearance, str(request.url))
    tag = f'"{blake2b(repr(state).encode(), digest_size=12).hexdigest()}"'
    keep = {"ETag": tag, "Cache-Control": "private, no-cache"}
    response.headers.update(keep)
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers=keep) if tag in known or "*" in known else None


#: What a call that tells whether its answer has changed may answer, too.
SAME: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing has changed since the answer with the `ETag` that stands in `If-None-Match`."}
}


def description(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: every call, what it takes and what it answers, and how a program shows who it is."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title="crosstie",
        version=app.version,
        routes=app.routes,
        summary="The workbench for programs.",
        description="Lists have `start`, `count`, `total` and `next`; errors have `error`, `detail` and `hint`. Show a token as `Authorization: Bearer …`.",
    )
    for path in document["paths"].values():
        for call in path.values():
            call["responses"].pop("422", None)  # what does not fit is a 400 like any other
            if call.get("security") is None:
                call["security"] = [{"token": []}, {"session": []}]
    parts = document.setdefault("components", {})
    for name in ("HTTPValidationError", "ValidationError"):
        parts.get("schemas", {}).pop(name, None)
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token made on the page “Tokens” or by `crosstie token`."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "crosstie_session",
            "description": "Somebody signed in. Changes need `X-Crosstie-Form`.",
        },
    }
    app.openapi_schema = document
    return document
