"""Who stands between: recounted link by link, and the smallest cut against all sets."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from crosstie.link.cut import Paths, fewest_cutting, most_breaking

_PATH = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True).map(tuple)
_LINKS = st.dictionaries(st.integers(0, 20).map(str), st.lists(_PATH, min_size=1, max_size=3), min_size=1, max_size=8)


def test_who_carries_most_alone_comes_first() -> None:
    paths: dict[str, Paths] = {"1": [("banker",)], "2": [("banker", "driver")], "3": [("driver",), ("banker",)], "4": [("lawyer",)]}
    # the third has a second way, by the driver
    assert most_breaking(paths, 3) == [("banker", 2), ("driver", 3), ("lawyer", 4)]


def test_what_has_two_ways_is_broken_by_both() -> None:
    assert most_breaking({"1": [("a",), ("b",)]}, 5) == [("a", 0), ("b", 1)]


@given(_LINKS)
def test_what_is_said_to_be_broken_is(paths: dict[str, list[tuple[str, ...]]]) -> None:
    gone: set[str] = set()
    for one, broken in most_breaking(paths, 10):
        gone.add(one)
        assert broken == sum(all(gone & set(path) for path in of) for of in paths.values())
    assert broken == len(paths)


@given(_LINKS)
def test_the_first_breaks_as_many_as_any(paths: dict[str, list[tuple[str, ...]]]) -> None:
    _, broken = most_breaking(paths, 1)[0]
    everybody = {one for of in paths.values() for path in of for one in path}
    assert broken == max(sum(all(one in path for path in of) for of in paths.values()) for one in everybody)


@given(st.lists(_PATH, min_size=1, max_size=6))
def test_no_path_is_left_after_the_smallest_cut(paths: list[tuple[str, ...]]) -> None:
    found = fewest_cutting(paths)
    assert all(set(path) & set(found) for path in paths)
    steps = {(one, other) for path in paths for one, other in zip(("from", *path), (*path, "to"), strict=True)}
    everybody = sorted({one for path in paths for one in path})
    smallest = next(
        size for size in range(len(everybody) + 1) if any(not _reaches(steps, set(removed)) for removed in combinations(everybody, size))
    )
    assert len(found) == smallest


def test_nothing_to_cut() -> None:
    assert fewest_cutting([]) == []
    assert most_breaking({}, 3) == []


def _reaches(steps: set[tuple[str, str]], removed: set[str]) -> bool:
    seen, waiting = {"from"}, ["from"]
    while waiting:
        here = waiting.pop()
        for one, other in steps:
            if one == here and other not in seen | removed:
                seen.add(other)
                waiting.append(other)
    return "to" in seen
