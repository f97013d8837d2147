from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import NotFound, UsageError
from crosstie.resolve.cases import tables
from crosstie.resolve.desk import Decided, Desk
from crosstie.resolve.explode import merged, outlook, separation
from crosstie.resolve.review import Question, Queue
from crosstie.resolve.session import Review
from crosstie.store.builds import Build
from crosstie.store.casebook import Casebook, Decision, Judgement
from crosstie.store.database import Database
from tests.resolve.invented import SETTINGS, THRESHOLD, desk_of, judged, write_build

Built = Callable[..., Build]
AtDesk = Callable[[Build, str], Desk]


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return lambda *given, **more: write_build(tmp_path / "builds", *given, **more)


@pytest.fixture
def casebook(tmp_path: Path) -> Casebook:
    return Casebook(Database(tmp_path / "casebook.sqlite"))


@pytest.fixture
def desk(casebook: Casebook) -> AtDesk:
    return lambda build, user: desk_of(build, casebook, user)


# ── a sitting ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sitting_goes_on_where_the_last_ended(built: Built, desk: AtDesk, casebook: Casebook) -> None:
    build = built([(f"a-{place}", f"b-{place}", 0.7 - place / 100) for place in range(5)])
    ann = desk(build, "ann")
    first = Review(ann.queue(), ann)
    first.decide("same")
    first.skip()
    first.decide("unsure")
    again = Review(ann.queue(), ann)
    assert [one.left for one in again.questions] == ["a-3", "a-4", "a-1"]
    assert again.questions[-1].skipped
    other = desk(build, "bea")
    assert [one.left for one in Review(other.queue(), other).questions] == ["a-1", "a-2", "a-3", "a-4"]
    again.move(2)
    again.decide("different")
    assert casebook.skipped("ann") == set()


def test_undo_takes_back_in_turn_and_the_history_keeps_it(built: Built, desk: AtDesk, casebook: Casebook) -> None:
    ann = desk(built([("a-1", "b-1", 0.7), ("a-2", "b-2", 0.6)]), "ann")
    review = Review(ann.queue(), ann)
    before = list(review.questions)
    review.reason = "same passport"
    review.decide("same")
    review.skip()
    assert [one.reason for one in casebook.in_force()] == ["same passport"]
    assert review.reason == ""
    act = review.undo()
    assert act
    assert act.words.startswith("skipped")
    assert casebook.skipped("ann") == set()
    review.undo()
    assert review.questions == before
    assert review.current() == before[0]
    assert casebook.in_force() == []
    assert [one.revoked_at is not None for one in casebook.history()] == [True]
    assert review.undo() is None
    assert review.decided == 0


def test_one_answer_for_all_identical_cases_is_one_transaction(built: Built, desk: AtDesk, casebook: Casebook) -> None:
    said = {f"{side}-{place}": ("Orin Vale", "") for side in "ab" for place in range(4)}
    ann = desk(built([(f"a-{place}", f"b-{place}", 0.6) for place in range(4)], said=said), "ann")
    review = Review(ann.queue(), ann)
    review.decide("unsure")
    assert [len(one.pairs) for one in review.questions] == [3]
    assert review.gather()
    assert review.gather()
    assert not review.bulk
    review.gather()
    review.decide("same")
    assert len({one.at for one in casebook.history()[1:]}) == 1
    assert [one.verdict for one in casebook.history()] == ["unsure", "same", "same", "same"]
    assert review.current() is None
    review.undo()
    assert [one.verdict for one in casebook.in_force()] == ["unsure"]
    assert [len(one.pairs) for one in review.questions] == [3]


def test_the_filter_shows_what_is_at_stake_and_clears_itself(built: Built, desk: AtDesk) -> None:
    ann = desk(built([("a-1", "b-1", 0.7), ("a-2", "b-2", 0.2)], spheres={"a-2": "crime"}), "ann")
    review = Review(ann.queue(), ann)
    both = [one.left for one in review.questions]
    review.filter()
    assert (review.left(), review.number()) == (1, 1)
    assert [one.left for one in (review.current(),) if one] == ["a-2"]
    assert not review.move(1)
    review.decide("same")
    assert review.current() is None
    with pytest.raises(ValueError, match="no question"):
        review.decide("same")
    review.filter()
    assert review.current() is not None
    assert set(both) == {"a-1", "a-2"}


