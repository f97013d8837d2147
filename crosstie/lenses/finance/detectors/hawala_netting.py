"""Hawala netting: two brokers pay out for each other in both directions, and their mutual books settle against each other; at most one payment, made by them
or over a third party, often for goods, levels what is left.

Why it matters: value crosses the border and no money does, so that no bank sees the single transfers; whoever wants to pay for a group abroad finds
here a way without a trace. Hawala is a lawful service in many States, and most of its users send wages home: the finding asks for the books and the
licence, and speaks of the brokers, of no sender. What is measured: transfers of a pair of brokers in either direction within a window, how little of
their sum is left when the one direction is set against the other, and whether one payment of that size follows.

Source: FATF, The Role of Hawala and Other Similar Service Providers in Money Laundering and Terrorist Financing (2013), on settlement by netting, over
third parties and by trade; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.windows import Flow, flows
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine

_LEGS, _PAIRS = "finance_hawala_legs", "finance_hawala_pairs"
_TOLD = "date, amount, event_id, source_id, locator, originator, grade, marking"


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of brokers with at least `count` transfers each way and `amount` in all within `window` days, of which the share `net` at most is left, and this
    is levelled by one payment within `delay` days that differs by the share `differs` at most, or comes to no more than the share `even` of all.
    """
    _legs(engine, thresholds)
    side = "case when p.lo = e.a then 1 else -1 end as sign"
    told, further = (", ".join(f"{which}.{name}" for name in _TOLD.split(", ")) for which in "ef")
    query = (
        f"select pair as party, currency, sign, 1 as leg, date as begun, purpose, {_TOLD} from {_LEGS} union all "
        f"select p.pair as party, e.currency, {side}, 0 as leg, e.date as begun, e.purpose, {told} from {events('payments')} e join {_PAIRS} p"
        " on ((p.lo = e.a and p.hi = e.b) or (p.hi = e.a and p.lo = e.b)) where coalesce(e.channel, '') <> 'hawala' and e.amount > 0 union all "
        f"select p.pair as party, e.currency, {side}, 0 as leg, e.date as begun, coalesce(f.purpose, e.purpose) as purpose,"
        f" {further} from {events('payments')} e join {_PAIRS} p on p.lo = e.a or p.hi = e.a"
        f" join {events('payments')} f on f.a = e.b and f.b = case when p.lo = e.a then p.hi else p.lo end"
        " where coalesce(e.currency, '') = coalesce(f.currency, '') and f.date >= e.date and f.amount <= e.amount"
        f" and f.amount >= {1 - thresholds['differs']} * e.amount"
    )
    parties = f"select distinct pair as party, currency from {_PAIRS}"
    return table(seen for flow in flows(engine, parties, query) for seen in _settled(flow, thresholds))


def _legs(engine: Engine, limits: Mapping[str, float]) -> None:
    """The transfers between two brokers, as the one who took the money and the one who paid it out; and the pairs with enough of them each way."""
    engine.create(
        _LEGS,
        "select case when one < two then one else two end as lo, case when one < two then two else one end as hi,"
        " case when one < two then concat(one, ' > ', two) else concat(two, ' > ', one) end as pair,"
        f" case when one < two then 1 else -1 end as sign, currency, purpose, {_TOLD}"
        f" from (select e.*, coalesce(x.subject_id, e.took) as one, coalesce(y.subject_id, e.paid) as two"
        f" from (select *, split_part(via, ' > ', 1) as took, split_part(via, ' > ', 2) as paid from {events('payments')}"
        " where channel = 'hawala' and via like '% > %' and amount > 0 and date like '____-__-__%') e"
        " left join lens_parties x on x.entity_id = e.took left join lens_parties y on y.entity_id = e.paid) l where one <> two",
    )
    engine.create(
        _PAIRS,
        f"select lo, hi, pair, currency from {_LEGS} group by lo, hi, pair, currency having sum(amount) >= {limits['amount']}"
        f" and sum(case when sign > 0 then 1 else 0 end) >= {limits['count']} and sum(case when sign < 0 then 1 else 0 end) >= {limits['count']}",
    )


def _settled(flow: Flow, limits: Mapping[str, float]) -> Iterator[Seen]:
    """The stretches of one pair's transfers that a payment levels, or that level each other."""
    leg, sign = (flow.rows.column(name).to_numpy() for name in ("leg", "sign"))
    legs, payments = np.flatnonzero(leg == 1), np.flatnonzero(leg == 0)
    done, window = -(2**40), int(limits["window"])
    for at in payments.tolist():
        mine = legs[(flow.days[legs] > max(done, int(flow.days[at]) - window)) & (flow.days[legs] <= flow.days[at])]
        left = _left(flow, mine, sign, limits)
        late = len(mine) > 0 and int(flow.days[at] - flow.days[mine[-1]]) <= limits["delay"]
        if left is not None and late and sign[at] * left > 0 and abs(flow.amounts[at] - abs(left)) <= limits["differs"] * abs(left):
            done = int(flow.days[at])
            yield _seen(flow, mine, sign, at, limits)
    rest = legs[flow.days[legs] > done]
    for first in np.unique((flow.days[rest] - flow.days[rest[:1]]) // window).tolist() if len(rest) else ():
        mine = rest[(flow.days[rest] - flow.days[rest[0]]) // window == first]
        left = _left(flow, mine, sign, limits)
        if left is not None and abs(left) <= limits["even"] * float(flow.amounts[mine].sum()):
            yield _seen(flow, mine, sign, None, limits)


def _left(flow: Flow, legs: Ints, sign: Ints, limits: Mapping[str, float]) -> float | None:
    """What is left of these transfers when one direction is set against the other; None where they are too few, too small or too one-sided."""
    ways = [int((sign[legs] == way).sum()) for way in (1, -1)]
    whole, left = float(flow.amounts[legs].sum()), float((flow.amounts[legs] * sign[legs]).sum())
    return left if min(ways) >= limits["count"] and whole >= limits["amount"] and abs(left) <= limits["net"] * whole else None


def _seen(flow: Flow, legs: Ints, sign: Ints, payment: int | None, limits: Mapping[str, float]) -> Seen:
    there, back = legs[sign[legs] > 0], legs[sign[legs] < 0]
    whole, left = float(flow.amounts[legs].sum()), abs(float((flow.amounts[legs] * sign[legs]).sum()))
    start, end = flow.date(int(legs[0])), flow.date(int(legs[-1]) if payment is None else payment)
    sentence = (
        f"{len(there)} transfers went from one broker to the other and {len(back)} back, {float(flow.amounts[there].sum()):,.2f} and"
        f" {float(flow.amounts[back].sum()):,.2f} {flow.currency}, from {start} on; set against each other {left:,.2f} were left"
    )
    shown = legs.tolist()[:SHOWN]
    if payment is None:
        sentence += ", and no payment between them is known."
    else:
        settled = flow.event(payment)
        over = ", over a third party" if settled["begun"] != settled["date"] else ""
        said = f" ({settled['purpose']})" if settled["purpose"] else ""
        sentence += f", which one payment of {settled['amount']:,.2f}{said} levelled on {end}{over}."
        shown = [payment, *shown[: SHOWN - 1]]
    evidence = tuple(piece(row, f"{row['date'][:10]}: {row['amount']:,.2f} {flow.currency}") for row in map(flow.event, shown))
    score = 1 - 0.5 ** (min(len(there), len(back)) / limits["count"] * (1 - left / whole))
    one, other = flow.party.split(" > ")
    return Seen((one, other), start, end, score, sentence, evidence, whole, flow.currency, ((one, other),))
