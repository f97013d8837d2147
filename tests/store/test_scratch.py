from __future__ import annotations

import errno
from pathlib import Path

import pytest

from crosstie.errors import StorageError
from crosstie.store.durable import storage_error, storing, write_bytes
from crosstie.store.scratch import Scratch, sweep


def test_a_scratch_folder_goes_at_the_end_and_leaves_others_alone(tmp_path: Path) -> None:
    with Scratch(tmp_path) as one:
        (one.path / "work").write_text("in progress")
        with Scratch(tmp_path) as two:
            assert one.path != two.path
            assert sweep(tmp_path) == 0
        assert (one.path / "work").exists()
        assert not two.path.exists()
    assert not list((tmp_path / ".scratch").iterdir())


def test_what_the_dead_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / ".scratch" / "123-dead"
    left.mkdir(parents=True)
    (left / "half").write_text("half")
    left.with_name("123-dead.lock").touch()
    with Scratch(tmp_path):
        assert not left.exists()
        assert len(list((tmp_path / ".scratch").glob("*.lock"))) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "no space left"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "not allowed"),
        (errno.EFBIG, "beyond what this system allows"),
    ],
)
def test_errors_of_the_system_are_said_plainly(number: int, words: str) -> None:
    with pytest.raises(StorageError, match=words) as raised, storing(Path("here")):
        raise OSError(number, "?")
    assert raised.value.hint
    assert words in storage_error(OSError(f"writing failed. Detail: [errno {number}] something"), Path("here")).detail


def test_other_errors_of_the_system_keep_their_words() -> None:
    assert storage_error(OSError(errno.EIO, "?"), Path("here")).detail == "here: Input/output error"
    assert storage_error(OSError("the tape is torn"), Path("here")).detail == "here: the tape is torn"


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    write_bytes(tmp_path / "CURRENT", b"1")
    write_bytes(tmp_path / "CURRENT", b"2")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("CURRENT", b"2")]


def test_a_file_that_cannot_be_replaced_stays(small_disk: Path) -> None:
    write_bytes(small_disk / "CURRENT", b"1")
    with pytest.raises(OSError, match="No space left"):
        write_bytes(small_disk / "CURRENT", bytes(2 << 20))
    assert [(file.name, file.read_bytes()) for file in small_disk.iterdir()] == [("CURRENT", b"1")]
