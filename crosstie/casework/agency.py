"""Signing in with one's agency: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).

The agency proves who somebody is and which groups they are in; which role a group has here stands in the settings. Only asymmetric signatures are taken.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import sqlalchemy as sa
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.casework.access import Role
from crosstie.casework.accounts import Accounts, purpose_of
from crosstie.errors import AccessError, UsageError
from crosstie.model.marking import Tlp
from crosstie.settings import Settings
from crosstie.store.database import Base, Database

#: How long somebody may take at their agency.
WAIT = timedelta(minutes=10)
#: Signatures that are taken: those that nobody can make who only knows our secret.
SIGNED = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
#: Seconds that clocks may differ.
LEEWAY = 60
_TIMEOUT = 10.0


class SignInRow(Base):
    """A sign-in that has begun."""

    __tablename__ = "sign_ins"
    state: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str]
    verifier: Mapped[str]
    purpose: Mapped[str]
    next: Mapped[str]
    made_at: Mapped[str]


@dataclass(frozen=True, slots=True)
class Agency:
    """The agency of a workspace. `address`: where the workbench is reached, without a slash at its end."""

    database: Database
    accounts: Accounts
    issuer: str
    client: str
    secret: str
    address: str
    claim: str
    roles: dict[str, tuple[Role, Tlp]]

    @classmethod
    def of(cls, settings: Settings, database: Database, accounts: Accounts) -> Agency | None:
        """The agency that the settings name; None where they name none. UsageError where they are not whole."""
        if not settings.agency_issuer:
            return None
        lacking = [name for name in ("agency_client", "address", "agency_roles") if not getattr(settings, name)]
        if lacking:
            raise UsageError(f"the settings name an agency, but not {', '.join(lacking)}", hint="See docs/guide/server.md.")
        for name in ("agency_issuer", "address"):
            written = getattr(settings, name)
            if not written.startswith("https://") and not written.startswith(("http://localhost", "http://127.0.0.1")):
                raise UsageError(f"setting {name}: “{written}” is not reached by HTTPS")
        roles = dict(_role(one) for one in settings.agency_roles.split(";") if one.strip())
        secret, address = settings.agency_secret, settings.address.rstrip("/")
        return cls(database, accounts, settings.agency_issuer, settings.agency_client, secret, address, settings.agency_claim, roles)

    @property
    def back(self) -> str:
        """Where the agency sends people back to."""
        return f"{self.address}/sign-in/agency/return"

    def begin(self, purpose: str, target: str) -> tuple[str, str]:
        """Where to send somebody to sign in, and the state that their browser has to show when it comes back."""
        purpose, state, nonce, verifier = purpose_of(purpose), *(secrets.token_urlsafe(32) for _ in range(3))
        moment = clock.now()
        with self.database.write() as connection:
            connection.execute(sa.delete(SignInRow).where(SignInRow.made_at < _told(moment - WAIT)))
            values = {"nonce": nonce, "verifier": verifier, "purpose": purpose, "next": target[:2_000], "made_at": _told(moment)}
            connection.execute(sa.insert(SignInRow).values(state=_hashed(state), **values))
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._told()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address), state

    def finish(self, code: str, state: str, shown: str) -> tuple[str, str]:
        """The token of a new session, and the page that was asked for. AccessError where the sign-in is not ours, too old, or proves nobody whom the
        settings give a role.
        """
        if not hmac.compare_digest(state.encode(), shown.encode()):
            raise AccessError("this sign-in was begun in another browser", hint="Sign in anew.")
        with self.database.write() as connection:
            found = connection.execute(sa.select(SignInRow.__table__).where(SignInRow.state == _hashed(state))).mappings().one_or_none()
            connection.execute(sa.delete(SignInRow).where(SignInRow.state == _hashed(state)))
        if found is None or found["made_at"] < _told(clock.now() - WAIT):
            raise AccessError("this sign-in is over", hint="Sign in anew.")
        claims = self._claims(code, found["verifier"], found["nonce"])
        role, clearance = self._role_of(claims)
        called = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        name = self.accounts.known(self.issuer, str(claims["sub"]), called, role, clearance)
        return self.accounts.begin(name, found["purpose"]), found["next"]

    def _claims(self, code: str, verifier: str, nonce: str) -> dict[str, Any]:
        """What the agency says of who has this code, proved."""
        try:
            with self._client() as client:
                told = self._told()
                given = client.fetch_token(told["token_endpoint"], code=code, code_verifier=verifier, grant_type="authorization_code")
                keys = KeySet.import_key_set(_read(told["jwks_uri"]))
            token = jwt.decode(str(given["id_token"]), keys, algorithms=SIGNED)
            claims = dict(token.claims)
            registry = jwt.JWTClaimsRegistry(
                now=int(clock.now().timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.client},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, AuthlibBaseError, KeyError, ValueError) as error:
            raise AccessError(f"the agency’s answer does not prove who you are: {error}", hint="Sign in anew.") from error
        except httpx2.HTTPError as error:
            raise _silent(self.issuer, error) from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.client:
            raise AccessError("the agency’s answer is for another program", hint="Sign in anew.")
        return claims

    def _role_of(self, claims: dict[str, Any]) -> tuple[Role, Tlp]:
        held = claims.get(self.claim) or []
        groups = [held] if isinstance(held, str) else [str(one) for one in held]
        for group, role in self.roles.items():  # the first of the settings that holds
            if group in groups:
                return role
        raise AccessError("your agency gives you no role here", hint="Ask for one of the groups that the settings of the workbench name.")

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self.client,
            self.secret or None,
            scope="openid profile email",
            redirect_uri=self.back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.secret else "none",
            timeout=_TIMEOUT,
        )

    def _told(self) -> dict[str, Any]:
        """What the agency tells of itself (OpenID Connect Discovery 1.0)."""
        address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            told: dict[str, Any] = _read(address)
        except (httpx2.HTTPError, ValueError) as error:
            raise _silent(self.issuer, error) from error
        if told.get("issuer") != self.issuer:
            raise AccessError(f"who answers at {self.issuer} says that they are {told.get('issuer')}")
        return told


def _read(address: str) -> Any:
    return httpx2.get(address, timeout=_TIMEOUT).raise_for_status().json()


def _role(written: str) -> tuple[str, tuple[Role, Tlp]]:
    """A group with its role and clearance, as the settings write them: `analysts = analyst TLP:AMBER`."""
    group, _, said = written.partition("=")
    name, _, level = said.strip().partition(" TLP:")
    role = next((one for one in Role if one.value == name.strip()), None)
    clearance = next((one for one in Tlp if one.label == f"TLP:{level.strip() or 'AMBER'}"), None)
    if not group.strip() or role is None or clearance is None:
        hint = f"Write group = role TLP:AMBER; roles are {', '.join(one.value for one in Role)}."
        raise UsageError(f"setting agency_roles: “{written.strip()}” names no group with a role", hint=hint)
    return group.strip(), (role, clearance)


def _silent(issuer: str, error: Exception) -> AccessError:
    return AccessError(f"the agency at {issuer} does not answer as it should: {error}", hint="Try again, or sign in with a password.")


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _told(moment: Any) -> str:
    return str(moment.isoformat(timespec="microseconds"))
