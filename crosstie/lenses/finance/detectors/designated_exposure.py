"""Dealings with a designated party: who paid somebody on a sanctions list or was paid by them, or whose money reached them through others.

Why it matters: funds of a listed party are to be frozen, and none may be made available to it, directly or indirectly. Who stands around a listed
party in the payments is where frozen funds may hide and who may need to be asked. What is measured: payments to and from parties that lists
name as they stand; and, over a few steps, payments that carry on such money within days and less only a small share. Those with very many
partners (banks, shops, the telephone company) are left to the command `crosstie finance exposure`, which shows all.

Source: Security Council resolutions 1267 (1999), 1373 (2001), paragraph 1 (c) and (d), and 2253 (2015); FATF Recommendations 6 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import Book, books
from crosstie.lenses.finance.exposure import Designation, Exposure, designations, duty, exposures, partners
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties with fewer than `hub` partners that dealt with a designated party for `amount` or more, over at most `steps` steps."""
    listed = designations(engine)
    return table(seen for book in books(engine) for seen in _dealings(book, listed, thresholds))


def _dealings(book: Book, listed: dict[str, Designation], limits: Mapping[str, float]) -> Iterator[Seen]:
    known = book.numbered(listed)
    if not known:
        return
    busy = partners(book) >= limits["hub"]
    for one in exposures(book, np.array(sorted(known)), int(limits["steps"]), limits["delay"], limits["kept"]):
        ends = [chain[-1] if one.to_listed else chain[0] for chain in one.chains]
        amount = float(book.net.amounts[ends].sum())
        if amount >= limits["amount"] and not busy[one.party]:
            yield _seen(book, one, listed[known[one.listed]], amount)


def _seen(book: Book, one: Exposure, listed: Designation, amount: float) -> Seen:
    shown = sorted({place for chain in one.chains for place in chain})
    rows, name = book.rows(shown), book.names([one.party])[one.party]
    start, end = book.date(shown[0]), book.date(shown[-1])
    who = rows[one.chains[0][-1]]["payee_name"] if one.to_listed else rows[one.chains[0][0]]["payer_name"]
    how = "directly" if one.steps == 1 else f"over {one.steps - 1} other{'s' if one.steps > 2 else ''} who passed it on"
    way = f"Money of this party went to {who}" if one.to_listed else f"Money of {who} came to this party"
    since = (
        ""
        if listed.since is None
        else f" The listing is of {listed.since}" + (", after the last payment." if listed.since[:10] > end else ".")
    )
    rule = duty(listed.programmes)
    sentence = (
        f"{way}, which is on a sanctions list, {how}: {amount:,.2f} {book.currency} in {len(one.chains)} payments between {start} and {end}.{since}"
        f" {rule['basis']}: {rule['duty']}"
    )
    score = (0.95 if one.steps == 1 else 0.6**one.steps + 0.3) * (0.6 if listed.since and listed.since[:10] > end else 1.0)
    return Seen((name,), start, end, score, sentence, book.evidence(rows, shown), amount, book.currency)
