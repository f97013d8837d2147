"""Our path search on one graph, as a job of its own process: `python -m bench.links.ours_paths JOB`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.links import netmaker
from bench.match.peers.meter import Meter, job
from crosstie.graph import csr as graph
from crosstie.graph import kernels, paths

KEEP = 10_000
BATCH = 500_000


def main() -> None:
    work, meter = job(), Meter()
    folder = Path(work["folder"])
    _warm()
    meter.phase("start")
    sources, targets = (np.load(folder / f"{name}.npy")[: work["seeds"]] for name in ("s", "t"))
    csr = _read(folder, work["threads"])
    meter.phase("rows")
    asked = {"hub": netmaker.HUB, "threads": work["threads"]}
    if work["what"] == "all":
        found = list(paths.blocks(csr, sources, targets, **asked))
        meter.phase("search")
        meter.peak()
        many, pairs = sum(map(len, found)), sum(int(np.count_nonzero(part.rank == 0)) for part in found)
        cost = float(sum(part.cost.sum(dtype=np.float64) for part in found))
        best = float(sum(part.cost[part.rank == 0].sum(dtype=np.float64) for part in found))
    else:
        few = paths.search(csr, sources, targets, keep=KEEP, **asked)
        meter.phase("search")
        meter.peak()
        many, pairs = len(few), int(np.count_nonzero(few.rank == 0))
        cost, best = float(few.cost.sum(dtype=np.float64)), float(few.cost[few.rank == 0].sum(dtype=np.float64))
    told = {"pairs": pairs, "paths": many, "cost": round(cost, 2), "best": round(best, 2), **_touched(csr, sources, targets)}
    meter.phase("other counting")
    meter.write(work["out"], **told)


def _read(folder: Path, threads: int) -> graph.Csr:
    """The graph of the columns in files, which are read in batches, as a build's are."""
    edges = np.load(folder / "confidence.npy", mmap_mode="r")
    begin, many, kind = edges.offset, len(edges), edges.dtype
    del edges
    what = np.empty(many, np.uint32)
    for at in range(0, many, BATCH):
        what[at : at + BATCH] = graph.whats(np.fromfile(folder / "confidence.npy", kind, BATCH, offset=begin + at * kind.itemsize))

    def batches() -> Iterator[graph.Batch]:
        for at in range(0, many, BATCH):
            source, target = (np.fromfile(folder / f"{name}.npy", np.int32, BATCH, offset=begin + 4 * at) for name in ("source", "target"))
            last = min(at + BATCH, many)
            yield source[: last - at], target[: last - at], what[at:last], np.empty(0, np.uint32)

    return graph.build(int(np.load(folder / "nodes.npy")), batches, graph.known_days([]), pa.array([], pa.string()), ("",), threads=threads)


def _warm() -> None:
    """All kernels read from disk or compiled before the clock runs."""
    rng = np.random.default_rng(0)
    csr = graph.from_arrays(50, rng.integers(0, 50, 200), rng.integers(0, 50, 200), rng.random(200))
    ends = np.arange(5, dtype=np.int32), np.arange(5, 10, dtype=np.int32)
    list(paths.blocks(csr, *ends))
    paths.search(csr, *ends, keep=3)


def _touched(csr: graph.Csr, sources: np.ndarray, targets: np.ndarray) -> dict[str, int]:
    """Ties walked from both sides, and how often a walk of two steps meets a label of two steps."""
    question = paths.asked(csr, sources, targets, hub=netmaker.HUB)
    ends, starts = (np.unique(one).astype(np.int32) for one in (targets, sources))
    graph_ = (csr.rows, csr.columns, question.share)
    walked = sum(int(kernels.reach(one, *graph_, 4).sum()) for one in (ends, starts))
    at = [np.diff(question.labels_two(one, question.whole(one), np.empty(0, np.int32))[0]).astype(np.int64) for one in (ends, starts)]
    return {"ties_walked": walked, "meetings": int(at[0] @ at[1])}


if __name__ == "__main__":
    sys.exit(main())
