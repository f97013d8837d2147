"""Spheres: which actors belong to the world of crime and which to that of terror, why, since when, and who says so.

A row is one reason. `basis` says what kind: `listing` (a sanctions programme), `topic` (a tag that a source gives), `narrative` (a text that
speaks of an activity) or `finding` (a detector's, accepted by a person). Victims and minors never get a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import yaml

from crosstie.link.programmes import programme
from crosstie.link.tongues import wording
from crosstie.model.lexicon import Activity, Sphere
from crosstie.model.marking import CREDIBILITY, RELIABILITY, grade_confidence, strictest
from crosstie.model.schema import DATA, topics
from crosstie.model.tables import SPHERE
from crosstie.store.engine import Engine

#: how far a sentence is believed, over the grade of its source, by its mode: our convention. Denials and victims place nobody.
MODES = {"asserted": 0.8, "alleged": 0.4}


def _texts(*names: str) -> pa.Schema:
    columns: dict[str, pa.DataType] = dict.fromkeys(names, pa.string())
    return pa.schema(columns)


_PLACED = _texts("dataset", "programme", "key", "sphere", "activity", "sentence")
_TOPICS = _texts("topic", "sphere", "activity", "sentence")
_TRUST = _texts("grade").append(pa.field("confidence", pa.float64()))
_COLUMNS = ", ".join(f'"{name}"' for name in SPHERE.names)


def place(engine: Engine, activities: Sequence[Activity]) -> None:
    """Create `spheres` (tables.SPHERE) from claims, entities, mentions and findings. `activities` tell the sphere of an accepted finding."""
    engine.load("sphere_programmes", _programmes(engine, placing=True))
    engine.load("sphere_topics", _topics())
    engine.load("sphere_trust", trust())
    engine.create("sphere_actors", "select entity_id from entities where not coalesce(victim, false)")
    _listings(engine)
    engine.create("sphere_tagged", _TAGGED)
    engine.create("sphere_told", _TOLD)
    engine.map("sphere_found", "select * from findings where status = 'accepted'", _found(activities), SPHERE)
    parts = ("sphere_listed", "sphere_tagged", "sphere_told", "sphere_found")
    union = " union all ".join(f"select {_COLUMNS} from {part}" for part in parts)
    engine.create(
        "spheres",
        f"""
        select {_COLUMNS} from ({union}) s where entity_id in (select entity_id from sphere_actors)
        order by entity_id, sphere, activity, basis, source_id, locator""",
    )


def unknown_programmes(engine: Engine) -> pa.Table:
    """Programmes that lists name and `programmes.yaml` does not know: dataset, programme, entities (how many bear it)."""
    engine.load("sphere_known", _programmes(engine, placing=False))
    return engine.arrow("""
        select c.dataset, c.value as programme, count(distinct c.entity_id) as entities
        from claims c left join sphere_known k on k.dataset = c.dataset and k.programme = c.value
        where c.prop = 'programId' and k.programme is null
        group by c.dataset, c.value order by entities desc, c.dataset, programme""")


def _programmes(engine: Engine, *, placing: bool) -> pa.Table:
    """The known programmes among those that occur (a few hundred); `placing`: only those that place a party in a sphere."""
    named = engine.arrow("select distinct dataset, value from claims where prop in ('programId', 'program') order by dataset, value")
    rows = []
    for dataset, written in zip(named.column("dataset").to_pylist(), named.column("value").to_pylist(), strict=True):
        found = programme(dataset or "", written or "")
        if found is not None and (found.sphere is not None or not placing):
            sentence = wording("evidence.listed").format(programme=written, title=found.title)
            rows.append((dataset, written, found.key, found.sphere and str(found.sphere), found.activity, sentence))
    return _table(_PLACED, rows)


def _topics() -> pa.Table:
    data: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((DATA / "topics.yaml").read_text(encoding="utf-8"))
    titles = topics()
    rows = [
        (topic, entry["sphere"], entry["activity"], wording("evidence.marked").format(topic=titles.get(topic, topic), code=topic))
        for part in ("topics", "known")
        for topic, entry in sorted(data[part].items())
        if "sphere" in entry
    ]
    return _table(_TOPICS, rows)


def trust() -> pa.Table:
    """How far each grade is believed: grade, confidence."""
    return _table(_TRUST, [(letter + figure, grade_confidence(letter + figure)) for letter in RELIABILITY for figure in CREDIBILITY])


def _table(schema: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [[] for _ in schema]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _listings(engine: Engine) -> None:
    """One row per actor, list and programme, dated by the sanction. What only older versions of a list say has an end."""
    engine.create(
        "sphere_sanctions",
        """
        select c.entity_id, min(case when c.prop = 'entity' then coalesce(t.canonical_id, c.value) end) as subject,
            coalesce(min(case when c.prop = 'listingDate' then c.value end), min(case when c.prop = 'startDate' then c.value end)) as start,
            max(case when c.prop = 'endDate' then c.value end) as "end"
        from claims c left join (select distinct entity_id, canonical_id from claims) t on c.prop = 'entity' and t.entity_id = c.value
        where c."schema" = 'Sanction' group by c.entity_id""",
    )
    # said on the sanction (dated) goes before said on the party; the locator makes the choice total
    order = "case when s.entity_id is null then '1' else '0' end || ' ' || c.source_id || ' ' || c.locator"
    engine.create(
        "sphere_listed",
        f"""
        select entity_id, sphere, activity, 'listing' as basis, sentence, start,
            coalesce(ended, case when not current then last_seen end) as "end", t.confidence, source_id, locator, originator, g.grade, marking
        from (
            select coalesce(s.subject, c.canonical_id) as entity_id, p.sphere, p.activity,
                min_by(p.sentence, {order}) as sentence, min(s.start) as start, max(s."end") as ended,
                max(c.current) as current, max(c.last_seen) as last_seen, min_by(c.source_id, {order}) as source_id,
                min_by(c.locator, {order}) as locator, min_by(c.originator, {order}) as originator,
                min_by(c.grade, {order}) as grade, min_by(c.marking, {order}) as marking
            from claims c join sphere_programmes p on p.dataset = c.dataset and p.programme = c.value
            left join sphere_sanctions s on s.entity_id = c.entity_id
            where c.prop in ('programId', 'program')
            group by coalesce(s.subject, c.canonical_id), c.dataset, p.key, p.sphere, p.activity
        ) g left join sphere_trust t on t.grade = g.grade""",
    )


_TAGGED = """
select c.canonical_id as entity_id, p.sphere, p.activity, 'topic' as basis, min(p.sentence) as sentence, cast(null as varchar) as start,
    case when not max(c.current) then max(c.last_seen) end as "end", max(t.confidence) as confidence, c.source_id, min(c.locator) as locator,
    min(c.originator) as originator, min(c.grade) as grade, min(c.marking) as marking
