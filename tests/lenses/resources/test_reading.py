"""Files of the field: what they say, and what happens to those that are damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstie.errors import DamagedFile, UnknownFormat

Read = Callable[[Path], tuple[Any, Any]]
FIXTURES = Path(__file__).parents[3] / "crosstie" / "lenses" / "resources" / "fixtures" / "readers"
DATA = Path(__file__).parents[4] / "shared" / "data" / "resources"


def test_three_papers_of_one_consignment_tell_the_same(read: Read) -> None:
    rows = [
        read(FIXTURES / path)[0].ledger_rows("shipments")[0]
        for path in ("consignments/good.csv", "consignments/good-manifest.csv", "bill-of-lading/good.txt", "declaration-xml/good.xml")
    ]
    assert {row["container"] for row in rows} == {"XTIU1234560"}
    assert {row["gross"] for row in rows} == {26000.0, 26400.0}
    assert {row["goods"] for row in rows} >= {"Charcoal in bags", "1,200 bags hardwood charcoal for grilling"}
    assert {row["departure"] for row in rows} == {"Port Amber"}


def test_a_declaration_of_several_items_has_an_event_for_each(read: Read) -> None:
    rows = read(FIXTURES / "declaration-xml" / "good.xml")[0].ledger_rows("shipments")
    assert [(row["event_id"], row["hs"]) for row in rows] == [("customs-C4471/1", "44029000"), ("customs-C4471/2", "08042000")]


def test_encodings_are_told(read: Read, tmp_path: Path) -> None:
    text = "Declaration No;Exporter;Consignee;Goods;Net Weight (kg)\nD1;Société Générale d’Ébène;Müller & Söhne;ébène;12,5\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        row = read(path)[0].ledger_rows("shipments")[0]
        assert (row["goods"], row["weight"]) == ("ébène", 12.5), encoding


def test_a_file_that_is_cut_short_is_refused(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_text('Declaration No,Exporter,Consignee,Goods,Net Weight (kg)\nD1,A,B,figs,12\nD2,A,B,"fi', encoding="utf-8")
    with pytest.raises(DamagedFile, match="ends inside a quotation"):
        read(path)
    with pytest.raises(DamagedFile, match="nothing of it was kept"):
        read(FIXTURES / "declaration-xml" / "bad-truncated.xml")


def test_a_letter_is_no_paper(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague,\nthe consignee of the charcoal asked: when?\nKind regards: customs\n", encoding="utf-8")
    with pytest.raises(UnknownFormat):
        read(path)


def test_very_many_rejects_are_all_told(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    rows = "".join(f"D{number},A,B,figs,heavy\n" for number in range(12_000))
    path.write_text(f"Declaration No,Exporter,Consignee,Goods,Net Weight (kg)\n{rows}", encoding="utf-8")
    kept, loaded = read(path)
    assert loaded.ledger_rows == 12_000
    assert len(kept.refused) == 12_000, "every one is told with its place"
    assert (kept.refused[-1]["locator"], kept.refused[-1]["reason"]) == ("row 12001/Net Weight (kg)", "not a number for weight")


def test_next_months_manifest_replaces_nothing(read: Read, tmp_path: Path) -> None:
    series = set()
    for name in ("manifest_2024-05.csv", "manifest_2024-06.csv"):
        path = tmp_path / name
        path.write_bytes((FIXTURES / "consignments" / "good-manifest.csv").read_bytes())
        series.add(read(path)[1].series)
    assert len(series) == 2


def test_a_manifest_that_cites_permits_is_no_list_of_permits(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(
        "B/L No,Date,Shipper,Consignee,Port of Loading,HS Code,Permit No,Species,Quantity\nB1,2024-05-01,A,B,Rimport,010620,P1,Python regius,5\n",
        encoding="utf-8",
    )
    assert read(path)[1].reader == "consignments"


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not at hand")
def test_real_files_are_read_whole(read: Read) -> None:
    kept, loaded = read(DATA / "cites_2015.csv")
    assert (loaded.reader, loaded.ledger_rows, loaded.rejects) == ("cites-trade", 27_830, 0)
    kept, loaded = read(DATA / "ais_noaa_2023-01-11.csv")
    assert (loaded.reader, loaded.ledger_rows) == ("ais-positions", 1_000)
    assert {one["reason"] for one in kept.refused} == {"not a ship's number for imo"}
