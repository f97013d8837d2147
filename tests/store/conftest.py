from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import crosstie
from crosstie.model.tables import SOURCE

DOOMED = Path(__file__).with_name("doomed.py")
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the script doomed.py with these arguments, in a process of its own; whatever still runs at the end is killed."""
    begun: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str) -> subprocess.Popen[str]:
        root = str(Path(crosstie.__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": root}
        command = [sys.executable, str(DOOMED), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        begun.append(process)
        return process

    yield start_one
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def described() -> Callable[..., dict[str, Any]]:
    """A row of SOURCE for an invented source."""

    def row(source_id: str, **given: object) -> dict[str, Any]:
        common: dict[str, Any] = {
            "source_id": source_id,
            "sha256": source_id.ljust(64, "0"),
            "bytes": 10,
            "file_name": "list.csv",
            "reader": "invented",
            "dataset": "xx",
            "series": "xx",
            "version_date": "2024-01-01",
            "originator": "The Harbour Office",
            "received_at": "2024-02-01",
            "grade": "A2",
            "marking": "TLP:CLEAR",
            "records": 1,
            "rejects": 0,
            "statements": 1,
            "ledger_rows": 0,
            "curated": True,
        }
        assert set(common) == set(SOURCE.names)
        return {**common, **given}

    return row
