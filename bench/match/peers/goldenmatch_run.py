"""GoldenMatch on a table: {"table": Parquet, "id": column of the row's id, "drop": columns it must not see, "out": path, "clusters": Parquet}.

The configuration is its own: the probabilistic one that it draws up for a table (`auto_configure_probabilistic_df`), which its authors recommend.
"""

from __future__ import annotations

import logging

import goldenmatch as gm
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from meter import Meter, job


def main() -> None:
    work = job()
    logging.disable(logging.WARNING)
    meter = Meter()
    table = pq.read_table(work["table"]).drop_columns([work["id"], *work["drop"]])
    meter.phase("read")
    config = gm.auto_configure_probabilistic_df(table)
    meter.phase("train")
    result = gm.dedupe_df(table, config=config, confidence_required=False)
    meter.phase("score")
    found = np.arange(table.num_rows)
    for cluster in result.clusters.values():
        members = np.array(sorted(cluster["members"] if isinstance(cluster, dict) else cluster))
        found[members] = members[0]
    pq.write_table(pa.table({"own": found}), work["clusters"])
    meter.write(work["out"], pairs=len(result.scored_pairs or ()))


if __name__ == "__main__":
    main()
