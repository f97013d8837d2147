"""A designated party that money still reaches or leaves: who paid it or was paid by it since it is on a list, directly or through others.

Why it matters: funds of a listed party are to be frozen, and none may be made available to it, directly or indirectly. Payments after the listing say
that some bank or payer has not seen it. What is measured: payments to and from parties that lists name as they stand, since the day of the listing
where the list tells it; and, over a few steps, payments that carry on such money within days and less only a small share. There is one finding
for a listed party, about nobody else, and only for those whose dealings are largest and newest, which come first: the whole list of candidates for
freezing, with who stands around them, is what `crosstie finance exposure` is for.

Source: Security Council resolutions 1267 (1999), 1373 (2001), paragraph 1 (c) and (d), and 2253 (2015); FATF Recommendations 6 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.exposure import Designation, Exposure, designations, duty, exposures, partners
from crosstie.store.engine import Engine

#: the dealings of one party in one currency: the payments to or from it, each with who is exposed by it most directly
Dealings = dict[int, Exposure]


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Designated parties whose dealings since the listing come to `amount`, over at most `steps` steps, with others of fewer than `hub` partners: the `most`
    of them whose dealings are largest and newest.
    """
    listed = designations(engine)
    found: dict[str, list[tuple[Book, Dealings]]] = {}
    for book in books(engine):
        for party, ends in _dealings(book, listed, thresholds):
            found.setdefault(party, []).append((book, ends))
    ranks = _ranks(found, thresholds["fresh"])
    first = sorted(ranks, key=lambda party: (-ranks[party], party))[: int(thresholds["most"])]
    # asked for at once: a list may name thousands, and a cluster takes its time for every question
    shown: dict[str, list[tuple[Book, int]]] = {}
    for party in first:
        for book, ends in found[party]:
            shown.setdefault(book.currency, []).extend((book, end) for end in _by_size(book, ends)[:SHOWN])
    rows = {currency: places[0][0].rows(end for _, end in places) for currency, places in shown.items()}
    return table(_seen(listed[party], found[party], ranks[party], rows) for party in first)


def _dealings(book: Book, listed: dict[str, Designation], limits: Mapping[str, float]) -> Iterator[tuple[str, Dealings]]:
    known = book.numbered(listed)
    if not known:
        return
    busy = partners(book) >= limits["hub"]
    found = exposures(book, np.array(sorted(known)), int(limits["steps"]), limits["delay"], limits["kept"])
    for number, around in groupby(
        sorted((one for one in found if not busy[one.party]), key=lambda one: one.listed), key=lambda one: one.listed
    ):
        since = (listed[known[number]].since or "")[:10]
        ends: Dealings = {}
        for one in around:
            for chain in one.chains:
                end = chain[-1] if one.to_listed else chain[0]
                if since <= book.date(end) and (end not in ends or one.steps < ends[end].steps):
                    ends[end] = one
        if ends and float(book.net.amounts[list(ends)].sum()) >= limits["amount"]:
            yield known[number], ends


def _ranks(found: Mapping[str, list[tuple[Book, Dealings]]], fresh: float) -> dict[str, float]:
    """How far in front each party stands, 0 to 1: how many parties' dealings in the currency its own are larger than, half as much for every `fresh` days
    between its newest one and the newest of the ledger. Sums of different currencies are not compared.
    """
    newest = max((int(book.net.times[-1]) for dealings in found.values() for book, _ in dealings), default=0)
    sums: dict[str, list[float]] = {}
    for dealings in found.values():
        for book, ends in dealings:
            sums.setdefault(book.currency, []).append(_sum(book, ends))
    ordered = {currency: np.sort(amounts) for currency, amounts in sums.items()}
    return {
        party: max(
            float(np.searchsorted(ordered[book.currency], _sum(book, ends), side="right") / len(ordered[book.currency]))
            * 0.5 ** ((newest - int(book.net.times[max(ends)])) / DAY / fresh)
            for book, ends in dealings
        )
        for party, dealings in found.items()
    }


def _by_size(book: Book, ends: Dealings) -> list[int]:
    return sorted(ends, key=lambda end: (-float(book.net.amounts[end]), end))


def _sum(book: Book, ends: Dealings) -> float:
    return float(book.net.amounts[sorted(ends)].sum())


def _seen(listed: Designation, dealings: list[tuple[Book, Dealings]], rank: float, rows: Mapping[str, dict[int, dict[str, Any]]]) -> Seen:
    told: list[str] = []
    evidence: list[Mapping[str, object]] = []
    for book, ends in sorted(dealings, key=lambda one: -len(one[1])):
        evidence += book.evidence(rows[book.currency], _by_size(book, ends))
        amount, taken = _sum(book, ends), sum(float(book.net.amounts[end]) for end, one in ends.items() if one.to_listed)
        told.append(f"{taken:,.2f} {book.currency} to it, {amount - taken:,.2f} from it")
    days = sorted({book.date(end) for book, ends in dealings for end in ends})
    since = f"since its listing of {listed.since}" if listed.since else "while it is listed"
    rule = duty(listed.programmes)
    count, others = sum(len(ends) for _, ends in dealings), sum(len({one.party for one in ends.values()}) for _, ends in dealings)
    sentence = (
        f"{count} payments with {others} others {since}, from {days[0]} to {days[-1]}: {'; '.join(told)}. {rule['basis']}: {rule['duty']}"
    )
    book, ends = max(dealings, key=lambda one: len(one[1]))
    return Seen((listed.entity,), days[0], days[-1], 0.5 + rank / 2, sentence, tuple(evidence[:SHOWN]), _sum(book, ends), book.currency)
