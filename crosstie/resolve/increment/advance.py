"""From what the last build knew and what is new to what has to be compared: the whole job on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve.batches import array
from crosstie.resolve.blocks import Blocks
from crosstie.resolve.candidates import Chosen
from crosstie.resolve.flat import Array, whole
from crosstie.resolve.increment.changes import AGAIN, marks_of, perhaps_rekeyed, settle
from crosstie.resolve.increment.memory import Memory
from crosstie.resolve.increment.reblock import reblock, rekey
from crosstie.resolve.increment.splice import Ints, moved, splice
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


def advance(engine: Engine, before: Memory, read: Callable[[Engine], Profiles], twins_of: Callable[[Profiles], Ints]) -> Advanced | None:
    """What there is to compare of `records`; None where so much is new that all of it had better be. `read` gives the profiles of the few records in
    `records`, `twins_of` tells of each record the first of its twins, which alone has keys.
    """
    told = engine.arrow("select entity_id, fingerprint from records order by idx")
    source, known = _source(before, whole(told.column("entity_id")), array(told, "fingerprint", np.int64))
    new, gone = int((source < 0).sum()), before.profiles.count - known
    if new + gone > MOST * before.profiles.count or steps(before.profiles.count) != steps(len(source)):
        return None
    old = before.profiles
    profiles, spliced = splice(old, _fresh(engine, np.flatnonzero(source < 0), read), source)
    now = moved(source, old.count)
    twin_of = twins_of(profiles)
    wanted = np.asarray(twin_of == np.arange(len(twin_of)))
    profiles = counted_once(profiles, wanted)
    keys, families, same = rekey(old, profiles, before.keys, source, perhaps_rekeyed(old, profiles, spliced), before.had, wanted)
    blocks, of_blocks, of_lines, stood, calm = reblock(profiles, keys, families, before.blocks, now, same)
    marks = marks_of(old, profiles, spliced)
    pairs = tuple(array(before.pairs, column, np.int64) for column in ("l", "r", "under"))
    settled = settle((pairs[0], pairs[1], pairs[2]), now, marks, families, blocks, profiles, fits_of(profiles))
    marks[settled.again] |= np.uint8(AGAIN)
    changed = source < 0
    for side in (now[pairs[0][~settled.stays]], now[pairs[1][~settled.stays]], now[before.ruled]):
        changed[side[side >= 0]] = True
    number = np.maximum(source, -1).astype(np.int32)
    chosen = Chosen(of_blocks, of_lines, calm, marks, stood, same, number, before.blocks.own_start, before.blocks.own)
    since = Since(before, now, settled.stays, settled.under, changed, new, gone)
    return Advanced(profiles, keys, twin_of, blocks, chosen, since)


def pairs_that_stay(since: Since) -> pa.Table:
    """The pairs that are not compared again, in the numbers of now."""
    pairs = since.before.pairs
    kept = pairs.set_column(pairs.schema.get_field_index("under"), "under", pa.array(since.under)).filter(pa.array(since.stays))
    for place, side in enumerate(("l", "r")):
        kept = kept.set_column(place, side, pa.array(since.now[array(kept, side, np.int64)], pa.int32()))
    return kept


def _fresh(engine: Engine, numbers: Ints, read: Callable[[Engine], Profiles]) -> Profiles:
    """The profiles of some of the records, by their numbers; `records` is afterwards as it was."""
    engine.create("every_record", "select * from records")
    engine.load("fresh_records", pa.table({"idx": pa.array(numbers, pa.int32())}))
    engine.create(
        "records",
        """
        select cast(row_number() over (order by e.idx) - 1 as integer) as idx, e.entity_id, e.dataset, e."schema", e.kind, e.current, e.curated,
            e.fingerprint
        from every_record e join fresh_records f on f.idx = e.idx""",
    )
    found = read(engine)
    engine.create("records", "select * from every_record")
    return found


def _source(before: Memory, ids: Array, fingerprints: Ints) -> tuple[Ints, int]:
    """Of each record its number in the last build, if it was there and says the same; `~n` for the n-th of the others. And how many were there."""
    place = _matched(*_bytes(before.profiles.ids), *_bytes(ids))
    there = place >= 0
    same = there.copy()
    same[there] = before.fingerprints[place[there]] == fingerprints[there]
    return np.where(same, place, ~(np.cumsum(~same) - 1)), int(there.sum())


def _bytes(texts: Array) -> tuple[Ints, NDArray[np.uint8]]:
    large = texts.cast(pa.large_string())
    _, offsets, data = large.buffers()
    start = np.frombuffer(memoryview(offsets or bytes(8)), np.int64)[large.offset : large.offset + len(large) + 1]
    return (start if len(large) else np.zeros(1, np.int64)), np.frombuffer(memoryview(data or b""), np.uint8)


@njit(cache=True, nogil=True)
def _matched(old_start: Any, old: Any, start: Any, new: Any) -> Any:
    """Of each of the new texts its place among the old ones, or -1; both ascend."""
    found = np.full(len(start) - 1, -1)
    at = 0
    for i in range(len(found)):
        while at < len(old_start) - 1:
            order = _compared(old, old_start[at], old_start[at + 1], new, start[i], start[i + 1])
            if order == 0:
                found[i] = at
            if order > 0:
                break
            at += 1
    return found


@njit(cache=True, nogil=True)
def _compared(a: Any, a0: int, a1: int, b: Any, b0: int, b1: int) -> int:
    for k in range(min(a1 - a0, b1 - b0)):
        if a[a0 + k] != b[b0 + k]:
            return 1 if a[a0 + k] > b[b0 + k] else -1
    return (a1 - a0) - (b1 - b0)
