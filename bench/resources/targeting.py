"""The targeting list on generated traffic: precision at an inspection share beside the base rate, and its time beside a plain SQL of the same signs.

    python -m bench.resources.targeting [--rows 1000000] [--seeds 11 12 13] [--share 0.01] [--peer]

Weights and thresholds were tried on the seeds 1 to 3; figures to be shown are of others. Time is that of one process: gathering the events (as a build
and the command do), screening, listing.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.resources import plain, traffic
from crosstie.lens import events, registry
from crosstie.lenses.resources import targeting
from crosstie.lenses.resources.reading.shipments import SHIPMENTS
from crosstie.settings import Settings
from crosstie.store.engine import Engine


def main() -> int:
    """Print a line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--illicit", type=float, default=0.01)
    parser.add_argument("--memory", default="3GB", help="What DuckDB may use.")
    parser.add_argument("--peer", action="store_true", help="Time the same screening in plain SQL too.")
    asked = parser.parse_args()
    for seed in asked.seeds:
        with tempfile.TemporaryDirectory() as folder:
            one(Path(folder), asked.rows, seed, asked.share, asked.illicit, asked.peer, asked.memory)
    return 0


def one(folder: Path, rows: int, seed: int, share: float, illicit: float, peer: bool, memory: str) -> None:
    """One year of traffic."""
    made = traffic.make(folder, rows, seed, share=illicit)
    [lens] = [one for one in registry.load() if one.name == "resources"]
    limits = {typology.name: {name: limit.value for name, limit in typology.thresholds.items()} for typology in lens.typologies}
    began, cpu = time.perf_counter(), time.process_time()
    with Engine(Settings(memory=memory), folder) as engine:
        engine.load("claims", made.claims)
        sources, findings = traffic.empty()
        engine.load("sources", sources)
        engine.load("findings", findings)
        engine.read("ledger_shipments", made.files, SHIPMENTS)
        events.gather(engine, ("shipments",))
        gathered = time.perf_counter() - began
        targeting.screen(engine, lambda name: limits[name])
        found = targeting.listed(engine, share=share)
        wall, used = time.perf_counter() - began, time.process_time() - cpu
    _tell(f"seed {seed}", found, made, wall, used, f", of that {gathered:.0f} s to gather the events")
    if peer:
        began, cpu = time.perf_counter(), time.process_time()
        listed = plain.screen(made.files, made.claims, share, memory, folder)
        _tell("  plain SQL", listed, made, time.perf_counter() - began, time.process_time() - cpu, "")


def _tell(name: str, found: list[dict[str, Any]], made: traffic.Traffic, wall: float, cpu: float, more: str) -> None:
    rows = np.array([int(row["event_id"].removeprefix("customs-D")) for row in found])
    hit, base = made.illicit[rows], made.illicit.mean()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    by_method = " ".join(
        f"{method} {hit[made.method[rows] == number].sum() / max(1, (made.method == number).sum()):.2f}"
        for number, method in enumerate(traffic.METHODS)
    )
    sys.stdout.write(
        f"{name}: {len(made.illicit):,} consignments, base rate {base:.3%}, precision of {len(rows):,} listed {hit.mean():.1%} = {hit.mean() / base:.0f} x"
        f" (best possible {min(1.0, made.illicit.sum() / max(1, len(rows))) / base:.0f} x); {wall:.1f} s, {cpu:.1f} cpu-s{more}, peak {peak:,} MiB\n"
        f"    recall by method: {by_method}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
