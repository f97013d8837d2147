"""Importer–exporter discrepancies of the CITES trade database: ours through reader and ledger, and a plain SQL statement on the file, in one run.

python -m bench.resources.wildlife ../shared/data/resources/cites_2015.csv
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original
from crosstie.lenses.resources import mirror
from crosstie.lenses.resources.readers.tables import READERS
from crosstie.store.engine import Engine

_PLAIN = """
with lines as (
    select Year, Taxon, Importer, Exporter, Origin, Term, Unit, Purpose, Source,
        sum("Importer reported quantity") as i, sum("Exporter reported quantity") as e
    from read_csv('{path}', types = {{'Importer reported quantity': 'DECIMAL(38,4)', 'Exporter reported quantity': 'DECIMAL(38,4)'}}) group by all)
select case when e is null then 'importer only' when i is null then 'exporter only' else 'both differ' end as kind, count(*),
    cast(sum(coalesce(i, 0) - coalesce(e, 0)) as double)
from lines where coalesce(i, 0) <> coalesce(e, 0) group by 1 order by 1"""


class _Rows:
    """Keeps the rows of the ledger."""

    def __init__(self) -> None:
        self.batches: list[pa.RecordBatch] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        """There are none."""

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Not counted here."""

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep."""
        self.batches.append(batch)


def main() -> int:
    """Print both, and whether they agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    path = parser.parse_args().file
    began, cpu = time.perf_counter(), time.process_time()
    rows = _Rows()
    out = Emitter(rows, source_id="bench", dataset="cites", grade="A2", marking="TLP:CLEAR")
    next(one for one in READERS if one.name == "cites-trade").read(Original(path, path.name), out)
    read = time.perf_counter() - began
    with Engine() as engine:
        engine.load("ledger_wildlife_trade", pa.Table.from_batches(rows.batches))
        table = mirror.wildlife(engine)
        ours = engine.arrow(
            f"select kind, count(*) as many, sum(difference) as difference from {table} group by kind order by kind"
        ).to_pylist()
        explained = engine.scalar(f"select count(cause) from {table}")
    sys.stdout.write(f"ours: {time.perf_counter() - began:.2f} s ({time.process_time() - cpu:.2f} cpu-s), of that reading {read:.2f} s\n")
    began, cpu = time.perf_counter(), time.process_time()
    with duckdb.connect() as connection:
        plain = connection.execute(_PLAIN.format(path=path)).fetchall()
    sys.stdout.write(f"plain SQL: {time.perf_counter() - began:.2f} s ({time.process_time() - cpu:.2f} cpu-s)\n")
    agree = len(ours) == len(plain)
    for row, (kind, many, difference) in zip(ours, plain, strict=True):
        same = (row["kind"], row["many"]) == (kind, many) and abs(row["difference"] - difference) <= 1e-6 * max(1.0, abs(difference))
        agree &= same
        sys.stdout.write(f"  {kind}: {many:,} lines, difference {difference:,.1f}: {'the same' if same else f'ours {row}'}\n")
    sys.stdout.write(f"{explained:,} lines have a harmless cause in the ledger itself\n")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
