"""Sources that are copies of another: what a copy only repeats is left out before anything is counted, under whatever name it came.

A copy is a source of about the same size in which nearly all records say to the letter what records of another source say, whatever their ids are and
whoever is named as originator; of several the one that was received first stands. Left out are the records and events that are the same; what is the
copy's own stays. So a build with a copy is the build without it. Versions of one list are no copies of each other: they have their own rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from followthemoney import model

from crosstie.model.tables import LEDGER_BASE, STATEMENT
from crosstie.store.engine import Engine

#: Sizes of copies differ by no more than this share, and at least so much of the records and events is the same.
SIZES, SAME = 0.02, 0.95
#: What was found, for those who show it: source_id, originator and file_name of the copy, `original`: the source that stands.
TABLE = "source_copies"
_COPIES = pa.schema([(name, pa.string()) for name in ("source_id", "original", "originator", "file_name")])
_COUNTED = ("records", "statements", "ledger_rows")


def leave_out(engine: Engine) -> list[dict[str, Any]]:
    """Find the copies among `sources` and take what they repeat out of `statements` and the ledgers; the rows of `source_copies`, as plain data."""
    told = engine.arrow("select * from sources order by received_at, source_id").to_pylist()
    found: list[dict[str, Any]] = []
    pairs = _alike(told)
    if pairs:
        known = {one["source_id"]: one for one in told}
        _signatures(engine, sorted({source for pair in pairs for source in pair}))
        for first, second in pairs:
            if first not in (one["source_id"] for one in found) and _same(engine, first, second):
                row = known[second]
                found.append({"source_id": second, "original": first, "originator": row["originator"], "file_name": row["file_name"]})
    copies = list({one["source_id"]: one for one in reversed(found)}.values())[::-1]
    engine.load(TABLE, pa.Table.from_pylist(copies, schema=_COPIES))
    if copies:
        _thin(engine)
    return copies


def _alike(told: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of sources of about the same size, the one received first before the other."""
    place = {one["source_id"]: at for at, one in enumerate(told)}
    found = []
    held: deque[dict[str, Any]] = deque()
    for other in sorted((one for one in told if one["statements"]), key=lambda one: (one["statements"], place[one["source_id"]])):
        while held and held[0]["statements"] < (1 - SIZES) * other["statements"]:
            held.popleft()
        for one in held:
            near = all(abs(one[name] - other[name]) <= SIZES * max(one[name], other[name]) for name in _COUNTED)
            if near and one["series"] != other["series"]:
                first, second = sorted((one["source_id"], other["source_id"]), key=place.__getitem__)
                found.append((first, second))
        held.append(other)
    return sorted(found, key=lambda pair: (place[pair[0]], place[pair[1]]))


def _signatures(engine: Engine, sources: Sequence[str]) -> None:
    """Table `copy_records` (source_id, entity_id, same): two records are the `same` that say the same of themselves and of the records that they name."""
    listed = ", ".join(f"'{source}'" for source in sources)
    engine.create("copy_said", f'select distinct source_id, entity_id, "schema", prop, value from statements where source_id in ({listed})')
    engine.load("copy_refers", _references())
    engine.create(
        "copy_told",
        """
        select distinct s.source_id, s.entity_id, s."schema", s.prop, s.value, r.prop is not null as refers from copy_said s
        left join copy_refers r on r."schema" = s."schema" and r.prop = s.prop""",
    )
    plain = "s.\"schema\" || ' ' || s.prop || '='"
    _gathered(engine, f"select s.source_id, s.entity_id, {plain} || case when s.refers then '' else s.value end as item from copy_told s")
    engine.create("copy_own", "select * from copy_records")
    _gathered(
        engine,
        f"""
        select s.source_id, s.entity_id, case when o.same is null then {plain} || s.value else s.prop || '>' || o.same end as item
        from copy_told s left join copy_own o on s.refers and o.source_id = s.source_id and o.entity_id = s.value""",
    )


def _references() -> pa.Table:
    """The properties whose values are ids of records."""
    found = [(schema.name, prop.name) for schema in model for prop in schema.properties.values() if prop.type.name == "entity"]
    names, props = zip(*sorted(found), strict=True)
    return pa.table({"schema": pa.array(names, pa.string()), "prop": pa.array(props, pa.string())})


def _gathered(engine: Engine, items: str) -> None:
    engine.create(
        "copy_items",
        f"select source_id, entity_id, list_sort(array_agg(distinct item)) as items from ({items}) g group by source_id, entity_id",
    )
    engine.create(
        "copy_records",
        """
        select c.source_id, c.entity_id, k.same from copy_items c
        join (select items, min(source_id || ' ' || entity_id) as same from copy_items group by items) k on k.items = c.items""",
    )


