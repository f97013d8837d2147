"""Marks a list of links, crosstie's or any other tool's, against the truth of a region."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.errors import InputError, NotFound
from crosstie.learn.lists import Reported, actors, reported

FIRST_FOR_PRECISION, FIRST_FOR_DECOYS = 50, 100
#: The share of false ones up to which a list is taken at its word.
NOMINAL = 0.1


@dataclass(frozen=True, slots=True)
class Tie:
    """A planted tie as the truth tells it; the sides hold the ends and everybody who stands for them."""

    link_id: str
    cls: str
    enough: bool
    crime: str
    terror: str
    crime_side: frozenset[str]
    terror_side: frozenset[str]

    def is_between(self, left: str, right: str) -> bool:
        """Whether a reported pair is this tie, in either direction."""
        return (left in self.crime_side and right in self.terror_side) or (right in self.crime_side and left in self.terror_side)


@dataclass(frozen=True, slots=True)
class Score:
    """How good a list of links is. All shares run from 0 to 1.

    A tie that is reported again (between other records, or other actors of the same two sides) is neither punished nor rewarded: only its first
    report is marked. Ties with too little evidence to be found are left out in the same way. Everything else that is no planted tie is false.

    average_precision: mean, over the ties with enough evidence, of the share of true ones among the links down to it; a tie not listed adds 0.
    precision_at_50: share of true ones among the first 50 marked links, or among all where there are fewer.
    recall: share of the planted ties with enough evidence that are listed.
    macro_f1: mean over the planted classes of the F1 of the class given to ties that were found; a class never found adds 0. None where no class is
        given.
    decoys_at_100: planted decoys among the first 100 marked links.
    fdr_nominal, fdr_realised: of the links whose expected share of false ones (`fdr` or `q`) is said to be at most fdr_nominal, the share that are no
        true tie, thin ones included; 0 where there is no such link, None where the list says nothing of the kind. fdr_claimed: how many they are.
    """

    average_precision: float
    precision_at_50: float
    recall: float
    macro_f1: float | None
    decoys_at_100: int
    fdr_nominal: float | None
    fdr_realised: float | None
    fdr_claimed: int
    planted: int
    found: int
    listed: int
    false: int
    repeated: int
    thin: int
    unknown: int
    #: class planted -> class reported -> how often, over the ties found
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


def score(truth_dir: Path, links: pa.Table | Path, nominal: float = NOMINAL) -> Score:
    """Mark a list of links (see `crosstie.learn.lists`) against a truth folder. Ends may be ids of any record of an actor, ids of actors, or names.

    NotFound where the folder holds no truth; InputError where the links do not name two ends.
    """
    for name in ("entities.csv", "links.csv", "decoys.csv"):
        if not (truth_dir / name).is_file():
            raise NotFound(f"{truth_dir} holds no {name}", hint="Name the truth folder of a region.")
    listed = reported(links)
    try:
        return _score(truth_dir, listed, nominal)
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{truth_dir} is not the truth of a region: {error}", hint="Make the region anew with the same seed.") from error


def _score(truth_dir: Path, listed: Reported, nominal: float) -> Score:
    ties = list(_ties(truth_dir / "links.csv"))
    known = {actor for tie in ties for actor in (*tie.crime_side, *tie.terror_side)}
    actor_of = {one: one for one in known} | actors(truth_dir, {one for row in listed.rows for one in row[:2]} - known)
    pairs = [(actor_of.get(left), actor_of.get(right), cls) for left, right, cls, _ in listed.rows]
    found = _marked(pairs, ties, _decoys(truth_dir / "decoys.csv"), [row[3] for row in listed.rows] if listed.rated else None, nominal)
    return found if listed.classed else replace(found, macro_f1=None, confusion={})


def _marked(
    pairs: Sequence[tuple[str | None, str | None, str]],
    ties: Sequence[Tie],
    decoys: set[frozenset[str]],
    rates: Sequence[float | None] | None = None,
    nominal: float = NOMINAL,
) -> Score:
    """The marks of pairs of actors, best first. `rates` are the expected shares of false ones down to each, where the list says so."""
    found: dict[str, str] = {}
    marks: list[bool] = []
    repeated = thin = decoys_early = claimed = false_claims = 0
    planted, index = [tie for tie in ties if tie.enough], _index(ties)
    false_seen: set[tuple[str | None, str | None]] = set()
    for place, (left, right, cls) in enumerate(pairs):
        matching = [tie for tie in index.get(left or "", ()) if left and right and tie.is_between(left, right)]
        fresh = [tie for tie in matching if tie.link_id not in found]
        if (matching and not fresh) or (not matching and left and right and (left, right) in false_seen):
            repeated += 1
            continue
        if fresh:
            tie = min(fresh, key=lambda one: ({one.crime, one.terror} != {left, right}, not one.enough, one.link_id))
            found[tie.link_id] = cls
            thin += not tie.enough
        else:
            false_seen.add((left, right))
        if not fresh or tie.enough:
            marks.append(bool(fresh))
            early = len(marks) <= FIRST_FOR_DECOYS and left is not None and right is not None
            decoys_early += early and not fresh and frozenset((left or "", right or "")) in decoys
        rate = rates[place] if rates else None
        if rate is not None and rate <= nominal:
            claimed, false_claims = claimed + 1, false_claims + (not fresh)
    hits = [rank for rank, true in enumerate(marks, 1) if true]
    early_marks, confusion = marks[:FIRST_FOR_PRECISION], _confusion(planted, found)
    return Score(
        average_precision=sum(number / rank for number, rank in enumerate(hits, 1)) / max(len(planted), 1),
        precision_at_50=sum(early_marks) / max(len(early_marks), 1),
        recall=len(hits) / max(len(planted), 1),
        macro_f1=_macro_f1({tie.cls for tie in planted}, confusion),
        decoys_at_100=decoys_early,
        fdr_nominal=None if rates is None else nominal,
        fdr_realised=None if rates is None else false_claims / max(claimed, 1),
        fdr_claimed=claimed,
        planted=len(planted),
        found=len(hits),
        listed=len(pairs),
        false=len(marks) - len(hits),
        repeated=repeated,
        thin=thin,
        unknown=sum(left is None or right is None for left, right, _ in pairs),
        confusion=confusion,
    )


def _index(ties: Sequence[Tie]) -> dict[str, list[Tie]]:
    index: dict[str, list[Tie]] = {}
    for tie in ties:
        for actor in sorted(tie.crime_side | tie.terror_side):
            index.setdefault(actor, []).append(tie)
    return index


def _confusion(planted: list[Tie], found: dict[str, str]) -> dict[str, dict[str, int]]:
    counts = Counter((tie.cls, found[tie.link_id]) for tie in planted if tie.link_id in found)
    table: dict[str, dict[str, int]] = {}
    for (true, said), times in sorted(counts.items()):
        table.setdefault(true, {})[said] = times
    return table


def _macro_f1(classes: set[str], confusion: dict[str, dict[str, int]]) -> float:
    scores = []
    for cls in sorted(classes):
        right = confusion.get(cls, {}).get(cls, 0)
        true, said = sum(confusion.get(cls, {}).values()), sum(row.get(cls, 0) for row in confusion.values())
        scores.append(2 * right / (true + said) if true + said else 0.0)
    return sum(scores) / len(scores) if scores else 0.0


def _ties(path: Path) -> Iterator[Tie]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            crime, terror = row["crime_actor"], row["terror_actor"]
            yield Tie(
                row["link_id"],
                row["class"],
                row["evidence"] == "enough",
                crime,
                terror,
                frozenset([crime, *row["crime_side"].split(";")]) - {""},
                frozenset([terror, *row["terror_side"].split(";")]) - {""},
            )


def _decoys(path: Path) -> set[frozenset[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {frozenset((row["left_actor"], row["right_actor"])) for row in csv.DictReader(stream)}
