"""Storylines of cooperation that run over other people: hawala, couriers, cell mates, safe houses, borrowed cars, brokers; and of borrowed methods."""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import RegionBuilder
from crosstie.learn.region.storylines.cast import Cell, Storyline, crime_cell, payments, period, terror_cell, tie_sentence
from crosstie.model.lexicon import Sphere

BOTH = (Sphere.CRIME, Sphere.TERROR)


def _cells(region: RegionBuilder) -> tuple[Cell, Cell]:
    crime = crime_cell(region)
    return crime, terror_cell(region, crime.leader.state if region.rng.random() < 0.4 else None)


def hawala(region: RegionBuilder) -> None:
    """The boss pays a money changer; within days his partner abroad pays nearly as much to the leader, and the two settle by a third sum."""
    crime, terror = _cells(region)
    first, last = period(region, shortest=400)
    here, there = region.person(crime.leader.state), region.person(terror.leader.state)
    source, one, other, target = (region.account(each) for each in (crime.leader, here, there, terror.leader))
    for _ in range(int(region.rng.integers(4, 8))):
        day, amount = region.day(first, last - timedelta(days=12)), float(region.rng.uniform(4_000, 15_000))
        region.pay(source, one, day, amount, "USD", "goods")
        region.pay(one, other, day + timedelta(days=int(region.rng.integers(1, 4))), amount * 0.97, "USD", "settlement")
        region.pay(other, target, day + timedelta(days=int(region.rng.integers(4, 8))), amount * 0.95, "USD", "family support")
    for broker in (one, other):  # both have honest customers too
        for _ in range(int(region.rng.integers(2, 6))):
            payments(region, region.account(region.person(broker.holder.state)), broker, first, last, 2, (100, 900), "family support")
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "finance.hawala",
        first,
        last,
        [source, here, there, target],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def couriers(region: RegionBuilder) -> None:
    """The boss's driver and the leader's courier telephone before they cross the border in one car, again and again."""
    crime, terror = _cells(region)
    first, last = period(region, shortest=300)
    driver, courier = region.person(crime.leader.state), region.person(terror.leader.state)
    report = region.report("", [driver, crime.leader], kind="police", on=last)
    region.relation("Employment", driver, crime.leader, first - timedelta(days=200), last, report, role="driver")
    again = region.report("", [courier, terror.leader], kind="intelligence", on=last)
    region.relation("Associate", courier, terror.leader, first - timedelta(days=100), last, again, role="courier")
    car = region.car(driver, since=first - timedelta(days=300))
    for _ in range(int(region.rng.integers(3, 7))):
        day = region.day(first, last)
        region.call(driver, courier, day - timedelta(days=1), int(region.rng.integers(20, 90)))
        region.cross(driver, car, day, driver.state)
        region.cross(courier, car, day, driver.state)
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "passage.couriers",
        first,
        last,
        [driver, courier],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def cell_mates(region: RegionBuilder) -> None:
    """They shared a cell; after release they telephone, and money goes to the one's wife."""
    crime, terror = _cells(region)
    state, begun = crime.leader.state, region.day(date(2016, 6, 1), date(2019, 6, 30))
    place = {"prison": int(region.rng.integers(2)), "wing": int(region.rng.integers(6)), "cell": int(region.rng.integers(12))}
    out = begun + timedelta(days=int(region.rng.integers(200, 500)))
    region.custody(crime.leader, begun, out, state=state, **place)
    region.custody(terror.leader, begun + timedelta(days=30), out + timedelta(days=40), state=state, **place)
    last = out + timedelta(days=500)
    for _ in range(int(region.rng.integers(4, 9))):
        region.call(crime.leader, terror.leader, region.day(out + timedelta(days=50), last), int(region.rng.integers(60, 600)))
    if region.rng.random() < 0.5:
        payments(
            region, region.account(crime.leader), region.account(terror.leader), out + timedelta(days=60), last, 2, (300, 1_500), "gift"
        )
    region.true_link(crime.leader, terror.leader, "N2", "prison.cell-mates", begun, last, crime_side=crime.side, terror_side=terror.side)


