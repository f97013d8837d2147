"""Ties that ledgers show: who paid, called, shipped to or travelled with whom, gathered per pair."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from followthemoney import model

from crosstie.store.engine import Engine

#: Events of a pair that are kept as evidence, from each source: the largest, else the earliest.
EVENTS_KEPT = 3
#: An account with more holders than this is a pool: what runs over it is nobody's in particular.
HOLDERS = 5
#: How far one ordinary event ties two parties; many events, or much money for this ledger, come near to 1.
LEAST = 0.35
#: Schemata of accounts, which act for those who hold them.
ACCOUNTS = ("BankAccount", "CryptoWallet", "UserAccount")
_PREFIX = "ledger_"
_PARTS = ("graph_ledger_said", "graph_ledger_holding")
_WORDED = pa.schema(
    [
        pa.field(name, pa.int64() if name == "place" else pa.string())
        for name in ("ledger", "a", "b", "currency", "source_id", "place", "locator", "grade", "marking", "sentence")
    ]
)


def exact_sum(column: str) -> str:
    """SQL for a sum that does not depend on the order of the rows: to a ten-thousandth."""
    return f"cast(sum(try_cast({column} as decimal(38, 4))) as double)"


def gather(engine: Engine) -> list[str]:
    """Make the evidence of all ledgers, lifted from accounts to those who hold them; the names of the tables that hold it."""
    views = engine.tables(_PREFIX)
    if not views:
        return []
    with engine.stage(keep=_PARTS):
        with engine.stage(keep=("graph_totals", "graph_worded")):
            _shown(engine, views)
        _told(engine)
        _holders(engine)
        _lift(engine)
    return list(_PARTS)


def _shown(engine: Engine, views: list[str]) -> None:
    """Tables `graph_totals`: what a pair does by each ledger and source, and `graph_worded`: the events of it that are shown."""
    engine.create("graph_events", " union all ".join(_events(engine, view) for view in views))
    engine.create(
        "graph_totals",
        f"""
        select ledger, a, b, currency, source_id, count(*) as events, {exact_sum("amount")} as amount, min(date) as "start", max(date) as "end"
        from graph_events group by ledger, a, b, currency, source_id""",
    )
    engine.create(
        "graph_shown",
        f"""
        select * from (select *, row_number() over (
            partition by ledger, a, b, currency, source_id order by coalesce(amount, 0) desc, date, event_id, locator
        ) as place from graph_events) where place <= {EVENTS_KEPT}""",
    )
    engine.map(
        "graph_worded",
        """
        select s.*, x.caption as a_name, y.caption as b_name from graph_shown s
        left join graph_nodes x on x.entity_id = s.a left join graph_nodes y on y.entity_id = s.b""",
        _worded,
        _WORDED,
    )


def _told(engine: Engine) -> None:
    """Table `graph_told`: how rare it is what a pair does, and how far that ties the two."""
    # what a pair does is as telling as it is rare: the share of pairs of the same ledger with as many events, or with as much money
    engine.create(
        "graph_pair_totals",
        f"""
        select ledger, a, b, currency, sum(events) as events, {exact_sum("amount")} as amount from graph_totals group by ledger, a, b, currency""",
    )
    engine.create(
        "graph_told",
        """
        select ledger, a, b, currency, rarity, """
        + f"{LEAST} + (1 - {LEAST}) * (1 - exp(-rarity / 3)) as weight from ("
        + """
            select *, (0 - ln(least(
                cume_dist() over (partition by ledger order by events desc),
                case when amount is null then 1 else cume_dist() over (partition by ledger, currency order by coalesce(amount, 0) desc) end
            ))) / ln(2) as rarity from graph_pair_totals)""",
    )


def _events(engine: Engine, view: str) -> str:
    """The SQL of a ledger's events between two entities; an event that two sources copy (same id, parties and day) is one."""
    columns = engine.arrow(f"select * from {view} limit 0").schema.names
    amount = "cast(l.amount as double)" if "amount" in columns else "cast(null as double)"
    currency = "coalesce(l.currency, '')" if "currency" in columns else "''"
    return f"""
        select '{view.removeprefix(_PREFIX)}' as ledger, event_id, a, b, date, min(currency) as currency, min(amount) as amount,
            min(source_id) as source_id, min_by(locator, source_id || ' ' || locator) as locator,
            min_by(grade, source_id || ' ' || locator) as grade, min_by(marking, source_id || ' ' || locator) as marking
        from (
            select l.event_id, x.canonical_id as a, y.canonical_id as b, l.date, {currency} as currency, {amount} as amount,
                l.source_id, l.locator, l.grade, l.marking
            from {view} l join graph_ids x on x.entity_id = l.a_id join graph_ids y on y.entity_id = l.b_id
        ) group by event_id, a, b, date"""


