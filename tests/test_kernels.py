"""Kernels kept on disk: used again where nothing has changed, made anew where anything has that they are made of."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import crosstie
from crosstie.kernels import stamp

HOME = Path(crosstie.__file__).parent
OUTER = """
from numba import njit
from crosstie.graph.inner import step
from crosstie.graph.told import ADDED

@njit(cache=True)
def outer(x):
    return step(x) + ADDED
"""
INNER = "from numba import njit\n\n@njit(cache=True)\ndef step(x):\n    return x + 1\n"
ASK = "from crosstie.graph.outer import outer; print(outer(1), sum(outer.stats.cache_hits.values()))"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small crosstie with two kernels of which one calls the other, and a constant."""
    graph = tmp_path / "crosstie" / "graph"
    graph.mkdir(parents=True)
    for file in ("__init__.py", "kernels.py", "graph/__init__.py"):
        shutil.copy(HOME / file, tmp_path / "crosstie" / file)
    (graph / "outer.py").write_text(OUTER)
    (graph / "inner.py").write_text(INNER)
    (graph / "told.py").write_text("ADDED = 0\n")
    return graph


def asked(package: Path, **environment: str) -> tuple[int, int]:
    """What the outer kernel gives for 1 in a process of its own, and how often it was taken from disk."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    run = subprocess.run(
        [sys.executable, "-B", "-c", ASK],
        cwd=package.parents[1],
        env={**own, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    value, hits = run.stdout.split()
    return int(value), int(hits)


def test_a_kernel_on_disk_is_used_until_what_it_calls_has_changed(package: Path) -> None:
    assert asked(package) == (2, 0)
    assert asked(package) == (2, 1)
    (package / "inner.py").write_text(INNER.replace("x + 1", "x + 9"))
    assert asked(package) == (10, 0)
    (package / "told.py").write_text("ADDED = 5\n")
    assert asked(package) == (15, 0)
    assert asked(package) == (15, 1)


def test_another_version_makes_its_own_kernels(package: Path) -> None:
    asked(package)
    start = package.parent / "__init__.py"
    start.write_text(start.read_text().replace(crosstie.__version__, "99.0"))
    assert asked(package) == (2, 0)


def test_the_folder_that_the_user_names_holds_the_kernels(package: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    assert asked(package, NUMBA_CACHE_DIR=str(given)) == (2, 0)
    assert asked(package, NUMBA_CACHE_DIR=str(given)) == (2, 1)
    assert list(given.rglob("outer*.nbi"))
    assert not list(package.rglob("*.nbi"))


def test_where_the_source_cannot_be_written_kernels_are_with_the_users_caches(package: Path, tmp_path: Path) -> None:
    (package / "__pycache__").write_text("no folder")  # cannot be written to, whoever asks
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path / "cache")}
    assert asked(package, **home) == (2, 0)
    assert asked(package, **home) == (2, 1)
    (package / "inner.py").write_text(INNER.replace("x + 1", "x + 9"))
    assert asked(package, **home) == (10, 0)


def test_places_that_the_user_names_himself_are_kept_to(package: Path) -> None:
    numbas = "InTreeCacheLocator"
    assert asked(package, NUMBA_CACHE_LOCATOR_CLASSES=numbas) == (2, 0)
    (package / "inner.py").write_text(INNER.replace("x + 1", "x + 9"))
    assert asked(package, NUMBA_CACHE_LOCATOR_CLASSES=numbas) == (2, 1)  # numba alone does not see it


def test_a_stamp_is_of_the_source_and_not_of_its_place_or_age() -> None:
    file = HOME / "resolve" / "screen" / "search.py"
    assert stamp(file) == stamp(file)
    assert stamp(file) != stamp(HOME / "resolve" / "screen" / "whole.py")
