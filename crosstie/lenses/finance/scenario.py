"""Money in a region: a laundryman who splits sums under the threshold and serves a terror group, a collection box that empties itself into a
smuggler's till; and, innocent, a shop with daily takings and a charity fair at which both worlds spend a little.
"""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import Account, Actor, RegionBuilder
from crosstie.lenses.finance import layers, stories
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR


class Finance:
    """The lens's part."""

    name = "finance"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants two ties and two look-alikes."""
        for _ in range(region.rounds):
            launderer = _laundryman(region)
            financier = _collection(region)
            _shop(region, launderer, financier)
            _fair(region, launderer, financier)
            stories.plant(region)
            layers.plant(region)


def _laundryman(region: RegionBuilder) -> Actor:
    """Couriers pay amounts just under the threshold into an exchange house, whose money reaches a terror leader abroad."""
    home = region.state()
    launderer, leader = region.person(home.code, spheres=[CRIME]), region.person(spheres=[TERROR])
    house = region.company(home.code, business="exchange")
    first = region.day(last=region.end - timedelta(days=200))
    region.relation("Ownership", launderer, house, first - timedelta(days=400), None, "register")
    till, account = region.account(house), region.account(leader)
    couriers = [region.account(region.person(home.code)) for _ in range(3)]
    day = first
    for number in range(12):
        day = first + timedelta(days=number * 2 + int(region.rng.integers(2)))
        region.pay(couriers[number % 3], till, day, float(round(region.rng.uniform(8_900, 9_980), 2)), purpose="goods")
    last = day
    for number in range(3):
        last = day + timedelta(days=5 + 9 * number)
        region.pay(till, account, last, float(round(region.rng.uniform(15_000, 24_000), 2)), purpose="invoice")
    region.list_as(
        launderer, "ofac-like", "TCO", "Runs a money laundering network for smugglers in several States.", on=last + timedelta(days=90)
    )
    region.list_as(leader, "un-like", "Al-Qaida", "Responsible for planning terrorist attacks.", on=first)
    region.shows("structuring", [house], first, day)
    region.true_link(launderer, leader, "N2", "finance.structuring", first, last, [house, till, account])
    return launderer


def _collection(region: RegionBuilder) -> Actor:
    """Many supporters give small sums to a collector; days later most of it goes to a company of a man who forges documents."""
    home = region.state()
    collector, forger = region.person(home.code, spheres=[TERROR]), region.person(spheres=[CRIME])
    firm = region.company(forger.state, business="trading")
    first = region.day(last=region.end - timedelta(days=120))
    region.relation("Directorship", forger, firm, first - timedelta(days=300), None, "register", role="manager")
    box, till = region.account(collector), region.account(firm)
    last = first
    for _ in range(2):
        total = 0.0
        for _ in range(18):
            gift = float(round(region.rng.uniform(40, 600), 2))
            total += gift
            last = last + timedelta(days=int(region.rng.integers(2)))
            region.pay(region.account(region.person(home.code)), box, last, gift, purpose="help")
        last = last + timedelta(days=2)
        region.pay(box, till, last, float(round(total * 0.93, 2)), purpose="travel")
        last = last + timedelta(days=30)
    region.report(
        "{0} collected donations for the Islamic State from supporters and transferred them abroad.",
        [collector],
        kind="fiu",
        on=last + timedelta(days=20),
    )
    region.list_as(forger, "red-notice", forger.state, "Forgery of passports and travel documents", on=last)
    region.shows("fan-in-out", [collector], first, last)
    region.shows("npo-diversion", [collector], first, last)
    region.true_link(forger, collector, "N2", "finance.collection", first, last, [firm, till, box])
    return collector


def _shop(region: RegionBuilder, crime: Actor, terror: Actor) -> None:
    """A big shop: takings of any size, some just under the threshold. A criminal and a financier both buy there."""
    shop = region.company(business="retail")
    till, first = region.account(shop), region.day(last=region.end - timedelta(days=100))
    for number in range(60):
        buyer = region.account(region.person(shop.state))
        amount = float(round(region.rng.uniform(5_000, 14_500), 2))
        region.pay(buyer, till, first + timedelta(days=number), amount, purpose="goods")
    _spend(region, crime, terror, till, first)
    region.resembles("structuring", [shop], "daily takings on both sides of the threshold")
    region.decoy(crime, terror, "common bank/hub", "both bought at the same large shop, as sixty others did")


def _fair(region: RegionBuilder, crime: Actor, terror: Actor) -> None:
    """A charity fair: small sums from many within days, spent in parts on what it was held for, weeks later."""
    charity = region.company(business="charity")
    box, first = region.account(charity), region.day(last=region.end - timedelta(days=100))
    for number in range(40):
        gift = float(round(region.rng.uniform(5, 120), 2))
        region.pay(region.account(region.person(charity.state)), box, first + timedelta(days=number % 3), gift, purpose="charity fair")
    _spend(region, crime, terror, box, first)
    for number in range(3):
        builder = region.account(region.company(charity.state, business="construction"))
        region.pay(box, builder, first + timedelta(days=30 + 14 * number), 700.0, purpose="school roof")
    region.resembles("fan-in-out", [charity], "a charity fair that pays for its school roof weeks later, in parts")
    region.decoy(crime, terror, "common bank/hub", "both gave a little at the same charity fair")


def _spend(region: RegionBuilder, crime: Actor, terror: Actor, till: Account, first: date) -> None:
    for actor in (crime, terror):
        region.pay(region.account(actor), till, first + timedelta(days=1), float(round(region.rng.uniform(20, 90), 2)), purpose="goods")


PART = Finance()
