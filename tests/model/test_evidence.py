from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crosstie.model.evidence import Locator

places = st.text(st.characters(blacklist_characters="!@"), min_size=1)
members = st.none() | st.text(st.characters(blacklist_characters="!@"), min_size=1)
spans = st.none() | st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))


@given(places, spans, members)
def test_a_locator_survives_writing_and_reading(place: str, span: tuple[int, int] | None, member: str | None) -> None:
    start, end = span or (None, None)
    locator = Locator(place, start, end, member)
    assert Locator.parse(str(locator)) == locator


def test_a_locator_reads_as_in_the_docs() -> None:
    assert Locator.parse("INDIVIDUAL[17]/COMMENTS1@10-25") == Locator("INDIVIDUAL[17]/COMMENTS1", 10, 25)
    assert Locator.parse("lists/sdn.csv!row 12/Remarks").member == "lists/sdn.csv"
    assert str(Locator("row 3/Name").within(1, 4)) == "row 3/Name@1-4"


def test_an_at_sign_in_a_place_is_no_span() -> None:
    assert Locator.parse("row 3/e@mail") == Locator("row 3/e@mail")
