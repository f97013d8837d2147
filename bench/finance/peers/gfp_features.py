"""The features that snapml's GraphFeaturePreprocessor gives payments; run by an interpreter that has snapml and pyarrow.

    python gfp_features.py payments.parquet FEATURES.npy DAYS[,DAYS...] THREADS

Everything it has is on: fans, degrees, scatters and gathers, temporal cycles, statistics of accounts over time and amounts, all over the same
window, and simple cycles of at most ten payments over a day. With several windows it is run once for each.
Payments are given to it in batches of 2,048, as its authors do.
Payments are in the order of time; the features are float32, a row for each payment.
"""

import json
import sys
import time

import numpy as np
import pyarrow.parquet as pq
from snapml import GraphFeaturePreprocessor

DAY = 86_400
BATCH = 2_048
BINS = [2, 3, 4, 5, 6, 8, 10, 14, 20, 30]


def main(file: str, into: str, days: list[int], threads: int) -> None:
    table = pq.read_table(file, columns=["payer", "payee", "time", "amount"])
    size = table.num_rows
    columns = [np.arange(size), *(table.column(name).to_numpy() for name in ("payer", "payee", "time", "amount"))]
    rows = np.ascontiguousarray(np.column_stack([column.astype(np.float64) for column in columns]))
    cpu, blocks = time.process_time(), []
    for window in days:
        found = _preprocessor(window * DAY, threads)
        parts = [found.transform(rows[at : at + BATCH])[:, rows.shape[1] :].astype(np.float32) for at in range(0, size, BATCH)]
        blocks.append(np.concatenate(parts))
        print(f"window of {window} days: {time.process_time() - cpu:.0f} cpu-s so far", file=sys.stderr)
    features = np.concatenate(blocks, axis=1)
    np.save(into, features)
    print(json.dumps({"payments": size, "features": features.shape[1], "cpu": time.process_time() - cpu}))


def _preprocessor(window: int, threads: int) -> GraphFeaturePreprocessor:
    found = GraphFeaturePreprocessor()
    wanted = found.get_params() | {"num_threads": threads, "time_window": window}
    for name in ("fan", "degree", "scatter-gather", "temp-cycle"):
        wanted |= {name: True, f"{name}_tw": window, f"{name}_bins": [2, 3, 4, 5, 6, 7, 8] if name == "temp-cycle" else BINS}
    wanted |= {"lc-cycle": True, "lc-cycle_tw": min(window, DAY), "lc-cycle_len": 10, "lc-cycle_bins": [2, 3, 4, 5, 6, 7, 8]}
    wanted |= {"vertex_stats": True, "vertex_stats_tw": window, "vertex_stats_cols": [3, 4]}
    found.set_params(wanted)
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], [int(part) for part in sys.argv[3].split(",")], int(sys.argv[4]))
