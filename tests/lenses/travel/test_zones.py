"""Machine-readable zones: taken apart, checked, corrected; names into them and back. All documents are made up."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from crosstie.lenses.travel.mrz import likely
from crosstie.lenses.travel.mrz.checks import check_digit
from crosstie.lenses.travel.mrz.layout import LAYOUTS, TD3
from crosstie.lenses.travel.mrz.letters import from_zone, zone_names
from crosstie.lenses.travel.mrz.numbering import number_likelihood, optional_likelihood
from crosstie.lenses.travel.mrz.reading import country_of, read, zones
from crosstie.lenses.travel.mrz.repair import corrections
from crosstie.lenses.travel.mrz.spelling import name_likelihood

TODAY = date(2026, 11, 23)
TD3_TEXT = "P<UTOSHARIF<<OMAR<HASSAN<<<<<<<<<<<<<<<<<<<<\nX12TIE3455UTO8502142M3106305<<<<<<<<<<<<<<02"
TD1_TEXT = "I<UTOD231458907<<<<<<<<<<<<<<<\n8502142F3106305UTO<<<<<<<<<<<8\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
SPECIMENS = Path(__file__).parents[4] / "shared" / "data" / "travel" / "mrz_specimens.json"


def test_a_passport_says_what_stands_in_it() -> None:
    zone = read(TD3_TEXT, TODAY)
    assert (zone.layout.name, zone.number, zone.name, zone.birth, zone.expiry, zone.sex) == (
        "TD3",
        "X12TIE345",
        "OMAR HASSAN SHARIF",
        "1985-02-14",
        "2031-06-30",
        "male",
    )
    assert zone.sound
    assert zone.checks == {"number": True, "birth": True, "expiry": True, "optional": True, "composite": True}


def test_a_card_of_three_lines_is_read() -> None:
    zone = read(TD1_TEXT, TODAY)
    assert (zone.layout.name, zone.number, zone.surname, zone.given, zone.sound) == ("TD1", "D23145890", "ERIKSSON", "ANNA MARIA", True)


def test_visas_have_no_composite_digit() -> None:
    zone = read("V<UTOVOLD<<CERA<<<<<<<<<<<<<<<<<<<<<\nB123456784UTO9104058F3106305<<<<<<<<", TODAY)
    assert zone.layout.name == "MRV-B"
    assert set(zone.checks) == {"number", "birth", "expiry"}


def test_a_long_number_of_a_card_runs_on_with_its_digit_behind_it() -> None:
    rest = "12"
    first = f"I<UTOD23145890<{rest}{check_digit('D23145890<' + rest)}".ljust(30, "<")
    zone = read("\n".join([first, *TD1_TEXT.splitlines()[1:]]), TODAY)
    assert zone.number == "D23145890" + rest
    assert zone.checks["number"] is True


def test_lines_that_lost_fillers_or_have_other_ones_are_read() -> None:
    first, second = TD3_TEXT.splitlines()
    assert read(f"{first.lower()[:-2]}\n {second[:20]} {second[20:]}", TODAY).sound
    assert read(TD3_TEXT.replace("<<", "«"), TODAY).sound
    assert read(first + second, TODAY).sound


@pytest.mark.parametrize("text", ["", "P<UTO", "P<UTOSHARIF<<OMAR\nX12", TD3_TEXT + "\n" + TD3_TEXT])
def test_what_is_no_zone_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text, TODAY)


def test_faults_are_told_one_by_one() -> None:
    zone = read(TD3_TEXT.replace("UTO85", "QQX99").replace("3106305", "3113305"), TODAY)
    told = " ".join(zone.faults)
    assert "nationality QQX" in told
    assert "expiry 311330 is no date" in told
    assert "check digit of the birth" in told


def test_unknown_parts_of_a_birth_stay_unknown() -> None:
    text = TD3_TEXT.replace("8502142", "85<<<<" + str(check_digit("85<<<<")))
    assert read(text, TODAY).birth == "1985"


def test_zones_are_found_in_a_text_with_their_lines() -> None:
    assert [number for number, _ in zones(f"scan 1\n{TD3_TEXT}\n\nscan 2\n{TD1_TEXT}\n")] == [2, 6]


@pytest.mark.parametrize(
    "code,country", [("D<<", "de"), ("FRA", "fr"), ("RKS", "xk"), ("XXA", ""), ("QS", "qs"), ("ZZZ", None), ("1AB", None)]
)
def test_codes_of_issuers(code: str, country: str | None) -> None:
    assert country_of(code) == country


@pytest.mark.parametrize(
    "name,lang,zone",
    [
        ("Müller-Lüdenscheidt", "", "MUELLER<LUEDENSCHEIDT"),
        ("O’Connor", "", "OCONNOR"),
        ("Юрий Щербаков", "rus", "IURII<SHCHERBAKOV"),
        ("Юрій Гнатюк", "ukr", "YURII<HNATIUK"),
        ("Жарко Шћепановић", "srp", "ZARKO<SCEPANOVIC"),
        ("محمود عبدالرحيم", "ara", "MXHMWD<EBDALRXHYM"),
        ("فاطمة", "ara", "FAXTTMXAH"),
        ("محمّد", "ara", "MXHMMD"),
        ("Žółć", "", "ZOLC"),
    ],
)
def test_names_go_into_the_zone_as_the_tables_say(name: str, lang: str, zone: str) -> None:
    assert zone_names(name, lang)[0] == zone


def test_other_ways_are_given_too() -> None:
    assert {"MUELLER", "MULLER", "MUXXLLER"} <= set(zone_names("Müller"))
    assert zone_names("王") == []


def test_names_come_back_from_the_zone() -> None:
    assert from_zone("MXHMWD<EBDALRXHYM", "arabic")[0] == "محمود عبدالرحيم"
    assert "Юрий Щербаков" in from_zone("IURII<SHCHERBAKOV", "cyrillic", "rus")
    assert from_zone("XXQX", "cyrillic") == []


@pytest.mark.parametrize("at,read_as", [(44 + 13 + 1, "S"), (44 + 4, "1"), (44 + 28, "G"), (10, "1"), (2, "V")])
def test_a_misread_character_is_put_right(at: int, read_as: str) -> None:
    text = TD3_TEXT.replace("\n", "")
    wrong = text[:at] + read_as + text[at + 1 :]
    assert wrong != text
    found = corrections(read(wrong, TODAY), TODAY)
    assert text in [one.zone.text for one in found]
    assert sum(one.probability for one in found) <= 1.0


def test_corrections_say_where() -> None:
    text = TD3_TEXT.replace("\n", "")
    [first, *_] = corrections(read(text[:57] + "B" + text[58:], TODAY), TODAY)
    assert (first.line, first.column, first.field, first.read, first.written) == (2, 14, "birth", "B", "8")


def test_generated_documents_are_mended_nine_times_of_ten() -> None:
    from bench.travel.misread import documents, misread, misreading, names_of

    rng = np.random.default_rng(31)
    weights = misreading(rng, "checked")
    right = 0
    drawn = list(documents(rng, 120, names_of(None, rng)))
    for layout, text in drawn:
        at, letter = misread(rng, layout, text, weights, "checked")
        zone = read_as(layout.name, text[:at] + letter + text[at + 1 :])
        right += any(one.zone.text == text for one in corrections(zone, TODAY))
    assert right / len(drawn) >= 0.9  # the bench measures this on thousands


def read_as(name: str, text: str):  # type: ignore[no-untyped-def]
    from crosstie.lenses.travel.mrz.reading import take_apart

    return take_apart(next(one for one in LAYOUTS if one.name == name), text, TODAY)


def test_names_of_people_are_likelier_than_noise() -> None:
    assert name_likelihood("HASSAN<<OMAR".ljust(39, "<")) > name_likelihood("HASXAN<<OMAR".ljust(39, "<"))
    # of a people whose names nobody listed, too
    assert name_likelihood("TESHAVELI<<OMAR".ljust(39, "<")) > name_likelihood("TESHKXELI<<OMAR".ljust(39, "<"))


def test_numbers_are_figures_behind_letters() -> None:
    assert number_likelihood("AB1234567") > number_likelihood("AB12Z4567")
    assert number_likelihood("AB123456<") > number_likelihood("AB12345<6")
    assert optional_likelihood("3672843668123<") > optional_likelihood("36728436J8123<") + 3
    assert optional_likelihood("<" * 14) > optional_likelihood("K".ljust(14, "<")) + 3


def test_what_is_known_of_confusions() -> None:
    assert likely.confusion().shape == (37, 37)
    assert TD3.field_of(44 + 9) == "check digit of number"


@pytest.mark.real
@pytest.mark.skipif(not SPECIMENS.exists(), reason="../shared/data is absent")
def test_specimens_are_read() -> None:
    sound = 0
    for one in json.loads(SPECIMENS.read_text(encoding="utf-8")):
        zone = read("\n".join(one["lines"][-2:] if len(one["lines"]) == 4 else one["lines"]), TODAY)
        sound += all(held is not False for held in zone.checks.values())
    assert sound >= 16
