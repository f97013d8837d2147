"""Days of three calendars, and the one rule for years that do not say which they are of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.ingest.calendars import HIJRI, SOLAR, day, era_of, hijri, moment, month_first, solar, untold


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (hijri(1446, 1, 1), "2024-07-08"),
        (hijri(1420, 9, 1), "1999-12-09"),
        (hijri(1400, 1, 1), "1979-11-21"),
        (solar(1403, 1, 1), "2024-03-20"),
        (solar(1399, 12, 30), "2021-03-20"),
        (solar(1357, 11, 22), "1979-02-11"),
        (solar(1400, 12, 30), "None"),
        (hijri(1446, 13, 1), "None"),
    ],
)
def test_known_days(made: Any, wanted: str) -> None:
    assert str(made) == wanted


def _icu(calendar: str, year: int, month: int, number: int) -> date:
    icu = pytest.importorskip("icu")
    made = icu.Calendar.createInstance(icu.Locale(f"@calendar={calendar}"))
    made.setTimeZone(icu.TimeZone.getGMT())
    made.clear()
    made.set(year, month - 1, number)
    return date.fromordinal(719_163 + int(made.getTime() // 86_400))


@given(st.integers(1244, 1472), st.integers(1, 12), st.integers(1, 31))
def test_solar_days_are_those_of_unicode(year: int, month: int, number: int) -> None:
    found = solar(year, month, number)
    assert found is None or found == _icu("persian", year, month, number)
    assert found is not None or number >= 30


@given(st.integers(1200, 1600), st.integers(1, 12), st.integers(1, 30))
def test_hijri_days_are_those_of_unicode(year: int, month: int, number: int) -> None:
    assert hijri(year, month, number) == _icu("islamic-civil", year, month, number)


@given(
    st.dates(min_value=date(1850, 1, 1), max_value=date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%Y年%m月%d日", "%d %B %Y", "%Y%m%d"]),
)
def test_every_day_of_ours_is_read_in_every_form(one: date, form: str) -> None:
    assert day(one.strftime(form)) == one.isoformat()


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2024-03-20", "2024-03-20"),
        ("20/03/2024", "2024-03-20"),
        ("20.03.2024 14:05", "2024-03-20"),
        ("20240320", "2024-03-20"),
        ("20 mars 2024", "2024-03-20"),
        ("15 de marzo de 2021", "2021-03-15"),
        ("5 марта 2021 г.", "2021-03-05"),
        ("١٥ آذار ٢٠٢١", "2021-03-15"),
        ("2021年3月5日", "2021-03-05"),
        ("２０２１／３／５", "2021-03-05"),
        ("2024-05-10T23:59:00+04:00", "2024-05-10"),
        ("2024", "2024"),
        ("05/2024", "2024-05"),
        ("1968-04-00", "1968-04"),
        ("12 رمضان 1445", "2024-03-22"),
        ("15 فروردین 1366", "1987-04-04"),
        ("۱۳۹۹/۱۲/۳۰", "2021-03-20"),
        ("1403", "2024"),
        ("1390/1/1 هـ", "1970-03-09"),
        ("١٤٤٥/٠٩/٠١ هـ", "2024-03-11"),
        ("1402/12/29 هـ.ش", "2024-03-19"),
        ("5.4.1366 SH", "1987-06-26"),
        ("٢٠٢١/٣/٥م", "2021-03-05"),
        ("31/02/2024", None),
        ("2024-13-40", None),
        ("1403/13/40", None),
        ("10-03-25", None),
        ("03/04/2019 and 05/04/2019", None),
        ("1700-01-01", None),
        ("9999-12-31", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_are_read_or_refused(written: str, wanted: str | None) -> None:
    assert day(written) == wanted


@pytest.mark.parametrize(
    ("written", "event", "birth"),
    [
        ("1374/05/01", None, None),
        ("1375/05/01", "1996-07-22", None),
        ("1403/05/01", "2024-07-22", None),
        ("1415/05/01", "2036-07-22", None),
        ("1416-05-01", "1995-09-26", "1995-09-26"),
        ("1445-09-01", "2024-03-11", "2024-03-11"),
        ("1461-01-01", None, None),
        ("۱۳۶۶/۰۲/۰۳", "1987-04-23", "1987-04-23"),
    ],
)
def test_a_year_without_a_sign_is_read_where_it_can_be_of_one_calendar_only(written: str, event: str | None, birth: str | None) -> None:
    assert (day(written), day(written, birth=True)) == (event, birth)
    assert untold(written) == (event is None)
    assert untold(written, birth=True) == (birth is None)
    assert not untold("31/02/2024")


def test_what_the_table_says_counts_where_the_cell_says_nothing() -> None:
    assert day("1363/11/25", SOLAR, birth=True) == "1985-02-14"
    assert day("1390/1/1", HIJRI) == "1970-03-09"
    assert day("1390/1/1 SH", HIJRI) == "2011-03-21", "a sign beside the day goes before the column"
    assert [era_of(one) for one in ("Date (AH)", "تاریخ (هـ.ش)", "persian", "هجري", "Date of birth", "Holder")] == [
        HIJRI,
        SOLAR,
        SOLAR,
        HIJRI,
        "",
        "",
    ]


def test_moments_are_those_of_the_clock_on_the_wall() -> None:
    assert moment("2024-05-10T23:59:00+04:00") == "2024-05-10T23:59:00"
    assert moment("10.3.2025 14:05") == "2025-03-10T14:05"
    assert moment("3/4/2024 2:05 PM", month_first=True) == "2024-03-04T14:05"
    assert (moment("2025-03-10 25:61"), day("2025-03-10 25:61")) == (None, "2025-03-10")


def test_the_month_stands_first_where_no_cell_can_be_read_otherwise() -> None:
    assert month_first(["3/4/2024", "3/15/2024"])
    assert not month_first(["3/4/2024", "15/3/2024"])
    assert not month_first(["3/15/2024", "15/3/2024"]), "a column that contradicts itself is read as the world writes"


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    found = day(text)
    assert found is None or 4 <= len(found) <= 10
