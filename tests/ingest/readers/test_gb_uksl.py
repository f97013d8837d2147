"""The UK Sanctions List, in CSV and in XML: both must say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import DamagedFile
from crosstie.ingest.reader import Head
from crosstie.ingest.readers.gb_uksl import READERS
from tests.ingest.readers.said import FIXTURES, Said, read, written

CSV, XML = READERS
PERSON, FIRM, SHIP = "gb-99001", "gb-INV9002", "gb-99003"
REGIME = "The Invented (Sanctions) Regulations 2030"


@pytest.fixture(scope="module", params=["csv", "xml"])
def said(request: pytest.FixtureRequest) -> Said:
    return read(CSV if request.param == "csv" else XML, FIXTURES / f"gb_uksl.{request.param}")


def test_knows_its_own() -> None:
    header = tuple((FIXTURES / "gb_uksl.csv").read_text(encoding="utf-8").splitlines()[1].split(","))
    assert CSV.recognises(Head("x.csv", "csv", "", rows=(("Report Date: 1",), header)))
    assert not CSV.recognises(Head("x.csv", "csv", "", rows=(("Name 6", "Group ID"),)))
    assert XML.recognises(Head("x.xml", "xml", "", root="Designations"))
    assert not XML.recognises(Head("x.xml", "xml", "", root="sdnList"))


def test_both_formats_say_the_same() -> None:
    csv, xml = (
        {(one["entity_id"], one["schema"], one["prop"], one["value"]) for one in read(reader, FIXTURES / f"gb_uksl.{kind}").statements}
        for reader, kind in ((CSV, "csv"), (XML, "xml"))
    )
    assert {one[2:] for one in csv - xml} == {("notes", "Length of ship: 30 m")}
    assert {one[2:] for one in xml - csv} == {("notes", "LengthOfShip: 30 m"), ("notes", "Hobby: Kites"), ("provisions", "AssetFreeze")}


def test_each_claim_is_made_once(said: Said) -> None:
    claims = [(one["entity_id"], one["prop"], one["value"]) for one in said.statements]
    assert len(claims) == len(set(claims))
    assert (said.records, said.version_date) == (5, "2031-02-07")


def test_ids_are_those_of_the_group_or_else_of_the_designation(said: Said) -> None:
    assert said.schemata(PERSON) == {"Person"}
    assert said.schemata(FIRM) == {"Organization"}
    assert said.schemata(SHIP) == {"Vessel"}


def test_names(said: Said) -> None:
    assert said.values(PERSON, "name") == ["Ilvar Tem OSKELLAN"]
    assert sorted(said.values(PERSON, "alias")) == ["Ilwar OSKELAN", "Илвар Оскеллан"]
    assert said.values(PERSON, "weakAlias") == ["PORTER"]
    assert sorted(said.values(PERSON, "firstName")) == ["Ilvar", "Ilwar"], "the second name is not said to be one"
    assert said.values(FIRM, "alias") == ["HARBOUR COMPANY"]
    assert [one["lang"] for one in said.statements if one["value"] == "Илвар Оскеллан"] == ["rus"]


def test_placeholders_of_dates_are_not_invented(said: Said) -> None:
    found = {(one["value"], one["original_value"]) for one in said.statements if one["prop"] == "birthDate"}
    assert found == {("1971", "dd/mm/1971"), ("1970-03", "dd/03/1970")}


def test_listing(said: Said) -> None:
    sanction = said.about(f"{PERSON}-sanction-AFG9001")
    assert sanction["unscId"] == ["TAi.901"]
    assert sanction["programId"] == said.values(PERSON, "programId") == [REGIME]
    assert sanction["listingDate"] == ["2030-05-06"]
    assert sanction["provisions"] == ["Asset freeze", "Travel Ban"]
    assert sanction["reason"] == ["Taxes the northern road."]
    assert "Taxes the northern road." in said.values(PERSON, "notes")


def test_another_listing_of_the_un_is_a_tie_and_the_own_is_none(said: Said) -> None:
    tie = said.one(f"{PERSON}-rel-QDe.902", "object")
    assert tie["value"] == "un-QDe.902"
    start, end = map(int, tie["locator"].rpartition("@")[2].split("-"))
    note = next(text for text in said.values(PERSON, "notes") if "QDe.902" in text)
    assert note[start:end] == "Keeps the tolls for QDe.902."
    assert not said.about(f"{PERSON}-rel-TAi.901")


def test_documents_and_contacts(said: Said) -> None:
    assert said.values(PERSON, "passportNumber") == ["ZX77120"]
    assert said.values(f"{PERSON}-id-1", "startDate") == ["2019-03-03"]
    assert said.values(PERSON, "idNumber") == ["55-A"]
    assert said.values(PERSON, "email") == ["a@example.org", "b@example.org"]
    assert said.values(PERSON, "phone") == ["+254202222222"]
    assert said.values(PERSON, "address") == ["4 Quay Row, Mombasa, 80100, Kenya"]
    assert said.values(FIRM, "innCode") == ["7712345678"]
    assert said.values(FIRM, "registrationNumber") == ["C 17"]


@pytest.mark.parametrize(
    ("edge", "owner", "asset"),
    [
        (f"{FIRM}-rel-parent-company-tem-holding", "gb-named-tem-holding", FIRM),
        (f"{FIRM}-rel-subsidiary-quay-ltd", FIRM, "gb-named-quay-ltd"),
        (f"{SHIP}-rel-current-owner-operator-heron-lines", "gb-named-heron-lines", SHIP),
        (f"{SHIP}-rel-previous-owner-operator-old-lines", "gb-named-old-lines", SHIP),
    ],
)
def test_owners(said: Said, edge: str, owner: str, asset: str) -> None:
    found = said.about(edge)
    assert (found["owner"], found["asset"]) == ([owner], [asset])
    assert found["role"]


def test_ship(said: Said) -> None:
    ship = said.about(SHIP)
    assert (ship["imoNumber"], ship["flag"], ship["pastFlags"], ship["type"], ship["buildDate"]) == (
        ["9123450"],
        ["ke"],
        ["pa"],
        ["Tug"],
        ["2011"],
    )


def test_rejects(said: Said) -> None:
    assert said.reasons() == {
        "not a value for birthDate": 1,
        "not a kind of designation: “Rocket”": 1,
        "a designation without a unique id": 1,
    }


def test_a_field_that_the_thing_cannot_have_becomes_a_note(tmp_path: Path) -> None:
    text = (
        "<Designations><Designation><UniqueID>INV1</UniqueID><IndividualEntityShip>Ship</IndividualEntityShip><Titles><Title>Dr</Title></Titles>"
        "<Names><Name><Name6>HERON</Name6><NameType>Primary Name</NameType></Name></Names><PhoneNumbers><PhoneNumber>+254202222222</PhoneNumber>"
        "</PhoneNumbers><IndividualDetails><Individual><DOBs><DOB>01/01/1970</DOB></DOBs><BirthDetails><Location><TownOfBirth>Lamu</TownOfBirth>"
        "</Location></BirthDetails><PassportDetails><Passport><PassportNumber>X1</PassportNumber></Passport></PassportDetails></Individual>"
        "</IndividualDetails></Designation></Designations>"
    )
    said = read(XML, written(tmp_path, "uk.xml", text))
    assert set(said.values("gb-INV1", "notes")) == {
        "Title: Dr",
        "PhoneNumber: +254202222222",
        "DOB: 01/01/1970",
        "Place of birth: Lamu",
        "Passport number: X1",
    }


def test_a_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="no row has the columns"):
        read(CSV, written(tmp_path, "other.csv", "a,b\n1,2\n"))
