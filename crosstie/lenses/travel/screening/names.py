"""Names of many passengers against the index of a workspace: all are compared once, and what else is known is weighed for those that resemble somebody."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.compare.ranking import rank_candidates
from crosstie.resolve.screen.context import compare
from crosstie.resolve.screen.hits import WEAK, Hit, candidates, screen
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.queries import Query, prepare

#: queries that are answered at a time, and threads that answer: the kernels leave the interpreter alone
_BATCH, _THREADS = 5_000, 2
#: names that are compared of each query, half of those that a single question compares: the right one is among the first with 999 of 1,000
_COMPARED = 32
#: how much births, nationalities and gender may raise a score, and how much of a nat counts, as in resolve.screen.hits
_RAISED, _PER_NAT = 0.2, 0.5
#: hits that are explained name by name: more nobody reads
EXPLAINED = 2_000


class _Near(NamedTuple):
    """Queries and entities that resemble each other: numbers, score of the names, and the form of the index that agrees best."""

    query: NDArray[np.int64]
    entity: NDArray[np.int64]
    score: NDArray[np.float64]
    form: NDArray[np.int64]


def queries(people: pa.Table) -> list[Query]:
    """What is asked of each traveller."""
    columns = (people.column(name).to_pylist() for name in ("name", "born", "gender", "nationality"))
    return [
        Query(name or "", "person", (born,) if born else (), (), (nationality,) if nationality else (), gender or "")
        for name, born, gender, nationality in zip(*columns, strict=True)
    ]


def hits(index: Index, asked: Sequence[Query], threshold: float, limit: int, wanted: Container[str] | None = None) -> list[tuple[int, Hit]]:
    """The number of a query and a hit, best first; the best EXPLAINED with sentences about the names. `wanted` are the entities that count, None all."""
    if not index.names or not asked:
        return []
    starts = range(0, len(asked), _BATCH)
    with ThreadPoolExecutor(_THREADS) as threads:
        parts = list(threads.map(lambda at: _near(index, asked[at : at + _BATCH], threshold - _RAISED), starts))
    found: list[tuple[int, Hit]] = []
    card = lru_cache(maxsize=200_000)(index.card)
    for at, near in zip(starts, parts, strict=True):
        found += _weighed(index, card, asked[at : at + _BATCH], at, near, threshold, limit, wanted)
    found.sort(key=lambda one: (-one[1].score, one[0], one[1].rank))
    return _explained(index, asked, found, threshold, limit)


def _near(index: Index, asked: Sequence[Query], least: float) -> _Near:
    """Entities with a name that scores at least so high, each once for a query."""
    prepared = prepare([Query(one.name, one.kind) for one in asked], index)
    found = candidates(index, prepared, _COMPARED)
    ours, places = np.nonzero(found.forms >= 0)
    theirs = found.forms[ours, places]
    score = np.zeros(len(ours), np.float32)
    rank_candidates(prepared.side, index.side, ours, theirs, found.measures[ours, places], score)
    score = np.where(index.side.names.weak[theirs], np.minimum(score, WEAK), score)
    kept = score >= least
    query, entity = prepared.query[ours][kept], index.postings.entity[theirs[kept]]
    score, theirs = score[kept], theirs[kept]
    order = np.lexsort((theirs, -score, entity, query))
    first = np.ones(len(order), np.bool_)
    first[1:] = (query[order][1:] != query[order][:-1]) | (entity[order][1:] != entity[order][:-1])
    best = order[first]
    best = best[np.lexsort((entity[best], -score[best], query[best]))]
    return _Near(query[best].astype(np.int64), entity[best].astype(np.int64), score[best].astype(np.float64), theirs[best].astype(np.int64))


def _weighed(
    index: Index, card: Any, asked: Sequence[Query], start: int, near: _Near, threshold: float, limit: int, wanted: Container[str] | None
) -> list[tuple[int, Hit]]:
    """The hits of a batch: names with what else is known of both sides."""
    by_query: dict[int, list[tuple[float, int, float, int, tuple[str, ...]]]] = {}
    for query, entity, score, form in zip(*(column.tolist() for column in near), strict=True):
        if wanted is not None and card(entity)["id"] not in wanted:
            continue
        told = compare(asked[query], card(entity))
        moved = _moved(score, sum(one.nats for one in told))
        if moved >= threshold:
            sentences = tuple(one.sentence for one in sorted(told, key=lambda one: -abs(one.nats)) if one.sentence)
            by_query.setdefault(query, []).append((moved, entity, score, form, sentences))
    found = []
    for query, some in by_query.items():
        some.sort(key=lambda one: (-one[0], -int(index.support[one[1]]), one[1]))
        found += [(start + query, _hit(index, card, place, *one)) for place, one in enumerate(some[:limit], 1)]
    return found


def _moved(score: float, nats: float) -> float:
    if not nats or not 0.0 < score < 1.0:
        return score
    return 1.0 / (1.0 + math.exp(-(math.log(score / (1.0 - score)) + _PER_NAT * nats)))


def _hit(index: Index, card: Any, place: int, score: float, entity: int, name_score: float, form: int, reasons: tuple[str, ...]) -> Hit:
    own = dict(card(entity))
    return Hit(
        rank=place,
        score=round(score, 4),
        name_score=round(name_score, 4),
        entity_id=own.pop("id"),
        caption=own.pop("caption"),
        schema=own.pop("schema", ""),
        name=index.written[form],
        weak=bool(index.side.names.weak[form]),
        marking=own.pop("marking", ""),
        said_by=index.said(form),
        support=int(index.support[entity]),
        facts=own,
        reasons=reasons,
    )


def _explained(index: Index, asked: Sequence[Query], found: list[tuple[int, Hit]], threshold: float, limit: int) -> list[tuple[int, Hit]]:
    places = sorted({place for place, _ in found[:EXPLAINED]})
    told: dict[tuple[int, str], Hit] = {}
    for at in range(0, len(places), _BATCH):
        own = places[at : at + _BATCH]
        for place, some in zip(own, screen(index, [asked[one] for one in own], threshold=threshold, limit=limit), strict=True):
            told |= {(place, hit.entity_id): hit for hit in some}
    return [(place, told.get((place, hit.entity_id), hit)) for place, hit in found]
