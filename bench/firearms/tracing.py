"""Recovered firearms with up to four signs of the number lost, traced in an invented register: `python -m bench.firearms.tracing --seeds 11,12,13`.

How often the right firearm comes first, and how often the place where it left lawful hands does; beside what a search by the number alone would give. Weights
were set with seeds 1 to 4.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench.firearms.world import SECOND, world
from crosstie.lens import events
from crosstie.lenses.firearms.search.find import find
from crosstie.lenses.firearms.search.pattern import parse
from crosstie.lenses.firearms.tracing.candidates import habits, index
from crosstie.lenses.firearms.tracing.trace import trace
from crosstie.model.tables import CLAIM, ENTITY, SOURCE
from crosstie.store.engine import Engine


def measured(seed: int, count: int, recovered: int, second: float = SECOND, show: int = 0) -> dict[int, dict[str, float]]:
    """Hits by the number of signs lost."""
    made = world(seed, count, recovered, second)
    sums: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    with Engine() as engine, tempfile.TemporaryDirectory() as folder:
        for name, schema in (("claims", CLAIM), ("entities", ENTITY), ("sources", SOURCE)):
            engine.load(name, schema.empty_table())
        engine.load("ledger_firearm_events", made.events)
        events.gather(engine)
        serials = index(engine, Path(folder))
        usual = habits(engine, Path(folder))
        print(seed, usual)
        for asked, truth, lost in made.asked:
            began = time.perf_counter()
            found = trace(engine, serials, asked, usual)
            took = time.perf_counter() - began
            first = found.candidates.found[0] if found.candidates.found else None
            right = first is not None and first.serial == truth.serial and first.make in (truth.make, None)
            place = found.places[0][0] if found.places and found.places[0] else None
            point = place is not None and (place.holder.rstrip("~"), place.to.rstrip("~") if place.to else None) == truth.point
            alone = find(serials, parse(asked.serial), limit=1).serials[:1] == (truth.serial,)
            row = sums[lost]
            row["asked"] += 1
            row["firearm"] += right
            row["point"] += point
            row["point where firearm right"] += point and right
            row["number alone"] += alone
            row["ms"] += 1000 * took
            row["first two"] += any(one.serial == truth.serial for one in found.candidates.found[:2])
            row["fitting"] += found.candidates.fitting
            row["sure"] += first.probability if first else 0.0
            if show and not (right and point):
                show -= 1
                print(
                    asked,
                    truth.serial,
                    truth.point,
                    truth.recovered,
                    truth.where,
                    [(str(e["on"]), e["kind"], e["a"], e["b"]) for e in truth.life],
                    sep="\n  ",
                )
                for one, line, places in list(zip(found.candidates.found, found.lines, found.places, strict=False))[:2]:
                    print("   ", one)
                    for step in line.steps:
                        print("      ", step.kind, step.date, step.a, step.b, step.joined)
                    print("      reports", [(step.kind, step.date, step.a) for step in line.reports])
                    print("      left", [(row["kind"], row["date"], row["a"], row["b"], why) for row, why in line.left_out])
                    print("      places", places[:3])
    return sums


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", default="11,12,13,14,15")
    options.add_argument("--count", type=int, default=40_000)
    options.add_argument("--recovered", type=int, default=500)
    options.add_argument("--second", type=float, default=SECOND, help="share of arms with a number in a second place")
    options.add_argument("--show", type=int, default=0)
    options.add_argument("--into", type=Path)
    given = options.parse_args()
    total: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for seed in map(int, given.seeds.split(",")):
        for lost, row in measured(seed, given.count, given.recovered, given.second, given.show).items():
            for name, value in row.items():
                total[lost][name] += value
                total[9][name] += value
    rows = []
    for lost, row in sorted(total.items()):
        rows.append({"lost": "all" if lost == 9 else lost, "asked": int(row["asked"])})
        rows[-1] |= {name: round(value / row["asked"], 4) for name, value in row.items() if name != "asked"}
        print(rows[-1])
    if given.into:
        given.into.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
