"""Pass-through: an account that keeps nothing. What comes in leaves again within days, a little smaller, to somebody else, time after time.

Why it matters: money mules, shell companies and the lower ranks of a laundering network lend their accounts. Sums pass, a commission stays, and
nobody pays rent or buys food from them. What is measured: payments out that carry on one payment that came in shortly before, less a small
share; how many of them there are in a window, from how many payers, and what part of all that came in was passed on so.

Source: FATF, Professional Money Laundering (2018), on money mules and pass-through accounts; Europol, EMMA operations against money mules
(2016 and later), as typologies; the figures are ours and are set in the manifest.
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
    """Parties that passed on at least `count` payments of `amount` or more within `delay` days each, in `window` days, being the share `share` of all that
    came in.
    """
    return table(seen for book in books(engine) for seen in _passed(book, thresholds))


def _passed(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net = book.net
    carried = relays(net, int(limits["delay"] * DAY) + 1, 1 - limits["kept"], ties=book.ties)
    outs = np.flatnonzero((carried >= 0) & (net.amounts >= limits["amount"]))
    outs = outs[np.lexsort((outs, net.payer[outs]))]
    window = int(limits["window"] * DAY)
    for first, last in runs(net.payer[outs], net.times[outs], window, int(limits["count"])):
        mine = outs[first:last]
        ins = carried[mine]
        party = int(net.payer[mine[0]])
        came = book.sum_in(party, int(net.times[ins].min()), int(net.times[mine[-1]]))
        share = float(net.amounts[ins].sum()) / came
        payers = len(set(net.payer[ins].tolist()))
        if share < limits["share"] or payers < limits["payers"]:
            continue
        yield _seen(book, party, mine.tolist(), ins.tolist(), share, limits)


def _seen(book: Book, party: int, outs: list[int], ins: list[int], share: float, limits: Mapping[str, float]) -> Seen:
    shown = [place for pair in zip(ins, outs, strict=True) for place in pair]
    rows, names = book.rows(shown), book.names([party])
    passed, start, end = float(book.net.amounts[outs].sum()), book.date(min(ins)), book.date(outs[-1])
    kept = 1 - passed / float(book.net.amounts[ins].sum())
    payers, payees = len(set(book.net.payer[ins].tolist())), len(set(book.net.payee[outs].tolist()))
    sentence = (
        f"{len(outs)} payments from {payers} payers left again within {limits['delay']:.0f} days to {payees} payees, {passed:,.2f} {book.currency} in"
        f" all between {start} and {end}; {kept:.1%} stayed. They were {share:.0%} of all that came in."
    )
    score = 1 - 0.5 ** (len(outs) / limits["count"] * share)
    return Seen((names[party],), start, end, score, sentence, book.evidence(rows, shown), passed, book.currency)
