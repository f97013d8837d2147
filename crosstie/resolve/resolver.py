"""Who is who: names, keys, candidates, scores, clusters. The whole job on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie import __version__
from crosstie.model.schema import loaded_schemata
from crosstie.model.tables import CLAIM, PAIR
from crosstie.resolve import records, traits
from crosstie.resolve.batches import array, batch, columns
from crosstie.resolve.blocks import Blocks, blocks_of
from crosstie.resolve.candidates import every_pair, ranges
from crosstie.resolve.claims import BEFORE
from crosstie.resolve.clusters import Held, Rulings
from crosstie.resolve.increment.advance import Since, advance, pairs_that_stay
from crosstie.resolve.increment.describing import RENAMED
from crosstie.resolve.increment.memory import Memory, keep, recall
from crosstie.resolve.increment.pairs import Stay, all_pairs
from crosstie.resolve.increment.reblock import wanted_of
from crosstie.resolve.increment.selecting import Said, places, said_now
from crosstie.resolve.joining import join
from crosstie.resolve.keys import Keys, keys_of
from crosstie.resolve.learn import Weights
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.pairing import CUT, PAIRED, REVIEW, SCORED, Work, fits_of
from crosstie.resolve.profiles import Ints, Profiles, counted_once
from crosstie.resolve.score import SHIPPED
from crosstie.resolve.threads import in_order
from crosstie.resolve.twins import firsts
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from crosstie.store.fingerprint import fingerprint
from crosstie.store.scratch import temporary

if TYPE_CHECKING:
    from crosstie.store.casebook import Judgement

#: Pairs in a range of blocks: a worker's bite. Of an increment few pairs of a range are wanted.
_RANGE, _RANGE_OF_FEW = 200_000, 4_000_000
#: Pairs that are given their records' ids at a time.
_NAMED = 200_000
#: Where fewer claims change, and fewer than one in eight, they are changed where they are: what is changed has to fit into memory.
_FEW = 2_000_000
#: Where fewer of the records than this share are new, and none is changed or gone, nothing is kept anew: the next build begins where this one began. To
#: compare a few once more costs less than to write down all the others; of twice as many it would not.
_REMEMBERED = 0.0015
_VERDICTS = ("same", "different", "unsure")
#: What is kept of a pair that was compared more than once.
_BEST = "l, r, min(score) as score, max(apart) as apart, min(features) as features"

_JUDGED = columns(l=pa.int32(), r=pa.int32(), verdict=pa.string())


@dataclass(frozen=True, slots=True)
class Job:
    """What there is to compare: records, keys and blocks, what people decided, of each record the first of its twins, and what happened `since` the
    last build, where that is known. The work may have only those of the blocks in which there is something to compare. Without keys nothing of it is
    kept for the next build.
    """

    work: Work
    keys: Keys | None
    blocks: Blocks
    rulings: Rulings
    twin_of: Ints
    since: Since | None = None


def resolve(
    engine: Engine,
    judgements: Sequence[Judgement],
    settings: Settings,
    weights: Weights = SHIPPED,
    home: Path | None = None,
    *,
    anew: bool = False,
) -> dict[str, Any]:
    """Create `pairs` and `clusters` from `claims`, and fill `claims.canonical_id` and the ids in values of the type entity. Tells how it was done:
    `how` (whole or increment), records, `fresh` (new or changed), gone, and pairs `compared` and worth keeping.

    Judgements win: pairs judged the same are one thing, different never, unsure not by themselves. Victims and minors take no part. What is known
    at the end is kept in the folder `home`, and what was kept there spares comparing it again, unless all is to be done `anew`.
    """
    records.survey(engine)
    said = said_now(engine)
    ways = {
        "code": code(),
        "weights": fingerprint([weights.version, weights.prior, weights.levels]),
        "threshold": settings.match_threshold,
    }
    before = None if home is None or anew else recall(home, ways)
    with temporary(home or engine.folder) as folder:
        job = _advanced(engine, before, said, judgements, weights, folder, settings.threads) if before else None
        job = job or _begun(engine, judgements, weights, folder, settings.threads)
        stay = _compare(engine, job)
        _pairs(engine, job.work, stay, settings.threads)
        held = join(engine, job.work, job.rulings, job.twin_of, settings.match_threshold, stay, job.since)
        _canonical(engine)
        if home is not None and job.keys is not None:
            _memory(engine, job, job.keys, stay, held, said).save(folder, ways)
            keep(folder, home)
    return {
        "how": "increment" if job.since else "whole",
        "records": job.work.profiles.count,
        "fresh": job.since.fresh if job.since else job.work.profiles.count,
        "gone": job.since.gone if job.since else 0,
        "compared": engine.scalar("select count(*) from scored_blocks"),
    }


def prepare(engine: Engine, judgements: Sequence[Judgement], weights: Weights = SHIPPED) -> tuple[Work, Rulings, Ints]:
    """What comparing needs, from `claims`: the records and their blocks, what people decided, and of each record the first of its twins."""
    records.survey(engine)
    job = _begun(engine, judgements, weights, Path(mkdtemp(prefix="resolve-", dir=engine.folder)))
    return job.work, job.rulings, job.twin_of


def _begun(engine: Engine, judgements: Sequence[Judgement], weights: Weights, folder: Path, threads: int = 1) -> Job:
    """All records, and all their pairs."""
    records.choose(engine)
    profiles = _read(engine)
    rulings = _rulings(profiles, judgements)
    twin_of = firsts(profiles, _alone(profiles, rulings))
    profiles = counted_once(profiles, _first(twin_of))
    keys = keys_of(profiles, _first(twin_of))
    blocks = blocks_of(profiles, keys, threads)
    # mapped files, not memory: other processes read them too, and what is not needed may leave memory
    work = Work(profiles, blocks, fits_of(profiles), every_pair(blocks, profiles.count), weights).save(folder)
    return Job(work, keys, work.blocks, rulings, twin_of)


def _advanced(
    engine: Engine, before: Memory, said: Said, judgements: Sequence[Judgement], weights: Weights, folder: Path, threads: int
) -> Job | None:
    """All records, and the pairs of which the last build did not know the score; None where that is not worth it."""
    found = advance(
        engine, before, said, _read, lambda profiles: firsts(profiles, _alone(profiles, _rulings(profiles, judgements))), threads
    )
    if found is None:
        return None
    profiles, keys, blocks = found.profiles, None, found.blocks
    since = found.since
    if since.fresh >= _REMEMBERED * profiles.count or (since.now < 0).any():
        profiles, keys, blocks = profiles.save(folder / "profiles"), found.keys, blocks.save(folder / "blocks")
    few, chosen = wanted_of(blocks, found.chosen)
    # of one machine, whose threads share what is in memory
    work = Work(profiles, few, fits_of(profiles), chosen, weights)
    return Job(work, keys, blocks, _rulings(profiles, judgements), found.twin_of, since)


def _read(engine: Engine) -> Profiles:
    """The profiles of `records`, be they all or a few."""
    records.analyse_names(engine)
    traits.collect(engine)
    return load_profiles(engine)


def _first(twin_of: Ints) -> NDArray[np.bool_]:
    return np.asarray(twin_of == np.arange(len(twin_of)))


def code() -> str:
    """What tells one state of this program, of its models, of the lenses' schemata and of the libraries that shape what is compared, from another:
    what another one has found is not taken over.
    """
    return fingerprint([_program(), loaded_schemata()])


@cache
def _program() -> str:
    """The files and the libraries, as they are when a process asks first: what it has loaded does not change."""
    made = {name: version(name) for name in ("duckdb", "followthemoney", "numba", "numpy", "pyarrow", "rigour")} | {"crosstie": __version__}
    home = Path(__file__).parent.parent
    files = (
        file for room in ("model", "resolve") for file in (home / room).rglob("*") if file.is_file() and "__pycache__" not in file.parts
    )
    return fingerprint([made, {file.relative_to(home).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}])


def _memory(engine: Engine, job: Job, keys: Keys, stay: Stay, held: Held, said: Said) -> Memory:
    """What the next build may want to know."""
    prints = (
        job.since.fingerprints
        if job.since
        else array(engine.arrow("select fingerprint from records order by idx"), "fingerprint", np.int64)
    )
    pairs = all_pairs(stay, engine.arrow(f"select {', '.join(SCORED.names)} from met order by l, r"))
    ruled = np.concatenate([pairs.ravel() for pairs in (job.rulings.same, job.rulings.different, job.rulings.unsure)])
    return Memory(job.work.profiles, keys, _first(job.twin_of), job.blocks, pairs, held, ruled, prints, said)


def _alone(profiles: Profiles, rulings: Rulings) -> NDArray[np.bool_]:
    """Records that are nobody's twins: people spoke of them, or their publisher keeps them apart from all others of the list."""
    alone = profiles.current & profiles.curated
    for pairs in (rulings.same, rulings.different, rulings.unsure):
        alone[pairs.ravel()] = True
    return alone


