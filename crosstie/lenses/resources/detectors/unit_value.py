"""Unit value outlier: goods whose declared value per kilogram lies far from that of all other shipments under the same code.

Why it matters: over- and under-invoicing moves value across borders without a payment that shows it, and goods of false origin are sold below
the market. What is measured: the logarithm of value per kilogram against the median of the commodity, in median absolute deviations, which a
few wild values do not disturb; commodities with few shipments are left alone.

Source: the interquartile and unit-price methods of Zdanowicz and Pak for trade data; FATF/Egmont Group, Trade-based Money Laundering (2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
#: the spread of a commodity is held to be at least this (in logarithms): identical prices must not make the next one an outlier
_LEAST = 0.05


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of parties with at least `shipments` shipments of a commodity that lie `deviations` away from its median."""
    rows = engine.arrow(
        "select hs, currency, cast(value as double) / cast(weight as double) as price, event_id, a, b from "
        f"{events('shipments')} where hs is not null and value > 0 and weight > 0 and a is not null order by hs, currency, a, b, event_id"
    )
    if not rows.num_rows:
        return table([])
    price = np.log(rows.column("price").to_numpy().astype(np.float64))
    commodity = pc.binary_join_element_wise(rows.column("hs"), pc.fill_null(rows.column("currency"), ""), " ")
    codes = commodity.combine_chunks().dictionary_encode().indices.to_numpy()
    away, middle = _away(price, codes, int(thresholds["observations"]))
    far = np.flatnonzero(np.abs(away) >= thresholds["deviations"])
    odd_ones = rows.select(["event_id", "a", "b", "hs"]).take(pa.array(far.tolist(), pa.int64()))
    engine.load("lens_far", odd_ones.append_column("away", pa.array(away[far])).append_column("usual", pa.array(np.exp(middle[far]))))
    odd = engine.arrow(
        f"select e.*, f.away, f.usual from {events('shipments')} e join lens_far f on f.event_id = e.event_id and f.a = e.a and f.hs = e.hs"
        " and coalesce(f.b, '') = coalesce(e.b, '') order by e.a, e.b, e.hs, e.currency, e.date, e.event_id"
    ).to_pylist()
    groups: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in odd:
        groups.setdefault((row["a"], row["b"] or "", row["hs"], row["currency"] or ""), []).append(row)
    return table(_seen(*key, found) for key, found in groups.items() if len(found) >= thresholds["shipments"])


def _away(price: np.ndarray[Any, Any], codes: np.ndarray[Any, Any], observations: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """How many deviations each price lies from the median of its commodity (0 where too few are known), and the medians."""
    away, middle = np.zeros(len(price)), np.zeros(len(price))
    order = np.argsort(codes, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        if len(group) >= observations:
            middle[group] = np.median(price[group])
            spread = max(_LEAST, 1.4826 * float(np.median(np.abs(price[group] - middle[group]))))
            away[group] = (price[group] - middle[group]) / spread
    return away, middle


def _seen(a: str, b: str, hs: str, currency: str, rows: list[dict[str, Any]]) -> Seen:
    gap = sum(abs(row["value"] - row["usual"] * row["weight"]) for row in rows)
    start, end = min(row["date"] or "" for row in rows), max(row["date"] or "" for row in rows)
    side = "above" if rows[0]["away"] > 0 else "below"
    sentence = (
        f"{len(rows)} shipments of {rows[0]['goods'] or hs} (HS {hs}) between {start} and {end} at values per kilogram far {side} the usual"
        f" {rows[0]['usual']:,.2f} {currency}; the difference is {gap:,.2f} {currency}."
    )
    evidence = tuple(
        piece(
            row,
            f"{row['date']}: {row['weight']:,.0f} kg for {row['value']:,.2f} {currency}, {row['value'] / row['weight']:,.2f} a kilogram",
        )
        for row in rows[:SHOWN]
    )
    score = 1 - 0.5 ** (len(rows) / 2)
    return Seen(tuple(one for one in (a, b) if one), start, end, score, sentence, evidence, gap, currency or None)
