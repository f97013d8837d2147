"""Scatter and gather: one party sends money over several others, each of whom passes its part on to the same receiver.

Why it matters: a sum that would be asked about is split over hired or borrowed accounts and is whole again at the other end; sender and receiver
have nothing to do with each other on any single statement. What is measured: pairs of payments from one sender over a third party to one
receiver, the second carrying on the first within days and less only a small share; and over how many different third parties that happened in a window.

Source: Altman and others, Realistic Synthetic Financial Transactions for Anti-Money Laundering Models (2023), for the pattern; FATF,
Professional Money Laundering (2018), as a typology; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books, runs
from crosstie.lenses.finance.patterns.relays import relays
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Senders and receivers between whom at least `between` parties passed money on, `amount` or more in all, within `window` days."""
    return table(seen for book in books(engine) for seen in _scattered(book, thresholds))


def _scattered(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net = book.net
    carried = relays(net, int(limits["delay"] * DAY) + 1, 1 - limits["kept"], ties=book.ties)
    outs = np.flatnonzero(carried >= 0)
    ends = net.payer[carried[outs]].astype(np.int64) * net.accounts + net.payee[outs]
    order = np.lexsort((outs, ends))
    outs, ends = outs[order], ends[order]
    for first, last in runs(ends, net.times[outs], int(limits["window"] * DAY), int(limits["between"])):
        mine = outs[first:last]
        between = len(set(net.payer[mine].tolist()))
        if between >= limits["between"] and net.amounts[mine].sum() >= limits["amount"]:
            yield _seen(book, mine.tolist(), carried[mine].tolist(), between, limits)


def _seen(book: Book, outs: list[int], ins: list[int], between: int, limits: Mapping[str, float]) -> Seen:
    net = book.net
    source, receiver = int(net.payer[ins[0]]), int(net.payee[outs[0]])
    over = sorted(set(net.payer[outs].tolist()))
    names = book.names([source, receiver, *over])
    shown = [place for pair in zip(ins, outs, strict=True) for place in pair]
    total, start, end = float(net.amounts[outs].sum()), book.date(min(ins)), book.date(max(outs))
    sentence = (
        f"{total:,.2f} {book.currency} went from one party to another over {between} others between {start} and {end}, each of whom passed"
        f" on what it got within {limits['delay']:.0f} days."
    )
    ids = (names[source], names[receiver], *(names[party] for party in over))
    ties = (
        (names[source], names[receiver]),
        *((names[source], names[party]) for party in over),
        *((names[party], names[receiver]) for party in over),
    )
    score = 1 - 0.5 ** (between / limits["between"])
    return Seen(ids, start, end, score, sentence, book.evidence(book.rows(shown), shown), total, book.currency, ties)
