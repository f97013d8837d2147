"""Same photographs of goods: seizures by different offices, or of different carriers, whose photographs show the same packing.

Why it matters: who packs drugs, ivory or charcoal packs it alike, with the same stamps, sacks and tape; the photograph shows what no word of the
report says. What is compared are perceptual hashes of 64 bits that the photographing office made (a few bits apart is the same picture cut or
brightened); pictures themselves are not read here. A picture that many reports use is a stock picture and is left out.

Source: WCO, Customs Enforcement Network, photographs in seizure reports (2000); Zauner,
Implementation and Benchmarking of Perceptual Image Hash Functions (2010).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.resources.consignments import current
from crosstie.store.engine import Engine

_FIGURES = 16


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Carriers and ships whose seized goods look alike: hashes at most `bits` apart, of pictures that no more than `most` seizures share."""
    rows = engine.arrow(
        f"select * from {current(engine, 'seizures')} where photo is not null and a is not null order by a, date, event_id"
    ).to_pylist()
    hashed = [(row, int(one, 16)) for row in rows for one in row["photo"].replace(",", " ").replace(";", " ").split() if _is_hash(one)]
    pairs: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for one, others in _alike([value for _, value in hashed], int(thresholds["bits"])):
        if len(others) + 1 > thresholds["most"]:
            continue
        for other in others:
            left, right = hashed[one][0], hashed[other][0]
            if left["a"] < right["a"] and left["event_id"] != right["event_id"]:
                pairs.setdefault((left["a"], right["a"]), {}).update({left["event_id"]: left, right["event_id"]: right})
    return table(_seen(a, b, list(found.values())) for (a, b), found in pairs.items())


def _is_hash(text: str) -> bool:
    return len(text) == _FIGURES and all(sign in "0123456789abcdefABCDEF" for sign in text)


def _alike(hashes: list[int], bits: int) -> Iterator[tuple[int, list[int]]]:
    """For each hash the others within so many bits. Seizures with photographs are thousands, not millions: all are held against all."""
    values = np.array(hashes, np.uint64)
    for at in range(len(values)):
        apart = np.bitwise_count(values ^ values[at])
        near = np.flatnonzero(apart <= bits)
        yield at, [int(other) for other in near if other != at]


def _seen(a: str, b: str, rows: list[dict[str, Any]]) -> Seen:
    rows.sort(key=lambda row: (row["date"], row["event_id"]))
    sentence = f"{len(rows)} seizures between {rows[0]['date']} and {rows[-1]['date']} of goods that two carriers moved show the same packing in photographs."
    evidence = tuple(
        piece(row, f"{row['date']}: {row['goods'] or row['category'] or 'goods'}, {row['office'] or row['country'] or ''}") for row in rows
    )
    return Seen((a, b), rows[0]["date"], rows[-1]["date"], 1 - 0.5 ** (len(rows) / 2), sentence, evidence[:SHOWN], ties=((a, b),))
