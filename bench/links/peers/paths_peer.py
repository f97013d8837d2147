"""One question to one peer. Runs in the peer's environment: nothing of crosstie is imported here.

The job names the `engine`, the `what`, the `folder` of the graph and how many seconds a sample may take. What cannot be asked of all seeds is asked of some;
`done` says of how many sources or pairs, and the phase `sample` what they cost.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[2] / "match" / "peers"))
from meter import Meter, job

HOPS = 4


def main() -> None:
    work, meter = job(), Meter()
    found = {
        "duckdb": duckdb,
        "scipy": scipy,
        "graphblas": graphblas,
        "igraph": igraph,
        "rustworkx": rustworkx,
        "kuzu": kuzu,
        "real_ladybug": kuzu,
    }
    meter.write(work["out"], **found[work["engine"]](work, meter))


def graph(work: dict[str, Any]) -> tuple[Any, Any, Any, Any, Any, int]:
    folder = Path(work["folder"])
    table = pq.read_table(folder / "ties.parquet")
    source, target, cost = (table[name].to_numpy() for name in ("src", "dst", "cost"))
    starts, ends = (np.load(folder / f"{name}.npy") for name in ("s", "t"))
    return source, target, cost, starts, ends, int(np.load(folder / "nodes.npy"))


def sampled(work: dict[str, Any], meter: Meter, of: Iterable[Any], ask: Callable[[Any], None]) -> int:
    """Ask one after another until the time is over; how many were asked."""
    meter.phase("load")
    until, done = time.monotonic() + work["seconds"], 0
    for one in of:
        ask(one)
        done += 1
        if time.monotonic() > until:
            break
    meter.phase("sample")
    return done


def duckdb(work: dict[str, Any], meter: Meter) -> dict[str, Any]:
    import duckdb as engine

    folder = Path(work["folder"])
    run = engine.connect(config={"threads": work["threads"], "memory_limit": "8GB", "temp_directory": work["out"] + ".spill"}).execute
    run(
        f"create table e as select src as a, dst as b, cost from '{folder}/ties.parquet' union all select dst, src, cost from '{folder}/ties.parquet'"
    )
    run(f"create table s as select id from '{folder}/s.parquet'")
    run(f"create table t as select id from '{folder}/t.parquet'")
    meter.phase("load")
    for side in "st":
        run(f"create temp table {side}1 as select {side}.id as {side}, e.b as m, e.cost as c from {side} join e on e.a = {side}.id")
        run(
            f"create temp table {side}2 as select x.{side}, e.b as m, x.m as v, x.c + e.cost as c from {side}1 x join e on e.a = x.m where e.b <> x.{side}"
        )
    run("""create table found as with p as (
        select s1.s, t.id as t, s1.c, null::int as a, null::int as m, null::int as b from s1 join t on t.id = s1.m
        union all select s1.s, t1.t, s1.c + t1.c, null, s1.m, null from s1 join t1 using (m) where s1.s <> t1.t
        union all select s2.s, t1.t, s2.c + t1.c, s2.v, s2.m, null from s2 join t1 using (m) where s2.v <> t1.t and s2.m <> t1.t and s2.s <> t1.t
        union all select s2.s, t2.t, s2.c + t2.c, s2.v, s2.m, t2.v from s2 join t2 using (m)
            where s2.v <> t2.v and s2.v <> t2.t and t2.v <> s2.s and s2.m <> t2.t and s2.m <> s2.s and s2.s <> t2.t)
        select s, t, min_by(struct_pack(c := c, a := a, m := m, b := b), c, 3) as top from p group by s, t""")
    meter.phase("search")
    row = run(
        """select count(*), sum(len(top)), sum(list_sum(list_transform(top, x -> x.c::double))), sum(top[1].c::double) from found"""
    ).fetchone()
    return {"pairs": row[0], "paths": int(row[1]), "cost": round(row[2], 2), "best": round(row[3], 2)}


def scipy(work: dict[str, Any], meter: Meter) -> dict[str, Any]:
    from scipy import sparse
    from scipy.sparse import csgraph

    source, target, cost, starts, ends, nodes = graph(work)
    both = (np.concatenate([source, target]), np.concatenate([target, source]))
    weights = np.ones(2 * len(cost), np.float32) if work["what"] == "reach" else np.concatenate([cost, cost]).astype(np.float64)
    matrix = sparse.coo_matrix((weights, both), shape=(nodes, nodes)).tocsr()
    if work["what"] == "reach":
        left, right = (
            sparse.csr_matrix((np.ones(len(one), np.float32), (np.arange(len(one)), one)), shape=(len(one), nodes))
            for one in (starts, ends)
        )
        meter.phase("load")
        s1, t1 = left @ matrix, right @ matrix
        s2, t2 = s1 @ matrix, t1 @ matrix
        met = left @ t1.T + s1 @ t1.T + s2 @ t1.T + s2 @ t2.T
        meter.phase("search")
        return {"pairs": int(met.nnz)}
    return {"done": 4 * sampled(work, meter, range(0, len(starts), 4), lambda at: csgraph.dijkstra(matrix, indices=starts[at : at + 4]))}


def graphblas(work: dict[str, Any], meter: Meter) -> dict[str, Any]:
    from graphblas import Matrix, binary, monoid, semiring

    source, target, cost, starts, ends, nodes = graph(work)
    both = np.concatenate([source, target]), np.concatenate([target, source])
    matrix = Matrix.from_coo(*both, np.concatenate([cost, cost]), nrows=nodes, ncols=nodes)
    left, right = (
        Matrix.from_coo(np.arange(len(one)), one, np.zeros(len(one), np.float32), nrows=len(one), ncols=nodes) for one in (starts, ends)
    )
    meter.phase("load")
    plus, least = semiring.min_plus, binary.min
    s1, t1 = plus(left @ matrix).new(), plus(right @ matrix).new()
    s2, t2 = plus(s1 @ matrix).new(), plus(t1 @ matrix).new()
    near = s1.ewise_add(s2, least).new()
    far = right.ewise_add(t1, least).new().ewise_add(t2, least).new()
    met = plus(near @ far.T).new()
    meter.phase("search")
    return {"pairs": met.nvals, "best": round(float(met.reduce_scalar(monoid.plus["FP64"]).new().value), 2)}


def igraph(work: dict[str, Any], meter: Meter) -> dict[str, Any]:
    import igraph as ig

    source, target, cost, starts, ends, nodes = graph(work)
    net = ig.Graph(n=nodes, edges=np.column_stack([source, target]))
    net.es["w"] = cost
    to = ends.tolist()
    if work["what"] == "dijkstra":
        return {"done": sampled(work, meter, starts.tolist(), lambda one: net.distances([one], to, weights="w"))}
    weight = dict(zip(zip(source.tolist(), target.tolist(), strict=True), cost.tolist(), strict=True))

    def all_paths(one: int) -> None:
        best: dict[int, list[Any]] = {}
        for path in net.get_all_simple_paths(one, to=to, maxlen=HOPS):
            total = sum(weight.get((x, y)) or weight.get((y, x)) or 0.0 for x, y in pairwise(path))
            best.setdefault(path[-1], []).append((total, path))
        for some in best.values():
            some.sort()

    return {"done": sampled(work, meter, starts.tolist(), all_paths)}


def rustworkx(work: dict[str, Any], meter: Meter) -> dict[str, Any]:
    import rustworkx as rx

    source, target, cost, starts, ends, nodes = graph(work)
    net = rx.PyGraph(multigraph=False)
    net.add_nodes_from(range(nodes))
    net.extend_from_weighted_edge_list(list(zip(source.tolist(), target.tolist(), cost.tolist(), strict=True)))
    if work["what"] == "dijkstra":
        return {"done": sampled(work, meter, starts.tolist(), lambda one: rx.dijkstra_shortest_path_lengths(net, one, float))}
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return {"done": sampled(work, meter, pairs, lambda pair: rx.all_simple_paths(net, *pair, cutoff=HOPS + 1))}


def kuzu(work: dict[str, Any], meter: Meter) -> dict[str, Any]:
    engine = importlib.import_module(work["engine"])
    folder = work["folder"]
    run = engine.Connection(engine.Database(work["out"] + ".db", buffer_pool_size=4 << 30), num_threads=work["threads"]).execute
    run("create node table N(id INT64, is_t BOOLEAN, primary key(id))")
    run("create rel table E(FROM N TO N, cost FLOAT)")
    run(f"copy N from '{folder}/nodes.parquet'")
    run(f"copy E from '{folder}/ties.parquet'")
    starts = np.load(Path(folder) / "s.npy").tolist()
    query = "MATCH (a:N)-[e:E* SHORTEST 1..4]-(b:N) WHERE a.id IN $ids AND b.is_t RETURN count(*)"

    def some(at: int) -> None:
        run(query, {"ids": starts[at : at + 10]}).get_next()

    return {"done": 10 * sampled(work, meter, range(0, len(starts), 10), some)}


if __name__ == "__main__":
    main()
