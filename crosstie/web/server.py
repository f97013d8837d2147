"""The workbench as an application: its table of contents."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from crosstie import __version__
from crosstie.app import Workspace
from crosstie.errors import AccessError, CrosstieError, TooMany, UsageError
from crosstie.store.rates import Rates
from crosstie.web import (
    apart,
    api,
    case_reports,
    cases,
    drawing,
    drawing_calls,
    entrance,
    findings,
    home,
    lenses,
    outlook,
    pages,
    protections,
    retention,
    tokens,
)
from crosstie.web.answers import PROBLEMS, STATUS, description
from crosstie.web.guard import Attempts, for_programs, workspace_of
from crosstie.web.programs import routers
from crosstie.web.render import page

#: Names under which the machine itself is reached; another site that points its name here gets no answer.
LOCAL = ("localhost", "127.0.0.1", "[::1]")
#: Pages that a process works on at once.
AT_ONCE = 12
#: Where `crosstie serve` tells its processes what they serve.
SERVED = "CROSSTIE_SERVED"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def of_environment() -> FastAPI:
    """The application of one of several processes, of what `crosstie serve` left them in the environment."""
    told = json.loads(os.environ[SERVED])
    return create_app(Path(told["folder"]), hosts=tuple(told["hosts"]), secure=told["secure"])


def create_app(folder: Path, *, hosts: tuple[str, ...] = LOCAL, secure: bool = False) -> FastAPI:
    """The application for a workspace. `hosts`: under which names it may be asked; `secure`: it is reached by HTTPS, so the cookie never goes without."""
    app = FastAPI(title="crosstie", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, responses=PROBLEMS)
    app.router.lifespan_context = _lifespan
    app.state.workspace = Workspace(folder)
    app.state.accounts = app.state.workspace.accounts()
    app.state.agency = app.state.workspace.agency()
    app.state.tokens = app.state.workspace.tokens()
    app.state.rates = Rates(folder / ".rates")
    app.state.secure = secure
    app.state.attempts = Attempts(app.state.rates)
    app.include_router(entrance.router)
    for router in routers:
        app.include_router(router)
    app.include_router(pages.router)
    app.include_router(api.router)
    app.include_router(apart.router)
    app.include_router(apart.programs)
    app.include_router(findings.router)
    app.include_router(findings.programs)
    app.include_router(protections.router)
    app.include_router(protections.programs)
    app.include_router(lenses.router)
    app.include_router(lenses.programs)
    app.include_router(drawing.router)
    app.include_router(drawing_calls.router)
    app.include_router(outlook.router)
    app.include_router(outlook.programs)
    app.include_router(tokens.router)
    app.include_router(cases.router)
    app.include_router(cases.programs)
    app.include_router(case_reports.router)
    app.include_router(case_reports.programs)
    app.include_router(retention.router)
    app.include_router(retention.programs)
    app.include_router(home.router)
    app.include_router(home.programs)
    app.openapi = lambda: description(app)  # type: ignore[method-assign]
    app.add_exception_handler(CrosstieError, _error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _failed)
    app.middleware("http")(_headers)
    # pages hold what is secret and what is asked, but no other site can ask for them: the cookie is strict
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """More at once would only wait for each other, and hold memory meanwhile."""
    current_default_thread_limiter().total_tokens = AT_ONCE
    yield


async def _headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _error(request: Request, error: Any) -> Response:
    if isinstance(error, AccessError) and hasattr(request.state, "session"):
        # a token in the address is not written down
        where = request.scope["route"].path if "token" in request.path_params else request.url.path
        workspace_of(request).refused(f"{request.method} {where}", error.detail)
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    response = _told(request, error, status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = "60"
    return response


def _http_error(request: Request, error: Any) -> Response:
    said = {404: "there is no such page", 405: "this page takes no such request"}.get(error.status_code, str(error.detail))
    return _told(request, CrosstieError(said), error.status_code)


def _failed(request: Request, error: Exception) -> Response:
    """What nobody foresaw: the machine's log has it, the page does not."""
    response = _told(request, CrosstieError("the workbench failed", hint="What happened stands in the log of the machine."), 500)
    response.headers.update(_HEADERS)
    return response


def _invalid(request: Request, error: Any) -> Response:
    first = error.errors()[0]
    return _told(request, UsageError(f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}"), 400)


def _told(request: Request, error: CrosstieError, status: int) -> Response:
    if for_programs(request):
        return JSONResponse(error.as_dict(), status)
    return page(request, "error.html", {"error": error, "status": status}, status)
