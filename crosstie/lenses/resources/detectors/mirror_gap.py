"""Mirror gap: what a State says that it bought from another differs year after year from what the other says that it sold, and nothing harmless
explains it.

Why it matters: goods that left without being declared, or that were declared as of a State that does not have them, show on one side of the books only.
Freight, re-exports, another period, a slip of unit, secrecy, a missing report and another partner make gaps too: each is tried on the
ledger itself, and a line that has one is left out. The subjects are States, not actors: the finding says where to look, not whom to suspect.

Source: UN Statistics Division, International Merchandise Trade Statistics: Compilers Manual (2013); UNCTAD, Trade Misinvoicing (2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.resources import mirror
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Exporter, importer and commodity with a gap of one sign in at least `years` years, by `ratio` and above `floor` dollars in each."""
    found = mirror.trade(engine, freight=thresholds["freight"], ratio=thresholds["ratio"], floor=thresholds["floor"])
    engine.create(
        "res_lasting",
        f"select exporter, importer, hs from {found} where cause is null group by exporter, importer, hs"
        f" having count(distinct period) >= {int(thresholds['years'])} and (min(gap) > 0 or max(gap) < 0)",
    )
    rows = engine.arrow(
        f"select m.* from {found} m join res_lasting g on g.exporter = m.exporter and g.importer = m.importer and g.hs = m.hs"
        " where m.cause is null order by m.exporter, m.importer, m.hs, m.period"
    ).to_pylist()
    keys = {(row["exporter"], row["importer"], row["hs"]) for row in rows}
    said = _said(engine) if keys else {}
    groups = groupby(rows, key=lambda row: (row["exporter"], row["importer"], row["hs"]))
    return table(_seen(exporter, importer, hs, list(own), said) for (exporter, importer, hs), own in groups)


def _said(engine: Engine) -> dict[tuple[str, str, str, str], list[dict[str, Any]]]:
    """The rows of the ledger behind the lasting gaps."""
    rows = engine.arrow(
        "select l.*, s.originator, g.exporter, g.importer from ledger_trade_flows l join res_lasting g on g.hs = l.hs and ("
        "(l.flow = 'import' and g.importer = l.reporter and g.exporter = l.partner) or"
        " (l.flow in ('export', 're-export') and g.exporter = l.reporter and g.importer = l.partner))"
        " left join sources s on s.source_id = l.source_id order by l.date, l.flow, l.event_id"
    ).to_pylist()
    found: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["exporter"], row["importer"], row["hs"], row["date"]), []).append(row)
    return found


def _seen(
    exporter: str, importer: str, hs: str, rows: list[dict[str, Any]], said: Mapping[tuple[str, str, str, str], list[dict[str, Any]]]
) -> Seen:
    total = sum(row["gap"] for row in rows)
    first, last = rows[0]["period"], rows[-1]["period"]
    more = "more was bought than was said to be sold" if total > 0 else "less was bought than was said to be sold"
    sentence = (
        f"HS {hs} from {exporter.upper()} to {importer.upper()}, {first} to {last}: in {len(rows)} periods {more}, together {abs(total):,.0f} US dollars"
        f" after freight; no harmless cause is in the ledger."
    )
    pieces = [
        piece(
            one,
            f"{one['date']}: {one['reporter'].upper()} says {one['flow']} of {one['value'] or 0:,.0f} dollars, {one['weight'] or 0:,.0f} kg",
        )
        for row in rows
        for one in said.get((exporter, importer, hs, row["period"]), ())
    ]
    orphan = all(row["exported"] == 0 for row in rows)
    score = (1 - 0.5 ** (len(rows) / 3)) * (1.0 if orphan else 0.8)
    return Seen((f"state-{exporter}", f"state-{importer}"), first, last, score, sentence, tuple(pieces[:SHOWN]), abs(total), "USD")
