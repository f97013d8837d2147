"""Dates as lists write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.ingest.dates import find_dates


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("08 Feb 1980", ("1980-02-08",)),
        ("1957", ("1957",)),
        ("circa 1957", ("1957",)),
        ("c.1957", ("1957",)),
        ("Approximately 1957", ("1957",)),
        ("1951 to 1953", ("1951", "1953")),
        ("1951-1953", ("1951", "1953")),
        ("Between 1951 and 1953", ("1951", "1953")),
        ("Mar 1955 to Mar 1956", ("1955-03", "1956-03")),
        ("21 Mar 1965 to 20 Mar 1966", ("1965-03-21", "1966-03-20")),
        ("1972-08-10 or 1972-08-11", ("1972-08-10", "1972-08-11")),
        ("00/00/1980", ("1980",)),
        ("dd/mm/1980", ("1980",)),
        ("dd/05/1980", ("1980-05",)),
        ("13/05/1970", ("1970-05-13",)),
        ("05.09.1990", ("1990-09-05",)),
        ("1958/01/02", ("1958-01-02",)),
        ("July 4, 1970", ("1970-07-04",)),
        ("a) 1 January 1970 b) 2 février 1971", ("1970-01-01", "1971-02-02")),
        ("2020-09-28T00:00:00", ("2020-09-28",)),
        ("2015-03-27-04:00", ("2015-03-27",)),
        ("5 Feb. 1970 (this aka only)", ("1970-02-05",)),
        ("1968-04-00", ("1968-04",)),
        ("24.6.1402 (Hijri Calendar)", ("1982-04-19",)),
        ("1343 (solar hijri)", ("1964",)),
        ("1402-06-24", ()),
        ("31/02/1980", ()),
        ("20/20/1980", ()),
        ("Sep-99", ()),
        ("15/08/19yy", ()),
        ("born in the early 1970s", ()),
        ("12345678", ()),
        ("", ()),
    ],
)
def test_dates_keep_just_the_precision_that_they_have(text: str, found: tuple[str, ...]) -> None:
    assert find_dates(text) == found


@given(
    st.dates(min_value=date(1600, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y", "%Y/%m/%d"]),
)
def test_every_day_is_found_in_every_form(day: date, form: str) -> None:
    written = day.strftime(form).replace(day.strftime("%Y"), f"{day.year:04}")
    assert find_dates(written) == (day.isoformat(),)
    assert find_dates(f"circa {written}, it is said") == (day.isoformat(),)


@given(st.text(max_size=40))
def test_no_text_breaks_it_and_what_is_found_is_a_date(text: str) -> None:
    for found in find_dates(text):
        assert 4 <= len(found) <= 10
        padded = (found + "-01-01")[:10]
        assert date.fromisoformat(padded)
