from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.errors import NotFound
from crosstie.resolve.cases import FLOOR, tables
from crosstie.resolve.comparison import agreement, compare
from crosstie.resolve.desk import Desk
from crosstie.resolve.explode import merged
from crosstie.resolve.review import DISPUTED, RULE_WRONG, Cases, doubt, informativeness, labels, queue
from crosstie.store.builds import Build
from crosstie.store.casebook import Judgement
from tests.resolve.invented import SETTINGS, THRESHOLD, Row, judged, write_build

Built = Callable[..., Build]
AtDesk = Callable[[Build, str], Desk]


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


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return lambda *given, **more: write_build(tmp_path / "builds", *given, **more)


def asked(build: Build, judgements: Sequence[Judgement] = (), **more: Any) -> list[tuple[str, str]]:
    return [(one.left, one.right) for one in queue(build, SETTINGS, judgements, **{"user": "ann", **more}).questions]


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


# ── side by side ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (["Orin Vale"], ["ORIN VALÉ"], "same"),
        (["Orin Vale"], ["Orin Vael"], "near"),
        (["Orin Vale", "O. Vale"], ["Orin Vale"], "near"),
        (["Tam Brook Vale"], ["Vale, Tam"], "near"),
        (["Тавин Орел"], ["Tavin Orell"], "near"),
        (["محمود"], ["Mahmoud"], "near"),
        (["محمود"], ["Sela"], "differ"),
        (["محمود"], ["محمود"], "same"),
        (["male"], ["female"], "differ"),
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
