"""Tracks of ships: silence at sea and meetings off port, from the ledger of positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lens.events import events
from crosstie.lenses.resources.kernels import distance, gaps, meetings
from crosstie.lenses.resources.rules import ports
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
#: a degree of longitude is this much shorter at 80°, beyond which nobody meets: cells are so much wider, not to miss a neighbour
_NARROW = 6
#: spans of time in which two ships are held against each other, in seconds
SPAN = 1800
Array = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Tracks:
    """Positions in order of ship and moment: ships as numbers of `names`, seconds since 1970, degrees, knots (-1 unknown), and the ids of the events."""

    names: list[str]
    ships: Array
    seconds: Array
    lats: Array
    lons: Array
    speeds: Array
    events: pa.ChunkedArray[Any]


def tracks(engine: Engine, *, around: list[dict[str, Any]] | None = None, slower: float | None = None, degrees: float = 3.0) -> Tracks:
    """The tracks of all ships, or of those that were ever within so many degrees of a port of `around`; of positions `slower` than so many knots alone,
    if that is given. Memory holds what is given, in figures; what else is said of a position is asked with `said`.
    """
    near, slow = "", f" and p.speed <= {slower}" if slower is not None else ""
    if around is not None:
        boxes = " or ".join(
            f"(lat between {port['lat'] - degrees} and {port['lat'] + degrees} and lon between {port['lon'] - degrees} and {port['lon'] + degrees})"
            for port in around
        )
        engine.create("res_around", f"select distinct a from {events('positions')} where {boxes or 'false'}")
        near = " join res_around n on n.a = p.a"
    engine.create(
        "res_track",
        f"select p.a, p.time, p.lat, p.lon, coalesce(p.speed, -1.0) as speed, p.event_id from {events('positions')} p{near}"
        f" where p.time is not null and p.lat is not null and p.lon is not null{slow}",
    )
    rows = engine.arrow("select * from res_track order by a, time, event_id")
    named = rows.column("a").combine_chunks().dictionary_encode() if rows.num_rows else pa.array([], pa.string()).dictionary_encode()
    text = pc.utf8_slice_codeunits(rows.column("time"), 0, 19)
    moments = pc.strptime(
        pc.if_else(pc.equal(pc.utf8_length(text), 16), pc.binary_join_element_wise(text, ":00", ""), text), "%Y-%m-%dT%H:%M:%S", "s"
    )
    lats, lons, speeds = (rows.column(name).to_numpy().astype(np.float64) for name in ("lat", "lon", "speed"))
    seconds = moments.to_numpy().astype("datetime64[s]").astype(np.int64)
    names: Any = named.dictionary.to_pylist()
    return Tracks(names, named.indices.to_numpy().astype(np.int64), seconds, lats, lons, speeds, rows.column("event_id"))


def said(engine: Engine, found: Tracks, rows: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What the ledger says of some rows of the tracks."""
    chosen = sorted(set(rows))
    ids = [str(found.events[row].as_py()) for row in chosen]
    engine.load("res_heard", pa.table({"event_id": pa.array(ids, pa.string())}))
    told = engine.arrow(
        f"select p.* from {events('positions')} p join (select distinct event_id from res_heard) h on h.event_id = p.event_id order by p.event_id, p.a"
    ).to_pylist()
    known = {(row["event_id"], row["a"]): row for row in told}
    return {row: known[one, found.names[int(found.ships[row])]] for row, one in zip(chosen, ids, strict=True)}


def silences(found: Tracks, hours: float, miles: float) -> Array:
    """Rows before which a ship was silent (kernels.gaps)."""
    return gaps(found.ships, found.seconds, found.lats, found.lons, found.speeds, hours, miles)


def encounters(found: Tracks, *, miles: float, knots: float, minutes: float, off: float) -> list[tuple[int, int, int, int, int]]:
    """Meetings of two ships that drift side by side: ship, ship, first and last row (of the first ship), and minutes, for at least so many minutes
    and more than `off` nautical miles from every known port, where ships lie side by side anyway.
    """
    slow = (found.speeds >= 0) & (found.speeds <= knots)
    which = np.flatnonzero(slow & ~_in_port(found, off))
    size = max(miles / 60.0, 0.05) * 1.5
    width = int(360.0 / (size * _NARROW)) + 4
    cells = ((found.lats[which] + 90.0) / size).astype(np.int64) * width + ((found.lons[which] + 180.0) / (size * _NARROW)).astype(np.int64)
    bins = found.seconds[which] // SPAN
    order = np.lexsort((found.seconds[which], found.ships[which], cells, bins))
    rows = which[order]
    left, right = meetings(bins[order], cells[order], found.ships[rows], found.lats[rows], found.lons[rows], miles, width)
    return _together(found, rows[left], rows[right], minutes)


def watched_ports() -> list[dict[str, Any]]:
    """The ports that are watched for a measure."""
    return [port for port in ports() if port.get("watch")]


def nearest(lat: float, lon: float, among: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, float]:
    """The nearest port and its distance in nautical miles."""
    if not among:
        return None, float("inf")
    far = [distance(lat, lon, port["lat"], port["lon"]) for port in among]
    at = int(np.argmin(far))
    return among[at], far[at]


def _in_port(found: Tracks, miles: float) -> Array:
    """Whether each position lies within so many nautical miles of a known port."""
    inside = np.zeros(len(found.lats), np.bool_)
    for port in ports():
        close = np.flatnonzero((np.abs(found.lats - port["lat"]) <= miles / 60) & ~inside)
        east = (found.lons[close] - port["lon"]) * np.cos(np.radians(port["lat"]))
        inside[close[np.hypot(found.lats[close] - port["lat"], east) * 60 <= miles]] = True
    return inside


def _together(found: Tracks, left: Array, right: Array, minutes: float) -> list[tuple[int, int, int, int, int]]:
    """Runs of spans in which the same two ships are together."""
    first, second = np.minimum(found.ships[left], found.ships[right]), np.maximum(found.ships[left], found.ships[right])
    span = found.seconds[left] // SPAN
    keys = np.stack([first, second, span, np.minimum(left, right)])[:, np.lexsort((np.minimum(left, right), span, second, first))]
    runs: list[tuple[int, int, int, int, int]] = []
    size, start = keys.shape[1], 0
    for at in range(1, size + 1):
        if at < size and keys[0, at] == keys[0, start] and keys[1, at] == keys[1, start] and keys[2, at] - keys[2, at - 1] <= 1:
            continue
        own = keys[:, start:at]
        lasting = (own[2].max() - own[2].min() + 1) * SPAN // 60
        if lasting >= minutes:
            runs.append((int(own[0, 0]), int(own[1, 0]), int(own[3].min()), int(own[3].max()), int(lasting)))
        start = at
    return runs
