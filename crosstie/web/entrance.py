"""The pages by which one enters: signing in, with a password or one's agency, the second factor, the language."""

from __future__ import annotations

import re
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from crosstie.casework.access import Act
from crosstie.casework.accounts import IDLE, WHOLE, Accounts, Session
from crosstie.casework.agency import WAIT, Agency
from crosstie.errors import AccessError, CrosstieError, NotFound, UsageError
from crosstie.web import tongues
from crosstie.web.guard import COOKIE, OPEN, GuardedRoute, allows
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
_Text = Annotated[str, Form(max_length=2_000)]
#: Holds what a browser shows when its owner comes back from their agency.
STATE = "crosstie_agency"
_OWN = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")


@router.get("/sign-in")
@allows(OPEN)
def sign_in_page(request: Request, next: str = "/") -> Response:
    """The form to sign in with."""
    return _sign_in(request, next)


@router.post("/sign-in")
@allows(OPEN)
def sign_in(request: Request, name: _Text, password: _Text, purpose: _Text = "", code: _Text = "", next: _Text = "/") -> Response:
    """Begin a session."""
    _count(request)
    try:
        token = _accounts(request).sign_in(name, password, purpose, code)
    except (AccessError, UsageError) as error:
        return _sign_in(request, next, error, name, purpose)
    return _begun(request, RedirectResponse(own(next), 303), token)


@router.post("/sign-in/agency")
@allows(OPEN)
def to_agency(request: Request, purpose: _Text = "", next: _Text = "/") -> Response:
    """Go to one's agency to sign in."""
    _count(request)
    try:
        address, state = _agency(request).begin(purpose, own(next))
    except (AccessError, UsageError) as error:
        return _sign_in(request, next, error, purpose=purpose)
    response = page(request, "onward.html", {"address": address, "agency": True})
    # lax: the agency's page sends the browser back here
    secure: bool = request.app.state.secure
    response.set_cookie(
        STATE, state, max_age=int(WAIT.total_seconds()), httponly=True, samesite="lax", secure=secure, path="/sign-in/agency"
    )
    return response


@router.get("/sign-in/agency/return")
@allows(OPEN)
def from_agency(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """Come back from one's agency."""
    _count(request)
    try:
        if error:
            raise AccessError(f"your agency did not sign you in: {error[:200]}")
        token, target = _agency(request).finish(code, state, request.cookies.get(STATE, ""))
    except AccessError as refused:
        return _sign_in(request, "/", refused)
    # a page of ours, that goes on by itself: a browser that comes from elsewhere does not show the cookie yet
    response = page(request, "onward.html", {"address": own(target), "agency": False})
    response.delete_cookie(STATE, path="/sign-in/agency")
    return _begun(request, response, token)


@router.post("/sign-out")
@allows(Act.OWN)
def sign_out(request: Request) -> Response:
    """End the session."""
    _accounts(request).sign_out(request.cookies[COOKIE])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


@router.post("/language")
@allows(OPEN)
def language(language: _Text, next: _Text = "/") -> Response:
    """Read the pages in another language from now on."""
    if language not in tongues.NAMES:
        raise UsageError(f"“{language}” is none of the languages", hint=f"Known are {', '.join(tongues.NAMES)}.")
    response = RedirectResponse(own(next), 303)
    response.set_cookie(tongues.COOKIE, language, max_age=31_536_000, httponly=True, samesite="lax")
    return response


@router.get("/password")
@allows(Act.OWN)
def password_page(request: Request) -> Response:
    """The form to choose a password with."""
    session: Session = request.state.session
    codes = _accounts(request).codes
    name = session.person.name
    factor = {"has": codes.has(name), "left": codes.left(name)}
    return page(request, "password.html", {"idle": int(IDLE.total_seconds()) // 60, "factor": factor})


@router.post("/password")
@allows(Act.OWN)
def password(request: Request, present: _Text, chosen: _Text) -> Response:
    """Choose a password; all sessions end."""
    session: Session = request.state.session
    _accounts(request).choose(session.person.name, present, chosen)
    return RedirectResponse("/sign-in", 303)


@router.get("/second-factor")
@allows(Act.OWN)
def second_factor_page(request: Request) -> Response:
    """Where a second factor is set up or taken away."""
    return _second_factor(request)


@router.post("/second-factor")
@allows(Act.OWN)
def offer_second_factor(request: Request) -> Response:
    """Show a new secret, for an app."""
    offered = _accounts(request).codes.offer(request.state.session.person.name)
    drawn = segno.make(offered.address, error="m").svg_inline(scale=5, dark="#000", light="#fff", title=offered.address[:40])
    return _second_factor(request, secret=offered.secret, drawn=Markup(drawn))


@router.post("/second-factor/confirm")
@allows(Act.OWN)
def confirm_second_factor(request: Request, code: _Text) -> Response:
    """Take the secret that was shown as second factor; the codes for once are shown."""
    _count(request)
    spare = _accounts(request).codes.confirm(request.state.session.person.name, code)
    return _second_factor(request, spare=spare)


@router.post("/second-factor/remove")
@allows(Act.OWN)
def remove_second_factor(request: Request, code: _Text) -> Response:
    """Take one’s own second factor away, with a code of it."""
    _count(request)
    name, codes = request.state.session.person.name, _accounts(request).codes
    if not codes.accept(name, code):
        raise AccessError("that is not the code")
    codes.remove(name, by=name)
    return RedirectResponse("/password", 303)


def own(address: str) -> str:
    """The address, where it is a page of our own: what begins with two slashes, of either kind, is another site to a browser, which passes over
    tabs and line feeds.
    """
    return address if _OWN.fullmatch(address) else "/"


def _accounts(request: Request) -> Accounts:
    found: Accounts = request.app.state.accounts
    return found


def _agency(request: Request) -> Agency:
    found: Agency | None = request.app.state.agency
    if found is None:
        raise NotFound("this workbench knows no agency", hint="The settings name one: see the guide.")
    return found


def _count(request: Request) -> None:
    request.app.state.attempts.count(request.client.host if request.client else "")


def _sign_in(request: Request, target: str, error: CrosstieError | None = None, name: str = "", purpose: str = "") -> Response:
    told = {"next": target, "error": error, "name": name, "purpose": purpose, "agency": request.app.state.agency is not None}
    return page(request, "sign_in.html", told, 403 if error else 200)


def _begun(request: Request, response: Response, token: str) -> Response:
    request.app.state.attempts.succeeded(request.client.host if request.client else "")
    secure: bool = request.app.state.secure
    response.set_cookie(COOKIE, token, max_age=int(WHOLE.total_seconds()), httponly=True, samesite="strict", secure=secure)
    return response


def _second_factor(request: Request, **shown: Any) -> Response:
    session: Session = request.state.session
    codes = _accounts(request).codes
    told = {"has": codes.has(session.person.name), "left": codes.left(session.person.name), "secret": None, "drawn": None, "spare": None}
    return page(request, "second_factor.html", told | shown)
