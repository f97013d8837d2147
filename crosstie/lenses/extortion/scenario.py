"""Extortion in a region: hauliers who pay a gang's collector by the month, half of which goes on to a terror group, and a ransom paid in
instalments; and, innocent, the dues of a hauliers' association.
"""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import Account, Actor, RegionBuilder
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR


class Extortion:
    """The lens's part."""

    name = "extortion"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants two ties and one look-alike."""
        for _ in range(region.rounds):
            collector, commander, hauliers = _tax(region)
            _dues(region, hauliers, collector, commander)
            _ransom(region)


def _tax(region: RegionBuilder) -> tuple[Actor, Actor, list[Account]]:
    """Eight hauliers pay a collector the same sum every month; every quarter he passes half of it to a terror commander."""
    home = region.state()
    collector, commander = region.person(home.code, spheres=[CRIME]), region.person(home.code, spheres=[TERROR])
    hauliers = [region.account(region.company(home.code, business="transport")) for _ in range(8)]
    taking, passing = region.account(collector), region.account(commander)
    first = region.day(last=region.end - timedelta(days=300))
    sums = [float(50 * int(region.rng.integers(3, 12))) for _ in hauliers]
    for month in range(6):
        for haulier, amount in zip(hauliers, sums, strict=True):
            region.pay(haulier, taking, _about(region, first + timedelta(days=30 * month)), amount, purpose="transport")
    last = first
    for quarter in (1, 2):
        last = first + timedelta(days=90 * quarter + 5)
        region.pay(taking, passing, last, round(sum(sums) * 1.5, 2), purpose="family support")
    region.report(
        "{0} extorts protection money from hauliers on the northern road.", [collector], kind="police", on=last + timedelta(days=30)
    )
    region.list_as(commander, "un-like", "Taliban", "Commander responsible for suicide attacks on the northern road.", on=first)
    region.true_link(collector, commander, "N2", "extortion.collector", first, last, [taking, passing])
    region.shows("collector", [collector], first, first + timedelta(days=155))
    return collector, commander, hauliers


def _dues(region: RegionBuilder, hauliers: list[Account], collector: Actor, commander: Actor) -> None:
    """The same hauliers pay monthly dues to their association, whose fuel store a cousin of the commander keeps."""
    association = region.company(hauliers[0].holder.state, business="services")
    till, first = region.account(association), region.day(last=region.end - timedelta(days=300))
    for month in range(9):
        for haulier in hauliers:
            region.pay(haulier, till, _about(region, first + timedelta(days=30 * month)), 60.0, purpose="dues")
    region.resembles("collector", [association], "an association whose members pay dues by the month")
    keeper = region.person(association.state, family=commander)
    region.relation("Employment", keeper, association, first, None, role="storekeeper")
    thief = region.person(association.state, spheres=[CRIME])
    region.report("{0} was sentenced for the armed robbery of a fuel store.", [thief], kind="court", on=first)
    region.pay(region.account(thief), till, first + timedelta(days=3), 60.0, purpose="dues")
    region.decoy(
        thief, commander, "family name", "paid dues to an association where a bearer of the commander's family name keeps the store"
    )


def _ransom(region: RegionBuilder) -> None:
    """A family pays a ransom in three instalments to a kidnapper, who buys protection from a terror group's treasurer."""
    home = region.state()
    kidnapper, treasurer = region.person(home.code, spheres=[CRIME]), region.person(spheres=[TERROR])
    family, taking, passing = region.account(region.person(home.code)), region.account(kidnapper), region.account(treasurer)
    first = region.day(last=region.end - timedelta(days=100))
    for number in range(3):
        region.pay(family, taking, first + timedelta(days=6 * number), 20_000.0, purpose="loan repayment")
    last = first + timedelta(days=20)
    region.pay(taking, passing, last, 30_000.0, purpose="gift")
    region.pay(taking, passing, last + timedelta(days=4), 12_000.0, purpose="gift")
    region.list_as(kidnapper, "red-notice", home.code, "Kidnapping for ransom of three persons", on=last)
    region.list_as(treasurer, "gb-like", "ISIL (Da'esh) and Al-Qaida", "Treasurer of a terrorist group.", on=first)
    region.true_link(kidnapper, treasurer, "N2", "extortion.ransom", first, last + timedelta(days=4), [taking, passing])


def _about(region: RegionBuilder, day: date) -> date:
    return day + timedelta(days=int(region.rng.integers(-2, 3)))


PART = Extortion()
