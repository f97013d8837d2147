"""snapml's GraphFeaturePreprocessor on the same payments, patterns and windows; run by an interpreter that has snapml and pyarrow.

    python gfp.py payments.parquet PATTERNS THREADS SECONDS

PATTERNS: fans, scatters, cycles:DAYS, joined by +. Stops after so many seconds; says how many payments it did by then, and how fast the last third of them.
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


def main(file: str, patterns: str, threads: int, seconds: float) -> None:
    table = pq.read_table(file)
    size = table.num_rows
    columns = [np.arange(size), *(table.column(name).to_numpy() for name in ("payer", "payee", "time", "amount"))]
    rows = np.ascontiguousarray(np.column_stack([column.astype(np.float64) for column in columns]))
    found = GraphFeaturePreprocessor()
    wanted = found.get_params()
    wanted.update(dict.fromkeys(("fan", "degree", "scatter-gather", "temp-cycle", "lc-cycle", "vertex_stats"), False))
    wanted["num_threads"] = threads
    longest = DAY
    for pattern in patterns.split("+"):
        name, _, days = pattern.partition(":")
        window = int(float(days or 1) * DAY)
        longest = max(longest, window)
        for own in {"fans": ("fan", "degree"), "scatters": ("scatter-gather",), "cycles": ("temp-cycle",)}[name]:
            wanted |= {own: True, f"{own}_tw": window, f"{own}_bins": [2, 3, 4, 5, 6, 7, 8] if own == "temp-cycle" else BINS}
    wanted["time_window"] = longest
    wanted |= {key: min(value, longest) for key, value in wanted.items() if key.endswith("_tw")}
    found.set_params(wanted)
    marks = [(0, 0.0)]
    begun, cpu = time.perf_counter(), time.process_time()
    for at in range(0, size, BATCH):
        found.transform(rows[at : at + BATCH])
        marks.append((min(at + BATCH, size), time.process_time() - cpu))
        if time.perf_counter() - begun > seconds:
            break
    done, spent = marks[-1]
    third = marks[len(marks) * 2 // 3]
    late = (done - third[0]) / max(spent - third[1], 1e-9)
    print(json.dumps({"payments": done, "cpu": spent, "wall": time.perf_counter() - begun, "rate": done / spent, "late": late}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
