"""Cycles: money that leaves a party, goes through two or more others, and comes back to the first as about the same sum.

Why it matters: money that runs in a circle has paid for nothing. It is how turnover is invented, how the origin of proceeds is washed out
between accounts that one person commands, and how a debt between networks is dressed as trade. What is measured: payments each of which follows the
one before, in the same currency and within a window of days, through three to six different parties, the smallest sum being at least a share of
the largest; circles of the same parties are one finding.

Source: FATF, Professional Money Laundering (2018), as a typology; Altman and others, Realistic Synthetic Financial Transactions for Anti-Money
Laundering Models (2023), for the pattern; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns import cycles
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Circles of three to six parties within `window` days, no payment under `amount` or under the share `alike` of another."""
    large = (book.only(np.flatnonzero(book.net.amounts >= thresholds["amount"])) for book in books(engine))
    return table(seen for book in large for seen in _circles(book, thresholds))


def _circles(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    found = cycles.find(book.net, int(limits["window"] * DAY), ties=book.ties, alike=limits["alike"])
    for parties, circles in _by_parties(book, found.places[found.lengths > 2]).items():
        yield _seen(book, parties, circles, limits)


def _by_parties(book: Book, rows: Ints) -> dict[tuple[int, ...], list[list[int]]]:
    """The circles by their parties, in the order in which the money goes round, from the lowest number."""
    found: dict[tuple[int, ...], list[list[int]]] = {}
    for row in rows.tolist():
        circle = [place for place in row if place >= 0]
        parties = book.net.payer[circle].tolist()
        at = int(np.argmin(parties))
        found.setdefault(tuple(parties[at:] + parties[:at]), []).append(circle)
    return found


def _seen(book: Book, parties: tuple[int, ...], circles: list[list[int]], limits: Mapping[str, float]) -> Seen:
    first = circles[0]
    amounts = book.net.amounts[first]
    paid = sorted({place for circle in circles for place in circle})
    rows, names = book.rows(first), book.names(parties)
    start, end = book.date(paid[0]), book.date(paid[-1])
    again = f" {len(circles)} such circles through the same parties." if len(circles) > 1 else ""
    sentence = (
        f"{amounts[0]:,.2f} {book.currency} left one of {len(parties)} parties on {book.date(first[0])} and came back to it through the others"
        f" as {amounts[-1]:,.2f} on {book.date(first[-1])}.{again}"
    )
    ids = tuple(names[party] for party in parties)
    ties = tuple(zip(ids, (*ids[1:], ids[0]), strict=True))
    score = 1 - 0.5 ** (len(circles) + (float(amounts.min() / amounts.max()) - limits["alike"]) + (len(parties) - 3) / 3)
    return Seen(ids, start, end, score, sentence, book.evidence(rows, first), float(book.net.amounts[paid].max()), book.currency, ties)
