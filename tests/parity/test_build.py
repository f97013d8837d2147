"""The whole build on both engines: the same tables, to the byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crosstie.graph import frontier
from crosstie.graph.frontier import walked as frontier_walked
from crosstie.graph.paths import Paths
from tests import region
from tests.parity.cluster import Cluster


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_every_stage_gives_the_same_tables(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = region.little(tmp_path)
    workspace.settings = replace(workspace.settings, links=200)  # fewer than there are
    ours, _ = workspace.build()
    same, new = workspace.build(engine=cluster.url)
    assert not new  # an engine is no reason to build again
    # so little that the graph does not fit here: the cluster searches the paths
    workspace.settings = replace(workspace.settings, search_memory="500MB")
    searched: list[Paths] = []

    def walked(*args: Any, **more: Any) -> Paths:
        searched.append(frontier_walked(*args, **more))
        return searched[-1]

    monkeypatch.setattr(frontier, "walked", walked)
    theirs, _ = workspace.build(force=True, engine=cluster.url)
    assert len(searched) == 1
    assert len(searched[0]) > 100
    workspace.close()
    assert theirs.number > same.number == ours.number
    assert theirs.manifest["counts"] == ours.manifest["counts"]
    region.assert_same(ours, theirs)
    assert not list((tmp_path / "workspace" / ".scratch").iterdir())
