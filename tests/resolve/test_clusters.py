from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from crosstie.resolve.clusters import Pair, Rulings, Tie, cluster, components, holds


def _together(ties: list[Tie], rulings: Rulings | None = None, apart: set[tuple[int, int]] | None = None) -> list[list[int]]:
    found = cluster(ties, rulings or Rulings(), lambda one, other: (min(one, other), max(one, other)) in (apart or set()))
    return sorted(sorted(members) for members in found.members.values())


def test_the_stronger_tie_wins_where_two_cannot_both_hold() -> None:
    ties = [Tie(1, 3, 0.8), Tie(2, 3, 0.9)]
    assert _together(ties) == [[1, 2, 3]]
    assert _together(ties, apart={(1, 2)}) == [[2, 3]]


def test_a_contradiction_anywhere_stops_a_merge() -> None:
    ties = [Tie(1, 2, 0.99), Tie(3, 4, 0.98), Tie(2, 3, 0.97)]
    assert _together(ties, apart={(1, 4)}) == [[1, 2], [3, 4]]


def test_unsure_unties_the_pair_only() -> None:
    ties = [Tie(1, 2, 0.99), Tie(2, 3, 0.98), Tie(1, 3, 0.97)]
    assert _together(ties, Rulings(unsure=frozenset({(1, 2)}))) == [[1, 2, 3]]
    assert _together(ties[:1], Rulings(unsure=frozenset({(1, 2)}))) == []


def test_different_forbids_by_any_way() -> None:
    ties = [Tie(1, 2, 0.99), Tie(2, 3, 0.98)]
    assert _together(ties, Rulings(different=frozenset({(1, 3)}))) == [[1, 2]]


def test_same_needs_no_tie_and_minds_no_contradiction() -> None:
    assert _together([], Rulings(same=frozenset({(1, 2)})), apart={(1, 2)}) == [[1, 2]]
    assert _together([Tie(2, 3, 0.9)], Rulings(same=frozenset({(1, 2)})), apart={(1, 2)}) == [[1, 2, 3]]


def test_the_weakest_tie_on_the_way_holds_a_record() -> None:
    found = cluster([Tie(5, 2, 0.9), Tie(2, 8, 0.8), Tie(8, 9, 0.95)], Rulings(), lambda one, other: False)
    assert holds(found, min) == {2: (2, 0.9), 5: (2, 0.9), 8: (2, 0.8), 9: (2, 0.8)}


def test_components_are_everything_that_hangs_together() -> None:
    assert components([Tie(1, 2, 0.9), Tie(5, 6, 0.9), Tie(2, 3, 0.8), Tie(1, 3, 0.8)]) == [[1, 2, 3], [5, 6]]


PAIRS = st.sets(st.sampled_from(list(combinations(range(8), 2))), max_size=12)


@given(st.dictionaries(st.sampled_from(list(combinations(range(8), 2))), st.floats(0.5, 1), max_size=20), PAIRS, PAIRS, PAIRS)
def test_rulings_hold_whatever_the_scores(scores: dict[Pair, float], different: set[Pair], unsure: set[Pair], apart: set[Pair]) -> None:
    ties = [Tie(*pair, score) for pair, score in scores.items()]
    rulings = Rulings(different=frozenset(different), unsure=frozenset(unsure - different))
    found = cluster(ties, rulings, lambda one, other: (min(one, other), max(one, other)) in apart)
    joined = {pair for members in found.members.values() for pair in combinations(sorted(members), 2)}
    assert not joined & different
    assert not joined & apart
    assert all(found.find(one) == found.find(other) for one, other in joined)
    again = cluster(ties[::-1], rulings, lambda one, other: (min(one, other), max(one, other)) in apart)
    assert sorted(map(sorted, again.members.values())) == sorted(map(sorted, found.members.values()))
    same = cluster(ties, Rulings(same=frozenset(different)), lambda one, other: True)
    assert all(same.find(one) == same.find(other) for one, other in different)
