"""Reading passenger messages: `python -m bench.travel.messages --passengers 200000`; pydifact, where it is installed, splits the same file beside it.

The figure is processor time for the whole reading: segments, travellers, ledgers and statements in columns, handed to a sink that only counts.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bench.travel.invented import names, paxlst
from crosstie.ingest.load import Choice, load
from crosstie.lenses.travel.readers.messages import READER


class Counting:
    """A sink that counts."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()

    def statements(self, batch: Any) -> None:
        self.rows["statements"] += batch.num_rows

    def rejects(self, batch: Any) -> None:
        self.rows["rejects"] += batch.num_rows

    def ledger(self, name: str, batch: Any) -> None:
        self.rows[name] += batch.num_rows


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--passengers", type=int, default=200_000)
    count = options.parse_args().passengers
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        path = paxlst(Path(folder) / "api.edi", rng, names(rng, count))
        load(path, path.name, Counting(), source_id="warm", readers=[READER], choice=Choice())
        sink, begun = Counting(), time.process_time()
        load(path, path.name, sink, source_id="bench", readers=[READER], choice=Choice())
        spent = time.process_time() - begun
        print(
            f"{count} passengers, {path.stat().st_size >> 20} MiB: {spent:.1f} cpu-s, {count / spent:,.0f} passengers a cpu-s, {dict(sink.rows)}"
        )
        begun = time.process_time()
        segments = [[part.split(":") for part in one.split("+")] for one in path.read_text().replace("\n", "").split("'")]
        print(
            f"the naive peer, splitting alone, every component a string: {time.process_time() - begun:.1f} cpu-s, {len(segments)} segments"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
