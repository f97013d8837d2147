from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import NotFound, UsageError
from crosstie.model.tables import TABLES
from crosstie.resolve.cases import FLOOR, tables
from crosstie.resolve.comparison import agreement, compare
from crosstie.resolve.desk import Decided, Desk
from crosstie.resolve.explode import merged, outlook, separation
from crosstie.resolve.review import DISPUTED, RULE_WRONG, Cases, Question, Queue, doubt, informativeness, labels, queue
from crosstie.resolve.session import Review
from crosstie.settings import Settings
from crosstie.store.builds import Build, BuildStore
from crosstie.store.casebook import Casebook, Decision, Judgement
from crosstie.store.database import Database

THRESHOLD = 0.75
SETTINGS = Settings(match_threshold=THRESHOLD)
Row = dict[str, Any]
Built = Callable[..., Build]


def cases(*rows: Row) -> Cases:
    """Cases from what differs from an unremarkable pair that is apart."""
    plain: Row = {
        "score": 0.6,
        "together": False,
        "left_size": 1,
        "right_size": 1,
        "placed": False,
        "linked": False,
        "crossing": False,
        "rivals": 0,
        "alike": 1,
        "disputed": False,
    }
    return Cases(*(np.array([{**plain, **row}[name] for row in rows]) for name in Cases._fields))


# ── the ordering ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_doubt_is_how_often_a_person_would_overrule_the_build() -> None:
    found = doubt(
        cases({"score": 0.7}, {"score": 0.3}, {"score": 0.8, "together": True}, {"score": 0.999, "together": True}, {"score": 0.9}),
        THRESHOLD,
    )
    assert found.tolist() == pytest.approx([0.7, 0.3, 0.2, 0.001, RULE_WRONG])


@pytest.mark.parametrize(
    "more",
    [
        {"score": 0.7},
        {"left_size": 5},
        {"left_size": 5, "right_size": 5},
        {"placed": True},
        {"placed": True, "linked": True},
        {"placed": True, "crossing": True},
        {"rivals": 2},
        {"alike": 40},
        {"disputed": True},
    ],
    ids=lambda more: " ".join(more),
)
def test_what_makes_an_answer_worth_more(more: Row) -> None:
    plain, other = informativeness(cases({}, more), THRESHOLD)
    assert other > plain


def test_where_crime_meets_terror_comes_before_a_surer_doubt_about_nobody() -> None:
    nobody, crossing = informativeness(cases({"score": 0.7}, {"score": 0.4, "placed": True, "linked": True, "crossing": True}), THRESHOLD)
    assert crossing > nobody


def test_a_merge_of_many_is_doubted_before_one_of_two() -> None:
    two, many = informativeness(
        cases(
            {"score": 0.8, "together": True, "left_size": 2, "right_size": 2},
            {"score": 0.8, "together": True, "left_size": 20, "right_size": 20},
        ),
        THRESHOLD,
    )
    assert many > 2 * two


def test_a_contradiction_comes_first_however_sure_its_score() -> None:
    sure = cases({"score": 0.9999, "together": True, "disputed": True}, {"score": 0.7, "left_size": 2})
    disputed, other = informativeness(sure, THRESHOLD)
    assert disputed == pytest.approx(0.5 * DISPUTED)
    assert disputed > other


