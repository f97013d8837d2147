"""One plain table with duplicates in, the same persons put together out: no workspace, no labels, nothing to set.

    dedupe(table).clusters      for each row the number of the first row of its cluster

The job on one page: what the columns hold, which rows are worth comparing, weights learned from the table itself, groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.errors import MappingError
from crosstie.resolve.fields import headers, pairing, values
from crosstie.resolve.fields.crowds import first_of_crowd, only, own, usually
from crosstie.resolve.fields.features import Feature, Rows, features_of
from crosstie.resolve.fields.grouping import group
from crosstie.resolve.fields.reasons import reasons
from crosstie.resolve.fields.scoring import Scored, compared, joined, scored
from crosstie.resolve.fields.values import Field
from crosstie.resolve.flat import Array, hash_strings
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
) -> Deduped:
    """Put the rows of a table together that speak of one person.

    `columns`: column to the property that it holds, for example {"Nom": "lastName"}; without it the headers are recognised. `weights`: learned
    elsewhere; otherwise they are learned here, without labels. `judged`: pairs of rows of which people know whether they are the same; they
    help the learning. The same table gives the same clusters.
    """
    twice = [name for name, count in Counter(table.column_names).items() if count > 1]
    if twice:
        raise MappingError(f"the table has more than one column “{twice[0]}”", hint="Give each column a name of its own.")
    known, ignored = headers.recognise(table.column_names, columns)
    if not known:
        raise MappingError(
            f"no column of the table is understood; it has {', '.join(table.column_names) or 'none'}",
            hint=f"Say what they hold; columns can hold {', '.join(headers.properties())}.",
        )
    rows = read(table, known)
    features = features_of(rows)
    crowd = first_of_crowd(rows.fields, rows.count)
    kept = np.flatnonzero(crowd == np.arange(rows.count))
    some = rows if len(kept) == rows.count else only(rows, kept)
    keys = pairing.choose(some.fields, some.count)
    pairs = pairing.candidates(keys, some.fields)
    if weights is None:
        weights = _learned(rows, some, features, pairs, judged)
    held = scored(some, features, weights, pairs)
    clusters = group(some.count, held.left, held.right, held.odds, probability(held.odds, held.ways) >= threshold)
    if some is not rows:
        held, clusters = _with_crowds(rows, features, weights, crowd, kept, held, clusters, threshold)
    return Deduped(
        clusters,
        _pairs(held, clusters),
        known,
        ignored,
        weights,
        features,
        rows,
        [str(key) for key in keys],
        len(pairs),
    )


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


def read(table: pa.Table, columns: Mapping[str, str]) -> Rows:
    """The columns of a table as fields; where there is only a full name, first and last name are taken from it."""
    fields: dict[str, Field] = {}
    names: tuple[NDArray[np.int32], Array] | None = None
    for column, prop in columns.items():
        codes, distinct = values.normal(values.column_of(table, column))
        key = prop
        while key in fields:
            key = f"{prop}#{int(key.partition('#')[2] or 1) + 1}"
        fields[key] = values.field(codes, distinct, values.KINDS[prop])
        if key == "name":
            names = codes, distinct
    if names is not None and "firstName" not in fields and "lastName" not in fields:
        first, last = values.parts(*names)
        fields["firstName"], fields["lastName"] = values.field(*first, "name"), values.field(*last, "name")
        return Rows(fields, table.num_rows, _words_of(fields, names[1], {"firstName": first[1], "lastName": last[1]}))
    if names is None:
        return Rows(fields, table.num_rows)
    held = {
        prop: values.normal(values.column_of(table, column))[1] for column, prop in columns.items() if prop in ("firstName", "lastName")
    }
    return Rows(fields, table.num_rows, _words_of(fields, names[1], held))


def _words_of(fields: Mapping[str, Field], names: Array, held: Mapping[str, Array]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each row the numbers, among the words of the full names, of its first and its last name; -2 where it is none of them."""
    full = fields["name"]
    order = np.argsort(full.word_hash)
    known = full.word_hash[order]
    found = []
    for prop in ("firstName", "lastName"):
        if prop not in held or len(known) == 0 or len(held[prop]) == 0:
            found.append(np.full(len(full.codes), -2, np.int32))
            continue
        hashed = hash_strings(held[prop].fill_null(""))
        at = np.minimum(np.searchsorted(known, hashed), len(known) - 1)
        word = np.where(known[at] == hashed, order[at], -2).astype(np.int32)
        codes = fields[prop].codes
        found.append(np.where(codes >= 0, word[codes], np.int32(-2)))
    return found[0], found[1]


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


#: So many uncertain pairs are told at most, the most uncertain first.
TOLD = 10_000


def with_clusters(table: pa.Table, found: Deduped) -> pa.Table:
    """The table with one column more, the number of each row's cluster: 1 for that of the first row, and so on."""
    name = "cluster"
    while name in table.column_names:
        name = f"crosstie_{name}"
    _, first, number = np.unique(found.clusters, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable") + 1
    return table.append_column(name, pa.array(rank[number], pa.int64()))


def uncertain_pairs(table: pa.Table, found: Deduped) -> pa.Table:
    """The uncertain pairs for people to read: numbers of the rows (from 1, without the header), probability, whether they were put together, reasons."""
    pairs = found.uncertain().slice(0, TOLD)
    left, right, chance, together = (
        pairs.column(name).to_numpy(zero_copy_only=False) for name in ("left", "right", "probability", "together")
    )
    told = [
        " ".join(f"[{reason.nats:+.1f}] {reason.sentence}" for reason in one)
        for one in reasons(found, table, left.tolist(), right.tolist())
    ]
    return pa.table(
        {
            "left_row": pa.array(left + 1, pa.int64()),
            "right_row": pa.array(right + 1, pa.int64()),
            "probability": pa.array(np.round(chance, 4), pa.float64()),
            "together": pa.array(together),
            "reasons": pa.array(told, pa.string()),
        }
    )
