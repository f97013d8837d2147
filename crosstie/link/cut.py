"""Who holds the two worlds together: the few people, accounts or places without whom most links would not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.resolve.batches import rows
from crosstie.store.builds import Build

#: All paths of one link: on each those who stand between its ends, in order from crime to terror.
Paths = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Between:
    """Somebody or something that stands between. `alone`: links that hang on it and nothing else; `carries`: links with a path through it; `broken`: links
    that would be broken without it and all those above it in the list.
    """

    entity_id: str
    caption: str
    schema: str
    alone: int
    carries: int
    broken: int


@dataclass(frozen=True, slots=True)
class Cut:
    """`links` were looked at, `direct` of them have nobody between, so nothing breaks them. `between`: whose removal breaks most, one after the other.
    `fewest`: the smallest set without which no path between the two worlds is left, but for the direct ones.
    """

    links: int
    direct: int
    between: tuple[Between, ...]
    fewest: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def cut(build: Build, links: pa.Table, count: int) -> Cut:
    """The cut of some links of a build; at most `count` of those who stand between. Rejected links do not count."""
    wanted = [link for link, status in rows(links, "link_id", "status") if status != "rejected"]
    paths = _paths(build, wanted)
    breakable = {link: of for link, of in paths.items() if all(of)}
    order = most_breaking(breakable, count)
    fewest = fewest_cutting([path for of in breakable.values() for path in of])
    captions = _captions(build, {*(one for one, _ in order), *fewest})
    alone = Counter(one for of in breakable.values() for one in set.intersection(*map(set, of)))
    carries = Counter(one for of in breakable.values() for one in set().union(*of))
    between = tuple(Between(one, *captions.get(one, (one, "")), alone[one], carries[one], broken) for one, broken in order)
    return Cut(len(paths), len(paths) - len(breakable), between, tuple(fewest))


def most_breaking(paths: Mapping[str, Paths], count: int) -> list[tuple[str, int]]:
    """Who is removed, one after the other, so that each breaks as many more links as any; and how many are broken by then. A link is broken when all of its
    paths are. Where nobody breaks one alone, whoever closes most of what is still open.
    """
    left = {link: [set(path) for path in of] for link, of in paths.items()}
    order: list[tuple[str, int]] = []
    while left and len(order) < count:
        gain: Counter[str] = Counter()
        share: dict[str, float] = {}
        for of in left.values():
            gain.update(set.intersection(*of))
            for one, closed in Counter(one for path in of for one in path).items():
                share[one] = share.get(one, 0.0) + closed / len(of)
        best = min(share, key=lambda one: (-gain[one], -share[one], one))
        left = {link: rest for link, of in left.items() if (rest := [path for path in of if best not in path])}
        order.append((best, len(paths) - len(left)))
    return order


def fewest_cutting(paths: Paths) -> list[str]:
    """The smallest set of those between that every way through the paths passes (a minimum vertex cut: Menger 1927, as a largest flow)."""
    if not paths:
        return []
    import networkx as nx  # here: it takes as long to read as half of what starts with it, and nothing else needs it

    net: nx.DiGraph[Any] = nx.DiGraph()
    for path in sorted(set(paths)):
        for one, other in zip((0, *path), (*path, 1), strict=True):
            net.add_edge(one, other)
    return sorted(nx.minimum_node_cut(net, 0, 1))


def _paths(build: Build, wanted: Sequence[str]) -> dict[str, list[tuple[str, ...]]]:
    """Of each link its paths, of each those between the ends. A link of one actor in both worlds has no path."""
    if not wanted:
        return {}
    columns = ["link_id", "path_no", "step_no", "source", "target"]
    steps = pq.read_table(build.file("steps"), columns=columns, filters=[("link_id", "in", wanted)])
    nodes: dict[tuple[str, int], list[str]] = {}
    for link, path, _, source, target in sorted(rows(steps, *columns)):
        nodes.setdefault((link, path), [source]).append(target)
    found: dict[str, list[tuple[str, ...]]] = {link: [] for link in wanted}
    for (link, _), passed in nodes.items():
        found[link].append(tuple(passed[1:-1]))
    return {link: of or [()] for link, of in found.items()}


def _captions(build: Build, ids: set[str]) -> dict[str, tuple[str, str]]:
    if not ids:
        return {}
    found = pq.read_table(build.file("entities"), columns=["entity_id", "caption", "schema"], filters=[("entity_id", "in", sorted(ids))])
    return {entity: (caption, schema) for entity, caption, schema in rows(found, "entity_id", "caption", "schema")}
