"""Signs in permits and species: more than the permit allows, outside its days, of somebody else; a species where none was ever recorded."""

from __future__ import annotations

from crosstie.lenses.resources.consignments import current, exactly, mark
from crosstie.store.engine import Engine


def breached(engine: Engine, *, surplus: float) -> str:
    """`res_permit`: consignments that cite a permit which had run out or was not yet issued, was given to another exporter, lacks the permit of origin
    of a re-export, or whose quantity they exceed, taken together, by the factor `surplus`.
    """
    table, permits = current(engine), current(engine, "permits")
    engine.create(
        "res_permits",
        "select number, coalesce(lower(species), '') as species, min(date) as issued, max(expires) as expires, min(a) as holder, count(distinct a) as holders,"
        f" {exactly('quantity')} as quantity, min(case when lower(coalesce(kind, '')) in ('re-export', 'reexport', 'r') and origin_permit is null then 1"
        f" else 0 end) as rootless from {permits} group by number, coalesce(lower(species), '')",
    )
    match = "p.number = e.permit and (p.species = '' or e.species is null or p.species = lower(e.species))"
    taken = "coalesce(e.quantity, e.weight)"
    engine.create(
        "res_taken",
        f"select p.number, p.species, {exactly(taken)} as taken from {table} e join res_permits p on {match} where {taken} > 0 group by p.number, p.species",
    )
    over = f"(p.quantity > 0 and t.taken > p.quantity * {1 + surplus})"
    tests = (
        ("(length(p.expires) = 10 and e.date > p.expires)", "'permit ' || p.number || ' had run out on ' || p.expires", "1.0"),
        (
            "(length(p.issued) = 10 and length(e.date) = 10 and e.date < p.issued)",
            "'permit ' || p.number || ' was issued later, on ' || p.issued",
            "1.0",
        ),
        ("(p.holders = 1 and e.a is not null and p.holder <> e.a)", "'permit ' || p.number || ' was given to another exporter'", "0.9"),
        (over, "'more than permit ' || p.number || ' allows'", "0.9"),
        ("p.rootless = 1", "'permit ' || p.number || ' for re-export names no permit of origin'", "0.5"),
    )
    what = "case " + " ".join(f"when {test} then {said}" for test, said, _ in tests) + " end"
    strength = "cast(case " + " ".join(f"when {test} then {sure}" for test, _, sure in tests) + " end as double)"
    of = f"{table} e join res_permits p on {match} left join res_taken t on t.number = p.number and t.species = p.species"
    return mark(
        engine, "permit", of, " or ".join(test for test, _, _ in tests), strength=strength, what=what, number="t.taken", usual="p.quantity"
    )


def strange_species(engine: Engine, *, records: float, states: float) -> str:
    """`res_species`: consignments of a species of which the trade database has so many records, of so many States, and none of the declared origin."""
    wild = "coalesce(source, 'W') in ('W', 'X', 'R', 'U')"
    engine.create(
        "res_ranges",
        "select lower(species) as species, coalesce(origin, exporter) as state, count(*) as many from ledger_wildlife_trade"
        " where coalesce(origin, exporter) is not null and coalesce(origin, exporter) not in ('xx', 'xv', 'zz')"
        f" and {wild}"
        " group by lower(species), coalesce(origin, exporter)",
    )
    engine.create(
        "res_recorded",
        f"select species, sum(many) as many from res_ranges group by species having sum(many) >= {int(records)} and count(*) >= {int(states)}",
    )
    of = (
        f"{current(engine)} e join res_recorded k on k.species = lower(e.species)"
        " left join res_ranges g on g.species = lower(e.species) and g.state = lower(e.origin)"
    )
    what = "e.species || ' was never recorded from ' || lower(e.origin)"
    return mark(engine, "species", of, "e.origin is not null and g.state is null", what=what, number="cast(k.many as double)")
