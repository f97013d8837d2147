"""What is found: candidates compared, the best name of each entity ranked, and every hit explained in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.compare.likeness import THRESHOLD as THRESHOLD
from crosstie.resolve.compare.ranking import rank_candidates
from crosstie.resolve.screen.context import compare
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.likes import find_like
from crosstie.resolve.screen.queries import Asked, Query, prepare
from crosstie.resolve.screen.search import MEASURES, find_candidates
from crosstie.resolve.screen.words import sentences

#: So many names are compared for each reading of a query.
COMPARED = 64
#: With more than a name to go by, names that are less alike than the threshold may still be hits: down to here.
UNSURE = 0.3
#: A name that a list itself calls weak never decides alone.
WEAK = 0.8
#: An identifier finds whom it belongs to under any name.
IDENTIFIED = 0.97
#: The score is a logistic function of so much of the nats.
_PER_NAT = 0.5
#: Hits that are shown of a query.
LIMIT = 10


class Ranked(NamedTuple):
    """Pairs of a query and an entity, by query, best first: score of the names, and which two forms agree best."""

    query: NDArray[np.int32]
    entity: NDArray[np.int32]
    score: NDArray[np.float32]
    ours: NDArray[np.int32]
    theirs: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that may be meant. `score`: 0 to 1, with `name_score` from the names alone. `reasons`: sentences, the strongest first. `name` is the
    listed name that agrees best; `said_by` who says it: originator, source, place, grade, marking. `marking` is that of the whole entity.
    """

    rank: int
    score: float
    name_score: float
    entity_id: str
    caption: str
    schema: str
    name: str
    weak: bool
    marking: str
    said_by: dict[str, str]
    support: int
    facts: dict[str, Any]
    reasons: tuple[str, ...]


def screen(
    index: Index, queries: Sequence[Query], *, threshold: float = THRESHOLD, limit: int = LIMIT, explain: bool = True
) -> list[list[Hit]]:
    """The hits of each query, best first: entities whose score reaches the threshold, at most `limit` of them."""
    asked = prepare(queries, index)
    rich = np.array([query.has_context for query in queries], np.bool_)
    ranked = rank(index, asked, np.where(rich, min(threshold, UNSURE), threshold).astype(np.float32))
    found: list[list[_Found]] = [[] for _ in queries]
    for place in range(len(ranked.query)):
        found[ranked.query[place]].append(
            _Found(int(ranked.entity[place]), float(ranked.score[place]), int(ranked.ours[place]), int(ranked.theirs[place]))
        )
    hits: list[list[tuple[float, _Found, list[str]]]] = [
        _weighed(index, query, some, threshold, limit) if query.has_context else [(one.score, one, []) for one in some[:limit]]
        for query, some in zip(queries, found, strict=True)
    ]
    told = _name_reasons(index, asked, [one for some in hits for _, one, _ in some]) if explain else {}
    return [
        [
            _hit(index, place, score, one, [*beside, *told.get((one.ours, one.theirs), ())])
            for place, (score, one, beside) in enumerate(some, 1)
        ]
        for some in hits
    ]


class _Found(NamedTuple):
    entity: int
    score: float
    ours: int
    theirs: int


class Candidates(NamedTuple):
    """For each form that is asked the forms of the index that may be meant, best first (-1: no more), and what is known of each
    (the measures of `screen.search`).
    """

    forms: NDArray[np.int32]
    measures: NDArray[np.float32]


def candidates(index: Index, asked: Asked, most: int = COMPARED) -> Candidates:
    """Of all listed names those that are worth comparing, `most` of them for each reading of a query."""
    shape = (len(asked.query), most)
    found = Candidates(np.full(shape, -1, np.int32), np.zeros((*shape, MEASURES), np.float32))
    side, listed = asked.side, index.side
    find_candidates(
        side.names, side.words, asked.kind, find_like(side, listed, index.grams), listed.names, listed.words, listed.worth.rarity,
        index.postings, index.wholes, index.kinds, *found,
    )  # fmt: skip
    return found


class Pairs(NamedTuple):
    """Forms that are asked and forms of the index to compare: of what entity, and what is known of each pair (`screen.search`)."""

    ours: NDArray[np.int64]
    theirs: NDArray[np.int32]
    entity: NDArray[np.int32]
    measures: NDArray[np.float32]


