"""From compared pairs to clusters: groups that hang together, all pairs inside them compared, joined by the evidence; and the table of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.model.tables import CLUSTER
from crosstie.resolve.batches import array, batch
from crosstie.resolve.clusters import Held, Limits, Rulings, Seen, cluster, components
from crosstie.resolve.flat import take, whole
from crosstie.resolve.increment.pairs import Stay
from crosstie.resolve.pairing import PAIRED, SCORED, Work
from crosstie.resolve.profiles import Profiles
from crosstie.resolve.within import unseen
from crosstie.store.engine import Engine

if TYPE_CHECKING:
    from crosstie.resolve.increment.advance import Since

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: In larger groups not every pair is compared once more before they are joined.
_FULLY_COMPARED = 200

#: Records written to the table at a time.
_ROWS = 250_000


class _Group(NamedTuple):
    """Some of the records, with what was seen and ruled of them, numbered among themselves."""

    records: Ints
    seen: Seen
    rulings: Rulings
    limits: Limits


def join(engine: Engine, work: Work, rulings: Rulings, twin_of: Ints, threshold: float, stay: Stay, since: Since | None) -> Held:
    """Create `clusters` from `scored` and the pairs that stay; the records that are not alone, without the twins. Groups in which nothing changed `since`
    are not looked at.
    """
    count = work.profiles.count
    least = float(_odds(np.array([threshold]))[0])
    seen = _both(_seen(engine.arrow("select l, r, score, apart from scored")), _seen(stay.pairs))
    first = twin_of[seen.right] != seen.left
    twins = _some(seen, ~first & (seen.odds >= least))
    seen = _some(seen, first)
    strong = (seen.odds >= least) & ~seen.apart
    root = components(
        count, np.concatenate([seen.left[strong], rulings.same[:, 0]]), np.concatenate([seen.right[strong], rulings.same[:, 1]])
    )
    open_groups = np.ones(count, np.bool_)
    if since is not None:
        open_groups = opened(root, work.chosen.marks, _changed(engine, rulings, since))
    inside = (root[seen.left] == root[seen.right]) & open_groups[root[seen.left]]
    seen = _some(seen, inside)
    seen = _both(seen, _within(engine, work, root, seen))
    group = _grouped(count, seen, rulings, _limits(work), open_groups[root])
    found = cluster(len(group.records), group.seen, group.rulings, group.limits, least)
    held = Held(group.records[found.record], group.records[found.name], found.weakest)
    if since is not None:
        held = _with_those_that_stay(held, since, open_groups[root])
    _tabulate(engine, work.profiles, _with_twins(held, twins, count))
    return held


def opened(root: Ints, marks: NDArray[np.uint8], changed: Ints) -> Bools:
    """Of which groups (by their roots) something may be another than it was: some record has changed; or two have a mark in common (see `Chosen`), for
    they may be compared once more inside the group, though no key brings them together.
    """
    found = np.zeros(len(root), np.bool_)
    found[root[changed]] = True
    for bit in range(8):
        marked = root[np.flatnonzero(marks & np.uint8(1 << bit))]
        groups, size = np.unique(marked, return_counts=True)
        found[groups[size > 1]] = True
    return found


def _changed(engine: Engine, rulings: Rulings, since: Since) -> Ints:
    """The records that are new, or of which a pair was compared, is gone, or was or is ruled on."""
    met = engine.arrow("select l, r from scored_blocks")
    told = [array(met, side, np.int64) for side in ("l", "r")]
    return np.concatenate([np.flatnonzero(since.changed), *told, rulings.same.ravel(), rulings.different.ravel(), rulings.unsure.ravel()])


def _within(engine: Engine, work: Work, root: Ints, seen: Seen) -> Seen:
    """The pairs of the groups that nobody has compared yet."""
    touched = np.full(len(root), -1, np.int64)
    touched[np.unique(root[seen.left])] = 0
    alone = np.arange(len(root))
    one, other = unseen(np.where(touched[root] == 0, root, alone), seen.left, seen.right, _FULLY_COMPARED)
    engine.load("within", pa.Table.from_batches([batch(PAIRED, one, other)]))
    engine.map("scored_within", "select l, r from within", work.compare_pairs, SCORED, by=("l",), then=("r",))
    return _seen(engine.arrow("select l, r, score, apart from scored_within order by l, r"))


def _grouped(count: int, seen: Seen, rulings: Rulings, limits: Limits, chosen: Bools) -> _Group:
    """The chosen records by themselves. Whoever is ruled on is among them."""
    records = np.flatnonzero(chosen)
    if len(records) == count:
        return _Group(records, seen, rulings, limits)
    number = np.cumsum(chosen) - 1
    inner = Seen(number[seen.left], number[seen.right], seen.odds, seen.apart)
    told = Rulings(*(number[pairs] for pairs in (rulings.same, rulings.different, rulings.unsure)))
    return _Group(records, inner, told, Limits(limits.side[records], limits.kinds[records], limits.clash))


def _with_those_that_stay(held: Held, since: Since, looked_at: Bools) -> Held:
    before = since.before.held
    record, name = since.now[before.record], since.now[before.name]
    stays = record >= 0
    stays[stays] = ~looked_at[record[stays]]
    return Held(
        np.concatenate([record[stays], held.record]),
        np.concatenate([name[stays], held.name]),
        np.concatenate([before.weakest[stays], held.weakest]),
    )


def _tabulate(engine: Engine, profiles: Profiles, held: Held) -> None:
    """Create `clusters` (CLUSTER): whoever is alone, and who is never matched, is a thing by itself."""
    shielded = engine.arrow("select entity_id, dataset from shielded")
    ids, lists = (whole(shielded.column(name)).cast(pa.string()) for name in ("entity_id", "dataset"))
    rows = chain(_rows(profiles, held), [batch(CLUSTER, ids, ids, lists, np.ones(shielded.num_rows))])
    engine.load("clusters", pa.RecordBatchReader.from_batches(CLUSTER, rows))


def _rows(profiles: Profiles, held: Held) -> Iterator[pa.RecordBatch]:
    name, score = np.arange(profiles.count), np.ones(profiles.count)
    name[held.record] = held.name
    score[held.record] = np.where(np.isposinf(held.weakest), 1.0, 1 / (1 + np.exp(-held.weakest)))
    ids = profiles.ids.cast(pa.string())
    lists = pa.array(profiles.lists, pa.string())
    for begin in range(0, profiles.count, _ROWS):
        some = slice(begin, begin + _ROWS)
        yield batch(CLUSTER, ids[some], take(ids, name[some]), take(lists, profiles.datasets[some]), score[some])


def _seen(scored: pa.Table) -> Seen:
    odds = _odds(array(scored, "score", np.float64))
    return Seen(array(scored, "l", np.int64), array(scored, "r", np.int64), odds, array(scored, "apart", np.bool_))


def _both(seen: Seen, more: Seen) -> Seen:
    return Seen(*(np.concatenate(both) for both in zip(seen, more, strict=True)))


def _some(seen: Seen, chosen: Bools) -> Seen:
    return Seen(seen.left[chosen], seen.right[chosen], seen.odds[chosen], seen.apart[chosen])


def _odds(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities as natural log-odds."""
    inner = np.clip(score, 1e-14, 1 - 1e-14)
    return np.log(inner / (1 - inner))


