"""Ranking, learned and judged: from the tables of built workspaces to weights, marks, realised error rates and what each feature is worth.

    python -m bench.links.ranking learn  REGION=WORKSPACE ...                    learn on these and write link/data/weights.json
    python -m bench.links.ranking judge  REGION=WORKSPACE ...                    marks and error rates of the weights in force
    python -m bench.links.ranking ablate REGION=WORKSPACE ... -- REGION=WORKSPACE ...   learn on the first without each feature, judge on the others
    python -m bench.links.ranking withheld STORYLINE,... REGION=WORKSPACE ... -- REGION=WORKSPACE ...   learn without the ties of these storylines, judge so

Only the search for links is run again, on the tables of the workspace's newest build. Regions that are learned on must not be judged.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.learn.lists import actors
from crosstie.learn.score import Score, Tie, _ties, score
from crosstie.link import chance
from crosstie.link.alternatives import arguments
from crosstie.link.candidates import Candidate
from crosstie.link.classify import classify
from crosstie.link.features import FEATURES
from crosstie.link.score import weights
from crosstie.link.search import look
from crosstie.model.tables import TABLES
from crosstie.settings import Settings
from crosstie.store.engine import Engine

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NAMES = tuple(feature.__name__ for feature in FEATURES)
#: Tables of a build that the search reads.
_READ = ("entities", "spheres", "edges", "claims", "clusters", "sources", "findings", "mentions")
#: Ridge of the regression, in units of standardised features: small samples must not give large weights.
_RIDGE = 1.0
_STEPS = 60
#: What an actor's id has before and behind the storyline that made it.
_PART = re.compile(r"^core-|-(?:person|company|group)-\d+$")
_FILE = Path(chance.__file__).parent / "data" / "weights.json"


@dataclass(frozen=True)
class Case:
    """The candidates of a region: their features (candidates x features), ends and classes, and what is true of them."""

    name: str
    truth: Path
    values: Floats
    ends: list[tuple[str, str]]
    classes: list[str]
    #: how many pairs were searched for them
    searched: int
    #: of a planted tie; of one with too little evidence, of which nothing is learned
    true: Flags
    thin: Flags
    #: the storyline of each planted tie, empty for other pairs
    stories: list[str]

    def marked(self, scores: Floats, null: chance.Null | None = None) -> Score:
        """The marks of the candidates in the order of these scores, each with the share of false ones said of it."""
        order = np.argsort(-scores, kind="stable")
        shares = chance.false_shares((null or chance.null()).p_values(scores[order], self.searched), scores[order], self.searched)
        table = pa.table(
            {
                "crime_record": [self.ends[at][0] for at in order.tolist()],
                "terror_record": [self.ends[at][1] for at in order.tolist()],
                "class": [self.classes[at] for at in order.tolist()],
                "fdr": shares,
            }
        )
        return score(self.truth, table)


def case(told: str) -> Case:
    """A case of REGION=WORKSPACE."""
    region, workspace = (Path(one) for one in told.split("=", 1))
    truth = region / "truth" if (region / "truth").is_dir() else region
    found, settings = [], Settings()
    build = max(one for one in (workspace / "builds").iterdir() if (one / "edges.parquet").is_file())
    with Engine(settings) as engine:
        for table in _READ:
            engine.read(table, [build / f"{table}.parquet"], TABLES[table])
        searched, facts, candidates = look(engine, settings)
        found = [(one, arguments(one, facts)) for one in candidates]
    values = np.array([[feature(one, some) for feature in FEATURES] for one, some in found])
    true, thin, stories = _labels(truth, candidates)
    ends = [(one.crime.record, one.terror.record) for one in candidates]
    return Case(region.name, truth, values, ends, [classify(one, some)[0] for one, some in found], searched, true, thin, stories)


def _labels(truth: Path, candidates: Sequence[Candidate]) -> tuple[Flags, Flags, list[str]]:
    of_actor: dict[str, list[Tie]] = {}
    for tie in _ties(truth / "links.csv"):
        for actor in tie.crime_side | tie.terror_side:
            of_actor.setdefault(actor, []).append(tie)
    who = actors(truth, {one for candidate in candidates for one in (candidate.crime.record, candidate.terror.record)})
    true, thin = np.zeros(len(candidates), np.bool_), np.zeros(len(candidates), np.bool_)
    stories = [""] * len(candidates)
    for place, candidate in enumerate(candidates):
        left, right = who.get(candidate.crime.record), who.get(candidate.terror.record)
        ties = [tie for tie in of_actor.get(left or "", ()) if left and right and tie.is_between(left, right)]
        true[place] = bool(ties)
        thin[place] = bool(ties) and not any(tie.enough for tie in ties)
        stories[place] = _PART.sub("", ties[0].crime) if ties else ""
    return true, thin, stories


def regression(values: Floats, true: Flags) -> Floats:
    """Start and weights of a logistic regression with a ridge. A feature whose weight comes out against its meaning gets none."""
    kept = list(range(values.shape[1]))
    while True:
        found = _newton(values[:, kept], true.astype(np.float64))
        against = [kept[place] for place in range(len(kept)) if found[1 + place] < 0]
        if not against:
            break
        kept = [place for place in kept if place not in against]
    whole = np.zeros(values.shape[1] + 1)
    whole[0], whole[1 + np.array(kept)] = found[0], found[1:]
    return whole


def _newton(values: Floats, true: Floats) -> Floats:
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    rows = np.column_stack([np.ones(len(values)), (values - mean) / spread])
    ridge = np.full(rows.shape[1], _RIDGE)
    ridge[0] = 1e-6
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (true - likely) - ridge * found
        bend = (rows * (likely * (1 - likely))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    each = found[1:] / spread
    return np.concatenate([[found[0] - each @ mean], each])


def learned(cases: Sequence[Case], without: str = "", withheld: Set[str] = frozenset()) -> tuple[Floats, Floats]:
    """Weights (start first) from these cases, if wanted without a feature or without the ties of some storylines; and the scores of their untied pairs."""
    columns = [place for place, name in enumerate(NAMES) if name != without]
    told = [~one.thin & ~np.isin(one.stories, sorted(withheld)) if withheld else ~one.thin for one in cases]
    values = np.concatenate([one.values[rows] for one, rows in zip(cases, told, strict=True)])
    true = np.concatenate([one.true[rows] for one, rows in zip(cases, told, strict=True)])
    whole = np.zeros(len(NAMES) + 1)
    whole[[0, *(1 + place for place in columns)]] = regression(values[:, columns], true)
    return whole, (whole[0] + values @ whole[1:])[~true]


def null_of(cases: Sequence[Case], untied: Floats) -> chance.Null:
    """The null of cases whose untied pairs have these scores."""
    return chance.Null.of(untied, sum(one.searched - int(one.true.sum()) for one in cases), len(cases))


def write(cases: Sequence[Case]) -> None:
    """Learn, and put the weights and the null where the program finds them, with what they were learned from."""
    found, untied = learned(cases)
    null = null_of(cases, untied)
    said = {
        "about": "Logistic regression (ridge 1, no weight against its meaning) on generated regions; the null is that of their untied pairs.",
        "regions": [f"{one.name}: {one.searched} pairs searched, {len(one.true)} kept, {int(one.true.sum())} tied" for one in cases],
        "weights": dict(zip(("start", *NAMES), np.round(found, 4).tolist(), strict=True)),
        "null": {"scores": null.scores, "shares": null.shares, "scale": null.scale, "searched": round(null.searched)},
    }
    _FILE.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def judged(one: Case, found: Floats, null: chance.Null | None = None) -> dict[str, Any]:
    """The marks of a case in short."""
    marked = one.marked(found[0] + one.values @ found[1:], null)
    keys = (
        "average_precision",
        "precision_at_50",
        "recall",
        "macro_f1",
        "decoys_at_100",
        "fdr_realised",
        "fdr_claimed",
        "planted",
        "confusion",
    )
    told = {key: getattr(marked, key) for key in keys}
    return {"region": one.name} | {key: round(value, 3) if isinstance(value, float) else value for key, value in told.items()}


def main() -> None:
    """Learn, judge or ablate, as told."""
    what, told = sys.argv[1], sys.argv[2:]
    withheld = frozenset(told.pop(0).split(",")) if what == "withheld" else frozenset()
    split = told.index("--") if "--" in told else len(told)
    cases, others = [case(one) for one in told[:split]], [case(one) for one in told[split + 1 :]]
    if what == "learn":
        write(cases)
        return
    force = np.array([weights()[name] for name in ("start", *NAMES)])
    if what == "judge":
        rows = [judged(one, force) for one in cases]
    elif what == "withheld":
        found, untied = learned(cases, withheld=withheld)
        rows = [judged(one, found, null_of(cases, untied)) for one in others]
    else:
        rows = []
        for name in ("", *NAMES):
            found, _ = learned(cases, name)
            marks = [one.marked(found[0] + one.values @ found[1:]) for one in others]
            rows.append(
                {"without": name or "nothing"}
                | {one.name: round(mark.average_precision, 3) for one, mark in zip(others, marks, strict=True)}
            )
    for row in rows:
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
