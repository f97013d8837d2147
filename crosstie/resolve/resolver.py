"""Who is who: names, keys, candidates, scores, clusters. The whole job on one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.model import schema as model
from crosstie.model.tables import CLAIM, CLUSTER, PAIR
from crosstie.resolve import records, traits
from crosstie.resolve.batches import array, batch, columns
from crosstie.resolve.blocks import blocks_of
from crosstie.resolve.candidates import every_pair, ranges
from crosstie.resolve.clusters import Held, Limits, Rulings, Seen, cluster, components
from crosstie.resolve.flat import pc, take
from crosstie.resolve.keys import keys_of
from crosstie.resolve.learn import Weights
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.pairing import CUT, PAIRED, REVIEW, SCORED, Work
from crosstie.resolve.profiles import Ints, Profiles
from crosstie.resolve.score import SHIPPED
from crosstie.resolve.twins import firsts
from crosstie.resolve.within import unseen
from crosstie.settings import Settings
from crosstie.store.engine import Engine

if TYPE_CHECKING:
    from crosstie.store.casebook import Judgement

#: In larger groups not every pair is compared once more before they are joined.
_FULLY_COMPARED = 200
#: Pairs in a range of blocks: a worker's bite.
_RANGE = 200_000
_VERDICTS = ("same", "different", "unsure")

_JUDGED = columns(l=pa.int32(), r=pa.int32(), verdict=pa.string())
_HELD = columns(entity_id=pa.string(), cluster_id=pa.string(), score=pa.float64())


def resolve(engine: Engine, judgements: Sequence[Judgement], settings: Settings, weights: Weights = SHIPPED) -> None:
    """Create `pairs` and `clusters` from `claims`, and fill `claims.canonical_id` and the ids in values of the type entity.

    Judgements win: pairs judged the same are one thing, different never, unsure not by themselves. Victims and minors take no part.
    """
    work, rulings, twin_of = prepare(engine, judgements, weights)
    _compare(engine, work, rulings, twin_of)
    _pairs(engine)
    _clusters(engine, work, rulings, twin_of, settings.match_threshold)
    _canonical(engine)


def prepare(engine: Engine, judgements: Sequence[Judgement], weights: Weights = SHIPPED) -> tuple[Work, Rulings, Ints]:
    """What comparing needs, from `claims`: the records and their blocks, what people decided, and of each record the first of its twins."""
    records.select(engine)
    records.analyse_names(engine)
    traits.collect(engine)
    profiles = load_profiles(engine)
    rulings = _rulings(profiles, judgements)
    twin_of = firsts(profiles, _alone(profiles, rulings))
    return _work(engine, profiles, twin_of, weights), rulings, twin_of


def _alone(profiles: Profiles, rulings: Rulings) -> NDArray[np.bool_]:
    """Records that are nobody's twins: people spoke of them, or their publisher keeps them apart from all others of the list."""
    alone = profiles.current & profiles.curated
    for pairs in (rulings.same, rulings.different, rulings.unsure):
        alone[pairs.ravel()] = True
    return alone


def _work(engine: Engine, profiles: Profiles, twin_of: Ints, weights: Weights) -> Work:
    fits = np.array([[model.common_schema(one, other) is not None for other in profiles.schemata] for one in profiles.schemata], np.bool_)
    fits = fits.reshape(len(profiles.schemata), len(profiles.schemata))
    blocks = blocks_of(profiles, keys_of(profiles, twin_of == np.arange(profiles.count)))
    work = Work(profiles, blocks, fits, every_pair(blocks, profiles.count), weights)
    # mapped files, not memory: other processes read them too, and what is not needed may leave memory
    return work.save(Path(mkdtemp(prefix="resolve-", dir=engine.folder)))


def _compare(engine: Engine, work: Work, rulings: Rulings, twin_of: Ints) -> None:
    """Create `judged` (l, r, verdict) and `scored` (SCORED): the pairs of the blocks worth keeping, all twins, all pairs that people judged."""
    judged = [(np.asarray(getattr(rulings, verdict)), verdict) for verdict in _VERDICTS]
    ruled = np.concatenate([pairs for pairs, _ in judged])
    verdicts = [verdict for pairs, verdict in judged for _ in range(len(pairs))]
    engine.load("judged", pa.Table.from_batches([batch(_JUDGED, ruled[:, 0], ruled[:, 1], verdicts)]))
    twins = np.flatnonzero(twin_of != np.arange(len(twin_of)))
    named = np.concatenate([ruled, np.stack([twin_of[twins], twins], axis=1)])
    engine.load("named_pairs", pa.Table.from_batches([batch(PAIRED, named[:, 0], named[:, 1])]))
    engine.load("cuts", pa.Table.from_batches([batch(CUT, *ranges(work.blocks, _RANGE).T)]))
    engine.map("scored_blocks", "select first, last, lines from cuts", work.compare_blocks, SCORED, by=("lines", "first"), rows=1)
    engine.map("scored_named", "select l, r from named_pairs", work.compare_pairs, SCORED, by=("l",), then=("r",))
    # neighbours in several large blocks, and judged pairs, are compared more than once
    engine.create(
        "scored",
        """
        select l, r, min(score) as score, max(apart) as apart, min(features) as features, min(under) as under
        from (select * from scored_blocks union all select * from scored_named) s group by l, r""",
    )


