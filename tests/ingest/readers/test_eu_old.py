"""The EU list in its old schema; all persons are invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import DamagedFile
from crosstie.ingest.readers import readers
from crosstie.ingest.readers.eu_old import READER
from crosstie.ingest.sniff import choose, sniff
from tests.ingest.readers.said import FIXTURES, Said, read, real, written

ADA, FIRM = "eu-9001", "eu-9002"


@pytest.fixture(scope="module")
def said() -> Said:
    return read(READER, FIXTURES / "eu_old.xml")


def test_knows_its_own() -> None:
    assert choose(sniff(FIXTURES / "eu_old.xml", "eu_old.xml"), readers()) is READER


def test_the_list_states_its_date(said: Said) -> None:
    assert (said.version_date, said.records) == ("2016-02-11", 3)


def test_names_in_their_languages(said: Said) -> None:
    names = [
        (one["prop"], one["value"], one["lang"]) for one in said.statements if one["entity_id"] == ADA and one["prop"] in ("name", "alias")
    ]
    assert names == [("name", "Tavin Maskel Orel", None), ("alias", "Tavin Aurèle", "fra"), ("name", "Tavin Maskel Orel", None)]
    assert said.values(ADA, "firstName") == ["Tavin", "Tavin"]
    assert said.values(ADA, "middleName") == ["Maskel"]
    assert said.values(ADA, "gender") == ["male"]
    assert said.values(ADA, "position") == ["Harbour master"]


def test_births_keep_interval_and_doubt(said: Said) -> None:
    births = [(one["value"], one["original_value"]) for one in said.statements if one["entity_id"] == ADA and one["prop"] == "birthDate"]
    assert births == [("1968", "1968 - 1973 (approximative)"), ("1973", "1968 - 1973 (approximative)")]
    assert said.values(ADA, "birthPlace") == ["Newport, Kenya"]
    assert said.values(ADA, "birthCountry") == ["ke"]


def test_papers(said: Said) -> None:
    assert said.values(ADA, "passportNumber") == ["D 000769"]
    assert said.values(ADA, "socialSecurityNumber") == ["548-91-0000"]
    assert said.values(ADA, "taxNumber") == ["RLMTVN70A01Z999X"]
    passport = said.about(f"{ADA}-id-1")
    assert (passport["country"], passport["startDate"], passport["type"]) == (["ke"], ["1997-02-02"], ["National passport"])
    assert said.values(FIRM, "registrationNumber") == ["12345"]


def test_each_regime_is_a_listing(said: Said) -> None:
    assert said.values(ADA, "programId") == ["AFG", "TAQA"]
    first, second = said.about(f"{ADA}-sanction-1"), said.about(f"{ADA}-sanction-2")
    assert (first["program"], first["listingDate"], first["provisions"]) == (["AFG"], ["2012-03-23"], ["263/2012 (OJ L87)"])
    assert (second["program"], second["provisions"]) == (["TAQA"], ["881/2002"])


def test_addresses(said: Said) -> None:
    assert said.values(FIRM, "address") == ["Mill Lane 3, 1101, Newport, Kenya"]
    assert said.values(FIRM, "country") == ["ke"]
    assert said.reasons() == {"no Id": 1}


def test_another_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="<PART>"):
        read(READER, written(tmp_path, "l.xml", "<PART><ENTITY/></PART>"))


@pytest.mark.real
def test_the_real_list_is_read_whole() -> None:
    said = read(READER, real("sanctions/eu_2016-02-11.xml"))
    assert said.records == 595
    assert len({one["entity_id"] for one in said.statements if one["prop"] == "name"}) == 595
    assert len(said.rejected) <= 2
