"""Passengers against names and documents: `python -m bench.travel.screening [--passengers 200000 --names 50000 --documents 1000000]`.

The whole of `crosstie travel screen` but for the command line: reading the file of messages, names, documents, the report. Beside it, in the same
run, a naive peer on a sample: every name against every listed name by rapidfuzz's token_sort_ratio; its time for all passengers is reckoned from
the sample. A hundred passengers bear a document of the list, two hundred a listed name: how many of them are found is told.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz, process

from bench.travel.invented import STATES, names, paxlst
from crosstie.lenses.travel.mrz.reading import country_of
from crosstie.lenses.travel.screening import asked, papers, report
from crosstie.lenses.travel.screening import names as name_hits
from crosstie.resolve.screen.index import Index
from crosstie.store.engine import Engine


def documents(rng: np.random.Generator, count: int, known: list[tuple[str, str]]) -> pa.Table:
    """A list of lost documents, some of which passengers bear."""
    numbers = [f"L{number}" for number in (rng.permutation(90_000_000)[:count] + 10_000_000).tolist()]
    issuers = [country_of(STATES[place % len(STATES)]) for place in range(count)]
    for place, (number, issuer) in enumerate(known):
        numbers[place], issuers[place] = number, issuer
    text = {name: pa.nulls(count, pa.string()) for name in ("b_id", "last", "entered", "valid_until", "place", "reference")}
    return pa.table(
        {
            "event_id": numbers, "a_id": numbers, "date": ["2024-01-01"] * count, "source_id": ["list"] * count, "locator": numbers, "grade": ["A2"] * count,
            "marking": ["TLP:AMBER"] * count, "document": numbers, "issuer": issuers, "document_type": ["P"] * count, "status": ["stolen"] * count, **text,
        }
    )  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--passengers", type=int, default=200_000)
    options.add_argument("--names", type=int, default=50_000)
    options.add_argument("--documents", type=int, default=1_000_000)
    options.add_argument("--sample", type=int, default=200)
    given = options.parse_args()
    rng = np.random.default_rng(17)
    listed, travelling = names(rng, given.names), names(rng, given.passengers)
    travelling[:200] = listed[:200]
    spelt = [f"{first} {family}" for family, first in listed]
    index = Index.of(spelt, [f"listed-{place}" for place in range(len(listed))], ["person"] * len(listed))
    with tempfile.TemporaryDirectory() as folder, Engine(folder=Path(folder)) as engine:
        path = paxlst(Path(folder) / "api.edi", rng, travelling)
        people, _ = asked.passengers([path])
        bearers = people.slice(given.passengers // 2, 100)
        known = list(zip(bearers.column("document").to_pylist(), bearers.column("issuer").to_pylist(), strict=True))
        engine.load("ledger_lost_documents", documents(rng, given.documents, known))
        name_hits.hits(index, name_hits.queries(people.slice(0, 500)), 0.8, 10)  # compiled
        steps: dict[str, tuple[float, float]] = {}
        wall, cpu = time.perf_counter(), time.process_time()

        def done(step: str) -> None:
            nonlocal wall, cpu
            steps[step] = (time.perf_counter() - wall, time.process_time() - cpu)
            wall, cpu = time.perf_counter(), time.process_time()

        people, _ = asked.passengers([path])
        done("reading")
        named = name_hits.hits(index, name_hits.queries(people), 0.8, 10)
        done("names")
        paper = papers.hits(engine, people, {}, "2026-01-01")
        done("documents")
        rows = report.rows(people, named, paper)
        done("report")
    print(
        f"{people.num_rows} passengers, {given.names} names, {given.documents} documents: {len(named)} hits of names, {len(paper)} of documents"
    )
    for step, (seconds, spent) in steps.items():
        print(f"  {step:10} {seconds:6.1f} s  {spent:6.1f} cpu-s")
    print(f"  together   {sum(one for one, _ in steps.values()):6.1f} s  {sum(one for _, one in steps.values()):6.1f} cpu-s")
    found = {(row["traveller"], row["listed"]) for row in rows if row["hit"] == "name"}
    planted = sum((one, one) in found for one in spelt[:200])
    print(f"  planted names found {planted} of 200, documents {sum(row['how'] == 'same' for row in paper)} of 100")
    sample = people.column("name").to_pylist()[: given.sample]
    begun = time.process_time()
    for name in sample:
        process.extract(name, spelt, scorer=fuzz.token_sort_ratio, score_cutoff=85, limit=10)
    peer = (time.process_time() - begun) / len(sample) * given.passengers
    print(f"naive peer (rapidfuzz, every name with every name): {peer:.0f} cpu-s for all; ratio {peer / steps['names'][1]:.1f} on names")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
