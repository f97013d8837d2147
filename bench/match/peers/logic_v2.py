"""nomenklatura's logic-v2 on pairs of names or of records, and behind its DuckDB blocker or behind tantivy's candidates for screening.

job: {"work": "names" | "records" | "everything" | "blocker" | "tantivy", "out": path, …}; see `bench/match/runs.py` for the rest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from followthemoney import Dataset, StatementEntity, model
from followthemoney.names import entity_names
from meter import Meter, cpu, job
from nomenklatura.blocker import Index
from nomenklatura.matching import get_algorithm
from nomenklatura.matching.types import ScoringConfig
from nomenklatura.resolver import Linker
from nomenklatura.store.memory import MemoryStore

OF = Dataset.make({"name": "bench", "title": "bench"})
#: Candidates that are scored.
CANDIDATES = 50


def entity(entity_id: str, schema: str, properties: dict[str, list[str]]) -> StatementEntity:
    """A record as FollowTheMoney has it; properties that its schema has not are left out."""
    found = StatementEntity(OF, {"id": entity_id, "schema": schema})
    for prop, values in properties.items():
        if prop in found.schema.properties:
            for value in values:
                found.add(prop, value, quiet=True)
    return found


def scorer(name: str) -> Any:
    """(left, right) → score, as the algorithm has it by default."""
    algorithm = get_algorithm(name)
    if algorithm is None:
        raise SystemExit(f"no algorithm {name}")
    config: ScoringConfig = algorithm.default_config()
    return lambda left, right: algorithm.compare(left, right, config).score


def names(work: dict[str, Any]) -> None:
    """Pairs of names: {"pairs": [[schema, left, right], …], "algorithm": name}."""
    score = scorer(work["algorithm"])
    before = cpu()
    score(*(entity(side, "Person", {"name": ["Ada Byron"]}) for side in "ab"))
    start = cpu() - before  # the dictionaries are loaded once in every process
    meter = Meter()
    scores = []
    for place, (schema, left, right) in enumerate(work["pairs"]):  # ids of their own: the analysis of names is kept by id
        scores.append(score(entity(f"l{place}", schema, {"name": [left]}), entity(f"r{place}", schema, {"name": [right]})))
    meter.phase("score")
    meter.phases["start"] = start
    meter.write(work["out"], scores=scores)


def records(work: dict[str, Any]) -> None:
    """Pairs of records: {"left": […], "right": […], "pairs": [[left, right], …]}."""
    score = scorer(work["algorithm"])
    meter = Meter()
    sides = [[entity(row["id"], row["schema"], row["properties"]) for row in work[side]] for side in ("left", "right")]
    meter.phase("read")
    scores = [score(sides[0][left], sides[1][right]) for left, right in work["pairs"]]
    meter.phase("score")
    meter.write(work["out"], scores=scores)


def listed(work: dict[str, Any]) -> list[StatementEntity]:
    """The entities of the index: {"entities": [[schema, [[property, name], …]], …]}."""
    out = []
    for place, (schema, said) in enumerate(work["entities"]):
        properties: dict[str, list[str]] = {}
        for prop, name in said:
            properties.setdefault(prop, []).append(name)
        out.append(entity(f"e-{place}", schema, properties))
    return out


def asked(work: dict[str, Any]) -> list[StatementEntity]:
    """The queries: {"queries": [[schema, name], …]}."""
    return [entity(f"q-{place}", schema, {"name": [name]}) for place, (schema, name) in enumerate(work["queries"])]


def blocked(index: list[StatementEntity], queries: list[StatementEntity], meter: Meter) -> Iterator[tuple[int, list[int]]]:
    """The candidates of nomenklatura's own blocker."""
    store = MemoryStore(OF, Linker({}))
    with store.writer() as writer:
        for one in index:
            writer.add_entity(one)
    with tempfile.TemporaryDirectory() as folder:
        blocker = Index(store.view(OF), Path(folder), {"max_candidates": CANDIDATES})
        blocker.build()
        meter.phase("index")
        for query, found in blocker.match_entities(queries):
            yield int(query.id[2:]), [int(one.id[2:]) for one, _ in found[:CANDIDATES]]


