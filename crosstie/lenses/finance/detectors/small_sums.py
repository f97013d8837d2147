"""Small sums for a journey or an attack: several people send a person small sums, and soon after that person pays for travel or equipment.

Why it matters: a single fighter or a small cell needs little money. It comes from friends, family or sympathisers in sums that no report is made
of, and goes out for tickets, visas, phones, outdoor gear or chemicals. What is measured: within a window of days, how many different payers sent
small sums, and that payments whose purpose speaks of travel or of equipment followed and took up a share of the money.

Source: FATF, Emerging Terrorist Financing Risks (2015), and Financing of the Terrorist Organisation ISIL (2015), as typologies; the figures and
the words are ours and are set in the manifest and in data/purposes.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import Seen, table
from crosstie.lenses.finance.book import DAY, Book, books
from crosstie.lenses.finance.patterns.network import Ints
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Parties with at least `payers` payers of at most `small` each in `window` days, who then spent the share `spent` of it on travel or equipment, in at
    least `bought` payments within `delay` days.
    """
    return table(seen for book in books(engine) for seen in _journeys(book, thresholds))


def _journeys(book: Book, limits: Mapping[str, float]) -> Iterator[Seen]:
    net = book.net
    bought = book.speak_of("travel", "equipment")
    until: dict[int, int] = {}
    for place in np.flatnonzero(bought).tolist():
        party, time = int(net.payer[place]), int(net.times[place])
        if until.get(party, -1) > time:
            continue
        ins = book.around(net.into, party, time - int(limits["window"] * DAY) + 1, place)
        ins = ins[net.amounts[ins] <= limits["small"]]
        if len(set(net.payer[ins].tolist())) < limits["payers"]:
            continue
        ends = time + int(limits["delay"] * DAY)
        outs = book.between(net.out, party, time, ends)
        outs = outs[bought[outs]]
        collected = float(net.amounts[ins].sum())
        if len(outs) >= limits["bought"] and limits["spent"] * collected <= net.amounts[outs].sum() <= 1.5 * collected:
            until[party] = ends
            yield _seen(book, party, ins, outs, limits)


def _seen(book: Book, party: int, ins: Ints, outs: Ints, limits: Mapping[str, float]) -> Seen:
    net = book.net
    payers = len(set(net.payer[ins].tolist()))
    shown = [*outs[:6].tolist(), *ins[:6].tolist()]
    start, end = book.date(int(ins[0])), book.date(int(outs[-1]))
    collected, spent = float(net.amounts[ins].sum()), float(net.amounts[outs].sum())
    sentence = (
        f"{payers} people sent {len(ins)} small sums, {collected:,.2f} {book.currency} in all, from {start} on; by {end} {spent:,.2f} went out in"
        f" {len(outs)} payments for travel or equipment."
    )
    score = 1 - 0.5 ** (payers / limits["payers"] * min(1.0, spent / collected + 0.25))
    return Seen(
        (book.names([party])[party],), start, end, score, sentence, book.evidence(book.rows(shown), shown), collected, book.currency
    )