@settings(max_examples=60, deadline=None)
@given(keys=st.lists(st.sampled_from("ynusbjkfz"), max_size=25))
def test_undoing_everything_leaves_nothing_in_force(keys: list[str]) -> None:
    alike = [tuple((f"c{place}-{n}", f"d{place}-{n}") for n in range(place)) for place in range(4)]
    questions = [Question(f"a-{place}", f"b-{place}", 0.5, "{}", False, 1.0, (), alike[place], place % 2 == 0) for place in range(4)]
    keeper = _Memory()
    review = Review(Queue(questions, len(questions)), keeper)
    for key in keys:
        if key in "ynu" and review.current():
            review.decide({"y": "same", "n": "different", "u": "unsure"}[key])
        elif key == "s" and review.current():
            review.skip()
        elif key in "jk":
            review.move(1 if key == "j" else -1)
        elif key in "bf":
            (review.gather if key == "b" else review.filter)()
        elif key == "z":
            review.undo()
        pairs = [pair for question in review.questions for pair in question.pairs]
        assert len(pairs) == len(set(pairs))
        assert len(pairs) + len(keeper.made) == 10
        assert review.decided == len(keeper.made)
    while review.undo():
        pass
    assert keeper.made == {}
    assert keeper.skipped == set()
    assert review.questions == questions


# ── taking apart ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_holds_an_entity_together_is_told_weakest_first(built: Built) -> None:
    build = built(
        [("a-1", "b-1", 0.95), ("b-1", "c-1", 0.8), ("a-1", "c-1", 0.78), ("c-1", "d-1", 0.99), ("a-1", "d-1", 0.3)],
        entities=[("a-1", "b-1", "c-1", "d-1")],
        links=[("a-1", "x-1")],
    )
    with tables(build, SETTINGS) as connection:
        found = merged(connection, "c-1", THRESHOLD)
    assert found.ids == ("a-1", "b-1", "c-1", "d-1")
    assert [(bond.left, bond.right) for bond in found.bonds] == [("b-1", "c-1"), ("a-1", "b-1"), ("c-1", "d-1")]
    assert found.links == 1
    decisions = separation(found, ["c-1", "d-1"], "another person")
    assert [(one.left, one.right) for one in decisions] == [("a-1", "c-1"), ("a-1", "d-1"), ("b-1", "c-1"), ("b-1", "d-1")]
    assert {(one.verdict, one.reason) for one in decisions} == {("different", "another person")}
    assert outlook(found, decisions, THRESHOLD) == [["a-1", "b-1"], ["c-1", "d-1"]]
    assert len(separation(found, None)) == 6
    assert outlook(found, separation(found, None), THRESHOLD) == [["a-1"], ["b-1"], ["c-1"], ["d-1"]]
    for wrong in (["z-9"], [], ["a-1", "b-1", "c-1", "d-1"]):
        with pytest.raises(UsageError):
            separation(found, wrong)


def test_a_single_record_cannot_be_taken_apart(built: Built) -> None:
    with tables(built([("a-1", "b-1", 0.5)]), SETTINGS) as connection:
        found = merged(connection, "a-1", THRESHOLD)
        with pytest.raises(NotFound):
            merged(connection, "nobody", THRESHOLD)
    with pytest.raises(UsageError, match="one record"):
        separation(found, None)


def test_a_sitting_can_take_apart_and_undo_it(built: Built, desk: AtDesk, casebook: Casebook) -> None:
    build = built([("a-1", "b-1", 0.8), ("b-1", "c-1", 0.9), ("a-1", "c-1", 0.76)], entities=[("a-1", "b-1", "c-1")])
    ann = desk(build, "ann")
    review = Review(ann.queue(), ann)
    before = list(review.questions)
    assert len(before) == 3
    made = ann.separate(ann.merged("a-1"), ["a-1"], "")
    review.separated(made)
    assert made.parts == [["b-1", "c-1"], ["a-1"]]
    assert [(one.left, one.right) for one in review.questions] == [("b-1", "c-1")]
    assert {(one.left, one.right) for one in casebook.in_force()} == {("a-1", "b-1"), ("a-1", "c-1")}
    review.undo()
    assert casebook.in_force() == []
    assert review.questions == before


def test_a_decision_is_only_on_records_that_may_be_compared(built: Built, desk: AtDesk, casebook: Casebook) -> None:
    ann = desk(built([("a-1", "b-1", 0.8)], victims=["b-1"]), "ann")
    for other in ("b-1", "z-9"):
        with pytest.raises(NotFound, match=other):
            ann.decide([Decision("pair", "a-1", other, "same")])
    assert casebook.history() == []


class _Memory:
    """Keeps decisions in memory."""

    def __init__(self) -> None:
        self.made: dict[str, Decision] = {}
        self.skipped: set[tuple[str, str]] = set()
        self._count = 0

    def decide(self, decisions: Sequence[Decision]) -> Decided:
        made = []
        for one in decisions:
            self._count += 1
            self.made[str(self._count)] = one
            made.append(replace(judged(one.left, one.right or "", one.verdict), id=str(self._count)))
        return Decided(made, [])

    def undo(self, judgement_ids: Sequence[str]) -> list[Judgement]:
        for one in judgement_ids:
            del self.made[one]
        return []

    def skip(self, pairs: Any) -> None:
        self.skipped |= set(pairs)

    def unskip(self, pairs: Any) -> None:
        self.skipped -= set(pairs)
