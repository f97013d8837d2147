"""What a build keeps for the next one is a help and nothing more: gone, damaged, of another time or another workspace, or half written, the next build
is what it would be without it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from crosstie.app import Workspace
from tests.resolve.growing import KEPT, Row, Unit, assert_same, begun, built, matching_only, people

#: Builds that are killed, spread over all that a build writes.
KILLED = 5


class Grown(Unit):
    """A workspace that was built and has got more since; and what the next build has to be. Only copies of it are built."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        chance = Random(20)
        self.rows: list[Row] = people(chance, 120)
        self.add("reg", self.rows)
        begun(self, 120)
        self.early = self.copy("early")
        self.add("zed", people(chance, 20, known=self.rows))
        self.build()
        self.add("aaa", people(chance, 5, known=self.rows))
        self.expected = self.anew()


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """Builds end where it is known who is who."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Workspace, "_stages", matching_only(Workspace._stages))
        with Grown(tmp_path_factory.mktemp("kept")) as unit:
            yield unit


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / KEPT).rglob("*") if path.is_file())


def _torn(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _flipped(file: Path) -> None:
    said = bytearray(file.read_bytes())
    if said:
        said[len(said) // 2] ^= 0x11
    file.write_bytes(bytes(said))


def _noise(file: Path) -> None:
    file.write_bytes(Random(file.name).randbytes(file.stat().st_size))


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [Path.unlink, _torn, _flipped, _noise, _folder])
def test_each_file_may_be_damaged(unit: Grown, harm: Callable[[Path], None]) -> None:
    names = [file.relative_to(unit.unit) for file in _files(unit.unit)]
    assert len(names) > 10
    for name in Random(str(harm)).sample(names, 2):
        copy = unit.copy("copy")
        harm(copy / name)
        assert_same(built(copy), unit.expected)


def test_all_of_it_may_be_gone(unit: Grown) -> None:
    assert_same(built(unit.copy("without", KEPT)), unit.expected)
    empty = unit.copy("empty", KEPT)
    (empty / KEPT).mkdir()
    assert_same(built(empty), unit.expected)


def test_it_may_be_older_than_the_build_before(unit: Grown) -> None:
    copy = unit.copy("copy", KEPT)
    _give(unit.early, copy)
    assert_same(built(copy), unit.expected)


def test_it_may_be_newer_than_all_else(unit: Grown) -> None:
    """As after a backup was put back: it knows records that are not there."""
    late, without = unit.folder / "late", unit.folder / "late without"
    shutil.copytree(unit.early, late, ignore=shutil.ignore_patterns(KEPT, ".*"))
    workspace = Workspace(late, user="tester")
    workspace.casebook.judge("pair", "reg-1", "reg-2", "same", user="tester")
    workspace.close()
    shutil.copytree(late, without)
    _give(unit.unit, late)
    assert_same(built(late), built(without))


def test_it_may_be_of_another_workspace(unit: Grown, tmp_path: Path) -> None:
    with Unit(tmp_path) as foreign:
        foreign.add("reg", people(Random(22), 120))  # the same ids, and others behind them
        begun(foreign, 120)
        copy = unit.copy("copy", KEPT)
        _give(foreign.unit, copy)
    assert_same(built(copy), unit.expected)


def _give(keeper: Path, copy: Path) -> None:
    """What one workspace kept is given to another."""
    shutil.copytree(keeper / KEPT, copy / KEPT)


def test_a_build_may_be_killed_at_any_moment(unit: Grown) -> None:
    (changes, keeping), *_ = _die((unit.copy("counted"), 0))
    assert keeping
    steps = {*(round(changes * part / KILLED) for part in range(1, KILLED)), *keeping[:: max(1, len(keeping) // 4)], *keeping[-2:]} - {0}
    copies = [(unit.copy(f"killed{step}"), step) for step in sorted(steps)]
    assert len(_die(*copies)) <= 1  # how often it writes is not quite the same every time
    for folder, _ in copies:
        assert_same(built(folder), unit.expected)


def _die(*builds: tuple[Path, int]) -> list[tuple[int, list[int]]]:
    """What the builds have to tell that did not die at their step."""
    arguments = [str(one) for build in builds for one in build]
    done = subprocess.run(
        [sys.executable, "-m", "tests.resolve.dying", *arguments], capture_output=True, text=True, check=True, timeout=300
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]
