"""Who may be linked to whom: the actors of both spheres, and the paths between them with all that is said for each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

from crosstie.model.marking import grade_confidence

Row = dict[str, Any]
#: So many paths of a pair are weighed in every choice; of more, one after the other.
_FEW = 10
#: Differences of doubt that are none, and how often an interval is halved to find a weight.
_NOTHING, _HALVINGS = 1e-12, 40


@dataclass(frozen=True, slots=True)
class Placement:
    """Why an actor is held to belong to one sphere. Lists that copy each other are one of the `originators`; `copies` names who copied.
    `actors` is how many are placed in the sphere. `record` is the record that the surest reason stands in: where records were joined wrongly, it
    still says who is meant.
    """

    entity_id: str
    sphere: str
    confidence: float
    bases: frozenset[str]
    activities: tuple[str, ...]
    originators: frozenset[str]
    copies: tuple[str, ...]
    start: str | None
    end: str | None
    rows: tuple[Row, ...]
    actors: int = 1
    record: str = ""
    #: sources that say so too and are not shown, since a list says it
    unsaid: frozenset[str] = frozenset()

    @property
    def listed(self) -> bool:
        """Whether somebody listed the actor for it, or put it among such actors by topic."""
        return bool(self.bases & {"listing", "topic"})

    @property
    def sources(self) -> frozenset[str]:
        """The sources that place the actor."""
        return self.unsaid | {row["source_id"] for row in self.rows}

    @property
    def evidence(self) -> list[Row]:
        """Each row as EVIDENCE."""
        return [{name: row[name] for name in ("source_id", "locator", "sentence", "originator", "grade", "marking")} for row in self.rows]


@dataclass(frozen=True)
class Step:
    """One step of a path: all edges between two neighbours, the most confident first."""

    source: str
    target: str
    edges: tuple[Row, ...]

    @property
    def kind(self) -> str:
        """The kind of the best edge."""
        return str(self.edges[0]["kind"])

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all edges."""
        return frozenset(edge["kind"] for edge in self.edges)

    @cached_property
    def originators(self) -> frozenset[str]:
        """Who says so."""
        return frozenset(one for edge in self.edges for one in edge["originators"])

    @cached_property
    def confidence(self) -> float:
        """Noisy-or over those who say so, each heard once where it says most; or the surest value that both share, where that is more. Both only grow
        with what is said: a source less never makes a step surer.
        """
        voices: dict[str, float] = {}
        for edge in self.edges:
            if not edge["kind"].startswith("shared."):
                for one, share in _voices(edge).items():
                    voices[one] = max(voices.get(one, 0.0), share)
        shared = max((edge["confidence"] for edge in self.edges if edge["kind"].startswith("shared.")), default=0.0)
        return float(max(1 - prod(1 - share for share in voices.values()), shared))

    @cached_property
    def rarity(self) -> float | None:
        """The rarest value that both share, in bits."""
        return max((edge["rarity"] for edge in self.edges if edge["rarity"] is not None), default=None)

    @property
    def start(self) -> str | None:
        """The earliest known day."""
        return min((edge["start"] for edge in self.edges if edge["start"]), default=None)

    @property
    def end(self) -> str | None:
        """The latest known day."""
        return max((edge["end"] for edge in self.edges if edge["end"]), default=None)

    @cached_property
    def evidence(self) -> list[Row]:
        """All that speaks for the step, each place once."""
        unique = {(one["source_id"], one["locator"], one["sentence"]): one for edge in self.edges for one in edge["evidence"]}
        return list(unique.values())

    @property
    def sources(self) -> frozenset[str]:
        """The sources of the evidence."""
        return frozenset(one["source_id"] for one in self.evidence)


@dataclass(frozen=True)
class Path:
    """A path from the crime-sphere actor to the terror-sphere actor.

    `expected` is how many such paths chance would give. For the nodes between, `degrees` are the numbers of their neighbours, and `alike` of those by a
    tie of the kind that goes on from there. `merged` is the confidence that the records joined in the nodes belong together.
    """

    nodes: tuple[str, ...]
    steps: tuple[Step, ...]
    expected: float = 1.0
    degrees: tuple[int, ...] = ()
    alike: tuple[int, ...] = ()
    merged: float = 1.0

    @property
    def confidence(self) -> float:
        """That all its steps are true, 0 to 1."""
        product = self.merged
        for step in self.steps:
            product *= step.confidence
        return product

    @property
    def between(self) -> frozenset[str]:
        """The nodes between the two ends."""
        return frozenset(self.nodes[1:-1])


