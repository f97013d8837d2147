"""Collection and dispatch: many different payers send one party small sums, and soon after most of it leaves in one payment.

Why it matters: small gifts from many are how supporters fund a group, and how the takings of street sales are gathered; that the money leaves
at once says that the account is a funnel and not a till. What is measured: for each large payment out, the small sums that came in during the
window before it, how many different payers sent them, and what share of them the payment carries away.

Source: FATF, Crowdfunding for Terrorism Financing (2023) and Terrorist Financing in West Africa (2013), as typologies; the figures are ours
and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.windows import Flow, flows
from crosstie.store.engine import Engine

#: more than was collected may leave: this much of it at most
_MOST = 1.25


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties with at least `payers` small payers in `window` days, of whose money the share `passed` leaves in one payment within `delay` days."""
    small = thresholds["small"]
    parties = (
        f"select b as party, currency from {events('payments')} where amount > 0 and amount <= {small}"
        f" group by b, currency having count(distinct a) >= {thresholds['payers']}"
    )
    columns = "currency, date, amount, event_id, source_id, locator, originator, grade, marking"
    query = (
        f"select b as party, a as other, 1 as sign, {columns} from {events('payments')} where amount > 0 and amount <= {small} union all "
        f"select a as party, b as other, -1 as sign, {columns} from {events('payments')} where amount > {small}"
    )
    return table(seen for flow in flows(engine, parties, query) for seen in _funnels(flow, thresholds))


def _funnels(flow: Flow, limits: Mapping[str, float]) -> Iterator[Seen]:
    incoming = flow.rows.column("sign").to_numpy() > 0
    ins, outs = np.flatnonzero(incoming), np.flatnonzero(~incoming)
    sums = np.concatenate([[0.0], np.cumsum(flow.amounts[ins])])
    first = np.searchsorted(flow.days[ins], flow.days[outs] - limits["window"] - limits["delay"], side="left")
    last = np.searchsorted(flow.days[ins], flow.days[outs], side="right")
    collected = sums[last] - sums[first]
    paid = flow.amounts[outs]
    fits = (last - first >= limits["payers"]) & (paid >= limits["passed"] * collected) & (paid <= _MOST * collected)
    payers = flow.rows.column("other")
    done = -1
    for at in np.flatnonzero(fits).tolist():
        gifts, out = ins[first[at] : last[at]], int(outs[at])
        if flow.days[out] - flow.days[gifts[-1]] > limits["delay"] or gifts[0] <= done:
            continue
        different = len(set(payers.take(gifts.tolist()).to_pylist()))
        if different < limits["payers"]:
            continue
        done = int(gifts[-1])
        yield _seen(flow, gifts.tolist(), out, different, limits)


def _seen(flow: Flow, gifts: list[int], out: int, different: int, limits: Mapping[str, float]) -> Seen:
    collected, start, end = float(flow.amounts[gifts].sum()), flow.date(gifts[0]), flow.date(out)
    left = flow.event(out)
    sentence = (
        f"{different} payers sent {len(gifts)} small sums, {collected:,.2f} {flow.currency} in all, from {start} on;"
        f" on {end} one payment took {left['amount']:,.2f} away."
    )
    shown = [left, *(flow.event(at) for at in gifts[: SHOWN - 1])]
    evidence = tuple(
        piece(row, f"{row['date']}: {row['amount']:,.2f} {flow.currency} {'in' if row['sign'] > 0 else 'out'}") for row in shown
    )
    score = 1 - 0.5 ** (different / limits["payers"])
    return Seen((flow.party,), start, end, score, sentence, evidence, collected, flow.currency)
