"""Which records are new, changed or gone since the last build. Where sources were only added, only what those speak of is looked at."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from crosstie.resolve import records
from crosstie.resolve.batches import array, values
from crosstie.resolve.flat import Array, pc, whole
from crosstie.resolve.increment.splice import Ints
from crosstie.resolve.profiles import Profiles
from crosstie.store.engine import Engine

_TABLES = {
    "sources": "select * from sources order by source_id",
    "claimed": "select source_id, dataset, count(*) as claims from claims group by source_id, dataset order by source_id, dataset",
    "props": "select prop, prop_type from props_said order by prop, prop_type",
    "citations": "select entity_id, value from citations order by entity_id, value",
    "protected": "select entity_id from protected order by entity_id",
}


class Said(NamedTuple):
    """What a build knows of all claims: its sources, how many claims each has in each dataset, the properties with their types, who is cited by which
    number, and who is protected.
    """

    sources: pa.Table
    claimed: pa.Table
    props: pa.Table
    citations: pa.Table
    protected: pa.Table

    def save(self, folder: Path) -> None:
        """Write to a folder, each table as an Arrow file."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, held in zip(self._fields, self, strict=True):
            with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, held.schema) as out:
                out.write_table(held)


def open_said(folder: Path) -> Said:
    """What `Said.save` wrote."""
    found = []
    for name in Said._fields:
        with pa.memory_map(str(folder / f"{name}.arrow")) as source:
            found.append(pa.ipc.open_file(source).read_all())
    return Said(*found)


def said_of(engine: Engine, behind: str = "") -> Said:
    """What the tables `sources` and `claims` say, or those with this behind their names: as far as `only_added` asks for it."""
    nothing = pa.table({})
    sources = engine.arrow(f"select * from sources{behind} order by source_id")
    claimed = engine.arrow(f"select source_id, dataset, count(*) as claims from claims{behind} group by source_id, dataset")
    return Said(sources, claimed, engine.arrow(f"select distinct prop, prop_type from claims{behind}"), nothing, nothing)


def said_now(engine: Engine) -> Said:
    """What the claims of this build say; `records.survey` has been made."""
    return Said(*(engine.arrow(_TABLES[name]) for name in Said._fields))


class Selected(NamedTuple):
    """Of each record now the number of the old one, if it says the same, or `~n` for the n-th of the others; the fingerprints of those others, which
    alone are in `records`; and how many records are no more.
    """

    source: Ints
    fingerprints: Ints
    gone: int


def select_again(engine: Engine, old: Profiles, fingerprints: Ints, before: Said, now: Said) -> Selected:
    """Create `records` with what is new or changed, numbered by itself."""
    if only_added(before, now):
        _touch(engine, before, now)
        records.choose(engine, "touched")
        touched = whole(engine.arrow("select entity_id from touched order by entity_id").column("entity_id"))
        left = np.ones(old.count, np.bool_)
        place, there = places(old.ids, touched)
        left[place[there]] = False
    else:
        records.choose(engine)
        left = np.zeros(old.count, np.bool_)
    told = engine.arrow("select entity_id, fingerprint from records order by idx")
    print_of = array(told, "fingerprint", np.int64)
    place, there = places(old.ids, whole(told.column("entity_id")))
    same = there.copy()
    same[there] = fingerprints[place[there]] == print_of[there]
    left[place[same]] = True
    stay = np.flatnonzero(left)
    fresh = np.flatnonzero(~same)
    source = np.insert(stay, np.searchsorted(stay, place[fresh]), ~np.arange(len(fresh)))
    _only(engine, fresh)
    return Selected(source, print_of[fresh], old.count - len(stay) - int((there & ~same).sum()))


def only_added(before: Said, now: Said) -> bool:
    """Whether all that was said is still said, and sources of other datasets and series say something beside it: what those do not speak of is as it
    was.
    """
    known = set(values(before.sources, "source_id"))
    still = now.sources.filter(pc.invert(_others(now.sources, known)))
    counted = {tuple(row.values()) for row in before.claimed.to_pylist()}
    claimed = {tuple(row.values()) for row in now.claimed.to_pylist()}
    series = [set(values(held, "series")) for held in (before.sources, now.sources.filter(_others(now.sources, known)))]
    added = {row["dataset"] for row in now.claimed.to_pylist() if row["source_id"] not in known}
    props = {tuple(row.values()) for row in before.props.to_pylist()}
    new_props = {tuple(row.values()) for row in now.props.to_pylist()} - props
    return (
        bool(still.equals(before.sources))
        and counted <= claimed
        and {row[0] for row in counted} <= known
        and {row["source_id"] for row in now.claimed.to_pylist()} <= set(values(now.sources, "source_id"))
        and not added & set(values(before.claimed, "dataset"))
        and not added & set(values(before.sources, "dataset"))
        and not series[0] & series[1]
        and not {prop for prop, _ in new_props} & {prop for prop, _ in props}
    )