def _pairs(engine: Engine) -> None:
    listed = {
        "left_id": "a.entity_id",
        "right_id": "b.entity_id",
        "score": "s.score",
        "features": "coalesce(s.features, '{}')",
        "judgement": "j.verdict",
    }
    filled = ", ".join(f"{listed[name]} as {name}" for name in PAIR.names)
    engine.create(
        "pairs",
        f"""
        select {filled} from scored s join records a on a.idx = s.l join records b on b.idx = s.r left join judged j on j.l = s.l and j.r = s.r
        where s.score >= {REVIEW} or j.verdict is not null order by left_id, right_id""",
    )


def _clusters(engine: Engine, work: Work, rulings: Rulings, twin_of: Ints, threshold: float) -> None:
    profiles = work.profiles
    count = profiles.count
    least = float(_odds(np.array([threshold]))[0])
    seen = _seen(engine.arrow("select l, r, score, apart from scored order by l, r"))
    first = twin_of[seen.right] != seen.left
    twins = Seen(*(column[~first & (seen.odds >= least)] for column in seen))
    seen = Seen(*(column[first] for column in seen))
    strong = (seen.odds >= least) & ~seen.apart
    root = components(
        count, np.concatenate([seen.left[strong], rulings.same[:, 0]]), np.concatenate([seen.right[strong], rulings.same[:, 1]])
    )
    within = unseen(root, seen.left, seen.right, _FULLY_COMPARED)
    engine.load("within", pa.Table.from_batches([batch(PAIRED, *within)]))
    engine.map("scored_within", "select l, r from within", work.compare_pairs, SCORED, by=("l",), then=("r",))
    more = _seen(engine.arrow("select l, r, score, apart from scored_within order by l, r"))
    seen = Seen(*(np.concatenate(both) for both in zip(seen, more, strict=True)))
    inside = root[seen.left] == root[seen.right]
    held = cluster(count, Seen(*(column[inside] for column in seen)), rulings, _limits(work), least)
    engine.load("held", pa.Table.from_batches([_named(profiles, _with_twins(held, twins, count))]))
    listed = {
        "entity_id": "e.entity_id",
        "cluster_id": "coalesce(h.cluster_id, e.entity_id)",
        "dataset": "e.dataset",
        "score": "coalesce(h.score, 1.0)",
    }
    engine.create(
        "clusters",
        f"""
        select {", ".join(f"{listed[name]} as {name}" for name in CLUSTER.names)}
        from (select c.entity_id, min(c.dataset) as dataset from claims c join schema_kinds k on k."schema" = c."schema" group by c.entity_id) e
        left join held h on h.entity_id = e.entity_id order by e.entity_id""",
    )


def _seen(scored: pa.Table) -> Seen:
    odds = _odds(array(scored, "score", np.float64))
    return Seen(array(scored, "l", np.int64), array(scored, "r", np.int64), odds, array(scored, "apart", np.bool_))


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
    alone = np.setdiff1d(twins.left, held.record)
    strongest = np.full(count, -np.inf)
    np.maximum.at(strongest, twins.left, twins.odds)
    weakest[alone] = strongest[alone]
    return Held(
        np.concatenate([held.record, alone, twins.right]),
        np.concatenate([held.name, alone, name[twins.left]]),
        np.concatenate([held.weakest, weakest[alone], np.minimum(weakest[twins.left], twins.odds)]),
    )


def _named(profiles: Profiles, held: Held) -> pa.RecordBatch:
    weakest = np.where(np.isposinf(held.weakest), 1.0, 1 / (1 + np.exp(-held.weakest)))
    return batch(_HELD, *(take(profiles.ids, places).cast(pa.string()) for places in (held.record, held.name)), weakest)


def _canonical(engine: Engine) -> None:
    """Fill `canonical_id`, and let values of the type entity speak of the resolved thing (what was written stays in original_value)."""
    filled = {
        "canonical_id": "coalesce(own.cluster_id, c.entity_id)",
        "value": "coalesce(other.cluster_id, c.value)",
        "original_value": "case when other.cluster_id <> c.value then coalesce(c.original_value, c.value) else c.original_value end",
    }
    listed = ", ".join(f'{filled.get(name, f"c.{name}")} as "{name}"' for name in CLAIM.names)
    engine.create(
        "claims",
        f"""
        select {listed} from claims c left join clusters own on own.entity_id = c.entity_id
        left join clusters other on c.prop_type = 'entity' and other.entity_id = c.value""",
    )


def _rulings(profiles: Profiles, judgements: Sequence[Judgement]) -> Rulings:
    """The judgements on pairs of records that are there, the newest of each pair."""
    counted = [one for one in judgements if one.kind == "pair" and not one.revoked_at and one.right]
    named = pa.array([side for one in counted for side in (one.left, one.right)], profiles.ids.type)
    numbers = pc.index_in(named, profiles.ids).fill_null(-1).to_numpy(zero_copy_only=False).reshape(-1, 2).tolist()
    newest: dict[tuple[int, int], str] = {}
    for judgement, pair in sorted(zip(counted, numbers, strict=True), key=lambda row: (row[0].at, row[0].id)):
        if min(pair) >= 0:
            newest[min(pair), max(pair)] = judgement.verdict
    told = ([pair for pair, said in sorted(newest.items()) if said == verdict] for verdict in _VERDICTS)
    return Rulings(*(np.array(pairs, np.int64).reshape(-1, 2) for pairs in told))
