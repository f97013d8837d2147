"""Dark vessel: a ship that falls silent off a watched port, at sea and under way, and is heard again elsewhere hours later.

Why it matters: a ship that loads charcoal, oil or ore where it may not turns its transponder off before it comes near and on again when it is out at
sea. Silence alone says little: receivers on land do not hear far. So the ship must have fallen silent or been heard again near a port that is
watched for a measure (data/ports.yaml), while under way or to be heard again some way off, and the silence must be long enough to call there.

Source: IMO, SOLAS regulation V/19 (2002); United States, Guidance to Address Illicit Shipping and Sanctions Evasion Practices (2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import Seen, piece, table
from crosstie.lenses.resources import tracks
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Ships with a silence of `hours`, over which they came `miles` further or before which they were under way, within `near` miles of a watched port."""
    found = tracks.tracks(engine, around=tracks.watched_ports())
    if not found.names:
        return table([])
    rows = tracks.silences(found, thresholds["hours"], thresholds["miles"])
    silent: dict[int, list[tuple[int, str, float]]] = {}
    for row in rows.tolist():
        ends = [tracks.nearest(float(found.lats[at]), float(found.lons[at]), tracks.watched_ports()) for at in (row - 1, row)]
        port, far = min(ends, key=lambda one: one[1])
        if port is not None and far <= thresholds["near"]:
            silent.setdefault(int(found.ships[row]), []).append((row, port["name"], far))
    heard = tracks.said(engine, found, (at for own in silent.values() for row, _, _ in own for at in (row - 1, row)))
    return table(_seen(found, ship, own, heard) for ship, own in silent.items())


def _seen(found: tracks.Tracks, ship: int, silent: list[tuple[int, str, float]], heard: Mapping[int, dict[str, Any]]) -> Seen:
    hours = [(found.seconds[row] - found.seconds[row - 1]) / 3600 for row, _, _ in silent]
    pieces = list(_pieces(silent, heard))
    longest = max(range(len(silent)), key=lambda at: hours[at])
    where = ", ".join(dict.fromkeys(port for _, port, _ in silent))
    start, end = str(pieces[0]["sentence"])[:10], str(pieces[-1]["sentence"])[:10]
    times = "once" if len(silent) == 1 else f"{len(silent)} times"
    sentence = f"Silent {times} off {where} between {start} and {end}, for {hours[longest]:,.0f} hours at the longest."
    score = (1 - 0.5 ** len(silent)) * (1 - 0.5 ** (sum(hours) / 24))
    return Seen((found.names[ship],), start, end, score, sentence, tuple(pieces))


def _pieces(silent: list[tuple[int, str, float]], heard: Mapping[int, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row, port, far in silent:
        for at, word in ((row - 1, "last heard before the silence"), (row, "heard again")):
            event = heard[at]
            yield piece(event, f"{event['time']}: {word} at {event['lat']:.3f}, {event['lon']:.3f}, {far:,.0f} miles from {port}")
