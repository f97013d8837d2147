"""Which pairs to show to a person first: those whose answer changes most, for the least of their time.

`informativeness` is the ordering, a pure function over columns. `queue` fills the columns from the tables of a build and puts identical cases
together; `labels` gives what people decided to whoever learns from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.batches import array, columns, rows
from crosstie.resolve.cases import FLOOR, Pair, cases
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.casebook import Judgement

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
#: How often a rule that keeps two records apart against their score is taken to be wrong: our convention.
RULE_WRONG = 0.25
#: How much earlier a contradiction among judgements comes: people have spent time on it already, and no rule can settle it.
DISPUTED = 8.0
#: Members of a group of identical cases that are listed at most; a decision for all counts for these.
MOST_ALIKE = 1_000

LABEL = columns(left_id=pa.string(), right_id=pa.string(), same=pa.bool_(), features=pa.string())


class Cases(NamedTuple):
    """One row a pair, as columns."""

    score: Floats  #: how probably the two are one thing, 0 to 1
    together: Flags  #: whether the build made one thing of them
    left_size: Counts  #: records in the resolved entity of the left one
    right_size: Counts
    placed: Flags  #: one of the entities is in a sphere
    linked: Flags  #: one of the entities stands on a link: at its ends or on its way
    crossing: Flags  #: one of the two is in the sphere of crime, the other in that of terror (or the entity of both is in both)
    rivals: Counts  #: other records of the same list that compete for the place: at most one can be the same
    alike: Counts  #: pairs that are the same case, this one included
    disputed: Flags  #: judgements contradict each other here


def doubt(given: Cases, threshold: float) -> Floats:
    """How probably a person would decide otherwise than the build did: 0 to 1.

    Apart, that is the score; together, what is missing to 1. A score over the threshold of two that are apart means that a rule keeps them
    apart (one list keeps both, or evidence beside the names contradicts): the rule is believed more than the score.
    """
    by_rule = ~given.together & (given.score >= threshold)
    apart = np.where(by_rule, RULE_WRONG, given.score)
    return np.asarray(np.where(given.together, 1.0 - given.score, apart), np.float64)


def informativeness(given: Cases, threshold: float) -> Floats:
    """How much an answer is worth: the chance that it changes something, times how much it changes. Larger comes first.

    doubt × change × stakes × alike × rivals × dispute, where

    * change is 1 + log2 of the pairs of records whose relation changes: sizes multiplied where two entities would be joined, the other members
      where one would be taken out. One wrong tie between large clusters is worse than between two records.
    * stakes is 1, and 1 more for an entity that is in a sphere, 1 more for one on a link, 2 more where crime meets terror: there the identity
      is itself the accusation.
    * alike is 1 + log2 of the cases that the same answer settles.
    * rivals is 1 + ½ log2(1 + rivals): one answer also tells about the others.
    * dispute is DISPUTED for contradictory judgements, else 1; their doubt is at least one half.
    """
    joined = np.maximum(given.left_size * given.right_size, 1)
    split = np.maximum(given.left_size - 1, 1)
    change = 1 + np.log2(np.where(given.together, split, joined))
    stakes = 1.0 + given.placed + given.linked + 2.0 * given.crossing
    alike = 1 + np.log2(np.maximum(given.alike, 1))
    rivals = 1 + np.log2(1 + given.rivals) / 2
    unsettled = np.where(given.disputed, np.maximum(doubt(given, threshold), 0.5) * DISPUTED, doubt(given, threshold))
    return np.asarray(unsettled * change * stakes * alike * rivals, np.float64)


@dataclass(frozen=True, slots=True)
class Question:
    """Whether two records are one thing. `alike` are the other pairs that are the same case; `why` says why it is asked."""

    left: str
    right: str
    score: float
    features: str  # JSON: what each feature contributed, in nats
    together: bool
    worth: float
    why: tuple[str, ...]
    alike: tuple[Pair, ...] = ()
    at_stake: bool = False
    disputed: bool = False
    skipped: bool = False

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All the pairs that a decision for all counts for."""
        return ((self.left, self.right), *self.alike)


@dataclass(frozen=True, slots=True)
class Queue:
    """The questions of a build for one person, and how many pairs there are to be asked about in all."""

    questions: list[Question]
    total: int


