"""Converted or assembled arms: one who bought blank-firing, deactivated arms or parts in number, of the makes of which converted ones are then recovered.

Why it matters: alarm pistols, deactivated rifles and parts kits are sold with few questions and made to fire in a workshop; what the workshop buys is lawful,
what it makes is not. What is measured: buyers of several such arms or parts, and recoveries of converted, reactivated, printed or assembled arms of the same
maker and model from others afterwards; or several such arms recovered from one person. Collectors and theatres buy blank-firing arms too.

Source: UN Firearms Protocol (2001), articles 3 and 9; UNODC, Global Study on Firearms Trafficking (2020), on converted arms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.firearms import hands
from crosstie.store.engine import Engine

_MADE = "'converted', 'reactivated', 'printed', 'parts kit', 'craft'"


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Buyers of at least `bought` convertible arms of whose make and model at least `recovered` converted ones turned up within `days`; people with `had`."""
    bought = hands.rows(
        engine,
        f"select * from {hands.live()} where kind in ('sale', 'transfer', 'import') and b is not null and b <> firearm and date is not null"
        " and (condition in ('blank-firing', 'deactivated', 'parts kit', 'replica') or part in ('frame', 'receiver', 'barrel', 'slide'))"
        " order by b, make, model, date, event_id",
    )
    made = hands.rows(
        engine,
        f"select * from {hands.live()} where kind = 'recovery' and condition in ({_MADE}) and date is not null order by b, date, event_id",
    )
    return table([*_buyers(bought, made, thresholds), *_workshops(made, thresholds)])


def _count(rows: list[dict[str, Any]]) -> int:
    return sum(row["quantity"] or 1 for row in rows)


def _buyers(bought: list[dict[str, Any]], made: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    by_make: dict[tuple[str | None, str | None], list[dict[str, Any]]] = {}
    for row in made:
        by_make.setdefault((row["make"], row["model"]), []).append(row)
    for (buyer, make, model), group in groupby(bought, key=lambda row: (str(row["b"]), row["make"], row["model"])):
        own = list(group)
        if make is None or _count(own) < limits["bought"]:
            continue
        after = [
            row
            for row in by_make.get((make, model), [])
            if row["b"] != buyer and (span := hands.days(own[0]["date"], row["date"])) is not None and 0 <= span <= limits["days"]
        ]
        if len(after) < limits["recovered"]:
            continue
        sentence = (
            f"Bought {_count(own)} blank-firing or deactivated arms or parts of {make} {model or ''}".rstrip()
            + f"; {len(after)} converted ones of that make were recovered from others since."
        )
        evidence = tuple(
            piece(row, f"{row['date']}: {row['kind']} of {row['quantity'] or 1} {hands.name(row)}, {row['condition'] or row['part']}")
            for row in own[: SHOWN // 2]
        )
        evidence += tuple(piece(row, f"{row['date']}: {hands.name(row)}, {row['condition']}, recovered") for row in after[: SHOWN // 2])
        yield Seen(
            (buyer,),
            own[0]["date"],
            after[-1]["date"],
            1 - 0.8 ** len(after) * 0.95 ** _count(own),
            sentence,
            evidence,
            ties=hands.ties(buyer, after),
        )


def _workshops(made: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    held = [row for row in made if row["b"] and row["b"] != row["firearm"]]
    for holder, group in groupby(held, key=lambda row: str(row["b"])):
        own = list(group)
        if _count(own) >= limits["had"]:
            sentence = f"{_count(own)} converted, reactivated, printed or assembled arms were recovered from one person."
            evidence = tuple(piece(row, f"{row['date']}: {hands.name(row)}, {row['condition']}") for row in own[:SHOWN])
            yield Seen((holder,), own[0]["date"], own[-1]["date"], 1 - 0.8 ** _count(own), sentence, evidence)
