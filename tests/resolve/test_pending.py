"""The queue of a person who asks again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from crosstie.resolve import pending as module
from crosstie.resolve.pending import ANEW, FEW, KEPT, pending
from crosstie.resolve.review import Question, Queue
from crosstie.store.casebook import Judgement, Verdict


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    module._known.clear()
    yield
    module._known.clear()


def question(number: int, *alike: int) -> Question:
    return Question(f"a{number:03}", "b", 0.5, "", False, 1.0, (), tuple((f"a{one:03}", "b") for one in alike))


def judged(number: int, verdict: Verdict = "same", user: str = "ana") -> Judgement:
    return Judgement(f"j{number}{user}", "pair", f"a{number:03}", "b", verdict, "", user, "2026-01-01T00:00:00", None)


class Work:
    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, count: int) -> Queue:
        self.asked.append(count)
        return Queue([question(number, number + 500) for number in range(count)], 2 * count)


def lefts(queue: Queue) -> list[str]:
    return [one.left for one in queue.questions]


def test_it_is_worked_out_once_and_what_was_decided_since_is_left_out() -> None:
    work = Work()
    assert len(pending("1", "ana", [], [], work).questions) == KEPT
    left = pending("1", "ana", [judged(0), judged(501), judged(2, "unsure", "ben")], [], work)
    assert lefts(left) == [f"a{number:03}" for number in range(1, KEPT)]
    assert left.questions[0].alike == ()
    assert left.total == 2 * KEPT - 2
    assert pending("1", "ana", [], [], work).total == 2 * KEPT  # taken back
    assert work.asked == [KEPT]


def test_who_put_something_aside_has_a_queue_of_their_own_and_others_share_one() -> None:
    work = Work()
    pending("1", "ana", [], [], work)
    pending("1", "ben", [], [], work)
    assert len(work.asked) == 1
    pending("1", "eve", [judged(3, "unsure", "eve")], [], work)
    pending("1", "dan", [], [("a004", "b")], work)
    pending("2", "ana", [], [], work)
    assert len(work.asked) == 4
    assert "a005" not in lefts(pending("1", "dan", [], [("a004", "b"), ("a005", "b")], work))
    assert len(work.asked) == 4


def test_it_is_worked_out_anew_when_little_is_left_or_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work()
    pending("1", "ana", [], [], work)
    pending("1", "ana", [judged(number) for number in range(KEPT - FEW)], [], work)
    assert len(work.asked) == 1
    pending("1", "ana", [judged(number) for number in range(KEPT - FEW + 1)], [], work)
    assert len(work.asked) == 2
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + ANEW + 1)
    pending("1", "ana", [judged(number) for number in range(KEPT - FEW + 1)], [], work)
    assert len(work.asked) == 3
