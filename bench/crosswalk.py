"""How many of the records that people judged the same crosstie joins, and how many that they keep apart: precision and recall on real lists.

    python -m bench.crosswalk [--split tune|held|all] [--misses FILE]

Two truths (see ../shared/data/README.md):

*uk-un* – UK 2018 × UN 2018, 218 pairs that the UK list itself states by citing a UN reference. Before matching every such statement is taken out
of the UK side: `unscId`, cross references to `un-…`, and texts that hold a UN reference.

*2021-10* – clusters across OFAC 2022-01-21, UN 2020-11-30 and UK 2018 that people judged the same.

What counts. A pair of records of two lists is *true* if the truth has it and both records are in the lists as read. *Recall*: the share of true
pairs that end in one cluster. *Precision*: of the found pairs of two lists that the truth can decide, the share that is true. The truth can
decide a found pair if it knows the right partner, in the other list, of both records (`both`: a found pair is then wrong only if two known
partners are crossed) or of at least one record (`either`: stricter; whoever has a known partner and is joined to another record too is wrong).
Pairs of records of which the truth knows neither partner are not counted: it does not cover all records of the lists.

The clusters of each truth are split in halves by a hash of their id. Weights are set on `tune` only; `held` is what is reported.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import re
import resource
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.ingest.load import Choice, load
from crosstie.ingest.readers import readers
from crosstie.model.tables import SOURCE, STATEMENT
from crosstie.resolve.claims import gather
from crosstie.resolve.entities import describe
from crosstie.resolve.resolver import resolve
from crosstie.settings import Settings
from crosstie.store.engine import Engine

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[1] / "../shared/data"))
#: Pairs of *uk-un* that are mistakes of the truth: the text of the UK record cites the reference of another party (of the bank that the firm
#: serves, of the group that the man leads, or of nobody near), while the party itself stands in the UN list under another reference. Checked by
#: hand, one by one; figures are printed with them and without them.
MISCITED = {
    ("gb-11286", "un-KPe.023"),
    ("gb-11287", "un-KPe.035"),
    ("gb-13289", "un-QDi.345"),
    ("gb-13349", "un-QDe.004"),
    ("gb-13355", "un-KPe.023"),
    ("gb-13484", "un-KPe.023"),
    ("gb-13485", "un-KPe.023"),
    ("gb-13537", "un-KPe.023"),
    ("gb-6995", "un-QDe.002"),
    ("gb-8425", "un-QDe.002"),
}
UN_REFERENCE = re.compile(r"\b[A-Z]{2}[ie]\.\d{3}\b|\bUN ?Ref", re.IGNORECASE)
LISTS = {
    "uk-un": ["sanctions/un_2018-10-29.xml", "sanctions/uk_conlist_2018-04-13.csv"],
    "2021-10": [
        "sanctions/un_2020-11-30.xml",
        "sanctions/uk_conlist_2018-04-13.csv",
        *(f"sanctions/ofac_2022-01-21/{part}.csv" for part in ("sdn", "add", "alt")),
    ],
}


class Memory:
    """A sink that keeps statements."""

    def __init__(self) -> None:
        self.kept: list[pa.RecordBatch] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.kept.append(batch)

    def rejects(self, batch: pa.RecordBatch) -> None:
        pass

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        pass


def open_lists(engine: Engine, files: Iterable[str], *, strip: bool) -> None:
    """Read the lists into `statements` and `sources`; `strip` takes the UN's references out of the UK's statements."""
    sources: list[dict[str, Any]] = []
    kept: list[pa.RecordBatch] = []
    for place, file in enumerate(files):
        sink = Memory()
        path = DATA / file
        source_id = f"{place:016x}"
        loaded = load(path, path.name, sink, source_id=source_id, readers=readers(), choice=Choice(check_promise=False), hint=file)
        found = {name: getattr(loaded, name) for name in SOURCE.names if hasattr(loaded, name)}
        sources.append({"source_id": source_id, "received_at": "2026-01-01T00:00:00+00:00", **found})
        kept += [_stripped(batch) if strip and loaded.dataset == "gb" else batch for batch in sink.kept]
    engine.load("sources", pa.Table.from_pylist(sources, schema=SOURCE))
    engine.load("statements", pa.Table.from_batches(kept, schema=STATEMENT))


def _stripped(batch: pa.RecordBatch) -> pa.RecordBatch:
    rows = batch.select(["prop", "value", "original_value"]).to_pylist()
    keep = [
        row["prop"] != "unscId"
        and not (row["value"] or "").startswith("un-")
        and not UN_REFERENCE.search(row["value"] or "")
        and not UN_REFERENCE.search(row["original_value"] or "")
        for row in rows
    ]
    return batch.filter(pa.array(keep))


def half(cluster: str) -> str:
    """Which half of the truth a cluster belongs to."""
    return "held" if hashlib.sha256(cluster.encode()).digest()[0] & 1 else "tune"


def truth(name: str, split: str) -> list[dict[str, list[str]]]:
    """The clusters of a truth: list to the ids of its records."""
    if name == "uk-un":
        with (DATA / "sanctions/crosswalk_uk_un_2018.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        pairs = defaultdict(list)
        for row in rows:
            pairs[row["un_ref"].strip()].append(f"gb-{row['uk_group_id']}")
        clusters = [(ref, {"un": [f"un-{ref}"], "gb": found}) for ref, found in pairs.items()]
    else:
        with (DATA / "matching/crosswalk_2021-10_dev.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        clusters = [
            (
                row["cluster"],
                {
                    "ofac": row["ofac"].split("|") if row["ofac"] else [],
                    "un": [f"un-{ref.strip()}" for ref in row["un_ref"].split("|") if ref.strip()],
                    "gb": [part.replace("gb-hmt-", "gb-") for part in row["gb-hmt"].split("|") if part],
                },
            )
            for row in rows
        ]
    return [found for cluster, found in clusters if split in ("all", half(cluster))]


def pairs_of(clusters: Iterable[dict[str, list[str]]], one: str, other: str) -> set[tuple[str, str]]:
    """All pairs of two lists."""
    return {pair for cluster in clusters for pair in product(cluster.get(one, ()), cluster.get(other, ()))}


def measure(true: set[tuple[str, str]], found: set[tuple[str, str]], there: set[str]) -> dict[str, Any]:
    """Precision and recall as the module says."""
    true = {pair for pair in true if there.issuperset(pair)}
    left, right = {pair[0] for pair in true}, {pair[1] for pair in true}
    hits = true & found
    either = {pair for pair in found if pair[0] in left or pair[1] in right}
    both = {pair for pair in found if pair[0] in left and pair[1] in right}
    return {
        "true": len(true),
        "found": len(hits),
        "recall": len(hits) / max(1, len(true)),
        "precision_either": len(hits) / max(1, len(either)),
        "precision_both": len(hits) / max(1, len(both)),
        "missed": sorted(true - found),
        "wrong": sorted(either - true),
    }


def run(name: str, settings: Settings) -> tuple[dict[str, dict[str, list[str]]], dict[str, float], pa.Table]:
    """Resolve the lists of a truth: clusters as list to ids, the cost of each stage in CPU-seconds, and the pairs that were kept."""
    with Engine(settings) as engine:
        cost = {}
        before = time.process_time()
        for stage, work in (
            ("read", lambda: open_lists(engine, LISTS[name], strip=name == "uk-un")),
            ("gather", lambda: gather(engine)),
            ("resolve", lambda: resolve(engine, [], settings)),
            ("describe", lambda: describe(engine)),
        ):
            work()
            cost[stage], before = time.process_time() - before, time.process_time()
        clusters: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in engine.arrow("select entity_id, cluster_id, dataset from clusters").to_pylist():
            clusters[row["cluster_id"]][row["dataset"]].append(row["entity_id"])
        return clusters, cost, engine.arrow("select * from pairs")


def line(split: str, one: str, other: str, found: dict[str, Any]) -> str:
    return (
        f"  {split:4} {one:>4}-{other:4} true {found['true']:4}  recall {found['recall']:.4f}  "
        f"precision {found['precision_either']:.4f} (either known) {found['precision_both']:.4f} (both known)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Precision and recall of who-is-who on two real crosswalks.")
    parser.add_argument("--split", choices=["tune", "held", "all"], help="only this half (default: each half and all)")
    parser.add_argument("--truth", choices=sorted(LISTS), help="only this truth")
    parser.add_argument("--misses", type=Path, help="write the pairs that were missed or wrong, as JSON lines")
    options = parser.parse_args()
    settings = Settings()
    report: list[dict[str, Any]] = []
    for name in [options.truth] if options.truth else LISTS:
        clusters, cost, _ = run(name, settings)
        there = {record for cluster in clusters.values() for records in cluster.values() for record in records}
        print(
            f"\n{name}: {len(there):,} records in {len(clusters):,} clusters; cpu-s "
            + ", ".join(f"{stage} {spent:.1f}" for stage, spent in cost.items())
        )
        for split in [options.split] if options.split else ["tune", "held", "all"]:
            known = truth(name, split)
            for one, other in combinations(["gb", "ofac", "un"], 2):
                true = pairs_of(known, one, other)
                if not true:
                    continue
                together = pairs_of(clusters.values(), one, other)
                found = measure(true, together, there)
                print(line(split, one, other, found))
                report += [
                    {"truth": name, "split": split, "outcome": kind, "pair": pair} for kind in ("missed", "wrong") for pair in found[kind]
                ]
                if true & MISCITED:
                    print(
                        line(split, one, other, measure(true - MISCITED, together, there))
                        + f"; without {len(true & MISCITED)} miscited pairs"
                    )
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    if options.misses:
        options.misses.write_text("".join(json.dumps(row) + "\n" for row in report), encoding="utf-8")


if __name__ == "__main__":
    main()
