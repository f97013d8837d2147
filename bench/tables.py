"""Reading speed of tables whose columns are told by their headings: a table of each kind, invented, from the file to columns, in rows per CPU-second.

    python -m bench.tables --rows 1000000 [--only crossings,hawala]

Nothing is written but the table itself; what a reader hands on is counted and thrown away. Each figure is the best of three rounds, in the process's own
CPU time. Run beside another checkout (PYTHONPATH) to compare two states of the code.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from crosstie.ingest.load import Choice, load

Columns = dict[str, list[str]]
ROUNDS = 3


class Counted:
    """Throws away what it is given."""

    def __init__(self) -> None:
        self.said = self.lost = self.rows = 0

    def statements(self, batch: pa.RecordBatch) -> None:
        self.said += batch.num_rows

    def rejects(self, batch: pa.RecordBatch) -> None:
        self.lost += batch.num_rows

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows


def _days(rng: np.random.Generator, rows: int, first: str = "2005-01-01", span: int = 7000) -> list[str]:
    return [str(one) for one in np.datetime64(first) + rng.integers(0, span, rows)]


def _pick(rng: np.random.Generator, rows: int, *of: str) -> list[str]:
    return [of[one] for one in rng.integers(0, len(of), rows)]


def _names(rng: np.random.Generator, rows: int, front: str, many: int) -> list[str]:
    return [f"{front} {one}" for one in rng.integers(0, many, rows)]


def lost(rng: np.random.Generator, rows: int) -> Columns:
    return {
        "Document number": [f"X{one:08}" for one in range(rows)], "Issuing country": _pick(rng, rows, "SOM", "KEN", "FRA", "DZA"),
        "Document type": _pick(rng, rows, "P", "I"), "Status": _pick(rng, rows, "stolen", "lost", "revoked"),
        "Date of loss": _days(rng, rows), "Valid until": _days(rng, rows, "2020-01-01", 4000),
    }  # fmt: skip


def crossings(rng: np.random.Generator, rows: int) -> Columns:
    return {
        "Direction": _pick(rng, rows, "entry", "exit"), "Date": _days(rng, rows), "Time": _pick(rng, rows, "09:15", "21:10"),
        "Post": _names(rng, rows, "Post", 40), "Surname": _names(rng, rows, "Sur", 5000), "Given names": _names(rng, rows, "Given", 500),
        "Date of birth": _days(rng, rows, "1950-01-01", 20000), "Sex": _pick(rng, rows, "M", "F"), "Nationality": _pick(rng, rows, "SOM", "KEN", "FRA"),
        "Document number": [f"P{one:07}" for one in rng.integers(0, 200_000, rows)], "Issuing country": _pick(rng, rows, "SOM", "KEN", "FRA"),
    }  # fmt: skip


def movements(rng: np.random.Generator, rows: int) -> Columns:
    return {
        "event": _pick(rng, rows, "sale", "stock", "export", "venta"), "date": _days(rng, rows), "serial number": [f"KA{one:07}" for one in range(rows)],
        "make": _pick(rng, rows, "Kesh Arsenal", "UTO-Arms", "Verdan"),
        "model": _names(rng, rows, "M", 30),
        "calibre": _pick(rng, rows, "9x19", "7,62x39", ".22 LR"),
        "seller": _names(rng, rows, "Delta Guns", 500), "seller country": _pick(rng, rows, "FR", "KE", "SO"), "buyer": _names(rng, rows, "Buyer", 100_000),
        "buyer type": _pick(rng, rows, "owner", "dealer", ""), "date of birth": _days(rng, rows, "1950-01-01", 20000),
        "quantity": _pick(rng, rows, "1", "2", "10"),
    }  # fmt: skip


def consignments(rng: np.random.Generator, rows: int) -> Columns:
    return {
        "Declaration No": [f"D{one:08}" for one in range(rows)], "Date": _days(rng, rows), "Exporter": _names(rng, rows, "Exporter", 20_000),
        "Exporter country": _pick(rng, rows, "CN", "SO", "KE"), "Consignee": _names(rng, rows, "Importer", 50_000),
        "Consignee country": _pick(rng, rows, "AE", "OM"),
        "HS Code": _pick(rng, rows, "440290", "100630", "710812"), "Goods description": _pick(rng, rows, "wood charcoal", "rice, milled", "gold"),
        "Origin": _pick(rng, rows, "SO", "KE", "CN"), "Net weight (kg)": [f"{one:.2f}" for one in rng.random(rows) * 20000],
        "Value": [f"{one:.2f}" for one in rng.random(rows) * 100000], "Currency": _pick(rng, rows, "USD", "EUR"),
        "Container": [f"XTIU{one:07}" for one in rng.integers(0, 9_999_999, rows)],
    }  # fmt: skip


def hawala(rng: np.random.Generator, rows: int) -> Columns:
    return {
        "date": [one.replace("-", "/") for one in _days(rng, rows, "2010-01-01", 5000)], "sender": _names(rng, rows, "Sender", 50_000),
        "receiver": _names(rng, rows, "Receiver", 50_000), "amount": [f"{one:.2f}" for one in rng.random(rows) * 9000],
        "currency": _pick(rng, rows, "USD", "AED"), "broker": _names(rng, rows, "Broker", 50), "partner": _names(rng, rows, "Partner", 50),
        "code": [str(one) for one in range(rows)],
    }  # fmt: skip


TABLES: dict[str, tuple[Callable[[np.random.Generator, int], Columns], str, str]] = {
    "lost": (lost, "crosstie.lenses.travel.readers.lost_documents", "lost_documents"),
    "crossings": (crossings, "crosstie.lenses.travel.readers.border_crossings", "border_crossings"),
    "movements": (movements, "crosstie.lenses.firearms.readers.firearm_tables", "firearm-movements"),
    "consignments": (consignments, "crosstie.lenses.resources.readers.tables", "consignments"),
    "hawala": (hawala, "crosstie.lenses.finance.readers.hawala", "hawala_book"),
}


def reader_of(module: str, name: str) -> Any:
    found = importlib.import_module(module)
    return next(one for one in getattr(found, "READERS", None) or (found.READER,) if one.name == name)


def written(table: str, rows: int, folder: Path) -> Path:
    path = folder / f"{table}-{rows}.csv"
    if not path.is_file():
        pacsv.write_csv(pa.table(TABLES[table][0](np.random.default_rng(7), rows)), path)
    return path


def measure(table: str, path: Path) -> tuple[float, Counted]:
    reader = reader_of(*TABLES[table][1:])
    best, kept = float("inf"), Counted()
    for _ in range(ROUNDS):
        kept = Counted()
        begin = time.process_time()
        load(path, path.name, kept, source_id="0123456789abcdef", readers=[reader], choice=Choice(reader=reader.name, check_promise=False))
        best = min(best, time.process_time() - begin)
    return best, kept


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--only", default=",".join(TABLES))
    ask.add_argument("--folder", type=Path)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as other:
        for table in given.only.split(","):
            seconds, kept = measure(table, written(table, given.rows, given.folder or Path(other)))
            print(
                f"{table:14} {given.rows / seconds:12,.0f} rows/CPU-s {seconds:8.2f} s  ledger {kept.rows:,} statements {kept.said:,} rejects {kept.lost:,}",
                flush=True,
            )


if __name__ == "__main__":
    main()
