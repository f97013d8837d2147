"""Recovered firearms of a region (`crosstie region new --storyline firearms`), each with 0 to 4 signs of its number lost, traced in the region's own register:
`python -m bench.firearms.regions REGION...`. Parties are as the files name them: nobody has resolved who is who.

How often the right firearm comes first, and the hands that the register has it in last, or that reported its loss, are named as the place where it went astray.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.firearms.serials import damaged
from bench.firearms.world import SECOND, second_number
from crosstie.ingest.load import Choice, load
from crosstie.lens import events, registry
from crosstie.lenses.firearms.tracing.candidates import habits, index
from crosstie.lenses.firearms.tracing.trace import trace
from crosstie.lenses.firearms.tracing.weighing import Question
from crosstie.model.tables import CLAIM, ENTITY, SOURCE
from crosstie.store.engine import Engine


class _Kept:
    def __init__(self) -> None:
        self.batches: list[pa.RecordBatch] = []

    def statements(self, batch: pa.RecordBatch) -> None: ...

    def rejects(self, batch: pa.RecordBatch) -> None: ...

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        self.batches.append(batch)


def rows_of(folder: Path, schema: pa.Schema, readers: Any) -> list[dict[str, Any]]:
    """Every event that the firearms files of a region tell."""
    kept = _Kept()
    for number, file in enumerate(sorted((folder / "files").glob("firearm_*.*"))):
        if file.suffix in (".csv", ".json"):
            load(file, file.name, kept, source_id=f"{number:016d}", readers=readers, choice=Choice())
    return [dict.fromkeys(schema.names) | row for batch in kept.batches for row in batch.to_pylist()]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("regions", type=Path, nargs="+")
    options.add_argument("--second", type=float, default=SECOND, help="share of arms with a number in a second place")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    lens = next(one for one in registry.load() if one.name == "firearms")
    schema, rng = lens.ledgers["firearm_events"], np.random.default_rng(given.seed)
    total: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for folder in given.regions:
        rows = rows_of(folder, schema, lens.formats())
        table = pa.table({name: pa.array([row[name] for row in rows], schema.field(name).type) for name in schema.names})
        taken = [row for row in rows if row["kind"] == "recovery" and row["serial_status"] == "intact"]
        with Engine() as engine, tempfile.TemporaryDirectory() as cache:
            for name, columns in (("claims", CLAIM), ("entities", ENTITY), ("sources", SOURCE)):
                engine.load(name, columns.empty_table())
            engine.load("ledger_firearm_events", table)
            events.gather(engine)
            serials, usual = index(engine, Path(cache)), habits(engine, Path(cache))
            for number, row in enumerate(taken):
                lost = number % 5
                serial = damaged(row["serial_latin"], lost, ("stretch", "scattered")[number // 5 % 2], rng)
                names = ("make", "model", "calibre", "category")
                others = second_number(row["serial_latin"], rng, given.second)
                asked = Question(serial, others, date=row["date"], state=row["state_to"], **{name: row[name] for name in names})
                # the recovery itself is not on record under its whole number: that is what is asked
                kept = [one["kind"] != "recovery" or one["firearm"] != row["firearm"] for one in rows]
                engine.load("ledger_firearm_events", table.filter(pa.array(kept)))
                events.gather(engine)
                found = trace(engine, serials, asked, usual, close=1)
                first = found.candidates.found[0] if found.candidates.found else None
                right = first is not None and first.serial == row["serial_latin"]
                own = [
                    one
                    for one in rows
                    if one["firearm"] == row["firearm"] and one["kind"] not in ("recovery", "trace") and (one["date"] or "") <= row["date"]
                ]
                last = max(own, key=lambda one: (one["date"], one["kind"] in ("theft", "loss")), default=None)
                wanted = last and (last["b_id"] if last["kind"] in ("sale", "transfer", "export", "import") else last["a_id"])
                place = bool(found.places and found.places[0] and found.places[0][0].holder == wanted)
                for one in (lost, 9):
                    total[one] = [had + more for had, more in zip(total[one], (1, right, place), strict=True)]
    for lost, (count, right, place) in sorted(total.items()):
        print({"lost": "all" if lost == 9 else lost, "asked": count, "firearm": round(right / count, 4), "point": round(place / count, 4)})


if __name__ == "__main__":
    main()
