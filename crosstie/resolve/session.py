"""One sitting of review: which question is shown, what was decided, what can be undone. It knows no terminal and no database.

Decisions go to whoever keeps them (`Keeper`). A sitting keeps nothing of its own: what is judged has left the queue for good, what is skipped
comes last, so the first question of the next sitting is where this one ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from crosstie.resolve.cases import Pair
from crosstie.resolve.desk import Decided, Separated
from crosstie.resolve.review import Question, Queue
from crosstie.store.casebook import Decision, Judgement


class Keeper(Protocol):
    """Where decisions go."""

    def decide(self, decisions: Sequence[Decision]) -> Decided:
        """Enter decisions, all or none."""

    def undo(self, judgement_ids: Sequence[str]) -> list[Judgement]:
        """Take decisions back, all or none."""

    def skip(self, pairs: Iterable[Pair]) -> None:
        """Put pairs aside."""

    def unskip(self, pairs: Iterable[Pair]) -> None:
        """Bring pairs back."""


@dataclass(frozen=True, slots=True)
class _State:
    questions: tuple[Question, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be undone: in words, with the judgements that it made or the pairs that it put aside."""

    words: str
    judgements: tuple[str, ...]
    skipped: tuple[Pair, ...]
    before: _State


class Review:
    """One sitting of one person. `questions` are those still open; `bulk`: the next decision counts for all identical cases;
    `at_stake`: only what stands on links or in spheres is shown; `reason` goes with the next decision.
    """

    def __init__(self, queue: Queue, keeper: Keeper) -> None:
        self.questions = list(queue.questions)
        self.total = queue.total
        self.position = 0
        self.decided = 0
        self.bulk = False
        self.at_stake = False
        self.reason = ""
        self._keeper = keeper
        self._acts: list[Act] = []

    def current(self) -> Question | None:
        """The question that is shown; None where none is left (with this filter)."""
        return self.questions[self.position] if self.position < len(self.questions) and self._shown(self.position) else None

    def left(self) -> int:
        """How many questions are open, with this filter."""
        return sum(self._shown(place) for place in range(len(self.questions)))

    def number(self) -> int:
        """The place of the current question among those shown, from 1."""
        return sum(self._shown(place) for place in range(self.position)) + 1

    def move(self, steps: int) -> bool:
        """Look at a later or an earlier question; False where there is none."""
        step = 1 if steps > 0 else -1
        place = self.position
        for _ in range(abs(steps)):
            ahead = place + step
            while 0 <= ahead < len(self.questions) and not self._shown(ahead):
                ahead += step
            if not 0 <= ahead < len(self.questions):
                break
            place = ahead
        moved, self.position = place != self.position, place
        self.bulk = self.bulk and not moved
        return moved

    def decide(self, verdict: str) -> Decided:
        """Answer the current question: for the pair shown, or for all identical cases if `bulk` is on. ValueError where none is left."""
        question = self._asked()
        pairs = question.pairs if self.bulk else question.pairs[:1]
        before = self._state()
        decided = self._keeper.decide([Decision("pair", left, right, verdict, self.reason) for left, right in pairs])
        rest = question.pairs[len(pairs) :]
        remaining = [replace(question, left=rest[0][0], right=rest[0][1], alike=rest[1:])] if rest else []
        self.questions[self.position : self.position + 1] = remaining
        words = f"{verdict}: {question.left} and {question.right}" + (f" and {len(pairs) - 1} alike" if len(pairs) > 1 else "")
        self._done(Act(words, tuple(one.id for one in decided.judgements), (), before), len(pairs))
        return decided

    def skip(self) -> None:
        """Put the current question aside: it comes last, now and in later sittings."""
        question = self._asked()
        before = self._state()
        self._keeper.skip(question.pairs)
        self.questions.append(replace(self.questions.pop(self.position), skipped=True))
        self._done(Act(f"skipped: {question.left} and {question.right}", (), question.pairs, before), 0)

    def separated(self, made: Separated) -> None:
        """Take note that the entity of the current question was taken apart: questions between its records are answered."""
        before = self._state()
        answered = {(one.left, one.right) for one in made.judgements}
        self.questions = [one for one in self.questions if (one.left, one.right) not in answered]
        words = f"taken apart: {made.entity.entity_id}, {len(made.judgements)} judgements"
        self._done(Act(words, tuple(one.id for one in made.judgements), (), before), len(made.judgements))

    def undo(self) -> Act | None:
        """Take back the last act of this sitting; None where there is none. What was judged is revoked, and stays in the history as such."""
        if not self._acts:
            return None
        act = self._acts[-1]
        if act.judgements:
            self._keeper.undo(act.judgements)
        if act.skipped:
            self._keeper.unskip(act.skipped)
        self._acts.pop()
        self.questions, self.position = list(act.before.questions), act.before.position
        self.decided -= len(act.judgements)
        self.bulk = False
        if not self._shown(self.position):
            self.at_stake = False
        return act

    def filter(self) -> None:
        """Show only what stands on links or in spheres; once more shows everything again."""
        self.at_stake = not self.at_stake
        self._settle()

    def gather(self) -> bool:
        """Let the next decision count for all identical cases; once more for the pair shown only. False where nothing is alike."""
        question = self.current()
        self.bulk = bool(question and question.alike) and not self.bulk
        return bool(question and question.alike)

    def _asked(self) -> Question:
        question = self.current()
        if question is None:
            raise ValueError("no question is left")
        return question

    def _state(self) -> _State:
        return _State(tuple(self.questions), self.position)

    def _done(self, act: Act, judged: int) -> None:
        self._acts.append(act)
        self.decided += judged
        self.bulk = False
        self.reason = ""
        self._settle()

    def _shown(self, place: int) -> bool:
        return place < len(self.questions) and (not self.at_stake or self.questions[place].at_stake or self.questions[place].disputed)

    def _settle(self) -> None:
        """Stay on the question shown, or go to the next, or to the last before."""
        self.bulk = False
        places = [place for place in range(len(self.questions)) if self._shown(place)]
        self.position = next((place for place in places if place >= self.position), places[-1] if places else 0)
