"""The real lists, where they are at hand: whoever is named under both kinds of programmes has to surface, with both evidences."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from crosstie.app import Workspace

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "../shared/data")) / "sanctions"
FILES = ["un_2026-02-27.xml", *(f"ofac_2022-01-21/{part}.csv" for part in ("sdn", "add", "alt")), "uk_conlist_2018-04-13.csv"]


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    if not DATA.exists():
        pytest.skip(f"the real lists are not here: {DATA}")
    workspace = Workspace.init(tmp_path_factory.mktemp("real") / "lists")
    workspace.add([DATA / file for file in FILES])
    workspace.build()
    return workspace.links()


@pytest.mark.real
@pytest.mark.slow
def test_who_is_listed_for_both_surfaces_with_both_evidences(links: pa.Table) -> None:
    both = [link for link in links.to_pylist() if link["class"] == "N4" and link["hops"] == 0]
    assert len(both) >= 7
    for link in both:
        assert link["crime_evidence"]
        assert link["terror_evidence"]
        assert link["support"] >= 1
    assert max(link["rank"] for link in both) <= 60


@pytest.mark.real
@pytest.mark.slow
def test_narratives_of_narcotics_on_a_terror_list_come_with_their_sentence(links: pa.Table) -> None:
    told = [
        link
        for link in links.to_pylist()
        if link["class"] == "N3"
        and any("drug" in (one["sentence"] or "") or "narcotic" in (one["sentence"] or "") for one in link["crime_evidence"])
    ]
    assert len(told) >= 8
    assert all("@" in one["locator"] for link in told for one in link["crime_evidence"])
    assert len(links) < 300