def _limits(work: Work) -> Limits:
    """Records of one curated list, and schemata that do not fit, are apart where nobody compared them. Schemata that fit the same ones are one kind."""
    profiles = work.profiles
    side = np.where(profiles.current & profiles.curated, profiles.datasets, -1).astype(np.int32)
    kinds, kind_of = np.unique(work.fits, axis=0, return_inverse=True)
    clash = np.zeros(max(1, len(kinds)), np.uint64)
    for one, other in np.argwhere(~work.fits):
        clash[kind_of[one]] |= np.uint64(1) << np.uint64(kind_of[other])
    return Limits(side, kind_of.astype(np.uint8)[profiles.schema_codes], clash)


def _with_twins(held: Held, twins: Seen, count: int) -> Held:
    """The records with their twins: where the first one is, there they are too, if the two are tied."""
    name, weakest = np.arange(count), np.full(count, np.inf)
    name[held.record], weakest[held.record] = held.name, held.weakest
    first = np.zeros(count, np.bool_)
    first[twins.left] = True
    first[held.record] = False
    alone = np.flatnonzero(first)
    strongest = np.full(count, -np.inf)
    np.maximum.at(strongest, twins.left, twins.odds)
    weakest[alone] = strongest[alone]
    return Held(
        np.concatenate([held.record, alone, twins.right]),
        np.concatenate([held.name, alone, name[twins.left]]),
        np.concatenate([held.weakest, weakest[alone], np.minimum(weakest[twins.left], twins.odds)]),
    )
