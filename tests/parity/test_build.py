"""The whole build on both engines: the same tables, to the byte."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crosstie import exercise
from crosstie.app import ORDER, Workspace
from crosstie.model.tables import TABLES
from tests.parity.cluster import Cluster


@pytest.mark.slow
def test_every_stage_gives_the_same_tables(cluster: Cluster, tmp_path: Path) -> None:
    exercise.new_region(11, "small", tmp_path / "region")
    workspace = Workspace.init(tmp_path / "workspace", exercise=True)
    added = workspace.add([tmp_path / "region" / "files"])
    assert all(one.error is None for one in added)
    ours, _ = workspace.build()
    same, new = workspace.build(engine=cluster.url)
    assert not new  # an engine is no reason to build again
    theirs, _ = workspace.build(force=True, engine=cluster.url)
    workspace.close()
    assert theirs.number > same.number == ours.number
    assert theirs.manifest["counts"] == ours.manifest["counts"]
    assert ours.manifest["counts"]["links"] > 0
    assert set(ORDER) == set(TABLES)
    for table in ORDER:
        left, right = (pq.read_table(one.path / f"{table}.parquet") for one in (ours, theirs))
        assert left.schema == right.schema, table
        differing = [(a, b) for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True) if a != b]
        assert not differing, (table, len(differing), differing[0])
        assert (ours.path / f"{table}.parquet").read_bytes() == (theirs.path / f"{table}.parquet").read_bytes(), table
    assert not list((tmp_path / "workspace" / ".scratch").iterdir())
