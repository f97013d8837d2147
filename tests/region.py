"""A fictitious region to build several times: large enough that keys are common and blocks divided. A cluster takes its time for each query, however
few rows there are: the little one asks all of it that the larger one would.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crosstie import exercise
from crosstie.app import Workspace
from crosstie.learn.region import Settings, world
from crosstie.learn.region.world import Size
from crosstie.model.tables import ORDER, TABLES
from crosstie.store.builds import Build

_LITTLE = Size(250, 50, 6, 800, 80, rounds=1, groups=1, calls=300, cars=40, crossings=60, prisoners=15)


def little(folder: Path) -> Workspace:
    """As `workspace`, and built in a third of the time: as small as can be with work for every stage, a ledger for every lens and blocks to divide."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(world.SIZES, "small", _LITTLE)
        return workspace(folder)


def workspace(folder: Path) -> Workspace:
    """A workspace with the region's files."""
    exercise.new_region(Settings(11), folder / "region")
    made = Workspace.init(folder / "workspace", exercise=True)
    assert all(one.error is None for one in made.add([folder / "region" / "files"]))
    return made


def assert_same(ours: Build, theirs: Build) -> None:
    """All tables of two builds are the same, to the byte; where they are not, it says in which rows."""
    assert set(ORDER) == set(TABLES)
    assert min(ours.manifest["counts"][table] for table in ("pairs", "clusters", "edges", "links", "steps")) > 0
    for table in ORDER:
        left, right = (one.path / f"{table}.parquet" for one in (ours, theirs))
        if left.read_bytes() == right.read_bytes():
            continue
        a, b = pq.read_table(left), pq.read_table(right)
        assert a.schema == b.schema, table
        rows, others = ({str(row) for row in one.to_pylist()} for one in (a, b))
        raise AssertionError(
            f"{table}: {len(a)} and {len(b)} rows, {len(rows ^ others)} differ: {[min(rows - others, default=None), min(others - rows, default=None)]}"
        )
