from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crosstie.resolve.compare import ranking
from crosstie.resolve.compare.ranking import PROMISING, net, rank_candidates, read, supports_of
from crosstie.resolve.compare.support import SUPPORTS
from crosstie.resolve.screen.hits import pairs, screen
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.queries import Query, prepare

LISTED = [
    "Anselm Korvathin",
    "Tindra Quellmark",
    "Mohammed Ali",
    "Jorund Vasbek Dubrelle",
    "Ali Hassan",
    "Oleg Tarvinski",
    "Abu Zubair Lendari",
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of(LISTED, [str(place) for place in range(len(LISTED))], ["person"] * len(LISTED))


def test_the_kernel_reckons_what_the_network_says(index: Index) -> None:
    asked = prepare([Query(name, "person") for name in ("Anselm Korvatin", "Ali", "Tarvinsky Olek", "Zubair Lendari")], index)
    found = pairs(index, asked)
    score = np.zeros(len(found.ours), np.float32)
    rank_candidates(asked.side, index.side, found.ours, found.theirs, found.measures, score)
    known, supports = net(), supports_of(asked.side, index.side, found.ours, found.theirs, found.measures)
    inside = supports @ known.hidden + known.bias
    nats = inside / (1 + np.abs(inside)) @ known.out + supports @ known.direct + known.constant
    seen = found.measures @ np.array([1, 1, 1, 0.3], np.float32) >= PROMISING
    assert score[seen] == pytest.approx(1 / (1 + np.exp(-nats[seen])), abs=1e-4)
    assert not score[~seen].any()
    assert 0 < seen.sum() < len(seen)


def test_the_network_knows_every_support() -> None:
    stored = json.loads((Path(ranking.__file__).parent / "data" / "screening.json").read_text(encoding="utf-8"))
    assert list(stored["hidden"]) == list(stored["direct"]) == list(SUPPORTS)
    assert all(np.isfinite(part).all() for part in read(stored))


@pytest.mark.parametrize(
    "worse",
    [
        ["Anselm Korvathin", "Anselm Korvatin", "Anselm Korwatim", "Anslem Korwtm", "Tindra Korwtm"],
        ["Jorund Vasbek Dubrelle", "Jorund Vasbec Dubrelle", "Jorund Vasbec Dubrel", "Vasbec Dubrel", "Vasbec"],
        ["Mohammed Ali", "Mohamed Aly", "Mohamed Alwi Khan", "Mohamed Khan"],
    ],
)
def test_the_worse_a_name_is_written_the_lower_it_scores(index: Index, worse: list[str]) -> None:
    meant = str(next(place for place, name in enumerate(LISTED) if name == worse[0]))
    scores = [
        next((hit.score for hit in hits if hit.entity_id == meant), 0.0)
        for hits in screen(index, [Query(name, "person") for name in worse], threshold=0.0, explain=False)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.8
    assert scores[-1] < 0.5


def test_a_name_that_shares_only_what_many_share_scores_low(index: Index) -> None:
    [hits] = screen(index, [Query("Ali Reza Tavoukan", "person")], threshold=0.0)
    assert all(hit.score < 0.3 for hit in hits)
