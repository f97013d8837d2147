"""How many pairs of names the kernels compare in a CPU-second: `python -m bench.match.kernels`.

The pairs are those that screening compares for the queries of the screening case (dev, seed 1): likeness and evidence; the screening score; and evidence
alone, over all names of the entities of those pairs. The best of three runs; compiling is told apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from bench.match.ours import kind_of
from bench.match.screening import screening
from crosstie.resolve.compare.alignment import compare_names
from crosstie.resolve.compare.likeness import compare_candidates
from crosstie.resolve.compare.ranking import rank_candidates
from crosstie.resolve.screen.hits import pairs
from crosstie.resolve.screen.index import Index, Listed
from crosstie.resolve.screen.queries import Query, prepare

#: Pairs whose evidence is measured: entities have many names.
SOME = 100_000


def _timed(work: Callable[[], None], count: int, what: str) -> None:
    spent = []
    for _ in range(4):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    best = min(spent[1:])
    print(f"{what}: {count:,} pairs, {count / best / 1e6:.2f} million in a CPU-second; the first run took {spent[0] - best:.2f} s more")


def main() -> None:
    """Measure and print."""
    case = screening("dev", 1)
    index = Index.build(
        Listed(str(place), kind_of(entity.schema), [(name, said == "weakAlias", "") for said, name in entity.names])
        for place, entity in enumerate(case.entities)
    )
    asked = prepare([Query(query.name, kind_of(query.schema)) for query in case.queries], index)
    found = pairs(index, asked)
    count = len(found.ours)
    read = np.where(index.kinds[found.entity] == 3, asked.kind[found.ours], index.kinds[found.entity]).astype(np.int64)
    likeness, told, score = (np.zeros(count, np.float32) for _ in range(3))

    def judging() -> None:
        compare_candidates(asked.side, index.side, found.ours, found.theirs, read, likeness, told)

    def ranking() -> None:
        rank_candidates(asked.side, index.side, found.ours, found.theirs, found.measures, score)

    _timed(judging, count, "likeness and evidence")
    _timed(ranking, count, "screening score")
    left, right, kinds = found.ours[:SOME], found.entity[:SOME].astype(np.int64), read[:SOME]

    def evidence() -> None:
        strong, weak = np.full(len(left), -99.0), np.full(len(left), -99.0)
        ours, theirs, agreeing = np.full(len(left), -1), np.full(len(left), -1), np.zeros(len(left), np.int64)
        compare_names(left, right, kinds, asked.side, index.side, strong, weak, ours, theirs, agreeing)

    _timed(evidence, int(np.diff(index.side.names.form_start)[right].sum()), "evidence alone")


if __name__ == "__main__":
    main()