def _same(engine: Engine, first: str, second: str) -> bool:
    """Whether nearly all records and events of each of the two are in the other."""
    for one, other in ((first, second), (second, first)):
        share = engine.scalar(f"""
            select sum(case when o.same is null then 0.0 else 1.0 end) / count(*) from copy_records r
            left join (select distinct same from copy_records where source_id = '{other}') o on o.same = r.same where r.source_id = '{one}'""")
        if not share or float(share) < SAME:
            return False
    pairs = f"(select '{second}' as source_id, '{first}' as original)"
    for ledger in engine.tables("ledger_"):
        _events(engine, ledger, pairs)
        rows = engine.scalar(f"select count(*) from {ledger} where source_id = '{second}'")
        if rows and engine.scalar(f"select count(*) from copy_events where copied and source_id = '{second}'") < SAME * rows:
            return False
    return True


def _events(engine: Engine, ledger: str, pairs: str) -> None:
    """Table `copy_events` (source_id, event_id, locator, copied): events of copies; `copied` are those that the source that stands tells too, as often, between
    the same parties and with all the same in every column.
    """
    base = set(LEDGER_BASE.names)
    columns = [name for name in engine.arrow(f"select * from {ledger} limit 0").schema.names if name not in base]
    told = " || ' ' || ".join(f"coalesce(cast(l.\"{name}\" as varchar), '')" for name in ("date", *columns))
    engine.create(
        "copy_worded",
        f"""
        select source_id, event_id, locator, words, row_number() over (partition by source_id, words order by event_id, locator) as place from (
            select l.source_id, l.event_id, l.locator, coalesce(a.same, l.a_id, '') || ' ' || coalesce(b.same, l.b_id, '') || ' ' || {told} as words
            from {ledger} l left join copy_records a on a.source_id = l.source_id and a.entity_id = l.a_id
            left join copy_records b on b.source_id = l.source_id and b.entity_id = l.b_id
            where l.source_id in (select source_id from {pairs} p union select original from {pairs} q)) w""",
    )
    engine.create(
        "copy_events",
        f"""
        select w.source_id, w.event_id, w.locator, o.source_id is not null as copied from copy_worded w
        join {pairs} p on p.source_id = w.source_id
        left join copy_worded o on o.source_id = p.original and o.words = w.words and o.place = w.place""",
    )


def _thin(engine: Engine) -> None:
    """Leave out of `statements` and the ledgers what is copied; who is named by what stays is named by the id in the source that stands."""
    engine.create(
        "copy_ids_of",
        f"""
        select r.source_id, r.entity_id, min(o.entity_id) as stands from copy_records r join {TABLE} c on c.source_id = r.source_id
        join copy_records o on o.source_id = c.original and o.same = r.same group by r.source_id, r.entity_id""",
    )
    engine.create("copy_names", "select entity_id, min(stands) as stands from copy_ids_of where entity_id <> stands group by entity_id")
    engine.load("copy_refers", _references())
    listed = ", ".join(f'coalesce(m.stands, s.value) as "{name}"' if name == "value" else f's."{name}"' for name in STATEMENT.names)
    _replace(
        engine,
        "statements",
        f"""
        select {listed} from statements s left join copy_ids_of d on d.source_id = s.source_id and d.entity_id = s.entity_id
        left join copy_refers r on r."schema" = s."schema" and r.prop = s.prop
        left join copy_names m on r.prop is not null and m.entity_id = s.value where d.entity_id is null""",
    )
    for ledger in engine.tables("ledger_"):
        _events(engine, ledger, TABLE)
        columns = engine.arrow(f"select * from {ledger} limit 0").schema.names
        ends = {"a_id": "coalesce(a.stands, l.a_id)", "b_id": "coalesce(b.stands, l.b_id)"}
        kept = ", ".join(f'{ends.get(name, f"l.{chr(34)}{name}{chr(34)}")} as "{name}"' for name in columns)
        _replace(
            engine,
            ledger,
            f"""
            select {kept} from {ledger} l left join copy_names a on a.entity_id = l.a_id left join copy_names b on b.entity_id = l.b_id
            left join copy_events e on e.copied and e.source_id = l.source_id and e.event_id = l.event_id and e.locator = l.locator
            where e.event_id is null""",
        )


def _replace(engine: Engine, view: str, query: str) -> None:
    """A table in the place of a view that its query reads."""
    engine.create("copy_kept", query)
    engine.create(view, "select * from copy_kept")