from claims c join sphere_topics p on p.topic = c.value left join sphere_trust t on t.grade = c.grade
where c.prop = 'topics'
group by c.canonical_id, p.sphere, p.activity, c.source_id
"""

# Of several sentences of one originator on one activity the most trusted. What a listing or a topic says already is not said again, and for a
# listed terrorist no text that speaks of terrorism is news; that it speaks of narcotics is.
_BEST = "lpad(cast(cast((1 - m.trust) * 1000000 as bigint) as varchar), 9, '0') || ' ' || m.source_id || ' ' || m.locator"
_TOLD = f"""
select m.entity_id, m.sphere, m.activity, 'narrative' as basis, min_by(m.sentence, {_BEST}) as sentence, cast(null as varchar) as start,
    cast(null as varchar) as "end", max(m.trust) as confidence, min_by(m.source_id, {_BEST}) as source_id, min_by(m.locator, {_BEST}) as locator,
    m.originator, min_by(m.grade, {_BEST}) as grade, min_by(m.marking, {_BEST}) as marking
from (
    select n.*, t.confidence * case {" ".join(f"when n.mode = '{mode}' then {share}" for mode, share in MODES.items())} end as trust
    from mentions n left join sphere_trust t on t.grade = n.grade
    where n.mode in ({", ".join(f"'{mode}'" for mode in MODES)}) and n.sphere in ('crime', 'terror')
) m
where not exists (
    select 1 from (select entity_id, sphere, activity from sphere_listed union all select entity_id, sphere, activity from sphere_tagged) l
    where l.entity_id = m.entity_id and l.sphere = m.sphere and (l.activity = m.activity or l.sphere = 'terror')
)
group by m.entity_id, m.sphere, m.activity, m.originator
"""


def _found(activities: Sequence[Activity]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Accepted findings, a row for each subject. Only those that a person accepted: there are few."""
    by_name = {activity.name: activity for activity in activities}

    def rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            said = [row for finding in batch.to_pylist() for row in _of_finding(finding, by_name)]
            if said:
                yield pa.RecordBatch.from_pylist(said, schema=SPHERE)

    return rows


def _of_finding(finding: dict[str, Any], activities: dict[str, Activity]) -> Iterator[dict[str, Any]]:
    name = (finding["typology"] or "").partition("/")[0]  # activity/detector
    activity = activities.get(name)
    sphere = activity.sphere if activity else Sphere.TERROR if name.startswith("terror") else Sphere.CRIME
    evidence = sorted(finding["evidence"] or [], key=lambda one: (-_believed(one["grade"]), one["source_id"] or "", one["locator"] or ""))
    first: dict[str, Any] = evidence[0] if evidence else {}
    for subject in sorted(set(finding["subjects"] or [])):
        yield {
            "entity_id": subject,
            "sphere": str(sphere),
            "activity": name,
            "basis": "finding",
            "sentence": finding["sentence"],
            "start": finding["start"],
            "end": finding["end"],
            "confidence": _believed(first.get("grade")),
            "source_id": first.get("source_id"),
            "locator": first.get("locator"),
            "originator": first.get("originator"),
            "grade": first.get("grade"),
            "marking": strictest([one for one in (finding["marking"], *(piece["marking"] for piece in evidence)) if one]),
        }


def _believed(grade: str | None) -> float:
    return grade_confidence(grade or "F6")