def _compare(engine: Engine, job: Job) -> Stay:
    """Create `judged` (l, r, verdict), `met` (SCORED) with the pairs of blocks worth keeping, and `scored` (l, r, score, apart, features), which has all
    twins beside, and all pairs that people judged. What stays as it was and was not met again is in none of them.
    """
    work, twin_of = job.work, job.twin_of
    judged = [(np.asarray(getattr(job.rulings, verdict)), verdict) for verdict in _VERDICTS]
    ruled = np.concatenate([pairs for pairs, _ in judged])
    verdicts = [verdict for pairs, verdict in judged for _ in range(len(pairs))]
    engine.load("judged", pa.Table.from_batches([batch(_JUDGED, ruled[:, 0], ruled[:, 1], verdicts)]))
    twins = np.flatnonzero(~_first(twin_of))
    named = np.concatenate([ruled, np.stack([twin_of[twins], twins], axis=1)])
    engine.load("named_pairs", pa.Table.from_batches([batch(PAIRED, named[:, 0], named[:, 1])]))
    engine.load("cuts", pa.Table.from_batches([batch(CUT, *ranges(work.blocks, _RANGE_OF_FEW if job.since else _RANGE).T)]))
    engine.map("scored_blocks", "select first, last, lines from cuts", work.compare_blocks, SCORED, by=("lines", "first"), rows=1)
    engine.map("scored_named", "select l, r from named_pairs", work.compare_pairs, SCORED, by=("l",), then=("r",))
    met, stay = "scored_blocks", Stay(SCORED.empty_table())
    if job.since is not None:
        again, stay = pairs_that_stay(job.since, engine.arrow("select l, r from scored_blocks union all select l, r from named_pairs"))
        engine.load("scored_before", again)
        listed = ", ".join(SCORED.names)
        met = f"(select {listed} from scored_before union all select {listed} from scored_blocks)"
    # neighbours in several large blocks, and judged pairs, are compared more than once
    engine.create("met", f"select {_BEST}, min(under) as under from {met} s group by l, r")
    _best(engine, "scored", "met", "scored_named")
    return stay


