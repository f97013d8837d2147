"""Whom errors of screening fall on, for the docs: `python -m bench.match.rates [SEED …]` writes `bench/match/rates.json`.

Queries of `bench.match.screening`, split test; of each group how many were asked, and the share that was answered rightly (of persons who are not
listed: wrongly) at two thresholds: the one that 1 % of those who are not listed reach, and the default. Groups are regions of names and scripts.
The record holds what it was made with (`made_with`), so that a test can tell when it is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from bench.match.measures import ranks, recall_at, threshold_for
from bench.match.ours import kind_of
from bench.match.screening import Screening, screening
from crosstie.resolve.compare.likeness import THRESHOLD
from crosstie.resolve.compare.ranking import PROMISING, net
from crosstie.resolve.screen import hits, likes, search
from crosstie.resolve.screen.index import Index, Listed
from crosstie.resolve.screen.queries import Query, prepare
from crosstie.screening import BATCH

FILE = Path(__file__).parent / "rates.json"
SEEDS = (103, 104, 105)
#: What is asked, which way it is grouped, and what the share is of.
TOLD = (
    ("clean", "region", "recall"),
    ("typo", "region", "recall"),
    ("original", "script", "recall"),
    ("negative", "script", "false positives"),
    ("near", "region", "false positives"),
)
#: Queries that are the same whatever the seed: they count once.
SAME = ("clean", "original")
#: Groups of fewer queries are told together.
LEAST = 30


class Answers(NamedTuple):
    """Of each query the score of the best hit, whether it is right, and the place of the right one among the candidates (-1: none)."""

    score: Any
    right: Any
    place: Any


def made_with() -> dict[str, Any]:
    """What the rates depend on: the coefficients of the score and the bounds of the search."""
    bounds = {"compared": hits.COMPARED, "like": likes.COMPARED, "kept": likes.KEPT, "alike": likes.ALIKE}
    bounds |= {"long": search.LONG, "walked": search.WALKED, "as a whole": search.AS_A_WHOLE, "unasked": search.UNASKED}
    bounds |= {"wide": search.WIDE, "letters": search.LETTERS, "promising": PROMISING}
    return {"network": crc32(b"".join(np.asarray(part).tobytes() for part in net())), **bounds}


def index_of(case: Screening) -> Index:
    """The index of a case."""
    return Index.build(
        Listed(str(place), kind_of(entity.schema), [(name, said == "weakAlias", "") for said, name in entity.names], (), {"id": str(place)})
        for place, entity in enumerate(case.entities)
    )


def answers(case: Screening, index: Index) -> Answers:
    """Every query of a case against its index."""
    score, first = np.zeros(len(case.queries)), np.full(len(case.queries), -1)
    held: list[list[int]] = [[] for _ in case.queries]
    asked = [Query(query.name, kind_of(query.schema)) for query in case.queries]
    for start in range(0, len(asked), BATCH):
        some = prepare(asked[start : start + BATCH], index)
        for at, row in enumerate(hits.candidates(index, some).forms):
            held[start + int(some.query[at])] += index.postings.entity[row[row >= 0]].tolist()
        best = hits.rank(index, some, np.zeros(len(some.query), np.float32))
        query, place = np.unique(best.query, return_index=True)
        score[start + query], first[start + query] = best.score[place], best.entity[place]
    right = np.array([int(one) in query.right for one, query in zip(first, case.queries, strict=True)])
    return Answers(score, right, ranks([list(dict.fromkeys(one)) for one in held], [query.right for query in case.queries]))


def rates(seeds: tuple[int, ...]) -> dict[str, Any]:
    """The record of some seeds of test together."""
    cases = [screening("test", seed) for seed in seeds]
    index = index_of(cases[0])
    again = [[turn == 0 or query.kind not in SAME for query in case.queries] for turn, case in enumerate(cases)]
    queries = [query for case, kept in zip(cases, again, strict=True) for query, wanted in zip(case.queries, kept, strict=True) if wanted]
    parts = [Answers(*(part[kept] for part in answers(case, index))) for case, kept in zip(cases, again, strict=True)]
    found = Answers(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    kind = np.array([query.kind for query in queries])
    level = threshold_for(found.score[kind == "negative"])
    groups = []
    for one, by, what in TOLD:
        here = np.flatnonzero(kind == one)
        label = np.array([getattr(queries[at], by) for at in here])
        few = {name for name in set(label.tolist()) if (label == name).sum() < LEAST}
        label = np.array(["all others" if name in few else name for name in label.tolist()])
        for name in [*sorted(set(label.tolist()) - {"all others"}), *(["all others"] if few else [])]:
            at = here[label == name]
            good = np.ones(len(at), bool) if what == "false positives" else found.right[at]
            shares = [round(float(((found.score[at] >= least) & good).mean()), 4) for least in (level, THRESHOLD)]
            groups.append(
                {
                    "queries": one,
                    "by": by,
                    "group": name,
                    "rate": what,
                    "asked": len(at),
                    "at_1_percent": shares[0],
                    "at_default": shares[1],
                }
            )
    typo = kind == "typo"
    summary = {
        "typo R@50": round(recall_at(found.place[typo], 50), 4),
        "typo recall": round(float(((found.score >= level) & found.right)[typo].mean()), 4),
        "near false positives": round(float((found.score >= level)[kind == "near"].mean()), 4),
    }
    return {
        "seeds": list(seeds),
        "least": LEAST,
        "threshold": round(float(level), 4),
        "summary": summary,
        "made_with": made_with(),
        "groups": groups,
    }


def main() -> None:
    """Measure and write."""
    seeds = tuple(int(one) for one in sys.argv[1:]) or SEEDS
    record = rates(seeds)
    FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record["summary"]), record["threshold"])
    for row in record["groups"]:
        print(*row.values())


if __name__ == "__main__":
    main()
