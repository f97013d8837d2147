"""The desk of one person: what is asked, what they decide, what they take back. The terminal and other surfaces call it; it shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crosstie.errors import NotFound
from crosstie.resolve.cases import Pair, held, tables
from crosstie.resolve.comparison import Comparison, compare
from crosstie.resolve.explode import Merged, merged, outlook, separation
from crosstie.resolve.judgements import Conflict, Foreign, Refused, conflicts, dormant, from_csv, named, to_csv
from crosstie.resolve.pending import pending
from crosstie.resolve.review import Queue, queue
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.casebook import Casebook, Decision, Judgement

#: Notes what was read or done in the audit: action, subject, detail.
Record = Callable[[str, str, Mapping[str, Any]], None]
#: Pairs that an entry of the audit names one by one.
_NAMED = 1_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What was entered, and the contradictions that it is now part of."""

    judgements: list[Judgement]
    conflicts: list[Conflict]


@dataclass(frozen=True, slots=True)
class Separated:
    """An entity taken apart: the judgements, and the parts that the next build will make as far as is seen now."""

    entity: Merged
    parts: list[list[str]]
    judgements: list[Judgement]
    conflicts: list[Conflict]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file of judgements: entered, already so here, refused; `dormant` of those entered speak of records not here (yet)."""

    judgements: list[Judgement]
    known: int
    dormant: int
    refused: list[Refused]
    conflicts: list[Conflict]


#: What the queue may take where it is worked out beside others.
_BESIDE = "600MB"


class Desk:
    """Review of the pairs of a build by one person."""

    def __init__(self, build: Build, casebook: Casebook, settings: Settings, user: str, record: Record, purpose: str | None = None) -> None:
        self.build = build
        self.user = user
        self._purpose = purpose
        self._casebook = casebook
        self._settings = settings
        self._record = record

    def queue(self, limit: int | None = None) -> Queue:
        """What to ask this person, the most informative first."""
        skipped = self._casebook.skipped(self.user)
        found = queue(self.build, self._settings, self._casebook.in_force(), user=self.user, skipped=skipped, limit=limit)
        shown = [[one.left, one.right] for one in found.questions]
        self._record("read review", self.build.path.name, {"questions": len(shown), "pairs": shown[:_NAMED]})
        return found

    def pending(self, limit: int, *, shown: bool = True) -> Queue:
        """The same for who asks again and again: worked out every ten minutes, without what was decided since. Not `shown`: all, for the program alone."""
        judgements, skipped = self._casebook.in_force(), self._casebook.skipped(self.user)

        def anew(count: int) -> Queue:
            # beside pages: with little memory, whatever builds may have
            small = replace(self._settings, memory=_BESIDE)
            return queue(self.build, small, judgements, user=self.user, skipped=skipped, limit=count)

        found = pending(f"{self.build.path} {self.build.manifest.get('inputs')}", self.user, judgements, skipped, anew)
        if not shown:
            return found
        some = replace(found, questions=found.questions[:limit])
        if limit:
            pairs = [[one.left, one.right] for one in some.questions]
            self._record("read review", self.build.path.name, {"questions": len(pairs), "pairs": pairs[:_NAMED]})
        return some

    def compare(self, left: str, right: str, may: Callable[[Comparison], None] | None = None) -> Comparison:
        """Two records side by side. NotFound where one is not there or protected; `may` raises where this person may not see them: then they were not read."""
        with tables(self.build, self._settings) as connection:
            found = compare(connection, left, right, self._casebook.history())
        if may is not None:
            may(found)
        self._record("read pair", f"{left} {right}", {"build": self.build.number})
        return found

    def alike(self, left: str, right: str) -> tuple[tuple[tuple[str, str], ...], set[str | None]]:
        """The pairs that are the same case as this question, and the markings of all that is said of their records."""
        pairs = next((one.alike for one in self.pending(0, shown=False).questions if (one.left, one.right) == (left, right)), ())
        ids = sorted({record for pair in pairs for record in pair})
        with tables(self.build, self._settings) as connection:
            found = connection.execute(
                "select distinct marking from claims where entity_id in (select unnest(?::varchar[]))", [ids]
            ).fetchall()
        return pairs, {row[0] for row in found}

    def decide(self, decisions: Sequence[Decision]) -> Decided:
        """Enter decisions on pairs of this build, all or none, in one transaction. NotFound for a record that is not there or is protected.
        A skipped pair that is decided is skipped no more.
        """
        asked = {side for one in decisions for side in (one.left, one.right) if side}
        with tables(self.build, self._settings) as connection:
            missing = asked - held(connection, sorted(asked), free=True)
        if missing:
            raise NotFound(f"there is no record “{min(missing)}” in this build that could be compared")
        return self._enter(decisions)

    def _enter(self, decisions: Sequence[Decision]) -> Decided:
        made = self._casebook.judge_many(decisions, user=self.user, purpose=self._purpose)
        pairs = [(one.left, one.right) for one in decisions if one.right]
        if self._casebook.skipped(self.user).intersection(tuple(sorted(pair)) for pair in pairs):
            self._casebook.unskip(pairs, self.user)
        return Decided(made, self.contradictions(made))

    def contradictions(self, made: Iterable[Judgement]) -> list[Conflict]:
        """The contradictions that these judgements are part of."""
        ids = {one.id for one in made}
        return [one for one in conflicts(self._casebook.in_force()) if not ids.isdisjoint(one.ids)]

    def undo(self, judgement_ids: Sequence[str]) -> list[Judgement]:
        """Take decisions back, all or none; they stay in the history."""
        return self._casebook.revoke_many(judgement_ids, self.user, self._purpose)

    def skip(self, pairs: Iterable[Pair]) -> None:
        """Put pairs aside: they come last, to this person only."""
        self._casebook.skip(pairs, self.user)

    def unskip(self, pairs: Iterable[Pair]) -> None:
        """Bring pairs back that were put aside."""
        self._casebook.unskip(pairs, self.user)

    def merged(self, entity: str) -> Merged:
        """An entity, its records, and what holds them together."""
        with tables(self.build, self._settings) as connection:
            found = merged(connection, entity, self._settings.match_threshold)
        self._record("read", found.entity_id, {"build": self.build.number, "records": len(found.records)})
        return found

    def separate(self, entity: Merged, out: Sequence[str] | None, reason: str = "") -> Separated:
        """Take an entity apart: `out` from the rest, or all from each other. The next build obeys."""
        decisions = separation(entity, out, reason)
        decided = self._enter(decisions)
        return Separated(entity, outlook(entity, decisions, self._settings.match_threshold), decided.judgements, decided.conflicts)

    def dormant(self) -> list[Judgement]:
        """The judgements in force of which a record is not in this build."""
        judgements = self._casebook.in_force()
        return dormant(judgements, self._present(judgements))

    def conflicts(self) -> list[Conflict]:
        """All contradictions among judgements in force, dormant ones included."""
        return conflicts(self._casebook.in_force())

    def export(self) -> str:
        """The judgements on pairs that are in force, as CSV for another unit."""
        judgements = [one for one in self._casebook.in_force() if one.kind == "pair"]
        self._record("export", "judgements", {"judgements": len(judgements)})
        return to_csv(judgements)

    def bring_in(self, text: str, *, replace: bool = False) -> Imported:
        """Enter the judgements of another unit's file under this person's name, all at once. What this unit decided otherwise is refused,
        unless `replace`; what it decided the same way is left as it is.
        """
        given, refused = from_csv(text)
        own = {(one.left, one.right): one for one in self._casebook.in_force() if one.kind == "pair"}
        wanted: list[Decision] = []
        known = 0
        for one in given:
            here = own.get((one.decision.left, one.decision.right))
            if here and here.verdict == one.decision.verdict:
                known += 1
            elif here and not replace:
                refused.append(_otherwise(one, here))
            else:
                wanted.append(one.signed)
        decided = self._enter(wanted)
        sleeping = dormant(decided.judgements, self._present(decided.judgements))
        detail = {"entered": len(decided.judgements), "known": known, "refused": len(refused)}
        self._record("import", "judgements", detail)
        return Imported(decided.judgements, known, len(sleeping), sorted(refused, key=lambda one: one.line), decided.conflicts)

    def _present(self, judgements: Iterable[Judgement]) -> set[str]:
        with tables(self.build, self._settings) as connection:
            return held(connection, named(judgements))


def _otherwise(one: Foreign, here: Judgement) -> Refused:
    reason = f"here judged {here.verdict} by {here.user} on {here.at[:10]}"
    return Refused(one.line, reason, f"{one.decision.left},{one.decision.right},{one.decision.verdict}")
