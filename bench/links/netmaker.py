"""Power-law graphs of any size with seeds, for measuring the path search: `python -m bench.links.netmaker NODES EDGES FOLDER`.

R-MAT (Chakrabarti et al. 2004; a, b, c = .57, .19, .19), nodes renamed at random; confidences beta(5, 2); seeds drawn among nodes with 2 to 50 edges. What
peers are given is made easy for them: parallel edges are one already, hubs are left out, and each tie has its final cost, so that answers are comparable.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.graph import csr as graph

SEEDS, HUB, SEED = 2000, 1000, 20_261_123
_A, _B, _C = 0.57, 0.19, 0.19
_BATCH = 2_000_000


def make(nodes: int, edges: int, folder: Path) -> None:
    """Write the graph, once."""
    if (folder / "done").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    source, target = (np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.int32, (edges,)) for name in ("source", "target"))
    renamed = rng.permutation(nodes).astype(np.int32)
    degree = np.zeros(nodes, np.int32)
    got = 0
    while got < edges:
        a, b = _drawn(rng, min(_BATCH, int((edges - got) * 2.2) + 1000), nodes)
        a, b = renamed[a][: edges - got], renamed[b][: edges - got]
        source[got : got + len(a)], target[got : got + len(b)] = a, b
        degree += np.bincount(a, minlength=nodes).astype(np.int32) + np.bincount(b, minlength=nodes).astype(np.int32)
        got += len(a)
    np.save(folder / "confidence.npy", np.clip(rng.beta(5, 2, edges), 0.02, 0.999).astype(np.float32))
    chosen = rng.choice(np.flatnonzero((degree >= 2) & (degree <= 50)), 2 * SEEDS, replace=False).astype(np.int32)
    for name, ends in (("s", chosen[:SEEDS]), ("t", chosen[SEEDS:])):
        np.save(folder / f"{name}.npy", ends)
        pq.write_table(pa.table({"id": ends}), folder / f"{name}.parquet")
    np.save(folder / "nodes.npy", nodes)
    _for_peers(folder, nodes, chosen)
    (folder / "done").touch()


def _drawn(rng: np.random.Generator, many: int, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.zeros(many, np.int32), np.zeros(many, np.int32)
    for _ in range(int(np.ceil(np.log2(nodes)))):
        draw = rng.random(many, dtype=np.float32)
        a = (a << 1) | (draw >= _A + _B)
        b = (b << 1) | (((draw >= _A) & (draw < _A + _B)) | (draw >= _A + _B + _C))
    good = (a < nodes) & (b < nodes) & (a != b)
    return a[good], b[good]


def read(folder: Path) -> tuple[int, list[np.ndarray]]:
    """How many nodes, and the columns source, target, confidence, mapped and not read."""
    return int(np.load(folder / "nodes.npy")), [
        np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("source", "target", "confidence")
    ]


def _for_peers(folder: Path, nodes: int, seeds: np.ndarray) -> None:
    """Ties and their costs as Parquet, without hubs."""
    _, columns = read(folder)
    csr = graph.from_arrays(nodes, *columns, threads=2)
    degree = csr.degrees()
    part = max(1, nodes // 64)
    schema = pa.schema([("src", pa.int32()), ("dst", pa.int32()), ("cost", pa.float32())])
    used = np.zeros(nodes, np.bool_)
    used[seeds] = True
    with pq.ParquetWriter(folder / "ties.parquet", schema) as writer:
        for first in range(0, nodes, part):
            last = min(first + part, nodes)
            cells = csr.columns[csr.rows[first] : csr.rows[last]]
            own = np.repeat(np.arange(first, last, dtype=np.int32), degree[first:last])
            near = cells[:, 0].astype(np.int32)
            kept = (own < near) & (degree[own] <= HUB) & (degree[near] <= HUB)
            own, near = own[kept], near[kept]
            cost = ((cells[kept, 1] & 0xFFFF) + csr.share[own] + csr.share[near].astype(np.int64)).astype(np.float32) / graph.TICKS
            used[own] = used[near] = True
            writer.write_table(pa.table([own, near, cost], schema=schema))
    targets = np.isin(np.arange(nodes), seeds[SEEDS:])
    pq.write_table(
        pa.table({"id": np.flatnonzero(used).astype(np.int64), "is_t": targets[used]}),
        folder / "nodes.parquet",
    )


if __name__ == "__main__":
    make(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
