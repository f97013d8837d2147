"""goAML reports: written under a profile they fit the State's own schema, and names of other scripts are not lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crosstie.errors import InputError, UsageError
from crosstie.lenses.finance import filing
from crosstie.lenses.finance.reading import good_iban, moment

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "finance" / "goAMLSchema_5.0.2.xsd"
FIRM = filing.Party(False, {"name": ["Halvern Trading"], "registrationNumber": ["R-551"], "jurisdiction": ["ae"]})
COURIER = filing.Party(
    True,
    {
        "name": ["عمر دساك"],
        "alias": ["Омар Дессак"],
        "birthDate": ["1985-02-14"],
        "nationality": ["so"],
        "passportNumber": ["X12"],
        "gender": ["male"],
    },
)
PAID = filing.Paid(
    "T1", "2024-05-10", "14:05", 48750.0, "spare parts", "transfer",
    filing.End(FIRM, {"accountNumber": "1000200030", "bic": "QUMAQQ22", "name": "Halvern Trading"}, suspected=True),
    filing.End(COURIER),
)  # fmt: skip
FILING = filing.Filing(4711, "STR", "XT-1", "2024-05-14", "AED", "Invented.", [PAID], ["ANPOR"])


def test_names_of_other_scripts_are_kept() -> None:
    made = filing.write(FILING, "ae").decode()
    assert "<full_name_frn>عمر دساك</full_name_frn>" in made
    assert "<alias>Омар Дессак</alias>" in made
    assert "<last_name>" in made.split("<to_person>")[1]
    assert "<date_transaction>2024-05-10T14:05:00</date_transaction>" in made


@pytest.mark.real
@pytest.mark.skipif(not SCHEMA.is_file(), reason="the schema of a State is not at hand")
def test_a_report_fits_the_schema_of_a_state(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_bytes(filing.write(FILING, "ae"))
    assert list(filing.check(tmp_path / "report.xml", SCHEMA)) == []
    broken = filing.write(FILING, "ae").replace(b"<report_code>STR</report_code>", b"<report_code>NONE</report_code>")
    (tmp_path / "broken.xml").write_bytes(broken)
    assert any("report_code" in one["problem"] for one in filing.check(tmp_path / "broken.xml", SCHEMA))


def exercise() -> filing.Filing:
    """The report as a region of an exercise would have it: its States and its currency are invented."""
    ends = [
        replace(end, party=replace(party, said=dict(party.said) | {prop: ["qp"]}))
        for end, party, prop in ((PAID.payer, FIRM, "jurisdiction"), (PAID.payee, COURIER, "nationality"))
    ]
    return replace(FILING, currency="QPD", paid=[replace(PAID, payer=ends[0], payee=ends[1])])


def test_a_report_of_an_exercise_says_so_and_bears_no_code_that_is_nobodys() -> None:
    assert filing.invented(FILING) == []
    assert filing.invented(exercise()) == ["QP", "QPD"]
    made = filing.write(exercise(), "ae").decode()
    assert "<reason>EXERCISE: invented are QP, QPD. Invented.</reason>" in made
    assert "<currency_code_local>XTS</currency_code_local>" in made
    assert "<to_country>-</to_country>" in made
    assert ">QP<" not in made


@pytest.mark.real
@pytest.mark.skipif(not SCHEMA.is_file(), reason="the schema of a State is not at hand")
def test_a_report_of_an_exercise_fits_the_schema_of_a_state(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_bytes(filing.write(exercise(), "ae"))
    assert list(filing.check(tmp_path / "report.xml", SCHEMA)) == []


def test_anchors_that_are_no_anchors_are_mended_and_assertions_refused(tmp_path: Path) -> None:
    head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    simple = '<xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="^[a-z]*$"/></xs:restriction></xs:simpleType>'
    (tmp_path / "a.xsd").write_text(f'{head}<xs:element name="report">{simple}</xs:element></xs:schema>', encoding="utf-8")
    (tmp_path / "r.xml").write_text("<report>abc</report>", encoding="utf-8")
    assert list(filing.check(tmp_path / "r.xml", tmp_path / "a.xsd")) == []
    (tmp_path / "b.xsd").write_text(f'{head}<xs:element name="report"><xs:assert test="1"/></xs:element></xs:schema>', encoding="utf-8")
    with pytest.raises(InputError, match=r"1\.1"):
        list(filing.check(tmp_path / "r.xml", tmp_path / "b.xsd"))
    (tmp_path / "d.xml").write_text('<!DOCTYPE report [<!ENTITY x "y">]><report>abc</report>', encoding="utf-8")
    with pytest.raises(InputError, match="document type"):
        list(filing.check(tmp_path / "d.xml", tmp_path / "a.xsd"))


def test_an_unknown_profile_and_an_empty_report_are_refused() -> None:
    with pytest.raises(UsageError, match="no goAML profile"):
        filing.write(FILING, "xx")
    with pytest.raises(UsageError, match="needs a payment"):
        filing.write(filing.Filing(1, "STR", "r", "2024-01-01", "AED", "", [], []), "ae")


def test_a_zone_does_not_move_the_day() -> None:
    assert moment("2024-05-10T23:59:00+04:00") == ("2024-05-10", "23:59:00")


def test_check_digits_of_ibans() -> None:
    assert good_iban("GB82WEST12345698765432")
    assert not good_iban("GB83WEST12345698765432")
