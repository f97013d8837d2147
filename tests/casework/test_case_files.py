"""What is brought into a case from outside: files, and texts of whoever means ill."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.casework import changes as asked
from crosstie.casework.cases import LARGEST
from crosstie.errors import NotFound, UsageError
from tests.casework.conftest import Of


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a<b>.pdf", "a_b_.pdf"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("..", "file"),
        ("x" * 999, "x" * 200),
    ],
)
def test_attachments_with_hostile_names_are_kept_under_their_hash(of: Of, ref: str, tmp_path: Path, name: str, kept: str) -> None:
    file = tmp_path / "upload"
    file.write_bytes(b"<script>alert(1)</script>")
    of("ana").attach(ref, file, name, "seized")
    path, shown = of("vic").attachment(ref, 1)
    assert path.read_bytes() == file.read_bytes()
    assert path.is_relative_to(tmp_path / "cases" / ref)
    assert shown == kept
    assert "/" not in shown
    with pytest.raises(NotFound):
        of("ben").attachment(ref, 1)
    with pytest.raises(NotFound):
        of("ana").attachment(ref, 2)


def test_what_is_empty_or_too_large_is_not_attached(of: Of, ref: str, tmp_path: Path) -> None:
    for size in (0, LARGEST + 1):
        file = tmp_path / "upload"
        with file.open("wb") as out:
            out.truncate(size)
        with pytest.raises(UsageError):
            of("ana").attach(ref, file, "a", "seized")


@pytest.mark.parametrize("text", ["<script>", "\u202egnirts", "a\x00b", "x" * 100_000, "'; drop table cases; --"])
def test_hostile_texts_are_kept_as_they_are_or_refused(of: Of, ref: str, text: str) -> None:
    ana = of("ana")
    for change in (
        asked.Note(text),
        asked.Add("entity", text, text),
        asked.Task(text, text),
        asked.Decide(text, text, [text]),
        asked.Done(text),
    ):
        try:
            ana.change(ref, change)
        except (UsageError, NotFound):
            assert len(text) > 1
    for note in ana.read(ref)["notes"]:
        assert note["newest"]["text"] == text.replace("\x00", "\\0")
