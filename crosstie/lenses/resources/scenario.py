"""Resources in a region: charcoal of Sahelia that a terror group taxes and that leaves as another State's, gold sold far under its value; and,
innocent, exporters of lawful charcoal with the same customers.
"""

from __future__ import annotations

from datetime import timedelta

from crosstie.learn.region.parts import Actor, RegionBuilder
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR
CHARCOAL, GOLD = "440290", "710812"


class Resources:
    """The lens's part."""

    name = "resources"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants two ties and one look-alike."""
        for _ in range(region.rounds):
            _charcoal(region)
            _gold(region)


def _charcoal(region: RegionBuilder) -> None:
    """A terror financier's company ships charcoal under a false origin to a smuggler's company; a lawful exporter supplies the same customer."""
    smuggler, financier = region.person("qr", spheres=[CRIME]), region.person("qs", spheres=[TERROR])
    importer, exporter = region.company("qr", business="charcoal"), region.company("qs", business="charcoal")
    first = region.day(last=region.end - timedelta(days=400))
    before = first - timedelta(days=200)
    region.relation("Ownership", smuggler, importer, before, None, "register")
    region.relation("Directorship", financier, exporter, before, None, "register", role="director")
    ship = region.vessel(importer, "qr", since=before)
    last = first
    for number in range(5):
        last = first + timedelta(days=45 * number)
        weight = float(region.rng.integers(15_000, 40_000))
        value = round(weight * float(region.rng.uniform(0.12, 0.18)), 2)
        region.ship(
            exporter, importer, last, hs=CHARCOAL, goods="wood charcoal in bags", weight_kg=weight, value=value, vessel=ship, origin="qo"
        )
    region.report("{0} smuggles charcoal and fuel by dhow.", [smuggler], kind="police", on=last)
    region.list_as(
        financier, "un-like", "Somalia", "Collects taxes on charcoal for Al-Shabaab and finances its terrorist operations.", on=first
    )
    region.true_link(smuggler, financier, "N2", "resources.charcoal", first, last, [importer, exporter])
    _lawful(region, importer, financier)


def _lawful(region: RegionBuilder, importer: Actor, financier: Actor) -> None:
    """A lawful exporter of Ostrava Coast sells its own charcoal to the same importer; its director bears the financier's family name."""
    exporter, director = region.company("qo", business="charcoal"), region.person("qo", family=financier)
    first = region.day(last=region.end - timedelta(days=300))
    region.relation("Directorship", director, exporter, first - timedelta(days=900), None, "register", role="director")
    for number in range(6):
        weight = float(region.rng.integers(10_000, 30_000))
        value = round(weight * float(region.rng.uniform(0.31, 0.39)), 2)
        region.ship(
            exporter, importer, first + timedelta(days=30 * number), hs=CHARCOAL, goods="wood charcoal", weight_kg=weight, value=value
        )
    dealer = region.person("qo", spheres=[CRIME])
    region.report("{0} was convicted of the smuggling of cigarettes.", [dealer], kind="court", on=first)
    region.relation("Employment", dealer, exporter, first - timedelta(days=2500), first - timedelta(days=2000), role="driver")
    region.decoy(dealer, financier, "family name", "drove for a lawful exporter whose director happens to bear the financier's family name")


def _gold(region: RegionBuilder) -> None:
    """A smuggler sells gold far under its value to the trading company of a terror group's treasurer."""
    smuggler, treasurer = region.person(spheres=[CRIME]), region.person("qr", spheres=[TERROR])
    seller, buyer = region.company(smuggler.state, business="gold"), region.company("qr", business="gold")
    first = region.day(last=region.end - timedelta(days=200))
    region.relation("Ownership", smuggler, seller, first - timedelta(days=500), None, "register")
    region.relation("Ownership", treasurer, buyer, first - timedelta(days=300), None, "register")
    last = first
    for number in range(4):
        last = first + timedelta(days=30 * number)
        weight = float(round(region.rng.uniform(2, 9), 0))
        region.ship(
            seller,
            buyer,
            last,
            hs=GOLD,
            goods="gold, unwrought",
            weight_kg=weight,
            value=round(weight * float(region.rng.uniform(9_000, 12_000)), 2),
        )
    region.list_as(
        smuggler,
        "gb-like",
        "Global Irregular Migration and Trafficking in Persons",
        "Smuggles gold and migrants across the desert.",
        on=last,
    )
    region.list_as(treasurer, "ofac-like", "SDGT", "Treasurer who raised funds for Al-Qaida.", on=first)
    region.true_link(smuggler, treasurer, "N2", "resources.gold", first, last, [seller, buyer])


PART = Resources()