def _best(engine: Engine, table: str, once: str, more: str) -> None:
    """Create a table of the pairs of two others, each once, at its lowest score: `once` has each pair once, `more` may have some of them again."""
    names = "l, r, score, apart, features"
    listed = ", ".join(f"o.{name}" for name in names.split(", "))
    again = f"(select distinct l, r from {more}) m on m.l = o.l and m.r = o.r"
    engine.create(
        table,
        f"""
        select {listed} from {once} o left join {again} where m.l is null
        union all
        select {_BEST} from (select {names} from {more} union all select {listed} from {once} o join {again}) s group by l, r""",
    )


def _pairs(engine: Engine, work: Work, stay: Stay, threads: int) -> None:
    """Create `pairs` (PAIR), for the review: what is not surely two things, and what people judged."""
    engine.map(
        "pairs",
        f"""
        select s.l, s.r, s.score, coalesce(s.features, '{{}}') as features, j.verdict from scored s
        left join judged j on j.l = s.l and j.r = s.r where s.score >= {REVIEW} or j.verdict is not null""",
        work.name_pairs,
        PAIR,
        rows=_NAMED,
    )
    if stay.pairs.num_rows:
        met = engine.arrow(f"select {', '.join(PAIR.names)} from pairs").cast(PAIR).to_batches()
        named = in_order(work.name_unjudged, stay.pairs.to_batches(_NAMED), threads)
        engine.load("pairs", pa.RecordBatchReader.from_batches(PAIR, chain(met, named)))


