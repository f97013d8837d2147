from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from crosstie.errors import Busy, StorageError
from crosstie.store.lock import WriteLock

Start = Callable[..., "Popen[str]"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with WriteLock(tmp_path / ".lock", wait=0), pytest.raises(Busy), WriteLock(tmp_path / ".lock", wait=0.1):
        pass
    with WriteLock(tmp_path / ".lock", wait=0):
        pass


def test_busy_names_the_holder_and_a_killed_holder_holds_nothing(tmp_path: Path, start: Start) -> None:
    holder = start("hold", str(tmp_path / ".lock"))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    begun = time.monotonic()
    with pytest.raises(Busy, match=rf"process {holder.pid} is writing here \(build 7\)") as raised, WriteLock(tmp_path / ".lock", wait=0.2):
        pass
    assert 0.2 <= time.monotonic() - begun < 5
    assert raised.value.exit_code == 5
    holder.kill()
    with WriteLock(tmp_path / ".lock", wait=5):
        pass


def test_processes_take_turns(tmp_path: Path, start: Start) -> None:
    (tmp_path / "tally").write_text("0")
    workers = [start("take_turns", str(tmp_path / ".lock"), str(tmp_path / "tally")) for _ in range(3)]
    for worker in workers:
        out, err = worker.communicate(timeout=60)
        assert out == "done\n", err
    assert (tmp_path / "tally").read_text() == "90"


def test_a_place_that_cannot_be_locked_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no such folder"), WriteLock(tmp_path / "nowhere" / ".lock"):
        pass
