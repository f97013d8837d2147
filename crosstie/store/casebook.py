"""What people decided about pairs, findings and links: dated, signed, reversible, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.errors import NotFound, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database
from crosstie.store.fingerprint import fingerprint
from crosstie.store.record import plain

Kind = Literal["pair", "finding", "link"]
Verdict = Literal["same", "different", "unsure", "accepted", "rejected"]

#: what may be said of each kind of subject
VERDICTS: dict[str, tuple[str, ...]] = {
    "pair": ("same", "different", "unsure"),
    "finding": ("accepted", "rejected", "unsure"),
    "link": ("accepted", "rejected", "unsure"),
}


class JudgementRow(Base):
    """One judgement; `seq` is the order in which they were made."""

    __tablename__ = "judgements"
    __table_args__ = (sa.Index("judgements_subject", "kind", "left", "right"),)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(sa.String)
    left: Mapped[str] = mapped_column("left_id", key="left")
    right: Mapped[str | None] = mapped_column("right_id", key="right")
    verdict: Mapped[Verdict] = mapped_column(sa.String)
    reason: Mapped[str]
    user: Mapped[str] = mapped_column("user_name", key="user")
    at: Mapped[str]
    revoked_at: Mapped[str | None]
    revoked_by: Mapped[str | None]


class SkipRow(Base):
    """A pair that a person put aside in the review: it comes last to them, and to nobody else."""

    __tablename__ = "review_skips"
    user: Mapped[str] = mapped_column("user_name", primary_key=True, key="user")
    left: Mapped[str] = mapped_column("left_id", primary_key=True, key="left")
    right: Mapped[str] = mapped_column("right_id", primary_key=True, key="right")
    at: Mapped[str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person decided. A pair has `left` < `right`; a finding or link is `left` alone."""

    id: str
    kind: Kind
    left: str
    right: str | None
    verdict: Verdict
    reason: str
    user: str
    at: str
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict to be entered: of a pair (`left` and `right`, in any order), or of a finding or link (`left`)."""

    kind: str
    left: str
    right: str | None
    verdict: str
    reason: str = ""


class Casebook:
    """The judgements of a database. Each change is also an entry of the audit, in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._audit = Audit(database)

    def judge(
        self, kind: str, left: str, right: str | None, verdict: str, *, user: str, reason: str = "", purpose: str | None = None
    ) -> Judgement:
        """Enter one verdict. It supersedes earlier ones on the same subject. UsageError for a verdict that the kind does not know."""
        return self.judge_many([Decision(kind, left, right, verdict, reason)], user=user, purpose=purpose)[0]

    def judge_many(self, decisions: Iterable[Decision], *, user: str, purpose: str | None = None) -> list[Judgement]:
        """Enter many verdicts, all or none, in this order; `purpose` is what the audit says it was done for."""
        checked, user = [_checked(decision) for decision in decisions], plain(user)
        if not user.strip():
            raise UsageError("a judgement needs the name of the person who makes it")
        if not checked:
            return []
        at = clock.now().isoformat(timespec="microseconds")
        with self._database.write() as connection:
            self._database.lock(connection, JudgementRow.__table__)
            last = connection.scalar(sa.select(sa.func.max(JudgementRow.seq))) or 0
            rows = []
            for seq, decision in enumerate(checked, last + 1):
                content = {**asdict(decision), "user": user, "at": at, "seq": seq}
                rows.append({**content, "id": fingerprint(content)[:16], "revoked_at": None})
            connection.execute(sa.insert(JudgementRow), rows)
            for row in rows if len(rows) == 1 else []:
                self._audit.record("judge", row["id"], user=user, purpose=purpose, detail=asdict(checked[0]), within=connection)
            if len(rows) > 1:
                detail = {"judgements": len(rows), "sha256": fingerprint([row["id"] for row in rows])}
                subject = f"{rows[0]['id']}..{rows[-1]['id']}"
                self._audit.record("judge", subject, user=user, purpose=purpose, detail=detail, within=connection)
        return [Judgement(**{field.name: row[field.name] for field in fields(Judgement)}) for row in rows]

    def revoke(self, judgement_id: str, user: str, purpose: str | None = None) -> Judgement:
        """Take a judgement back; the one that it superseded, if any, is in force again. NotFound where there is none; twice is as once."""
        return self.revoke_many([judgement_id], user, purpose)[0]

    def revoke_many(self, judgement_ids: Sequence[str], user: str, purpose: str | None = None) -> list[Judgement]:
        """Take judgements back, all or none; `purpose` is what the audit says it was done for."""
        if not user.strip():
            raise UsageError("to revoke needs the name of the person who does it")
        with self._database.write() as connection:
            self._database.lock(connection, JudgementRow.__table__)
            return [self._revoke(connection, judgement_id, user, purpose) for judgement_id in judgement_ids]

    def _revoke(self, connection: sa.Connection, judgement_id: str, user: str, purpose: str | None) -> Judgement:
        found = connection.execute(_SELECT.where(JudgementRow.id == judgement_id)).one_or_none()
        if found is None:
            raise NotFound(f"no judgement {judgement_id}")
        if found.revoked_at is None:
            at = clock.now().isoformat(timespec="microseconds")
            change = sa.update(JudgementRow).where(JudgementRow.id == judgement_id)
            connection.execute(change.values(revoked_at=at, revoked_by=user))
            self._audit.record("revoke", judgement_id, user=user, purpose=purpose, within=connection)
            found = connection.execute(_SELECT.where(JudgementRow.id == judgement_id)).one()
        return Judgement(*found)

    def skip(self, pairs: Iterable[tuple[str, str]], user: str) -> None:
        """Put pairs aside for a person, until they judge them or ask for them again."""
        rows = [{"user": plain(user), "left": left, "right": right} for left, right in map(sorted, pairs)]
        with self._database.write() as connection:
            for row in rows:
                connection.execute(_skip_of(row))
                connection.execute(sa.insert(SkipRow).values(**row, at=clock.now().isoformat(timespec="microseconds")))

    def unskip(self, pairs: Iterable[tuple[str, str]], user: str) -> None:
        """Bring pairs back that a person put aside."""
        with self._database.write() as connection:
            for left, right in map(sorted, pairs):
                connection.execute(_skip_of({"user": plain(user), "left": left, "right": right}))

    def skipped(self, user: str) -> set[tuple[str, str]]:
        """The pairs that a person put aside."""
        with self._database.read() as connection:
            query = sa.select(SkipRow.left, SkipRow.right).where(SkipRow.user == plain(user))
            return {(left, right) for left, right in connection.execute(query)}

    def in_force(self) -> list[Judgement]:
        """Of each subject the newest judgement that was not revoked; by kind, left, right."""
        newest = {(one.kind, one.left, one.right or ""): one for one in self.history() if one.revoked_at is None}
        return [newest[subject] for subject in sorted(newest)]

    def state(self) -> str:
        """A short text that is another whenever a judgement is made or taken back."""
        query = sa.select(sa.func.count(JudgementRow.seq), sa.func.max(JudgementRow.seq), sa.func.max(JudgementRow.revoked_at))
        with self._database.read() as connection:
            return "-".join(str(part) for part in connection.execute(query).one())

    def history(self) -> list[Judgement]:
        """All judgements ever made, oldest first."""
        with self._database.read() as connection:
            return [Judgement(*row) for row in connection.execute(_SELECT.order_by(JudgementRow.seq))]


def _skip_of(row: dict[str, str]) -> sa.Delete:
    return sa.delete(SkipRow).where(SkipRow.user == row["user"], SkipRow.left == row["left"], SkipRow.right == row["right"])


_SELECT = sa.select(*(getattr(JudgementRow, field.name) for field in fields(Judgement)))


def _checked(decision: Decision) -> Decision:
    decision = replace(decision, left=plain(decision.left), reason=plain(decision.reason), right=decision.right and plain(decision.right))
    known = VERDICTS.get(decision.kind)
    if known is None:
        raise UsageError(f"no judgement on a “{decision.kind}”", hint=f"Known are {', '.join(VERDICTS)}.")
    if decision.verdict not in known:
        raise UsageError(f"“{decision.verdict}” is no verdict on a {decision.kind}", hint=f"Known are {', '.join(known)}.")
    if not decision.left or (decision.kind == "pair") != bool(decision.right):
        raise UsageError(f"a judgement on a {decision.kind} names {'two entities' if decision.kind == 'pair' else 'one subject'}")
    if decision.right is None:
        return decision
    if decision.left == decision.right:
        raise UsageError(f"{decision.left} cannot be compared with itself")
    left, right = sorted((decision.left, decision.right))
    return replace(decision, left=left, right=right)
