"""The six languages: the same sentences in each, with the right plurals, and names that keep their own direction."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosstie.errors import UsageError
from crosstie.lens import registry
from crosstie.link import explain
from crosstie.link.activities import unowned
from crosstie.link.alternatives import TESTS
from crosstie.link.classify import CLASSES, RULES
from crosstie.link.explain import evidence_in_words
from crosstie.link.tongues import END, ISOLATE, PLURALS, number, sentence, templates
from crosstie.model.schema import DATA as SCHEMATA
from crosstie.settings import LANGUAGES, Settings

#: The forms of plural that whole numbers take in each language (Unicode CLDR 45); millions of fr and es are told like other numbers.
FORMS = {
    "en": {"one", "other"},
    "fr": {"one", "other"},
    "es": {"one", "other"},
    "ar": {"zero", "one", "two", "few", "many", "other"},
    "ru": {"one", "few", "many", "other"},
    "zh": {"other"},
}


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_all_with_all_its_places(language: str) -> None:
    english, found = templates("en"), templates(language)
    assert set(found) == set(english)
    for name, template in found.items():
        first = english[name]
        assert isinstance(template, str) == isinstance(first, str), name
        if isinstance(template, str) and isinstance(first, str):
            assert places(template) == places(first), name
        elif isinstance(template, dict) and isinstance(first, dict):
            assert set(template) == FORMS[language], name
            for form in template.values():  # “once” needs no number
                assert places(form) - {"n"} == places(first["other"]) - {"n"}, name
            assert places(template["other"]) == places(first["other"]), name


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_is_left_in_english(language: str) -> None:
    alike = {"{year}: {now}"}
    same = [
        name
        for name, told in templates("en").items()
        if isinstance(told, str)
        and told == templates(language)[name]
        and any(letter.isalpha() for letter in _bare(told))
        and told not in alike
    ]
    # words that are the same in French or Spanish
    assert set(same) <= {
        "class.N1",
        "class.N3",
        "head.typologies",
        "test.dates",
        "class.N4",
        "class.N5",
        "activity.corruption",
        "activity.extortion",
        "activity.fraud",
        "test.alibi",
        "head.surprise",
    }


def _bare(template: str) -> str:
    return "".join(text for text, *_ in string.Formatter().parse(template))


def test_whatever_is_said_has_a_template() -> None:
    assert all(f"rule.{rule}" in templates("en") for rule, _, _ in RULES)
    assert all(f"test.{test.__name__}" in templates("en") for test in TESTS)
    for name, told in CLASSES.items():
        assert (sentence({"say": f"class.{name}"}), sentence({"say": f"meaning.{name}"})) == (told.title, told.meaning)
    topics: dict[str, Any] = yaml.safe_load((SCHEMATA / "topics.yaml").read_text(encoding="utf-8"))
    activities = {one.name for one in (*unowned(), *registry.activities(registry.load()))}
    activities |= {entry["activity"] for part in ("topics", "known") for entry in topics[part].values() if "activity" in entry}
    assert {f"activity.{one}" for one in activities} <= set(templates("en"))


def test_what_we_say_of_a_list_is_told_in_every_language_and_what_a_source_wrote_is_not() -> None:
    listed, marked = "Listed under “SDNTK”: Foreign Narcotics Kingpin “Act”: 1999", "Marked by the source as “Terror” (crime.terror)"
    assert evidence_in_words(listed) == listed
    assert evidence_in_words(listed, "fr") == "Inscrit au titre de « SDNTK » : Foreign Narcotics Kingpin “Act”: 1999"
    assert evidence_in_words(marked, "es") == "Señalado por la fuente como «Terror» (crime.terror)"
    for language in LANGUAGES[1:]:
        for said, names in ((listed, ("SDNTK", "1999")), (marked, ("Terror", "crime.terror"))):
            told = evidence_in_words(said, language)
            assert all(name in told for name in names)
            assert "under" not in told
            assert "Marked" not in told
    for written in ("He is listed under “SDN”: see file", "", None):
        assert evidence_in_words(written, "ru") == (written or "")


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (
            "ru",
            {0: "many", 1: "one", 2: "few", 4: "few", 5: "many", 11: "many", 12: "many", 21: "one", 22: "few", 111: "many", 1_001: "one"},
        ),
        (
            "ar",
            {
                0: "zero",
                1: "one",
                2: "two",
                3: "few",
                10: "few",
                11: "many",
                99: "many",
                100: "other",
                102: "other",
                103: "few",
                111: "many",
            },
        ),
        ("fr", {0: "one", 1: "one", 2: "other"}),
        ("es", {0: "other", 1: "one", 2: "other"}),
        ("zh", {1: "other", 2: "other"}),
    ],
)
def test_plurals(language: str, forms: dict[int, str]) -> None:
    assert {n: PLURALS[language](n) for n in forms} == forms


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [number(42_000.5, one) for one in LANGUAGES] == [
        "42,000.50",
        "42\u202f000,50",
        "42\u202f000,50",
        "42,000.50",
        "42\u00a0000,50",
        "42,000.50",
    ]
    assert [number(1_234_567, one) for one in ("en", "ru")] == ["1,234,567", "1\u00a0234\u00a0567"]


def payment(times: int) -> dict[str, Any]:
    edge = {"source": "a", "target": "b", "kind": "ledger.payments", "label": None, "start": "2014", "end": "2015", "events": times}
    return {**edge, "amount": 42_000.0, "currency": "USD", "originators": ["Bank of X"]}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Ada a payé Ben 5 fois, 42\u202f000 USD en tout du 2014 au 2015 (Bank of X)"),
        ("es", "Ada pagó a Ben 5 veces, 42\u202f000 USD en total desde 2014 hasta 2015 (Bank of X)"),
        ("ru", "платежи от стороны Ada стороне Ben: 5 раз, всего 42\u00a0000 USD, с 2014 по 2015 (Bank of X)"),
        ("zh", "Ada向Ben付款5次，共42,000 USD，2014至2015（Bank of X）"),
    ],
)
def test_a_clause_in_each_language_carries_its_source(language: str, told: str) -> None:
    assert sentence(explain.clause_told(payment(5), {"a": "Ada", "b": "Ben"}), language) == told


def test_arabic_keeps_names_and_numbers_together() -> None:
    told = sentence(explain.clause_told(payment(2), {"a": "Ada", "b": "بدر"}), "ar")
    assert "مدفوعات من \u2068Ada\u2069 إلى \u2068بدر\u2069 مرتين، \u206842,000 USD\u2069 في المجموع" in told
    assert told.count(ISOLATE) == told.count(END) == 6
    assert "11" in sentence({"say": "times", "n": 11}, "ar")


def test_an_arabic_name_does_not_turn_an_english_sentence() -> None:
    told = sentence({"say": "tie.Family", "a": "بدر", "b": "Ben"})
    assert told == f"{ISOLATE}بدر{END} is a relative of Ben"


@pytest.mark.parametrize(
    ("strength", "band", "word"),
    [
        (0.0, 1, "almost no chance"),
        (0.05, 2, "very unlikely"),
        (0.3, 3, "unlikely"),
        (0.5, 4, "roughly even chance"),
        (0.55, 5, "likely"),
        (0.81, 6, "very likely"),
        (0.95, 7, "almost certain"),
        (1.0, 7, "almost certain"),
    ],
)
def test_words_of_estimate_have_their_bands(strength: float, band: int, word: str) -> None:
    assert (explain.band_of(strength), explain.likely(strength)) == (band, word)
    low, high = explain.BANDS[band - 1]
    for language in LANGUAGES:
        told = sentence(explain.estimate_told(strength), language).replace(ISOLATE, "").replace(END, "")
        assert f"{low}–{high} %" in told


def test_a_row_of_an_older_build_is_told_as_it_stands() -> None:
    assert explain.told({"sentence": "Ada owns Box."}, "fr") == "Ada owns Box."
    assert explain.told({"sentence": "Ada owns Box.", "told": explain.kept({"say": "bank", "name": "Box"})}, "fr").startswith(
        "Box est une banque"
    )


def test_the_language_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "crosstie.toml").write_text('language = "ru"\n', encoding="utf-8")
    assert Settings.load(tmp_path).language == "ru"
    (tmp_path / "crosstie.toml").write_text('language = "xx"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="none of the languages"):
        Settings.load(tmp_path)