def queue(
    build: Build, settings: Settings, judgements: Sequence[Judgement], *, user: str, skipped: Iterable[Pair] = (), limit: int | None = None
) -> Queue:
    """What to ask a person, the most informative first.

    `judgements` are those in force. What is judged the same or different is settled, for everybody, unless judgements contradict; who said
    “unsure” is not asked again, others are. What the person skipped comes last. Victims and minors are in no question. `limit` counts groups of
    identical cases.
    """
    found = cases(build, settings, judgements, user, skipped)
    given = Cases(
        *(
            array(found, name, kind)
            for name, kind in zip(Cases._fields, (float, bool, int, int, bool, bool, bool, int, int, bool), strict=True)
        )
    )
    worth = informativeness(given, settings.match_threshold)
    asked = np.flatnonzero((doubt(given, settings.match_threshold) >= FLOOR) | given.disputed)
    put_off = array(found, "skipped", bool)
    # rows come in the order of their ids, and the sort is stable: the same build gives the same queue
    order = asked[np.lexsort((-np.round(worth[asked], 9), put_off[asked]))]
    # whatever pair between two entities is answered, the answer is about both: the most informative speaks for the others
    _, first = np.unique(array(found, "question", int)[order], return_index=True)
    order = order[np.sort(first)]
    return Queue(list(_grouped(found, order, worth, limit)), len(order))


def labels(pairs: pa.Table, judgements: Iterable[Judgement]) -> pa.Table:
    """What people decided, to learn from: LABEL, one row for each pair of `pairs` (tables.PAIR) judged same or different, by the ids."""
    said = {
        (one.left, one.right): one.verdict == "same" for one in judgements if one.kind == "pair" and one.verdict in ("same", "different")
    }
    if not said:
        return LABEL.empty_table()
    listed = pa.table([[left for left, _ in said], [right for _, right in said], list(said.values())], ["left_id", "right_id", "same"])
    found = pairs.select(["left_id", "right_id", "features"]).join(listed, ["left_id", "right_id"], join_type="inner")
    return found.select(LABEL.names).cast(LABEL).sort_by([("left_id", "ascending"), ("right_id", "ascending")])


def _grouped(found: pa.Table, order: NDArray[np.int64], worth: Floats, limit: int | None) -> Iterator[Question]:
    """The questions in their order, each with the pairs that are the same case and come later. A dispute or a skipped pair stands alone."""
    some = found.take(pa.array(order, pa.int64()))
    keys = some.column("case_key").to_pylist()
    alone = (array(some, "disputed", bool) | array(some, "skipped", bool)).tolist()
    groups: dict[Any, list[int]] = {}
    for place, (key, single) in enumerate(zip(keys, alone, strict=True)):
        groups.setdefault(place if single else key, []).append(place)
    shown = list(groups.values())[:limit]
    first = some.take(pa.array([places[0] for places in shown], pa.int64()))
    ids = rows(some, "left_id", "right_id")
    for row, places in zip(first.to_pylist(), shown, strict=True):
        yield Question(
            row["left_id"],
            row["right_id"],
            row["score"],
            row["features"],
            row["together"],
            round(float(worth[order[places[0]]]), 6),
            tuple(_why(row)),
            tuple(ids[place] for place in places[1:MOST_ALIKE]),
            row["placed"] or row["linked"],
            row["disputed"],
            row["skipped"],
        )


def _why(row: dict[str, Any]) -> Iterator[str]:
    """Why this pair is worth a person's time, in sentences."""
    if row["disputed"]:
        yield "Judgements contradict each other here."
    if row["crossing"]:
        yield (
            "This one entity is in the spheres of crime and of terror."
            if row["together"]
            else "One is in the sphere of crime, the other in that of terror."
        )
    elif row["placed"]:
        yield "It is about an actor in a sphere of crime or terror."
    if row["linked"]:
        yield "A link runs through it."
    sizes = row["left_size"], row["right_size"]
    if row["together"] and sizes[0] > 2:
        yield f"They are in one entity of {sizes[0]} records."
    elif not row["together"] and max(sizes) > 1:
        yield f"It would join an entity of {_records(sizes[0])} with one of {_records(sizes[1])}."
    if row["rivals"]:
        yield f"{row['rivals']} other {'record competes' if row['rivals'] == 1 else 'records compete'} for the same place."


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"
