"""Ties between those who were together more than once: on the same flights, in the same convoy. Who is together once with hundreds is tied to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosstie.graph.ledgers import EVENTS_KEPT
from crosstie.store.engine import Engine

#: How often two have to be together: once is chance.
TIMES = 2
#: An occasion of more than so many is a place.
LARGEST = 1_000
#: How far two occasions tie the two; each further one halves what is missing.
_TWICE = 0.5


def gather(engine: Engine, occasions: Mapping[str, Sequence[str]]) -> list[str]:
    """Make the evidence of all ledgers whose events are occasions: `occasions` names the columns that are alike for those who are together. Looked at are
    those who were together with somebody of a sphere: to tie everybody with everybody would say nothing, and be no table that a machine can hold.
    """
    there = {ledger: columns for ledger, columns in sorted(occasions.items()) if engine.has(f"ledger_{ledger}")}
    if not there or not engine.has("spheres"):
        return []
    with engine.stage(keep=("graph_together",)):
        engine.create("graph_attended", " union all ".join(_attended(ledger, columns) for ledger, columns in there.items()))
        _pairs(engine)
    return ["graph_together"]


def _attended(ledger: str, columns: Sequence[str]) -> str:
    """Who was at which occasion, by which source: an event whose occasion is not told in full is none."""
    alike = ", '|', ".join(f"l.{column}" for column in columns)
    told = " and ".join(f"l.{column} is not null" for column in columns)
    return f"""
        select '{ledger}' as ledger, x.canonical_id as node, concat({alike}) as occasion, substr(l.date, 1, 10) as day,
            min(l.source_id) as source_id, min_by(l.locator, l.source_id || ' ' || l.locator) as locator,
            min_by(l.grade, l.source_id || ' ' || l.locator) as grade, min_by(l.marking, l.source_id || ' ' || l.locator) as marking
        from ledger_{ledger} l join graph_ids x on x.entity_id = l.a_id
        where {told} and l.date is not null group by x.canonical_id, concat({alike}), substr(l.date, 1, 10)"""


def _pairs(engine: Engine) -> None:
    engine.create(
        "graph_occasions",
        f"""
        select ledger, occasion, day from graph_attended group by ledger, occasion, day having count(*) between 2 and {LARGEST}""",
    )
    engine.create(
        "graph_known_there",
        """
        select a.* from graph_attended a join graph_occasions o on o.ledger = a.ledger and o.occasion = a.occasion and o.day = a.day
        where a.node in (select entity_id from spheres)""",
    )
    # two who are both of a sphere meet from either side: the smaller id stands first, and each occasion counts once
    engine.create(
        "graph_met",
        """
        select distinct k.ledger, least(k.node, a.node) as source, greatest(k.node, a.node) as target, k.occasion, k.day
        from graph_known_there k join graph_attended a on a.ledger = k.ledger and a.occasion = k.occasion and a.day = k.day
        where a.node <> k.node""",
    )
    engine.create(
        "graph_companions",
        f"""
        select ledger, source, target, count(distinct day) as times, min(day) as first, max(day) as last from graph_met
        group by ledger, source, target having count(distinct day) >= {TIMES}""",
    )
    engine.create(
        "graph_together_told",
        """
        select *, (0 - ln(cume_dist() over (partition by ledger order by times desc))) / ln(2) as rarity from graph_companions""",
    )
    # what each of the two was seen by stands behind the tie: both are shown, each pair of sources at least once, so that the tie bears the markings of all
    engine.create(
        "graph_together_shown",
        f"""
        select * from (
            select m.ledger, m.source, m.target, m.day, m.occasion, a.source_id as a_source, a.locator as a_locator, a.grade as a_grade,
                a.marking as a_marking, b.source_id as b_source, b.locator as b_locator, b.grade as b_grade, b.marking as b_marking,
                row_number() over (partition by m.ledger, m.source, m.target order by m.day, m.occasion) as first,
                row_number() over (
                    partition by m.ledger, m.source, m.target, a.source_id, a.marking, b.source_id, b.marking order by m.day, m.occasion
                ) as place
            from graph_met m
            join graph_attended a on a.ledger = m.ledger and a.occasion = m.occasion and a.day = m.day and a.node = m.source
            join graph_attended b on b.ledger = m.ledger and b.occasion = m.occasion and b.day = m.day and b.node = m.target
        ) where place <= {EVENTS_KEPT}""",
    )
    engine.create("graph_together", " union all ".join(_evidence(side) for side in ("a", "b")))


def _evidence(side: str) -> str:
    """The SQL of what is said of one of the two; it is the first that counts, and it is believed as far as the less believed of both: alone neither
    tells anything.
    """
    counted = side == "a"
    return f"""
        select t.source, t.target, 'ledger.' || t.ledger as kind, '' as currency, t.ledger as label, t.first as "start", t.last as "end",
            {"case when e.first = 1 then t.times else 0 end" if counted else "cast(0 as bigint)"} as events, cast(null as double) as amount,
            least(g.confidence, h.confidence) * (1 - {_TWICE} * power(0.5, t.times - {TIMES})) as confidence, t.rarity, s.originator as item,
            {"true" if counted else "false"} as counts, e.{side}_source as source_id, e.{side}_locator as locator,
            e.day || ': together, ' || e.occasion as sentence, s.originator, e.{side}_grade as grade, e.{side}_marking as marking
        from graph_together_told t join graph_together_shown e on e.ledger = t.ledger and e.source = t.source and e.target = t.target
        join sources s on s.source_id = e.{side}_source
        join graph_grades g on g.grade = e.a_grade join graph_grades h on h.grade = e.b_grade"""
