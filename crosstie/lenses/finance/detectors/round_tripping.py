"""Round-tripping: money leaves a party and comes back to it as a loan or an investment.

Why it matters: proceeds that go abroad and return as the money of an investor or a lender have a lawful look, and interest on them may even be set off
against taxes. What is measured: a chain of payments of about the same sum that ends where it began, at most six of them within a window of days, of
which the last says that it is a loan, an investment, a dividend or capital, and the first does not.

Source: FATF, The Misuse of Corporate Vehicles (2006), and Professional Money Laundering (2018), as typologies; the figures are ours and are set
in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns import cycles
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties whose `amount` or more came back within `window` days as a loan or investment, no payment under the share `alike` of another."""
    return table(seen for book in books(engine) for seen in _returned(book, thresholds))


def _returned(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    large = np.flatnonzero(book.net.amounts >= limits["amount"])
    speaks = book.speak_of("loan")[large]
    small = book.only(large)
    found = cycles.find(small.net, int(limits["window"] * DAY), ties=book.ties, alike=limits["alike"])
    last = found.places[np.arange(len(found.lengths)), found.lengths - 1]
    told = speaks[last] & ~speaks[found.places[:, 0]]
    done: set[tuple[int, ...]] = set()
    for length, row in zip(found.lengths[told].tolist(), found.places[told].tolist(), strict=True):
        parties = tuple(small.net.payer[row[:length]].tolist())
        if parties not in done:
            done.add(parties)
            yield _seen(small, row[:length], parties, limits)


def _seen(book: Book, chain: list[int], parties: tuple[int, ...], limits: Mapping[str, float]) -> Seen:
    names, amounts = book.names(parties), book.net.amounts[chain]
    ids = tuple(names[party] for party in parties)
    start, end = book.date(chain[0]), book.date(chain[-1])
    sentence = (
        f"{amounts[0]:,.2f} {book.currency} that left on {start} came back on {end} as {amounts[-1]:,.2f}, said to be a loan or an investment, over"
        f" {len(parties) - 1} other part{'ies' if len(parties) > 2 else 'y'}."
    )
    score = 1 - 0.5 ** (1 + (float(amounts.min() / amounts.max()) - limits["alike"]) + (len(parties) - 2) / 4)
    ties = tuple(zip(ids, (*ids[1:], ids[0]), strict=True))
    return Seen(ids, start, end, score, sentence, book.evidence(book.rows(chain), chain), float(amounts[0]), book.currency, ties)
