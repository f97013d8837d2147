"""Second factors: codes that change every half minute (TOTP, RFC 6238), and codes for once for whoever lost their telephone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.errors import AccessError, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database

#: Seconds that a code holds; one before and one after count too, for clocks that differ.
STEP, AROUND = 30, 1
#: Codes for once that are given out.
SPARE = 8


class FactorRow(Base):
    """The second factor of an account. `used`: the last step whose code was taken; none is taken twice."""

    __tablename__ = "second_factors"
    name: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    confirmed: Mapped[bool]
    used: Mapped[int]


class SpareRow(Base):
    """A code for once, as a hash."""

    __tablename__ = "spare_codes"
    name: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class Offered:
    """A second factor to be confirmed: the secret, and the address that an app reads from a picture."""

    secret: str
    address: str


class Codes:
    """The second factors of the accounts of a workspace."""

    def __init__(self, database: Database, workspace: str) -> None:
        self._database, self._workspace = database, workspace
        self._audit = Audit(database)

    def has(self, name: str) -> bool:
        """Whether somebody signs in with a second factor."""
        with self._database.read() as connection:
            return bool(connection.scalar(sa.select(FactorRow.confirmed).where(FactorRow.name == name)))

    def all(self, connection: sa.Connection) -> set[str]:
        """Everybody who signs in with a second factor."""
        return set(connection.scalars(sa.select(FactorRow.name).where(FactorRow.confirmed)))

    def offer(self, name: str) -> Offered:
        """A new secret for an app; it counts once a code was shown to `confirm`. AccessError where there is a second factor already."""
        secret = pyotp.random_base32()
        with self._database.write() as connection:
            self._database.lock(connection, FactorRow.__table__)
            if connection.scalar(sa.select(FactorRow.confirmed).where(FactorRow.name == name)):
                raise AccessError("there is a second factor already", hint="Take it away first, with one of its codes.")
            connection.execute(sa.delete(FactorRow).where(FactorRow.name == name))
            connection.execute(sa.insert(FactorRow).values(name=name, secret=secret, confirmed=False, used=0))
        return Offered(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"crosstie {self._workspace}"))

    def confirm(self, name: str, code: str) -> list[str]:
        """Take the offered secret as second factor, on showing a code of it; the codes for once. UsageError where the code is wrong."""
        spare = ["-".join(secrets.token_hex(2) for _ in range(3)) for _ in range(SPARE)]
        with self._database.write() as connection:
            self._database.lock(connection, FactorRow.__table__)
            row = self._row(connection, name)
            step = None if row is None or row.confirmed else _step(row.secret, code, row.used)
            if step is None:
                raise UsageError("that is not the code", hint="Is the clock of the telephone right? A code holds for half a minute.")
            connection.execute(sa.update(FactorRow).where(FactorRow.name == name).values(confirmed=True, used=step))
            connection.execute(sa.delete(SpareRow).where(SpareRow.name == name))
            connection.execute(sa.insert(SpareRow), [{"name": name, "code": _hashed(one)} for one in spare])
            self._audit.record("set up second factor", name, user=name, within=connection)
        return spare

    def accept(self, name: str, code: str) -> bool:
        """Whether this may sign somebody in: a code of their app that was not used yet, or a code for once, which is then gone; anything where they
        have no second factor.
        """
        with self._database.write() as connection:
            self._database.lock(connection, FactorRow.__table__)
            row = self._row(connection, name)
            if row is None or not row.confirmed:
                return True
            if (step := _step(row.secret, code, row.used)) is not None:
                connection.execute(sa.update(FactorRow).where(FactorRow.name == name).values(used=step))
                return True
            gone = connection.execute(sa.delete(SpareRow).where(SpareRow.name == name, SpareRow.code == _hashed(code)))
            if gone.rowcount:
                self._audit.record("use spare code", name, user=name, within=connection)
            return bool(gone.rowcount)

    def left(self, name: str) -> int:
        """How many codes for once somebody has left."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(SpareRow).where(SpareRow.name == name)) or 0

    def remove(self, name: str, *, by: str) -> None:
        """Take somebody's second factor away."""
        with self._database.write() as connection:
            connection.execute(sa.delete(FactorRow).where(FactorRow.name == name))
            connection.execute(sa.delete(SpareRow).where(SpareRow.name == name))
            self._audit.record("remove second factor", name, user=by, within=connection)

    def _row(self, connection: sa.Connection, name: str) -> sa.Row[str, bool, int] | None:
        query = sa.select(FactorRow.secret, FactorRow.confirmed, FactorRow.used).where(FactorRow.name == name)
        return connection.execute(query).one_or_none()


def _step(secret: str, code: str, used: int) -> int | None:
    """The step whose code this is, if it was not used."""
    now, written = int(clock.now().timestamp()) // STEP, "".join(code.split())
    for step in range(max(now - AROUND, used + 1), now + AROUND + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), written.encode()):
            return step
    return None


def _hashed(code: str) -> str:
    return hashlib.sha256("".join(code.lower().split()).encode()).hexdigest()
