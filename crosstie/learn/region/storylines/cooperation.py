"""Storylines of coexistence and cooperation (N1, N2): money, goods, phones, kin and passage between a crime cell and a terror cell."""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import RegionBuilder
from crosstie.learn.region.storylines.cast import Cell, Storyline, crime_cell, payments, period, sentence, terror_cell, tie_sentence


def _cells(region: RegionBuilder) -> tuple[Cell, Cell]:
    crime = crime_cell(region)
    return crime, terror_cell(region, crime.leader.state if region.rng.random() < 0.5 else None)


def intermediary(region: RegionBuilder) -> None:
    """The boss's trading firm pays a shop for services; the shop belongs to the leader."""
    crime, terror = _cells(region)
    first, last = period(region)
    firm = region.company(crime.leader.state, business="trading", founded=first - timedelta(days=400))
    shop = region.company(terror.leader.state, business="services", founded=first - timedelta(days=120))
    region.relation("Ownership", crime.leader, firm, first - timedelta(days=400), None, "register")
    region.relation("Ownership", terror.leader, shop, first - timedelta(days=120), None, "register")
    a, b = region.account(firm, opened=first - timedelta(days=350)), region.account(shop, opened=first - timedelta(days=100))
    payments(region, a, b, first, last, int(region.rng.integers(5, 10)), (2_000, 9_000), "consulting")
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "finance.front-company",
        first,
        last,
        [firm, a, b, shop],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def pass_through(region: RegionBuilder) -> None:
    """Money of the boss rests a day or two on the account of a small firm and goes on to the leader."""
    crime, terror = _cells(region)
    first, last = period(region)
    firm = region.company(terror.leader.state, business="exchange", founded=first - timedelta(days=600))
    owner = region.person(terror.leader.state)
    region.relation("Ownership", owner, firm, first - timedelta(days=600), None, "register")
    source, middle, target = region.account(crime.leader), region.account(firm), region.account(terror.leader)
    for _ in range(int(region.rng.integers(4, 8))):
        day, amount = region.day(first, last - timedelta(days=3)), float(region.rng.uniform(3_000, 9_500))
        region.pay(source, middle, day, amount, "USD", "goods")
        region.pay(middle, target, day + timedelta(days=int(region.rng.integers(1, 3))), amount * 0.96, "USD", "family support")
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "finance.pass-through",
        first,
        last,
        [source, middle, firm, target],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def two_phones(region: RegionBuilder) -> None:
    """A facilitator keeps one phone for each world: the first is that of the boss's firm, the second is known from a report on the leader."""
    crime, terror = _cells(region)
    first, last = period(region)
    state = terror.leader.state
    one, other = region.phone(crime.leader.state), region.phone(state)
    firm = region.company(crime.leader.state, business="transport", phone=one, founded=first - timedelta(days=500))
    region.relation("Directorship", crime.leader, firm, first - timedelta(days=500), None, "register")
    facilitator = region.person(state, phone=other)
    paid, kept = region.account(facilitator, phone=one), region.account(facilitator, phone=other)
    payments(region, region.account(firm), paid, first, last, int(region.rng.integers(3, 7)), (1_500, 6_000), "transport")
    payments(region, kept, region.account(terror.leader), first, last, 2, (800, 2_500), "loan")
    text, lang = sentence(region, "neutral", state)
    region.report(text, [facilitator], kind="police", lang=lang, on=first, phones=[one, other])
    region.report(
        tie_sentence(region, "member"), [terror.leader, terror.group or terror.leader], kind="intelligence", on=last, phones=[other]
    )
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "facilitation.two-phones",
        first,
        last,
        [firm, facilitator],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def ship_owner(region: RegionBuilder) -> None:
    """A front of the leader exports goods to the boss's firm, on the boss's ship."""
    crime, terror = _cells(region)
    first, last = period(region)
    firm = region.company(crime.leader.state, business="shipping", founded=first - timedelta(days=900))
    front = region.company(terror.leader.state, business="trading", founded=first - timedelta(days=200))
    region.relation("Ownership", crime.leader, firm, first - timedelta(days=900), None, "register")
    region.relation("Directorship", terror.leader, front, first - timedelta(days=200), None, "register")
    vessel = region.vessel(firm, since=first - timedelta(days=700))
    for _ in range(int(region.rng.integers(4, 9))):
        weight = float(region.rng.uniform(20_000, 90_000))
        region.ship(
            front, firm, region.day(first, last), hs="120740", goods="sesame seeds", weight_kg=weight, value=weight * 1.5, vessel=vessel
        )
    region.true_link(
        crime.leader, terror.leader, "N2", "trade.ship-owner", first, last, [firm, front], crime_side=crime.side, terror_side=terror.side
    )


