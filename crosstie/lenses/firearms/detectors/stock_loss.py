"""National-stock loss pattern: a State's stock from which several firearms are recovered from others, lost or stolen, more than other stocks of its size.

Why it matters: stocks of armies and police feed black markets by theft, corruption and capture; a stock that misses arms again and again, or whose arms turn up
before it has noticed, is badly guarded or is being emptied. What is measured: firearms last on record in a stock that were recovered elsewhere, and its reports
of loss; how many of the recovered had not been reported; against the share that is usual among all stocks on record.

Source: UN Programme of Action on Small Arms (A/CONF.192/15, 2001), section II, paragraph 17; International Small Arms Control Standard 05.20 (2012).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.firearms import hands
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Stocks with at least `firearms` gone, `times` the usual share of what they hold, and at least `recovered` of them found with others."""
    found = hands.rows(
        engine,
        f"select * from {hands.recovered(engine)} where source is not null and source_role = 'state stock' and coalesce(b, '') <> source"
        " order by source, date, event_id",
    )
    lost = hands.rows(
        engine,
        f"select * from {hands.live()} where kind in ('theft', 'loss') and a is not null and role_a = 'state stock' and date is not null"
        " order by a, date, event_id",
    )
    held = {
        str(row["holder"]): int(row["arms"])
        for row in hands.rows(
            engine,
            "select holder, count(distinct firearm) as arms from ("
            f"select a as holder, firearm from {hands.live()} where role_a = 'state stock' union all"
            f" select b as holder, firearm from {hands.live()} where role_b = 'state stock') s where holder is not null group by holder",
        )
    }
    gone: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        gone.setdefault(str(row["source"]), []).append(row)
    for row in lost:
        gone.setdefault(str(row["a"]), []).append(row)
    usual = len({row["firearm"] for rows in gone.values() for row in rows}) / max(1, sum(held.values()))
    return table(one for stock in sorted(gone) for one in _seen(stock, gone[stock], held.get(stock, 0), usual, len(held), thresholds))


def _seen(stock: str, own: list[dict[str, Any]], held: int, usual: float, stocks: int, limits: Mapping[str, float]) -> Iterator[Seen]:
    arms = {row["firearm"] for row in own}
    away = [row for row in own if row["kind"] == "recovery"]
    share = len(arms) / max(held, len(arms))
    if (
        len(arms) < limits["firearms"]
        or len({row["firearm"] for row in away}) < limits["recovered"]
        or (stocks > 1 and share < limits["times"] * usual)
    ):
        return
    silent = {row["firearm"] for row in away if not row["reported"]}
    own.sort(key=lambda row: (row["date"], row["event_id"]))
    sentence = (
        f"{len(arms)} of {max(held, len(arms))} firearms on record in this stock were lost, stolen or recovered from others"
        f" between {own[0]['date']} and {own[-1]['date']}"
        + (f"; {len(silent)} of those recovered had not been reported." if silent else ".")
    )
    evidence = tuple(
        one
        for row in own
        for one in (
            hands.told(row) if row["kind"] == "recovery" else [piece(row, f"{row['date']}: {row['kind']} of {hands.name(row)} reported")]
        )
    )[:SHOWN]
    score = 1 - 0.8 ** len(arms) * 0.8 ** len(silent)
    yield Seen((stock,), own[0]["date"], own[-1]["date"], score, sentence, evidence, ties=hands.ties(stock, away))
