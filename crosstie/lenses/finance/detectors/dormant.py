"""Dormant, then active: an account from which nobody paid for months suddenly takes in and pays out large sums.

Why it matters: bought, borrowed or stolen identities, shelf companies and accounts opened for later use lie still until they are needed; then all
happens within days. An account sleeps while its holder pays nothing, as banks count it: small change that strangers send wakes nobody. What is measured:
the days without a payment out, how much came in around the first one after them, what share of it left again, how little had come in during the
sleep, and how much larger the burst is than what went through the account in a year before.

Source: Egmont Group, 100 Cases from the Egmont Group (2000), and FATF, Professional Money Laundering (2018), as typologies; the figures are
ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns.network import Floats, Ints, Side, places
from crosstie.store.engine import Engine

_YEAR = 365 * DAY
#: what leaves is what came, and little more: who sleeps has nothing of his own
_MOST = 1.15


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties known for `quiet` days who paid nothing in them, and then within `window` days took in `amount` or more and passed on the share `passed`, in at
    least `count` payments that come to `times` what they turned over in a year before; in their sleep came at most the share `idle` of it.
    """
    return table(seen for book in books(engine) for seen in _woken(book, thresholds))


@dataclass(frozen=True, slots=True)
class _Sums:
    """How many payments of an account on one side lie between two times, and what they come to."""

    side: Side
    sums: Floats

    @classmethod
    def of(cls, book: Book, side: Side) -> _Sums:
        return cls(side, np.concatenate([[0.0], np.cumsum(book.net.amounts[side.places])]))

    def between(self, parties: Ints, least: Ints, before: Ints) -> tuple[Ints, Floats]:
        begin, end = (places(self.side.rows, self.side.times, parties, times) for times in (least, before))
        return end - begin, self.sums[end] - self.sums[begin]


def _woken(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net, quiet, window = book.net, int(limits["quiet"] * DAY), int(limits["window"] * DAY)
    ins, outs = _Sums.of(book, net.into), _Sums.of(book, net.out)
    still = np.diff(net.out.times, prepend=0)
    still[net.out.rows[:-1][np.diff(net.out.rows) > 0]] = np.iinfo(np.int64).max  # an account's first payment follows none
    paid = np.flatnonzero(still >= quiet)
    party, woke = net.payer[net.out.places[paid]], net.out.times[paid]
    begun = np.minimum(*(_begun(side, party) for side in (net.into, net.out)))
    early = woke - window
    came_number, came = ins.between(party, early, woke + window)
    left_number, left = outs.between(party, woke, woke + window)
    idle = ins.between(party, woke - quiet, early)[1]
    earlier = sum(side.between(party, begun, early)[1] for side in (ins, outs)) / np.maximum(1.0, (early - begun) / _YEAR)
    fits = (begun <= woke - quiet) & (came_number + left_number >= limits["count"]) & (came >= limits["amount"])
    fits &= (
        (left >= limits["passed"] * came)
        & (left <= _MOST * came)
        & (idle <= limits["idle"] * came)
        & (came + left >= limits["times"] * earlier)
    )
    for at in np.flatnonzero(fits).tolist():
        yield _seen(book, int(party[at]), int(woke[at]), float(earlier[at]), limits)


def _begun(side: Side, parties: Ints) -> Ints:
    """When the first payment of each party on this side was; very late where there is none."""
    begin, end = side.rows[parties], side.rows[parties + 1]
    found: Ints = np.where(begin < end, np.append(side.times, 0)[begin], np.iinfo(np.int64).max)
    return found


def _seen(book: Book, party: int, woke: int, earlier: float, limits: Mapping[str, float]) -> Seen:
    net, window = book.net, int(limits["window"] * DAY)
    ins = book.between(net.into, party, woke - window, woke + window - 1)
    outs = book.between(net.out, party, woke, woke + window - 1)
    burst = np.sort(np.concatenate([ins, outs]))
    came, left = float(net.amounts[ins].sum()), float(net.amounts[outs].sum())
    before = book.between(net.out, party, int(net.times[0]), woke - 1)
    still = (woke - int(net.times[before[-1]] if len(before) else _begun(net.into, np.array([party]))[0])) // DAY
    start, end = book.date(int(burst[0])), book.date(int(burst[-1]))
    sentence = (
        f"After {still} days without a payment out, {came:,.2f} {book.currency} came in and {left:,.2f} went out in {len(burst)} payments between"
        f" {start} and {end}; before, {earlier:,.2f} went through the account in a year."
    )
    score = 1 - 0.5 ** (min(2.0, still / limits["quiet"]) * min(3.0, (came + left) / max(limits["times"] * earlier, 1.0)) / 2 + 0.5)
    shown = burst.tolist()[:12]
    return Seen((book.names([party])[party],), start, end, score, sentence, book.evidence(book.rows(shown), shown), came, book.currency)
