from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import InputError
from crosstie.ingest.beside import chosen, is_beside
from crosstie.ingest.load import Choice


def test_what_lies_beside_a_file_speaks_of_it_and_the_user_wins(tmp_path: Path) -> None:
    file = tmp_path / "report.ftm.json"
    (tmp_path / "report.ftm.json.source.yaml").write_text(
        "originator: Harbour police\ngrade: B3\nversion_date: 2024-05-06\n", encoding="utf-8"
    )
    assert chosen(file, Choice(grade="C2")) == Choice(originator="Harbour police", grade="C2", version_date="2024-05-06")
    assert chosen(tmp_path / "other.json", Choice()) == Choice()


@pytest.mark.parametrize(
    ("written", "says"),
    [("- B2", "no list of names"), ("grad: B2", "no such entry: grad"), ("grade: [", "cannot be read"), ("grade: {a: b}", "one value")],
)
def test_what_is_not_understood_is_said(tmp_path: Path, written: str, says: str) -> None:
    (tmp_path / "a.csv.source.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        chosen(tmp_path / "a.csv", Choice())


def test_files_that_only_speak_of_others() -> None:
    assert is_beside(Path("a.csv.source.yaml"))
    assert is_beside(Path("a.mapping.yaml"))
    assert not is_beside(Path("a.yaml"))
