"""Signs in who trades: a consignee that was born or dissolved the other day, one address for many consignees of one exporter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from crosstie.lenses.resources.consignments import current, mark
from crosstie.lenses.resources.signs.goods import watched_codes
from crosstie.store.engine import Engine


def newborn(engine: Engine, *, days: float) -> str:
    """`res_newborn`: watched goods for a consignee that was founded at most so many days before, or dissolved by then."""
    born = engine.arrow(
        "select canonical_id, min(case when prop = 'incorporationDate' then value end) as born, min(case when prop = 'dissolutionDate' then value end)"
        " as gone from claims where prop in ('incorporationDate', 'dissolutionDate') group by canonical_id order by canonical_id"
    ).to_pylist()
    rows = [(row["canonical_id"], row["born"], _after(row["born"], days), row["gone"]) for row in born]
    schema = pa.schema([(name, pa.string()) for name in ("canonical_id", "born", "grown", "gone")])
    engine.load("res_born", pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema))
    young = "(e.date >= n.born and e.date <= n.grown)"
    gone = "(length(n.gone) = 10 and e.date > n.gone)"
    what = f"case when {gone} then 'consignee dissolved on ' || n.gone else 'consignee founded on ' || n.born end"
    of = f"{current(engine)} e join {watched_codes(engine)} k on k.hs = e.hs join res_born n on n.canonical_id = e.b"
    return mark(engine, "newborn", of, f"{young} or {gone}", what=what)


def one_address(engine: Engine, *, consignees: float, most: float) -> str:
    """`res_address`: consignments of an exporter to several consignees who share one address, which no more than `most` parties at all share."""
    table = current(engine)
    engine.create(
        "res_addresses",
        "select canonical_id, lower(value) as address from claims where prop = 'address' and length(value) > 7 group by canonical_id, lower(value)",
    )
    engine.create(
        "res_shared",
        f"select address from res_addresses group by address having count(distinct canonical_id) >= {int(consignees)}"
        f" and count(distinct canonical_id) <= {int(most)}",
    )
    engine.create(
        "res_homes",
        "select a.canonical_id, min(a.address) as address from res_addresses a join res_shared s on s.address = a.address group by a.canonical_id",
    )
    engine.create(
        "res_ring",
        f"select e.a, h.address, count(distinct e.b) as many from {table} e join res_homes h on h.canonical_id = e.b where e.a is not null"
        f" group by e.a, h.address having count(distinct e.b) >= {int(consignees)}",
    )
    return mark(
        engine, "address", f"{table} e join res_homes h on h.canonical_id = e.b join res_ring r on r.a = e.a and r.address = h.address",
        what="h.address", number="cast(r.many as double)",
    )  # fmt: skip


def _after(born: Any, days: float) -> str | None:
    """The last day of a consignee's first days; None where the day of its birth is not known to the day."""
    try:
        return (date.fromisoformat(born) + timedelta(days=days)).isoformat() if born and len(born) == 10 else None
    except ValueError:
        return None
