"""How far off the closed form of chance is: paths of a built workspace, counted in rewired graphs.

`python -m bench.links.null WORKSPACE [GRAPHS]` draws paths that the search found, rewires the graph, counts in each of the rewired ones the paths that are like
them from the same node to nodes like the last, and holds the mean against `Null.alike`: by steps, and by how many are expected.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.graph.csr import Csr
from crosstie.graph.null import Ends, Null, count, rewired
from crosstie.graph.paths import Paths
from crosstie.link.actors import seeds, weigh
from crosstie.link.reach import reach
from crosstie.link.search import directed
from crosstie.model.tables import TABLES
from crosstie.settings import Settings
from crosstie.store.engine import Engine

#: Paths drawn for each number of steps, and the bands of how many like them are expected.
PATHS = 400
_BANDS = (0.0, 0.01, 1.0, 100.0, np.inf)
_READ = ("entities", "spheres", "edges", "claims", "clusters", "sources")


def drawn(workspace: Path) -> tuple[Csr, Paths, Ends]:
    """The graph of the newest build, the paths found in it, and its ends; actors of both worlds and hubs carry no path."""
    settings = Settings()
    build = max(one for one in (workspace / "builds").iterdir() if (one / "edges.parquet").is_file())
    with Engine(settings) as engine:
        for table in _READ:
            engine.read(table, [build / f"{table}.parquet"], TABLES[table])
        weigh(engine)
        found = seeds(engine)
        net, paths = reach(engine, found, settings)
    through = net.degrees() <= settings.hub
    through[net.numbers(pa.array(found.closed, pa.string()))] = False
    return net, paths, Ends.of(net, [directed(kind) for kind in net.kinds], through)


def counted(path: list[int], null: Null, graphs: list[Ends]) -> float:
    """The mean number of paths like this one in rewired graphs."""
    ends = null.ends
    leaving = null.leaving(path)
    arriving = [ends.across(end) for end in leaving]
    came: NDArray[Any] = np.array([ends.have(node, end) for node, end in zip(path[1:], arriving, strict=True)], np.int64)
    goes: NDArray[Any] = np.array([ends.have(node, end) for node, end in zip(path[1:-1], leaving[1:], strict=True)], np.int64)
    both = np.array([leaving, arriving])
    return float(np.mean([count(one.rows, one.near, one.end, one.through, path[0], both, came, goes) for one in graphs]))


def main() -> None:
    """Print a line for each number of steps and band of expected numbers."""
    net, paths, ends = drawn(Path(sys.argv[1]))
    graphs = [rewired(ends, seed) for seed in range(int(sys.argv[2]) if len(sys.argv) > 2 else 10)]
    null, random = Null(ends), np.random.default_rng(1)
    hops = paths.hops
    for steps in range(1, 5):
        rows = np.flatnonzero(hops == steps)
        # half of them from the busiest ends, where there is something to count
        busy = net.degrees()[paths.source[rows]] * net.degrees()[paths.target[rows]]
        some = np.unique(np.concatenate([rows[np.argsort(-busy, kind="stable")[: PATHS // 2]], random.permutation(rows)[: PATHS // 2]]))
        told = np.array([(null.alike(path := paths.nodes(int(row))), counted(path, null, graphs)) for row in some]).reshape(-1, 2)
        for low, high in (*pairwise(_BANDS), (0.0, np.inf)):
            inside = (told[:, 0] >= low) & (told[:, 0] < high)
            expected, mean = told[inside].sum(axis=0).tolist()
            line = {
                "steps": steps,
                "expected each": [low, high],
                "paths": int(inside.sum()),
                "closed form": round(expected, 3),
                "rewired": round(mean, 3),
            }
            sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
