"""rapidfuzz by brute force: every query against every name; `ratio` of sorted parts for screening, `WRatio` for pairs.

Names come romanised: {"work": "screen" | "names", "names": […], "owner": […], "queries": […], "out": path} or {"pairs": [[left, right], …]}.
"""

from __future__ import annotations

import numpy as np
from meter import Meter, job
from rapidfuzz import fuzz, process

#: Queries at a time.
BATCH = 500
KEPT = 50


def main() -> None:
    work = job()
    meter = Meter()
    if work["work"] == "names":
        scores = [fuzz.WRatio(left, right) / 100 for left, right in work["pairs"]]
        meter.phase("score")
        meter.write(work["out"], scores=scores)
        return
    owner = np.array(work["owner"])
    ranked = []
    for start in range(0, len(work["queries"]), BATCH):
        scores = process.cdist(work["queries"][start : start + BATCH], work["names"], scorer=fuzz.ratio, dtype=np.float32)
        for row in scores:
            best: dict[int, float] = {}
            some = np.argpartition(-row, min(600, len(row) - 1))[:600]
            for at in some[np.argsort(-row[some], kind="stable")]:
                best.setdefault(int(owner[at]), round(float(row[at]) / 100, 5))
                if len(best) == KEPT:
                    break
            ranked.append(list(best.items()))
    meter.phase("score")
    meter.write(work["out"], ranked=ranked, candidates=[[one for one, _ in found] for found in ranked], pairs=len(owner) * len(ranked))


if __name__ == "__main__":
    main()
