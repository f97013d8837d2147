"""Who is who: names, keys, candidates, scores, clusters. The whole job on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa

from crosstie.model import schema as model
from crosstie.model.tables import CLAIM, CLUSTER, PAIR
from crosstie.resolve import keys, records, traits
from crosstie.resolve.batches import array, batch, columns, rows, values
from crosstie.resolve.clusters import Rulings, Tie, cluster, components, holds
from crosstie.resolve.features import NUMBER, Pairs
from crosstie.resolve.loading import load_profiles
from crosstie.resolve.profiles import Ints, Profiles
from crosstie.resolve.score import Scored, score
from crosstie.settings import Settings
from crosstie.store.engine import Engine

if TYPE_CHECKING:
    from crosstie.store.casebook import Judgement

#: Pairs below this score are not kept for review.
REVIEW = 0.2
#: In larger groups not every pair is compared once more before they are joined.
_FULLY_COMPARED = 200
_BATCH = 50_000
#: Evidence beside the names, in nats, from which on two records contradict each other.
_CONTRADICTION = -3.5

_JUDGED = columns(l=pa.int32(), r=pa.int32(), verdict=pa.string())
_SCORED = columns(l=pa.int32(), r=pa.int32(), score=pa.float64(), apart=pa.bool_(), features=pa.string())
_FIT = columns(l=pa.string(), r=pa.string())
_HELD = columns(entity_id=pa.string(), cluster_id=pa.string(), score=pa.float64())


def resolve(engine: Engine, judgements: Sequence[Judgement], settings: Settings) -> None:
    """Create `pairs` and `clusters` from `claims`, and fill `claims.canonical_id` and the ids in values of the type entity.

    Judgements win: pairs judged the same are one thing, different never, unsure not by themselves. Victims and minors take no part.
    """
    records.select(engine)
    records.analyse_names(engine)
    traits.collect(engine)
    engine.map("schema_fits", 'select distinct "schema" from records', _fits, _FIT)
    keys.candidates(engine)
    profiles = load_profiles(engine)
    rulings = _rulings(profiles, judgements)
    _judged(engine, rulings)
    engine.map("scored", "select l, r from to_score order by l, r", lambda batches: _score(profiles, batches), _SCORED)
    _pairs(engine)
    _clusters(engine, profiles, rulings, settings.match_threshold)
    _canonical(engine)


def _judged(engine: Engine, rulings: Rulings) -> None:
    """Create `to_score`: the candidates and the pairs that people judged, with the judgement."""
    ruled = [(*pair, verdict) for verdict in ("same", "different", "unsure") for pair in sorted(getattr(rulings, verdict))]
    engine.load("judged", pa.Table.from_batches([batch(_JUDGED, *([row[place] for row in ruled] for place in range(3)))]))
    engine.create("to_score", "select l, r from candidates union select l, r from judged")


def _score(profiles: Profiles, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for given in batches:
        left, right = array(given, "l", np.int64), array(given, "r", np.int64)
        scored = score(Pairs(profiles, left, right))
        features = np.full(len(left), None, object)
        kept = np.flatnonzero(scored.probability >= REVIEW)
        features[kept] = contributions_json(scored, kept)
        yield batch(_SCORED, given.column(0), given.column(1), scored.probability, kept_apart(scored), features)


def contributions_json(scored: Scored, rows: Ints) -> list[str]:
    """For each of these pairs what each feature contributed, in nats, as JSON; what contributed nothing is left out."""
    rounded = {name: np.round(values[rows], 3).tolist() for name, values in scored.contributions.items()}
    return [orjson.dumps({name: values[place] for name, values in rounded.items() if values[place]}).decode() for place in range(len(rows))]


def kept_apart(scored: Scored) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether the two cannot be one thing whatever others say: current records of one list, unless an identifier and the names agree; or evidence
    beside the names that contradicts.
    """
    pairs, profiles = scored.pairs, scored.pairs.profiles
    identified = scored.outcomes["identifier"].level > 0
    current = profiles.current[pairs.left] & profiles.current[pairs.right]
    named_alike = (scored.contributions["name"] > 0) | (pairs.kinds == NUMBER)
    one_list = (profiles.datasets[pairs.left] == profiles.datasets[pairs.right]) & current & ~(identified & named_alike)
    beside = sum((values for name, values in scored.contributions.items() if name != "name"), np.zeros(pairs.count))
    return np.asarray(one_list | ((beside <= _CONTRADICTION) & ~identified))


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


def _clusters(engine: Engine, profiles: Profiles, rulings: Rulings, threshold: float) -> None:
    strong = engine.arrow(f"select l, r, score from scored where score >= {threshold} order by l, r")
    ties = [Tie(*row) for row in rows(strong)]
    found = holds(cluster(ties, rulings, _apart(engine, profiles, ties, rulings)), min)
    ids = profiles.ids.to_pylist()
    held = [(ids[record], ids[name], weakest) for record, (name, weakest) in sorted(found.items())]
    engine.load("held", pa.Table.from_batches([batch(_HELD, *([row[place] for row in held] for place in range(3)))]))
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


def _apart(engine: Engine, profiles: Profiles, ties: list[Tie], rulings: Rulings) -> Callable[[int, int], bool]:
    """Tells of two records of a group that the ties would join whether they cannot be one thing.

    Every two of a group are compared once more. Groups too large for that are likelier a mistake than a person: in them, two current records of
    one list are apart whatever they share, and so are pairs that were compared before and contradict each other.
    """
    groups = components([*ties, *(Tie(left, right, 1.0) for left, right in rulings.same)])
    whole = [pair for group in groups if len(group) <= _FULLY_COMPARED for pair in combinations(group, 2)]
    large = {record for group in groups if len(group) > _FULLY_COMPARED for record in group}
    found: set[tuple[int, int]] = set()
    if large:
        found.update(pair for pair in rows(engine.arrow("select l, r from scored where apart"), "l", "r") if large.issuperset(pair))
    for start in range(0, len(whole), _BATCH):
        left, right = (np.array(side, np.int64) for side in zip(*whole[start : start + _BATCH], strict=True))
        apart = kept_apart(score(Pairs(profiles, left, right)))
        found.update(zip(left[apart].tolist(), right[apart].tolist(), strict=True))

    def apart_from(one: int, other: int) -> bool:
        if model.common_schema(profiles.schemata[profiles.schema_codes[one]], profiles.schemata[profiles.schema_codes[other]]) is None:
            return True
        if one in large and profiles.datasets[one] == profiles.datasets[other] and profiles.current[one] and profiles.current[other]:
            return True
        return (one, other) in found or (other, one) in found

    return apart_from


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
    numbers = {entity_id: number for number, entity_id in enumerate(profiles.ids.to_pylist())}
    newest: dict[tuple[int, int], str] = {}
    for judgement in sorted(judgements, key=lambda judgement: (judgement.at, judgement.id)):
        if judgement.kind != "pair" or judgement.revoked_at or judgement.left not in numbers or judgement.right not in numbers:
            continue
        left, right = sorted((numbers[judgement.left], numbers[judgement.right]))
        newest[left, right] = judgement.verdict
    return Rulings(*(frozenset(pair for pair, said in newest.items() if said == verdict) for verdict in ("same", "different", "unsure")))


def _fits(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Every two schemata that fit together, both ways round."""
    names = sorted({name for given in batches for name in values(given, 0)})
    fitting = [(one, other) for one in names for other in names if model.common_schema(one, other)]
    yield batch(_FIT, *([row[place] for row in fitting] for place in (0, 1)))
