"""From what is claimed to ties between resolved entities, each with its evidence.

Five kinds of ties are gathered in one table of evidence, `graph_said`: relations that sources state (`graph.relations`), events of ledgers
(`graph.ledgers`), rare values that two entities share (`graph.shared`), findings that a person accepted (`graph.found`) and occasions on which two were
together (`graph.together`). Here they become edges: what speaks for the same tie is put together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from crosstie.graph import evidence, found, ledgers, relations, shared, together
from crosstie.model.marking import CREDIBILITY, RELIABILITY, grade_confidence, strictest
from crosstie.model.tables import EDGE
from crosstie.settings import Settings
from crosstie.store.engine import Engine

#: What `graph_said` holds, one row for each piece of evidence. `item` is what counts once: the originator of a statement, or the value
#: that is shared. Rows that do not `count` only support (the register that says whose account it is): they are shown and mark the edge.
SAID = (
    "source",
    "target",
    "kind",
    "currency",
    "label",
    "start",
    "end",
    "events",
    "amount",
    "confidence",
    "rarity",
    "item",
    "counts",
    "source_id",
    "locator",
    "sentence",
    "originator",
    "grade",
    "marking",
)

#: The same two entities, kind and currency are the same edge, in every build.
EDGE_ID = "substr(md5(s.source || '|' || s.target || '|' || s.kind || '|' || s.currency), 1, 16)"


def compile_edges(engine: Engine, settings: Settings, occasions: Mapping[str, Sequence[str]] | None = None) -> None:
    """Create `edges` (EDGE) from `claims`, `entities`, `sources` and the ledgers.

    The confidence of an edge is the noisy-or over originators (for shared values: over values) of grade times the weight of its kind; copies of one
    originator count once. Victims and minors have no edges, and what happens inside one resolved entity is none. `occasions` are the ledgers whose events
    bring people together, with the columns that tell the occasion (`graph.together`).
    """
    # sums of fractions are rounded: they come in the order of the threads, and the same input is to give the same bytes
    _grades(engine)
    engine.create("graph_ids", "select distinct entity_id, canonical_id from claims")
    engine.create("graph_nodes", "select entity_id, schema, caption from entities where not victim")
    # what is no longer needed goes at once: this is the largest piece of work of a build
    with engine.stage(keep=("graph_origins", "graph_said", "graph_commons")):
        meetings = together.gather(engine, occasions or {})
        _said(engine, [*relations.gather(engine), *ledgers.gather(engine), *shared.gather(engine), *found.gather(engine), *meetings])
    _facts(engine)
    _markings(engine)
    _edges(engine)


def _grades(engine: Engine) -> None:
    grades = [letter + figure for letter in RELIABILITY for figure in CREDIBILITY]
    engine.load("graph_grades", pa.table({"grade": grades, "confidence": [grade_confidence(grade) for grade in grades]}))


def _said(engine: Engine, parts: list[str]) -> None:
    """Table `graph_said`: the parts in one, each row with the id of its edge and the number of its origin (who says so, where, how surely)."""
    origin = "source_id, originator, grade, marking"
    distinct = " union ".join(f"select {origin} from {part}" for part in parts)
    engine.create(
        "graph_origins",
        f"""
        select cast(row_number() over (order by {origin}) as integer) as origin, dense_rank() over (order by source_id) as source_no, {origin}
        from ({distinct})""",
    )
    columns = ", ".join(f'"{column}"' for column in SAID)
    kept = ", ".join(f's."{column}"' for column in SAID if column not in origin.split(", "))
    same = " and ".join(f"o.{column} is not distinct from s.{column}" for column in origin.split(", "))
    engine.create(
        "graph_said",
        f"""
        select {EDGE_ID} as edge_id, o.origin, {kept}
        from ({" union all ".join(f"select {columns} from {part} where source <> target" for part in parts)}) s
        join graph_origins o on {same}
        where s.source in (select entity_id from graph_nodes) and s.target in (select entity_id from graph_nodes)""",
    )


def _facts(engine: Engine) -> None:
    """Tables `graph_weights` and `graph_facts`: how sure each edge is, and what it is."""
    engine.create(
        "graph_items",
        """
        select edge_id, item, max(confidence) as confidence, max(rarity) as rarity, min(starts_with(kind, 'shared.')) as shared
        from graph_said where counts group by edge_id, item""",
    )
    engine.create(
        "graph_weights",
        """
        select edge_id, round(1 - exp(sum(ln(1 - least(confidence, 0.999)))), 9) as confidence,
            round(case when min(shared) then sum(rarity) else max(rarity) end, 9) as rarity from graph_items group by edge_id""",
    )
    engine.create(
        "graph_facts",
        f"""
        select edge_id, min(source) as source, min(target) as target, min(kind) as kind, min(currency) as currency, min(label) as label,
            min("start") as "start", max("end") as "end", sum(events) as events, {ledgers.exact_sum("amount")} as amount
        from graph_said group by edge_id""",
    )


def _markings(engine: Engine) -> None:
    """Table `graph_marked`: who says so and the marking of each edge, the strictest of its evidence. There are few combinations, so each is
    worked out once.
    """
    engine.create(
        "graph_voices",
        """
        select s.edge_id, list_sort(array_agg(distinct o.marking)) as markings,
            list_sort(array_agg(distinct o.originator) filter (where s.counts and o.originator is not null)) as originators
        from (select edge_id, origin, max(counts) as counts from graph_said group by edge_id, origin) s
        join graph_origins o on o.origin = s.origin group by s.edge_id""",
    )
    combinations: list[Any] = engine.arrow("select distinct markings from graph_voices")["markings"].to_pylist()
    combinations.sort(key=repr)
    kind = pa.schema([("markings", pa.list_(pa.string())), ("marking", pa.string())])
    marked = [strictest([one for one in combination if one]) for combination in combinations]
    engine.load("graph_strictest", pa.table([pa.array(combinations, kind.field(0).type), pa.array(marked, pa.string())], schema=kind))
    engine.create(
        "graph_marked",
        """
        select v.edge_id, v.originators, s.marking from graph_voices v join graph_strictest s on s.markings = v.markings""",
    )


def _edges(engine: Engine) -> None:
    columns = {
        "currency": "case when f.currency = '' then null else f.currency end",
        "events": "cast(f.events as bigint)",
        "confidence": "w.confidence",
        "rarity": "w.rarity",
        "marking": "m.marking",
        "originators": "coalesce(m.originators, array[]::varchar[])",
    }
    listed = ", ".join(f'{columns.get(name, f"f.{chr(34)}{name}{chr(34)}")} as "{name}"' for name in EDGE.names if name != "evidence")
    evidence.attach(
        engine,
        f"""
        select {listed} from graph_facts f left join graph_weights w on w.edge_id = f.edge_id join graph_marked m on m.edge_id = f.edge_id""",
    )
