"""Two simple rankers of links, to be beaten: hub-discounted cost, and truncated personalised PageRank over the degree of the target.

They read the tables `edges` and `spheres` of a built workspace, as any graph tool would, and rank all pairs of a crime and a terror actor who are tied
within four steps. An actor in both worlds is a pair with itself and stands first, the surest before the others.
`python -m bench.links.baselines REGION WORKSPACE` marks both against the truth of the region, beside the links of the workspace itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosstie.learn.score import Score, score

pc: Any = pyarrow.compute
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Nodes with more neighbours are left out, as everybody does.
HUB = 1_000
#: What a unit of log degree costs: the best of those tried on power-law graphs.
DISCOUNT = 1.5
#: The share of walks that end at each step.
ALPHA = 0.15
#: Pairs that are marked: the rest would add nothing to the average precision.
LISTED = 50_000
_FAR = np.inf


@dataclass(frozen=True, slots=True)
class Ties:
    """The graph of a build: each pair of neighbours in both directions, rows sorted; `seeds` are node numbers of the actors of each world."""

    ids: list[str]
    rows: Ints
    near: Ints
    confidence: Floats
    crime: Ints
    terror: Ints
    #: how surely each node is of both worlds, for those that are said to be
    both: dict[int, float] = field(default_factory=dict)

    @property
    def degree(self) -> Ints:
        """How many neighbours each node has."""
        return np.diff(self.rows)


def read(build: Path) -> Ties:
    """The graph and the seeds of a build's folder. Parallel ties are one, as sure as that one of them at least holds."""
    edges = pq.read_table(build / "edges.parquet", columns=["source", "target", "confidence"])
    spheres = pq.read_table(build / "spheres.parquet", columns=["entity_id", "sphere", "confidence"])
    ends = pa.chunked_array([*edges["source"].chunks, *edges["target"].chunks, *spheres["entity_id"].chunks])
    ids = pc.unique(ends).sort()
    a, b = (pc.index_in(edges[name], ids).to_numpy().astype(np.int64) for name in ("source", "target"))
    kept = a != b
    doubt = np.log1p(-np.clip(edges["confidence"].to_numpy()[kept], 0.001, 0.999))
    pair, place = np.unique(np.concatenate([a[kept] * len(ids) + b[kept], b[kept] * len(ids) + a[kept]]), return_inverse=True)
    sure: Floats = -np.expm1(np.bincount(place, np.concatenate([doubt, doubt]), len(pair)))
    tail, near = np.divmod(pair, len(ids))
    rows = np.searchsorted(tail, np.arange(len(ids) + 1))

    crime, terror = (_placed(spheres, sphere, ids) for sphere in ("crime", "terror"))
    both = {node: crime[node] * terror[node] for node in crime.keys() & terror.keys()}
    return Ties(ids.to_pylist(), rows, near, sure, np.array(sorted(crime), np.int64), np.array(sorted(terror), np.int64), both)


def _placed(spheres: pa.Table, sphere: str, ids: Any) -> dict[int, float]:
    """The nodes of one world, each as sure as the best reason for it."""
    best = spheres.filter(pc.equal(spheres["sphere"], sphere)).group_by("entity_id").aggregate([("confidence", "max")])
    nodes = pc.index_in(best["entity_id"], ids).to_pylist()
    return dict(zip(nodes, pc.fill_null(best["confidence_max"], 0.0).to_pylist(), strict=True))


def hub_discounted_cost(ties: Ties) -> Floats:
    """Minus the cost of the cheapest path of at most four steps (seeds of crime x seeds of terror): -log confidence and the log degrees between."""
    degree = np.maximum(ties.degree, 1)
    tail = np.repeat(np.arange(len(degree)), ties.degree)
    cost = -np.log(np.clip(ties.confidence, 0.001, 0.999)) + DISCOUNT * 0.5 * (np.log(degree[tail]) + np.log(degree[ties.near]))
    open_ = degree <= HUB
    ends = DISCOUNT * 0.5 * np.log(degree)
    best = _cheapest(ties.rows, ties.near, cost, open_, ties.crime, ties.terror)
    result: Floats = -(best - ends[ties.crime][:, None] - ends[ties.terror][None, :])
    return result


