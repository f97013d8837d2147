"""Australia's list, as a workbook."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crosstie.errors import DamagedFile, InputError
from crosstie.ingest.reader import Head
from crosstie.ingest.readers.au_dfat import READER
from tests.ingest.readers.said import Said, read, written

COLUMNS = (
    "Reference",
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Alias Strength",
    "Date of Birth",
    "Place of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
    "Listing Information",
    "IMO Number",
    "Committees",
    "Control Date",
    "Instrument of Designation",
    "Targeted Financial Sanction",
    "Travel Ban",
    "Arms Embargo",
    "Maritime Restriction",
    "Shoe Size",
)
PERSON = {
    "Type": "Individual",
    "Date of Birth": "a) circa 1971, b) 3 Mar. 1970",
    "Place of Birth": "Lamu, Kenya",
    "Citizenship": "Kenyan",
    "Address": "a) 4 Quay Row, Mombasa, Kenya b) 5 Toll Road, Lamu, Kenya",
    "Additional Information": "UN Ref TAi.901. Keeps the tolls for QDe.902.",
    "Listing Information": "Listed on 25 Jan. 2030 (amended 2 Feb. 2031)",
    "Committees": "1988 (Taliban)",
    "Control Date": datetime(2030, 5, 6),
    "Targeted Financial Sanction": True,
    "Travel Ban": "Yes",
    "Arms Embargo": False,
}


def workbook(folder: Path, rows: list[dict[str, Any]], *, columns: tuple[str, ...] = COLUMNS, banner: str | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if banner:
        sheet.append([banner])
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    path = folder / "au.xlsx"
    book.save(path)
    return path


@pytest.fixture
def said(tmp_path: Path) -> Said:
    return read(
        READER,
        workbook(
            tmp_path,
            [
                {"Reference": 23, "Name of Individual or Entity": "Ilvar Tem Oskellan", "Name Type": "Primary Name", **PERSON},
                {"Reference": "23a", "Name of Individual or Entity": "Ilwar Oskelan", "Name Type": "aka", **PERSON},
                {"Reference": "23b", "Name of Individual or Entity": "Porter", "Name Type": "aka", "Alias Strength": "Weak", **PERSON},
                {"Reference": "23c", "Name of Individual or Entity": "Илвар Оскеллан", "Name Type": "Original Script", **PERSON},
                {
                    "Reference": 24,
                    "Name of Individual or Entity": "Harbour Co.",
                    "Type": "Entity",
                    "Name Type": "Primary Name",
                    "Committees": "Autonomous (Invented)",
                    "Date of Birth": 2004,
                    "Control Date": "dd/mm/yy",
                    "Shoe Size": 44,
                },
                {"Reference": "24a", "Name of Individual or Entity": "Old Harbour", "Type": "Entity", "Name Type": "Formerly known as"},
                {"Reference": "23d", "Name of Individual or Entity": "Ilvar Temosk", "Name Type": "Formerly known as", **PERSON},
                {"Reference": 24, "Name of Individual or Entity": "Someone Else", "Type": "Individual", "Name Type": "Primary Name"},
                {
                    "Reference": 25,
                    "Name of Individual or Entity": "Grey Heron",
                    "Type": "Vessel",
                    "Name Type": "Primary Name",
                    "IMO Number": 9123450,
                },
                {"Reference": 26, "Name of Individual or Entity": "Comet", "Type": "Rocket", "Name Type": "Primary Name"},
                {"Reference": "see above", "Name of Individual or Entity": "Nobody"},
                {"Name of Individual or Entity": "No Reference"},
            ],
            banner="Consolidated list as at 7 February 2031",
        ),
    )


def test_knows_its_own() -> None:
    assert READER.recognises(Head("x.xlsx", "xlsx", "", rows=(("x",), COLUMNS)))
    assert not READER.recognises(Head("x.xlsx", "xlsx", "", rows=(("Reference", "Type"),)))


def test_rows_of_a_reference_speak_of_one_target(said: Said) -> None:
    assert said.values("au-23", "name") == ["Ilvar Tem Oskellan"]
    assert said.values("au-23", "alias") == ["Ilwar Oskelan", "Илвар Оскеллан"]
    assert said.values("au-23", "weakAlias") == ["Porter"]
    assert said.values("au-23", "previousName") == ["Ilvar Temosk"], "also where it stands further down"
    assert said.values("au-24", "previousName") == ["Old Harbour"]
    assert said.one("au-23", "weakAlias")["locator"] == "row 5/Name of Individual or Entity"


def test_a_reference_given_twice_is_two_targets(said: Said) -> None:
    assert said.values("au-24", "name") == ["Harbour Co."]
    assert said.values("au-24-2", "name") == ["Someone Else"]
    assert said.schemata("au-24-2") == {"Person"}


def test_person(said: Said) -> None:
    person = said.about("au-23")
    assert sorted(set(person["birthDate"])) == ["1970-03-03", "1971"]
    assert set(person["citizenship"]) == {"ke"}
    assert person["address"][:2] == ["4 Quay Row, Mombasa, Kenya", "5 Toll Road, Lamu, Kenya"]
    assert person["birthPlace"][0] == "Lamu, Kenya"
    assert set(person["programId"]) == {"1988 (Taliban)"}


def test_listing(said: Said) -> None:
    act = said.about("au-23-sanction-1")
    assert set(act["startDate"]) == {"2030-05-06"}
    assert set(act["listingDate"]) == {"2030-01-25"}
    assert set(act["provisions"]) == {"Targeted financial sanction", "Travel ban"}
    assert set(act["unscId"]) == {"TAi.901"}
    assert said.values("au-23-rel-QDe.902", "object")[0] == "un-QDe.902"


def test_others(said: Said) -> None:
    assert said.values("au-25", "imoNumber") == ["9123450"]
    assert said.values("au-24", "notes") == ["Date of Birth: 2004", "Shoe Size: 44"]


def test_rejects_say_what_and_where(said: Said) -> None:
    assert (said.records, said.version_date) == (5, "2031-02-07")
    assert {(one["locator"], one["reason"]) for one in said.rejected} == {
        ("row 7/Control Date", "not a value for startDate"),
        ("row 10/Reference", "note: reference 24 stands for another before, read as 24-2"),
        ("row 12/Type", "not a kind of target"),
        ("row 13/Reference", "not a reference"),
        ("row 14/Reference", "no reference"),
    }


def test_a_formula_is_what_it_was_computed_to_be(tmp_path: Path) -> None:
    said = read(
        READER,
        workbook(
            tmp_path,
            [
                {
                    "Reference": 1,
                    "Name of Individual or Entity": '=HYPERLINK("http://example.org","x")',
                    "Type": "Entity",
                    "Name Type": "Primary Name",
                    "Additional Information": "=1+1",
                },
            ],
        ),
    )
    assert not any("=" in one["value"] for one in said.statements), "a formula is never read as text"
    assert said.reasons() == {"no name": 1}


def test_damaged_workbooks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="no row has the columns"):
        read(READER, workbook(tmp_path, [], columns=("a", "b")))
    for content in (b"", b"PK\x03\x04 no workbook", workbook(tmp_path, [PERSON]).read_bytes()[:700]):
        with pytest.raises(InputError):
            read(READER, written(tmp_path, "broken.xlsx", content))
