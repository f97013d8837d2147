from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crosstie.link import chance
from crosstie.link.chance import Null, false_shares, null, reached
from crosstie.link.explain import chance_in_words
from crosstie.link.features import FEATURES
from crosstie.link.score import weights


def test_p_values_of_untied_pairs_are_uniform_far_out_too() -> None:
    random = np.random.default_rng(1)
    learned = Null.of(random.exponential(2.0, 400_000), 400_000)
    fresh = learned.p_values(random.exponential(2.0, 1_000_000), 1_000_000)
    for share in (0.5, 0.1, 0.01, 1e-3, 1e-4):
        assert np.mean(fresh <= share) == pytest.approx(share, rel=0.25)


def test_p_values_count_all_pairs_that_were_searched_and_not_only_those_kept() -> None:
    random, searched, kept = np.random.default_rng(5), 2_000_000, 100_000
    learned = Null.of(np.sort(random.exponential(2.0, searched))[-kept:], searched)
    fresh = learned.p_values(np.sort(random.exponential(2.0, searched))[-kept:], searched)
    for share in (0.04, 0.01, 1e-3, 1e-4):
        assert np.count_nonzero(fresh <= share) / searched == pytest.approx(share, rel=0.25)


def test_where_more_pairs_of_no_account_are_kept_they_are_no_rarer_than_they_are() -> None:
    random = np.random.default_rng(6)
    learned = Null.of(random.exponential(2.0, 100_000), 10_000_000)
    fresh = learned.p_values(np.concatenate([random.exponential(2.0, 2_000), random.uniform(0.0, 0.2, 48_000)]), 200_000)
    for share in (0.2, 0.1, 0.01, 1e-3):
        assert np.count_nonzero(fresh <= share) / 200_000 <= 1.1 * share
    assert fresh.max() == pytest.approx(0.25, rel=0.05)


def test_a_higher_score_is_never_likelier_by_chance() -> None:
    values = null().p_values(np.linspace(-40, 40, 1_000), 100_000)
    assert np.all(np.diff(values) <= 0)
    assert 0 < values[-1] < values[0] <= 1


def test_a_null_of_few_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        Null.of(np.zeros(100), 100)


def test_of_a_list_without_a_tie_one_claims_something_as_seldom_as_it_says() -> None:
    random, claims, lists, pairs = np.random.default_rng(2), 0, 400, 2_000
    learned = Null.of(random.exponential(2.0, 200_000), 200_000)
    for _ in range(lists):
        scores = np.sort(random.exponential(2.0, pairs))[::-1]
        shares = false_shares(learned.p_values(scores, pairs), np.full(pairs, 30.0), pairs)
        claims += bool(reached(shares.tolist(), 0.1))
    assert claims / lists == pytest.approx(0.1, abs=0.05)


def test_a_list_half_of_whose_links_are_tied_is_wrong_as_often_as_it_says() -> None:
    random, realised = np.random.default_rng(3), []
    learned = Null.of(random.exponential(2.0, 200_000), 200_000)
    for _ in range(100):
        scores = np.concatenate([random.exponential(2.0, 4_000), random.normal(25.0, 3.0, 200)])
        true = np.arange(len(scores)) >= 4_000
        order = np.argsort(-scores)
        claimed = reached(false_shares(learned.p_values(scores[order], len(scores)), np.full(len(scores), 30.0), len(scores)).tolist(), 0.1)
        realised.append(1 - true[order][:claimed].mean())
    assert np.mean(realised) == pytest.approx(0.1, abs=0.03)


def test_doubt_is_counted_where_chance_is_not_the_trouble() -> None:
    shares = false_shares(np.full(4, 1e-12), np.array([9.0, 9.0, 0.0, 0.0]), round(null().searched))
    assert shares[1] < 0.001
    assert shares[3] == pytest.approx(0.25, abs=0.001)


def test_among_fewer_pairs_each_is_likelier_to_be_tied() -> None:
    scores = np.array([2.0, 0.0, -1.0])
    large, as_learned, small = (false_shares(np.full(3, 1e-12), scores, round(null().searched * times)) for times in (9, 1, 1 / 9))
    assert np.all(small < as_learned)
    assert np.all(as_learned < large)
    assert small[1] == pytest.approx(float(np.mean(1 / (1 + 3 * np.exp(scores[:2])))), abs=1e-3)


def test_the_expected_share_never_falls_down_the_list() -> None:
    random = np.random.default_rng(4)
    shares = false_shares(random.random(50) ** 4, random.normal(0, 3, 50), 80)
    assert np.all(np.diff(shares) >= 0)
    assert len(false_shares(np.empty(0), np.empty(0), 5)) == 0


def test_the_share_is_told_in_plain_words() -> None:
    assert chance_in_words(20, 0.004) == "Of the first 20, fewer than 1 in 100 are expected to be chance."
    assert chance_in_words(1_200, 0.118) == "Of the first 1,200, about 12 in 100 are expected to be chance."
    assert chance_in_words(3, 1.0) == "Of the first 3, all may be chance."
    assert (reached([0.01, 0.05, 0.2]), reached([0.5]), reached([])) == (2, 0, 0)


def test_every_feature_has_a_weight_that_goes_with_its_meaning_and_a_known_origin() -> None:
    said = json.loads((Path(chance.__file__).parent / "data" / "weights.json").read_text(encoding="utf-8"))
    assert set(weights()) == {"start", *(feature.__name__ for feature in FEATURES)}
    assert all(value >= 0 for name, value in weights().items() if name != "start")
    assert said["regions"]
