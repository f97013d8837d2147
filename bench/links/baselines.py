"""Two simple rankers of links, to be beaten: hub-discounted cost, and truncated personalised PageRank over the degree of the target.

They read the tables `edges` and `spheres` of a built workspace, as any graph tool would, and rank all pairs of a crime and a terror actor who are tied
within four steps. An actor in both worlds is a pair with itself and stands first. `python -m bench.links.baselines REGION WORKSPACE` marks both against
the truth of the region, beside the links of the workspace itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import scipy.sparse as sp
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

    @property
    def degree(self) -> Ints:
        """How many neighbours each node has."""
        return np.diff(self.rows)


def read(build: Path) -> Ties:
    """The graph and the seeds of a build's folder. Parallel ties are one, as sure as that one of them at least holds."""
    edges = pq.read_table(build / "edges.parquet", columns=["source", "target", "confidence"])
    spheres = pq.read_table(build / "spheres.parquet", columns=["entity_id", "sphere"])
    ends = pa.chunked_array([*edges["source"].chunks, *edges["target"].chunks, *spheres["entity_id"].chunks])
    ids = pc.unique(ends).sort()
    a, b = (pc.index_in(edges[name], ids).to_numpy().astype(np.int64) for name in ("source", "target"))
    kept = a != b
    doubt = np.log1p(-np.clip(edges["confidence"].to_numpy()[kept], 0.001, 0.999))
    one, other = np.concatenate([a[kept], b[kept]]), np.concatenate([b[kept], a[kept]])
    matrix = sp.coo_matrix((np.concatenate([doubt, doubt]), (one, other)), shape=(len(ids), len(ids))).tocsr()
    matrix.sum_duplicates()

    def seeds(sphere: str) -> Ints:
        named = pc.unique(spheres.filter(pc.equal(spheres["sphere"], sphere))["entity_id"])
        found: Ints = np.sort(pc.index_in(named, ids).to_numpy().astype(np.int64))
        return found

    sure: Floats = -np.expm1(matrix.data)
    return Ties(ids.to_pylist(), matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), sure, seeds("crime"), seeds("terror"))


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
            if node != seed and not open_[node] or (step == 1 and node == seed):
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
    degree, nodes = ties.degree, len(ties.ids)
    tail = np.repeat(np.arange(nodes), degree)
    kept = (degree[tail] <= HUB) & (degree[ties.near] <= HUB)
    weights = sp.coo_matrix((ties.confidence[kept], (tail[kept], ties.near[kept])), shape=(nodes, nodes)).tocsr()
    total = np.asarray(weights.sum(1)).ravel()
    step = (sp.diags(1 / np.maximum(total, 1e-12)) @ weights).tocsr()
    start, end = (
        sp.csr_matrix((np.ones(len(one)), (np.arange(len(one)), one)), shape=(len(one), nodes)) for one in (ties.crime, ties.terror)
    )
    one = start @ step
    two = one @ step
    back = end @ step.T
    twice = back @ step.T
    stay = 1 - ALPHA
    walks = stay * (start @ back.T) + stay**2 * (one @ back.T) + stay**3 * (two @ back.T) + stay**4 * (two @ twice.T)
    dense = np.asarray(walks.todense())
    with np.errstate(divide="ignore"):
        found: Floats = np.log(dense) - np.log(np.maximum(degree[ties.terror], 1))[None, :]
    return found


RANKERS: dict[str, Callable[[Ties], Floats]] = {
    "hub-discounted cost": hub_discounted_cost,
    "personalised PageRank / degree": personalised_pagerank,
}


def ranked(ties: Ties, scores: Floats, listed: int = LISTED) -> pa.Table:
    """The best pairs, best first, as a list of links. Actors of both worlds stand first; pairs without a path are left out."""
    both = set(ties.crime.tolist()) & set(ties.terror.tolist())
    rows = [(node, node) for node in sorted(both)]
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
    return dict(zip(table["cluster_id"].to_pylist(), table["entity_id"].to_pylist(), strict=True))


def marks(truth: Path, build: Path) -> dict[str, Score]:
    """Both rankers on a build, marked against the truth folder of its region."""
    ties, names = read(build), members(build)
    found = {}
    for name, ranker in RANKERS.items():
        table = ranked(ties, ranker(ties))
        for column in ("crime_id", "terror_id"):
            ids = [names.get(one, one) for one in table[column].to_pylist()]
            table = table.set_column(table.schema.get_field_index(column), column, pa.array(ids, pa.string()))
        found[name] = score(truth, table)
    return found


def main() -> None:
    """Print the marks of both rankers, and of the links of the workspace."""
    region, workspace = (Path(one) for one in sys.argv[1:3])
    truth = region / "truth" if (region / "truth").is_dir() else region
    build = max(one for one in (workspace / "builds").iterdir() if (one / "edges.parquet").is_file())
    links, names = pq.read_table(build / "links.parquet", columns=["crime_id", "terror_id", "class"]), members(build)
    ours = pa.table(
        {
            "class": links["class"],
            **{name: pa.array([names.get(one, one) for one in links[name].to_pylist()], pa.string()) for name in ("crime_id", "terror_id")},
        }
    )
    for name, marked in {"crosstie": score(truth, ours), **marks(truth, build)}.items():
        told = {key: round(value, 3) if isinstance(value, float) else value for key, value in marked.as_dict().items()}
        told.pop("confusion")
        sys.stdout.write(json.dumps({"ranker": name} | told) + "\n")


if __name__ == "__main__":
    main()
