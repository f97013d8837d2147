"""Tables as they come: encodings, headers, ragged rows, damage, workbooks."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crosstie.errors import DamagedFile, HostileFile, MappingError
from crosstie.ingest import survey, tabular
from tests.ingest.mapped import one, read, said

# ── files as they come ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = f'Nr{delimiter}A\r\n1{delimiter}"Façade ""é"", {delimiter} x"\r\n'
    kept = said(tmp_path, one("name: A"), table.encode(encoding))
    assert kept.values("name") == {"reg-1": [f'Façade "é", {" ".join(delimiter.split())} x'.replace("  ", " ")]}


def test_a_few_bad_bytes_are_mended_and_reported(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: A"), "Nr,A\n1,naïve Ünité\n2,".encode() + b"caf\xe9\n")
    assert kept.values("name") == {"reg-1": ["naïve Ünité"], "reg-2": ["café"]}
    assert [row["locator"].split()[0] for row in kept.rejected] == ["byte"]


def test_a_header_below_a_banner_is_found(tmp_path: Path) -> None:
    table = 'Export of the registry\n"of two\nlines"\n\nNr,A\n1,x\n'
    assert [row["locator"] for row in said(tmp_path, one("name: A"), table).said] == ["row 5/A"]


def test_a_header_that_is_named_wins(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: A", "header: 2"), "Nr,A\nA,Nr\nx,1\n")
    assert kept.values("name") == {"reg-1": ["x"]}


def test_a_table_without_a_header(tmp_path: Path) -> None:
    mapping = one("name: '2'", "header: none").replace("id: Nr", "id: '1'")
    assert [(row["entity_id"], row["value"], row["locator"]) for row in said(tmp_path, mapping, "7,x\n8,y\n").said] == [
        ("reg-7", "x", "row 1/2"),
        ("reg-8", "y", "row 2/2"),
    ]


def test_columns_of_one_name_are_numbered(tmp_path: Path) -> None:
    assert said(tmp_path, one("name: {columns: [A, A 2]}"), "Nr,A,A\n1,x,y\n").values("name") == {"reg-1": ["x", "y"]}


def test_ragged_rows(tmp_path: Path) -> None:
    table = "Nr,A,B\n1,x,p\n2,y\n\n3,z,q,,\n4,v,w,extra\n5,u,r\n\x1a"
    kept = said(tmp_path, one("name: A\n      notes: B"), table)
    assert kept.values("name") == {"reg-1": ["x"], "reg-2": ["y"], "reg-3": ["z"], "reg-5": ["u"]}
    assert {row["locator"] for row in kept.said if row["prop"] == "name"} == {"row 2/A", "row 3/A", "row 5/A", "row 7/A"}
    assert kept.faults() == [("row 3", "2,y"), ("row 6", "4,v,w,extra")]


def test_rows_are_numbered_right_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "_BLOCK", 200)
    lines = [f"{number},name {number}" if number % 7 else f"{number}" for number in range(2, 500)]
    kept = said(tmp_path, one("name: A"), "Nr,A\n" + "\n".join(lines) + "\n")
    assert {int(row["entity_id"].removeprefix("reg-")) for row in kept.said} == {n for n in range(2, 500) if n % 7}
    assert all(row["locator"] == f"row {row['entity_id'].removeprefix('reg-')}/A" for row in kept.said)
    assert {place for place, _ in kept.faults()} == {f"row {n}" for n in range(2, 500) if n % 7 == 0}


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MAX_ROW", 1 << 16)
    with pytest.raises(HostileFile, match="line of more than"):
        said(tmp_path, one("name: A"), b"Nr,A\n" + b"x" * (1 << 21))


def test_a_quote_that_never_closes_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "_BLOCK", 1 << 12)
    monkeypatch.setattr(survey, "_TAIL", 1 << 13)
    with pytest.raises(DamagedFile, match="a quote is never closed"):
        said(tmp_path, one("name: A"), "Nr,A\n" + "1,x\n" * 100 + '2,"y\n' + "1,x\n" * 100_000)


@pytest.mark.parametrize("table", ['Nr,A\n1,x\n2,"y\n', 'Nr,A\n1,"x\ny"\n2,"cut off\nin the middle', 'Nr,A\n1,"p ""q"" r\n'])
def test_a_file_that_was_cut_short_inside_a_quotation_is_damage(tmp_path: Path, table: str) -> None:
    with pytest.raises(DamagedFile, match="inside a quotation"):
        said(tmp_path, one("name: A"), table)


def test_a_stray_quote_in_a_cell_is_text(tmp_path: Path) -> None:
    assert said(tmp_path, one("name: A"), 'Nr,A\n1,pipe of 5" steel\n2,x\n').values("name") == {
        "reg-1": ['pipe of 5" steel'],
        "reg-2": ["x"],
    }


def test_control_characters_are_mended_and_reported(tmp_path: Path) -> None:
    kept = said(tmp_path, one("name: A"), "Nr,A\n1,x\0y\n2,z\n")
    assert kept.values("name") == {"reg-1": ["x\ufffdy"], "reg-2": ["z"]}
    assert [row["locator"].split()[0] for row in kept.rejected] == ["byte"]


@pytest.mark.parametrize("table", ["", "Nr,A\n"])
def test_empty_files(tmp_path: Path, table: str) -> None:
    if table:
        assert said(tmp_path, one("name: A"), table).records == 0
    else:
        with pytest.raises(DamagedFile, match="empty"):
            said(tmp_path, one("name: A"), table)


def test_wrong_columns_are_named_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"lacks the columns “Nr”, “Vorname”; it has “Number”, “Vornamen”") as caught:
        said(tmp_path, one("name: Vorname"), "Number,Vornamen\n1,x\n")
    assert "Vornamen" in (caught.value.hint or "")


# ── workbooks ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def workbook(path: Path, rows: list[list[Any]], sheets: tuple[str, ...] = ("Data",)) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbooks_are_read_by_value(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A\n      birthDate: D\n      height: H"), encoding="utf-8")
    rows: list[list[Any]] = [
        ["a banner"],
        [],
        ["Nr", "A", "D", "H"],
        [12, "Ada", datetime.date(1971, 4, 3), 1.5],
        [13.0, "=1+1", datetime.datetime(1972, 1, 2, 3, 4), None],
    ]
    kept = read(tmp_path / "m.yaml", workbook(tmp_path / "t.xlsx", rows))
    assert kept.values("birthDate") == {"reg-12": ["1971-04-03"], "reg-13": ["1972-01-02T03:04:00"]}
    assert kept.values("name") == {"reg-12": ["Ada"]}
    assert kept.values("height") == {"reg-12": ["1.5"]}
    assert {row["locator"] for row in kept.said if row["prop"] == "name"} == {"row 4/A"}


def test_a_sheet_is_named_in_the_place(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A", "sheet: Two"), encoding="utf-8")
    book = workbook(tmp_path / "t.xlsx", [["Nr", "A"], [1, "x"]], ("One", "Two"))
    assert [row["locator"] for row in read(tmp_path / "m.yaml", book).said] == ["Two!row 2/A"]
    (tmp_path / "m.yaml").write_text(one("name: A", "sheet: Tow"), encoding="utf-8")
    with pytest.raises(MappingError, match="has no sheet “Tow”; it has “One”, “Two”"):
        read(tmp_path / "m.yaml", book)


def test_a_broken_workbook_is_damage(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(one("name: A"), encoding="utf-8")
    book = workbook(tmp_path / "t.xlsx", [["Nr", "A"], [1, "x"]])
    book.write_bytes(book.read_bytes()[:-200])
    with pytest.raises(DamagedFile):
        read(tmp_path / "m.yaml", book)
