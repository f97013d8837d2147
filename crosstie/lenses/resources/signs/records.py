"""Signs of what is on record: an earlier seizure from the same ship, box or carrier, a finding about a party or ship."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from crosstie.lenses.resources.consignments import current, mark
from crosstie.lenses.resources.signs.boxes import boxes
from crosstie.store.engine import Engine

#: typologies of this lens whose subjects are ships or carriers, which the signs on consignments do not see
_OF_SHIPS = ("dark-vessel", "rendezvous", "same-photographs", "carrier-repetition")


def seized_before(engine: Engine) -> str:
    """`res_seized_before`: consignments later than a seizure from the same ship or box. A ship that carries much is a weaker sign than a box."""
    table, seizures = boxes(engine), current(engine, "seizures")
    engine.create(
        "res_known_boxes",
        f"select container as code, min(date) as day from {seizures} where container is not null group by container",
    )
    engine.create("res_known_ships", f"select vessel as code, min(date) as day from {seizures} where vessel is not null group by vessel")
    mark(
        engine, "seized_box", f"{table} e join res_boxes o on o.cell = e.container join res_known_boxes k on k.code = o.box",
        "e.date > k.day", what="'container ' || k.code || ' was in a seizure of ' || k.day",
    )  # fmt: skip
    mark(
        engine, "seized_ship", f"{table} e join res_known_ships k on k.code = e.vessel", "e.date > k.day",
        what="e.vessel || ' carried goods seized on ' || k.day", strength="cast(0.5 as double)",
    )  # fmt: skip
    engine.create("res_seized_before", "select * from res_seized_box union all select * from res_seized_ship")
    return "res_seized_before"


def in_findings(engine: Engine) -> str:
    """`res_found`: consignments whose party, or whose ship by its IMO number, is in a finding of this lens about ships and carriers that nobody rejected."""
    rows: list[dict[str, Any]] = engine.arrow(
        "select subjects, typology, score from findings where lens = 'resources' and status <> 'rejected' order by finding_id"
    ).to_pylist()
    kept = [(subject, row["typology"].rpartition("/")[2], row["score"]) for row in rows for subject in row["subjects"]]
    kept = [one for one in kept if one[1] in _OF_SHIPS]
    columns = list(zip(*kept, strict=True)) or [(), (), ()]
    kinds = {"subject": pa.string(), "typology": pa.string(), "score": pa.float64()}
    engine.load(
        "res_subjects", pa.table({name: pa.array(column, kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)})
    )
    engine.create(
        "res_subject_ships",
        "select 'IMO' || c.value as imo, s.typology, s.score from claims c join res_subjects s on s.subject = c.canonical_id where c.prop = 'imoNumber'"
        " union all select c.value as imo, s.typology, s.score from claims c join res_subjects s on s.subject = c.canonical_id where c.prop = 'imoNumber'",
    )
    table = current(engine)
    mark(
        engine,
        "found_ship",
        f"{table} e join res_subject_ships s on s.imo = e.vessel",
        what="e.vessel || ': ' || s.typology",
        strength="s.score",
    )
    mark(
        engine, "found_party", f"{table} e join res_subjects s on s.subject = e.a or s.subject = e.b", what="s.typology", strength="s.score"
    )
    engine.create("res_found", "select * from res_found_ship union all select * from res_found_party")
    return "res_found"
