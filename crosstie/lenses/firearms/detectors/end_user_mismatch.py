"""End-user certificate mismatch: arms exported to one who is not the end user that the papers declare, and that the ledger never shows with that end user.

Why it matters: a false or misused end-user certificate is how arms get an export licence for a place where they never go. What is measured: exports and
imports with a declared end user whose name is not that of the consignee, where none of those firearms is on record in the end user's hands within the time
that a delivery takes; and one certificate used for several consignees. An agent who receives for the end user and hands over is usual.

Source: Arms Trade Treaty (2013), articles 8 and 11; UN Firearms Protocol (2001), article 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from crosstie.ingest.words import plain
from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.firearms import hands
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Exporter and consignee of at least `firearms` that never reach the declared end user within `days`."""
    told = hands.rows(
        engine,
        f"select * from {hands.live()} where kind in ('export', 'import') and end_user is not null and a is not null and b is not null and b <> firearm"
        " and date is not null order by a, b, coalesce(document, end_user), date, event_id",
    )
    if not told:
        return table([])
    engine.load("firearms_certified", pa.table({"firearm": pa.array(sorted({row["firearm"] for row in told}))}))
    after = hands.rows(
        engine,
        f"select e.firearm, e.a, e.b, e.date from {hands.live()} e join firearms_certified c on c.firearm = e.firearm"
        " where e.kind in ('transfer', 'sale', 'stock', 'inventory') order by e.firearm, e.date, e.event_id",
    )
    names = _names(engine, [*told, *after])
    delivered: dict[str, list[dict[str, Any]]] = {}
    for row in after:
        delivered.setdefault(row["firearm"], []).append(row)
    odd = [
        row
        for row in told
        if not _is(row["end_user"], row["b"], names) and not _reached(row, delivered.get(row["firearm"], []), names, thresholds["days"])
    ]
    return table(one for _, own in groupby(odd, key=_deal) for one in _seen(list(own), thresholds))


def _deal(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """What belongs together: exporter, consignee, and the certificate; without its number the end user as written."""
    return str(row["a"]), str(row["b"]), str(row["document"] or row["end_user"])


def _names(engine: Engine, found: list[dict[str, Any]]) -> dict[str, set[str]]:
    parties = sorted({str(row[side]) for row in found for side in ("a", "b") if row[side]})
    engine.load("firearms_parties", pa.table({"party": pa.array(parties, pa.string())}))
    names: dict[str, set[str]] = {}
    for row in hands.rows(
        engine,
        "select c.canonical_id, c.value from claims c join firearms_parties p on p.party = c.canonical_id where c.prop in ('name', 'alias', 'previousName')"
        " order by c.canonical_id, c.value",
    ):
        names.setdefault(row["canonical_id"], set()).add(plain(row["value"]))
    return names


def _is(end_user: str, party: str | None, names: Mapping[str, set[str]]) -> bool:
    """Whether a party is the end user by one of its names, or by the first words of it."""
    wanted = plain(end_user)
    return any(
        wanted == one or (len(wanted) > 5 and len(one) > 5 and (wanted.startswith(one) or one.startswith(wanted)))
        for one in names.get(party or "", ())
    )


def _reached(row: Mapping[str, Any], after: list[dict[str, Any]], names: Mapping[str, set[str]], limit: float) -> bool:
    return any(
        _is(row["end_user"], party, names) and (span := hands.days(row["date"], one["date"])) is not None and 0 <= span <= limit
        for one in after
        for party in (one["a"], one["b"])
    )


def _seen(own: list[dict[str, Any]], limits: Mapping[str, float]) -> Iterator[Seen]:
    arms = {row["firearm"] for row in own}
    many = max(len(arms), sum(row["quantity"] or 1 for row in own if row["kind"] == own[0]["kind"]))
    if many < limits["firearms"]:
        return
    first = own[0]
    papers = ", ".join(sorted({row["document"] for row in own if row["document"]})[:3])
    sentence = (
        f"{many} firearms went to a consignee who is not the declared end user “{first['end_user']}”, and are nowhere on record with that end user"
        + (f" (papers {papers})." if papers else ".")
    )
    evidence = tuple(piece(row, f"{row['date']}: {row['kind']} of {hands.name(row)}, end user {row['end_user']}") for row in own[:SHOWN])
    pair = (str(first["a"]), str(first["b"]))
    yield Seen(
        pair, min(row["date"] for row in own), max(row["date"] for row in own), 1 - 0.8 ** min(many, 20), sentence, evidence, ties=(pair,)
    )
