"""What the exporting State says beside what the importing State says: of goods by value (trade statistics) and of species by quantity (CITES).

Each line that does not agree bears the harmless causes that the ledger itself gives for it; what is left over is a question, never an answer.

Source: standards of mirror analysis: UN Statistics Division, International Merchandise Trade Statistics: Compilers Manual (2013); Global Financial
Integrity, trade gaps (2019) for freight of 6 to 10 %; UNEP-WCMC, Guide to using the CITES Trade Database (2022) for wildlife.
"""

from __future__ import annotations

import math

from crosstie.lenses.resources.consignments import exactly
from crosstie.store.engine import Engine

#: slips of unit that make one side a multiple of the other
_UNITS = (1000.0, 0.001, 1e6, 1e-6, 2.2046, 0.45359, 100.0, 0.01)
#: how near to such a multiple a ratio has to come
_NEAR = 0.02
#: headings that States keep secret or move about: not specified elsewhere, monetary gold
_SECRET = ("9999", "710820")
_LINE = ("species", "importer", "exporter", "origin", "goods", "unit", "purpose", "source")


def trade(engine: Engine, *, freight: float, ratio: float, floor: float) -> str:
    """The table `res_mirror`: exporter, importer, period, hs (six figures) with `imported` (as the importer says, freight and insurance taken off) and
    `exported` (as the exporter says), where one is more than `ratio` times the other and they are `floor` dollars apart.

    `cause` is the first harmless cause that the ledger gives, or null; `gap` is imported less exported. Flows are those of six-figure codes.
    """
    _totals(engine, freight)
    log = math.log(ratio)
    far = "(m.imported > m.exported * {r} or m.exported > m.imported * {r})".format(r=math.exp(log))
    engine.create(
        "res_pairs",
        f"select exporter, importer, hs, {exactly('imported')} as imported, {exactly('exported')} as exported, count(*) as periods,"
        " max(case when imported > exported then 1 else 0 end) as over, max(case when exported > imported then 1 else 0 end) as under"
        " from res_flows group by exporter, importer, hs",
    )
    engine.create("res_reporters", "select distinct reporter, date from ledger_trade_flows where flow in ('export', 're-export')")
    engine.create("res_importers", "select distinct reporter, date from ledger_trade_flows where flow = 'import'")
    world = f"{exactly('imported')} as imported, {exactly('exported')} as exported"
    engine.create("res_world", f"select exporter, period, hs, {world} from res_flows group by exporter, period, hs")
    engine.create(
        "res_inward", f"select importer as state, period, hs, {exactly('imported')} as bought from res_flows group by importer, period, hs"
    )
    unit = " or ".join(
        f"(m.import_weight > m.export_weight * {one * (1 - _NEAR)} and m.import_weight < m.export_weight * {one * (1 + _NEAR)})"
        for one in _UNITS
    )
    close = "(w.imported <= w.exported * {r} and w.exported <= w.imported * {r} and w.exported > 0)".format(r=math.exp(log / 2))
    lag = "(p.over = 1 and p.under = 1 and p.imported <= p.exported * {r} and p.exported <= p.imported * {r})".format(r=math.exp(log / 2))
    secret = " or ".join(f"starts_with(m.hs, '{code}')" for code in _SECRET)
    causes = (
        ("x.reporter is null and m.exported = 0", "the exporting State has reported nothing for this period"),
        ("n.reporter is null and m.imported = 0", "the importing State has reported nothing for this period"),
        (secret, "a heading that is kept secret or left out of statistics"),
        (lag, "recorded in another period: over all periods the two agree"),
        ("m.re_exported >= 0.5 * m.exported and m.exported > 0", "re-exports: half or more of what was sent had come from elsewhere"),
        (
            "m.imported > m.exported and i.bought >= m.imported and m.exported > 0",
            "re-exports: the exporter itself imports as much of the goods",
        ),
        (f"({unit}) and m.export_weight > 0", "a slip of unit: the weights differ by a round factor"),
        (close, "another partner: over all partners the exporter’s figures and the importers’ agree"),
    )
    cause = "case " + " ".join(f"when {test} then '{said}'" for test, said in causes) + " end"
    engine.create(
        "res_mirror",
        f"select m.*, m.imported - m.exported as gap, {cause} as cause from res_flows m"
        " join res_pairs p on p.exporter = m.exporter and p.importer = m.importer and p.hs = m.hs"
        " left join res_world w on w.exporter = m.exporter and w.period = m.period and w.hs = m.hs"
        " left join res_inward i on i.state = m.exporter and i.period = m.period and i.hs = m.hs"
        " left join res_reporters x on x.reporter = m.exporter and x.date = m.period"
        " left join res_importers n on n.reporter = m.importer and n.date = m.period"
        f" where {far} and abs(m.imported - m.exported) >= {floor}",
    )
    return "res_mirror"


