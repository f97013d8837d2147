"""The same search as joins, for graphs that no single machine holds: two steps are walked from either side, and what meets is a path.

The costs are those of the kernels to the last digit, and so are the answers; a test holds the two together. It needs `edges` and `entities`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.graph import adjacency, csr, loading
from crosstie.graph.paths import GAP_DAYS, Paths, joined_up
from crosstie.store.engine import Engine

_WHOLE = pa.int64()
_EDGE = pa.schema([pa.field(name, _WHOLE) for name in ("a", "b", "ticks", "stands", "begins", "ends")])
#: Which of parallel edges stands for all: the cheaper, then the kind named first (as in `adjacency`), in one number.
_KINDS = adjacency.KINDS
_NODE = pa.schema([pa.field(name, _WHOLE) for name in ("node", "share", "degree")])
#: Whether the periods of two neighbouring steps agree.
_AGREE = "{y}.begins - {x}.ends <= {gap} and {x}.begins - {y}.ends <= {gap}"


def search(engine: Engine, sources: Sequence[str], targets: Sequence[str], closed: Sequence[str], **asked: int) -> Paths:
    """The paths of a graph of which nothing is made yet: `merge`, then `walked`."""
    merge(engine)
    return walked(engine, sources, targets, closed, **asked)


def walked(
    engine: Engine,
    sources: Sequence[str],
    targets: Sequence[str],
    closed: Sequence[str],
    *,
    max_hops: int,
    k: int,
    hub: int,
    keep: int,
    gap_days: int = GAP_DAYS,
) -> Paths:
    """Up to `k` cheapest paths of the `keep` nearest pairs, as `paths.search` finds them; nodes are numbered as in `loading.number`. The
    ties are those that `merge` made.
    """
    _ties(engine, sources, targets, closed, hub)
    for side in "st":
        _walks(engine, side, max_hops, gap_days)
    met = _met(max_hops, gap_days)
    near = met[:3]
    engine.create("frontier_near", f"select s, t, min(cost) as cost from ({' union all '.join(near)}) p group by s, t")
    if max_hops > 3:
        # what is dearer than the last pair wanted need not be joined
        last = f"select max(cost) from (select cost from frontier_near order by cost limit {keep}) p"
        bound = engine.scalar(last) if engine.scalar("select count(*) from frontier_near") >= keep else None
        far = met[3] + (f" and x.cost + y.cost <= {bound}" if bound is not None else "")
        engine.create("frontier_far", f"select s, t, min(cost) as cost from ({far}) p group by s, t")
        engine.create(
            "frontier_near",
            "select s, t, min(cost) as cost from (select * from frontier_near union all select * from frontier_far) p group by s, t",
        )
    engine.create("frontier_pairs", f"select s, t from frontier_near order by cost, least(s, t), greatest(s, t), s limit {keep}")
    wanted = [f"{one} and exists (select 1 from frontier_pairs w where w.s = x.s and w.t = y.t)" for one in met]
    engine.create("frontier_paths", " union all ".join(wanted))
    # equal costs by the nodes between, read from the end with the smaller number
    back = "case when t < s then {0} else {1} end"
    turned = (
        back.format("case when b >= 0 then b when m >= 0 then m else a end", "a"),
        back.format("case when b < 0 and m >= 0 then a else m end", "m"),
        back.format("case when b >= 0 then a else b end", "b"),
    )
    found = engine.arrow(f"""
        select s, t, place - 1 as place, cost, a, m, b from (
            select p.*, row_number() over (partition by s, t order by cost, {", ".join(turned)}) as place from frontier_paths p) p
        where place <= {k} order by s, t, place""")
    if not len(found):
        return joined_up(iter(()))
    columns = {name: np.asarray(found[name].to_numpy()) for name in found.column_names}
    return Paths(
        columns["s"].astype(np.int32),
        columns["t"].astype(np.int32),
        columns["place"].astype(np.int16),
        columns["cost"].astype(np.float32) / np.float32(csr.TICKS),
        np.stack([columns[name] for name in "amb"], axis=1).astype(np.int32),
    )


def _ties(engine: Engine, sources: Sequence[str], targets: Sequence[str], closed: Sequence[str], hub: int) -> None:
    """Tables `frontier_ties` (both ways, with costs, and whether a path may run on through `b`), and of the ends `frontier_s` and `frontier_t`."""
    for name, some in (("s", sources), ("t", targets), ("closed", closed)):
        engine.load("frontier_ids", pa.table({"entity_id": pa.array(sorted(set(some)), pa.string())}))
        engine.create(
            f"frontier_{name}",
            "select cast(n.number as bigint) as node from graph_numbers n join frontier_ids i on i.entity_id = n.entity_id",
        )
    engine.create(
        "frontier_ties",
        """
        select a, b, ticks, begins, ends from frontier_merged
        union all select b as a, a as b, ticks, begins, ends from frontier_merged""",
    )
    engine.map("frontier_degrees", "select a as node, count(*) as degree from frontier_ties group by a", _shares, _NODE)
    engine.create(
        "frontier_nodes",
        f"""
        select d.node, d.share, case when d.degree <= {hub} and c.node is null then 1 else 0 end as through
        from frontier_degrees d left join frontier_closed c on c.node = d.node""",
    )
    engine.create(
        "frontier_ties",
        """
        select t.a, t.b, t.ticks + x.share + y.share as cost, t.begins, t.ends, y.through
        from frontier_ties t join frontier_nodes x on x.node = t.a join frontier_nodes y on y.node = t.b""",
    )


def merge(engine: Engine) -> None:
    """Number the nodes, and table `frontier_merged`: each tie once, its lower end first, of what is parallel the best with the hull of all periods."""
    loading.number(engine)
    kinds, days = loading.kinds(engine), loading.days(engine)
    engine.map("frontier_edges", loading.NUMBERED, partial(_edges, kinds, days), _EDGE)
    engine.create(
        "frontier_merged",
        """
        select least(a, b) as a, greatest(a, b) as b, min(ticks) as ticks, min(stands) as stands, min(begins) as begins, max(ends) as ends
        from frontier_edges where a <> b group by least(a, b), greatest(a, b)""",
    )


def totals(engine: Engine) -> tuple[int, NDArray[np.int64]]:
    """How many nodes the whole graph has, and how many places in its rows ties of each kind would have, two for each tie: of what `merge` made."""
    found = np.zeros(len(loading.kinds(engine)), np.int64)
    of_kind = engine.arrow(f"""
        select kind, count(*) as n from (select stands - ticks * {_KINDS} as kind from frontier_merged) m group by kind order by kind""")
    found[np.asarray(of_kind["kind"].to_numpy(), np.int64)] = 2 * np.asarray(of_kind["n"].to_numpy(), np.int64)
    return int(engine.scalar("select count(*) from graph_numbers")), found


def _edges(kinds: tuple[str, ...], days: NDArray[np.int32], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        source, target, what, when = loading.columns(batch, kinds, days)
        ticks = (what & 0xFFFF).astype(np.int64)
        found = (source, target, ticks, ticks * _KINDS + (what >> 17), days[when & 0xFFFF], days[when >> 16])
        yield pa.RecordBatch.from_arrays([pa.array(column.astype(np.int64)) for column in found], schema=_EDGE)


def _shares(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What each node adds to its ties, by the kernel that does it for rows."""
    for batch in batches:
        degree = np.asarray(batch.column("degree").to_numpy(zero_copy_only=False), np.int64)
        share = np.empty(len(degree), np.int16)
        adjacency.shares(np.concatenate([np.zeros(1, np.int64), np.cumsum(degree)]), csr.HUB_WEIGHT, share)
        yield pa.RecordBatch.from_arrays([batch.column("node"), pa.array(share.astype(np.int64)), pa.array(degree)], schema=_NODE)


