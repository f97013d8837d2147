"""From what the last build knew and what is new to what has to be compared: the whole job on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.batches import array
from crosstie.resolve.blocks import Blocks
from crosstie.resolve.candidates import Chosen
from crosstie.resolve.increment.changes import AGAIN, marks_of, perhaps_rekeyed, settle
from crosstie.resolve.increment.memory import Memory
from crosstie.resolve.increment.pairs import Stay, packed
from crosstie.resolve.increment.reblock import reblock, rekey
from crosstie.resolve.increment.selecting import Said, select_again
from crosstie.resolve.increment.splice import Ints, moved, rows, splice
from crosstie.resolve.keys import Keys
from crosstie.resolve.pairing import fits_of
from crosstie.resolve.profiles import Profiles, counted_once
from crosstie.resolve.rarity import steps
from crosstie.store.engine import Engine

Bools = NDArray[np.bool_]

#: Where more of the records are new, changed or gone than this share, everything is compared.
MOST = 0.2


class Since(NamedTuple):
    """What has happened since the last build: where its records are `now` (-1: gone), which of its pairs stay as they are (`under` this key), and which
    of the records now are `changed`: new, or without a pair that they had. `fresh` and `gone` say how many records are new or changed, and how many
    are no more.
    """

    before: Memory
    now: Ints
    stays: Bools
    under: Ints
    changed: Bools
    fingerprints: Ints
    fresh: int
    gone: int


class Advanced(NamedTuple):
    """The records with their keys and blocks, of each the first of its twins, and which pairs are to be compared."""

    profiles: Profiles
    keys: Keys
    twin_of: Ints
    blocks: Blocks
    chosen: Chosen
    since: Since


def advance(
    engine: Engine, before: Memory, said: Said, read: Callable[[Engine], Profiles], twins_of: Callable[[Profiles], Ints], threads: int = 1
) -> Advanced | None:
    """What there is to compare; None where so much is new that all of it had better be. `said` is what `records.survey` found, `read` gives the profiles
    of the few records in `records`, `twins_of` tells of each record the first of its twins, which alone has keys.
    """
    old = before.profiles
    source, fingerprints, gone = select_again(engine, old, before.fingerprints, before.said, said)
    new = len(fingerprints)
    if new + gone > MOST * old.count or steps(old.count) != steps(len(source)):
        return None
    profiles, spliced = splice(old, read(engine), source, threads)
    now = moved(source, old.count)
    twin_of = twins_of(profiles)
    wanted = np.asarray(twin_of == np.arange(len(twin_of)))
    profiles = counted_once(profiles, wanted)
    keys, families, same = rekey(old, profiles, before.keys, source, perhaps_rekeyed(old, profiles, spliced), before.had, wanted)
    blocks, of_blocks, of_lines, stood, calm = reblock(profiles, keys, families, before.blocks, source, same, threads)
    marks = marks_of(old, profiles, spliced)
    pairs = tuple(array(before.pairs, column, np.int64) for column in ("l", "r", "under"))
    settled = settle((pairs[0], pairs[1], pairs[2]), now, marks, families, blocks, profiles, fits_of(profiles))
    marks[settled.again] |= np.uint8(AGAIN)
    changed = source < 0
    for side in (now[pairs[0][~settled.stays]], now[pairs[1][~settled.stays]], now[before.ruled]):
        changed[side[side >= 0]] = True
    number = np.maximum(source, -1).astype(np.int32)
    chosen = Chosen(of_blocks, of_lines, calm, marks, stood, same, number, before.blocks.own_start, before.blocks.own)
    since = Since(before, now, settled.stays, settled.under, changed, rows(source, before.fingerprints, fingerprints), new, gone)
    return Advanced(profiles, keys, twin_of, blocks, chosen, since)


def pairs_that_stay(since: Since, met: pa.Table) -> tuple[pa.Table, Stay]:
    """The pairs that are not compared again, in the numbers of now: those that were `met` (l, r) all the same, and the others."""
    pairs = since.before.pairs
    places = np.flatnonzero(since.stays)
    left, right = (since.now[array(pairs, side, np.int64)[places]] for side in ("l", "r"))
    ids = (left << 32) | right
    # records keep their order, and so do their pairs
    wanted = np.unique(packed(met))
    found = np.searchsorted(ids, wanted)
    found = found[np.append(ids, -1)[found] == wanted]
    told = {"l": left, "r": right, "under": since.under[places]}
    alone = np.ones(len(places), np.bool_)
    alone[found] = False
    kept = since.stays.copy()
    kept[places[found]] = False

    def renumbered(rows: pa.Table, some: Ints | Bools) -> pa.Table:
        for name, values in told.items():
            at = rows.schema.get_field_index(name)
            rows = rows.set_column(at, name, pa.array(values[some], rows.schema.field(name).type))
        return rows

    return renumbered(pairs.take(pa.array(places[found])), found), Stay(renumbered(pairs.filter(pa.array(kept)), alone))
