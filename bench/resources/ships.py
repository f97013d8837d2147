"""Ships at sea: silences off watched ports and meetings, found among many positions of which the planted ones are known.

    python -m bench.resources.ships [--ships 5000] [--hours 160] [--seed 31]

Ships go straight at their speed, heard every ten minutes, over an ocean of sixty degrees; every fiftieth pair meets for three hours, every fortieth ship
that passes the watched port of the exercise is silent there for a day. Time is that of the two detectors, the events being gathered.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np
import pyarrow as pa

from bench.resources import traffic
from crosstie.lens import events, registry
from crosstie.lenses.resources.reading.official import POSITIONS
from crosstie.model.tables import CLAIM
from crosstie.store.engine import Engine

_STEP = 6


def main() -> int:
    """Print time, and what was found of what was planted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ships", type=int, default=5000)
    parser.add_argument("--hours", type=int, default=160)
    parser.add_argument("--seed", type=int, default=31)
    asked = parser.parse_args()
    rows, met, dark = _made(np.random.default_rng(asked.seed), asked.ships, asked.hours)
    [lens] = [one for one in registry.load() if one.name == "resources"]
    with Engine() as engine:
        engine.load("claims", CLAIM.empty_table())
        engine.load("sources", traffic.empty()[0])
        engine.load("ledger_positions", rows)
        events.gather(engine, ("positions",))
        for name, truth in (("rendezvous", met), ("dark-vessel", dark)):
            limits = {limit: one.value for limit, one in next(one for one in lens.typologies if one.name == name).thresholds.items()}
            began, cpu = time.perf_counter(), time.process_time()
            found = {tuple(row["subjects"]) for row in lens.detector(name).detect(engine, limits).to_pylist()}
            sys.stdout.write(
                f"{name}: {rows.num_rows:,} positions in {time.perf_counter() - began:.1f} s ({time.process_time() - cpu:.1f} cpu-s);"
                f" found {len(found & truth)} of {len(truth)} planted, {len(found - truth)} others\n"
            )
    return 0


def _made(rng: np.random.Generator, ships: int, hours: int) -> tuple[pa.Table, set[tuple[str, ...]], set[tuple[str, ...]]]:
    steps = hours * _STEP
    lat, lon = -60 + 60 * rng.random(ships), 20 + 60 * rng.random(ships)
    course, knots = rng.random(ships) * 2 * np.pi, np.where(rng.random(ships) < 0.3, rng.uniform(0, 1.5, ships), rng.uniform(6, 18, ships))
    hour = np.arange(steps) / _STEP
    lats = lat[:, None] + np.sin(course)[:, None] * knots[:, None] * hour / 60
    lons = lon[:, None] + np.cos(course)[:, None] * knots[:, None] * hour / 60
    speeds = np.repeat(knots[:, None], steps, axis=1)
    keep = rng.random((ships, steps)) < 0.9
    met: set[tuple[str, ...]] = set()
    for one in range(0, ships - 100, 100):
        start = int(rng.integers(0, steps - 20))
        own = slice(start, start + 18)
        lats[one, own], lons[one, own] = -20 - 30 * rng.random(), 30 + 40 * rng.random()
        lats[one + 1, own], lons[one + 1, own] = lats[one, own] + 0.001, lons[one, own]
        speeds[one : one + 2, own] = 0.4
        met.add((_name(one), _name(one + 1)))
    dark: set[tuple[str, ...]] = set()
    for ship in range(50, ships, 40):
        start = int(rng.integers(20, steps - 170))
        lats[ship, start - 1], lons[ship, start - 1], speeds[ship, start - 1] = -37.8, 62.4, 9.0
        lats[ship, start + 144], lons[ship, start + 144] = -37.6, 62.8
        keep[ship, start - 1], keep[ship, start + 144] = True, True
        keep[ship, start : start + 144] = False
        dark.add((_name(ship),))
    which = np.flatnonzero(keep.ravel())
    moments = np.datetime64("2031-01-01T00:00:00") + (which % steps * 600).astype("timedelta64[s]")
    text = np.datetime_as_string(moments)
    size = len(which)
    columns: dict[str, Any] = {
        "event_id": pa.array(which).cast(pa.string()),
        "a_id": pa.array([_name(ship) for ship in range(ships)]).take(pa.array(which // steps, pa.int64())),
        "date": pa.array(text.astype("U10")),
        "time": pa.array(text),
        "lat": pa.array(lats.ravel()[which]),
        "lon": pa.array(lons.ravel()[which]),
        "speed": pa.array(speeds.ravel()[which]),
    }
    given = {"source_id": "generated", "locator": "row", "grade": "B3", "marking": "TLP:GREEN"}
    arrays = [
        columns[field.name]
        if field.name in columns
        else pa.repeat(pa.scalar(given[field.name]), size)
        if field.name in given
        else pa.nulls(size, field.type)
        for field in POSITIONS
    ]
    return pa.Table.from_arrays(arrays, schema=POSITIONS), met, dark


def _name(ship: int) -> str:
    return f"ais-{ship:09d}"


if __name__ == "__main__":
    sys.exit(main())
