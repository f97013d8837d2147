"""The targeting list: which consignments to open, when there are hands for few, and why.

Every sign (signs/, data/signs.yaml) is worth as much as it is rare in the ledger at hand: the worth is multiplied with the logarithm of how seldom it is, so
that a sign that half of all consignments show, because an office writes its papers so, falls silent by itself. Signs of one consignment add up; each
counts once. Consignments of parties whose other consignments show signs get a part of theirs. Nothing is said of consignments without any sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from crosstie.lenses.resources.consignments import current
from crosstie.lenses.resources.signs import boxes, goods, papers, parties, records
from crosstie.store.engine import Engine

_DATA = Path(__file__).parent / "data" / "signs.yaml"
#: a sign on one in ten thousand consignments is as rare as rare gets
_RAREST = 4.0
#: consignments that a party is thought to have beside its own, all clean: one bad day is not yet a habit
_CLEAN = 4
#: what the mean of a party's consignments has to be to say something of the others
_LEAST = 0.15
Thresholds = Callable[[str], Mapping[str, float]]
_SIGN = "event_id, a, b, '{code}' as code, strength, what, number, usual"


def screen(engine: Engine, thresholds: Thresholds) -> str:
    """The table `res_scored`: every consignment with a sign or with a party that has one (event_id, a, b, score); `res_all` has the signs themselves."""
    table = current(engine)
    tables = _signs(engine, thresholds)
    engine.create("res_all", " union all ".join(f"select {_SIGN.format(code=code)} from {name}" for code, name in tables.items()))
    total = int(engine.scalar(f"select count(*) from {table}") or 0)
    shown = engine.arrow(
        "select code, count(*) as many from (select distinct code, event_id, a, b from res_all) group by code order by code"
    ).to_pylist()
    worth = {row["code"]: signs()[row["code"]]["worth"] * _rarity(row["many"], total) for row in shown}
    engine.load("res_worth", pa.table({"code": pa.array(list(worth), pa.string()), "worth": pa.array(list(worth.values()), pa.float64())}))
    engine.create(
        "res_points",
        "select event_id, a, b, code, cast(max(s.strength * w.worth) as decimal(18, 6)) as points from res_all s join res_worth w using (code)"
        " group by event_id, a, b, code",
    )
    same = "coalesce(p.a, '') = coalesce(e.a, '') and coalesce(p.b, '') = coalesce(e.b, '')"
    engine.create("res_own", "select event_id, a, b, cast(sum(points) as double) as own from res_points group by event_id, a, b")
    engine.create(
        "res_weighed",
        f"select e.event_id, e.a, e.b, p.own * case when k.hs is not null then {_known()['watched']} else 1 end as own from res_own p"
        f" join {table} e on e.event_id = p.event_id and {same} left join {goods.watched_codes(engine)} k on k.hs = e.hs",
    )
    _again(engine, table)
    engine.create(
        "res_scored",
        "select event_id, a, b, cast(sum(cast(points as decimal(18, 6))) as double) as score from (select event_id, a, b, own as points from res_weighed"
        " union all select event_id, a, b, points from res_again) group by event_id, a, b",
    )
    return "res_scored"


def listed(engine: Engine, *, share: float, since: str = "", until: str = "", most: int = 100_000) -> list[dict[str, Any]]:
    """The consignments to open, best first: as many as `share` of those in the period, at most `most`, with rank, score and reasons."""
    table = current(engine)
    period = "".join([f" and e.date >= '{since}'" if since else "", f" and e.date <= '{until}'" if until else ""])
    total = int(engine.scalar(f"select count(*) from {table} e where true{period}") or 0)
    hands = min(most, max(1, math.ceil(total * share))) if total else 0
    same = "coalesce(s.a, '') = coalesce(e.a, '') and coalesce(s.b, '') = coalesce(e.b, '')"
    engine.create(
        "res_chosen",
        f"select e.*, s.score, row_number() over (order by s.score desc, e.event_id, e.a, e.b) as place from {table} e join res_scored s"
        f" on s.event_id = e.event_id and {same} where true{period}",
    )
    rows = engine.arrow(f"select * from res_chosen where place <= {hands} order by place").to_pylist()
    said: dict[tuple[Any, Any, Any], list[dict[str, Any]]] = {}
    joined = "s.event_id = e.event_id and " + same
    for row in engine.arrow(
        f"select s.*, coalesce(w.worth, 0) * s.strength as points from res_all s join res_chosen e on {joined} left join res_worth w on w.code = s.code"
        f" where e.place <= {hands} order by s.event_id, s.a, s.b, points desc, s.code, s.what"
    ).to_pylist():
        said.setdefault((row["event_id"], row["a"], row["b"]), []).append(row)
    return [row | {"reasons": reasons(said.get((row["event_id"], row["a"], row["b"]), []))} for row in rows]


def reasons(rows: list[dict[str, Any]]) -> list[str]:
    """Why a consignment is listed, the weightiest first; each sign once."""
    found: dict[str, str] = {}
    for row in rows:
        more = f": {row['what']}" if row["what"] else ""
        if row["number"] is not None and row["usual"] is not None:
            more += f" ({row['number']:,.2f}, usual {row['usual']:,.2f})"
        found.setdefault(row["code"], f"{signs()[row['code']]['about']}{more}")
    return list(found.values()) or [signs()["again"]["about"]]


def signs() -> dict[str, dict[str, Any]]:
    """The signs with worth, words and innocent explanation."""
    found: dict[str, dict[str, Any]] = _known()["signs"]
    return found


@cache
def _known() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return found


def _signs(engine: Engine, thresholds: Thresholds) -> dict[str, str]:
    """The tables of signs by their code: those whose ledgers are there."""
    unit, route, box = thresholds("unit-value"), thresholds("impossible-route"), thresholds("duplicate-identifiers")
    house = thresholds("shared-address")
    found = {
        "embargo": goods.embargoed(engine, weak=thresholds("embargo")["weak"]),
        "place": goods.doubtful_place(engine),
        "value": goods.odd_value(engine, deviations=unit["deviations"], observations=unit["observations"]),
        "weight": goods.odd_weight(engine, surplus=thresholds("weight-volume")["surplus"]),
        "number": boxes.false_numbers(engine, ships=thresholds("identifier-fault")["ships"]),
        "twice": boxes.twice(engine, days_apart=box["days"]),
        "route": boxes.impossible(engine, knots=route["knots"], days_spare=route["days"]),
        "newborn": parties.newborn(engine, days=thresholds("newborn-consignee")["days"]),
        "address": parties.one_address(engine, consignees=house["consignees"], most=house["most"]),
    }
    if engine.has("ledger_permits"):
        found["permit"] = papers.breached(engine, surplus=thresholds("permit-breach")["surplus"])
    if engine.has("ledger_wildlife_trade"):
        rare = thresholds("species-origin")
        found["species"] = papers.strange_species(engine, records=rare["records"], states=rare["states"])
    if engine.has("ledger_seizures"):
        found["seized"] = records.seized_before(engine)
    if engine.has("findings"):
        found["found"] = records.in_findings(engine)
    return found


def _rarity(many: int, total: int) -> float:
    """How much a sign says that so many of all consignments show: from 0 (all) to 1 (one in ten thousand or fewer)."""
    return min(1.0, max(0.0, -math.log10(many / total)) / _RAREST) if many and total else 0.0


def _again(engine: Engine, table: str) -> None:
    """`res_again`: points for every consignment of parties whose others show signs: a part of their mean, without the consignment's own."""
    pair = "coalesce(a, '') as a, coalesce(b, '') as b"
    engine.create(
        "res_habit",
        f"select {pair}, cast(sum(cast(own as decimal(18, 6))) as double) as points from res_weighed group by coalesce(a, ''), coalesce(b, '')"
        " having count(*) > 1",
    )
    same = "h.a = coalesce(e.a, '') and h.b = coalesce(e.b, '')"
    engine.create(
        "res_total", f"select h.a, h.b, h.points, count(*) as many from {table} e join res_habit h on {same} group by h.a, h.b, h.points"
    )
    worth = signs()["again"]["worth"]
    mean = f"(h.points - coalesce(w.own, 0)) / (h.many - 1 + {_CLEAN})"
    engine.create(
        "res_again",
        f"select e.event_id, e.a, e.b, {worth} * {mean} as points from {table} e join res_total h on {same} left join res_weighed w"
        " on w.event_id = e.event_id and coalesce(w.a, '') = coalesce(e.a, '') and coalesce(w.b, '') = coalesce(e.b, '')"
        f" where {mean} >= {_LEAST}",
    )
