"""Serials, calibres, makers and kinds, as hands and registers write them."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.lenses.firearms import describe, marks


@pytest.mark.parametrize(
    "written, latin, status",
    [
        ("УТ-01 234", "YT01234", "intact"),
        ("S/N: ab 12.34", "AB1234", "intact"),
        ("№ 123-456", "123456", "intact"),
        ("Serial No. 007", "007", "intact"),
        ("SN12345", "SN12345", "intact"),
        ("NO-12345", "12345", "intact"),
        ("رقم ١٢٣٤٥", "12345", "intact"),
        ("编号 AB９９８", "AB998", "intact"),
        ("12??5", "12??5", "partial"),
        ("AB_12...", "AB?12*", "partial"),
        ("A[8B]12", "A[8B]12", "partial"),
        ("A[8]12", "A812", "intact"),
        ("A8]12[", "A812", "intact"),
        ("????", "????", "obliterated"),
        ("ground off", "", "obliterated"),
        ("磨掉", "", "obliterated"),
        ("sans numéro", "", "none"),
        ("неизвестен", "", "unknown"),
        ("--", "", "unknown"),
        ("ΑΒ12", "AB12", "intact"),
        ("АБ1234", "AБ1234", "intact"),
        ("A\u200b1\u202c2", "A12", "intact"),
    ],
)
def test_a_serial_is_read(written: str, latin: str, status: str) -> None:
    found = marks.serial(written)
    assert (found.latin, found.status) == (latin, status)


def test_the_script_is_kept_beside_the_latin_shape() -> None:
    assert marks.serial("УТ-01 234").key == "УТ01234"


def test_a_year_before_the_number_is_seen() -> None:
    assert marks.year_apart("1974AБ1234") == (1974, "AБ1234")
    assert marks.year_apart("197412") is None
    assert marks.year_apart("AB1974") is None


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.from_regex(r"[A-Za-z0-9 ./-]{1,12}", fullmatch=True)), max_size=30))
@settings(deadline=None)
def test_columns_are_read_as_single_serials_are(written: list[str | None]) -> None:
    key, latin, status = marks.columns(pa.array(written, pa.string()))
    wanted = [None if one is None or not one.strip() else marks.serial(one) for one in written]
    assert key.to_pylist() == [one and one.key for one in wanted]
    assert latin.to_pylist() == [one and one.latin for one in wanted]
    assert status.to_pylist() == [one and one.status for one in wanted]


@pytest.mark.parametrize(
    "written, name",
    [
        ("9mm Luger", "9x19mm"),
        ("9 X 19", "9x19mm"),
        ("9 мм х 19", "9x19mm"),
        ("9×19mm Parabellum", "9x19mm"),
        ("cal. 9 mm Para", "9x19mm"),
        ("7,62x39mm", "7.62x39mm"),
        ("7.62 × 39", "7.62x39mm"),
        ("7.62x54R", "7.62x54mmR"),
        (".45 ACP", ".45 ACP"),
        ("45 acp", ".45 ACP"),
        ("380 ACP", "9x17mm"),
        ("12 ga", "12 gauge"),
        ("12 калибр", "12 gauge"),
        ("6,8x43", "6.8x43mm"),
        ("own make", "own make"),
        ("  ", None),
    ],
)
def test_a_calibre_has_one_name(written: str, name: str | None) -> None:
    assert describe.calibre(written) == name


@pytest.mark.parametrize(
    "written, name",
    [
        ("Pietro BERETTA", "Beretta"),
        ("Застава", "Zastava"),
        ("česká  zbrojovka", "Ceska Zbrojovka"),
        ("H & K", "Heckler & Koch"),
        ("No Name Ltd", "No Name Ltd"),
    ],
)
def test_a_maker_has_one_name(written: str, name: str) -> None:
    assert describe.make(written) == name


def test_kinds_are_known_in_six_languages() -> None:
    assert [describe.kind("category", one) for one in ("Pistolet", "escopeta", "пулемёт", "手枪", "مسدس", "SMG", "spoon")] == [
        "pistol",
        "shotgun",
        "machine gun",
        "pistol",
        "pistol",
        "sub-machine gun",
        None,
    ]
    assert describe.kind("mode", "изъято") == "seized"
    assert describe.group("revolver") == "handgun"
    assert describe.model("AK-47") == describe.model("ak 47") == "AK47"
    assert describe.home("Beretta") == "it"


def test_no_word_stands_for_two_things() -> None:
    for of in ("category", "condition", "part", "mode"):
        _apart({name: entry["words"] for name, entry in describe._data("kinds")[of].items()}, describe._plain)
    _apart(describe._data("calibres")["calibres"], describe._sized)
    _apart({name: entry["names"] for name, entry in describe._data("makes")["makes"].items()}, describe._plain)


def _apart(names: dict[str, list[str]], tidy: Callable[[str], str]) -> None:
    owner: dict[str, str] = {}
    for known, others in names.items():
        for name in (known, *map(str, others)):
            assert tidy(name), name
            assert owner.setdefault(tidy(name), known) == known, name
