"""From what is claimed to ties between resolved entities, each with its evidence.

Three kinds of ties are gathered in one table of evidence, `graph_said`: relations that sources state (`graph.relations`), events of ledgers
(`graph.ledgers`) and rare values that two entities share (`graph.shared`). Here they become edges: what speaks for the same tie is put together.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from crosstie.graph import ledgers, relations, shared
from crosstie.model.marking import CREDIBILITY, RELIABILITY, grade_confidence, strictest
from crosstie.model.tables import EDGE
from crosstie.settings import Settings
from crosstie.store.engine import Engine

#: Pieces of evidence kept with an edge, best first.
EVIDENCE_KEPT = 12

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


def compile_edges(engine: Engine, settings: Settings) -> None:
    """Create `edges` (EDGE) from `claims`, `entities`, `sources` and the ledgers.

    The confidence of an edge is the noisy-or over originators (for shared values: over values) of grade times the weight of its kind; copies of one
    originator count once. Victims and minors have no edges, and what happens inside one resolved entity is none.
    """
    # sums of fractions are rounded: they come in the order of the threads, and the same input is to give the same bytes
    _grades(engine)
    engine.create("graph_ids", "select distinct entity_id, canonical_id from claims")
    engine.create("graph_nodes", "select entity_id, schema, caption from entities where not victim")
    parts = [*relations.gather(engine), *ledgers.gather(engine), *shared.gather(engine)]
    columns = ", ".join(f'"{column}"' for column in SAID)
    engine.create(
        "graph_said",
        " union all ".join(
            f"""
        select {columns} from {part} where source <> target
            and source in (select entity_id from graph_nodes) and target in (select entity_id from graph_nodes)"""
            for part in parts
        ),
    )
    _markings(engine)
    _edges(engine)


def _grades(engine: Engine) -> None:
    grades = [letter + figure for letter in RELIABILITY for figure in CREDIBILITY]
    engine.load("graph_grades", pa.table({"grade": grades, "confidence": [grade_confidence(grade) for grade in grades]}))


def _markings(engine: Engine) -> None:
    """Table `graph_marked`: the marking of each edge, the strictest of its evidence. There are few combinations, so each is worked out once."""
    engine.create(
        "graph_combined",
        """
        select source, target, kind, currency, list_sort(array_agg(distinct marking)) as markings from graph_said
        group by source, target, kind, currency""",
    )
    combinations: list[Any] = engine.arrow("select distinct markings from graph_combined")["markings"].to_pylist()
    combinations.sort(key=repr)
    kind = pa.schema([("markings", pa.list_(pa.string())), ("marking", pa.string())])
    marked = [strictest([one for one in combination if one]) for combination in combinations]
    engine.load("graph_strictest", pa.table([pa.array(combinations, kind.field(0).type), pa.array(marked, pa.string())], schema=kind))
    engine.create(
        "graph_marked",
        """
        select c.source, c.target, c.kind, c.currency, s.marking from graph_combined c join graph_strictest s on s.markings = c.markings""",
    )


def _edges(engine: Engine) -> None:
    tie = "source, target, kind, currency"
    engine.create(
        "graph_items",
        f"""
        select {tie}, item, max(confidence) as confidence, max(rarity) as rarity from graph_said where counts group by {tie}, item""",
    )
    engine.create(
        "graph_weights",
        f"""
        select {tie}, round(1 - exp(sum(ln(1 - least(confidence, 0.999)))), 9) as confidence,
            round(case when starts_with(kind, 'shared.') then sum(rarity) else max(rarity) end, 9) as rarity from graph_items group by {tie}""",
    )
    engine.create(
        "graph_places",
        f"""
        select {tie}, source_id, locator, sentence, originator, grade, marking, max(confidence) as confidence, max(counts) as counts
        from graph_said group by {tie}, source_id, locator, sentence, originator, grade, marking""",
    )
    engine.create(
        "graph_ranked",
        f"""
        select *, row_number() over (
            partition by {tie} order by counts desc, confidence desc, source_id, locator, sentence, originator, grade, marking
        ) as place from graph_places""",
    )
    engine.create(
        "graph_evidence",
        f"""
        select {tie}, array_agg({{
            'source_id': source_id, 'locator': locator, 'sentence': sentence, 'originator': originator, 'grade': grade, 'marking': marking
        }} order by place) as evidence from graph_ranked where place <= {EVIDENCE_KEPT} group by {tie}""",
    )
    engine.create(
        "graph_facts",
        f"""
        select {tie}, min(label) as label, min("start") as "start", max("end") as "end", sum(events) as events, {ledgers.exact_sum("amount")} as amount,
            list_sort(array_agg(distinct originator) filter (where counts and originator is not null)) as originators
        from graph_said group by {tie}""",
    )
    columns = {
        "edge_id": "substr(md5(f.source || '|' || f.target || '|' || f.kind || '|' || f.currency), 1, 16)",
        "currency": "case when f.currency = '' then null else f.currency end",
        "events": "cast(f.events as bigint)",
        "confidence": "w.confidence",
        "rarity": "w.rarity",
        "evidence": "v.evidence",
        "marking": "m.marking",
        "originators": "coalesce(f.originators, array[]::varchar[])",
    }
    listed = ", ".join(f'{columns.get(name, f"f.{chr(34)}{name}{chr(34)}")} as "{name}"' for name in EDGE.names)
    same = " and ".join(f"{{0}}.{column} = f.{column}" for column in ("source", "target", "kind", "currency"))
    engine.create(
        "edges",
        f"""
        select {listed} from graph_facts f join graph_weights w on {same.format("w")} join graph_evidence v on {same.format("v")}
        join graph_marked m on {same.format("m")} order by 1""",
    )
