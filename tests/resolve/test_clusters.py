from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstie.resolve.clusters import MOST, Ints, Limits, Rulings, Seen, cluster, components, no_limits

Pair = tuple[int, int]
COUNT = 10


def _pairs(pairs: Iterable[Pair]) -> Ints:
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _rulings(same: Iterable[Pair] = (), different: Iterable[Pair] = (), unsure: Iterable[Pair] = ()) -> Rulings:
    return Rulings(_pairs(same), _pairs(different), _pairs(unsure))


def _held(
    ties: Mapping[Pair, float], rulings: Rulings | None = None, apart: Iterable[Pair] = (), limits: Limits | None = None, count: int = COUNT
) -> dict[int, tuple[int, float]]:
    """Clusters by ties in log-odds; what holds each record that is not alone."""
    told = {**dict.fromkeys(apart, -MOST), **ties}
    left, right = (np.array([pair[side] for pair in told], np.int64) for side in (0, 1))
    seen = Seen(left, right, np.array(list(told.values()), np.float64), np.array([pair in set(apart) for pair in told], np.bool_))
    found = cluster(count, seen, rulings or Rulings(), limits or no_limits(count), 0.0)
    return dict(zip(found.record.tolist(), zip(found.name.tolist(), found.weakest.tolist(), strict=True), strict=True))


def _together(*given: object, **more: object) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for record, (name, _) in sorted(_held(*given, **more).items()):  # type: ignore[arg-type]
        groups.setdefault(name, []).append(record)
    return sorted(groups.values())


def test_the_stronger_tie_wins_where_two_cannot_both_hold() -> None:
    ties = {(1, 3): 2.0, (2, 3): 3.0}
    assert _together(ties) == [[1, 2, 3]]
    assert _together(ties, apart={(1, 2)}) == [[2, 3]]


def test_a_contradiction_anywhere_stops_a_merge() -> None:
    assert _together({(1, 2): 5.0, (3, 4): 4.0, (2, 3): 3.9}, apart={(1, 4)}) == [[1, 2], [3, 4]]


def test_a_chain_of_weak_ties_makes_no_person() -> None:
    chain = {(place, place + 1): 1.0 for place in range(9)}
    assert all(len(group) < 4 for group in _together(chain))
    # the same ties between all are a person
    assert _together(dict.fromkeys(combinations(range(10), 2), 1.0)) == [list(range(10))]


def test_one_bridge_does_not_join_two_groups() -> None:
    ties = dict.fromkeys([*combinations(range(4), 2), *combinations(range(4, 8), 2)], 5.0) | {(3, 4): 4.0}
    assert _together(ties) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_unsure_unties_the_pair_only() -> None:
    ties = {(1, 2): 5.0, (2, 3): 4.0, (1, 3): 3.5}
    assert _together(ties, _rulings(unsure={(1, 2)})) == [[1, 2, 3]]
    assert _together({(1, 2): 5.0}, _rulings(unsure={(1, 2)})) == []


def test_different_forbids_by_any_way() -> None:
    assert _together({(1, 2): 5.0, (2, 3): 4.0}, _rulings(different={(1, 3)})) == [[1, 2]]


def test_same_needs_no_tie_and_minds_no_contradiction() -> None:
    assert _together({}, _rulings(same={(1, 2)}), apart={(1, 2)}) == [[1, 2]]
    assert _together({(2, 3): 4.0}, _rulings(same={(1, 2)}), apart={(1, 2)}) == [[1, 2, 3]]
    limits = Limits(np.zeros(COUNT, np.int32), np.zeros(COUNT, np.uint8), np.zeros(1, np.uint64))
    assert _together({}, _rulings(same={(1, 2)}), limits=limits) == [[1, 2]]


def test_judgements_that_contradict_have_one_outcome() -> None:
    # different holds; of the judgements “same” that lead from one to the other those of the smaller records are followed
    rulings = _rulings(same={(1, 2), (2, 3)}, different={(1, 3)})
    assert _together({}, rulings) == [[1, 2]]
    assert _together({(2, 3): MOST, (1, 3): MOST}, rulings) == [[1, 2]]


def test_what_nobody_compared_is_kept_apart_by_the_limits() -> None:
    ties = {(1, 3): 5.0, (2, 3): 4.0}
    lists = np.full(COUNT, -1, np.int32)
    lists[[1, 2]] = 7
    assert _together(ties, limits=Limits(lists, np.zeros(COUNT, np.uint8), np.zeros(1, np.uint64))) == [[1, 3]]
    kinds = np.zeros(COUNT, np.uint8)
    kinds[1], kinds[2] = 1, 2  # a person and a company, and something that may be either
    assert _together(ties, limits=Limits(np.full(COUNT, -1, np.int32), kinds, np.array([0, 0b100, 0b010], np.uint64))) == [[1, 3]]


def test_the_weakest_tie_on_the_way_holds_a_record() -> None:
    ties = {(2, 5): 3.0, (2, 8): 2.0, (8, 9): 4.0} | dict.fromkeys([(5, 8), (5, 9), (2, 9)], 0.1)
    assert _held(ties) == {2: (2, 3.0), 5: (2, 3.0), 8: (2, 2.0), 9: (2, 2.0)}
    assert _held({}, _rulings(same={(1, 2)})) == {1: (1, np.inf), 2: (1, np.inf)}


def test_components_are_everything_that_hangs_together() -> None:
    left, right = np.array([5, 1, 2, 1]), np.array([6, 2, 3, 3])
    assert components(8, left, right).tolist() == [0, 1, 1, 1, 4, 5, 5, 7]


@pytest.mark.parametrize("count", [20_000, 200_000])
def test_large_groups_cost_little(count: int) -> None:
    """A star and a chain of so many records are tried in a moment, and are nobody."""
    star = {(0, record): 3.0 for record in range(1, count)}
    chain = {(record, record + 1): 2.0 for record in range(1, count - 1)}
    assert max(map(len, _together(star | chain, count=count))) < 10


PAIRS = st.sets(st.sampled_from(list(combinations(range(8), 2))), max_size=12)


@given(st.dictionaries(st.sampled_from(list(combinations(range(8), 2))), st.floats(-3, 9), max_size=28), PAIRS, PAIRS, PAIRS)
def test_rulings_hold_whatever_the_scores(ties: dict[Pair, float], different: set[Pair], unsure: set[Pair], apart: set[Pair]) -> None:
    rulings = _rulings(different=different, unsure=unsure - different)
    found = _together(ties, rulings, apart=apart)
    joined = {pair for members in found for pair in combinations(members, 2)}
    assert not joined & different
    assert not joined & (apart - unsure)
    assert _together(dict(reversed(ties.items())), rulings, apart=apart) == found
    for members in found:
        for one in members:
            assert any(ties.get((min(one, other), max(one, other)), -1) >= 0 for other in members if other != one)
    same = _together(ties, _rulings(same=different), apart=apart)
    assert all(any({one, other} <= set(members) for members in same) for one, other in different)