@dataclass(frozen=True)
class Candidate:
    """A possible link: the two placements and the paths between, best first; no path where both are one actor."""

    crime: Placement
    terror: Placement
    paths: tuple[Path, ...] = ()
    merged: float = 1.0
    findings: tuple[Row, ...] = ()
    #: how many entities there are: what chance has to choose from
    population: int = 1
    entities: dict[str, Row] = field(default_factory=dict)

    @property
    def hops(self) -> int:
        """Steps of the best path; 0 for one actor in both spheres."""
        return len(self.paths[0].steps) if self.paths else 0

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes of the best path, or the one actor."""
        return self.paths[0].nodes if self.paths else (self.crime.entity_id,)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All different steps of all paths."""
        return tuple({(step.source, step.target): step for path in self.paths for step in path.steps}.values())

    @cached_property
    def disjoint(self) -> tuple[Path, ...]:
        """Those paths that share no node between and are surest together; of very many paths the best, one after the other."""
        return _together(self.paths, len(self.paths) <= _FEW)

    @cached_property
    def originators(self) -> frozenset[str]:
        """Everybody who says a part of it, copies counted once."""
        return self.crime.originators | self.terror.originators | {one for step in self.steps for one in step.originators}

    def name(self, entity_id: str) -> str:
        """What an entity is called."""
        return (self.entities.get(entity_id) or {}).get("caption") or entity_id


def merging(path: Sequence[str], sources: Sequence[frozenset[str]], held: dict[str, dict[str, float]]) -> tuple[float, list[str]]:
    """How far the records joined in the nodes of a path belong together, and which nodes it rests on.

    `sources` has one more entry than `path`: what stands before, between and behind the nodes. Where both sides of a node come from different sources, the
    path is only as good as the match that made them one: `held` has for each joined node the surest record of each source. Records of other sources,
    however weakly joined, change nothing.
    """
    product, resting = 1.0, []
    for node, (left, right) in zip(path, pairwise(sources), strict=True):
        if node in held and not left & right:
            joined = held[node]
            product *= min(max((joined[one] for one in side & joined.keys()), default=min(joined.values())) for side in (left, right))
            resting.append(node)
    return product, resting


def _voices(edge: Row) -> dict[str, float]:
    """How sure an edge is by each of its originators alone. Together (a noisy-or) they give its confidence, in proportion to how far each is believed."""
    names: list[str] = list(edge["originators"])
    if len(names) < 2:
        return dict.fromkeys(names or [""], float(edge["confidence"]))
    trust = {
        one: max((grade_confidence(e["grade"] or "F6") for e in edge["evidence"] if e["originator"] == one), default=0.5) for one in names
    }
    low, high = 0.0, 1.0 / max(trust.values())
    for _ in range(_HALVINGS):
        weight = (low + high) / 2
        low, high = (low, weight) if 1 - prod(1 - weight * share for share in trust.values()) > edge["confidence"] else (weight, high)
    return {one: low * share for one, share in trust.items()}


def _together(paths: Sequence[Path], every: bool) -> tuple[Path, ...]:
    """Paths that share nobody: of all choices the surest, or only the best one after the other."""
    if not paths:
        return ()
    first, rest = paths[0], paths[1:]
    apart = [path for path in rest if not first.between & path.between and (first.between or path.between)]
    taken = (first, *_together(apart, every))
    if not every or len(apart) == len(rest):
        return taken
    left = _together(rest, every)
    return left if _doubt(left) < _doubt(taken) - _NOTHING else taken


def _doubt(paths: Sequence[Path]) -> float:
    return prod(1 - path.confidence for path in paths)


def chunks(rows: Iterable[Row], by: str) -> Iterator[tuple[str, list[Row]]]:
    """Rows that stand in the order of a column, gathered by it."""
    key: str | None = None
    held: list[Row] = []
    for row in rows:
        if row[by] != key and held:
            yield str(key), held
            held = []
        key = row[by]
        held.append(row)
    if held:
        yield str(key), held
