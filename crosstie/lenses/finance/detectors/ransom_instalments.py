"""Ransom in instalments: money that many lend or give to one person at once, and that this person pays to a stranger in a few large parts.

Why it matters: families of hostages and of migrants who are held on the way collect from relatives and friends within days and pay in parts, to
accounts or agents of the kidnappers, who may be an armed group. What is measured: sums from several payers gathered within days by somebody who
then pays the most of it, in a few round parts, to a receiver that was never paid before; or payments that say so. The finding is about who receives;
who pays is a victim or acts for one, and is to be protected.

Source: FATF, Organised Maritime Piracy and Related Kidnapping for Ransom (2011); Security Council resolution 2133 (2014); the figures are
ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books, runs
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Receivers of at least `parts` payments of `amount` or more, round by `round`, within `window` days, from somebody who never paid them before and who had
    gathered from `payers` others as much that the parts are the share `passed` of it.
    """
    return table(seen for book in books(engine) for seen in _instalments(book, thresholds))


def _instalments(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net, window = book.net, int(limits["window"] * DAY)
    pair = net.payer.astype(np.int64) * net.accounts + net.payee
    order = np.lexsort((np.arange(len(pair)), pair))
    first_ever = net.times[order[np.searchsorted(pair[order], pair)]]
    part = np.flatnonzero((net.amounts >= limits["amount"]) & (net.amounts % limits["round"] == 0) & (net.times - first_ever < window))
    part = part[np.lexsort((part, pair[part]))]
    for first, last in runs(pair[part], net.times[part], window, int(limits["parts"])):
        parts = part[first:last]
        payer, last_time = int(net.payer[parts[0]]), int(net.times[parts[-1]])
        ins = book.around(net.into, payer, last_time - 2 * window, int(parts[-1]))
        ins = ins[net.times[ins] > net.times[parts[0]] - window]
        gathered, payers = float(net.amounts[ins].sum()), len(set(net.payer[ins].tolist()) - {int(net.payee[parts[0]])})
        paid = float(net.amounts[parts].sum())
        if payers >= limits["payers"] and limits["passed"] * gathered <= paid <= 1.2 * gathered:
            yield _seen(book, ins, parts, payers, limits)


def _seen(book: Book, ins: Ints, parts: Ints, payers: int, limits: Mapping[str, float]) -> Seen:
    receiver = int(book.net.payee[parts[0]])
    gathered, paid = float(book.net.amounts[ins].sum()), float(book.net.amounts[parts].sum())
    start, end = book.date(int(min(ins[0], parts[0]))), book.date(int(parts[-1]))
    sentence = (
        f"Somebody who gathered {gathered:,.2f} {book.currency} from {payers} others paid this party {paid:,.2f} of it in {len(parts)} round parts"
        f" between {start} and {end}, and had never paid it before."
    )
    shown = [*parts.tolist()[:6], *ins.tolist()[:6]]
    score = 1 - 0.5 ** (payers / limits["payers"] * len(parts) / limits["parts"])
    return Seen(
        (book.names([receiver])[receiver],), start, end, score, sentence, book.evidence(book.rows(shown), shown), paid, book.currency
    )
