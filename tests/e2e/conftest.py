"""End to end: the real program in processes of its own, on a demonstration made once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def run(*arguments: str | Path, workspace: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line, as a user calls it."""
    where = ["--workspace", str(workspace)] if workspace else []
    return subprocess.run(
        [sys.executable, "-m", "crosstie", *where, *(str(one) for one in arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def answer(*arguments: str | Path, workspace: Path | None = None) -> Any:
    """The answer to a command that must succeed, from its --json."""
    done = run(*arguments, "--json", workspace=workspace)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def demo(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration: region/, workspace/, links.csv, report.html, and what was printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree(demonstration, folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a window. It goes with the module: another that drives one of its own may come after in the same process."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A new, empty workspace."""
    folder = tmp_path / "unit"
    assert run("init", folder).returncode == 0
    return folder
