"""Gifts that do not reach their purpose: what is given for charity leaves as cash, for travel or equipment, or to one or two private hands.

Why it matters: a small part of the organisations that collect for good causes is abused, by their own staff or by others, to collect for armed groups or
for pockets. Most are not, and their work is protected. What is measured: of what came in as gifts within a window, the share that went out in cash, for
travel or equipment, or to at most two receivers; organisations that pay many for their work are not meant.

Source: FATF, Risk of Terrorist Abuse in Non-Profit Organisations (2014), and Recommendation 8 as revised in 2023, which asks for measures focused on
risk that do not disrupt legitimate activity; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books, runs
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine

#: receivers that are “one or two private hands”
_FEW = 2


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties with at least `gifts` gifts from `givers` givers within `window` days, `amount` or more, of which the share `diverted` left in cash, for travel
    or equipment, or to one or two receivers, by `delay` days after.
    """
    return table(seen for book in books(engine) for seen in _diverted(book, thresholds))


def _diverted(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net = book.net
    gifts = np.flatnonzero(book.speak_of("gift"))
    gifts = gifts[np.lexsort((gifts, net.payee[gifts]))]
    odd = book.speak_of("cash", "travel", "equipment")
    for first, last in runs(net.payee[gifts], net.times[gifts], int(limits["window"] * DAY), int(limits["gifts"])):
        mine = gifts[first:last]
        given, givers = float(net.amounts[mine].sum()), len(set(net.payer[mine].tolist()))
        if given < limits["amount"] or givers < limits["givers"]:
            continue
        party = int(net.payee[mine[0]])
        outs = book.between(net.out, party, int(net.times[mine[0]]), int(net.times[mine[-1]] + limits["delay"] * DAY))
        sent = {who: float(net.amounts[outs[net.payee[outs] == who]].sum()) for who in set(net.payee[outs].tolist())}
        hands = sorted(sent, key=lambda who: (-sent[who], who))[:_FEW]
        off = outs[odd[outs] | (np.isin(net.payee[outs], hands) & (len(sent) <= _FEW))]
        if net.amounts[off].sum() >= limits["diverted"] * given:
            yield _seen(book, party, mine, off, givers, limits)


def _seen(book: Book, party: int, gifts: Ints, off: Ints, givers: int, limits: Mapping[str, float]) -> Seen:
    net = book.net
    given, left = float(net.amounts[gifts].sum()), float(net.amounts[off].sum())
    start, end = book.date(int(gifts[0])), book.date(int(max(gifts[-1], off[-1])))
    sentence = (
        f"{givers} givers gave {given:,.2f} {book.currency} between {start} and {book.date(int(gifts[-1]))}; {left:,.2f} left in {len(off)} payments in"
        f" cash, for travel or equipment, or to one or two receivers."
    )
    shown = [*off.tolist()[:6], *gifts.tolist()[:6]]
    score = 1 - 0.5 ** (left / given / limits["diverted"] + givers / limits["givers"] / 4)
    return Seen((book.names([party])[party],), start, end, score, sentence, book.evidence(book.rows(shown), shown), given, book.currency)
