"""Gather and scatter: many pay one party, and once their money is together it leaves again to many others.

Why it matters: proceeds of many small deals are pooled and paid out to those who have a share in them; a collector pools gifts and pays cells or
fighters. A business also takes from many and pays many, but it does both all the time. What is measured: within a window of days, money of
several payers that has come in before the most part of it goes out to several payees who are not those payers.

Source: Altman and others, Realistic Synthetic Financial Transactions for Anti-Money Laundering Models (2023), for the pattern; FATF,
Terrorist Financing in West Africa (2013), as a typology; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns.fans import fans
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine

#: more than was gathered may leave: this much of it at most
_MOST = 1.15


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties that gathered from at least `payers` and then scattered the share `passed` of it over at least `payees`, within `window` days."""
    return table(seen for book in books(engine) for seen in _hubs(book, thresholds))


def _hubs(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net, window = book.net, int(limits["window"] * DAY)
    others, _, sums = fans(net, window)
    busy = (others[:, 0] >= limits["payees"]) & (others[:, 1] >= limits["payers"]) & (sums[:, 1] >= limits["amount"])
    busy &= (sums[:, 0] >= limits["passed"] * sums[:, 1]) & (sums[:, 0] <= _MOST * sums[:, 1])
    until: dict[int, int] = {}
    for place in np.flatnonzero(busy).tolist():
        hub, time = int(net.payer[place]), int(net.times[place])
        if until.get(hub, -1) > time - window:
            continue
        ins, outs = book.around(net.into, hub, time - window + 1, place), book.around(net.out, hub, time - window + 1, place)
        if _in_order(book, ins, outs, limits):
            until[hub] = time
            yield _seen(book, hub, ins, outs, limits)


def _in_order(book: Book, ins: Ints, outs: Ints, limits: Mapping[str, float]) -> bool:
    """Whether the money was together before it left, and went to others than it came from."""
    net = book.net
    together = float(net.amounts[ins[net.times[ins] <= net.times[outs[0]]]].sum())
    payers, payees = set(net.payer[ins].tolist()), set(net.payee[outs].tolist())
    return together >= limits["together"] * float(net.amounts[ins].sum()) and len(payees - payers) >= limits["payees"]


def _seen(book: Book, hub: int, ins: Ints, outs: Ints, limits: Mapping[str, float]) -> Seen:
    net = book.net
    payers, payees = sorted(set(net.payer[ins].tolist())), sorted(set(net.payee[outs].tolist()))
    gathered, left = float(net.amounts[ins].sum()), float(net.amounts[outs].sum())
    start, end = book.date(int(ins[0])), book.date(int(outs[-1]))
    sentence = (
        f"{len(payers)} parties paid in {gathered:,.2f} {book.currency} from {start} on; from {book.date(int(outs[0]))} to {end}"
        f" {left:,.2f} of it went out to {len(payees)} others."
    )
    shown = [*ins[:6].tolist(), *outs[:6].tolist()]
    name = book.names([hub])[hub]
    score = 1 - 0.5 ** (min(len(payers) / limits["payers"], len(payees) / limits["payees"]))
    return Seen((name,), start, end, score, sentence, book.evidence(book.rows(shown), shown), gathered, book.currency)
