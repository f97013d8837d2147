"""Nesting: a bank's account with its correspondent carries the payments of other banks, of which the correspondent is not told.

Why it matters: who has no correspondent of his own, because none would take him, pays through the account of one who has. The correspondent believes that
the customers of its respondent pay and has never heard of the bank behind it, so that a shell bank or one under sanctions reaches every currency. What
is measured: the same payment in two records, by its reference, currency and sum: in the one an institution stands before the respondent, in the other,
which is the correspondent's, the respondent stands first; and of how many institutions one respondent left out the name within a window.

Source: FATF Guidance on Correspondent Banking Services (2016), on nested relationships, and FATF Recommendations 13 and 16; Wolfsberg Group,
Correspondent Banking Due Diligence Questionnaire (2018); the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.windows import Flow, flows
from crosstie.store.engine import Engine

_CHAINS = "finance_chains"
#: the same payment is booked by all within so many days
_SAME = 5


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Respondents that within `window` days left out at least `institutions` others before them in at least `count` payments of `amount` or more."""
    _chains(engine, thresholds["amount"])
    # the record that tells of it, and the correspondent's, in which the respondent is the first
    hidden = (
        f"select concat(t.second, ' > ', t.third) as party, t.first as nested, t.currency, t.date, u.date as booked, t.amount, t.event_id, t.source_id,"
        f" t.locator, t.originator, t.grade, t.marking from {_CHAINS} t join {_CHAINS} u on t.reference = u.reference and t.amount = u.amount"
        " and coalesce(t.currency, '') = coalesce(u.currency, '') and t.second = u.first and t.third = u.second"
        " where t.first <> u.first and t.first <> coalesce(u.third, '') and t.source_id <> u.source_id"
    )
    parties = (
        f"select party, currency from ({hidden}) h group by party, currency having count(distinct nested) >= {thresholds['institutions']}"
    )
    return table(seen for flow in flows(engine, parties, hidden) for seen in _nested(flow, thresholds))


def _chains(engine: Engine, least: float) -> None:
    """The payments that institutions carried, with the first three of them: as entities where the sources know them, otherwise by the bank's code."""
    engine.create("finance_banks", "select value as code, min(canonical_id) as bank from claims where prop = 'swiftBic' group by value")
    step = "nullif(split_part(via, ' > ', {}), '')"
    bank = "case when length({0}) = 11 and {0} not like '%-%' then substring({0}, 1, 8) else {0} end"
    name = "coalesce({0}x.subject_id, {0}b.bank, {1}) as {2}"
    names = [("o", "one", "first"), ("w", "two", "second"), ("h", "three", "third")]
    joins = " ".join(
        f"left join lens_parties {at}x on {at}x.entity_id = e.{column} left join finance_banks {at}b on {at}b.code = e.{column}"
        for at, column, _ in names
    )
    chosen = ", ".join(name.format(at, bank.format(f"e.{column}"), called) for at, column, called in names)
    steps = ", ".join(f"{step.format(number)} as {column}" for number, (_, column, _) in enumerate(names, 1))
    engine.create(
        _CHAINS,
        f"select e.reference, e.currency, e.date, e.amount, e.event_id, e.source_id, e.locator, e.originator, e.grade, e.marking, {chosen}"
        f" from (select *, {steps} from {events('payments')} where via like '% > %' and coalesce(channel, '') <> 'hawala'"
        f" and reference is not null and amount >= {least} and date like '____-__-__%') e {joins}",
    )


def _nested(flow: Flow, limits: Mapping[str, float]) -> Iterator[Seen]:
    booked = np.array([str(day)[:10] for day in flow.rows.column("booked").to_pylist()], "datetime64[D]").astype(np.int64)
    same = np.flatnonzero(np.abs(booked - flow.days) <= _SAME)
    events_, first = flow.rows.column("event_id").to_pylist(), 0
    nested = flow.rows.column("nested").to_pylist()
    while first < len(same):
        until = int(np.searchsorted(flow.days[same], flow.days[same[first]] + int(limits["window"])))
        mine = list({events_[at]: at for at in same[first:until].tolist()}.values())
        others = sorted({nested[at] for at in mine})
        if len(others) >= limits["institutions"] and len(mine) >= limits["count"]:
            yield _seen(flow, mine, others, limits)
            first = until
        else:
            first += 1


def _seen(flow: Flow, mine: list[int], others: list[str], limits: Mapping[str, float]) -> Seen:
    respondent = flow.party.split(" > ")[0]
    total, start, end = float(flow.amounts[mine].sum()), flow.date(mine[0]), flow.date(mine[-1])
    sentence = (
        f"{len(mine)} payments of {len(others)} other institutions, {total:,.2f} {flow.currency} in all, went through the account of one respondent from"
        f" {start} to {end}; the records of its correspondent do not name them."
    )
    evidence = tuple(piece(row, f"{row['date'][:10]}: {row['amount']:,.2f} {flow.currency}") for row in map(flow.event, mine[:SHOWN]))
    score = 1 - 0.5 ** (len(others) / limits["institutions"] * min(2.0, len(mine) / limits["count"]))
    return Seen(
        (respondent, *others), start, end, score, sentence, evidence, total, flow.currency, tuple((respondent, one) for one in others)
    )