def arms(region: RegionBuilder) -> None:
    """The boss sells arms to the leader: a court and an intelligence service say so."""
    crime, terror = _cells(region)
    first, last = period(region)
    for kind in ("court", "intelligence"):
        text = tie_sentence(region, "arms", first=first.year, last=last.year)
        report = region.report(text, [crime.leader, terror.leader], kind=kind, on=last)
        region.relation("UnknownLink", crime.leader, terror.leader, first, last, report, role="supplier of weapons")
    payments(region, region.account(terror.leader), region.account(crime.leader), first, last, 3, (4_000, 15_000), "goods")
    region.true_link(crime.leader, terror.leader, "N2", "arms.supply", first, last, crime_side=crime.side, terror_side=terror.side)


def passage(region: RegionBuilder) -> None:
    """The boss's haulage firm pays a collector month by month; an informant says that the collector belongs to the leader's people."""
    crime, terror = _cells(region)
    first, last = period(region, shortest=400)
    firm = region.company(crime.leader.state, business="transport", founded=first - timedelta(days=800))
    region.relation("Ownership", crime.leader, firm, first - timedelta(days=800), None, "register")
    collector = region.person(terror.leader.state)
    a, b = region.account(firm), region.account(collector)
    day = first
    while day < last:
        region.pay(a, b, day, float(region.rng.uniform(900, 1_100)), purpose="road service")
        day += timedelta(days=30)
    chief = terror.group or terror.leader
    report = region.report(tie_sentence(region, "passage"), [firm, collector], kind="intelligence", on=last)
    region.relation("Representation", collector, chief, first, last, report, role="collects on behalf of")
    region.true_link(
        crime.leader,
        terror.leader,
        "N2",
        "extortion.passage",
        first,
        last,
        [firm, a, b, collector],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def kin(region: RegionBuilder) -> None:
    """Brothers, one in each world; or cousins with a relative between them."""
    crime = crime_cell(region)
    first = date(2016, 1, 1)
    terror = terror_cell(region, crime.leader.state)
    report = region.report(tie_sentence(region, "family"), [crime.leader, terror.leader], kind="police")
    through = []
    if region.rng.random() < 0.5:
        region.relation("Family", crime.leader, terror.leader, None, None, report, role="brother-in-law")
    else:
        between = region.person(crime.leader.state, family=crime.leader)
        region.relation("Family", crime.leader, between, None, None, report, role="brother")
        again = region.report("", [between, terror.leader], kind="court")
        region.relation("Family", between, terror.leader, None, None, again, role="son-in-law")
        through = [between]
    region.true_link(
        crime.leader, terror.leader, "N1", "kinship", first, region.end, through, crime_side=crime.side, terror_side=terror.side
    )


def same_yard(region: RegionBuilder) -> None:
    """A firm of each world in the same yard, with the same telephone, and no dealing seen."""
    crime, terror = _cells(region)
    first, last = period(region)
    state = crime.leader.state
    yard, phone = region.address(state), region.phone(state)
    here = region.company(state, business="transport", address=yard, phone=phone, founded=first)
    there = region.company(state, business="construction", address=yard, phone=phone, founded=first + timedelta(days=40))
    region.relation("Ownership", crime.leader, here, first, None, "register")
    region.relation("Ownership", terror.leader, there, first + timedelta(days=40), None, "register")
    region.account(here), region.account(there)
    region.true_link(
        crime.leader,
        terror.leader,
        "N1",
        "coexistence.same-yard",
        first,
        last,
        [here, there],
        crime_side=crime.side,
        terror_side=terror.side,
    )


def rumour(region: RegionBuilder) -> None:
    """They met, but only an unnamed trader says so, in a newspaper: true, and not to be found with confidence."""
    crime, terror = _cells(region)
    day = region.day()
    region.report(tie_sentence(region, "rumour"), [crime.leader, terror.leader], kind="press", on=day)
    region.true_link(crime.leader, terror.leader, "N1", "rumour", day, day, evidence="thin", crime_side=crime.side, terror_side=terror.side)


PARTS = (
    Storyline("core-intermediary", intermediary),
    Storyline("core-pass-through", pass_through),
    Storyline("core-two-phones", two_phones),
    Storyline("core-ship-owner", ship_owner),
    Storyline("core-arms", arms),
    Storyline("core-passage", passage),
    Storyline("core-kin", kin),
    Storyline("core-same-yard", same_yard),
    Storyline("core-rumour", rumour),
)
