"""Crosstie's side of the bench, in a process of its own like the peers': `python -m bench.match.ours JOB`, a job as the peers get it.

Kernels are called once before the meter runs: they are compiled once per machine. What a process pays to load them is told as "start".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.match.peers.meter import Meter, cpu, job
from crosstie.resolve.names import Kind
from crosstie.screening import BATCH

KEPT = 50


def kind_of(schema: str) -> Kind:
    """What the name analysis is told of an entity."""
    if schema == "Person":
        return "person"
    if schema in ("Vessel", "Airplane", "Vehicle"):
        return "thing"
    return "any" if schema in ("LegalEntity", "Thing") else "organization"


def names(work: dict[str, Any]) -> None:
    """Pairs of names: {"pairs": [[schema, left, right], …], "folds": […]}.

    Timed is the model that is shipped; the scores are those of a model that is learned, for each fold, from the other folds only.
    """
    from bench.train_likeness import labelled, learn_likeness
    from crosstie.resolve.compare.plain import likeness

    kinds = [kind_of(schema) for schema, _, _ in work["pairs"]]
    warm = cpu()
    likeness(["Ada Byron", "Ида Брайан"], ["Ida Bryan", "Ada Biron"], "person")
    warm = cpu() - warm
    meter = Meter()
    likeness([left for _, left, _ in work["pairs"]], [right for _, _, right in work["pairs"]], kinds)
    meter.phase("score")
    facts, match = labelled()
    fold = np.array(work["folds"])
    scores = np.zeros(len(fold))
    for one in np.unique(fold):
        learned = learn_likeness(facts[fold != one], match[fold != one])
        scores[fold == one] = 1 / (1 + np.exp(-(facts[fold == one] @ learned[:-1] + learned[-1])))
    meter.phase("other thresholds")
    meter.phases["start"] = warm
    meter.write(work["out"], scores=scores.tolist())


def screen(work: dict[str, Any]) -> None:
    """Every query against the index: {"entities": [[schema, [[property, name], …]], …], "queries": [[schema, name], …], "explain": bool}."""
    from crosstie.resolve.screen import hits
    from crosstie.resolve.screen.index import Index, Listed
    from crosstie.resolve.screen.queries import Query, prepare

    warm = cpu()
    small = Index.build([Listed("0", "person", [("Ada Byron", False, ""), ("Ida Bryan", False, "")], (), {"id": "0", "caption": ""})])
    hits.screen(small, [Query("Ada Biron", "person")])
    warm = cpu() - warm
    meter = Meter()
    index = Index.build(
        Listed(str(place), kind_of(schema), [(name, prop == "weakAlias", "") for prop, name in said], (), {"id": str(place), "caption": ""})
        for place, (schema, said) in enumerate(work["entities"])
    )
    meter.phase("index")
    asked = [Query(name, kind_of(schema)) for schema, name in work["queries"]]
    for start in range(0, len(asked), BATCH):
        hits.screen(index, asked[start : start + BATCH], explain=True)
    meter.phase("screen")
    ranked: list[list[tuple[int, float]]] = [[] for _ in asked]
    candidates: list[list[int]] = [[] for _ in asked]
    entity = index.postings.entity
    pairs = 0
    for start in range(0, len(asked), BATCH):
        some = prepare(asked[start : start + BATCH], index)
        forms = hits.candidates(index, some).forms
        for at, row in enumerate(forms):
            found = candidates[start + int(some.query[at])]
            found += [int(one) for one in dict.fromkeys(entity[row[row >= 0]].tolist()) if one not in found]
            pairs += int((row >= 0).sum())
        best = hits.rank(index, some, np.zeros(len(some.query), np.float32))
        for query, one, score in zip(best.query.tolist(), best.entity.tolist(), best.score.tolist(), strict=True):
            ranked[start + query].append((one, score))
    meter.phase("other thresholds")
    meter.phases["start"] = warm
    kernel = _kernel(index, prepare(asked[:2000], index))
    meter.write(
        work["out"],
        ranked=[found[:KEPT] for found in ranked],
        candidates=[found[:KEPT] for found in candidates],
        pairs=pairs,
        kernel=kernel,
    )


def _kernel(index: Any, asked: Any) -> float:
    """Pairs of names that are aligned and scored in a CPU-second, when candidates and arrays are there."""
    from crosstie.resolve.compare.ranking import rank_candidates
    from crosstie.resolve.screen import hits

    found = hits.pairs(index, asked)
    ours, theirs = (np.tile(each, 10) for each in (found.ours, found.theirs))
    measures = np.tile(found.measures, (10, 1))
    score = np.zeros(len(ours), np.float32)
    before = cpu()
    rank_candidates(asked.side, index.side, ours, theirs, measures, score)
    return len(ours) / max(cpu() - before, 1e-9)


def lists(work: dict[str, Any]) -> None:
    """Whole records of two lists, put together by a build without judgements: {"files": […], "left": […], "right": […], "pairs": […]}.

    The score of a pair is 1 if both records end in one cluster, otherwise 0.
    """
    from bench.crosswalk import open_lists
    from crosstie.resolve.claims import gather
    from crosstie.resolve.resolver import resolve
    from crosstie.settings import Settings
    from crosstie.store.engine import Engine

    settings = Settings()
    meter = Meter()
    with Engine(settings) as engine:
        open_lists(engine, work["files"], strip=False)
        meter.phase("read")
        gather(engine)
        meter.phase("gather")
        resolve(engine, [], settings)
        meter.phase("score")
        rows = engine.arrow("select entity_id, cluster_id from clusters").to_pylist()
    cluster = {row["entity_id"]: row["cluster_id"] for row in rows}
    ids = [[record["id"] for record in work[side]] for side in ("left", "right")]
    scores = [float(cluster[ids[0][left]] == cluster[ids[1][right]]) for left, right in work["pairs"]]
    meter.write(work["out"], scores=scores)


def table(work: dict[str, Any]) -> None:
    """The same persons of a table put together: {"table": Parquet, "id": column, "columns": {column: property}, "clusters": Parquet}."""
    from crosstie.resolve.table import dedupe

    warm = cpu()
    names = ["ada byron", "ida bryan", "ada biron", None] * 40
    dedupe(pa.table({"n": names, "d": ["1815-12-10", "1815-12-01", None, "1815"] * 40}), {"n": "name", "d": "birthDate"})
    warm = cpu() - warm
    meter = Meter()
    rows = pq.read_table(work["table"])
    meter.phase("read")
    found = dedupe(rows.drop_columns([work["id"]]), work["columns"] if work.get("told", True) else None)
    meter.phase("dedupe")
    meter.phases["start"] = warm
    pq.write_table(pa.table({"own": found.clusters}), work["clusters"])
    meter.write(work["out"], pairs=found.compared)


def build(work: dict[str, Any]) -> None:
    """Who is who among the persons of a table, as a build has it after gathering claims: {"table": Parquet, "known": rows, "new": rows, "home": folder
    with what the build before kept and this one keeps, or null, "clusters": Parquet}. The first `known` rows are one list, the `new` ones after them another.
    """
    import time
    from pathlib import Path

    from bench.match.claims import load_people
    from crosstie.resolve.resolver import resolve
    from crosstie.settings import Settings
    from crosstie.store.engine import Engine

    people = pq.read_table(work["table"])
    home = Path(work["home"]) if work["home"] else None
    meter = Meter()
    with Engine(Settings()) as engine:
        load_people(engine, reg=people.slice(0, work["known"]), new=people.slice(work["known"], work["new"]))
        del people
        meter.phase("start")
        begun = time.perf_counter()
        told = resolve(engine, [], Settings(), home=home)
        wall = time.perf_counter() - begun
        meter.phase("resolve")
        engine.write("select entity_id, cluster_id from clusters order by entity_id", Path(work["clusters"]))
    meter.write(work["out"], wall=wall, **told)


if __name__ == "__main__":
    todo = job()
    {"screen": screen, "table": table, "lists": lists, "names": names, "build": build}[todo["work"]](todo)