def _holders(engine: Engine) -> None:
    """Table `graph_holders`: who holds an account and which register says so, from the stated relations."""
    schemata = ", ".join(f"'{schema.name}'" for schema in model if any(schema.is_a(name) for name in ACCOUNTS))
    engine.create("graph_accounts", f"select entity_id, caption from graph_nodes where schema in ({schemata})")
    engine.create(
        "graph_holding",
        """
        select distinct target as account, source as holder, confidence, source_id, locator, originator, grade, marking
        from (select * from graph_relations where kind = 'Ownership' union all
              select * from graph_implied where kind in ('CryptoWallet.holder', 'UserAccount.owner'))
        where target in (select entity_id from graph_accounts) and source <> target""",
    )
    engine.create(
        "graph_holders",
        f"""
        select account, holder, max(confidence) as confidence from graph_holding
        where account in (select account from graph_holding group by account having count(distinct holder) <= {HOLDERS})
        group by account, holder""",
    )


def _lift(engine: Engine) -> None:
    """Events between accounts become ties between their holders; what says who holds them stands with the evidence but does not count as such."""
    engine.create(
        "graph_lifted",
        """
        select t.*, k.rarity, k.weight, coalesce(x.holder, t.a) as source, coalesce(y.holder, t.b) as target, x.holder as a_holder, y.holder as b_holder,
            coalesce(x.confidence, 1) * coalesce(y.confidence, 1) as held
        from graph_totals t join graph_told k on k.ledger = t.ledger and k.a = t.a and k.b = t.b and k.currency = t.currency
        left join graph_holders x on x.account = t.a left join graph_holders y on y.account = t.b""",
    )
    engine.create(
        "graph_ledger_said",
        """
        select l.source, l.target, 'ledger.' || l.ledger as kind, l.currency, l.ledger as label, l."start", l."end",
            case when w.place = 1 then l.events else 0 end as events, case when w.place = 1 then l.amount end as amount,
            g.confidence * l.held * l.weight as confidence, l.rarity, s.originator as item, true as counts,
            w.source_id, w.locator, w.sentence, s.originator, w.grade, w.marking
        from graph_lifted l join graph_worded w on w.ledger = l.ledger and w.a = l.a and w.b = l.b and w.currency = l.currency
            and w.source_id = l.source_id
        join sources s on s.source_id = l.source_id join graph_grades g on g.grade = w.grade""",
    )
    engine.create(
        "graph_ledger_holding",
        " union all ".join(
            f"""
        select l.source, l.target, 'ledger.' || l.ledger as kind, l.currency, cast(null as varchar) as label,
            cast(null as varchar) as "start", cast(null as varchar) as "end", cast(0 as bigint) as events, cast(null as double) as amount,
            h.confidence, cast(null as double) as rarity, h.originator as item, false as counts,
            h.source_id, h.locator, p.caption || ' holds ' || n.caption as sentence, h.originator, h.grade, h.marking
        from (select distinct source, target, ledger, currency, {side} as account, {side}_holder as holder from graph_lifted) l
        join graph_holding h on h.account = l.account and h.holder = l.holder
        join graph_accounts n on n.entity_id = h.account join graph_nodes p on p.entity_id = h.holder"""
            for side in ("a", "b")
        ),
    )


def _worded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each event that is shown, in words."""
    for batch in batches:
        columns = {name: batch.column(name).to_pylist() for name in ("ledger", "date", "amount", "currency", "a", "b", "a_name", "b_name")}
        sentences = []
        for ledger, date, amount, currency, a, b, a_name, b_name in zip(*columns.values(), strict=True):
            money = "" if amount is None else f" of {amount:,.2f}".removesuffix(".00") + (f" {currency}" if currency else "")
            sentences.append(f"{f'{date}: ' if date else ''}{ledger}{money} from {a_name or a} to {b_name or b}")
        kept = [batch.column(name) for name in _WORDED.names[:-1]]
        yield pa.RecordBatch.from_arrays([*kept, pa.array(sentences, pa.string())], schema=_WORDED)