def wildlife(engine: Engine, *, ratio: float = 1.0, floor: float = 0.0) -> str:
    """The table `res_wildlife`: each line of the trade database in which importer and exporter do not say the same quantity, with `difference`
    (importer less exporter) and `kind`: both sides differ, importer only, exporter only.

    Lines with the same species, parties, origin, goods, unit, purpose and source of one year are added up first. `cause` is the first harmless cause
    that the ledger gives: a slip of unit, the same quantity under another purpose, source, unit or origin, a State that reports nothing, or another year.
    """
    keys = ", ".join(_LINE)
    sums = f"{exactly('importer_quantity')} as importer_quantity, {exactly('exporter_quantity')} as exporter_quantity"
    engine.create("res_lines", f"select date as period, {keys}, {sums}, count(*) as lines from ledger_wildlife_trade group by date, {keys}")
    coarse = ("species", "importer", "exporter", "goods")
    engine.create(
        "res_coarse",
        f"select period, {', '.join(coarse)}, {sums}, count(*) as many from res_lines group by period, {', '.join(coarse)}",
    )
    engine.create(
        "res_ever", f"select {', '.join(coarse)}, {sums}, count(distinct period) as periods from res_lines group by {', '.join(coarse)}"
    )
    for side, other in (("exporter", "exporter_quantity"), ("importer", "importer_quantity")):
        engine.create(f"res_{side}s_heard", f"select distinct period, {side} as state from res_lines where {other} is not null")
    i, e = "coalesce(l.importer_quantity, 0)", "coalesce(l.exporter_quantity, 0)"
    unit = " or ".join(f"({i} > {e} * {one * (1 - 1e-6)} and {i} < {e} * {one * (1 + 1e-6)})" for one in _UNITS[:4])
    causes = (
        (f"{i} > 0 and {e} > 0 and ({unit})", "a slip of unit: one quantity is a round multiple of the other"),
        (
            "c.many > 1 and c.importer_quantity = c.exporter_quantity",
            "coded apart: under all purposes, sources, units and origins together the two agree",
        ),
        ("x.state is null and l.exporter is not null", "the exporting State has reported nothing for this year"),
        ("n.state is null and l.importer is not null", "the importing State has reported nothing for this year"),
        ("v.periods > 1 and v.importer_quantity = v.exporter_quantity", "recorded in another year: over all years the two agree"),
        (
            "l.importer_quantity is null and l.exporter_quantity is not null",
            "perhaps a permit that was issued and not used: exporters often report permits",
        ),
    )
    cause = "case " + " ".join(f"when {test} then '{said}'" for test, said in causes) + " end"
    kind = "case when l.exporter_quantity is null then 'importer only' when l.importer_quantity is null then 'exporter only' else 'both differ' end"
    join = " and ".join(f"coalesce({{0}}.{name}, '') = coalesce(l.{name}, '')" for name in coarse)
    engine.create(
        "res_wildlife",
        f"select l.*, {i} - {e} as difference, {kind} as kind, {cause} as cause from res_lines l"
        f" join res_coarse c on {join.format('c')} and c.period = l.period join res_ever v on {join.format('v')}"
        " left join res_exporters_heard x on x.period = l.period and x.state = l.exporter"
        " left join res_importers_heard n on n.period = l.period and n.state = l.importer"
        f" where {i} <> {e} and abs({i} - {e}) >= {floor} and ({i} >= {e} * {ratio} or {e} >= {i} * {ratio})",
    )
    return "res_wildlife"


def _totals(engine: Engine, freight: float) -> None:
    """The table `res_flows`: what both sides say of exporter, importer, period and commodity."""
    imports = "flow = 'import'"
    exports = "flow in ('export', 're-export')"
    value = f"case when {imports} then coalesce(cif, value) / {1 + freight} end"
    sent = f"case when {exports} then coalesce(fob, value) end"
    engine.create(
        "res_flows",
        "select case when flow = 'import' then partner else reporter end as exporter, case when flow = 'import' then reporter else partner end as importer,"
        f" date as period, hs, coalesce({exactly(value)}, 0) as imported, coalesce({exactly(sent)}, 0) as exported,"
        f" coalesce({exactly(_only('re-export', 'coalesce(fob, value)'))}, 0) as re_exported,"
        f" coalesce({exactly(_only('import', 'weight'))}, 0) as import_weight, coalesce({exactly(_only('export', 'weight'))}, 0) as export_weight"
        f" from ledger_trade_flows where length(hs) = 6 and ({imports} or {exports}) and date is not null and partner is not null"
        " group by 1, 2, date, hs",
    )


def _only(flow: str, column: str) -> str:
    return f"case when flow = '{flow}' then {column} end"
