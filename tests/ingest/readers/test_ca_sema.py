"""Canada's autonomous sanctions."""

from __future__ import annotations

from collections import Counter

import pytest

from crosstie.ingest.reader import Head
from crosstie.ingest.readers.ca_sema import READER
from tests.ingest.readers.said import FIXTURES, Said, read, real

PERSON, WOMAN, FIRM, SHIP = "ca-ke-1-part-1.1-1", "ca-ke-1-part-1-1-1", "ca-jvcfor-7", "ca-ke-2-1"


@pytest.fixture(scope="module")
def said() -> Said:
    return read(READER, FIXTURES / "ca_sema.xml")


def test_knows_its_own() -> None:
    text = (FIXTURES / "ca_sema.xml").read_text(encoding="utf-8")
    assert READER.recognises(Head("x.xml", "xml", text, root="data-set"))
    assert not READER.recognises(Head("x.xml", "xml", "<data-set><row/></data-set>", root="data-set"))


def test_ids_are_the_place_in_the_regulation(said: Said) -> None:
    listed = [one["entity_id"] for one in said.statements if one["prop"] == "topics"]
    assert listed == [PERSON, WOMAN, FIRM, SHIP, f"{SHIP}-2"], "Part 1.1 item 1 is not Part 1 item 1-1; the same place twice is numbered"


def test_person_entity_or_ship(said: Said) -> None:
    assert said.schemata(PERSON) == {"Person"}
    assert said.values(PERSON, "name") == ["Ilvar Tem OSKELLAN"]
    assert said.values(PERSON, "title") == ["Dr."]
    assert said.schemata(FIRM) == {"Organization"}
    assert said.about(SHIP) == {
        "name": ["Grey Heron"],
        "topics": ["sanction"],
        "programId": ["Kenya"],
        "type": ["Tug"],
        "imoNumber": ["9123450"],
        "buildDate": ["1999"],
    }


def test_each_alias_by_itself(said: Said) -> None:
    found = [
        (one["prop"], one["value"], one["lang"]) for one in said.statements if one["entity_id"] == PERSON and one["prop"].endswith("lias")
    ]
    assert found == [
        ("alias", "Ilwar Oskelan", None),
        ("weakAlias", "Porter", None),
        ("alias", "Илвар Тем Оскеллан", "rus"),
        ("weakAlias", "Temosk", "rus"),
        ("alias", "Oskellan Tem", "rus"),
    ]
    assert said.values(WOMAN, "alias") == ["Марра Илваровна Тем"]
    assert said.values(FIRM, "name") == ["Harbour Co."]
    assert said.values(FIRM, "alias") == ["Harbour Company, Ltd.", "Quay Works, ООО", "Pier", "Works (Kenya, Ltd.)"]


def test_dates(said: Said) -> None:
    found = [(one["value"], one["original_value"]) for one in said.statements if one["prop"] == "birthDate"]
    assert found == [("1971-05", "1971-05 or 1972-06-07"), ("1972-06-07", "1971-05 or 1972-06-07")]


def test_programme_is_the_country_or_the_cause(said: Said) -> None:
    assert said.values(PERSON, "programId") == ["Kenya"]
    assert said.values(f"{PERSON}-sanction-1", "program") == ["Kenya / Kénya"]
    assert said.values(FIRM, "programId") == ["JVCFOR"]
    assert said.values(f"{PERSON}-sanction-1", "authorityId") == ["Schedule 1, Part 1.1 Item 1"]
    assert said.values(f"{PERSON}-sanction-1", "listingDate") == ["2030-05-06"]


def test_nothing_is_dropped(said: Said) -> None:
    assert said.values(FIRM, "notes") == ["Remark: Moves tusks."]
    assert {(one["locator"], one["reason"]) for one in said.rejected} == {
        ("record[2]/DateOfBirthOrShipBuildDate", "not a value for birthDate"),
        ("record[5]", "a record without a name"),
    }


@pytest.mark.real
def test_real_list() -> None:
    said = read(READER, real("sanctions/canada_sema_2025-04.xml"))
    assert said.records == 4_759
    listed = {one["entity_id"]: one["schema"] for one in said.statements if one["prop"] == "topics"}
    assert Counter(listed.values()) == {"Person": 3_334, "Organization": 1_316, "Vessel": 109}
    assert len(said.statements) > 59_000
    assert said.reasons() == {"not a value for birthDate": 2}
