"""The Security Council's consolidated list; all persons are invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import DamagedFile
from crosstie.ingest.readers.un import READER
from crosstie.ingest.sniff import sniff
from crosstie.model.evidence import Locator
from tests.ingest.readers.said import FIXTURES, Said, read, real, written

ADA, GROUP = "un-QDi.901", "un-QDe.902"


@pytest.fixture(scope="module")
def said() -> Said:
    return read(READER, FIXTURES / "un.xml")


def test_knows_its_own() -> None:
    assert READER.recognises(sniff(FIXTURES / "un.xml", "un.xml"))
    assert not READER.recognises(sniff(FIXTURES / "eu_fsf.xml", "eu_fsf.xml"))


def test_the_list_states_its_date(said: Said) -> None:
    assert (said.version_date, said.records) == ("2024-05-06", 3)


def test_names_are_kept_whole_in_every_script_and_by_quality(said: Said) -> None:
    assert said.values(ADA, "name") == ["TAVIN OREL MASKEL"]
    assert said.values(ADA, "alias") == ["طافين اوريل", "Tavin Aurel", "Tawin Orel", "Т. Орель"]
    assert said.values(ADA, "weakAlias") == ["The Ferryman"]
    assert said.values(ADA, "previousName") == ["Tavin Mask"]
    assert not said.values(ADA, "firstName"), "the list does not say which name is the given one"


def test_dates_of_birth_keep_their_precision(said: Said) -> None:
    births = [(one["value"], one["original_value"]) for one in said.statements if one["entity_id"] == ADA and one["prop"] == "birthDate"]
    assert births == [
        ("1969-02-05", None),
        ("1971-05-02", None),
        ("1970", "approximately 1970"),
        ("1962", "1962-1965"),
        ("1965", "1962-1965"),
        ("1973-11", "Nov. 1973"),
    ]
    assert "24/06/1402 (Hijri calendar)" in said.values(ADA, "notes")


def test_places_and_countries(said: Said) -> None:
    assert said.values(ADA, "birthPlace") == ["Oldport, Zambia", "Harbour Street, Newport, Kenya"]
    assert said.values(ADA, "birthCountry") == ["zm", "ke"]
    assert said.values(ADA, "nationality") == ["ke"]
    assert said.one(ADA, "address")["original_value"] == "Mill Lane 3, Newport, Kenya (previous address)"
    assert said.values(ADA, "country") == ["ke", "sd", "ss"]


def test_documents(said: Said) -> None:
    assert said.values(ADA, "passportNumber") == ["X 1234567", "D00000898"]
    assert said.values(ADA, "taxNumber") == ["RLMTVN70A01Z999X"]
    assert said.about(f"{ADA}-id-1") == {
        "holder": [ADA],
        "number": ["X 1234567"],
        "type": ["Passport"],
        "startDate": ["2010-01-02"],
        "endDate": ["2020-01-01"],
        "authority": ["Newport"],
        "summary": ["expired on 1 Jan. 2020"],
        "country": ["ke"],
    }
    assert said.schemata(f"{ADA}-id-1") == {"Passport"}
    assert said.schemata(f"{ADA}-id-2") == {"Passport"}
    assert said.reasons()["a document without a number"] == 1


def test_the_listing(said: Said) -> None:
    assert said.about(f"{ADA}-sanction-1") == {
        "entity": [ADA],
        "authority": ["United Nations Security Council"],
        "program": ["Al-Qaida"],
        "programId": ["Al-Qaida"],
        "unscId": ["QDi.901"],
        "recordId": ["900001"],
        "listingDate": ["2015-03-27"],
    }
    assert said.one(f"{ADA}-sanction-1", "listingDate")["original_value"] == "2015-03-27-04:00"
    assert said.values(ADA, "modifiedAt") == ["2016-10-13", "2021-11-15"]
    assert said.values(ADA, "topics") == ["sanction"]
    assert said.values(ADA, "programId") == ["Al-Qaida"]


def test_a_reference_to_another_party_is_a_tie_with_its_sentence(said: Said) -> None:
    tie = f"{ADA}-rel-QDe.902"
    assert said.about(tie) == {
        "subject": [ADA],
        "object": [GROUP],
        "role": ["Brother-in-law of a leader of"],
        "summary": ["Brother-in-law of a leader of the Grey Sail (QDe.902), arrested on 3 Feb. 2012."],
    }
    comments = said.values(ADA, "notes")[-1]
    locator = Locator.parse(said.one(tie, "summary")["locator"])
    assert locator.place == "INDIVIDUAL[1]/COMMENTS1"
    assert comments[locator.start : locator.end] == said.values(tie, "summary")[0]
    assert not said.about(f"{ADA}-rel-QDi.901"), "nobody is tied to himself"


def test_groups(said: Said) -> None:
    assert said.schemata(GROUP) == {"Organization"}
    assert said.values(GROUP, "previousName") == ["Blue Sail"]
    assert said.values(GROUP, "alias") == ["GS"]
    assert said.values(GROUP, "address") == ["Newport, Kenya"]


def test_what_cannot_be_used_is_rejected_with_its_place(said: Said) -> None:
    assert [(one["locator"], one["reason"]) for one in said.rejected] == [
        ("INDIVIDUAL[1]/INDIVIDUAL_DOCUMENT[4]", "a document without a number"),
        ("INDIVIDUAL[2]", "no reference number"),
        ("ENTITY[1]/NAME_ORIGINAL_SCRIPT", "a name in its original script that is in no script but Latin"),
    ]


def test_another_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="<LIST>"):
        read(READER, written(tmp_path, "l.xml", "<LIST><INDIVIDUAL/></LIST>"))


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "records", "rejects"),
    [
        ("un_2018-10-29.xml", 1_093, 5),
        ("un_2020-11-30.xml", 1_018, 5),
        ("un_2026-02-27.xml", 1_003, 5),
    ],
)
def test_real_lists_are_read_whole(name: str, records: int, rejects: int) -> None:
    said = read(READER, real(f"sanctions/{name}"))
    assert said.records == records
    assert len([one for one in said.statements if one["prop"] == "unscId"]) == records
    assert len([one for one in said.statements if one["prop"] == "name"]) == records
    assert len(said.rejected) <= rejects


@pytest.mark.real
def test_the_broken_list_is_read_as_far_as_it_can_be() -> None:
    said = read(READER, real("sanctions/un_2025-08-16_broken_encoding.xml"))
    assert said.records == 879
    bytes_ = [one for one in said.rejected if one["locator"].startswith("byte ")]
    assert len(bytes_) == 1_208
    assert any("JÉRÔME" in one["value"] for one in said.statements if one["prop"] == "name")
    assert {one["reason"] for one in said.rejected if one not in bytes_} == {"a name in its original script that is in no script but Latin"}
