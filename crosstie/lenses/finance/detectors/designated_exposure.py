"""A designated party that money still reaches or leaves: who paid it or was paid by it since it is on a list, directly or through others.

Why it matters: funds of a listed party are to be frozen, and none may be made available to it, directly or indirectly. Payments after the listing say
that some bank or payer has not seen it. What is measured: payments to and from parties that lists name as they stand, since the day of the listing
where the list tells it; and, over a few steps, payments that carry on such money within days and less only a small share. There is one finding
for each listed party, about nobody else: who stands around it is no suspect, and all of them are shown by `crosstie finance exposure`, with the duty.

Source: Security Council resolutions 1267 (1999), 1373 (2001), paragraph 1 (c) and (d), and 2253 (2015); FATF Recommendations 6 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, table
from crosstie.lenses.finance.book import Book, books
from crosstie.lenses.finance.exposure import Designation, Exposure, designations, duty, exposures, partners
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Designated parties whose dealings since the listing come to `amount`, over at most `steps` steps, with others of fewer than `hub` partners."""
    listed = designations(engine)
    return table(seen for book in books(engine) for seen in _dealings(book, listed, thresholds))


def _dealings(book: Book, listed: dict[str, Designation], limits: Mapping[str, float]) -> Iterator[Seen]:
    known = book.numbered(listed)
    if not known:
        return
    busy = partners(book) >= limits["hub"]
    found = exposures(book, np.array(sorted(known)), int(limits["steps"]), limits["delay"], limits["kept"])
    told: list[tuple[str, dict[int, Exposure]]] = []
    for number, around in groupby(
        sorted((one for one in found if not busy[one.party]), key=lambda one: one.listed), key=lambda one: one.listed
    ):
        designation = listed[known[number]]
        ends: dict[int, Exposure] = {}
        for one in around:
            for chain in one.chains:
                end = chain[-1] if one.to_listed else chain[0]
                if (designation.since or "")[:10] <= book.date(end) and (end not in ends or one.steps < ends[end].steps):
                    ends[end] = one
        if ends and float(book.net.amounts[list(ends)].sum()) >= limits["amount"]:
            told.append((known[number], ends))
    # asked for at once: a list may name thousands, and a cluster takes its time for every question
    rows = book.rows(place for _, ends in told for place in _by_size(book, ends)[:SHOWN]) if told else {}
    for party, ends in told:
        yield _seen(book, party, listed[party], ends, rows)


def _by_size(book: Book, ends: Mapping[int, Exposure]) -> list[int]:
    return sorted(ends, key=lambda end: (-float(book.net.amounts[end]), end))


def _seen(book: Book, party: str, listed: Designation, ends: Mapping[int, Exposure], rows: dict[int, dict[str, Any]]) -> Seen:
    """`ends` are the payments to or from the listed party, each with who is exposed by it most directly; `rows` are those that are shown."""
    by_size, days = _by_size(book, ends), sorted(book.date(end) for end in ends)
    amount = float(book.net.amounts[by_size].sum())
    taken = sum(float(book.net.amounts[end]) for end, one in ends.items() if one.to_listed)
    others = len({one.party for one in ends.values()})
    since = f"since its listing of {listed.since}" if listed.since else "while it is listed"
    rule = duty(listed.programmes)
    sentence = (
        f"{len(ends)} payments with {others} others {since}, from {days[0]} to {days[-1]}: {taken:,.2f} {book.currency} to it, {amount - taken:,.2f} from it."
        f" {rule['basis']}: {rule['duty']}"
    )
    score = 1 - 0.5 ** (1 + len(ends) / 4)
    return Seen((party,), days[0], days[-1], score, sentence, book.evidence(rows, by_size), amount, book.currency)