def _walks(engine: Engine, side: str, hops: int, gap: int) -> None:
    """Tables of one step and of two from the ends of one side; `v` is the node between, `begins` and `ends` are those of the last step."""
    engine.create(
        f"frontier_{side}1",
        f"select f.node as {side}, t.b as m, t.cost, t.begins, t.ends, t.through from frontier_{side} f join frontier_ties t on t.a = f.node",
    )
    if hops > (2 if side == "s" else 3):
        engine.create(
            f"frontier_{side}2",
            f"""
            select x.{side}, x.m as v, y.b as m, x.cost + y.cost as cost, y.begins, y.ends from frontier_{side}1 x
            join frontier_ties y on y.a = x.m
            where x.through = 1 and y.through = 1 and y.b <> x.{side} and {_AGREE.format(x="x", y="y", gap=gap)}""",
        )


def _met(hops: int, gap: int) -> list[str]:
    """Queries for the paths of one step, two, three and four: `x` is the walk from the source, `y` that from the target."""
    agree = _AGREE.format(x="x", y="y", gap=gap)
    none = "cast(-1 as bigint)"
    found = [
        f"""select x.s, y.t, x.cost, {none} as a, {none} as m, {none} as b from frontier_s1 x
        join (select node as t from frontier_t) y on y.t = x.m where x.s <> y.t""",
        f"""select x.s, y.t, x.cost + y.cost as cost, x.m as a, {none} as m, {none} as b from frontier_s1 x
        join frontier_t1 y on y.m = x.m where x.through = 1 and x.s <> y.t and {agree}""",
        f"""select x.s, y.t, x.cost + y.cost as cost, x.v as a, x.m, {none} as b from frontier_s2 x
        join frontier_t1 y on y.m = x.m where x.s <> y.t and x.v <> y.t and {agree}""",
        f"""select x.s, y.t, x.cost + y.cost as cost, x.v as a, x.m, y.v as b from frontier_s2 x
        join frontier_t2 y on y.m = x.m where x.s <> y.t and x.v <> y.t and x.v <> y.v and y.v <> x.s and {agree}""",
    ]
    return found[:hops]
