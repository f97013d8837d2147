"""Pairs are made, compared and mostly forgotten, one range of blocks after the other: what a build keeps of a pair is its score and why.

`Work` holds what comparing needs. As it maps a folder that all workers see, it travels to them as a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.model import schema as model
from crosstie.model.tables import PAIR
from crosstie.resolve.batches import array, batch, columns
from crosstie.resolve.blocks import Blocks
from crosstie.resolve.candidates import Chosen, pairs_of
from crosstie.resolve.features import NUMBER, Pairs
from crosstie.resolve.flat import Array, open_arrays, pc, save_arrays, take
from crosstie.resolve.learn import Weights
from crosstie.resolve.profiles import Ints, Profiles, open_profiles
from crosstie.resolve.score import SHIPPED, Scored, score

#: Pairs below this score are not kept for review.
REVIEW = 0.2
#: Evidence beside the names, in nats, from which on two records contradict each other.
_CONTRADICTION = -3.5
#: Pairs compared at a time.
_PAIRS = 65_536

WEIGHTS_FILE = "weights.json"

#: `under`: the key that the two share, as `pairs_of` tells it.
SCORED = columns(l=pa.int32(), r=pa.int32(), score=pa.float64(), apart=pa.bool_(), features=pa.string(), under=pa.int64())
CUT = columns(first=pa.int64(), last=pa.int64(), lines=pa.int64())
PAIRED = columns(l=pa.int32(), r=pa.int32())


@dataclass(frozen=True, slots=True)
class Work:
    """The records, their blocks, which schemata fit together, which of the pairs are wanted, and what the features weigh."""

    profiles: Profiles
    blocks: Blocks
    fits: NDArray[np.bool_]
    chosen: Chosen
    weights: Weights = SHIPPED
    folder: Path | None = None

    def save(self, folder: Path) -> Work:
        """The same, mapped from files in a folder."""
        self.profiles.save(folder / "profiles")
        self.blocks.save(folder / "blocks")
        save_arrays(folder / "chosen", self.chosen)
        np.save(folder / "fits.npy", self.fits, allow_pickle=False)
        self.weights.save(folder / WEIGHTS_FILE)
        return open_work(folder)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is not None:
            return open_work, (self.folder,)
        return Work, (self.profiles, self.blocks, self.fits, self.chosen, self.weights)

    def compare_blocks(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """A verb for `map`: ranges of blocks (CUT) to the pairs in them (SCORED) that are worth keeping."""
        for given in batches:
            for cut in zip(*(array(given, name, np.int64).tolist() for name in CUT.names), strict=True):
                left, right, under = pairs_of(self.blocks, self.profiles, self.fits, self.chosen, cut)
                for begin in range(0, len(left), _PAIRS):
                    part = slice(begin, begin + _PAIRS)
                    yield self._compared(left[part], right[part], under[part], REVIEW)

    def compare_pairs(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """A verb for `map`: pairs (PAIRED) to the same pairs compared (SCORED)."""
        for given in batches:
            left, right = array(given, "l", np.int64), array(given, "r", np.int64)
            yield self._compared(left, right, np.zeros(len(left), np.int64), 0.0)

    def name_pairs(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """A verb for `map`: pairs in the numbers of records, with all else that PAIR has, to PAIR."""
        for given in batches:
            left, right = (take(self.profiles.ids, array(given, side, np.int64)).cast(pa.string()) for side in ("l", "r"))
            yield batch(PAIR, left, right, *(given.column(name) for name in ("score", "features", "verdict")))

    def name_unjudged(self, given: pa.RecordBatch) -> pa.RecordBatch:
        """The same of one batch of SCORED that nobody judged."""
        nothing = pa.nulls(given.num_rows, PAIR.field("judgement").type)
        told = given.append_column("verdict", nothing)
        return next(self.name_pairs(iter([told])))

    def _compared(self, left: Ints, right: Ints, under: Ints, least: float) -> pa.RecordBatch:
        scored = score(Pairs(self.profiles, left, right), self.weights)
        kept = np.flatnonzero(scored.probability >= least)
        told = np.flatnonzero(scored.probability[kept] >= REVIEW)
        features = contributions_json(scored, kept[told])
        if len(told) < len(kept):
            place = np.full(len(kept), -1)
            place[told] = np.arange(len(told))
            features = take(features, pa.array(place, mask=place < 0))
        apart = kept_apart(scored)[kept]
        return batch(SCORED, left[kept], right[kept], scored.probability[kept], apart, features, under[kept])


def fits_of(profiles: Profiles) -> NDArray[np.bool_]:
    """Which schemata go together."""
    fits = np.array([[model.common_schema(one, other) is not None for other in profiles.schemata] for one in profiles.schemata], np.bool_)
    return fits.reshape(len(profiles.schemata), len(profiles.schemata))


def open_work(folder: Path) -> Work:
    """What `Work.save` wrote, mapped into memory."""
    fits = np.load(folder / "fits.npy", allow_pickle=False)
    blocks, chosen = Blocks(*open_arrays(folder / "blocks", Blocks)), Chosen(*open_arrays(folder / "chosen", Chosen))
    return Work(open_profiles(folder / "profiles"), blocks, fits, chosen, Weights.load(folder / WEIGHTS_FILE), folder)


def contributions_json(scored: Scored, rows: Ints) -> Array:
    """For each of these pairs what each feature contributed, in nats, as JSON; what contributed nothing is left out."""
    parts = []
    for name, values in scored.contributions.items():
        distinct, place = np.unique(np.round(values[rows], 3) + 0.0, return_inverse=True)
        written = pa.array([f'"{name}":{orjson.dumps(value).decode()},' if value else "" for value in distinct.tolist()], pa.string())
        parts.append(take(written, place))
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, ""), ",")
    wrapped: Array = pc.binary_join_element_wise("{", joined, "}", "")
    return wrapped


def kept_apart(scored: Scored) -> NDArray[np.bool_]:
    """Whether the two cannot be one thing whatever others say: current records of one curated list, unless an identifier and the names agree; or
    evidence beside the names that contradicts.
    """
    pairs, profiles = scored.pairs, scored.pairs.profiles
    identified = scored.outcomes["identifier"].level > 0
    curated = profiles.current & profiles.curated
    named_alike = (scored.contributions["name"] > 0) | (pairs.kinds == NUMBER)
    one_list = (profiles.datasets[pairs.left] == profiles.datasets[pairs.right]) & curated[pairs.left] & curated[pairs.right]
    beside = sum((values for name, values in scored.contributions.items() if name != "name"), np.zeros(pairs.count))
    return np.asarray((one_list & ~(identified & named_alike)) | ((beside <= _CONTRADICTION) & ~identified))