@numba.njit(cache=True)
def _around(rows: Ints, near: Ints, cost: Floats, open_: Any, seed: int, reach: Floats, touched: Ints) -> int:
    """Fill `reach` with the costs of the nodes within two steps of the seed and say how many they are; `touched` holds them."""
    count = 1
    touched[0] = seed
    reach[seed] = 0.0
    for step in range(2):
        last = count
        before = reach[touched[:last]].copy()
        for place in range(last):
            node = touched[place]
            if (node != seed and not open_[node]) or (step == 1 and node == seed):
                continue
            for at in range(rows[node], rows[node + 1]):
                other = near[at]
                found = before[place] + cost[at]
                if found < reach[other]:
                    if reach[other] == np.inf:
                        touched[count] = other
                        count += 1
                    reach[other] = found
    return count


@numba.njit(cache=True)
def _cheapest(rows: Ints, near: Ints, cost: Floats, open_: Any, left: Ints, right: Ints) -> Floats:
    """Two steps from either end, met in the middle."""
    nodes = len(rows) - 1
    reach, touched = np.full(nodes, np.inf), np.empty(nodes, np.int64)
    bounds, members, costs = [0], [np.empty(0, np.int64)], [np.empty(0, np.float64)]
    for seed in left:
        count = _around(rows, near, cost, open_, seed, reach, touched)
        members.append(touched[:count].copy())
        costs.append(reach[touched[:count]].copy())
        bounds.append(count)
        reach[touched[:count]] = np.inf
    best = np.full((len(left), len(right)), np.inf)
    for column in range(len(right)):
        count = _around(rows, near, cost, open_, right[column], reach, touched)
        for row in range(len(left)):
            nodes_, costs_ = members[row + 1], costs[row + 1]
            lowest = np.inf
            for place in range(len(nodes_)):
                middle = nodes_[place]
                if open_[middle] or middle == left[row] or middle == right[column]:
                    found = costs_[place] + reach[middle]
                    lowest = min(lowest, found)
            best[row, column] = lowest
        reach[touched[:count]] = np.inf
    return best


def personalised_pagerank(ties: Ties) -> Floats:
    """Log of the probability that a walk of at most four steps from a seed of crime ends at a seed of terror, over the degree of that seed."""
    degree = ties.degree
    tail = np.repeat(np.arange(len(degree)), degree)
    weight = np.where((degree[tail] <= HUB) & (degree[ties.near] <= HUB), ties.confidence, 0.0)
    total = np.maximum(np.bincount(tail, weight, len(degree)), 1e-12)
    walks = _walks(ties.rows, ties.near, weight / total[tail], weight / total[ties.near], ties.crime, ties.terror)
    with np.errstate(divide="ignore"):
        found: Floats = np.log(walks) - np.log(np.maximum(degree[ties.terror], 1))[None, :]
    return found


@numba.njit(cache=True)
def _spread(rows: Ints, near: Ints, share: Floats, before: Floats, nodes: Ints, count: int, after: Floats, touched: Ints) -> int:
    """One step of a walk: `after` gets what `before` holds at `nodes`; says how many nodes are touched."""
    reached = 0
    for place in range(count):
        node = nodes[place]
        for at in range(rows[node], rows[node + 1]):
            if share[at] > 0:
                other = near[at]
                if after[other] == 0:
                    touched[reached] = other
                    reached += 1
                after[other] += before[node] * share[at]
    return reached