@given(
    st.lists(
        st.builds(
            dict,
            score=st.floats(0, 1),
            together=st.booleans(),
            left_size=st.integers(0, 10_000),
            right_size=st.integers(0, 10_000),
            placed=st.booleans(),
            linked=st.booleans(),
            crossing=st.booleans(),
            rivals=st.integers(0, 10_000),
            alike=st.integers(0, 10_000),
            disputed=st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_ordering_is_a_finite_number_for_each_row_by_itself(rows: list[Row]) -> None:
    together = informativeness(cases(*rows), THRESHOLD)
    assert np.isfinite(together).all()
    assert (together >= 0).all()
    assert together.tolist() == [informativeness(cases(row), THRESHOLD)[0] for row in rows]


# ── a build with just what a test is about ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A build of records: `pairs` (left, right, score), `entities` (members of those with more than one), `said` (record → name, birth date),
    `spheres`, `links`, `victims` as the tests need them. A record's list is what stands before its dash.
    """

    def make(
        pairs: Sequence[tuple[Any, ...]],
        entities: Sequence[Sequence[str]] = (),
        said: dict[str, tuple[str, str]] | None = None,
        spheres: dict[str, str] | None = None,
        links: Sequence[tuple[str, str]] = (),
        victims: Sequence[str] = (),
    ) -> Build:
        names = said or {}
        records = sorted({*itertools.chain.from_iterable(pair[:2] for pair in pairs), *itertools.chain.from_iterable(entities), *names})
        cluster = {record: min(members) for members in entities for record in members}
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for record in records:
            home = cluster.get(record, record)
            rows["clusters"].append({"entity_id": record, "cluster_id": home, "dataset": record.split("-")[0], "score": 1.0})
            if home == record:
                rows["entities"].append({"entity_id": record, "caption": record, "schema": "Person", "victim": record in victims})
            name, born = names.get(record, (record, ""))
            for prop, value in (("name", name), ("birthDate", born)):
                if value:
                    rows["claims"].append(_claim(record, home, prop, value))
        rows["pairs"] = [
            {"left_id": left, "right_id": right, "score": score, "features": (*more, '{"name":5.0}')[0]}
            for left, right, score, *more in pairs
        ]
        rows["spheres"] = [{"entity_id": record, "sphere": sphere} for record, sphere in (spheres or {}).items()]
        rows["links"] = [
            {"rank": 1, "link_id": one + other, "crime_id": one, "terror_id": other, "path": [one, other], "status": "open"}
            for one, other in links
        ]
        with BuildStore(tmp_path / "builds").begin() as writer:
            for table, schema in TABLES.items():
                pq.write_table(pa.Table.from_pylist(rows[table], schema=schema), writer.path(table))
            return writer.commit({"counts": {}})

    return make


def _claim(record: str, home: str, prop: str, value: str) -> Row:
    return {
        "id": f"{record} {prop} {value}",
        "canonical_id": home,
        "entity_id": record,
        "schema": "Person",
        "prop": prop,
        "prop_type": "name" if prop == "name" else "date",
        "value": value,
        "dataset": record.split("-")[0],
        "source_id": "0" * 16,
        "locator": "row 1",
        "originator": "Office of Lists",
        "grade": "B2",
        "marking": "TLP:AMBER",
        "current": True,
    }


def judged(left: str, right: str, verdict: str, user: str = "ann") -> Judgement:
    left, right = sorted((left, right))
    return Judgement(f"{left}-{right}", "pair", left, right, verdict, "", user, "2030-01-02T00:00:00+00:00", None)  # type: ignore[arg-type]


def asked(build: Build, judgements: Sequence[Judgement] = (), **more: Any) -> list[tuple[str, str]]:
    return [(one.left, one.right) for one in queue(build, SETTINGS, judgements, **{"user": "ann", **more}).questions]


@pytest.fixture
def casebook(tmp_path: Path) -> Casebook:
    return Casebook(Database(tmp_path / "casebook.sqlite"))


@pytest.fixture
def desk(casebook: Casebook) -> Callable[[Build, str], Desk]:
    return lambda build, user: Desk(build, casebook, SETTINGS, user, lambda action, subject, detail: None)


# ── the queue ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_stakes_order_the_queue_and_the_reasons_are_told(built: Built) -> None:
    build = built(
        [("a-1", "b-1", 0.6), ("a-2", "b-2", 0.6), ("a-3", "b-3", 0.6)],
        spheres={"a-2": "crime", "b-2": "terror", "a-3": "crime"},
        links=[("a-2", "b-2")],
    )
    questions = queue(build, SETTINGS, [], user="ann").questions
    assert [one.left for one in questions] == ["a-2", "a-3", "a-1"]
    assert questions[0].why == ("One is in the sphere of crime, the other in that of terror.", "A link runs through it.")
    assert [one.at_stake for one in questions] == [True, True, False]


def test_what_is_certain_is_not_asked(built: Built) -> None:
    build = built([("a-1", "b-1", 0.999), ("a-2", "b-2", 0.9), ("a-3", "b-3", FLOOR / 2)], entities=[("a-1", "b-1"), ("a-2", "b-2")])
    assert asked(build) == [("a-2", "b-2")]


def test_what_is_judged_is_settled_for_all_but_unsure_only_for_who_said_so(built: Built) -> None:
    build = built([("a-1", "b-1", 0.6), ("a-2", "b-2", 0.5), ("a-3", "b-3", 0.4)])
    judgements = [judged("a-1", "b-1", "different", "bea"), judged("a-2", "b-2", "unsure", "bea")]
    assert asked(build, judgements) == [("a-2", "b-2"), ("a-3", "b-3")]
    assert asked(build, judgements, user="bea") == [("a-3", "b-3")]


def test_one_question_stands_for_all_pairs_between_two_entities(built: Built) -> None:
    build = built([("a-1", "b-1", 0.6), ("a-1", "c-1", 0.5), ("b-1", "c-1", 0.99)], entities=[("b-1", "c-1")])
    assert asked(build) == [("a-1", "b-1")]
    assert asked(build, [judged("a-1", "c-1", "different")]) == []
    assert asked(build, [judged("a-1", "b-1", "unsure")]) == [("a-1", "c-1")]


def test_what_a_person_skipped_comes_last(built: Built) -> None:
    build = built([("a-1", "b-1", 0.7), ("a-2", "b-2", 0.4)])
    assert asked(build) == [("a-1", "b-1"), ("a-2", "b-2")]
    assert asked(build, skipped=[("a-1", "b-1")]) == [("a-2", "b-2"), ("a-1", "b-1")]


def test_victims_and_minors_are_in_no_question(built: Built) -> None:
    build = built([("a-1", "b-1", 0.6), ("a-2", "b-2", 0.6)], victims=["b-1"])
    assert asked(build) == [("a-2", "b-2")]
    with tables(build, SETTINGS) as connection:
        with pytest.raises(NotFound, match="protected"):
            compare(connection, "a-1", "b-1", [])
        with pytest.raises(NotFound, match="protected"):
            merged(connection, "b-1", THRESHOLD)


def test_identical_cases_are_one_question(built: Built) -> None:
    said = {f"{side}-{place}": ("Orin Vale", "1970-01-01") for side in "ab" for place in range(40)}
    pairs = [(f"a-{place}", f"b-{place}", 0.6) for place in range(40)]
    build = built([*pairs, ("c-1", "d-1", 0.7)], said={**said, "c-1": ("Orin Vale", "1980-01-01"), "d-1": ("Orin Vale", "1970-01-01")})
    found = queue(build, SETTINGS, [], user="ann")
    assert [len(one.pairs) for one in found.questions] == [40, 1]
    assert set(found.questions[0].pairs) == {pair[:2] for pair in pairs}
    assert found.total == 41


def test_records_that_say_nothing_are_like_no_others(built: Built) -> None:
    build = built([("a-1", "b-1", 0.6), ("a-2", "b-2", 0.6)], said={})
    connection_free = queue(build, SETTINGS, [], user="ann").questions
    assert [one.alike for one in connection_free] == [(), ()]


def test_contradictory_judgements_come_first_and_stay_until_one_is_taken_back(built: Built) -> None:
    build = built([("a-1", "b-1", 0.99), ("a-1", "c-1", 0.1), ("b-1", "c-1", 0.99), ("x-1", "y-1", 0.7)], entities=[("a-1", "b-1")])
    judgements = [judged("a-1", "b-1", "same"), judged("b-1", "c-1", "same"), judged("a-1", "c-1", "different", "bea")]
    found = queue(build, SETTINGS, judgements, user="ann").questions
    assert {(one.left, one.right) for one in found[:3]} == {("a-1", "b-1"), ("a-1", "c-1"), ("b-1", "c-1")}
    assert all(one.disputed and "contradict" in one.why[0] for one in found[:3])
    assert asked(build, judgements[:2]) == [("x-1", "y-1")]


def test_a_limit_takes_the_first(built: Built) -> None:
    build = built([(f"a-{place}", f"b-{place}", 0.3 + place / 100) for place in range(30)])
    assert asked(build, limit=3) == [("a-29", "b-29"), ("a-28", "b-28"), ("a-27", "b-27")]
    assert queue(build, SETTINGS, [], user="ann", limit=3).total == 30


def test_an_empty_build_asks_nothing(built: Built) -> None:
    assert asked(built([])) == []


# ── a sitting ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sitting_goes_on_where_the_last_ended(built: Built, desk: Callable[[Build, str], Desk], casebook: Casebook) -> None:
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


def test_undo_takes_back_in_turn_and_the_history_keeps_it(built: Built, desk: Callable[[Build, str], Desk], casebook: Casebook) -> None:
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


def test_one_answer_for_all_identical_cases_is_one_transaction(
    built: Built, desk: Callable[[Build, str], Desk], casebook: Casebook
) -> None:
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


def test_the_filter_shows_what_is_at_stake_and_clears_itself(built: Built, desk: Callable[[Build, str], Desk]) -> None:
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


# ── side by side ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (["Orin Vale"], ["ORIN VALÉ"], "same"),
        (["Orin Vale"], ["Orin Vael"], "near"),
        (["Orin Vale", "O. Vale"], ["Orin Vale"], "near"),
        (["Tam Brook Vale"], ["Vale, Tam"], "near"),
        (["Orin Vale"], ["Sela Marsh"], "differ"),
        (["1970"], ["1970-05-02"], "near"),
        (["1970-05-01"], ["1970-05-02"], "differ"),
        (["Orin Vale"], [], "one"),
        (["!!!"], ["???"], "differ"),
    ],
)
def test_how_values_agree(left: list[str], right: list[str], wanted: str) -> None:
    assert agreement(left, right) == wanted
    assert agreement(right, left) == wanted


def test_side_by_side_says_who_speaks_and_why(built: Built) -> None:
    build = built(
        [("a-1", "b-1", 0.6, '{"name":6.0,"birth_date":-4.5}')],
        said={"a-1": ("Orin Vale", "1970-01-01"), "b-1": ("Orin Vale", "1985-02-03")},
    )
    history = [judged("a-1", "b-1", "unsure", "bea"), judged("a-1", "c-1", "same")]
    with tables(build, SETTINGS) as connection:
        found = compare(connection, "a-1", "b-1", history)
        with pytest.raises(NotFound, match="z-9"):
            compare(connection, "a-1", "z-9", [])
    assert [(line.prop, line.agreement) for line in found.lines] == [("name", "same"), ("birthDate", "differ")]
    assert [nats > 0 for _, nats, _ in found.reasons] == [True, False]
    assert found.words == "rather one than two"
    assert (found.left.originators, found.left.grades, found.left.marking) == (("Office of Lists",), ("B2",), "TLP:AMBER")
    assert found.history == (history[0],)
    assert not found.together
    assert found.as_dict()["lines"][0]["left"][0]["locator"] == "row 1"


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


def test_a_sitting_can_take_apart_and_undo_it(built: Built, desk: Callable[[Build, str], Desk], casebook: Casebook) -> None:
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


def test_a_decision_is_only_on_records_that_may_be_compared(built: Built, desk: Callable[[Build, str], Desk], casebook: Casebook) -> None:
    ann = desk(built([("a-1", "b-1", 0.8)], victims=["b-1"]), "ann")
    for other in ("b-1", "z-9"):
        with pytest.raises(NotFound, match=other):
            ann.decide([Decision("pair", "a-1", other, "same")])
    assert casebook.history() == []


# ── what is learned from it ─────────────────────────────────────────────────────────────────────────────────────────────


def test_labels_are_the_decided_pairs_with_their_features(built: Built) -> None:
    pairs = built([("a-1", "b-1", 0.6, '{"name":1.0}'), ("a-2", "b-2", 0.6), ("a-3", "b-3", 0.6)]).table("pairs")
    judgements = [
        judged("a-2", "b-2", "different"),
        judged("a-1", "b-1", "same"),
        judged("a-3", "b-3", "unsure"),
        judged("x-1", "y-1", "same"),
    ]
    found = labels(pairs, judgements)
    assert found.to_pylist() == [
        {"left_id": "a-1", "right_id": "b-1", "same": True, "features": '{"name":1.0}'},
        {"left_id": "a-2", "right_id": "b-2", "same": False, "features": '{"name":5.0}'},
    ]
    assert labels(pairs, []).schema == found.schema
    assert labels(pairs, []).num_rows == 0


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
