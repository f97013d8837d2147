"""The collector: many different payers each pay one private person the same sum at the same intervals.

Why it matters: protection money and the “taxes” of armed groups are levied like this: a fixed sum by the week, the month or the truck, from every
shop or haulier of a place, to one man's account. Rent, wages, fees and dues look alike, but are paid to companies, associations and public
bodies, which are left out. What is measured: payers with equal sums at even intervals, and how many of them one person has.

Source: Security Council resolution 2482 (2019), on the proceeds of extortion; FATF, Financing of the Terrorist Organisation ISIL (2015), on the taxing of
trade as a typology; the figures are ours and are set in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lens.windows import days
from crosstie.model.schema import is_a
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Persons whom at least `payers` payers pay at least `payments` equal sums (within `spread`) at even intervals."""
    rows = _regular(engine, thresholds)
    return table(
        seen
        for (payee, currency), own in groupby(rows, key=lambda row: (str(row["b"]), str(row["currency"] or "")))
        for seen in _collector(payee, currency, list(own), thresholds)
    )


def _regular(engine: Engine, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    """Pairs of payer and payee with equal sums, the payee being nobody's company."""
    engine.create(
        "lens_equal",
        f"""
        select a, b, currency from {events("payments")} where amount > 0 and a is not null and b is not null and date is not null
        group by a, b, currency
        having count(distinct date) >= {limits["payments"]} and max(amount) <= min(amount) * {1 + limits["spread"]}""",
    )
    schemata = engine.arrow("select distinct schema from claims").column("schema").to_pylist()
    bodies = ", ".join(
        ["''", *(f"'{name}'" for name in sorted(filter(None, schemata)) if is_a(name, "Organization") or is_a(name, "PublicBody"))]
    )
    engine.create(
        "lens_collectors",
        f"""
        select b, currency from lens_equal where b not in (select canonical_id from claims where schema in ({bodies}))
        group by b, currency having count(distinct a) >= {limits["payers"]}""",
    )
    return engine.arrow(f"""
        select p.* from {events("payments")} p
        join lens_equal e on e.a = p.a and e.b = p.b and coalesce(e.currency, '') = coalesce(p.currency, '')
        join lens_collectors c on c.b = p.b and coalesce(c.currency, '') = coalesce(p.currency, '')
        where p.date is not null order by p.b, p.currency, p.a, p.date, p.event_id""").to_pylist()


def _collector(payee: str, currency: str, rows: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    steady = [own for _, group in groupby(rows, key=lambda row: str(row["a"])) if _even(own := list(group), limits)]
    if len(steady) < limits["payers"]:
        return
    paid = sorted((row for own in steady for row in own), key=lambda row: (row["date"], row["a"]))
    amount, start, end = sum(row["amount"] for row in paid), paid[0]["date"], paid[-1]["date"]
    sentence = (
        f"{len(steady)} payers each sent one person equal sums at even intervals between {start} and {end}:"
        f" {len(paid)} payments, {amount:,.2f} {currency} in all."
    )
    first = [own[0] for own in steady]
    evidence = tuple(piece(row, f"{row['date']}: {row['amount']:,.2f} {currency}") for row in first[:SHOWN])
    score = 1 - 0.5 ** (len(steady) / limits["payers"])
    yield Seen((payee,), start, end, score, sentence, evidence, amount, currency or None)


def _even(rows: list[dict[str, Any]], limits: Mapping[str, float]) -> bool:
    full = [row["date"] for row in rows if len(row["date"]) >= 10]
    if len(full) < limits["payments"]:
        return False
    gaps = np.diff(np.unique(days(pa.chunked_array([pa.array(full, pa.string())])))).astype(np.float64)
    if len(gaps) + 1 < limits["payments"]:
        return False
    usual = float(np.median(gaps))
    if not limits["shortest"] <= usual <= limits["longest"]:
        return False
    return bool((np.abs(gaps - usual) <= max(2.0, limits["irregular"] * usual)).mean() >= 0.8)
