from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from crosstie.errors import DamagedFile, UnknownFormat, UsageError
from crosstie.ingest.readers import readers
from crosstie.ingest.sniff import choose, sniff
from tests.ingest.readers.said import written

MEDIA = {
    "list.xml": ('<?xml version="1.0"?>\n<!-- made by x -->\n<n:L xmlns:n="urn:x" a="1"><P/></n:L>', "xml"),
    "a.json": ('{\n "a": 1\n}', "json"),
    "a.jsonl": ('{"a": 1}\n{"a": 2}\n', "jsonl"),
    "a.csv": ("a;b\n1;2\n", "csv"),
    "one.csv": ("id\n1\n", "csv"),
    "a.yaml": ("dataset: x\ntitle: y\n", "yaml"),
    "empty": ("", "empty"),
    "blank": (" \n\n", "empty"),
    "note.txt": ("just some words", "unknown"),
}


@pytest.mark.parametrize("name", MEDIA)
def test_media(tmp_path: Path, name: str) -> None:
    content, media = MEDIA[name]
    assert sniff(written(tmp_path, name, content), name).media == media


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_the_root_is_found_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    head = sniff(written(tmp_path, "l.xml", MEDIA["list.xml"][0].encode(encoding)), "l.xml")
    assert (head.root, head.namespace) == ("L", "urn:x")


def test_a_header_is_found_below_a_banner_and_not_where_there_is_none(tmp_path: Path) -> None:
    head = sniff(written(tmp_path, "a.csv", "Report date,01/02/2024,\nName,Born,Country\nA,1970,X\n"), "a.csv")
    assert head.columns == ("Name", "Born", "Country")
    assert sniff(written(tmp_path, "b.csv", '36,"FIRM ONE",-0-\n37,"FIRM TWO",-0-\n'), "b.csv").columns == ()


def test_workbooks_and_archives(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Reference", "Name"])
    sheet.append([1, "Ada"])
    book.save(tmp_path / "a.xlsx")
    head = sniff(tmp_path / "a.xlsx", "a.xlsx")
    assert (head.media, head.columns, head.rows[1]) == ("xlsx", ("Reference", "Name"), ("1", "Ada"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.csv", "a,b\n")
    assert sniff(tmp_path / "a.zip", "a.zip").media == "zip"
    assert sniff(written(tmp_path, "a.gz", gzip.compress(b"a")), "a.gz").media == "zip"
    with pytest.raises(DamagedFile, match=r"b\.xlsx"):
        sniff(written(tmp_path, "b.xlsx", b"PK\x03\x04 but no workbook"), "b.xlsx")


def test_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "a,b\n1,2\n" + "3,4\n" * 40_000)
    with path.open("r+b") as stream:
        stream.truncate(3 << 30)
    head = sniff(path, "a.csv")
    assert head.media == "csv"
    assert len(head.text) <= 1 << 16


def test_an_unknown_table_is_described_and_a_mapping_suggested(tmp_path: Path) -> None:
    head = sniff(written(tmp_path, "a.csv", "Kennzeichen;Nachname;Ort\n1;Orel;Tav\n"), "a.csv")
    with pytest.raises(UnknownFormat, match="a CSV table with 3 columns: Kennzeichen, Nachname, Ort") as caught:
        choose(head, readers())
    assert caught.value.hint
    assert "--mapping" in caught.value.hint
    assert "Nachname" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xml", "<catalogue/>", "document element <catalogue>"),
        ("a.txt", "just some words", "just some words"),
        ("a.bin", b"\x7fELF\x01\x02\x03" * 40, "binary data"),
    ],
)
def test_other_unknown_files_are_described(tmp_path: Path, name: str, content: str | bytes, says: str) -> None:
    with pytest.raises(UnknownFormat, match=says):
        choose(sniff(written(tmp_path, name, content), name), readers())


def test_a_forced_reader_wins_and_an_unknown_one_lists_the_known(tmp_path: Path) -> None:
    head = sniff(written(tmp_path, "a.txt", "words"), "a.txt")
    assert choose(head, readers(), "un").name == "un"
    with pytest.raises(UsageError, match="“nu”") as caught:
        choose(head, readers(), "nu")
    assert caught.value.hint
    assert "gb-conlist" in caught.value.hint


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="empty"):
        choose(sniff(written(tmp_path, "a.xml", ""), "a.xml"), readers())


def test_readers_have_names_of_their_own() -> None:
    names = [reader.name for reader in readers()]
    assert len(names) == len(set(names)) >= 6
    assert names == sorted(names)
