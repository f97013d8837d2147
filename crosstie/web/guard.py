"""The door: who is signed in, and whether they may. A route that does not say what it is for cannot be made."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute

from crosstie.app import Workspace
from crosstie.casework.access import Act
from crosstie.casework.accounts import Session
from crosstie.errors import AccessError, Busy

COOKIE = "crosstie_session"
#: Where a new password is chosen, and where one leaves: all that somebody may do whose password is for one sign-in only.
CHOOSING = ("/password", "/sign-out")
_SAFE = ("GET", "HEAD")
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
#: What a route is for that everybody may use who reaches the machine.
OPEN = "open"


def allows(act: Act | str) -> Callable[[_Endpoint], _Endpoint]:
    """Say which act a route is; `OPEN` where nobody need be signed in."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        endpoint.act = act  # type: ignore[attr-defined]
        return endpoint

    return mark


class GuardedRoute(APIRoute):
    """A route that first asks whether this person may."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **known: Any) -> None:
        act = getattr(endpoint, "act", None)
        if act is None:
            raise TypeError(f"{path} does not say what it is for: mark it with allows(...)")
        self.act: Act | str = act
        super().__init__(path, endpoint, **known)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the door."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            _same_origin(request)
            if self.act != OPEN:
                session = _session(request)
                if session is None:
                    return _to_sign_in(request)
                if session.once and request.url.path not in CHOOSING:
                    return RedirectResponse("/password", 303)
                request.state.session = session
                await _check_form(request, session)
                session.person.require(Act(self.act))
            return await handle(request)

        return guarded


class Attempts:
    """How often an address may try to sign in: so many times in a minute."""

    def __init__(self, most: int = 20, window: float = 60.0) -> None:
        self._most, self._window = most, window
        self._seen: dict[str, deque[float]] = {}

    def count(self, address: str) -> None:
        """Note an attempt. Busy where there were too many."""
        now = time.monotonic()
        if len(self._seen) > 10_000:
            self._seen = {one: held for one, held in self._seen.items() if now - held[-1] < self._window}
        held = self._seen.setdefault(address, deque())
        while held and now - held[0] > self._window:
            held.popleft()
        held.append(now)
        if len(held) > self._most:
            held.pop()
            raise Busy("too many attempts to sign in", hint="Wait a minute.")


def workspace_of(request: Request) -> Workspace:
    """The workspace, for whoever is signed in."""
    shared: Workspace = request.app.state.workspace
    session: Session = request.state.session
    return shared.for_person(session.person)


def _session(request: Request) -> Session | None:
    token = request.cookies.get(COOKIE)
    found: Session | None = request.app.state.accounts.session(token) if token else None
    return found


def _same_origin(request: Request) -> None:
    """AccessError for a change that another site asks for. Browsers say where a form comes from."""
    if request.method in _SAFE:
        return
    came = request.headers.get("origin")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") or (
        came and urlsplit(came).netloc != request.headers.get("host")
    ):
        raise AccessError("this was sent from another site")


async def _check_form(request: Request, session: Session) -> None:
    """AccessError where a change does not bear what only a page of this session knows."""
    if request.method in _SAFE:
        return
    given = request.headers.get("x-crosstie-form")
    if given is None:
        form = await request.form()
        given = str(form.get("form", ""))
    if not secrets.compare_digest(given.encode(), session.form.encode()):
        raise AccessError("this form is of another session", hint="Open the page again and repeat it.")


def _to_sign_in(request: Request) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse(AccessError("nobody is signed in", hint="Sign in first.").as_dict(), 401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" + (f"?next={quote(wanted)}" if request.method in _SAFE and wanted != "/" else ""), 303)