def searched(index: list[StatementEntity], queries: list[StatementEntity], meter: Meter) -> Iterator[tuple[int, list[int]]]:
    """The candidates of tantivy over the fields that yente indexes: names, parts of names, their sounds and what they stand for."""
    import tantivy

    fields = ("names", "parts", "sounds", "symbols", "schemata")
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    for field in fields:
        builder.add_text_field(field, tokenizer_name="raw")
    schema = builder.build()
    store = tantivy.Index(schema)
    writer = store.writer(200_000_000, 1)
    for place, one in enumerate(index):
        values = terms(one)
        values["schemata"] = {other.name for other in one.schema.matchable_schemata} | {one.schema.name}
        writer.add_document(tantivy.Document(number=place, **{field: sorted(values[field]) for field in fields}))
    writer.commit()
    writer.wait_merging_threads()
    store.reload()
    searcher = store.searcher()
    meter.phase("index")
    ask, should = tantivy.Query, tantivy.Occur.Should
    for place, one in enumerate(queries):
        values = terms(one)
        clauses = [(should, ask.boost_query(ask.term_query(schema, "names", name), 5.0)) for name in sorted(values["names"])]
        for part in sorted(values["parts"]):
            loose = 0 if len(part) < 3 else 1 if len(part) < 6 else 2
            clauses.append((should, ask.boost_query(ask.term_query(schema, "parts", part), 2.0)))
            if loose:
                clauses.append((should, ask.fuzzy_term_query(schema, "parts", part, distance=loose, transposition_cost_one=True)))
        for field in ("sounds", "symbols"):
            clauses += [(should, ask.term_query(schema, field, value)) for value in sorted(values[field])]
        allowed = ask.term_query(schema, "schemata", one.schema.name)
        query = ask.boolean_query([(tantivy.Occur.Must, allowed), (tantivy.Occur.Must, ask.boolean_query(clauses))]) if clauses else None
        hits = searcher.search(query, CANDIDATES).hits if query is not None else []
        yield place, [searcher.doc(address)["number"][0] for _, address in hits]


def terms(one: StatementEntity) -> dict[str, set[str]]:
    """What is indexed of an entity's names."""
    out: dict[str, set[str]] = {"names": set(), "parts": set(), "sounds": set(), "symbols": set()}
    for name in entity_names(one, phonetics=True, numerics=True, consolidate=False):
        out["names"].add("".join(sorted({part.comparable for part in name.parts})))
        out["symbols"] |= {f"{span.symbol.category.value}:{span.symbol.id}" for span in name.spans}
        for part in name.parts:
            out["parts"].add(part.comparable)
            if part.metaphone and len(part.metaphone) > 2:
                out["sounds"].add(part.metaphone)
    return out


def screen(work: dict[str, Any]) -> None:
    """Every query: candidates, best first by the candidate search and then by score."""
    score = scorer(work["algorithm"])
    score(*(entity(side, "Person", {"name": ["Ada Byron"]}) for side in "ab"))
    meter = Meter()
    index = listed(work)
    meter.phase("read")
    candidates: list[list[int]] = [[] for _ in work["queries"]]
    queries = asked(work)
    for place, found in (blocked if work["work"] == "blocker" else searched)(index, queries, meter):
        candidates[place] = found
    meter.phase("candidates")
    ranked = []
    for query, found in zip(queries, candidates, strict=True):
        scores = sorted(((score(query, index[one]), -rank, one) for rank, one in enumerate(found)), reverse=True)
        ranked.append([(one, value) for value, _, one in scores])
    meter.phase("score")
    meter.write(work["out"], candidates=candidates, ranked=ranked, pairs=sum(map(len, candidates)))


def everything(work: dict[str, Any]) -> None:
    """Every query against every entity, no candidates: the best 50 of each."""
    score = scorer(work["algorithm"])
    score(*(entity(side, "Person", {"name": ["Ada Byron"]}) for side in "ab"))
    meter = Meter()
    index, queries = listed(work), asked(work)
    meter.phase("read")
    ranked = []
    for query in queries:
        scores = sorted(((score(query, one), -place) for place, one in enumerate(index)), reverse=True)[:CANDIDATES]
        ranked.append([(-place, value) for value, place in scores])
    meter.phase("score")
    meter.write(work["out"], ranked=ranked, candidates=[[one for one, _ in found] for found in ranked], pairs=len(index) * len(queries))


if __name__ == "__main__":
    model.matchable_schemata()
    todo = job()
    {"names": names, "records": records, "blocker": screen, "tantivy": screen, "everything": everything}[todo["work"]](todo)
