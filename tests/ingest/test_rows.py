from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import DamagedFile, HostileFile
from crosstie.ingest import rows
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original
from tests.ingest.readers.said import Said, _Sink, written


def _rows(path: Path, **how: int | str) -> tuple[list[tuple[int, list[str]]], Said]:
    said = Said()
    out = Emitter(_Sink(said), source_id="s", dataset="d", grade="A2", marking="TLP:CLEAR")
    found = list(rows.rows(Original(path, path.name), out, **how))  # type: ignore[arg-type]
    out.flush()
    return found, said


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = written(tmp_path, "l.csv", 'a,b\n\n"two\nlines",c\r\nd,e\n')
    assert _rows(path)[0] == [(1, ["a", "b"]), (3, ["two\nlines", "c"]), (4, ["d", "e"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert _rows(written(tmp_path, "l.csv", "é,ж\n".encode(encoding)))[0] == [(1, ["é", "ж"])]


def test_windows_text_is_taken_for_what_it_is_with_a_note(tmp_path: Path) -> None:
    found, said = _rows(written(tmp_path, "l.csv", "Jérôme’s,b\n".encode("cp1252")))
    assert found == [(1, ["Jérôme’s", "b"])]
    assert said.reasons() == {"note: not UTF-8, read as Windows-1252": 1}


def test_a_bad_byte_in_utf8_is_read_around(tmp_path: Path) -> None:
    found, said = _rows(written(tmp_path, "l.csv", "é,è,ü\n".encode() + b"J\xe9,\x00,c\n"))
    assert found[1] == (2, ["Jé", "\ufffd", "c"])
    assert [one["reason"] for one in said.rejected] == ["invalid byte 0xe9 at offset 10, line 2", "invalid byte 0x00 at offset 12, line 2"]


def test_ragged_rows_are_rejected_with_their_number(tmp_path: Path) -> None:
    found, said = _rows(written(tmp_path, "l.csv", "a,b\nc\nd,e,,\nf,g,h\ni,j\n"), columns=2)
    assert found == [(1, ["a", "b"]), (3, ["d", "e"]), (5, ["i", "j"])]
    assert [(one["locator"], one["reason"], one["excerpt"]) for one in said.rejected] == [
        ("row 2", "1 cells instead of 2", "c"),
        ("row 4", "3 cells instead of 2", "f,g,h"),
    ]


def test_records_below_a_banner(tmp_path: Path) -> None:
    path = written(tmp_path, "l.csv", "Last updated,1 May\nId,Name\n1, Ada \n2\n3,\n")
    said = Said()
    out = Emitter(_Sink(said), source_id="s", dataset="d", grade="A2", marking="TLP:CLEAR")
    assert list(rows.records(Original(path, "l.csv"), out, header=("Id", "Name"))) == [(3, {"Id": "1", "Name": "Ada"}), (5, {"Id": "3"})]
    out.flush()
    assert said.reasons() == {"1 cells instead of 2": 1}
    with pytest.raises(DamagedFile, match="no row has the columns Id, Nome"):
        list(rows.records(Original(path, "l.csv"), out, header=("Id", "Nome")))


@pytest.mark.parametrize("content", ["a,b\nc,d\ne", 'a,b\nc,"d', 'a,b\nc,"d\ne,f\n', ""])
def test_a_table_cut_short_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(DamagedFile, match=r"l\.csv"):
        _rows(written(tmp_path, "l.csv", content), columns=2)


def test_the_old_end_mark_is_no_row(tmp_path: Path) -> None:
    found, said = _rows(written(tmp_path, "l.csv", "a,b\r\nc,d\r\n\x1a"), columns=2)
    assert [cells for _, cells in found] == [["a", "b"], ["c", "d"]]
    assert not said.rejected


@pytest.mark.parametrize("content", [b"a,b\n" + b"x" * (3 << 20), b'a,b\nc,"' + b"d,e\n" * (1 << 19)])
def test_a_row_without_end_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(HostileFile, match="row 2 is longer than 1 MiB"):
        _rows(written(tmp_path, "l.csv", content))


@pytest.mark.parametrize(
    ("text", "delimiter"), [("a;b;c\n1;2,5;3\n", ";"), ("a\tb\n1\t2\n", "\t"), ("a|b\n1|2\n", "|"), ("a,b\n1,2\n", ","), ("alone\n", ",")]
)
def test_the_delimiter_is_told(text: str, delimiter: str) -> None:
    assert rows.delimiter_of(text) == delimiter