def pairs(index: Index, asked: Asked) -> Pairs:
    """The candidates one by one."""
    found = candidates(index, asked)
    ours, places = np.nonzero(found.forms >= 0)
    theirs = found.forms[ours, places]
    return Pairs(ours, theirs, index.postings.entity[theirs], found.measures[ours, places])


def rank(index: Index, asked: Asked, least: NDArray[np.float32]) -> Ranked:
    """Candidates compared: of each query the entities of at least `least[query]`, by their best name, the better supported first among equals."""
    found = pairs(index, asked)
    ours, theirs, entity = found.ours, found.theirs, found.entity
    score = np.zeros(len(ours), np.float32)
    rank_candidates(asked.side, index.side, ours, theirs, found.measures, score)
    score = np.where(index.side.names.weak[theirs], np.minimum(score, WEAK), score)
    query = asked.query[ours]
    kept = score >= least[query]
    query, entity, score, ours, theirs = query[kept], entity[kept], score[kept], ours[kept], theirs[kept]
    order = np.lexsort((theirs, -score, entity, query))
    first = np.ones(len(order), np.bool_)
    first[1:] = (query[order][1:] != query[order][:-1]) | (entity[order][1:] != entity[order][:-1])
    best = order[first]
    best = best[np.lexsort((entity[best], -index.support[entity[best]], -score[best], query[best]))]
    return Ranked(query[best], entity[best], score[best], ours[best].astype(np.int32), theirs[best])


def _weighed(index: Index, query: Query, found: Sequence[_Found], threshold: float, limit: int) -> list[tuple[float, _Found, list[str]]]:
    """Hits of the names with what is known beside them, and whoever bears an identifier."""
    by_entity = {one.entity: one for one in found}
    numbers: dict[int, list[str]] = {}
    for normal, written in query.identifiers:
        for entity in index.bearers(normal).tolist():
            numbers.setdefault(entity, []).append(written)
    out: list[tuple[float, _Found, list[str]]] = []
    for entity in {**by_entity, **numbers}:
        one = by_entity.get(entity) or _Found(entity, 0.0, -1, int(index.side.names.form_start[entity]))
        told = compare(query, index.card(entity))
        score = _moved(one.score, sum(each.nats for each in told))
        sentences = [each.sentence for each in sorted(told, key=lambda each: -abs(each.nats)) if each.sentence]
        if entity in numbers:
            score = max(score, IDENTIFIED)
            otherwise = "" if entity in by_entity else " The names do not agree."
            sentences.insert(0, f"The same number of a paper or register: {', '.join(numbers[entity])}.{otherwise}")
        if score >= threshold:
            out.append((score, one, sentences))
    out.sort(key=lambda hit: (-hit[0], -int(index.support[hit[1].entity]), hit[1].entity))
    return out[:limit]


def _moved(score: float, nats: float) -> float:
    if not nats or not 0.0 < score < 1.0:
        return score
    return 1.0 / (1.0 + math.exp(-(math.log(score / (1.0 - score)) + _PER_NAT * nats)))


def _name_reasons(index: Index, asked: Asked, found: Sequence[_Found]) -> dict[tuple[int, int], tuple[str, ...]]:
    """Sentences about the names of each pair of forms that is shown."""
    pairs = sorted({(one.ours, one.theirs) for one in found if one.ours >= 0})
    return dict(zip(pairs, sentences(asked, index, pairs), strict=True))


def _hit(index: Index, place: int, score: float, one: _Found, reasons: Sequence[str]) -> Hit:
    card = index.card(one.entity)
    return Hit(
        rank=place,
        score=round(score, 4),
        name_score=round(one.score, 4),
        entity_id=card.pop("id"),
        caption=card.pop("caption"),
        schema=card.pop("schema", ""),
        name=index.written[one.theirs],
        weak=bool(index.side.names.weak[one.theirs]),
        marking=card.pop("marking", ""),
        said_by=index.said(one.theirs),
        support=int(index.support[one.entity]),
        facts=card,
        reasons=tuple(reasons),
    )
