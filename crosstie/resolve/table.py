"""One plain table with duplicates in, the same persons put together out: no workspace, no labels, nothing to set.

    dedupe(table).clusters      for each row the number of the first row of its cluster

The job on one page: what the columns hold, which rows are worth comparing, weights learned from the table itself, groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.fields import choosing, headers, pairing, telling
from crosstie.resolve.fields.crowds import first_of_crowd, only, own, usually
from crosstie.resolve.fields.features import Feature, Rows, features_of
from crosstie.resolve.fields.grouping import group
from crosstie.resolve.fields.reading import coded, rows_of_columns
from crosstie.resolve.fields.scoring import Scored, compared, joined, scored
from crosstie.resolve.learn import Judged, Levels, Weights, chances, contributions, learn, probability, total, usual_weights

Ints = NDArray[np.int64]

#: Pairs of at least this probability tie rows; the default of `threshold`.
THRESHOLD = 0.5
#: Pairs below this probability are not kept.
KEPT = 0.02
#: Pairs drawn at random, and candidate pairs, from which weights are learned.
SAMPLE = 200_000
#: Pairs of these log-odds (99.9 of 100) are held to be sure.
_SURE = 6.9


@dataclass(frozen=True, slots=True)
class Deduped:
    """What came of it.

    `clusters[row]` is the first row of the row's cluster. `pairs` has a row for each compared pair of some probability, surest first: left and
    right (rows), log_odds, support (in how many ways they agree), probability, together (in one cluster). `columns` are those understood
    (column to property), `ignored` the others.
    """

    clusters: Ints
    pairs: pa.Table
    columns: Mapping[str, str]
    ignored: Sequence[str]
    weights: Weights
    features: Sequence[Feature]
    rows: Rows
    keys: Sequence[str]
    compared: int

    @property
    def count(self) -> int:
        """How many clusters."""
        return int((self.clusters == np.arange(len(self.clusters))).sum())

    def uncertain(self, least: float = 0.05, most: float = 0.95) -> pa.Table:
        """The pairs that a person should look at: neither clearly one thing nor clearly two, or put together (or kept apart) against their own odds."""
        chance = self.pairs.column("probability").to_numpy()
        together = self.pairs.column("together").to_numpy(zero_copy_only=False)
        between = (chance >= least) & (chance <= most)
        chosen = np.flatnonzero(between | (together & (chance < 0.5)) | (~together & (chance > most)))
        order = chosen[np.argsort(np.abs(chance[chosen] - 0.5), kind="stable")]
        return self.pairs.take(order)

    def parts(self, left: Ints, right: Ints) -> tuple[Levels, NDArray[np.float64]]:
        """For pairs of rows the level of each feature, and what it adds to the log-odds (the last column: what a household explains away)."""
        level, rarity = compared(self.rows, self.features, left, right)
        return level, contributions(self.features, self.weights, level, rarity)


def dedupe(
    table: pa.Table,
    columns: Mapping[str, str] | None = None,
    *,
    threshold: float = THRESHOLD,
    weights: Weights | None = None,
    judged: Sequence[tuple[int, int, bool]] = (),
    threads: int = 1,
) -> Deduped:
    """Put the rows of a table together that speak of one person (see `dedupe_batches`)."""
    return dedupe_batches(
        lambda _: table.to_batches(), table.column_names, columns, threshold=threshold, weights=weights, judged=judged, threads=threads
    )


def dedupe_batches(
    batches: Callable[[Sequence[str]], Iterable[pa.RecordBatch]],
    names: Sequence[str],
    columns: Mapping[str, str] | None = None,
    *,
    threshold: float = THRESHOLD,
    weights: Weights | None = None,
    judged: Sequence[tuple[int, int, bool]] = (),
    threads: int = 1,
) -> Deduped:
    """Put the rows together that speak of one person, of a table with the columns `names` that comes in batches: `batches` is asked once for those
    columns that are needed.

    `columns`: column to the property that it holds, for example {"Nom": "lastName"}; without it the headers are recognised. `weights`: learned
    elsewhere; otherwise they are learned here, without labels. `judged`: pairs of rows of which people know whether they are the same; they
    help the learning. The same table gives the same clusters, with any number of threads.
    """
    known, ignored = headers.understood(names, columns)
    rows = rows_of_columns(*coded(batches(list(known)), list(known)), known, threads)
    features = features_of(rows)
    crowd = first_of_crowd(rows.fields, rows.count)
    kept = np.flatnonzero(crowd == np.arange(rows.count))
    some = rows if len(kept) == rows.count else only(rows, kept)
    keys = choosing.choose(some.fields, some.count, threads)
    pairs = pairing.candidates(keys, some.fields, threads)
    if weights is None:
        weights = _learned(rows, some, features, pairs, judged)
    held = scored(some, features, weights, pairs, threads)
    compared_pairs = len(pairs)
    del pairs
    clusters = group(some.count, held.left, held.right, held.odds, probability(held.odds, held.ways) >= threshold)
    if some is not rows:
        held, clusters = _with_crowds(rows, features, weights, crowd, kept, held, clusters, threshold)
    told = [str(key) for key in keys]
    return Deduped(clusters, _pairs(held, clusters), known, ignored, weights, features, rows, told, compared_pairs)


def _with_crowds(
    rows: Rows,
    features: Sequence[Feature],
    weights: Weights,
    crowd: Ints,
    kept: Ints,
    held: Scored,
    clusters: Ints,
    threshold: float,
) -> tuple[Scored, Ints]:
    """Pairs and clusters of all rows: those of a crowd go with its first row, where so much agreement is enough."""
    late = np.flatnonzero(crowd != np.arange(rows.count))
    first, place = np.unique(crowd[late], return_inverse=True)
    odds, ways = total(features, weights, *compared(rows, features, first, first))
    usual, _ = total(features, weights, *compared(usually(rows), features, first, first))
    odds = np.where(own(rows)[first], np.maximum(odds, usual), odds)
    whole = np.arange(rows.count)
    whole[kept] = kept[clusters]
    tied = (probability(odds, ways) >= threshold)[place]
    whole[late[tied]] = whole[crowd[late[tied]]]
    more = Scored(crowd[late].astype(np.int32), late.astype(np.int32), odds[place].astype(np.float32), ways[place])
    mine = held._replace(left=kept[held.left].astype(np.int32), right=kept[held.right].astype(np.int32))
    return joined([mine, more]), whole


def _learned(every: Rows, rows: Rows, features: Sequence[Feature], pairs: Ints, judged: Sequence[tuple[int, int, bool]]) -> Weights:
    """Weights from pairs of `rows` (without crowds); `judged` are numbers among `every` row."""
    rng = np.random.default_rng(20)
    one, other = rng.integers(0, max(rows.count, 1), (2, min(SAMPLE, rows.count * rows.count)))
    apart = one != other
    at_random, _ = compared(rows, features, one[apart], other[apart])
    if len(pairs) == 0:
        return usual_weights(features, chances(features, at_random), every.count)
    chosen = pairs if len(pairs) <= SAMPLE else pairs[np.sort(rng.integers(0, len(pairs), SAMPLE))]
    sample = compared(rows, features, *pairing.rows_of(chosen))
    known = None
    if judged:
        ours, theirs, same = (np.array(side) for side in zip(*judged, strict=True))
        known = Judged(*compared(every, features, ours.astype(np.int64), theirs.astype(np.int64)), same.astype(np.bool_))
    return learn(features, sample, at_random, candidates=len(pairs), rows=every.count, judged=known)


def _pairs(held: Scored, clusters: Ints) -> pa.Table:
    """Pairs of some probability, surest first; among equally sure ones those first for which more speaks."""
    together = clusters[held.left] == clusters[held.right]
    sure = held.odds >= _SURE
    chance = probability(held.odds, held.ways, float((sure & ~together).sum() / max(1, sure.sum())))
    kept = np.flatnonzero(chance >= KEPT)
    kept = kept[np.lexsort((held.right[kept], held.left[kept], -held.odds[kept], -chance[kept]))]
    return pa.table(
        {
            "left": held.left[kept].astype(np.int64),
            "right": held.right[kept].astype(np.int64),
            "log_odds": held.odds[kept],
            "support": held.ways[kept],
            "probability": chance[kept],
            "together": together[kept],
        }
    )


def with_clusters(table: pa.Table, found: Deduped) -> pa.Table:
    """The table with one column more, the number of each row's cluster: 1 for that of the first row, and so on."""
    return table.append_column(telling.cluster_column(table.column_names), pa.array(telling.numbered(found.clusters), pa.int64()))


def uncertain_pairs(table: pa.Table, found: Deduped) -> pa.Table:
    """The uncertain pairs for people to read, with reasons (see `telling.told_pairs`)."""
    pairs, wanted = telling.uncertain_rows(found)
    return telling.told_pairs(pairs, table.take(pa.array(wanted, pa.int64())), wanted, found)
