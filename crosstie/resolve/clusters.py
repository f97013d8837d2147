"""From pairs to clusters: the strongest ties first, and none against a judgement or against what cannot be one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tie:
    """Two records and how probably they are one thing."""

    left: int
    right: int
    score: float


@dataclass(frozen=True, slots=True)
class Rulings:
    """What people decided about pairs, the smaller number first. `same` and `different` win over any score; `unsure` only unties the pair itself."""

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()
    unsure: frozenset[Pair] = frozenset()


@dataclass(slots=True)
class Clusters:
    """The root of each record that is not alone, and the ties that made each cluster."""

    root: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    ties: dict[int, list[Tie]] = field(default_factory=dict)

    def find(self, record: int) -> int:
        """The cluster that the record is in now."""
        return self.root.get(record, record)

    def of(self, cluster: int) -> list[int]:
        """The records of a cluster."""
        return self.members.get(cluster, [cluster])

    def merge(self, tie: Tie) -> None:
        """Make one cluster of the two that the tie joins."""
        left, right = self.find(tie.left), self.find(tie.right)
        if len(self.of(left)) < len(self.of(right)):
            left, right = right, left
        moved = self.of(right)
        self.members[left] = self.of(left) + moved
        self.members.pop(right, None)
        self.ties[left] = [*self.ties.get(left, []), *self.ties.pop(right, []), tie]
        for record in (left, *moved):
            self.root[record] = left


def components(ties: Iterable[Tie]) -> list[list[int]]:
    """What would hang together if every tie held, smallest record first."""
    found = Clusters()
    for tie in ties:
        if found.find(tie.left) != found.find(tie.right):
            found.merge(tie)
    return sorted(sorted(members) for members in found.members.values())


def cluster(ties: Sequence[Tie], rulings: Rulings, apart: Callable[[int, int], bool]) -> Clusters:
    """Join records by their ties, strongest first. A tie is left out where people ruled on it, where some pair of the two clusters was ruled
    different, or where some pair is `apart`: cannot be one thing. Pairs ruled the same are joined first and need no tie.
    """
    found = Clusters()
    forbidden: dict[int, set[int]] = defaultdict(set)
    for left, right in rulings.different:
        forbidden[left].add(right)
        forbidden[right].add(left)

    def barred(left: int, right: int, by_rule: bool) -> bool:
        ours, theirs = found.of(left), found.of(right)
        if any(not forbidden[one].isdisjoint(theirs) for one in ours if one in forbidden):
            return True
        return not by_rule and any(_key(one, other) not in rulings.same and apart(one, other) for one in ours for other in theirs)

    ruled = [Tie(left, right, 1.0) for left, right in sorted(rulings.same)]
    settled = rulings.different | rulings.unsure | rulings.same
    scored = sorted((tie for tie in ties if _key(tie.left, tie.right) not in settled), key=lambda tie: (-tie.score, tie.left, tie.right))
    for by_rule, group in ((True, ruled), (False, scored)):
        for tie in group:
            left, right = found.find(tie.left), found.find(tie.right)
            if left != right and not barred(left, right, by_rule):
                found.merge(tie)
    return found


def holds(clusters: Clusters, first: Callable[[Iterable[int]], int]) -> dict[int, tuple[int, float]]:
    """For each record that is not alone the record that names its cluster (`first` chooses), and the weakest tie on the way to it."""
    found: dict[int, tuple[int, float]] = {}
    for root, members in clusters.members.items():
        near: dict[int, list[Tie]] = defaultdict(list)
        for tie in clusters.ties[root]:
            near[tie.left].append(tie)
            near[tie.right].append(tie)
        name = first(members)
        weakest = {name: 1.0}
        queue = [name]
        for record in queue:
            for tie in near[record]:
                other = tie.right if tie.left == record else tie.left
                if other not in weakest:
                    weakest[other] = min(weakest[record], tie.score)
                    queue.append(other)
        weakest[name] = max(tie.score for tie in near[name])
        found.update({record: (name, weakest[record]) for record in members})
    return found


def _key(left: int, right: int) -> Pair:
    return (left, right) if left < right else (right, left)
