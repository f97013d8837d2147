"""Signs in boxes, seals, bills and ships: numbers that cannot be, numbers in two places, journeys that nobody can have made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lens.windows import days
from crosstie.lenses.resources import codes
from crosstie.lenses.resources.consignments import current, mark
from crosstie.lenses.resources.kernels import leaps
from crosstie.lenses.resources.rules import ports
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
_TEXT, _COUNT = pa.string(), pa.int64()
_BOXES = pa.schema([("cell", _TEXT), ("box", _TEXT), ("fault", _COUNT)])  # type: ignore[arg-type]
_SHIPS = pa.schema([("vessel", _TEXT), ("fault", _COUNT)])  # type: ignore[arg-type]
_FAULT = "case fault when 1 then 'no number of its kind' else 'wrong check digit' end"


def false_numbers(engine: Engine, *, ships: float) -> str:
    """`res_number`: consignments in a box, or on a ship, whose number fails its check. A slip of the pen does so too: alone it is weak (`ships`)."""
    table = boxes(engine)
    engine.map("res_ships", f"select distinct vessel from {table} where starts_with(vessel, 'IMO')", _ships, _SHIPS)
    engine.create(
        "res_false",
        f"select 'box' as kind, cell as code, 'container ' || min(box) || ': ' || {_FAULT.replace('fault', 'min(fault)')} as what from res_boxes"
        f" where fault > 0 group by cell union all select 'ship' as kind, vessel as code, vessel || ': ' || {_FAULT} as what from res_ships where fault > 0",
    )
    of = f"{table} e join res_false f on (f.kind = 'box' and f.code = e.container)"
    mark(engine, "number_box", of, what="f.what")
    mark(
        engine,
        "number_ship",
        f"{table} e join res_false f on f.kind = 'ship' and f.code = e.vessel",
        what="f.what",
        strength=f"cast({ships} as double)",
    )
    engine.create("res_number", "select * from res_number_box union all select * from res_number_ship")
    return "res_number"


def twice(engine: Engine, *, days_apart: float) -> str:
    """`res_twice`: consignments whose box is on two ships or loaded in two places within so many days, whose seal closes two boxes in one year, or whose
    bill names two consignees.
    """
    table = boxes(engine)
    _same_box(engine, table, days_apart)
    year = "coalesce(substr(date, 1, 4), '')"
    engine.create(
        "res_seals",
        f"select seal, coalesce(carrier, '') as carrier, {year} as period from {table} where seal is not null and container is not null"
        f" and length(seal) >= 5 group by seal, coalesce(carrier, ''), {year}"
        " having count(distinct container) > 1 and count(distinct container) <= 4",
    )
    engine.create(
        "res_bills",
        f"select bill, {year} as period from {table} where bill is not null and b is not null group by bill, {year}"
        " having count(distinct b) > 1 and count(distinct b) <= 4",
    )
    said = {"strength": "cast(0.7 as double)"}
    mark(
        engine, "twice_seal",
        f"{table} e join res_seals s on s.seal = e.seal and s.carrier = coalesce(e.carrier, '') and s.period = coalesce(substr(e.date, 1, 4), '')",
        what="'seal ' || e.seal || ' closes several boxes'", **said,
    )  # fmt: skip
    mark(
        engine, "twice_bill", f"{table} e join res_bills s on s.bill = e.bill and s.period = coalesce(substr(e.date, 1, 4), '')",
        what="'bill ' || e.bill || ' names several consignees'", **said,
    )  # fmt: skip
    engine.create("res_twice", "select * from res_twice_box union all select * from res_twice_seal union all select * from res_twice_bill")
    return "res_twice"


def impossible(engine: Engine, *, knots: float, days_spare: float) -> str:
    """`res_route`: consignments whose ship cannot have come from where it loaded before at so many knots, or that go round: loaded where they
    are discharged, or carried through one of the two again.
    """
    table = current(engine)
    known = [(name.casefold(), port["name"], port["lat"], port["lon"]) for port in ports() for name in (port["name"], *port["aliases"])]
    columns = list(zip(*known, strict=True))
    engine.load("res_ports", pa.table({"written": columns[0], "port": columns[1], "lat": columns[2], "lon": columns[3]}))
    calls = engine.arrow(
        f"select distinct e.vessel as thing, e.date, p.lat, p.lon, p.port, lower(e.departure) as written from {table} e join res_ports p"
        " on p.written = lower(e.departure) where e.vessel is not null and length(e.date) >= 10 order by thing, date, port, written"
    )
    engine.load("res_leaps", _leaps(calls, knots, days_spare))
    late = f"{table} e join res_leaps c on c.thing = e.vessel and c.date = e.date and c.written = lower(e.departure)"
    mark(engine, "route_late", late, what="e.vessel || ' cannot have come to ' || c.port || ' by then'")
    same = "lower(e.departure) = lower(e.discharge)"
    again = (
        "e.transit is not null and (strpos(lower(e.transit), lower(e.discharge)) > 0 or strpos(lower(e.transit), lower(e.departure)) > 0)"
        f" and not ({same})"
    )
    mark(engine, "route_round", f"{table} e", same, what="'loaded and discharged in one port'", strength="cast(0.5 as double)")
    mark(engine, "route_again", f"{table} e", again, what="'goes through its own first or last port again'", strength="cast(0.6 as double)")
    parts = [
        f"select event_id, a, b, strength, what, number, usual from res_{part}" for part in ("route_round", "route_again", "route_late")
    ]
    engine.create("res_route", " union all ".join(parts))
    return "res_route"


def boxes(engine: Engine) -> str:
    """The table of consignments, with `res_boxes` beside it: each different cell of container numbers with its boxes and what is wrong with each."""
    table = current(engine)
    if not engine.has("res_boxes"):
        engine.map("res_boxes", f"select distinct container from {table} where container is not null", _boxes, _BOXES)
    return table


def _boxes(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        cells = batch.column(0)
        parted = pc.split_pattern(cells, " ")
        box = pc.list_flatten(parted)
        cell = cells.take(pc.list_parent_indices(parted))
        faults = pa.array(codes.container_faults(box.to_pylist()).astype(np.int64))
        yield pa.RecordBatch.from_arrays([cell, box, faults], schema=_BOXES)


def _ships(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        numbers: Any = batch.column(0)
        yield pa.RecordBatch.from_arrays([numbers, pa.array(codes.imo_faults(numbers.to_pylist()).astype(np.int64))], schema=_SHIPS)


def _same_box(engine: Engine, table: str, days_apart: float) -> None:
    """`res_twice_box`: boxes that were loaded in two places, or on two ships, within a few days. Only boxes of more than one journey are looked at."""
    where = "coalesce(e.departure, '') || ' / ' || coalesce(e.vessel, '')"
    engine.create(
        "res_moved",
        f"select o.box from {table} e join res_boxes o on o.cell = e.container where length(e.date) >= 10 and"
        f" coalesce(e.departure, e.vessel) is not null group by o.box having count(distinct {where}) > 1",
    )
    rows = engine.arrow(
        f"select e.event_id, e.a, e.b, o.box, e.date, {where} as place from {table} e join res_boxes o on o.cell = e.container"
        " join res_moved m on m.box = o.box where length(e.date) >= 10 order by o.box, e.date, place, e.event_id"
    )
    empty = dict.fromkeys(("event_id", "a", "b", "what"), pa.nulls(0, pa.string()))
    if rows.num_rows < 2:
        engine.load("res_clashes", pa.table(empty))
    else:
        day, box, place = days(rows.column("date")), _numbered(rows.column("box")), _numbered(rows.column("place"))
        near = (box[1:] == box[:-1]) & (place[1:] != place[:-1]) & (day[1:] - day[:-1] <= days_apart)
        which = np.unique(np.concatenate([np.flatnonzero(near), np.flatnonzero(near) + 1]))
        found = rows.take(pa.array(which, pa.int64()))
        what = pc.binary_join_element_wise("container", found.column("box"), "is in two places within days", " ")
        engine.load("res_clashes", found.select(["event_id", "a", "b"]).append_column("what", what))
    said = "cast(1 as double) as strength, what, cast(null as double) as number, cast(null as double) as usual"
    engine.create("res_twice_box", f"select distinct event_id, a, b, {said} from res_clashes")


def _leaps(calls: pa.Table, knots: float, spare: float) -> pa.Table:
    """The calls to which a ship came too fast."""
    if calls.num_rows:
        lat, lon = (calls.column(name).to_numpy().astype(np.float64) for name in ("lat", "lon"))
        which = leaps(_numbered(calls.column("thing")), days(calls.column("date")), lat, lon, knots, spare)
        calls = calls.take(pa.array(which, pa.int64()))
    return calls.select(["thing", "date", "written", "port"])


def _numbered(column: Any) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Texts as numbers: the same for the same text."""
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = column.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return found
