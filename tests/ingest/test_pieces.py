"""Tables told by their headings: headings of six languages, cells by kind, pieces of CSV, workbooks, XML and JSON, and rejects with their places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from crosstie.errors import DamagedFile
from crosstie.ingest.cells import Cells, amount, currency_in, whole
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.headed import HeadedTable
from crosstie.ingest.headings import Headings, vocabulary
from crosstie.ingest.pieces import Piece, pieces
from crosstie.ingest.reader import Original, Profile
from crosstie.ingest.sniff import sniff
from crosstie.ingest.words import Meanings, plain

VOCABULARY = """
asks: [[name], [date]]
fields:
  name: [name, nom, nombre, имя, الاسم, 姓名]
  date: { kind: day, names: [date, fecha, дата, التاريخ, 日期] }
  born: { kind: birth, names: [date of birth, né le] }
  at: { kind: moment, names: [seen at] }
  weight: { kind: number, most: 1000, names: [weight kg, weight], scaled: { 0.5: [weight halves] } }
  paid: { kind: money, names: [paid] }
  heads: { kind: count, names: [heads] }
  state: { kind: country, names: [state] }
  calendar: [calendar]
"""


@pytest.fixture
def headings(tmp_path: Path) -> Headings:
    path = tmp_path / "columns.yaml"
    path.write_text(VOCABULARY, encoding="utf-8")
    return vocabulary(path)


class Kept:
    def __init__(self) -> None:
        self.refused: list[tuple[str, str, str]] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        raise AssertionError

    def rejects(self, batch: pa.RecordBatch) -> None:
        self.refused += [(row["locator"], row["reason"], row["excerpt"]) for row in batch.to_pylist()]

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        raise AssertionError


def read(path: Path, headings: Headings, **more: Any) -> tuple[list[Piece], Kept]:
    kept = Kept()
    out = Emitter(kept, source_id="s", dataset="d", grade="B2", marking="TLP:CLEAR")
    found = list(pieces(Original(path, path.name), headings, out, **more))
    out.flush()
    return found, kept


def columns(path: Path, headings: Headings, *names: str, **more: Any) -> tuple[Mapping[str, list[Any]], Kept]:
    found, kept = read(path, headings, **more)
    return {name: [one for piece in found for one in piece.get(name).to_pylist()] for name in names}, kept


def test_words_are_compared_without_case_accents_signs_and_script_of_figures() -> None:
    assert plain("Né_le (Nº ٣)") == plain("NE LE no 3")
    assert plain("التّاريخ") == plain("التاريخ")
    assert plain("تاریخ") == plain("تاريخ")
    said = Meanings({"stolen": ["volé", "被盗"], "lost": {"words": ["perdu"]}})
    assert (said("VOLE"), said("perdu"), said("Stolen"), said("eaten"), said(None)) == ("stolen", "lost", "stolen", None, None)


def test_the_first_name_of_a_field_counts_and_a_heading_means_one_field(headings: Headings) -> None:
    found = headings.columns(["Nom", "NAME", "Fecha", "Date (AH)", "Date of birth (dd/mm/yyyy)", "Weight halves"])
    assert {name: column.heading for name, column in found.items()} == {
        "name": "NAME",
        "date": "Fecha",
        "born": "Date of birth (dd/mm/yyyy)",
        "weight": "Weight halves",
    }
    assert found["weight"].times == 0.5
    assert headings.columns(["name", "Date (AH)"])["date"].era == "hijri"
    assert headings.field("ДАТА") == "date"
    assert [headings.fits(one) for one in (["姓名", "日期"], ["姓名"], [])] == [True, False, False]


def test_a_missing_column_is_told_with_the_nearest_heading(headings: Headings, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,dates,other\na,2024-01-01,x\n", encoding="utf-8")
    with pytest.raises(DamagedFile, match="no column for date; it has “name”, “dates”, “other”") as told:
        read(path, headings)
    assert "Did you mean “dates”?" in str(told.value.hint)


def test_cells_are_read_by_kind_and_refused_with_place_and_reason(headings: Headings, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [
        "name,date,weight,paid,heads,state,date of birth",
        'a,2024-01-02,"1,5",USD 10.50,3,Comoros,1385/01/01',
        'b,x,"2,25",12 €,"1,5",Nowhere,1980-01-02',
    ]
    rows += [",,,,,,", 'c,1403/01/01,-1,much,"1.000",KM,1970', "d,1366/01/01,1001,$5,,,"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found, kept = columns(path, headings, "name", "date", "weight", "paid", "heads", "state", "born", "at")
    assert found == {
        "name": ["a", "b", "c", "d"],
        "date": ["2024-01-02", None, "2024-03-20", None],
        "weight": [1.5, 2.25, None, None],
        "paid": [10.5, 12.0, None, 5.0],
        "heads": [3, None, 1000, None],
        "state": ["km", None, "km", None],
        "born": [None, "1980-01-02", "1970", None],
        "at": [None] * 4,
    }
    assert {place: reason.split(" (")[0] for place, reason, _ in kept.refused} == {
        "row 3/date": "not a date for date",
        "row 6/date": "a date for date whose calendar is not told",
        "row 5/weight": "a negative weight",
        "row 6/weight": "an absurd weight",
        "row 5/paid": "not a number for paid",
        "row 3/heads": "not a number for heads, or an absurd one",
        "row 3/state": "not a State for state",
        "row 2/date of birth": "a date for born whose calendar is not told",
    }


def test_a_column_of_calendars_is_heard(headings: Headings, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name;date;calendar\na;1390/01/01;هجري\nb;1390/01/01;persian\nc;2024-01-01;\n", encoding="utf-8")
    found, kept = columns(path, headings, "date")
    assert (found["date"], kept.refused) == (["1970-03-09", "2011-03-21", "2024-01-01"], [])


def test_rejects_and_filters_keep_rows_and_values_together(headings: Headings, tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text(
        "name\tdate\tseen at\na\t2024-01-01\t2024/01/01 10:00:05Z\n\t2024-01-02\t\nc\t2024-01-03\t1445-09-01 08:00\n", encoding="utf-8"
    )
    (piece,), kept = read(path, headings)
    assert piece.get("date").to_pylist() == ["2024-01-01", "2024-01-02", "2024-01-03"]
    piece = piece.refuse(pa.compute.is_null(piece.text("name")), "no name", piece.text("date"))
    assert piece.get("date").to_pylist() == ["2024-01-01", "2024-01-03"]
    assert piece.get("at").to_pylist() == ["2024-01-01T10:00:05", "2024-03-11T08:00"]
    assert piece.with_cells(name=pa.array(["x", "y"])).text("name").to_pylist() == ["x", "y"]
    assert piece.known("name", {"a": "A"}.get, "not a letter").to_pylist() == ["A", None]
    piece.out.flush()
    assert kept.refused == [("row 3", "no name", "2024-01-02"), ("row 4/name", "not a letter", "c")]


def test_workbooks_xml_and_json_are_tables_too(headings: Headings, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["A list"], ["Nom", "Fecha"], ["a", "1/2/2024"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.xml").write_text("<list><one date='1/2/2024'><nom>a</nom></one></list>", encoding="utf-8")
    (tmp_path / "t.json").write_text('{"rows": [{"Nom": "a", "date": "1/2/2024"}, 7]}', encoding="utf-8")
    (tmp_path / "t.jsonl").write_text('{"nom": "a", "date": "1/2/2024"}\n{"x": {"heads": 2}}\n', encoding="utf-8")
    for name in ("t.xlsx", "t.xml", "t.json", "t.jsonl"):
        found, kept = columns(tmp_path / name, headings, "name", "date", tags=("one",), lists=("rows",))
        assert (found["name"][0], found["date"][0]) == ("a", "2024-02-01"), name
        assert [place for place, _, _ in kept.refused] == (["rows[2]"] if name == "t.json" else [])


def test_a_reader_is_made_of_a_vocabulary_and_what_a_piece_means(headings: Headings, tmp_path: Path) -> None:
    taken: list[list[str]] = []
    reader = HeadedTable(
        "t",
        "T",
        Profile("d", "s", "o", "B2"),
        lambda: headings,
        lambda piece: taken.append(piece.text("name").to_pylist()),
        root="list",
        tags=("one",),
    )
    (tmp_path / "t.csv").write_text("imię,имя,дата\n1,a,2024-01-01\n", encoding="utf-8")
    (tmp_path / "o.csv").write_text("имя,when\na,2024-01-01\n", encoding="utf-8")
    (tmp_path / "t.xml").write_text("<List><one date='1/2/2024'><nom>b</nom></one></List>", encoding="utf-8")
    assert [reader.recognises(sniff(tmp_path / name, name)) for name in ("t.csv", "o.csv", "t.xml")] == [True, False, True]
    for name in ("t.csv", "t.xml"):
        reader.read(Original(tmp_path / name, name), Emitter(Kept(), source_id="s", dataset="d", grade="B2", marking="TLP:CLEAR"))
    assert taken == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("1,250.50", 1250.5),
        ("1.250,50", 1250.5),
        ("1 250", 1250),
        ("12345,67", 12345.67),
        ("1,250", 1250),
        ("0,125", 0.125),
        ("-5", -5),
        ("١٢٫٥", 12.5),
        ("x", None),
    ],
)
def test_amounts_with_either_decimal_mark(written: str, wanted: float | None) -> None:
    assert amount(written) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("1", 1),
        ("1,000", 1000),
        ("1.000", 1000),
        ("12.0", 12),
        ("1,5", None),
        ("-3", None),
        ("a few", None),
        ("٣", 3),
        ("", None),
        ("1e3", None),
    ],
)
def test_whole_numbers(written: str, wanted: int | None) -> None:
    assert whole(written) == wanted


def test_the_currency_beside_a_sum() -> None:
    said = {"USD 5": "USD", "5 €": "EUR", "5 руб.": "RUB", "ر.س 5": "SAR", "$5": None, "5": None, "about 5": None, "5 kg": None}
    assert {one: currency_in(one) for one in said} == said


def test_the_decimal_mark_of_a_column_is_told_by_its_plain_cells(headings: Headings) -> None:
    column = headings.columns(["weight"])["weight"]
    assert Cells().clean(column, pa.array(["7,25", "1.000"]))[0].to_pylist() == [7.25, 1000.0]
    assert Cells().clean(column, pa.array(["7.25", "1.000", "1,000", "7,5"]))[0].to_pylist() == [7.25, 1.0, 1000.0, 7.5]
    reading = Cells()
    assert reading.clean(column, pa.array(["7,25"]))[0].to_pylist() == [7.25]
    assert reading.clean(column, pa.array(["1.000"]))[0].to_pylist() == [1000.0], "what the first cells settle holds to the end"