@numba.njit(cache=True)
def _walks(rows: Ints, near: Ints, onward: Floats, back: Floats, left: Ints, right: Ints) -> Floats:
    """Discounted probabilities of walks of one to four steps: two from either end. `back[i]` is the share of the neighbour that comes here."""
    nodes, stay = len(rows) - 1, 1 - ALPHA
    zero = np.zeros(nodes)
    one, two, start = zero.copy(), zero.copy(), np.empty(1, np.int64)
    first, second = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    held = [np.empty(0, np.int64)]
    shares = [np.empty((0, 2), np.float64)]
    for seed in right:
        start[0], zero[seed] = seed, 1.0
        near_, far = _spread(rows, near, back, zero, start, 1, one, first), 0
        zero[seed] = 0.0
        far = _spread(rows, near, back, one, first, near_, two, second)
        reached = np.unique(np.concatenate((first[:near_], second[:far])))
        values = np.empty((len(reached), 2))
        for place, node in enumerate(reached):
            values[place, 0], values[place, 1] = one[node], two[node]
        held.append(reached)
        shares.append(values)
        one[reached], two[reached] = 0.0, 0.0
    found = np.zeros((len(left), len(right)))
    for row, seed in enumerate(left):
        start[0], zero[seed] = seed, 1.0
        near_ = _spread(rows, near, onward, zero, start, 1, one, first)
        far = _spread(rows, near, onward, one, first, near_, two, second)
        for column in range(len(right)):
            total, reached, values = 0.0, held[column + 1], shares[column + 1]
            for place in range(len(reached)):
                node = reached[place]
                total += values[place, 0] * (stay * zero[node] + stay**2 * one[node] + stay**3 * two[node])
                total += values[place, 1] * stay**4 * two[node]
            found[row, column] = total
        zero[seed] = 0.0
        one[first[:near_]], two[second[:far]] = 0.0, 0.0
    return found


RANKERS: dict[str, Callable[[Ties], Floats]] = {
    "hub-discounted cost": hub_discounted_cost,
    "personalised PageRank / degree": personalised_pagerank,
}


def ranked(ties: Ties, scores: Floats, listed: int = LISTED) -> pa.Table:
    """The best pairs, best first, as a list of links. Actors of both worlds stand first; pairs without a path are left out."""
    both = set(ties.crime.tolist()) & set(ties.terror.tolist())
    rows = [(node, node) for node in sorted(both, key=lambda node: (-ties.both.get(node, 0.0), node))]
    flat = scores.ravel()
    reached = np.flatnonzero(np.isfinite(flat))
    order = reached[np.argsort(-flat[reached], kind="stable")[:listed]]
    left, right = np.unravel_index(order, scores.shape)
    rows += [(a, b) for a, b in zip(ties.crime[left].tolist(), ties.terror[right].tolist(), strict=True) if a != b]
    ends = [[ties.ids[row[side]] for row in rows] for side in (0, 1)]
    return pa.table({"crime_id": ends[0], "terror_id": ends[1], "class": ["N4" if a == b else "N2" for a, b in rows]})


def members(build: Path) -> dict[str, str]:
    """A record of each resolved entity: what the truth of a region knows."""
    table = pq.read_table(build / "clusters.parquet", columns=["entity_id", "cluster_id"])
    found: dict[str, str] = dict(zip(_texts(table["cluster_id"]), _texts(table["entity_id"]), strict=True))
    return found


def _texts(column: Any) -> list[str]:
    found: list[str] = column.to_pylist()
    return found


def _named(table: pa.Table, names: dict[str, str]) -> pa.Table:
    """The links with a record for each resolved entity."""
    ends = {name: pa.array([names.get(one, one) for one in _texts(table[name])], pa.string()) for name in ("crime_id", "terror_id")}
    classes: Any = pa.array(_texts(table["class"]), pa.string())
    return pa.table(ends | {"class": classes})


def marks(truth: Path, build: Path) -> dict[str, Score]:
    """Both rankers on a build, marked against the truth folder of its region."""
    ties, names = read(build), members(build)
    found = {}
    for name, ranker in RANKERS.items():
        found[name] = score(truth, _named(ranked(ties, ranker(ties)), names))
    return found


def main() -> None:
    """Print the marks of both rankers, and of the links of the workspace."""
    region, workspace = (Path(one) for one in sys.argv[1:3])
    truth = region / "truth" if (region / "truth").is_dir() else region
    build = max(one for one in (workspace / "builds").iterdir() if (one / "edges.parquet").is_file())
    ours = _named(pq.read_table(build / "links.parquet", columns=["crime_id", "terror_id", "class"]), members(build))
    for name, marked in ({"crosstie": score(truth, ours)} | marks(truth, build)).items():
        told = {key: round(value, 3) if isinstance(value, float) else value for key, value in marked.as_dict().items()}
        told.pop("confusion")
        sys.stdout.write(json.dumps({"ranker": name} | told) + "\n")


if __name__ == "__main__":
    main()
