"""The United Kingdom's consolidated list; all targets are invented."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from crosstie.errors import DamagedFile
from crosstie.ingest.readers import readers
from crosstie.ingest.readers.gb_conlist import READER
from crosstie.ingest.sniff import choose, sniff
from tests.ingest.readers.said import Said, read, real, written

OLD = (
    "Name 6",
    "Name 1",
    "Name 2",
    "Name 3",
    "Name 4",
    "Name 5",
    "Title",
    "DOB",
    "Town of Birth",
    "Country of Birth",
    "Nationality",
    "Passport Details",
    "NI Number",
    "Position",
    "Address 1",
    "Address 2",
    "Address 3",
    "Address 4",
    "Address 5",
    "Address 6",
    "Post/Zip Code",
    "Country",
    "Other Information",
    "Group Type",
    "Alias Type",
    "Regime",
    "Listed On",
    "Last Updated",
    "Group ID",
)
NEW = (
    *OLD[:7],
    "Name Non-Latin Script",
    "Non-Latin Script Type",
    "Non-Latin Script Language",
    *OLD[7:11],
    "Passport Number",
    "Passport Details",
    "National Identification Number",
    "National Identification Details",
    *OLD[13:25],
    "Alias Quality",
    "Regime",
    "Listed On",
    "UK Sanctions List Date Designated",
    "Last Updated",
    "Group ID",
)
PERSON = {
    "Group Type": "Individual",
    "Regime": "Counter-Terrorism",
    "Listed On": "01/04/2016",
    "Last Updated": "02/04/2016",
    "Group ID": "90001",
    "Other Information": "UN Ref QDi.901. Member of the Grey Sail (QDe.902). Email: tavin@example.org.",
}
ROWS = [
    {
        **PERSON,
        "Name 6": "OREL",
        "Name 1": "Tavin",
        "Name 2": "Maskel",
        "Alias Type": "Prime Alias",
        "DOB": "00/00/1980",
        "Title": "Captain",
        "Town of Birth": "(1) Newport (2) Oldport",
        "Country of Birth": "(1) Kenya (2) Zambia",
        "Nationality": "1) Kenya 2) Qatar",
        "Passport Details": "(1) TR-P 614 166 (Turkish). Issued on 22 Mar 2006. Expired on 15 Sept 2009 (2) 592667",
        "NI Number": "SSN 156-92-0000 (Kenya)",
        "Address 1": "Mill Lane 3",
        "Address 6": "Newport",
        "Post/Zip Code": "N1",
        "Country": "Kenya (at time of listing)",
        "Position": "Harbour master",
    },
    {
        "Name 6": "GREY SAIL",
        "Group Type": "Entity",
        "Alias Type": "Prime Alias",
        "Regime": "Counter-Terrorism",
        "Listed On": "05/06/2014",
        "Last Updated": "05/06/2014",
        "Group ID": "90002",
        "Other Information": "UN Ref QE.S.902.14. IMO Number: 5055293.",
    },
    {**PERSON, "Name 6": "AURÈLE", "Name 1": "Tavin", "Alias Type": "AKA", "DOB": "02/05/1981"},
    {**PERSON, "Name 6": "MASK", "Alias Type": "FKA", "DOB": "00/00/1980"},
    {"Name 6": "LOST", "Group Type": "Balloon", "Group ID": "90003", "Regime": "x", "Alias Type": "AKA"},
    {
        "Name 6": "STRAY",
        "Name 1": "Ada",
        "Group Type": "Individual",
        "Alias Type": "Prime Alias",
        "Regime": "Counter-Terrorism",
        "Listed On": "05/06/2014",
        "Group ID": "90004",
        "Other Information": "UN Ref QDe.902. Sailed with others.",
    },
]
ADA = "gb-90001"


def _file(folder: Path, columns: tuple[str, ...], rows: list[dict[str, str]], *, encoding: str = "cp1252") -> Path:
    text = io.StringIO()
    text.write("Last Updated,13/04/2018" + "," * (len(columns) - 2) + "\r\n")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return written(folder, "ConList.csv", text.getvalue().encode(encoding))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return read(READER, _file(tmp_path_factory.mktemp("gb"), OLD, ROWS))


@pytest.mark.parametrize("columns", [OLD, NEW])
def test_both_shapes_are_known(tmp_path: Path, columns: tuple[str, ...]) -> None:
    assert len(columns) in (29, 36)
    assert choose(sniff(_file(tmp_path, columns, ROWS), "ConList.csv"), readers()).name == "gb-conlist"


def test_the_banner_states_the_date_and_rows_are_records(said: Said) -> None:
    assert (said.version_date, said.records) == ("2018-04-13", 6)


def test_rows_that_are_apart_speak_of_one_group(said: Said) -> None:
    assert said.values(ADA, "name") == ["Tavin Maskel OREL"]
    assert said.values(ADA, "alias") == ["Tavin AURÈLE"]
    assert said.values(ADA, "previousName") == ["MASK"]
    assert said.values(ADA, "lastName") == ["OREL", "AURÈLE"]
    assert [(one["value"], one["locator"]) for one in said.statements if one["entity_id"] == ADA and one["prop"] == "birthDate"] == [
        ("1980", "row 3/DOB"),
        ("1981-05-02", "row 5/DOB"),
    ]
    assert said.one(ADA, "notes")["locator"] == "row 3/Other Information", "what every row repeats is said once"


def test_numbered_cells(said: Said) -> None:
    assert said.values(ADA, "nationality") == ["ke", "qa"]
    assert said.values(ADA, "birthPlace") == ["Newport, Kenya", "Oldport, Zambia"]
    assert said.values(ADA, "birthCountry") == ["ke", "zm"]
    assert said.values(ADA, "passportNumber") == ["TR-P 614 166", "592667"]
    assert said.values(ADA, "socialSecurityNumber") == ["156-92-0000"]
    passport = said.about(f"{ADA}-id-1")
    assert (passport["country"], passport["startDate"], passport["endDate"]) == (["tr"], ["2006-03-22"], ["2009-09-15"])


def test_addresses_and_contacts(said: Said) -> None:
    assert said.values(ADA, "address") == ["Mill Lane 3, Newport, N1, Kenya (at time of listing)"]
    assert said.one(ADA, "country")["value"] == "ke"
    assert said.values(ADA, "email") == ["tavin@example.org"]
    assert said.values("gb-90002", "imoNumber") == ["5055293"]


def test_the_listing(said: Said) -> None:
    act = said.about(f"{ADA}-sanction-1")
    assert (act["program"], act["listingDate"], act["modifiedAt"], act["unscId"]) == (
        ["Counter-Terrorism"],
        ["2016-04-01"],
        ["2016-04-02"],
        ["QDi.901"],
    )
    assert said.values("gb-90002-sanction-1", "unscId") == ["QDe.902"], "the number of an old reference is that of the new one"


def test_other_references_are_ties_and_its_own_is_none(said: Said) -> None:
    assert said.about(f"{ADA}-rel-QDe.902") == {
        "subject": [ADA],
        "object": ["un-QDe.902"],
        "summary": ["Member of the Grey Sail (QDe.902)."],
    }
    assert not said.about(f"{ADA}-rel-QDi.901")
    assert not said.about("gb-90002-rel-QDe.902")
    assert said.values("gb-90004-rel-QDe.902", "object") == ["un-QDe.902"], "a person is no group: the reference is to another party"


def test_what_cannot_be_used_is_rejected(said: Said) -> None:
    assert [(one["locator"], one["reason"]) for one in said.rejected] == [
        ("file", "note: not UTF-8, read as Windows-1252"),
        ("row 7", "not a kind of target: “Balloon”"),
    ]


def test_the_columns_that_came_in_2020(tmp_path: Path) -> None:
    row = {
        **ROWS[0],
        "Name Non-Latin Script": "Тавин Орель",
        "Alias Quality": "",
        "Passport Number": "K 77",
        "Passport Details": "Issued 1 Feb 2010",
        "National Identification Number": "A-12",
        "UK Sanctions List Date Designated": "31/12/2020",
    }
    weak = {**ROWS[2], "Alias Quality": "Low"}
    said = read(READER, _file(tmp_path, NEW, [row, weak], encoding="utf-8"))
    assert said.values(ADA, "alias") == ["Тавин Орель"]
    assert said.values(ADA, "weakAlias") == ["Tavin AURÈLE"]
    assert said.values(ADA, "passportNumber") == ["K 77"]
    assert said.values(ADA, "idNumber") == ["A-12"]
    assert said.values(f"{ADA}-sanction-1", "startDate") == ["2020-12-31"]


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="no row has the columns"):
        read(READER, written(tmp_path, "ConList.csv", "Name 6,Group ID\nOREL,1\n"))


@pytest.mark.real
def test_the_real_list_is_read_whole() -> None:
    said = read(READER, real("sanctions/uk_conlist_2018-04-13.csv"))
    assert said.records == 9_487
    assert len({one["entity_id"] for one in said.statements if one["prop"] == "topics"}) == 2_106
    assert len({one["entity_id"] for one in said.statements if one["prop"] == "name"}) == 2_106
    assert len(said.rejected) <= 20
