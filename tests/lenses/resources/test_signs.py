"""Kernels against plain loops, versions of declarations, the targeting list against generated truth, and mirror trade against SQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from bench.resources import plain, traffic
from crosstie.lens import events
from crosstie.lens.manifest import Lens
from crosstie.lenses.resources import kernels, mirror, targeting, tracks
from crosstie.lenses.resources.consignments import current
from crosstie.lenses.resources.reading.shipments import SHIPMENTS
from crosstie.lenses.resources.rules import ports
from crosstie.store.engine import Engine
from crosstie.store.engines import dialect, duck

Put = Callable[[str, list[dict[str, Any]]], Engine]
Read = Callable[[Path], tuple[Any, Any]]
DATA = Path(__file__).parents[4] / "shared" / "data" / "resources"


def test_medians_are_those_of_numpy() -> None:
    rng = np.random.default_rng(3)
    codes, values = rng.integers(0, 40, 5000).astype(np.int32), rng.normal(size=5000)
    middle, spread, many = kernels.medians(codes, values, 41)
    for group in range(40):
        own = values[codes == group]
        assert middle[group] == np.median(own)
        assert spread[group] == np.median(np.abs(own - np.median(own)))
    assert many.sum() == 5000
    assert many[40] == 0


def test_meetings_are_those_of_all_against_all() -> None:
    rng = np.random.default_rng(4)
    count = 600
    ships, bins = rng.integers(0, 60, count), rng.integers(0, 6, count)
    lats, lons = 10 + rng.random(count) * 0.3, 60 + rng.random(count) * 0.3
    size, width = 0.075, 900
    cells = ((lats + 90) / size).astype(np.int64) * width + ((lons + 180) / (size * 6)).astype(np.int64)
    order = np.lexsort((ships, cells, bins))
    left, right = kernels.meetings(bins[order], cells[order], ships[order], lats[order], lons[order], 2.0, width)
    found = {tuple(sorted((int(order[one]), int(order[two])))) for one, two in zip(left, right, strict=True)}
    wanted = {
        (one, two)
        for one in range(count)
        for two in range(one + 1, count)
        if bins[one] == bins[two] and ships[one] != ships[two] and kernels.distance(lats[one], lons[one], lats[two], lons[two]) <= 2.0
    }
    assert wanted
    assert found == wanted


def test_ports_know_their_distance() -> None:
    port, far = tracks.nearest(-0.4, 42.6, ports())
    assert port is not None
    assert port["name"] == "Kismayo"
    assert far < 5


def test_the_last_version_counts_and_all_are_kept(put: Put) -> None:
    base = {"a_id": "x", "b_id": "y", "date": "2024-01-01"}
    engine = put(
        "shipments",
        [
            base | {"event_id": "D1", "weight": 1.0},
            base | {"event_id": "D1", "weight": 2.0, "status": "amended"},
            base | {"event_id": "D2", "weight": 1.0},
            base | {"event_id": "D2", "status": "cancelled"},
            base | {"event_id": "D3", "weight": 1.0, "version": 2},
            base | {"event_id": "D3", "weight": 5.0, "version": 1},
            base | {"event_id": "D4", "weight": 1.0},
        ],
    )
    rows = engine.arrow(f"select event_id, weight from {current(engine)} order by event_id").to_pylist()
    assert rows == [{"event_id": "D1", "weight": 2.0}, {"event_id": "D3", "weight": 1.0}, {"event_id": "D4", "weight": 1.0}]
    assert engine.scalar("select count(*) from ledger_shipments") == 7


def limits(lens: Lens) -> Callable[[str], dict[str, float]]:
    known = {typology.name: {name: one.value for name, one in typology.thresholds.items()} for typology in lens.typologies}
    return lambda name: known[name]


def listed(engine: Engine, lens: Lens, made: traffic.Traffic, share: float) -> list[dict[str, Any]]:
    engine.load("claims", made.claims)
    engine.load("findings", traffic.empty()[1])
    engine.read("ledger_shipments", made.files, SHIPMENTS)
    events.gather(engine, ("shipments",))
    targeting.screen(engine, limits(lens))
    return targeting.listed(engine, share=share)


def test_one_consignment_in_a_hundred_holds_ten_times_its_share(desk_engine: Engine, lens: Lens, tmp_path: Path) -> None:
    made = traffic.make(tmp_path, 40_000, 101)
    found = listed(desk_engine, lens, made, 0.01)
    hit = made.illicit[[int(row["event_id"].removeprefix("customs-D")) for row in found]]
    assert len(found) == 400
    assert hit.mean() >= 10 * made.illicit.mean()
    assert all(row["reasons"] for row in found)
    peer = plain.screen(made.files, made.claims, 0.01, "1GB", tmp_path)
    assert hit.mean() > made.illicit[[int(row["event_id"].removeprefix("customs-D")) for row in peer]].mean()


def test_the_list_does_not_depend_on_the_order_of_rows(lens: Lens, tmp_path: Path) -> None:
    made = traffic.make(tmp_path, 20_000, 102)
    ranks = []
    for order in ("asc", "desc"):
        with Engine() as engine:
            engine.load("sources", traffic.empty()[0])
            engine.load("claims", made.claims)
            engine.load("findings", traffic.empty()[1])
            engine.read("given", made.files, SHIPMENTS)
            engine.create("ledger_shipments", f"select * from given order by locator {order}")
            events.gather(engine, ("shipments",))
            targeting.screen(engine, limits(lens))
            ranks.append([(row["event_id"], row["score"]) for row in targeting.listed(engine, share=0.05)])
    assert ranks[0] == ranks[1]


def test_every_query_is_understood_by_the_cluster_too(
    desk_engine: Engine, lens: Lens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    create, arrow = duck.DuckEngine.create, duck.DuckEngine.arrow

    def noted_create(self: Any, table: str, query: str, few: Any = None) -> None:
        asked.append(query)
        create(self, table, query, few)

    def noted_arrow(self: Any, query: str) -> Any:
        asked.append(query)
        return arrow(self, query)

    monkeypatch.setattr(duck.DuckEngine, "create", noted_create)
    monkeypatch.setattr(duck.DuckEngine, "arrow", noted_arrow)
    listed(desk_engine, lens, traffic.make(tmp_path, 3_000, 103), 0.1)
    for name in ("permits", "seizures", "positions", "trade_flows", "wildlife_trade"):
        desk_engine.load(f"ledger_{name}", lens.ledgers[name].empty_table())
    events.gather(desk_engine)
    for typology in lens.typologies:
        lens.detector(typology.name).detect(desk_engine, limits(lens)(typology.name))
    targeting.screen(desk_engine, limits(lens))
    assert len(asked) > 80
    for query in asked:
        assert dialect.spark(query)


def test_harmless_causes_are_told(put: Put) -> None:
    def flow(reporter: str, partner: str, kind: str, year: int, value: float, weight: float = 1.0) -> dict[str, Any]:
        return {
            "date": str(year),
            "reporter": reporter,
            "partner": partner,
            "flow": kind,
            "hs": "710812",
            "value": value,
            "weight": weight,
            "a_id": "s",
        }

    engine = put(
        "trade_flows",
        [
            *(flow("qr", "qs", "import", year, 9e6 if year % 2 else 1e6) for year in range(2018, 2022)),
            *(flow("qs", "qr", "export", year, 1e6 if year % 2 else 9e6) for year in range(2018, 2022)),
            flow("qr", "qo", "import", 2018, 9e6),
            flow("qp", "qn", "import", 2018, 9e6, 1000.0),
            flow("qn", "qp", "export", 2018, 3e6, 1.0),
            flow("qt", "qm", "import", 2018, 9e6, 7.0),
            flow("qm", "qt", "export", 2018, 1e6, 2.0),
        ],
    )
    table = mirror.trade(engine, freight=0.0, ratio=2.0, floor=0.0)
    rows = engine.arrow(f"select exporter, cause from {table} order by exporter, period").to_pylist()
    assert [(row["exporter"], (row["cause"] or "")[:24]) for row in rows] == [
        ("qm", ""),
        ("qn", "a slip of unit: the weig"),
        ("qo", "the exporting State has "),
        *(("qs", "recorded in another peri"),) * 4,
    ]


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not at hand")
def test_wildlife_agrees_with_a_plain_statement(read: Read, put: Put) -> None:
    engine = put("wildlife_trade", read(DATA / "cites_2015.csv")[0].ledger_rows("wildlife_trade"))
    table = mirror.wildlife(engine)
    ours = engine.arrow(
        f"select kind, count(*) as many, sum(difference) as difference from {table} group by kind order by kind"
    ).to_pylist()
    query = f"""
        with lines as (
            select Taxon, Importer, Exporter, Origin, Term, Unit, Purpose, Source,
                sum("Importer reported quantity") as i, sum("Exporter reported quantity") as e
            from read_csv('{DATA / "cites_2015.csv"}', types = {{'Importer reported quantity': 'DECIMAL(38,4)', 'Exporter reported quantity': 'DECIMAL(38,4)'}})
            group by all)
        select case when e is null then 'importer only' when i is null then 'exporter only' else 'both differ' end as kind, count(*) as many,
            sum(coalesce(i, 0) - coalesce(e, 0)) as difference
        from lines where coalesce(i, 0) <> coalesce(e, 0) group by 1 order by 1"""
    with duckdb.connect() as connection:
        theirs = connection.execute(query).fetchall()
    assert [(row["kind"], row["many"]) for row in ours] == [(kind, many) for kind, many, _ in theirs]
    assert [row["difference"] for row in ours] == pytest.approx([float(difference) for *_, difference in theirs])
