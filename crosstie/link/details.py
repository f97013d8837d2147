"""All that is said of the pairs that the search found: placements, steps, names, findings, and what the tests of alternatives need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.graph.csr import Csr
from crosstie.graph.doubled import Doubled
from crosstie.graph.null import Null
from crosstie.graph.paths import Paths
from crosstie.link.actors import placements
from crosstie.link.alternatives import Facts
from crosstie.link.candidates import Candidate, Path, Placement, Row, Step, merging
from crosstie.link.copies import TABLE as COPIES
from crosstie.link.identity import births, held, resting_on_weak_alias
from crosstie.link.score import direct
from crosstie.link.surroundings import absences, kin
from crosstie.settings import Settings
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
_TOKENS = pa.schema([pa.field("token", pa.string())])
_TIE = (
    "source",
    "target",
    "edge_id",
    "kind",
    "label",
    "start",
    "end",
    "events",
    "amount",
    "currency",
    "confidence",
    "rarity",
    "originators",
    "evidence",
)


def gather(engine: Engine, net: Csr, null: Null, both: Sequence[str], paths: Paths, settings: Settings) -> tuple[Facts, list[Candidate]]:
    """The candidates with all their details, and the facts for testing them. One without evidence at an end or a step, or that
    rests on a weak alias alone, is none.
    """
    routes = _routes(net, paths)
    nodes = sorted({node for pair in routes for path in routes[pair] for node in path} | set(both))
    engine.load("link_nodes", pa.table({"entity_id": pa.array(nodes, pa.string())}))
    entities = {
        row["entity_id"]: row
        for row in engine.arrow("select * from entities where entity_id in (select entity_id from link_nodes)").to_pylist()
    }
    placed = placements(engine, [*both, *(end for pair in routes for end in pair)])
    ties = _ties(engine, routes)
    merged = held(engine)
    findings = _findings(engine)
    population = int(engine.scalar("select count(*) from entities where not victim"))
    doubled = Doubled.of(engine, [kind for kind in net.kinds if direct(kind)])
    chance = _Chance(net, null, doubled, dict(zip(nodes, net.numbers(pa.array(nodes, pa.string())).tolist(), strict=True)))
    found: list[Candidate] = []
    rests: dict[int, list[str]] = {}
    for crime_id, terror_id, listed in [*((one, one, []) for one in both), *((*pair, routes[pair]) for pair in routes)]:
        crime, terror = placed.get((crime_id, "crime")), placed.get((terror_id, "terror"))
        if crime is None or terror is None:
            continue
        some = [_path(nodes_of, ties, crime, terror, merged, chance) for nodes_of in listed]
        good = sorted(
            (one for one, _ in some if all(step.evidence for step in one.steps)),
            key=lambda one: (-one.confidence, len(one.nodes), one.nodes),
        )
        if listed and not good:
            continue
        sureness, resting = (
            merging((crime_id,), (crime.sources, terror.sources), merged) if not listed else (1.0, [node for _, r in some for node in r])
        )
        on_path = {node for path in good for node in path.nodes} | {crime_id}
        rests[len(found)] = resting
        found.append(
            Candidate(
                crime,
                terror,
                tuple(good),
                sureness,
                _naming(findings, on_path),
                population,
                {node: entities[node] for node in sorted(on_path) if node in entities},
            )
        )
    resting_nodes = sorted({node for some in rests.values() for node in some})
    weak = resting_on_weak_alias(engine, resting_nodes)
    kept = [one for number, one in enumerate(found) if not weak & set(rests[number])]
    facts = Facts(
        namesakes=_namesakes(engine, {node: entities[node] for node in resting_nodes}, population),
        commons=_commons(engine),
        births=births(engine),
        resting=frozenset(resting_nodes),
        absences=absences(engine),
        kin=kin(engine, kept),
        repeated=_repeated(engine),
        denials=_denials(engine),
        hub=settings.hub,
    )
    return facts, kept


def _routes(net: Csr, paths: Paths) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """The paths of each pair, as ids."""
    numbers = np.unique(np.concatenate([paths.source, paths.target, paths.between[paths.between >= 0].ravel()]))
    names = dict(zip(numbers.tolist(), net.ids.take(pa.array(numbers)).to_pylist(), strict=True))
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for row in range(len(paths)):
        path = tuple(str(names[node]) for node in paths.nodes(row))
        found.setdefault((path[0], path[-1]), []).append(path)
    return found


def _ties(engine: Engine, routes: dict[tuple[str, str], list[tuple[str, ...]]]) -> dict[tuple[str, str], tuple[Row, ...]]:
    """All edges between neighbours on the paths, the most confident first, by the two ends in order."""
    pairs = sorted({(min(a, b), max(a, b)) for some in routes.values() for path in some for a, b in pairwise(path)})
    engine.load(
        "link_ties", pa.table({"a": pa.array([a for a, _ in pairs], pa.string()), "b": pa.array([b for _, b in pairs], pa.string())})
    )
    columns = ", ".join(f'e."{name}"' for name in _TIE)
    rows = engine.arrow(f"""
        select {columns} from edges e join link_ties t on t.a = least(e.source, e.target) and t.b = greatest(e.source, e.target)
        order by e.confidence desc, e.edge_id""").to_pylist()
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((min(row["source"], row["target"]), max(row["source"], row["target"])), []).append(row)
    return {pair: tuple(edges) for pair, edges in found.items()}


class _Chance:
    """What chance would give instead of a path, and how many ways there are to go on at the nodes between."""

    def __init__(self, net: Csr, null: Null, doubled: Doubled, numbers: dict[str, int]) -> None:
        self.net, self.null, self.doubled, self.numbers, self.degrees = net, null, doubled, numbers, net.degrees()

    def expected(self, steps: Sequence[Step]) -> tuple[float, tuple[int, ...], tuple[int, ...]]:
        """The expected number, and for the nodes between their neighbours, and those by a tie like the one that goes on. Each step counts by one kind of
        tie, and is the less likely the more rarely two who deal in one of its ways do so in the others as well.
        """
        numbers = [self.numbers[node] for node in (steps[0].source, *(step.target for step in steps))]
        alike = tuple(self.net.kind_degree(one, self.net.kind_of(self.net.tie(one, other))) for one, other in pairwise(numbers[1:]))
        rarer = sum(self.doubled.bits(step.kinds) for step in steps if len(step.kinds) > 1)
        return self.null.expected(numbers) * 2.0**-rarer, tuple(int(degree) for degree in self.degrees[numbers[1:-1]]), alike


def _path(
    nodes: tuple[str, ...],
    ties: dict[tuple[str, str], tuple[Row, ...]],
    crime: Placement,
    terror: Placement,
    merged: dict[str, dict[str, float]],
    chance: _Chance,
) -> tuple[Path, list[str]]:
    steps = tuple(Step(a, b, ties[min(a, b), max(a, b)]) for a, b in pairwise(nodes))
    sureness, resting = merging(nodes, [crime.sources, *(step.sources for step in steps), terror.sources], merged)
    expected, degrees, alike = chance.expected(steps)
    return Path(nodes, steps, expected, degrees, alike, sureness), resting


def _findings(engine: Engine) -> dict[str, list[Row]]:
    """Findings by the entities that they name, for those on the paths; not those that only say again what a list says."""
    if not engine.has("findings"):
        return {}
    rows = engine.arrow("""
        select f.finding_id, f.lens, f.typology, f.title, f.subjects, f.score, f.status, f.sentence, f."start", f.marking
        from findings f join (
            select distinct u.finding_id from (select finding_id, unnest(subjects) as subject from findings) u
            join link_nodes n on n.entity_id = u.subject
        ) k on k.finding_id = f.finding_id where coalesce(f.supports, true) order by f.score desc, f.finding_id""").to_pylist()
    found: dict[str, list[Row]] = {}
    for row in rows:
        for subject in row["subjects"]:
            found.setdefault(subject, []).append(row)
    return found


def _naming(findings: dict[str, list[Row]], nodes: Iterable[str]) -> tuple[Row, ...]:
    unique = {row["finding_id"]: row for node in sorted(nodes) for row in findings.get(node, ())}
    return tuple(unique.values())


def _commons(engine: Engine) -> dict[str, list[tuple[str, int]]]:
    """Values that too many share to tie anybody, by those on the paths who have them."""
    if not engine.has("graph_commons"):
        return {}
    found: dict[str, list[tuple[str, int]]] = {}
    for row in engine.arrow("""
            select distinct c.node, c.value, c.holders from graph_commons c join link_nodes n on n.entity_id = c.node
            order by 1, 2, 3""").to_pylist():
        found.setdefault(row["node"], []).append((row["value"], row["holders"]))
    return found


def _repeated(engine: Engine) -> dict[str, list[str]]:
    """The files that are copies of a source."""
    found: dict[str, list[str]] = {}
    for row in (
        engine.arrow(f"select original, file_name from {COPIES} order by original, file_name").to_pylist() if engine.has(COPIES) else ()
    ):
        found.setdefault(row["original"], []).append(row["file_name"])
    return found


def _denials(engine: Engine) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Who denies, by entity and sphere, what others say of those on the paths. A sentence that also asserts something of the kind denies nothing."""
    if not engine.has("mentions"):
        return {}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in engine.arrow("""
            select distinct m.entity_id, m.sphere, coalesce(m.originator, m.source_id) as who, m.sentence
            from mentions m join link_nodes n on n.entity_id = m.entity_id
            left join mentions a on a.entity_id = m.entity_id and a.sphere = m.sphere and a.sentence = m.sentence and a.mode <> 'negated'
            where m.mode = 'negated' and a.entity_id is null order by 1, 2, 3, 4""").to_pylist():
        found.setdefault((row["entity_id"], row["sphere"]), []).append((row["who"], row["sentence"]))
    return found