def safe_house(region: RegionBuilder) -> None:
    """The leader's aide lives in a flat of the boss's firm, pays no rent for it, and telephones the firm."""
    crime, terror = _cells(region)
    first, last = period(region, shortest=300)
    state = crime.leader.state
    flat = region.address(state)
    firm = region.company(state, business="construction", founded=first - timedelta(days=700), address=flat)
    region.relation("Ownership", crime.leader, firm, first - timedelta(days=700), None, "register")
    aide = region.person(state, address=flat)
    region.account(aide), region.account(firm)
    report = region.report("", [aide, terror.leader], kind="intelligence", on=last)
    region.relation("Associate", aide, terror.leader, first, last, report, role="aide")
    for _ in range(int(region.rng.integers(3, 7))):
        region.call(aide, firm, region.day(first, last), int(region.rng.integers(20, 200)))
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "facilitation.safe-house",
        first,
        last,
        [firm, aide],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def borrowed_car(region: RegionBuilder) -> None:
    """A car of the boss's firm is at the border with the leader's brother in it, on several days."""
    crime, terror = _cells(region)
    first, last = period(region)
    firm = region.company(crime.leader.state, business="transport", founded=first - timedelta(days=600))
    region.relation("Directorship", crime.leader, firm, first - timedelta(days=600), None, "register")
    car, brother = region.car(firm, since=first - timedelta(days=100)), region.person(terror.leader.state, family=terror.leader)
    report = region.report("", [brother, terror.leader], kind="police", on=last)
    region.relation("Family", brother, terror.leader, None, None, report, role="brother")
    for _ in range(int(region.rng.integers(2, 5))):
        region.cross(brother, car, region.day(first, last), crime.leader.state)
    payments(region, region.account(brother), region.account(firm), first, last, 2, (400, 1_500), "transport")
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "passage.borrowed-car",
        first,
        last,
        [firm, car, brother],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def arms_broker(region: RegionBuilder) -> None:
    """A broker buys from the boss and sells to the leader: a court says the one, an intelligence service the other, and the money follows."""
    crime, terror = _cells(region)
    first, last = period(region)
    broker = region.person(crime.leader.state)
    bought = region.report(tie_sentence(region, "arms", first=first.year, last=last.year), [crime.leader, broker], kind="court", on=last)
    region.relation("UnknownLink", crime.leader, broker, first, last, bought, role="supplier of weapons")
    sold = region.report("", [broker, terror.leader], kind="intelligence", on=last)
    region.relation("UnknownLink", broker, terror.leader, first, last, sold, role="supplier of weapons")
    payments(region, region.account(terror.leader), region.account(broker), first, last, 3, (4_000, 15_000), "goods")
    region.true_link(
        crime.leader, terror.leader, "N2", "arms.broker", first, last, [broker], crime_side=crime.side, terror_side=terror.side
    )


def terror_tactics(region: RegionBuilder) -> None:
    """A cartel bombs courts and ministries to frighten the State: it stays a cartel, listed as one, and fights like terrorists."""
    group = region.actor(None, BOTH, region.state().code)
    region.list_as(group, "ofac-like", "TCO", "{0} traffics cocaine and launders the proceeds.")
    first, last = period(region, shortest=400)
    region.report(tie_sentence(region, "tactics", year=first.year), [group], kind="court", on=last)
    region.report(tie_sentence(region, "tactics", year=first.year), [group], kind="intelligence", on=last)
    region.true_link(group, group, "N3", "appropriation.tactics", first, last)


def treasurer(region: RegionBuilder) -> None:
    """One man keeps the books of a cartel and of an armed front: two services know one half each."""
    crime, terror = crime_cell(region), terror_cell(region)
    first, last = period(region, shortest=400)
    keeper = region.person(crime.leader.state)
    for leader, kind in ((crime.leader, "fiu"), (terror.leader, "intelligence")):
        report = region.report("", [keeper, leader], kind=kind, on=last)  # type: ignore[arg-type]
        region.relation("Employment", keeper, leader, first, last, report, role="keeps the books")
    account = region.account(keeper)
    payments(region, region.account(crime.leader), account, first, last, 3, (3_000, 9_000), "loan")
    payments(region, account, region.account(terror.leader), first + timedelta(days=20), last, 3, (3_000, 9_000), "loan")
    region.true_link(
        crime.leader, terror.leader, "N4", "convergence.treasurer", first, last, [keeper], crime_side=crime.side, terror_side=terror.side
    )


PARTS = (
    Storyline("core-hawala", hawala),
    Storyline("core-couriers", couriers),
    Storyline("core-cell-mates", cell_mates),
    Storyline("core-safe-house", safe_house),
    Storyline("core-borrowed-car", borrowed_car),
    Storyline("core-arms-broker", arms_broker),
    Storyline("core-terror-tactics", terror_tactics, 0.5),
    Storyline("core-treasurer", treasurer),
)
