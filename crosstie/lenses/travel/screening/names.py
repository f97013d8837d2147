"""Names of many passengers against the index of a workspace: all at a glance, and those that resemble somebody again, with all that is known."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.compare.ranking import rank_candidates
from crosstie.resolve.screen.hits import Hit, candidates, screen
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.queries import Query, prepare

#: queries that are answered at a time, and threads that answer: the kernels leave the interpreter alone
_BATCH, _THREADS = 4_000, 2
#: names that are compared at the first glance, and how much a birth, a nationality or a number may raise the score at the second
_GLANCED, _RAISED = 32, 0.2
#: hits that are explained name by name: more nobody reads
EXPLAINED = 2_000


def queries(people: pa.Table) -> list[Query]:
    """What is asked of each traveller."""
    columns = (people.column(name).to_pylist() for name in ("name", "born", "gender", "nationality"))
    return [
        Query(name or "", "person", (born,) if born else (), (), (nationality,) if nationality else (), gender or "", place=str(number))
        for number, (name, born, gender, nationality) in enumerate(zip(*columns, strict=True))
    ]


def hits(index: Index, asked: Sequence[Query], threshold: float, limit: int) -> list[tuple[int, Hit]]:
    """The number of a query and a hit, best first; the best EXPLAINED with sentences about the names."""
    if not index.names or not asked:
        return []
    near = np.flatnonzero(_glance(index, [query.name for query in asked]) >= threshold - _RAISED).tolist()
    with ThreadPoolExecutor(_THREADS) as threads:
        parts = [near[at : at + _BATCH] for at in range(0, len(near), _BATCH)]
        answers = list(
            threads.map(
                lambda part: screen(index, [asked[place] for place in part], threshold=threshold, limit=limit, explain=False), parts
            )
        )
    found = [(place, hit) for part, own in zip(parts, answers, strict=True) for place, some in zip(part, own, strict=True) for hit in some]
    found.sort(key=lambda one: (-one[1].score, one[0], one[1].rank))
    return _explained(index, asked, found, threshold, limit)


def _explained(index: Index, asked: Sequence[Query], found: list[tuple[int, Hit]], threshold: float, limit: int) -> list[tuple[int, Hit]]:
    places = sorted({place for place, _ in found[:EXPLAINED]})
    told: dict[tuple[int, str], Hit] = {}
    for at in range(0, len(places), _BATCH):
        own = places[at : at + _BATCH]
        for place, some in zip(own, screen(index, [asked[one] for one in own], threshold=threshold, limit=limit), strict=True):
            told |= {(place, hit.entity_id): hit for hit in some}
    return [(place, told.get((place, hit.entity_id), hit)) for place, hit in found]


def _glance(index: Index, names: Sequence[str]) -> NDArray[np.float32]:
    """The best score that each name reaches by itself; a name that comes twice is looked at once."""
    distinct = list(dict.fromkeys(names))
    parts = [distinct[at : at + _BATCH] for at in range(0, len(distinct), _BATCH)]
    with ThreadPoolExecutor(_THREADS) as threads:
        best = dict(zip(distinct, np.concatenate(list(threads.map(lambda part: _best(index, part), parts))).tolist(), strict=True))
    return np.array([best[name] for name in names], np.float32)


def _best(index: Index, names: Sequence[str]) -> NDArray[np.float32]:
    asked = prepare([Query(name, "person") for name in names], index)
    found = candidates(index, asked, _GLANCED)
    ours, places = np.nonzero(found.forms >= 0)
    theirs = found.forms[ours, places]
    score = np.zeros(len(ours), np.float32)
    rank_candidates(asked.side, index.side, ours, theirs, found.measures[ours, places], score)
    best = np.zeros(len(names), np.float32)
    np.maximum.at(best, asked.query[ours], score)
    return best
