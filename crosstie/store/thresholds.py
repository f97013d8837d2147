"""A unit's own thresholds for detectors, each with who set it, when and why. The lenses' own hold where the unit has set none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.errors import UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database
from crosstie.store.record import plain


class ThresholdRow(Base):
    """One setting of one threshold; none is ever changed, the newest counts."""

    __tablename__ = "thresholds"
    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    value: Mapped[float | None]
    user: Mapped[str] = mapped_column("user_name", key="user")
    at: Mapped[str]
    reason: Mapped[str]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a threshold was set to; no value: the lens's own holds again. `name` is lens.typology.threshold; `seq` counts the settings of all."""

    seq: int
    name: str
    value: float | None
    user: str
    at: str
    reason: str


_COLUMNS = (ThresholdRow.seq, ThresholdRow.name, ThresholdRow.value, ThresholdRow.user, ThresholdRow.at, ThresholdRow.reason)


class Thresholds:
    """The thresholds that a unit has set. Each change is also an entry of the audit, in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._audit = Audit(database)

    def set(self, name: str, value: float | None, *, user: str, reason: str, purpose: str | None = None) -> Setting:
        """Set a threshold, or with no value go back to the lens's own. UsageError without a reason, or for what is no number from 0 on."""
        reason = plain(reason).strip()
        if not reason:
            raise UsageError("a threshold needs the reason why it is set so", hint='Say it: --reason "the law here says 15,000".')
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise UsageError(f"{name}: {value} is no threshold: it is a number, and not below 0")
        row = {"name": name, "value": value, "user": plain(user), "at": clock.now().isoformat(timespec="microseconds"), "reason": reason}
        with self._database.write() as connection:
            self._database.lock(connection, ThresholdRow.__table__)
            seq = (connection.scalar(sa.select(sa.func.max(ThresholdRow.seq))) or 0) + 1
            connection.execute(sa.insert(ThresholdRow).values(seq=seq, **row))
            self._audit.record("threshold", name, user=user, purpose=purpose, detail={"value": value, "reason": reason}, within=connection)
        return Setting(seq, **row)  # type: ignore[arg-type]

    def history(self) -> list[Setting]:
        """All settings, oldest first."""
        with self._database.read() as connection:
            return [Setting(*row) for row in connection.execute(sa.select(*_COLUMNS).order_by(ThresholdRow.seq))]

    def in_force(self) -> dict[str, float]:
        """The values that hold, by name."""
        found = {one.name: one.value for one in self.history()}
        return {name: value for name, value in sorted(found.items()) if value is not None}
