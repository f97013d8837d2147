"""Ties that sources state: relations between two entities, and properties of one entity that name another."""

from __future__ import annotations

import pyarrow as pa
from followthemoney import Schema
from followthemoney import model as _model

from crosstie.model import schema as model
from crosstie.store.engine import Engine

#: How far a relation of this kind, if true, ties its two ends; others count fully. “Linked to” may mean anything.
WEIGHT = {"UnknownLink": 0.8, "Documentation": 0.5, "ProjectParticipant": 0.7, "CourtCaseParty": 0.6, "Succession": 0.9, "Occupancy": 0.8}
#: Properties that name an entity without tying it: a bank keeps the accounts of strangers, a document shows, a place is shared (`graph.shared`).
_NO_TIE = {"bank", "proof", "riskSource", "addressEntity", "ancestors", "startLocation", "endLocation", "contract"}
#: Records of one event that name both parties: who acts, who is acted on.
PAIRED = {
    "Call": ("caller", "receiver"),
    "Message": ("sender", "recipients"),
    "Email": ("emitters", "recipients"),
    "EconomicActivity": ("sender", "receiver"),
    "Event": ("organizer", "involved"),
}
_LABELS = ("role", "relationship", "controlType", "purpose", "status", "summary")
_WORDS = ("summary", "description", "notes", *_LABELS)
_ENDS = pa.schema(
    [pa.field(name, pa.float64() if name == "weight" else pa.string()) for name in ("schema", "prop", "side", "kind", "weight")]
)


def gather(engine: Engine) -> list[str]:
    """Make the evidence of stated relations; the names of the tables that hold it."""
    engine.load("graph_ends", _ends())
    engine.load("graph_properties", _properties())
    _facts(engine)
    engine.create(
        "graph_end_said",
        """
        select c.entity_id as relation, e.side, e.kind, e.weight, n.canonical_id as node,
            c.source_id, c.locator, c.originator, c.grade, c.marking
        from claims c join graph_ends e on e."schema" = c."schema" and e.prop = c.prop join graph_ids n on n.entity_id = c.value""",
    )
    # the two ends of a relation are said in one record: the further end names the place
    engine.create(
        "graph_relations",
        """
        select distinct s.node as source, t.node as target, t.kind, coalesce(f.currency, '') as currency, f.label, f."start", f."end",
            cast(null as bigint) as events, f.amount, g.confidence * t.weight as confidence, cast(null as double) as rarity,
            t.originator as item, true as counts, t.source_id, t.locator, f.words as sentence, t.originator, t.grade, t.marking
        from graph_end_said s join graph_end_said t on t.relation = s.relation and t.kind = s.kind
        join graph_grades g on g.grade = t.grade left join graph_facts_said f on f.relation = s.relation
        where s.side = 'source' and t.side = 'target'""",
    )
    engine.create(
        "graph_implied",
        """
        select distinct case when p.side = 'value' then n.canonical_id else c.canonical_id end as source,
            case when p.side = 'value' then c.canonical_id else n.canonical_id end as target, p.kind, '' as currency, p.label,
            cast(null as varchar) as "start", cast(null as varchar) as "end", cast(null as bigint) as events, cast(null as double) as amount,
            g.confidence, cast(null as double) as rarity, c.originator as item, true as counts,
            c.source_id, c.locator, cast(null as varchar) as sentence, c.originator, c.grade, c.marking
        from claims c join graph_properties p on p."schema" = c."schema" and p.prop = c.prop join graph_ids n on n.entity_id = c.value
        join graph_grades g on g.grade = c.grade""",
    )
    return ["graph_relations", "graph_implied"]


def _facts(engine: Engine) -> None:
    """Table `graph_facts_said`: label, words, period and amount of each relation. A relation with one date and no period is of that day."""
    labels, words = (", ".join(f"'{prop}'" for prop in props) for props in (_LABELS, _WORDS))
    engine.create(
        "graph_facts_said",
        f"""
        select c.entity_id as relation,
            min(case when c.prop in ({labels}) then c.value end) as label,
            coalesce(min(case when c.prop in ('summary', 'description') then c.value end), min(case when c.prop in ({words}) then c.value end)) as words,
            coalesce(min(case when c.prop = 'startDate' then c.value end), min(case when c.prop = 'date' then c.value end)) as "start",
            coalesce(max(case when c.prop = 'endDate' then c.value end), max(case when c.prop = 'date' then c.value end)) as "end",
            max(try_cast(case when c.prop in ('amount', 'amountUsd') then c.value end as double)) as amount,
            min(case when c.prop = 'currency' then c.value end) as currency
        from claims c where c."schema" in (select "schema" from graph_ends) group by c.entity_id""",
    )


def _ends() -> pa.Table:
    """Which properties of which schemata are the two ends of a relation."""
    rows = []
    for schema in sorted(_model, key=lambda one: one.name):
        ends = model.edge_ends(schema.name) or _paired(schema)
        for side, prop in zip(("source", "target"), ends or (), strict=False):
            rows.append((schema.name, prop, side, schema.name, WEIGHT.get(schema.name, 1.0)))
    return pa.table([pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), _ENDS, strict=True)], schema=_ENDS)


def _paired(schema: Schema) -> tuple[str, str] | None:
    return next((ends for name, ends in PAIRED.items() if model.is_a(schema.name, name)), None)


def _properties() -> pa.Table:
    """Which properties of things tie them to others: the value owns, runs or is above the thing, so it is the source."""
    rows = []
    for schema in sorted(_model, key=lambda one: one.name):
        if schema.edge or _paired(schema) or not schema.is_a("Thing") or schema.is_a("Document"):
            continue
        for prop in schema.properties.values():
            if prop.type.name == "entity" and not prop.stub and prop.name not in _NO_TIE:
                rows.append((schema.name, prop.name, "value", f"{prop.schema.name}.{prop.name}", prop.label))
    names = ("schema", "prop", "side", "kind", "label")
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
