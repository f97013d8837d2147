"""Structuring: one party pays or takes in several amounts just under the sum from which a payment must be reported, within days.

Why it matters: who splits a sum to stay under the threshold knows the threshold and has a reason to avoid the report. Laundering and the
financing of terrorism both do it. What is measured: in a sliding window, how many amounts lie in a narrow band under the threshold, and
what share they are of all larger amounts of that party; a business with ordinary takings has amounts on both sides of the threshold.

Source: FATF Recommendations 10 and 20 with their interpretive notes; FATF, Risk of Terrorist Abuse and typologies reports (threshold amounts
are each State's own and are set in the manifest).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.windows import Flow, flows
from crosstie.store.engine import Engine

#: amounts from this share of the threshold on are “larger payments”
_LARGER = 0.3


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties with at least `count` amounts in the band within `window` days, which are at least `share` of their larger amounts then."""
    return table([*_side(engine, thresholds, "a", "paid"), *_side(engine, thresholds, "b", "took in")])


def _side(engine: Engine, limits: Mapping[str, float], side: str, verb: str) -> Iterator[Seen]:
    top, bottom = limits["reporting"], limits["reporting"] * (1 - limits["band"])
    inside = f"amount >= {bottom} and amount < {top}"
    for flow in flows(
        engine,
        f"select {side} as party, currency from {events('payments')} where {inside} group by {side}, currency having count(*) >= {limits['count']}",
        f"select {side} as party, currency, date, amount, event_id, source_id, locator, originator, grade, marking"
        f" from {events('payments')} where amount >= {top * _LARGER}",
    ):
        yield from _runs(flow, (flow.amounts >= bottom) & (flow.amounts < top), limits, verb)


def _runs(flow: Flow, under: np.ndarray[tuple[int], np.dtype[np.bool_]], limits: Mapping[str, float], verb: str) -> Iterator[Seen]:
    """The party's windows that show it, run together where they overlap, as one finding each."""
    first = np.searchsorted(flow.days, flow.days - limits["window"], side="left")
    last = np.searchsorted(flow.days, flow.days, side="right")
    total = np.concatenate([[0], np.cumsum(under)])
    hits = total[last] - total[first]
    shown = under & (hits >= limits["count"]) & (hits >= limits["share"] * (last - first))
    marked = np.zeros(len(under) + 1, dtype=np.int64)
    np.add.at(marked, first[shown], 1)
    np.add.at(marked, last[shown], -1)
    covered = np.flatnonzero((np.cumsum(marked)[:-1] > 0) & under)
    if not len(covered):
        return
    for run in np.split(covered, np.flatnonzero(np.diff(flow.days[covered]) > limits["window"]) + 1):
        rows = [flow.event(int(at)) for at in run[:SHOWN]]
        amount, start, end = float(flow.amounts[run].sum()), flow.date(int(run[0])), flow.date(int(run[-1]))
        sentence = (
            f"{verb.capitalize()} {len(run)} amounts just under {limits['reporting']:,.0f} {flow.currency} between {start} and {end},"
            f" {amount:,.2f} in all."
        )
        score = 1 - 0.5 ** (len(run) / limits["count"])
        evidence = tuple(piece(row, f"{row['date']}: {row['amount']:,.2f} {flow.currency}") for row in rows)
        yield Seen((flow.party,), start, end, score, sentence, evidence, amount, flow.currency)
