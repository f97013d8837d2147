"""End to end: the real program, on a demonstration made once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crosstie.cli import main
from tests import region


def started(*arguments: str | Path, workspace: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as a user calls it: where it matters that nothing is known yet, or that the process may die."""
    return subprocess.run(
        [sys.executable, "-m", "crosstie", *_words(arguments, workspace)], capture_output=True, text=True, check=False, timeout=300
    )


def run(*arguments: str | Path, workspace: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in this process: what it prints and its exit code are the same, and it need not load everything first. An exception that
    escapes is one of the test.
    """
    words = _words(arguments, workspace)
    done = CliRunner().invoke(main, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def _words(arguments: Sequence[str | Path], workspace: Path | None) -> list[str]:
    return [*(["--workspace", str(workspace)] if workspace else []), *(str(one) for one in arguments)]


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


@pytest.fixture(scope="session")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `demo`, region/ and workspace/, of a region that is built in a third of the time: for what builds again."""
    folder = tmp_path_factory.mktemp("little")
    workspace = region.little(folder)
    workspace.build()
    workspace.close()
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
