"""One's own tokens: made, listed and taken back, on a page and by programs of people who are signed in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from crosstie.casework.access import Act, Person
from crosstie.casework.tokens import DAYS, MOST_DAYS, Token, Tokens, grantable
from crosstie.errors import AccessError, UsageError
from crosstie.web import shapes
from crosstie.web.guard import GuardedRoute, allows
from crosstie.web.render import page

router = APIRouter(route_class=GuardedRoute)
_Text = Annotated[str, Form(max_length=500)]


class TokenWish(BaseModel):
    """What a token is to be."""

    title: str = Field(max_length=100, description="What the token is called.")
    purpose: str = Field(max_length=500, description="What for: it is noted with everything that is read with the token.")
    scope: list[Act] = Field(max_length=50, description="What the token may do.")
    days: int = Field(DAYS, ge=1, le=MOST_DAYS, description="For how many days it holds.")


@router.get("/tokens", include_in_schema=False)
@allows(Act.OWN)
def tokens_page(request: Request) -> Response:
    """One's own tokens."""
    return _page(request, None)


@router.post("/tokens", include_in_schema=False)
@allows(Act.OWN)
def make_on_page(
    request: Request, title: _Text, purpose: _Text, scope: Annotated[list[str] | None, Form()] = None, days: Annotated[int, Form()] = DAYS
) -> Response:
    """Make a token."""
    return _page(request, _made(request, TokenWish(title=title, purpose=purpose, scope=_acts(scope or []), days=_days(days))))


@router.post("/tokens/{token_id}/revoke", include_in_schema=False)
@allows(Act.OWN)
def revoke_on_page(request: Request, token_id: str) -> Response:
    """Take a token back."""
    _revoked(request, token_id)
    return RedirectResponse("/tokens", 303)


@router.get("/api/v1/tokens", response_model=shapes.TokenList)
@allows(Act.OWN)
def tokens(request: Request) -> Any:
    """One's own tokens, the newest first."""
    return {"tokens": _all(request).of(_person(request).name)}


@router.post("/api/v1/tokens", status_code=201, response_model=shapes.NewToken)
@allows(Act.OWN)
def make(request: Request, wish: TokenWish) -> Any:
    """Make a token. For people who are signed in: a token makes none."""
    secret, token = _made(request, wish)
    return {"secret": secret, "token": token}


@router.delete("/api/v1/tokens/{token_id}", response_model=shapes.TokenRow)
@allows(Act.OWN)
def revoke(request: Request, token_id: str) -> Any:
    """Take one of one's own tokens back."""
    return _revoked(request, token_id)


def _made(request: Request, wish: TokenWish) -> tuple[str, Token]:
    person = _person(request)
    if person.only is not None:
        raise AccessError("a token makes no tokens", hint="Sign in and make it on the page “Tokens”.")
    return _all(request).make(person, wish.title, wish.scope, purpose=wish.purpose, days=wish.days)


def _revoked(request: Request, token_id: str) -> Token:
    name = _person(request).name
    return _all(request).revoke(token_id, by=name, owner=name)


def _page(request: Request, made: tuple[str, Token] | None) -> Response:
    person = _person(request)
    told = {"tokens": _all(request).of(person.name), "grantable": grantable(person.role), "made": made}
    return page(request, "tokens.html", told | {"days": DAYS, "most_days": MOST_DAYS, "origin": str(request.base_url).rstrip("/")})


def _acts(written: list[str]) -> list[Act]:
    known = {act.value: act for act in Act}
    if unknown := [one for one in written if one not in known]:
        raise UsageError(f"“{unknown[0][:100]}” is nothing that can be done here")
    return [known[one] for one in written]


def _days(given: int) -> int:
    if not 1 <= given <= MOST_DAYS:
        raise UsageError(f"a token holds for 1 to {MOST_DAYS} days")
    return given


def _all(request: Request) -> Tokens:
    found: Tokens = request.app.state.tokens
    return found


def _person(request: Request) -> Person:
    person: Person = request.state.session.person
    return person
