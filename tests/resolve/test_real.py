"""Against people's judgements on real lists; the figures are printed by `python -m bench.crosswalk`."""

from __future__ import annotations

import pytest

from bench.crosswalk import DATA, MISCITED, measure, pairs_of, run, truth
from crosstie.settings import Settings

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real lists are not at {DATA} (set CROSSTIE_DATA)"),
]


@pytest.mark.parametrize(
    ("name", "lists", "recall", "precision"),
    [
        ("uk-un", [("gb", "un")], 0.99, 0.99),
        ("2021-10", [("gb", "ofac"), ("gb", "un"), ("ofac", "un")], 0.93, 0.95),
    ],
)
def test_crosswalk(name: str, lists: list[tuple[str, str]], recall: float, precision: float) -> None:
    clusters, _, _ = run(name, Settings())
    there = {record for cluster in clusters.values() for records in cluster.values() for record in records}
    for one, other in lists:
        found = measure(pairs_of(truth(name, "all"), one, other) - MISCITED, pairs_of(clusters.values(), one, other), there)
        assert found["recall"] >= recall, found["missed"]
        assert found["precision_either"] >= precision, found["wrong"]
