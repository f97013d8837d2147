"""How fast the patterns are, beside snapml's GraphFeaturePreprocessor on the same payments and windows.

    python -m bench.finance.patterns [--sizes 1000000,5000000] [--peer PYTHON] [--threads 1,2] [--seconds 120]

PYTHON is an interpreter with snapml and pyarrow. What both are asked: fans and degrees of one day, scatters and gathers of one day, temporal cycles
of one and of five days (ours to six payments, the peer's of any length), and all together. The peer is stopped after so many seconds of each run: its rate
is then that of its last third, once its windows are full; where it finished, that of the whole.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.finance.transactions import DAY, payments
from crosstie.lenses.finance.patterns.features import Stream, Windows

RUNS = {
    "fans": Windows(DAY, 0, 0),
    "scatters": Windows(0, DAY, 0),
    "cycles:1": Windows(0, 0, DAY),
    "cycles:5": Windows(0, 0, 5 * DAY),
    "fans+scatters+cycles:1": Windows(DAY, DAY, DAY),
    "fans+scatters+cycles:5": Windows(DAY, DAY, 5 * DAY),
}


def ours(table: pa.Table, windows: Windows, threads: int) -> dict[str, float]:
    """All payments in one go."""
    columns = _columns(table)
    begun, cpu = time.perf_counter(), time.process_time()
    Stream(windows, threads=threads).add(*columns)
    spent = time.process_time() - cpu
    return {"cpu": spent, "wall": time.perf_counter() - begun, "rate": table.num_rows / spent}


def by_day(table: pa.Table, windows: Windows) -> dict[str, float]:
    """One day after the other, as they come."""
    columns = _columns(table)
    edges = np.searchsorted(columns[2], np.arange(0, int(columns[2][-1]) + 2 * DAY, DAY))
    stream = Stream(windows)
    cpu = time.process_time()
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if last > first:
            stream.add(*(column[first:last] for column in columns))
    spent = time.process_time() - cpu
    return {"cpu": spent, "rate": table.num_rows / spent}


def _columns(table: pa.Table) -> list[Any]:
    return [table.column(name).to_numpy() for name in ("payer", "payee", "time", "amount")]


def peer(python: str, file: Path, run: str, threads: int, seconds: float) -> dict[str, float]:
    """The same by GFP, in a process of its own."""
    script = Path(__file__).parent / "peers" / "gfp.py"
    made = subprocess.run([python, script, file, run, str(threads), str(seconds)], capture_output=True, text=True, check=True)
    said: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000000,5000000")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--peer")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    warm = payments(20_000, 1)
    for windows in RUNS.values():
        ours(warm, windows, 1)
    with TemporaryDirectory() as folder:
        for size in map(int, given.sizes.split(",")):
            table = payments(size, given.seed)
            file = Path(folder) / "payments.parquet"
            pq.write_table(table, file)
            for threads in map(int, given.threads.split(",")):
                _compare(table, file, threads, given)
            streamed = by_day(table, RUNS["fans+scatters+cycles:5"])
            print(f"{size:>10,}  day by day, all of five days: {streamed['rate']:>10,.0f} payments per cpu-s")
            sys.stdout.flush()


def _compare(table: pa.Table, file: Path, threads: int, given: argparse.Namespace) -> None:
    for run, windows in RUNS.items():
        mine = ours(table, windows, threads)
        line = f"{table.num_rows:>10,}  {threads} thread  {run:24} ours {mine['rate']:>10,.0f}/cpu-s ({mine['wall']:.1f} s)"
        if given.peer:
            other = peer(given.peer, file, run, threads, given.seconds)
            rate = other["rate"] if other["payments"] == table.num_rows else other["late"]
            line += f"  GFP {rate:>9,.0f}/cpu-s ({other['payments']:,.0f} in {other['wall']:.0f} s)  x{mine['rate'] / rate:.0f}"
        print(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