def _others(sources: pa.Table, known: Container[str]) -> Array:
    return pa.array([one not in known for one in values(sources, "source_id")], pa.bool_())


def _touch(engine: Engine, before: Said, now: Said) -> None:
    """Create `touched` (entity_id): what the added sources speak of, and who is protected, or is cited, otherwise than before."""
    known = before.sources.select(["source_id"])
    engine.load("known_sources", known)
    engine.load("citations_before", before.citations)
    engine.load("protected_before", before.protected)
    others = [
        f"select {columns} from {one} except select {columns} from {other}"
        for name, columns in (("citations", "entity_id, value"), ("protected", "entity_id"))
        for one, other in ((name, f"{name}_before"), (f"{name}_before", name))
    ]
    union = " union all ".join(f"select entity_id from ({query}) q" for query in others)
    engine.create(
        "touched",
        f"""
        select distinct entity_id from (
            select entity_id from claims where source_id not in (select source_id from known_sources) union all {union}) t""",
    )


def _only(engine: Engine, numbers: Ints) -> None:
    """Of `records` only some, numbered anew."""
    engine.load("fresh_records", pa.table({"idx": pa.array(numbers, pa.int32())}))
    engine.create(
        "records",
        """
        select cast(row_number() over (order by r.idx) - 1 as integer) as idx, r.entity_id, r.dataset, r."schema", r.kind, r.current, r.curated,
            r.fingerprint
        from records r join fresh_records f on f.idx = r.idx""",
    )


def places(among: Array, texts: Array) -> tuple[Ints, NDArray[np.bool_]]:
    """Of each text the place of the first of the others that is not below it, and whether that one is the same; `among` ascends. The texts come in any
    order, but are looked up faster where they ascend too.
    """
    found: tuple[Ints, NDArray[np.bool_]] = _places_of(*_bytes(among), *_bytes(texts))
    return found


def _bytes(texts: Array) -> tuple[Ints, NDArray[np.uint8]]:
    large = texts.cast(pa.large_string())
    _, offsets, data = large.buffers()
    start = np.frombuffer(memoryview(offsets or bytes(8)), np.int64)[large.offset : large.offset + len(large) + 1]
    return (start if len(large) else np.zeros(1, np.int64)), np.frombuffer(memoryview(data or b""), np.uint8)


@njit(cache=True, nogil=True)
def _places_of(old_start: Any, old: Any, start: Any, new: Any) -> Any:
    count = len(start) - 1
    found, there = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    first = 0
    for i in range(count):
        # ascending texts are near the one before: twice as far ahead each time, then by halves
        if i > 0 and _compared(new, start[i - 1], start[i], new, start[i], start[i + 1]) > 0:
            first = 0
        last, step = first, 1
        while last < len(old_start) - 1 and _compared(old, old_start[last], old_start[last + 1], new, start[i], start[i + 1]) < 0:
            first = last + 1
            last = min(len(old_start) - 1, last + step)
            step *= 2
        while first < last:
            middle = (first + last) // 2
            if _compared(old, old_start[middle], old_start[middle + 1], new, start[i], start[i + 1]) < 0:
                first = middle + 1
            else:
                last = middle
        found[i] = first
        there[i] = first < len(old_start) - 1 and _compared(old, old_start[first], old_start[first + 1], new, start[i], start[i + 1]) == 0
    return found, there


@njit(cache=True, nogil=True)
def _compared(a: Any, a0: int, a1: int, b: Any, b0: int, b1: int) -> int:
    for k in range(min(a1 - a0, b1 - b0)):
        if a[a0 + k] != b[b0 + k]:
            return 1 if a[a0 + k] > b[b0 + k] else -1
    return (a1 - a0) - (b1 - b0)
