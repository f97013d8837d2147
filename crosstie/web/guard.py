"""The door: who is signed in, and whether they may. A route that does not say what it is for cannot be made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from crosstie.app import Workspace
from crosstie.casework.access import Act
from crosstie.casework.accounts import Session
from crosstie.errors import AccessError, NotSignedIn, TooLarge, TooMany
from crosstie.store.rates import Rates

COOKIE = "crosstie_session"
#: Where a new password is chosen, and where one leaves: all that somebody may do whose password is for one sign-in only.
CHOOSING = ("/password", "/sign-out")
#: Where a second factor is set up: all that somebody may do besides who lacks the one that is asked for.
SETTING_UP = ("/second-factor", "/second-factor/confirm")
_SAFE = ("GET", "HEAD")
#: Where programs ask: what they are told is never a page.
PROGRAMS = ("/api/", "/match/", "/search/", "/reconcile", "/feeds/", "/healthz", "/readyz", "/catalog", "/algorithms")
#: Bytes of a request, unless a route takes more.
BODY = 2 << 20
#: Calls of a program in a minute.
CALLS = 1_200
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
#: What a route is for that everybody may use who reaches the machine.
OPEN = "open"


def allows(act: Act | str) -> Callable[[_Endpoint], _Endpoint]:
    """Say which act a route is; `OPEN` where nobody need be signed in."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        endpoint.act = act  # type: ignore[attr-defined]
        return endpoint

    return mark


def takes(most: int) -> Callable[[_Endpoint], _Endpoint]:
    """Say how many bytes a route takes, where that is more than usual."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        endpoint.most = most  # type: ignore[attr-defined]
        return endpoint

    return mark


def carries_token(endpoint: _Endpoint) -> _Endpoint:
    """Say that the address of a route holds a token, as `{token}` or `?token=`: for programs that can show it in no other way."""
    endpoint.carries_token = True  # type: ignore[attr-defined]
    return endpoint


def for_programs(request: Request) -> bool:
    """Whether a program asks: by where, or because it shows a token."""
    return request.url.path.startswith(PROGRAMS) or "authorization" in request.headers


class GuardedRoute(APIRoute):
    """A route that first asks whether this person may."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **known: Any) -> None:
        act = getattr(endpoint, "act", None)
        if act is None:
            raise TypeError(f"{path} does not say what it is for: mark it with allows(...)")
        self.act: Act | str = act
        self.most: int = getattr(endpoint, "most", BODY)
        self.carries_token: bool = getattr(endpoint, "carries_token", False)
        super().__init__(path, endpoint, **known)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the door."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request = bounded(request, self.most)
            if not self.carries_token:
                _same_origin(request)
            if self.act != OPEN:
                token = self._token(request)
                session = _session(request) if token is None else await run_in_threadpool(_bearer, request, token)
                if session is None:
                    return _to_sign_in(request)
                if session.once and request.url.path not in CHOOSING:
                    return _to_choose(request, "/password")
                if session.lacking and request.url.path not in CHOOSING + SETTING_UP:
                    return _to_choose(request, "/second-factor")
                request.state.session = session
                if self.carries_token and session.person.only is not None and len(session.person.only - {Act.OWN}) > 1:
                    raise AccessError("a token in an address does one thing only", hint="Make one whose scope has nothing else.")
                if for_programs(request):
                    request.app.state.rates.count(session.person.name if token is None else token, CALLS)
                session.person.require(Act(self.act))
                if token is None:  # a page of another site can send a cookie along, but no token
                    await _check_form(request, session)
            try:
                return await handle(request)
            except HTTPException as error:
                if getattr(request.state, "too_large", False):  # it broke while it was read
                    raise too_large(self.most) from error
                raise

        return guarded

    def _token(self, request: Request) -> str | None:
        """The token that is shown; None where there is none. Pages are for people: they take none."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "apikey") and self.include_in_schema:
            return given.strip()
        if self.carries_token:
            return request.path_params.get("token") or request.query_params.get("token")
        return None


def bounded(request: Request, most: int) -> Request:
    """The same request, of which no more is read than `most` bytes. TooLarge where it says itself that it is larger."""
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit() or int(said) > most:
        raise too_large(most)
    receive: Receive = request.receive
    read = 0

    async def some() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            request.state.too_large = True
            raise too_large(most)
        return message

    return Request(request.scope, some, request._send)


def too_large(most: int) -> TooLarge:
    """The error where more is sent than is taken."""
    return TooLarge(f"more than {most:,} bytes are not taken here", hint="Send it in parts.")


class Attempts:
    """How often an address may try to sign in and fail: so many times in a minute, whichever process it asks."""

    def __init__(self, rates: Rates, most: int = 20) -> None:
        self._rates, self._most = rates, most

    def count(self, address: str) -> None:
        """Note an attempt, as one that failed until `succeeded`. TooMany where there were more."""
        try:
            self._rates.count(f"sign in {address}", self._most)
        except TooMany as error:
            raise TooMany("too many attempts to sign in", hint="Wait a minute.") from error

    def succeeded(self, address: str) -> None:
        """The last attempt did not fail: a whole office may sign in within a minute."""
        self._rates.forget(f"sign in {address}")


def workspace_of(request: Request) -> Workspace:
    """The workspace, for whoever is signed in."""
    shared: Workspace = request.app.state.workspace
    session: Session = request.state.session
    return shared.for_person(session.person)


def _session(request: Request) -> Session | None:
    token = request.cookies.get(COOKIE)
    found: Session | None = request.app.state.accounts.session(token) if token else None
    return found


def _bearer(request: Request, token: str) -> Session | None:
    """A session of this one call, for whoever shows a token that holds."""
    person = request.app.state.tokens.bearer(token)
    return None if person is None else Session(person, "", once=False)


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
    if for_programs(request):
        error = NotSignedIn("nobody is signed in, or the token does not hold", hint="Sign in first, or show a token that holds.")
        return JSONResponse(error.as_dict(), 401, {"WWW-Authenticate": "Bearer"})
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" + (f"?next={quote(wanted)}" if request.method in _SAFE and wanted != "/" else ""), 303)


def _to_choose(request: Request, where: str) -> Response:
    if for_programs(request):
        said = AccessError("this account is not set up yet", hint=f"Sign in with a browser: the page {where} says what is left.")
        return JSONResponse(said.as_dict(), 403)
    return RedirectResponse(where, 303)
