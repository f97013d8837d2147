from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from crosstie.resolve.births import interval
from crosstie.resolve.compare import kernels

WORD = st.text("abcde", min_size=1, max_size=24)


def _coded(word: str) -> NDArray[np.uint8]:
    return np.frombuffer(word.encode(), np.uint8) - np.uint8(ord("a")) + np.uint8(1)


@given(WORD, WORD)
@settings(max_examples=300, deadline=None)
def test_edit_distance_is_that_of_rapidfuzz_and_leaves_no_trace(left: str, right: str) -> None:
    table = np.zeros(64, np.uint64)
    found = kernels.edit_distance(_coded(left), 0, len(left), _coded(right), 0, len(right), table)
    assert found == OSA.distance(left, right)
    assert not table.any()


@given(st.integers(1, 4), st.integers(0, 2), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_assignment_is_the_best_there_is(n: int, more: int, random: object) -> None:
    m = n + more
    gain = np.zeros((kernels.MAX, kernels.MAX))
    gain[:n, :m] = [[random.choice([0.0, random.random() * 9]) for _ in range(m)] for _ in range(n)]  # type: ignore[attr-defined]
    taken = np.zeros(kernels.MAX, np.int64)
    kernels.assign(gain, n, m, taken, np.zeros(1, kernels.ASSIGNING)[0])
    found = sum(gain[i, taken[i]] for i in range(n) if taken[i] >= 0)
    best = max(sum(gain[i, chosen[i]] for i in range(n)) for chosen in permutations(range(m), n))
    assert found == pytest.approx(best)
    columns = [taken[i] for i in range(n) if taken[i] >= 0]
    assert len(set(columns)) == len(columns)


@given(st.lists(st.sets(st.integers(0, 9), max_size=5), min_size=2, max_size=5))
@settings(max_examples=100, deadline=None)
def test_overlap_counts_what_both_have_and_the_worth_of_the_rarest(records: list[set[int]]) -> None:
    start = np.concatenate([[0], np.cumsum([len(values) for values in records])]).astype(np.int64)
    codes = np.array([code for values in records for code in sorted(values)], np.int64)
    worth = np.arange(10) / 2.0
    left, right = (np.array(side, np.int64) for side in zip(*[(i, j) for i in range(len(records)) for j in range(i)], strict=True))
    shared, most = np.zeros(len(left), np.int64), np.zeros(len(left))
    kernels.overlap(left, right, start, codes, worth, shared, most)
    for place, (i, j) in enumerate(zip(left, right, strict=True)):
        both = records[i] & records[j]
        assert shared[place] == len(both)
        assert most[place] == max((worth[code] for code in both), default=0.0)


def _level(left: list[tuple[str, str | None]], right: list[tuple[str, str | None]]) -> tuple[int, int]:
    dates = [sorted(interval(*one) for one in side) for side in (left, right)]
    start = np.array([0, len(left), len(left) + len(right)], np.int64)
    first, last, exact = (np.array([date[part] for side in dates for date in side], np.int64) for part in range(3))
    level, years = np.zeros(1, np.int64), np.zeros(1, np.int64)
    kernels.compare_dates(np.array([0]), np.array([1]), start, first, last, exact.astype(bool), level, years)
    return int(level[0]), int(years[0])


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ([("1971-05-02", None)], [("1971-05-02", None)], 8),
        ([("1971-05-02", None)], [("1971-02-05", None)], 6),
        ([("1971-05-02", None)], [("1971", None)], 7),
        ([("1971-05-02", None)], [("1971-05", None)], 7),
        ([("1971-05-02", None)], [("1971-06", None)], 3),
        ([("1971-05-02", None)], [("1971-05-22", None)], 5),
        ([("1971-05-02", None)], [("1975-05-02", None)], 5),
        ([("1971-05-02", None)], [("1971-09-17", None)], 4),
        ([("1971-05-02", None)], [("1972-09-17", None)], 3),
        ([("1971-05-02", None)], [("1974-09-17", None)], 2),
        ([("1971-05-02", None)], [("1985-09-17", None)], 1),
        ([("1971", None)], [("1985", None), ("1971-01-01", None)], 7),  # the first of January often stands for “some day of”
        ([("1963", None)], [("1962", "1962-1965"), ("1965", "1962-1965")], 7),
        ([("1963", None)], [("1962", "circa 1962")], 7),
        ([("1963", None)], [("1962", None)], 3),
        ([], [("1962", None)], 0),
    ],
)
def test_dates_agree_as_precisely_as_they_are_known(
    left: list[tuple[str, str | None]], right: list[tuple[str, str | None]], level: int
) -> None:
    assert _level(left, right)[0] == level
    assert _level(right, left)[0] == level


def test_named_years_are_counted_once() -> None:
    assert _level([("1963", None), ("1963-04-05", None)], [("1962", "1962-1965"), ("1965", "1962-1965")])[1] == 1 + 4
