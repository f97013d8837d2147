"""Wages that come back: people who are paid wages each pay a part of them, soon after, to one and the same party.

Why it matters: kickbacks for a job, levies that an armed group takes from workers, and invented workers whose wages fund somebody else all look like
this: many wages out, and a fixed part of each back to one hand. What is measured: after payments that say they are wages, payments by those who got
them to one receiver within days, each a like share of the wage; from how many workers of one employer, and how often.
Where the sums are more alike than the shares it is rent or a fee, and no finding.

Source: UNODC and others on kickbacks and ghost workers in corruption (United Nations Convention against Corruption, 2003, articles 17 to 22), as typologies;
the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns.network import Floats, Ints, within
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Receivers whom at least `workers` workers of one employer paid a share of their wages, from `least` to `most` and alike within `spread`, at most `delay`
    days after; at least `times` payments for each of these workers.
    """
    return table(seen for book in books(engine) for seen in _levies(book, thresholds))


def _levies(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net = book.net
    wages = np.flatnonzero(book.speak_of("wages"))
    if not len(wages):
        return
    asked, back = within(net.out, net.payee[wages], net.times[wages], net.times[wages] + int(limits["delay"] * DAY))
    share = net.amounts[back] / net.amounts[wages[asked]]
    fits = (share >= limits["least"]) & (share <= limits["most"]) & (net.payee[back] != net.payee[wages[asked]]) & (back > wages[asked])
    paid, back, share = wages[asked][fits], back[fits], share[fits]
    ends = net.payer[paid].astype(np.int64) * net.accounts + net.payee[back]
    order = np.lexsort((back, ends))
    edges = np.flatnonzero(np.diff(ends[order], prepend=-1, append=-2))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        some = order[first:last]
        some = some[np.abs(share[some] - np.median(share[some])) <= limits["spread"]]
        workers = len(set(net.payer[back[some]].tolist()))
        if _rent(net.amounts[back[order[first:last]]], share[order[first:last]]):
            continue
        if workers >= limits["workers"] and len(set(back[some].tolist())) >= limits["times"] * workers:
            yield _seen(book, paid[some], back[some], float(np.median(share[some])), workers, limits)


def _rent(amounts: Floats, shares: Floats) -> bool:
    """Whether the sums are more alike than the shares: rent or a fee, the same for all whatever the wage."""
    spread = [float(np.median(np.abs(one - np.median(one))) / np.median(one)) for one in (amounts, shares)]
    return spread[0] < spread[1]


def _seen(book: Book, paid: Ints, back: Ints, share: float, workers: int, limits: Mapping[str, float]) -> Seen:
    employer, receiver = int(book.net.payer[paid[0]]), int(book.net.payee[back[0]])
    names = book.names([employer, receiver])
    total, start, end = float(book.net.amounts[back].sum()), book.date(int(back[0])), book.date(int(back[-1]))
    again = " The receiver is the employer." if employer == receiver else ""
    sentence = (
        f"{workers} people who got wages from one employer each paid about {share:.0%} of them within {limits['delay']:.0f} days to one receiver:"
        f" {len(back)} payments, {total:,.2f} {book.currency} in all, between {start} and {end}.{again}"
    )
    shown = [place for pair in zip(paid.tolist()[:6], back.tolist()[:6], strict=True) for place in pair]
    score = 1 - 0.5 ** (workers / limits["workers"] * len(back) / (limits["times"] * workers) / 2 + 0.5)
    ties = ((names[employer], names[receiver]),) if employer != receiver else ()
    evidence = book.evidence(book.rows(shown), shown)
    return Seen(tuple({names[employer], names[receiver]}), start, end, score, sentence, evidence, total, book.currency, ties)
