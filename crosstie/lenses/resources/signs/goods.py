"""Signs in the goods themselves: under a measure, of an odd value, of a weight that they cannot have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.lenses.resources.consignments import current, mark
from crosstie.lenses.resources.kernels import medians
from crosstie.lenses.resources.rules import embargoes, goods, quoted
from crosstie.store.engine import Engine

#: the spread of a commodity is held to be at least this (in logarithms): identical prices must not make the next one an outlier
LEAST = 0.05
_HOMES = (
    "(select canonical_id, min(value) as state from claims where prop in ('country', 'jurisdiction', 'mainCountry') and prop_type = 'country'"
    " group by canonical_id having count(distinct value) = 1)"
)
#: how sure a measure of each scope is of a consignment that bears its State's name
SURE = {"all": 1.0, "group": 0.4}


def embargoed(engine: Engine, *, weak: float, but: str = "") -> str:
    """`res_embargo`: consignments whose origin or exporter is of a State whose goods are under a measure on that day. `what` is the measure's name.

    Where the exporter sits in such a State and another origin is declared, a measure of any scope counts. `but` leaves out a heading.
    """
    table = current(engine)
    rows = []
    for code in distinct_codes(engine, table):
        for one in embargoes()["measures"]:
            if code.startswith(tuple(one["hs"])) and not (but and but in one["hs"]):
                sure = SURE.get(one["scope"])
                limits = {
                    "since": str(one["from"]),
                    "until": str(one["until"] or "9999"),
                    "hs": code,
                    "name": one["name"],
                    "state": one["state"],
                }
                rows += [limits | {"own": True, "sure": sure}] if sure is not None else []
                rows += [limits | {"own": False, "sure": weak}] if one["state"] != "*" else []
    schema: Any = pa.schema([(name, pa.string()) for name in ("hs", "name", "state", "since", "until")])
    schema = schema.append(pa.field("own", pa.bool_())).append(pa.field("sure", pa.float64()))
    engine.load("res_measures", pa.Table.from_pylist(rows, schema=schema))
    of = f"{table} e join res_measures m on m.hs = e.hs left join {_HOMES} h on h.canonical_id = e.a"
    own = "(m.own and (m.state = '*' or lower(e.origin) = m.state))"
    hidden = "(not m.own and h.state = m.state and lower(coalesce(e.origin, '')) <> m.state)"
    mark(engine, "embargo_any", of, f"e.date >= m.since and e.date <= m.until and ({own} or {hidden})", strength="m.sure", what="m.name")
    engine.create(
        "res_embargo",
        "select event_id, a, b, strength, what, number, usual from (select *, row_number() over (partition by event_id, a, b"
        " order by strength desc, what) as place from res_embargo_any) where place = 1",
    )
    return "res_embargo"


def distinct_codes(engine: Engine, table: str) -> list[str]:
    """The different codes of goods in the ledger: few, so that rules are held against them and not against every row."""
    return [
        str(code) for code in engine.arrow(f"select distinct hs from {table} where hs is not null order by hs").column("hs").to_pylist()
    ]


def watched_codes(engine: Engine) -> str:
    """The table `res_watched` of the codes in the ledger that are of goods that are watched."""
    if not engine.has("res_watched"):
        prefixes = tuple(code for one in goods()["watched"] for code in one["hs"])
        codes = [code for code in distinct_codes(engine, current(engine)) if code.startswith(prefixes)]
        engine.load("res_watched", pa.table({"hs": pa.array(codes, pa.string())}))
    return "res_watched"


def doubtful_place(engine: Engine) -> str:
    """`res_place`: charcoal loaded in a port that is named for it, or declared as of a State that makes none (data/embargoes.yaml)."""
    known = embargoes()
    ports = [
        (
            f"(e.date >= '{port['from']}' and lower(e.departure) in ({quoted(name.casefold() for name in (port['name'], *port['aliases']))}))",
            port["name"],
        )
        for port in known["ports"]
    ]
    barren = f"lower(e.origin) in ({quoted(one['state'] for one in known['without_production'])})"
    what = (
        "case "
        + " ".join(f"when {test} then 'loaded in {name}'" for test, name in ports)
        + f" when {barren} then 'origin ' || lower(e.origin) end"
    )
    strength = "cast(case " + " ".join(f"when {test} then 1.0" for test, _ in ports) + f" when {barren} then 0.5 else 0 end as double)"
    return mark(
        engine, "place", f"{current(engine)} e", f"starts_with(e.hs, '4402') and ({what}) is not null", strength=strength, what=what
    )


def odd_value(engine: Engine, *, deviations: float, observations: float) -> str:
    """`res_value`: consignments whose value per kilogram lies far from the median of the same commodity, currency and year.

    A year with too few consignments of a commodity is held against all its years. `number` is the value per kilogram, `usual` the median; strength
    grows from a half at the bound to one at three times as far.
    """
    table = current(engine)
    if not engine.has("res_bounds"):
        _bounds(engine, table, observations)
    price = "(e.value / e.weight)"
    far = f"case when {price} < g.usual then g.usual / {price} else {price} / g.usual end"
    limits = engine.arrow("select hs, currency, period, usual, spread from res_bounds order by hs, currency, period")
    spread = limits.column("spread").to_numpy()
    bound = np.exp(deviations * spread)
    engine.load(
        "res_limits", limits.append_column("bound", pa.array(bound)).append_column("full", pa.array(np.exp(3 * deviations * spread)))
    )
    of = (
        f"{table} e join res_limits g on g.hs = substr(e.hs, 1, 6) and g.currency = coalesce(e.currency, '')"
        " and g.period = coalesce(substr(e.date, 1, 4), '')"
    )
    return mark(
        engine,
        "value",
        of,
        f"e.value > 0 and e.weight > 0 and {far} >= g.bound",
        strength=f"case when {far} >= g.full then cast(1 as double) else cast(0.6 as double) end",
        number=price,
        usual="g.usual",
        what=f"case when {price} < g.usual then 'value far below the usual' else 'value far above the usual' end",
    )


def odd_weight(engine: Engine, *, surplus: float) -> str:
    """`res_weight`: net above gross weight, more in a box than it takes, or a density that goods of the chapter do not have by `surplus` times."""
    known, box = goods()["density"], goods()["box"]
    chapters = {"": known["other"]} | known["chapters"]
    least = _by_chapter(chapters, "least", known["other"]["least"])
    most = _by_chapter(chapters, "most", known["other"]["most"])
    gross = "coalesce(e.gross, e.weight)"
    boxes = "cast(length(e.container) - length(replace(e.container, ' ', '')) + 1 as double)"
    density = f"({gross} / e.volume)"
    tests = (
        ("e.weight > e.gross * 1.001", "'net weight above gross weight'", "0.7"),
        (f"e.container is not null and {gross} > {boxes} * {box['kilograms']}", "'more weight than the boxes take'", "0.8"),
        (f"e.container is not null and e.volume > {boxes} * {box['cubic_metres']}", "'more volume than the boxes hold'", "0.7"),
        (f"e.volume > 0 and {density} * {surplus} < {least}", "'too light for its volume'", "0.8"),
        (f"e.volume > 0 and {density} > {most} * {surplus}", "'too heavy for its volume'", "1.0"),
    )
    what = "case " + " ".join(f"when {test} then {said}" for test, said, _ in tests) + " end"
    strength = "cast(case " + " ".join(f"when {test} then {sure}" for test, _, sure in tests) + " else 0 end as double)"
    number = f"case when e.volume > 0 then {density} end"
    return mark(
        engine,
        "weight",
        f"{current(engine)} e",
        " or ".join(f"({test})" for test, _, _ in tests),
        strength=strength,
        what=what,
        number=number,
    )


def _by_chapter(chapters: dict[str, dict[str, float]], name: str, other: float) -> str:
    cases = " ".join(f"when '{chapter}' then {limits[name]}" for chapter, limits in sorted(chapters.items()) if chapter)
    return f"case substr(coalesce(e.hs, ''), 1, 2) {cases} else {other} end"


def _bounds(engine: Engine, table: str, observations: float) -> None:
    """The table `res_bounds`: median and spread of the logarithm of the value per kilogram, by commodity, currency and year."""
    keys = "substr(hs, 1, 6) as hs, coalesce(currency, '') as currency, coalesce(substr(date, 1, 4), '') as period"
    priced = "hs is not null and value > 0 and weight > 0"
    engine.create("res_products", f"select {keys}, count(*) as many from {table} where {priced} group by 1, 2, 3")
    groups = engine.arrow("select hs, currency, period, many from res_products order by hs, currency, period")
    size = groups.num_rows
    engine.load("res_products", groups.append_column("code", pa.array(np.arange(size), pa.int64())))
    total = int(np.sum(groups.column("many").to_numpy())) if size else 0
    codes, price = np.zeros(total, np.int32), np.zeros(total)
    at = 0
    query = (
        f"select cast(p.code as int) as code, e.value / e.weight as price from (select value, weight, {keys} from {table} where {priced}) e"
        " join res_products p on p.hs = e.hs and p.currency = e.currency and p.period = e.period"
    )
    for batch in engine.batches(query, 200_000):
        codes[at : at + batch.num_rows], price[at : at + batch.num_rows] = batch.column("code").to_numpy(), batch.column("price").to_numpy()
        at += batch.num_rows
    price = np.log(price)
    usual, spread, many = medians(codes, price, size)
    few = many < observations
    whole = _all_years(groups)
    all_usual, all_spread, all_many = medians(whole[codes].astype(np.int32), price, int(whole.max()) + 1 if size else 0)
    usual = np.where(few, all_usual[whole], usual) if size else usual
    spread = np.where(few, all_spread[whole], spread) if size else spread
    enough = np.where(few, all_many[whole], many) >= observations if size else few
    found = groups.drop_columns(["many"]).append_column("usual", pa.array(np.exp(usual)))
    found = found.append_column("spread", pa.array(np.maximum(LEAST, 1.4826 * spread)))
    engine.load("res_bounds", found.filter(pa.array(enough, pa.bool_())))


def _all_years(groups: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each group of a commodity, currency and year the number of the commodity and currency."""
    pairs: dict[Any, int] = {}
    rows = zip(groups.column("hs").to_pylist(), groups.column("currency").to_pylist(), strict=True)
    return np.array([pairs.setdefault(pair, len(pairs)) for pair in rows], np.int64)
