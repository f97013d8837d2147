"""The EU list in XML 1.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.ingest.reader import Head
from crosstie.ingest.readers.eu_fsf import READER
from tests.ingest.readers.said import FIXTURES, Said, read, written

PERSON, FIRM = "eu-EU.901.11", "eu-EU.902.22"


@pytest.fixture(scope="module")
def said() -> Said:
    return read(READER, FIXTURES / "eu_fsf.xml")


def test_knows_its_own() -> None:
    assert READER.recognises(Head("x.xml", "xml", "<export globalFileId='1'>", root="export"))
    assert not READER.recognises(Head("x.xml", "xml", "<export>", root="export"))
    assert not READER.recognises(Head("x.xml", "xml", "<WHOLE>", root="WHOLE"))


def test_names_by_strength_and_language(said: Said) -> None:
    assert said.values(PERSON, "name") == ["Ilvar Tem Oskellan"]
    assert said.values(PERSON, "alias") == ["Илвар Оскеллан"]
    assert said.one(PERSON, "alias")["lang"] == "rus"
    assert said.values(PERSON, "weakAlias") == ["Porter", "Old Tem"], "strong=false, or a remark that says so"
    assert said.values(PERSON, "previousName") == ["Ilvar Temosk"]
    assert said.values(PERSON, "position") == ["Quartermaster", "Toll keeper"]


def test_birth_dates_and_calendars(said: Said) -> None:
    found = [(one["value"], one["original_value"]) for one in said.statements if one["prop"] == "birthDate"]
    assert found == [("1971", "circa 1971"), ("1970-02-03", None), ("1968", "1968 to 1969"), ("1969", "1968 to 1969")]
    assert "Birth date (ISLAMIC): 1390-06-01" in said.values(PERSON, "notes")
    assert said.values(PERSON, "birthPlace") == ["Lamu, Kenya"]


def test_unknown_countries_are_nothing(said: Said) -> None:
    assert said.values(PERSON, "citizenship") == ["ke"]


def test_contacts(said: Said) -> None:
    assert said.values(PERSON, "phone") == ["+254202222222"]
    assert said.values(PERSON, "website") == ["http://www.example.org/"]
    assert "FAX: 11" in said.values(PERSON, "notes")
    assert said.one(PERSON, "address")["original_value"] == "4 Quay Row, 80100, Mombasa, Kenya (as at listing time)"


def test_documents_keep_what_is_wrong_with_them(said: Said) -> None:
    paper = said.about(f"{PERSON}-id-30")
    assert said.schemata(f"{PERSON}-id-30") == {"Passport"}
    assert paper["summary"] == ["known to be false", "reported lost", "in the name of Tem", "seen twice"]
    assert paper["startDate"] == ["2019-03-03"]
    assert said.values(PERSON, "idNumber") == ["55-A"]
    assert not said.about(f"{PERSON}-id-31")
    assert said.values(FIRM, "imoNumber") == ["9123450"]
    assert said.values(FIRM, "registrationNumber") == ["12-B"]


def test_listing(said: Said) -> None:
    sanction = said.about(f"{PERSON}-sanction-1")
    assert sanction["unscId"] == ["QDi.901"]
    assert sanction["programId"] == said.values(PERSON, "programId") == ["TAQA"]
    assert sanction["listingDate"] == ["2030-05-06"]
    assert sanction["startDate"] == ["2030-05-08"]
    assert sanction["reason"] == ["Runs the northern toll posts."]
    assert "Runs the northern toll posts." in said.values(PERSON, "notes")
    assert said.values(f"{FIRM}-sanction-1", "listingDate") == ["2029-01-02"]


def test_nothing_is_dropped(said: Said) -> None:
    assert (said.records, said.version_date) == (4, "2031-02-07")
    assert "birthmark: side: left a star" in said.values(PERSON, "notes")
    assert said.schemata("eu-logical-15") == {"LegalEntity"}
    assert {(one["locator"], one["reason"]) for one in said.rejected} == {
        ("sanctionEntity[1]/address[1]/contactInfo[3]", "not a value for email"),
        ("sanctionEntity[1]/identification[3]", "a document without a number"),
        ("sanctionEntity[3]/subjectType", "neither a person nor an entity"),
        ("sanctionEntity[4]", "a record without a reference number"),
    }


def test_a_thing_with_weak_names_only_still_has_a_name(tmp_path: Path) -> None:
    text = (
        '<export generationDate="2031-01-01"><sanctionEntity euReferenceNumber="EU.1.1"><subjectType classificationCode="P"/>'
        '<nameAlias wholeName="Heron" strong="false"/></sanctionEntity></export>'
    )
    said = read(READER, written(tmp_path, "eu.xml", text))
    assert said.values("eu-EU.1.1", "name") == said.values("eu-EU.1.1", "weakAlias") == ["Heron"]
