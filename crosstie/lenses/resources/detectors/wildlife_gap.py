"""Wildlife gap: importer and exporter of a protected species report quantities to the Convention that lie far apart.

Why it matters: what a State lets out and what the other lets in should be the same animals. Much more arriving than was permitted points to permits that
were altered or used twice; much less, to goods that went elsewhere. Exporters often report permits and not what was sent, years overlap, units
and purposes are coded apart: each is tried on the ledger itself, and only large gaps where both sides reported are shown. Subjects are States.

Source: UNEP-WCMC, Guide to using the CITES Trade Database (2022); Convention on International Trade in Endangered Species (1973), article VIII.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.resources import mirror
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Species, exporter and importer of whom both reported, the importer at least `ratio` times as much and `floor` pieces more."""
    found = mirror.wildlife(engine, ratio=thresholds["ratio"], floor=thresholds["floor"])
    rows = engine.arrow(
        f"select m.*, l.event_id, l.source_id, l.locator, l.grade, l.marking, s.originator from {found} m join ledger_wildlife_trade l"
        " on l.date = m.period and l.species = m.species and l.importer = m.importer and l.exporter = m.exporter and"
        " coalesce(l.origin, '') = coalesce(m.origin, '') and coalesce(l.goods, '') = coalesce(m.goods, '') and coalesce(l.unit, '') = coalesce(m.unit, '')"
        " and coalesce(l.purpose, '') = coalesce(m.purpose, '') and coalesce(l.source, '') = coalesce(m.source, '')"
        " left join sources s on s.source_id = l.source_id where m.kind = 'both differ' and m.cause is null and m.difference > 0"
        " order by m.exporter, m.importer, m.species, m.period, m.difference desc, l.event_id"
    ).to_pylist()
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["exporter"], row["importer"], row["species"]), []).append(row)
    return table(_seen(exporter, importer, species, own) for (exporter, importer, species), own in groups.items())


def _seen(exporter: str, importer: str, species: str, rows: list[dict[str, Any]]) -> Seen:
    first, last = rows[0]["period"], rows[-1]["period"]
    most = max(rows, key=lambda row: row["difference"])
    unit = most["unit"] or "pieces"
    sentence = (
        f"{species} from {exporter.upper()} to {importer.upper()}, {first} to {last}: the importer reports {most['importer_quantity']:,.0f} {unit} of"
        f" {most['goods']}, the exporter {most['exporter_quantity']:,.0f}; {len(rows)} lines are apart."
    )
    pieces = [
        piece(
            row,
            f"{row['period']}: {row['goods']}, importer {row['importer_quantity']:,.0f}, exporter {row['exporter_quantity']:,.0f} {row['unit'] or ''}".rstrip(),
        )
        for row in rows[:SHOWN]
    ]
    return Seen((f"state-{exporter}", f"state-{importer}"), first, last, 1 - 0.5 ** len(rows), sentence, tuple(pieces))
