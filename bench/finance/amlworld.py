"""The table of the AMLworld paper on its data, once somebody has them: F1 of the illicit payments, by features.

    python -m bench.finance.amlworld HI-Small_Trans.csv [--peer PYTHON] [--windows 1] [--limit ROWS]

The data (IBM Transactions for Anti Money Laundering) are not ours to give; Kaggle has them under that name.
The split is the paper's: by time, 60 % of the payments to learn from, 20 % to choose the bar, 20 % for the figures. Every set of features gets
what a payment says of itself, numbers of accounts and banks excepted: hour, weekday, amounts, currencies, format. PYTHON is an interpreter with snapml and
pyarrow for GFP; its windows are in days. What others published for the same split is printed beside it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pacsv

from bench.finance import scored
from crosstie.lenses.finance.readers.amlworld import COLUMNS, CURRENCIES, LABEL

pc: Any = pyarrow.compute
#: F1 of the illicit payments in per cent, as published, by data set: LightGBM alone; GFP + XGBoost; Multi-PNA with edge updates; ExSTraQt
PUBLISHED = {"HI-Small": (21.3, 64.8, 68.2, 78.9), "LI-Small": (2.1, 28.3, 33.1, 42.7)}
_WORKS = ("LightGBM without graph", "GFP + XGBoost (arXiv 2306.11586)", "Multi-PNA + EU (arXiv 2306.11586)", "ExSTraQt (offline, hours)")


def payments(file: Path, limit: int | None = None) -> pa.Table:
    """The payments of a file in the order of time; the amount is a share of what is usual in its currency."""
    names = [*COLUMNS, LABEL]
    options: dict[str, Any] = {name: pa.string() for name in names} | {
        "Amount Received": pa.float64(),
        "Amount Paid": pa.float64(),
        LABEL: pa.int8(),
    }
    table = pacsv.read_csv(
        file, read_options=pacsv.ReadOptions(column_names=names, skip_rows=1), convert_options=pacsv.ConvertOptions(column_types=options)
    )
    if limit:
        table = table.slice(0, limit)
    ends = [pc.binary_join_element_wise(table.column(bank), table.column(account), "-") for bank, account in (COLUMNS[1:3], COLUMNS[3:5])]
    accounts = pa.chunked_array([*ends[0].chunks, *ends[1].chunks]).combine_chunks().dictionary_encode().indices.to_numpy()
    paid, currency = table.column("Amount Paid").to_numpy(), _numbers(table, "Payment Currency")
    usual = np.array([np.median(paid[currency == one]) if (currency == one).any() else 1.0 for one in range(int(currency.max()) + 1)])
    when = pc.strptime(table.column("Timestamp"), "%Y/%m/%d %H:%M", "s").cast(pa.int64()).to_numpy()
    found = pa.table(
        {
            "payer": accounts[: table.num_rows],
            "payee": accounts[table.num_rows :],
            "time": when,
            "amount": np.maximum(paid / usual[currency], 1e-9),
            "channel": _numbers(table, "Payment Format"),
            "currency": currency,
            "received": table.column("Amount Received").to_numpy(),
            "received_in": _numbers(table, "Receiving Currency"),
            "paid": paid,
            "illicit": table.column(LABEL).to_numpy(),
        }
    )
    return found.take(np.argsort(when, kind="stable"))


def _numbers(table: pa.Table, name: str) -> Any:
    """A column of words as numbers, that do not depend on which comes first."""
    words = table.column(name).combine_chunks()
    known = sorted({*pc.unique(words).to_pylist(), *(CURRENCIES if "Currency" in name else ())})
    return pc.index_in(words, value_set=pa.array(known)).to_numpy(zero_copy_only=False).astype(np.int64)


def plain(table: pa.Table) -> Any:
    """What a payment says of itself."""
    columns = [scored.plain(table)] + [np.log10(np.maximum(table.column(name).to_numpy(), 1e-9))[:, None] for name in ("paid", "received")]
    return np.concatenate([*columns, table.column("received_in").to_numpy()[:, None]], axis=1).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--peer")
    parser.add_argument("--windows", default="1")
    parser.add_argument("--limit", type=int)
    given = parser.parse_args()
    table = payments(given.file, given.limit)
    label, raw = table.column("illicit").to_numpy(), plain(table)
    cuts = (int(table.num_rows * scored.CUTS[0]), int(table.num_rows * scored.CUTS[1]))
    print(
        f"{given.file.name}: {table.num_rows:,} payments, {int(label.sum()):,} illicit, {int(label[cuts[1] :].sum()):,} of them in the last part"
    )
    sets = {"LightGBM, no graph": lambda: raw, "LightGBM + ours": lambda: scored.ours(table, raw)}
    if given.peer:
        sets["LightGBM + GFP"] = lambda: np.concatenate([raw, scored.gfp(table, given.peer, given.windows, mirror=False)], axis=1)
    for name, features in sets.items():
        begun = time.perf_counter()
        _, score = scored.fit(features(), label, cuts, scored.SETTINGS)
        figures = "  ".join(f"{what} {value:5.1f}" for what, value in scored.quality(score, label, cuts).items())
        print(f"{name:24} {figures}  ({time.perf_counter() - begun:.0f} s)")
        sys.stdout.flush()
    for data, known in PUBLISHED.items():
        print(f"published, {data}: " + "; ".join(f"{work} {figure}" for work, figure in zip(_WORKS, known, strict=True)))


if __name__ == "__main__":
    main()
