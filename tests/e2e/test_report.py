"""The report in a real browser: it opens without error, prints, and its words can be read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install the package chromium")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
)


def _browse(profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM
    return subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *arguments], capture_output=True, text=True, check=True, timeout=120
    )


def test_it_opens_without_a_complaint(demo: Path, tmp_path: Path) -> None:
    shown = _browse(tmp_path, "--dump-dom", (demo / "report.html").as_uri())
    assert shown.stdout.count("<article") > 5
    # blocked or missing content and broken markup are told on the console
    assert "CONSOLE" not in shown.stderr, shown.stderr


def test_it_prints(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    _browse(tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={out}", (demo / "report.html").as_uri())
    assert out.read_bytes().startswith(b"%PDF")
    assert out.stat().st_size > 50_000


def test_it_fills_the_screen_with_more_than_white(demo: Path, tmp_path: Path) -> None:
    picture = tmp_path / "report.png"
    _browse(tmp_path / "profile", "--window-size=1366,768", f"--screenshot={picture}", (demo / "report.html").as_uri())
    assert picture.stat().st_size > 30_000
