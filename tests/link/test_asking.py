"""Questions as people put them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from crosstie.errors import UsageError
from crosstie.link.asking import Question, _parts, classes_of, unseen


def test_classes_and_ranges_of_them() -> None:
    assert classes_of(["n2..N4", "N3", "N6"]) == ("N2", "N3", "N4", "N6")


@pytest.mark.parametrize("text", ["N7", "N4..N2", "N2..", "", "N2...N4"])
def test_what_is_no_class(text: str) -> None:
    with pytest.raises(UsageError, match="no class"):
        classes_of([text])


def test_a_question_is_the_same_after_it_was_kept() -> None:
    question = Question(classes=("N4",), between=("A", "B"), max_hops=0, as_of="2024-02-29")
    assert Question.of(question.as_dict()) == question
    assert question.as_dict() == {"classes": ["N4"], "between": ["A", "B"], "max_hops": 0, "as_of": "2024-02-29"}


def test_questions_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="no day"):
        Question(as_of="2023-02-29")
    with pytest.raises(UsageError, match="no day"):
        Question(since="yesterday")
    with pytest.raises(UsageError, match="no marking"):
        Question(markings=("TLP:PINK",))
    with pytest.raises(UsageError, match="steps"):
        Question(max_hops=-1)
    with pytest.raises(UsageError, match="one or two"):
        Question(between=("A", "B", "C"))


def test_new_is_what_was_not_there_or_of_another_class() -> None:
    now = pa.table({"link_id": ["a", "b", "c"], "class": ["N2", "N3", "N4"]})
    found = unseen(now, {"a": "N2", "b": "N2", "gone": "N1"})
    assert found.to_pylist() == [{"link_id": "b", "class": "N3", "was": "N2"}, {"link_id": "c", "class": "N4", "was": None}]


@pytest.mark.parametrize("asked", ["extortion/collector", "Collector", "extortion"])
def test_a_typology_goes_by_either_of_its_names(asked: str) -> None:
    assert asked.casefold() in _parts("extortion/collector")
    assert "robbery" not in _parts("extortion/collector")
