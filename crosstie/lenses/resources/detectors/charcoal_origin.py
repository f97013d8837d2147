"""Charcoal with a false or forbidden origin: charcoal (HS 4402) declared from, loaded in, or sold by a trader of a State under a charcoal ban, or
declared as of a State that makes none.

Why it matters: under Security Council resolution 2036 (2012), paragraphs 22 and 23, and the resolutions that renew it, no State may import
charcoal from Somalia, whether or not it originates there, because Al-Shabaab lived on it; consignments then came with certificates of other
States. The same pattern holds wherever an armed group taxes a resource. Measures, ports and States are data, dated by their instruments
(data/embargoes.yaml): a shipment before a measure is none.

Source: S/RES/2036 (2012), S/RES/2182 (2014), S/RES/2713 (2023); reports of the Monitoring Group and Panel of Experts on Somalia.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.resources.consignments import current
from crosstie.lenses.resources.rules import embargoes
from crosstie.store.engine import Engine

HS = "4402"


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Exporters whose charcoal comes from a forbidden place, or at least `shipments` times with an origin that makes none."""
    charcoal, shipments = f"starts_with(s.hs, '{HS}')", current(engine)
    prices = engine.arrow(f"select s.value / s.weight as price from {shipments} s where {charcoal} and s.value > 0 and s.weight > 0")
    usual = float(np.median(prices.column("price").to_numpy())) if prices.num_rows else None
    rows = engine.arrow(
        f"select s.*, h.state as home from {shipments} s left join ("
        "select canonical_id, min(value) as state from claims where prop in ('country', 'jurisdiction', 'mainCountry') and prop_type = 'country'"
        " group by canonical_id having count(distinct value) = 1) h on h.canonical_id = s.a"
        f" where {charcoal} and s.date is not null and s.a is not null and ({_suspect()}) order by s.a, s.date, s.event_id"
    ).to_pylist()
    return table(
        seen for exporter, own in groupby(rows, key=lambda row: str(row["a"])) for seen in _of_one(exporter, list(own), usual, thresholds)
    )


@cache
def known() -> dict[str, Any]:
    """Measures on charcoal, ports and States without production, as the data file gives them."""
    found = embargoes()
    return found | {"measures": [measure for measure in found["measures"] if HS in measure["hs"]]}


def _suspect() -> str:
    """The SQL of what could be odd at all, so that lawful charcoal is never loaded; `_reasons` looks closer."""
    watched = {measure["state"] for measure in known()["measures"]}
    origins = watched | {entry["state"] for entry in known()["without_production"]}
    ports = {name.casefold() for port in known()["ports"] for name in (port["name"], *port["aliases"])}
    return f"lower(s.origin) in ({_listed(origins)}) or lower(h.state) in ({_listed(watched)}) or lower(s.departure) in ({_listed(ports)})"


def _listed(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values))


def _of_one(exporter: str, rows: Iterable[dict[str, Any]], usual: float | None, limits: Mapping[str, float]) -> Iterator[Seen]:
    odd = [(row, reasons) for row in rows if (reasons := list(_reasons(row)))]
    forbidden = any(grave for _, reasons in odd for _, grave in reasons)
    if not odd or (len(odd) < limits["shipments"] and not forbidden):
        return
    cheap = [row for row, _ in odd if usual and _priced(row) and row["value"] / row["weight"] < limits["cheap"] * usual]
    first, last = odd[0][0]["date"], odd[-1][0]["date"]
    weight = sum(row["weight"] or 0 for row, _ in odd)
    said = sorted({text for _, reasons in odd for text, _ in reasons})
    sentence = f"{len(odd)} shipments of charcoal, {weight:,.0f} kg, between {first} and {last}: {'; '.join(said)}" + (
        f"; {len(cheap)} of them far under the usual value." if cheap else "."
    )
    score = 1 - 0.5 ** (len(odd) / limits["shipments"]) * (0.5 if forbidden else 1) * (0.7 if cheap else 1)
    evidence = tuple(piece(row, _told(row)) for row, _ in odd[:SHOWN])
    currencies = {row["currency"] for row, _ in odd}
    amount = sum(row["value"] or 0 for row, _ in odd) if len(currencies) == 1 else None
    consignees = {str(row["b"]) for row, _ in odd if row["b"]}
    subjects = (exporter, *(consignees if len(consignees) == 1 else ()))
    yield Seen(subjects, first, last, score, sentence, evidence, amount, currencies.pop() if len(currencies) == 1 else None)


def _reasons(row: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What is odd about a shipment, and whether that alone is forbidden."""
    day, origin, home = row["date"], (row["origin"] or "").lower(), (row["home"] or "").lower()
    for measure in known()["measures"]:
        if not (str(measure["from"]) <= day <= str(measure["until"] or "9999")):
            continue
        if origin == measure["state"] and measure["scope"] != "false-origin":
            yield f"declared origin is under the charcoal ban ({measure['instrument']})", True
        elif home == measure["state"] != origin:
            yield f"the exporter sits in a State under charcoal measures ({measure['instrument']}) and declares another origin", True
    departure = (row["departure"] or "").casefold()
    for port in known()["ports"]:
        if departure in [port["name"].casefold(), *(alias.casefold() for alias in port["aliases"])] and str(port["from"]) <= day:
            yield f"loaded in {port['name']}", True
    if origin in [entry["state"] for entry in known()["without_production"]]:
        yield "the declared origin makes no charcoal for export", False


def _priced(row: Mapping[str, Any]) -> bool:
    return bool(row["value"] and row["weight"])


def _told(row: Mapping[str, Any]) -> str:
    value = f", {row['value']:,.2f} {row['currency'] or ''}".rstrip() if row["value"] else ""
    return f"{row['date']}: {row['weight'] or 0:,.0f} kg of {row['goods'] or 'charcoal'}, origin {row['origin'] or 'not declared'}{value}"
