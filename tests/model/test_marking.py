from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.errors import UsageError
from crosstie.model.marking import CREDIBILITY, RELIABILITY, Marking, Tlp, check_grade, describe_grade, grade_confidence, strictest

dates = st.dates().map(str)
purposes = st.none() | st.text(st.characters(categories=("L", "N"), include_characters=" -"), min_size=1).map(str.strip).filter(bool)
markings = st.builds(Marking, st.sampled_from(Tlp), purposes, st.none() | dates)


@given(markings)
def test_a_marking_survives_writing_and_reading(marking: Marking) -> None:
    assert Marking.parse(str(marking)) == marking


@given(st.lists(markings, min_size=1))
def test_what_is_derived_is_never_freer_than_what_it_comes_from(several: list[Marking]) -> None:
    derived = Marking.parse(strictest([str(one) for one in several]))
    assert derived.tlp == max(one.tlp for one in several)
    ends = [one.until for one in several if one.until]
    assert derived.until == (min(ends) if ends else None)
    assert all(one.purpose in (derived.purpose or "") for one in several if one.purpose)


@pytest.mark.parametrize("written", ["", "AMBER", "TLP:WHITE", "TLP:RED; until=soon", "tlp:red"])
def test_what_is_no_marking_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="no marking"):
        Marking.parse(written)


def test_nothing_derived_is_free_by_accident() -> None:
    assert strictest([]) == "TLP:AMBER"


def test_grades() -> None:
    assert check_grade(" b2 ") == "B2"
    assert describe_grade("B2") == "usually reliable, probably true"
    for wrong in ("", "B", "G1", "A7", "2B"):
        with pytest.raises(UsageError, match="no Admiralty grade"):
            check_grade(wrong)


def test_a_better_grade_is_believed_more() -> None:
    for figure in CREDIBILITY:
        believed = [grade_confidence(letter + figure) for letter in RELIABILITY if letter != "F"]
        assert believed == sorted(believed, reverse=True)
    assert 0 < grade_confidence("F6") < grade_confidence("A1") < 1
