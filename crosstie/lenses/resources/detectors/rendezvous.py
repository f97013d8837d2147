"""Rendezvous at sea: two ships that drift side by side for hours, away from every port.

Why it matters: oil, charcoal, fish and arms change ships where nobody looks, so that the ship that comes into port has clean papers. Bunkering,
lightering, pilots and rescue look the same from afar, and happen mostly in known anchorages near ports, which are left out; what remains is worth
a question about the cargo of both.

Source: United States, Guidance to Address Illicit Shipping and Sanctions Evasion Practices (2020); Panel of Experts on Libya, S/2021/229 (2021).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from crosstie.lens.findings import SHOWN, Seen, piece, table
from crosstie.lenses.resources import tracks
from crosstie.lenses.resources.rules import ports
from crosstie.store.engine import Engine


def detect(engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
    """Pairs of ships within `miles` of each other for `minutes`, at `knots` or less, more than `away` miles from every known port."""
    found = tracks.tracks(engine, slower=thresholds["knots"])
    if not found.names:
        return table([])
    met = tracks.encounters(
        found, miles=thresholds["miles"], knots=thresholds["knots"], minutes=thresholds["minutes"], off=thresholds["away"]
    )
    pairs: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for one, two, first, last, minutes in met:
        pairs.setdefault((one, two), []).append((first, last, minutes))
    heard = tracks.said(engine, found, (at for runs in pairs.values() for first, last, _ in runs for at in (first, last)))
    return table(_seen(found, one, two, runs, heard) for (one, two), runs in pairs.items())


def _seen(found: tracks.Tracks, one: int, two: int, runs: list[tuple[int, int, int]], heard: Mapping[int, dict[str, Any]]) -> Seen:
    rows = [heard[at] for first, last, _ in runs for at in dict.fromkeys((first, last))]
    longest = max(minutes for _, _, minutes in runs)
    port, far = tracks.nearest(rows[0]["lat"], rows[0]["lon"], ports())
    near = f"{far:,.0f} nautical miles from {port['name']}" if port else "at sea"
    start, end = rows[0]["time"][:10], rows[-1]["time"][:10]
    times = "once" if len(runs) == 1 else f"{len(runs)} times"
    sentence = f"Side by side {times} between {start} and {end}, {near}, for {longest:,.0f} minutes at the longest."
    score = (1 - 0.5 ** (len(runs) + 0.5)) * (1 - 0.5 ** (longest / 120))
    evidence = tuple(piece(row, f"{row['time']}: at {row['lat']:.3f}, {row['lon']:.3f}, {row['speed']:.1f} knots") for row in rows[:SHOWN])
    subjects = (found.names[one], found.names[two])
    return Seen(subjects, start, end, score, sentence, evidence, ties=(subjects,))
