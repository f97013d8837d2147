"""The events of a ledger as detectors read them: between resolved entities, each event once."""

from __future__ import annotations

from collections.abc import Iterable

from crosstie.store.engine import Engine

#: an account with more holders than this speaks for none of them
_HOLDERS = 1
_REPEATED = "lens_repeated"
#: The same event: its number, parties and day. Nulls are the same as nulls.
_SAME = " and ".join(f"r.{column} is not distinct from l.{column}" for column in ("event_id", "a_id", "b_id", "date"))
_PARTIES = """
    select l.*, coalesce(x.subject_id, l.a_id) as a, coalesce(y.subject_id, l.b_id) as b, s.originator
    from ({rows}) l
    left join lens_parties x on x.entity_id = l.a_id
    left join lens_parties y on y.entity_id = l.b_id
    left join sources s on s.source_id = l.source_id
    where coalesce(x.subject_id, l.a_id, '') <> coalesce(y.subject_id, l.b_id, '')"""
#: What is said several times is taken as the newest version of it says.
_ONCE = """
    select {columns} from (
        select l.*, row_number() over (
            partition by l.event_id, l.a_id, l.b_id, l.date order by coalesce(v.version_date, '') desc, l.source_id, l.locator
        ) as copy from ledger_{ledger} l left join sources v on v.source_id = l.source_id
        where exists (select 1 from lens_repeated r where {same})
    ) l where l.copy = 1"""


def gather(engine: Engine, ledgers: Iterable[str] | None = None) -> None:
    """Make the events of these ledgers, or of every one, ready for `events`: worked out once, whatever the number of detectors."""
    _parties(engine)
    known = [name.removeprefix("ledger_") for name in engine.tables("ledger_")]
    for ledger in known if ledgers is None else sorted(set(known).intersection(ledgers)):
        engine.create(events(ledger), _PARTIES.format(rows=_rows(engine, ledger)))


def _rows(engine: Engine, ledger: str) -> str:
    """The SQL of the rows of a ledger, each event once. Hardly any stands there twice: those that do are looked for first, so that the rest need not be
    sorted.
    """
    columns = ", ".join(f'l."{name}"' for name in engine.arrow(f"select * from ledger_{ledger} limit 0").schema.names)
    key = "event_id, a_id, b_id, date"
    engine.create(_REPEATED, f"select {key} from ledger_{ledger} group by {key} having count(*) > 1")
    if not engine.scalar(f"select count(*) from {_REPEATED}"):
        return f"select {columns} from ledger_{ledger} l"
    once = _ONCE.format(columns=columns, ledger=ledger, same=_SAME)
    return f"select {columns} from ledger_{ledger} l where not exists (select 1 from {_REPEATED} r where {_SAME}) union all {once}"


def events(ledger: str) -> str:
    """The table of a ledger's events: its columns, `a` and `b` (the entities that act and receive) and `originator`.

    An event without a resolved party keeps the id of the ledger; one that two sources report alike is taken once.
    """
    return f"lens_events_{ledger}"


def _parties(engine: Engine) -> None:
    """Create the table `lens_parties`: each entity of the sources, with the entity that it stands for: the holder of an account where it has
    exactly one, otherwise the resolved entity itself.
    """
    engine.create(
        "lens_held",
        "select a.value as account, min(h.canonical_id) as holder from claims o"
        " join claims a on a.entity_id = o.entity_id and a.prop = 'asset'"
        " join (select distinct entity_id, canonical_id from claims) h on h.entity_id = o.value"
        " where o.prop = 'owner'"
        f" group by a.value having count(distinct h.canonical_id) <= {_HOLDERS}",
    )
    # what else than a bank account may be owned (a ship, a company) acts for itself
    engine.create(
        "lens_accounts",
        "select distinct entity_id from claims where schema in ('BankAccount', 'CryptoWallet', 'UserAccount')",
    )
    engine.create(
        "lens_parties",
        "select c.entity_id, c.canonical_id, coalesce(h.holder, c.canonical_id) as subject_id"
        " from (select entity_id, min(canonical_id) as canonical_id from claims group by entity_id) c"
        " left join (select l.account, l.holder from lens_held l join lens_accounts a on a.entity_id = l.account) h on h.account = c.entity_id",
    )
