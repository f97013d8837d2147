"""From pairs to clusters: the strongest ties first, and none against a judgement, against what cannot be one thing, or against the rest of the
evidence: two clusters become one only where the pairs between them, taken together, speak for it. A chain of weak ties does not make a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: No pair counts for more than so many nats, for or against, when two clusters are weighed.
MOST = 6.0
#: What a pair counts that nobody compared: it shared no key, so it speaks against.
UNSEEN = -1.5
#: Two clusters become one where the mean of the compared pairs between them is at least so many nats: records of one thing that say little of it do not
#: meet each other, so a little may speak against. Set on invented persons (seeds 1 and 2 of bench/match/people.py).
MEAN = -1.0
_FREE, _APART, _FORBIDDEN = range(3)


def _none() -> Ints:
    return np.zeros((0, 2), np.int64)


@dataclass(frozen=True, slots=True)
class Rulings:
    """What people decided about pairs of records (rows of two numbers, the smaller first). `same` and `different` win over any score; where they
    contradict, `different` holds and `same` is followed in the order of the records. `unsure` only unties the pair itself.
    """

    same: Ints = field(default_factory=_none)
    different: Ints = field(default_factory=_none)
    unsure: Ints = field(default_factory=_none)


class Seen(NamedTuple):
    """Pairs that were compared, each once, left below right: the natural log-odds that they are one thing, and whether they cannot be."""

    left: Ints
    right: Ints
    odds: NDArray[np.float64]
    apart: NDArray[np.bool_]


class Limits(NamedTuple):
    """What keeps records apart although they were not compared: those of one `side` (-1: none, else a list whose publisher keeps entries apart), and
    those whose `kinds` do not go together (bit k of `clash[j]`: kind k is not kind j).
    """

    side: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    clash: NDArray[np.uint64]


class Held(NamedTuple):
    """Records that are not alone: the smallest record of their cluster, and the weakest tie (log-odds) on the way to it."""

    record: Ints
    name: Ints
    weakest: NDArray[np.float64]


def no_limits(count: int) -> Limits:
    """Limits that keep nothing apart."""
    return Limits(np.full(count, -1, np.int32), np.zeros(count, np.uint8), np.zeros(1, np.uint64))


def components(count: int, left: Ints, right: Ints) -> Ints:
    """For each record the smallest one of those that hang together with it."""
    root: Ints = _components(count, left, right)
    return root


def cluster(count: int, seen: Seen, rulings: Rulings, limits: Limits, threshold: float) -> Held:
    """Join records by the ties of at least `threshold` (log-odds), strongest first. Pairs ruled the same are joined first and need no tie.

    A tie is left out where people ruled on it; where some pair of the two clusters was ruled different, is apart or is kept apart by the limits; and
    where the mean of the evidence of the pairs between them, each within MOST, those not compared at UNSEEN, is below MEAN.
    """
    left, right, odds, flag = _ruled(seen, rulings)
    ruled = len(rulings.same)
    tie = np.flatnonzero((odds >= threshold) & (flag == _FREE))
    settled = np.isin(_packed(left[tie], right[tie]), _packed(*np.concatenate([rulings.same, rulings.unsure]).T))
    tie = tie[~settled]
    tie = tie[np.lexsort((right[tie], left[tie], -odds[tie]))]
    same = rulings.same[np.lexsort((rulings.same[:, 1], rulings.same[:, 0]))]
    ways = np.concatenate([same, np.stack([left[tie], right[tie]], axis=1)])
    strength = np.concatenate([np.full(ruled, np.inf), odds[tie]])
    near = _near(count, left, right, np.clip(odds, -MOST, MOST).astype(np.float32), flag.astype(np.uint8))
    used = _join(count, ways, ruled, near, limits)
    record, name, weakest = _held(count, ways[used], strength[used])
    return Held(record, name, weakest)


def _packed(left: Ints, right: Ints) -> Ints:
    return (left << 32) | right


def _ruled(seen: Seen, rulings: Rulings) -> tuple[Ints, Ints, NDArray[np.float64], NDArray[np.uint8]]:
    """The pairs with what people said of them: the same speaks for it, different forbids it, unsure says nothing."""
    said = np.concatenate([rulings.same, rulings.different, rulings.unsure])
    left, right = np.concatenate([seen.left, said[:, 0]]), np.concatenate([seen.right, said[:, 1]])
    counts = [len(rulings.same), len(rulings.different), len(rulings.unsure)]
    odds = np.concatenate([seen.odds, np.repeat([MOST, -MOST, 0.0], counts)])
    flag = np.concatenate([np.where(seen.apart, _APART, _FREE), np.repeat([_FREE, _FORBIDDEN, _FREE], counts)]).astype(np.uint8)
    _, last = np.unique(_packed(left, right)[::-1], return_index=True)  # what people said stands behind, so it comes first here
    kept = len(left) - 1 - last
    return left[kept], right[kept], odds[kept], flag[kept]


@njit(cache=True, nogil=True)
def _find(root: Any, record: int) -> int:
    while root[record] != record:
        root[record] = root[root[record]]
        record = root[record]
    return record


@njit(cache=True, nogil=True)
def _components(count: int, left: Any, right: Any) -> Any:
    root = np.arange(count)
    for k in range(len(left)):
        a, b = _find(root, left[k]), _find(root, right[k])
        root[max(a, b)] = min(a, b)
    for record in range(count):
        root[record] = _find(root, record)
    return root


@njit(cache=True, nogil=True)
def _near(count: int, left: Any, right: Any, odds: Any, flag: Any) -> Any:
    """The pairs of each record: where they begin, the other record, the evidence, the flag."""
    start = np.zeros(count + 1, np.int64)
    for k in range(len(left)):
        start[left[k] + 1] += 1
        start[right[k] + 1] += 1
    for record in range(count):
        start[record + 1] += start[record]
    place = start[:-1].copy()
    other, evidence, flags = np.empty(2 * len(left), np.int64), np.empty(2 * len(left), np.float32), np.empty(2 * len(left), np.uint8)
    for k in range(len(left)):
        for mine, theirs in ((left[k], right[k]), (right[k], left[k])):
            other[place[mine]], evidence[place[mine]], flags[place[mine]] = theirs, odds[k], flag[k]
            place[mine] += 1
    return start, other, evidence, flags


@njit(cache=True, nogil=True)
def _join(count: int, ways: Any, ruled: int, near: Any, limits: Any) -> Any:
    """Which of the ways join two clusters, tried in their order; the first `ruled` yield to what is forbidden only."""
    root, size, following, last = np.arange(count), np.ones(count, np.int64), np.full(count, -1), np.arange(count)
    have, clash = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    for record in range(count):
        have[record], clash[record] = uint64(1) << uint64(limits.kinds[record]), limits.clash[limits.kinds[record]]
    used = np.zeros(len(ways), np.bool_)
    for k in range(len(ways)):
        a, b = _find(root, ways[k, 0]), _find(root, ways[k, 1])
        if a == b:
            continue
        if size[a] < size[b] or (size[a] == size[b] and b < a):
            a, b = b, a
        if k >= ruled and have[a] & clash[b]:
            continue
        if not _speaks_for(b, a, size[a] * size[b], k < ruled, root, following, near, limits.side):
            continue
        used[k] = True
        root[b] = a
        size[a] += size[b]
        following[last[a]] = b
        last[a] = last[b]
        have[a] |= have[b]
        clash[a] |= clash[b]
    return np.flatnonzero(used)


@njit(cache=True, nogil=True)
def _speaks_for(small: int, large: int, pairs: int, ruled: bool, root: Any, following: Any, near: Any, side: Any) -> bool:
    """Whether nothing between two clusters forbids that they are one, and the evidence between them is for it."""
    start, other, evidence, flags = near
    total, known, alike = 0.0, 0, 0
    record = small
    while record >= 0:
        for k in range(start[record], start[record + 1]):
            if _find(root, other[k]) != large:
                continue
            if flags[k] == _FORBIDDEN or (flags[k] == _APART and not ruled):
                return False
            known += 1
            total += evidence[k]
            alike += side[record] >= 0 and side[record] == side[other[k]]
        record = following[record]
    if ruled:
        return True
    if known < pairs and _of_one_side(small, large, following, side) > alike:
        return False
    return bool(total + (pairs - known) * UNSEEN >= MEAN * known)


@njit(cache=True, nogil=True)
def _of_one_side(small: int, large: int, following: Any, side: Any) -> int:
    """How many pairs of two clusters are of one side."""
    found = 0
    one = small
    while one >= 0:
        if side[one] >= 0:
            two = large
            while two >= 0:
                found += side[two] == side[one]
                two = following[two]
        one = following[one]
    return found


@njit(cache=True, nogil=True)
def _held(count: int, ways: Any, strength: Any) -> Any:
    """The records of the trees that the ways make, smallest first in each, with the weakest way between it and each."""
    start, other, odds, _ = _near(count, ways[:, 0], ways[:, 1], strength, np.zeros(len(ways), np.uint8))
    record, name, weakest = np.empty(2 * len(ways), np.int64), np.empty(2 * len(ways), np.int64), np.empty(2 * len(ways), np.float64)
    reached = np.zeros(count, np.bool_)
    at = 0
    for first in range(count):
        if reached[first] or start[first + 1] == start[first]:
            continue
        begin = at
        record[at], name[at], weakest[at] = first, first, np.inf
        reached[first] = True
        at += 1
        done = begin
        while done < at:
            for k in range(start[record[done]], start[record[done] + 1]):
                if not reached[other[k]]:
                    reached[other[k]] = True
                    record[at], name[at], weakest[at] = other[k], first, min(weakest[done], odds[k])
                    at += 1
            done += 1
        strongest = -np.inf
        for k in range(start[first], start[first + 1]):
            strongest = max(strongest, odds[k])
        weakest[begin] = strongest
    return record[:at].copy(), name[:at].copy(), weakest[:at].copy()
