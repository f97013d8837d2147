"""Dormant, then active: an account that nobody used for months suddenly takes in and pays out large sums.

Why it matters: bought, borrowed or stolen identities, shelf companies and accounts opened for later use lie still until they are needed; then all
happens within days. What is measured: the days without any payment before a burst, how much came in during the burst, what share of it
left again, and how much larger the burst is than all that went through the account before.

Source: Egmont Group, 100 Cases from the Egmont Group (2000), and FATF, Professional Money Laundering (2018), as typologies; the figures are
ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties that were still for `quiet` days after an earlier payment, and then within `window` days took in `amount` or more and passed on the share
    `passed`, in at least `count` payments that come to `times` what they turned over before.
    """
    return table(seen for book in books(engine) for seen in _woken(book, thresholds))


def _woken(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net = book.net
    party = np.concatenate([net.payer, net.payee])
    place = np.tile(np.arange(len(net.payer)), 2)
    order = np.lexsort((place, net.times[place], party))
    party, place = party[order], place[order]
    gap = np.diff(net.times[place], prepend=0)
    woken = np.flatnonzero((gap >= limits["quiet"] * DAY) & (np.diff(party, prepend=-1) == 0))
    edges = np.searchsorted(party, [party[woken], party[woken] + 1])
    for at, first, last in zip(woken.tolist(), *edges.tolist(), strict=True):
        burst = place[at:last]
        burst = burst[net.times[burst] < net.times[burst[0]] + limits["window"] * DAY]
        if len(burst) < limits["count"]:
            continue
        found = _burst(book, int(party[at]), burst, place[first:at], int(gap[at]) // DAY, limits)
        if found is not None:
            yield found


def _burst(book: Book, party: int, burst: Ints, before: Ints, still: int, limits: Mapping[str, float]) -> Seen | None:
    net = book.net
    ins, outs = burst[net.payee[burst] == party], burst[net.payer[burst] == party]
    came, left, earlier = (float(net.amounts[some].sum()) for some in (ins, outs, before))
    if came < limits["amount"] or left < limits["passed"] * came or came + left < limits["times"] * earlier:
        return None
    start, end = book.date(int(burst[0])), book.date(int(burst[-1]))
    sentence = (
        f"After {still} days without any payment, {came:,.2f} {book.currency} came in and {left:,.2f} went out in {len(burst)} payments between"
        f" {start} and {end}; all that went through the account before was {earlier:,.2f}."
    )
    score = 1 - 0.5 ** (still / limits["quiet"] * min(3.0, (came + left) / (limits["times"] * earlier)) / 2 + 0.5)
    shown = burst.tolist()[:12]
    return Seen((book.names([party])[party],), start, end, score, sentence, book.evidence(book.rows(shown), shown), came, book.currency)