def _canonical(engine: Engine) -> None:
    """Fill `canonical_id`, and let values of the type entity speak of the resolved thing (what was written stays in original_value)."""
    # few of those that are alone are asked for: to hold them all would take more memory than there may be
    engine.create("joined", "select entity_id, cluster_id from clusters where cluster_id <> entity_id")
    spoken = "select value from claims where prop_type = 'entity'"
    engine.create("joined_spoken", f"select entity_id, cluster_id from joined where entity_id in ({spoken})")
    if engine.local and engine.has(BEFORE) and _few_renamed(engine):
        engine.amend("claims", {"canonical_id": "r.canonical_id"}, f"{RENAMED} r where r.entity_id = t.entity_id")
        written = {"value": "o.cluster_id", "original_value": "coalesce(t.original_value, t.value)"}
        engine.amend("claims", written, "joined_spoken o where t.prop_type = 'entity' and o.entity_id = t.value")
        return
    filled = {
        "canonical_id": "coalesce(own.cluster_id, c.entity_id)",
        "value": "coalesce(other.cluster_id, c.value)",
        "original_value": "case when other.cluster_id is null then c.original_value else coalesce(c.original_value, c.value) end",
    }
    listed = ", ".join(f'{filled.get(name, f"c.{name}")} as "{name}"' for name in CLAIM.names)
    engine.create(
        "claims",
        f"""
        select {listed} from claims c left join joined own on own.entity_id = c.entity_id
        left join joined_spoken other on c.prop_type = 'entity' and other.entity_id = c.value""",
    )


def _few_renamed(engine: Engine) -> bool:
    """Create RENAMED (entity_id, canonical_id): who is no longer what the last build made of it. Whether so few claims change that it pays to change
    them where they are.
    """
    engine.create(
        RENAMED,
        f"""
        select entity_id, cluster_id as canonical_id from (select entity_id, cluster_id from joined except select entity_id, cluster_id from {BEFORE}) n
        union all select b.entity_id, b.entity_id as canonical_id from {BEFORE} b left join joined n on n.entity_id = b.entity_id
        where n.entity_id is null and b.cluster_id <> b.entity_id""",
    )
    renamed = f"select count(*) from claims c join {RENAMED} r on r.entity_id = c.entity_id"
    spoken = "select count(*) from claims c join joined_spoken o on o.entity_id = c.value where c.prop_type = 'entity'"
    changed = sum(int(engine.scalar(query)) for query in (renamed, spoken))
    return changed < min(_FEW, int(engine.scalar("select count(*) from claims")) // 8)


def _rulings(profiles: Profiles, judgements: Sequence[Judgement]) -> Rulings:
    """The judgements on pairs of records that are there, the newest of each pair."""
    counted = [one for one in judgements if one.kind == "pair" and not one.revoked_at and one.right]
    named = pa.array([side for one in counted for side in (one.left, one.right)], profiles.ids.type)
    place, there = places(profiles.ids, named)
    numbers = np.where(there, place, -1).reshape(-1, 2).tolist()
    newest: dict[tuple[int, int], str] = {}
    for judgement, pair in sorted(zip(counted, numbers, strict=True), key=lambda row: (row[0].at, row[0].id)):
        if min(pair) >= 0:
            newest[min(pair), max(pair)] = judgement.verdict
    told = ([pair for pair, said in sorted(newest.items()) if said == verdict] for verdict in _VERDICTS)
    return Rulings(*(np.array(pairs, np.int64).reshape(-1, 2) for pairs in told))
