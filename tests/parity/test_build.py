"""The whole build on both engines: the same tables, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity import region
from tests.parity.cluster import Cluster


@pytest.mark.slow
def test_every_stage_gives_the_same_tables(cluster: Cluster, tmp_path: Path) -> None:
    workspace = region.workspace(tmp_path)
    ours, _ = workspace.build()
    same, new = workspace.build(engine=cluster.url)
    assert not new  # an engine is no reason to build again
    theirs, _ = workspace.build(force=True, engine=cluster.url)
    workspace.close()
    assert theirs.number > same.number == ours.number
    assert theirs.manifest["counts"] == ours.manifest["counts"]
    region.assert_same(ours, theirs)
    assert not list((tmp_path / "workspace" / ".scratch").iterdir())
