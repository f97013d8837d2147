"""How often somebody asks, over several processes."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from crosstie.errors import TooMany
from crosstie.store.rates import Rates


def _asks(path: Path, times: int) -> int:
    rates, done = Rates(path), 0
    for _ in range(times):
        try:
            rates.count("ana", 50)
            done += 1
        except TooMany:
            pass
    return done


def test_who_asks_too_often_is_told_for_this_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000_040.0)
    rates = Rates(tmp_path / "rates")
    assert [rates.count("ana", 3) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany):
        rates.count("ana", 3)
    assert rates.count("ben", 3) == 2
    monkeypatch.setattr(time, "time", lambda: 1_000_000_100.0)
    assert rates.count("ana", 3) == 2


def test_processes_count_together(tmp_path: Path) -> None:
    while time.time() % 60 > 50:
        time.sleep(0.5)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.starmap(_asks, [(tmp_path / "rates", 60), (tmp_path / "rates", 60)])
    assert sum(done) == 50


def test_a_file_of_something_else_counts_anew(tmp_path: Path) -> None:
    (tmp_path / "rates").write_bytes(b"x" * 100_000)
    assert Rates(tmp_path / "rates").count("ana", 3) == 2
