"""Signing in with one's agency: a provider that is started, and one that is not honest."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from oidc_provider_mock import User, run_server_in_thread

from crosstie.casework.access import Role
from crosstie.casework.accounts import Accounts
from crosstie.casework.agency import Agency
from crosstie.errors import AccessError, UsageError
from crosstie.model.marking import Tlp
from crosstie.settings import Settings
from crosstie.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider
ROLES = "leads = case lead TLP:RED; staff = analyst"
PEOPLE = (
    User(sub="7", claims={"preferred_username": "ana", "groups": ["others", "staff", "leads"]}),
    User(sub="8", claims={"preferred_username": "ben", "groups": "staff"}),
    User(sub="9", claims={"preferred_username": "eve", "groups": ["visitors"]}),
)


def settings(issuer: str) -> Settings:
    return replace(
        Settings(),
        agency_issuer=issuer,
        agency_client="crosstie",
        agency_secret="known to both",
        agency_roles=ROLES,
        address="http://localhost:8340/",
    )


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database, strict=True)


@pytest.fixture
def agency(database: Database, accounts: Accounts) -> Iterator[Agency]:
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        made = Agency.of(settings(f"http://localhost:{server.server_port}"), database, accounts)
        assert made is not None
        yield made


def come_back(address: str, sub: str) -> tuple[str, str]:
    """What a browser brings back from the provider: the code and the state."""
    answer = httpx2.post(address, data={"sub": sub})
    given = parse_qs(urlsplit(answer.headers["location"]).query)
    return given["code"][0], given["state"][0]


def test_who_their_agency_knows_signs_in_with_the_role_of_their_group(agency: Agency, accounts: Accounts) -> None:
    address, state = agency.begin("smuggling by sea", "/links/3")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost:8340/sign-in/agency/return"]
    token, target = agency.finish(*come_back(address, "7"), state)
    session = accounts.session(token)
    assert session is not None
    assert (session.person.name, session.person.role, session.person.clearance) == ("ana", Role.CASE_LEAD, Tlp.RED)
    assert (session.person.purpose, target) == ("smuggling by sea", "/links/3")
    assert not session.once
    assert not session.lacking  # the agency asks for what it asks for
    with pytest.raises(AccessError):  # there is no password that would do
        accounts.sign_in("ana", "", "smuggling")


def test_a_sign_in_counts_once_and_only_in_the_browser_that_began_it(agency: Agency) -> None:
    address, state = agency.begin("smuggling", "/")
    code, back = come_back(address, "8")
    with pytest.raises(AccessError, match="another browser"):
        agency.finish(code, back, "")
    agency.finish(code, back, state)
    with pytest.raises(AccessError, match="is over"):
        agency.finish(code, back, state)


def test_who_has_no_group_of_ours_has_no_account(agency: Agency, accounts: Accounts) -> None:
    address, state = agency.begin("smuggling", "/")
    with pytest.raises(AccessError, match="gives you no role"):
        agency.finish(*come_back(address, "9"), state)
    assert accounts.all() == []


def test_the_agency_takes_over_no_account_made_here(agency: Agency, accounts: Accounts) -> None:
    accounts.add("ben", Role.VIEWER, by="tester")
    address, state = agency.begin("smuggling", "/")
    with pytest.raises(AccessError, match="there is an account of that name already"):
        agency.finish(*come_back(address, "8"), state)


def test_what_the_agency_changes_changes_here_and_who_is_closed_stays_out(agency: Agency, accounts: Accounts) -> None:
    def enter() -> str:
        address, state = agency.begin("smuggling", "/")
        return agency.finish(*come_back(address, "8"), state)[0]

    first = enter()
    httpx2.put(f"{agency.issuer}/users/8", json={"preferred_username": "other", "groups": ["leads"]})
    session = accounts.session(enter())
    assert session is not None
    assert (session.person.name, session.person.role) == ("ben", Role.CASE_LEAD)
    assert accounts.session(first) is None
    accounts.add("chief", Role.ADMINISTRATOR, by="tester")
    accounts.change("ben", closed=True, by="chief")
    with pytest.raises(AccessError, match="closed"):
        enter()


def test_a_secret_that_the_agency_does_not_know_is_told(agency: Agency) -> None:
    other = replace(agency, secret="")
    address, state = other.begin("smuggling", "/")
    with pytest.raises(AccessError, match="does not prove who you are: invalid_client"):
        other.finish(*come_back(address, "8"), state)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"agency_client": ""}, "not agency_client"),
        ({"agency_roles": "leads"}, "names no group with a role"),
        ({"agency_roles": "leads = king"}, "names no group with a role"),
        ({"agency_roles": "leads = viewer TLP:PINK"}, "names no group with a role"),
        ({"agency_issuer": "http://agency.example"}, "not reached by HTTPS"),
        ({"address": "http://crosstie.example"}, "not reached by HTTPS"),
    ],
)
def test_settings_that_are_not_whole_are_told(database: Database, accounts: Accounts, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Agency.of(replace(settings("http://localhost:1"), **changed), database, accounts)


def test_no_agency_is_named_by_default(database: Database, accounts: Accounts) -> None:
    assert Agency.of(Settings(), database, accounts) is None


def test_an_agency_that_does_not_answer_is_told(database: Database, accounts: Accounts) -> None:
    agency = Agency.of(settings("http://localhost:1"), database, accounts)
    assert agency is not None
    with pytest.raises(AccessError, match="does not answer"):
        agency.begin("smuggling", "/")


class Liar:
    """A provider that answers with whatever token it is told to give."""

    def __init__(self) -> None:
        self.key, self.token, self.issuer = RSAKey.generate_key(2048, {"kid": "k"}), "", ""

    def told(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            return {
                "issuer": self.issuer,
                **{name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")},
            }
        if path.endswith("jwks_uri"):
            return dict(KeySet([self.key]).as_dict(private=False))
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token}


@pytest.fixture
def liar() -> Iterator[Liar]:
    provider = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = json.dumps(provider.told(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()


Claims = dict[str, Any]


def signed(liar: Liar, claims: Claims) -> str:
    return str(jwt.encode({"alg": "RS256", "kid": "k"}, claims, liar.key))


def by_another(liar: Liar, claims: Claims) -> str:
    return str(jwt.encode({"alg": "RS256", "kid": "k"}, claims, RSAKey.generate_key(2048, {"kid": "k"})))


def by_our_secret(liar: Liar, claims: Claims) -> str:
    return str(jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("known to both, and long enough for it"), algorithms=["HS256"]))


def by_nobody(liar: Liar, claims: Claims) -> str:
    return "eyJhbGciOiJub25lIn0." + str(jwt.encode({"alg": "RS256", "kid": "k"}, claims, liar.key)).split(".")[1] + "."


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"nonce": "another"}, signed),
        ({"nonce": None}, signed),
        ({"aud": "another"}, signed),
        ({"aud": ["crosstie", "another"]}, signed),
        ({"iss": "https://another.example"}, signed),
        ({"exp": 1_000_000_000}, signed),
        ({"exp": None}, signed),
        ({"sub": None}, signed),
        ({}, by_another),
        ({}, by_our_secret),
        ({}, by_nobody),
        ({}, lambda liar, claims: "no token"),
    ],
)
def test_what_proves_nothing_signs_nobody_in(
    database: Database, accounts: Accounts, liar: Liar, change: Claims, sign: Callable[[Liar, Claims], str]
) -> None:
    agency = Agency.of(settings(liar.issuer), database, accounts)
    assert agency is not None
    for lie in (change, {}):
        address, state = agency.begin("smuggling", "/")
        honest = {
            "iss": liar.issuer,
            "aud": "crosstie",
            "sub": "1",
            "exp": int(time.time()) + 300,
            "groups": ["staff"],
            "preferred_username": "ana",
        }
        nonce = parse_qs(urlsplit(address).query)["nonce"][0]
        claims = {key: value for key, value in ({**honest, "nonce": nonce} | lie).items() if value is not None}
        lying = lie is change
        liar.token = (sign if lying else signed)(liar, claims)
        if lying:
            with pytest.raises(AccessError, match=r"does not prove|for another program"):
                agency.finish("code", state, state)
            assert accounts.all() == []
        else:  # the same without the lie does
            assert accounts.session(agency.finish("code", state, state)[0]) is not None