def _namesakes(engine: Engine, entities: dict[str, Row], population: int) -> dict[str, float]:
    """How many others would bear an entity's name if its words were drawn by how common they are here."""
    if not entities:
        return {}
    wanted = dict(zip(entities, _words([entity["caption"] or "" for entity in entities.values()]), strict=True))
    engine.map("link_tokens", "select caption from entities where not victim", _tokens, _TOKENS)
    engine.load("link_words", pa.table({"token": pa.array(sorted({word for words in wanted.values() for word in words}), pa.string())}))
    counts = {
        row["token"]: row["n"]
        for row in engine.arrow("""
        select t.token, count(*) as n from link_tokens t join link_words w on w.token = t.token group by t.token""").to_pylist()
    }
    # the bearer of the name was counted too
    return {
        node: population * prod(max(counts.get(word, 1) - 1, 0.5) / max(population, 1) for word in words)
        for node, words in wanted.items()
        if words
    }


def _words(names: list[str]) -> list[list[str]]:
    """The different words of each name, in order."""
    return [sorted(set(words)) for words in _split(pa.array(names, pa.string())).to_pylist()]


def _tokens(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_arrays([pc.list_flatten(_split(batch.column("caption")))], schema=_TOKENS)


def _split(names: pa.Array[Any]) -> Any:
    plain = pc.replace_substring_regex(pc.utf8_lower(pc.fill_null(names, "")), r"[^\p{L}\p{N}]+", " ")
    return pc.split_pattern(pc.utf8_trim_whitespace(plain), " ")
