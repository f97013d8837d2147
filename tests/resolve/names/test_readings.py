from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crosstie.resolve.names import analyze, skeleton
from crosstie.resolve.names import transliteration as models
from crosstie.resolve.names.letters import clean, passport
from crosstie.resolve.names.readings import words_of


def likely(written: str) -> set[str]:
    """All readings of a name of one token."""
    form = analyze(written, "person")
    assert len(form.tokens) == 1
    return {form.tokens[0], *form.variants[0]}


@pytest.mark.parametrize(
    ("hidden", "plain"),
    [
        ("P\u0430ul", "Paul"),
        ("Cep\u0433e\u0439", "Сергей"),
        ("Om\u200bar", "Omar"),
        ("\u202eOmar\u202c", "Omar"),
        ("\uff2f\uff4d\uff41\uff52", "Omar"),
        ("محـــمد", "محمد"),
        ("Jose\u0301", "José"),
    ],
)
def test_what_is_not_seen_makes_no_difference(hidden: str, plain: str) -> None:
    assert analyze(hidden, "person").tokens == analyze(plain, "person").tokens
    assert clean(clean(hidden)) == clean(hidden)


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("محمد", "muhammad"),
        ("مُحَمَّد", "mohammed"),
        ("يوسف", "yusuf"),
        ("یوسف", "yousef"),
        ("حسين", "hussein"),
        ("خالد", "khaled"),
        ("الزرقاوي", "zarqawi"),
        ("Владимир", "vladimir"),
        ("Хрущёв", "khrushchev"),
        ("Джонсон", "johnson"),
        ("יוסף", "yosef"),
        ("Jürgen", "juergen"),
        ("Şahin", "shahin"),
        ("Łukasz", "lukasz"),
    ],
)
def test_the_usual_spelling_is_among_the_readings(written: str, latin: str) -> None:
    assert latin in likely(written)


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("عبد الرحمن", "Abdul Rahman"),
        ("عبدالرحمن", "Abdurrahman"),
        ("عبد الله", "Abdullah"),
        ("نور الدين", "Nuruddin"),
        ("نورالدين", "Nour al-Din"),
        ("سيف الله", "Saifullah"),
        ("أبو بكر", "Abubakr"),
        ("Salah ad-Din", "Salaheddine"),
    ],
)
def test_compound_names_are_one_token_in_every_spelling(written: str, latin: str) -> None:
    form, other = analyze(written, "person"), analyze(latin, "person")
    assert len(form.tokens) == len(other.tokens) == 1
    assert form.skeletons == other.skeletons


@pytest.mark.parametrize("written", ["الياس", "الهام"])
def test_not_every_al_is_an_article(written: str) -> None:
    assert len(words_of(written)) == 1


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [
        ("김정은", "kim", "jungeun"),
        ("리설주", "ri", "solju"),
        ("李娜", "lee", "na"),
        ("歐陽娜", "auyeung", "na"),
        ("张伟", "cheung", "wei"),
    ],
)
def test_eastern_names_have_their_family_name_first_and_other_spellings(written: str, family: str, given: str) -> None:
    form = analyze(written, "person")
    assert form.parts == (2, 1)
    for place, spelled in enumerate((family, given)):
        assert spelled in (form.tokens[place], *form.variants[place])


def test_a_foreign_name_in_chinese_is_read_by_its_sound() -> None:
    assert "obama" in likely("奥巴马")
    assert len(analyze("乔治·布什", "person").tokens) == 2


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Kelmis, Omar", (1, 2)),
        ("Omar KELMIS", (1, 2)),
        ("Ivan Petrovich Kelmis", (0, 3, 0)),
        ("Anna Petrovna", (0, 3)),
        ("Omar bin Khalid al-Kelmi", (0, 3, 2)),
        ("Rashid Karim oglu Kelmis", (0, 3, 0)),
        ("Abu Omar al-Kelmi", (4, 2)),
        ("omar kelmis", (0, 0)),
    ],
)
def test_parts_are_told_where_they_can_be_known(name: str, parts: tuple[int, ...]) -> None:
    assert analyze(name, "person").parts == parts


def test_a_name_of_one_word_that_is_also_a_title_stays() -> None:
    assert analyze("Amir Kelmis", "person").tokens == ("amir", "kelmis")
    assert analyze("Amir Omar Kelmis", "person").tokens == ("omar", "kelmis")


def test_passports_spell_cyrillic_letter_by_letter() -> None:
    assert passport("щербаков") == "shcherbakov"


def test_letters_a_model_never_saw_are_still_read() -> None:
    assert words_of("ѬѮѰ") == words_of("ѬѮѰ") != words_of("ѬѮѠ")
    assert analyze("ڀ", "person").skeletons is not None


def test_likeliest_spellings_come_first() -> None:
    found = models.model("arabic").spell("عثمان", 5)
    scores = [score for _spelling, score in found]
    assert scores == sorted(scores, reverse=True)
    assert len({spelling for spelling, _score in found}) == len(found)
    assert skeleton("othman") in {skeleton(spelling) for spelling, _score in found}
    assert models.model("arabic").spell("") == []


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", about=np.frombuffer(json.dumps({"format": 0}).encode(), np.uint8))
    with pytest.raises(ValueError, match="format 0"):
        models.Model(tmp_path / "x.npz")
