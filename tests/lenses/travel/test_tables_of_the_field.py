"""Tables of lost documents, crossings and records: columns of six languages, three calendars, and rejects with their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.ingest.reader import Reader
from crosstie.ingest.sniff import sniff
from crosstie.lenses.travel.readers import border_crossings, document_records, lost_documents, machine_readable, watched_places
from crosstie.lenses.travel.tables import code
from tests.lenses.travel.said import said

FIXTURES = Path(__file__).parents[3] / "crosstie" / "lenses" / "travel" / "fixtures" / "readers"


@pytest.mark.parametrize(
    "kind,text,word",
    [("direction", "Entrée", "entry"), ("direction", "خروج", "exit"), ("status", "ROBADO", "stolen"), ("status", "eaten", None)],
)
def test_words_of_six_languages(kind: str, text: str, word: str | None) -> None:
    assert code(kind)(text) == word


def test_lost_documents_become_rows_without_anybody(tmp_path: Path) -> None:
    kept = said(tmp_path, "lost.csv", (FIXTURES / "lost_documents" / "good.csv").read_bytes(), lost_documents.READER)
    rows = kept.rows["lost_documents"]
    assert [(row["document"], row["last"], row["issuer"], row["status"]) for row in rows[:2]] == [
        ("X12TIE345", None, "qs", "stolen"),
        ("B0700100", "B0700199", "qs", "stolen blank"),
    ]
    assert kept.facts == []
    assert all(row["a_id"] and row["b_id"] is None for row in rows)


def test_what_is_wrong_in_a_list_is_told_with_its_row(tmp_path: Path) -> None:
    kept = said(tmp_path, "lost.csv", (FIXTURES / "lost_documents" / "bad.csv").read_bytes(), lost_documents.READER)
    places = {place for place, _ in kept.refused}
    assert {"row 2", "row 3", "row 4/Status", "row 5/Number to"} <= places, "a cell is told with its column, a row that is lost without"
    assert {row["document"] for row in kept.rows["lost_documents"]} == {"X2", "X9"}


def test_an_arabic_list_with_islamic_dates(tmp_path: Path) -> None:
    kept = said(tmp_path, "lost.csv", (FIXTURES / "lost_documents" / "good_islamic.csv").read_bytes(), lost_documents.READER)
    assert [(row["document"], row["status"], row["date"]) for row in kept.rows["lost_documents"]] == [
        ("K1200345", "stolen", "2024-03-11"),
        ("K1200346", "lost", "2024-03-11"),
    ]


def test_crossings_tell_direction_time_and_vehicle(tmp_path: Path) -> None:
    kept = said(tmp_path, "c.csv", (FIXTURES / "border_crossings" / "good.csv").read_bytes(), border_crossings.READER)
    first, second, third = kept.rows["crossings"]
    assert (first["moment"], first["direction"], first["country"], first["b_id"]) == (
        "2025-03-10T21:10",
        "entry",
        "qr",
        "travel-vehicle-QR-00000001",
    )
    assert second["a_id"] == third["a_id"] != first["a_id"]
    assert (second["direction"], third["direction"], second["date"]) == ("entry", "exit", "2025-03-11")
    assert {row["how"] for row in kept.rows["papers"]} == {"crossing"}


def test_visas_and_seizures_are_papers(tmp_path: Path) -> None:
    kept = said(tmp_path, "r.csv", (FIXTURES / "document_records" / "good.csv").read_bytes(), document_records.READER)
    assert [(row["how"], row["state"], row["passport"]) for row in kept.rows["papers"]] == [
        ("visa", "issued", "X12TIE345"),
        ("seizure", "forged", None),
    ]


def test_a_scan_keeps_its_faults_beside_it(tmp_path: Path) -> None:
    kept = said(tmp_path, "scan.txt", (FIXTURES / "machine_readable_zones" / "bad.txt").read_bytes(), machine_readable.READER)
    [row] = kept.rows["papers"]
    assert "check digit of the number" in row["faults"]
    assert row["date"] == "2025-03-10"
    assert any(place.startswith("line") for place, _ in kept.refused)


def test_no_reader_takes_the_file_of_another() -> None:
    readers: list[Reader] = [
        border_crossings.READER,
        document_records.READER,
        lost_documents.READER,
        machine_readable.READER,
        watched_places.READER,
    ]
    for file in FIXTURES.glob("*/good*"):
        head = sniff(file, file.name)
        assert {one.name for one in readers if one.recognises(head)} <= {file.parent.name}


def test_a_table_of_customers_is_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("account,name,born,document,nationality,phone\nA1,Cera Vold,1991-04-05,P1,QS,\n", encoding="utf-8")
    head = sniff(path, path.name)
    assert not any(
        one.recognises(head) for one in (border_crossings.READER, document_records.READER, lost_documents.READER, watched_places.READER)
    )
