"""Resources in a region: charcoal of Sahelia that a terror group taxes and that leaves as another State's, gold sold far under its value, a cloned box,
a ship that goes dark off the charcoal port and meets another at sea, permits used twice over; and, innocent, exporters of lawful charcoal with the same
customers, groupage in one box, a ship that lies silent in port, a permit used to its last piece.
"""

from __future__ import annotations

from datetime import timedelta

from crosstie.learn.region.parts import Actor, RegionBuilder
from crosstie.lenses.resources.stories import Load, Permit, Voyage, box, load, permit, voyage
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR
CHARCOAL, GOLD = "440290", "710812"


class Resources:
    """The lens's part."""

    name = "resources"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants three ties, what detectors ought to see of them, and what only looks so."""
        for _ in range(region.rounds):
            _charcoal(region)
            _gold(region)
            _clone(region)
            _dark(region)
            _permits(region)


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
    region.shows("charcoal-origin", [exporter, importer], first, last)
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
    region.resembles("charcoal-origin", [exporter], "charcoal of Ostrava Coast, declared as such")
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
    region.shows("unit-value", [seller, buyer], first, last)


def _clone(region: RegionBuilder) -> None:
    """A smuggler of cigarettes sends two loads under one container number, on two ships at once, to the shop of a terror group's buyer. Beside it, groupage
    of four honest exporters in one box, under one seal.
    """
    smuggler, buyer = region.person("qp", spheres=[CRIME]), region.person("qn", spheres=[TERROR])
    sender, shop = region.company("qp", business="trading"), region.company("qn", business="trading")
    first = region.day(last=region.end - timedelta(days=200))
    region.relation("Ownership", smuggler, sender, first - timedelta(days=400), None, "register")
    region.relation("Directorship", buyer, shop, first - timedelta(days=250), None, "register", role="director")
    ships = [region.vessel(flag="qp", since=first - timedelta(days=700)) for _ in range(2)]
    number, last = int(region.rng.integers(1_000_000)), first
    for voyage_ in range(3):
        last = first + timedelta(days=40 * voyage_)
        for half, (ship, port) in enumerate(zip(ships, ("Puerto Bravo", "Puerto Serena"), strict=True)):
            load(region, Load(
                sender, shop, last + timedelta(days=half), ship, port, "Bandar Sahil", "240220", "cigarettes", float(region.rng.integers(6000, 9000)),
                f"C{number:06d}{voyage_}{half}", box(number), f"SE{number:06d}{voyage_}{half}",
            ))  # fmt: skip
    region.report("{0} smuggles cigarettes in containers whose numbers are used twice.", [smuggler], kind="police", on=last)
    region.list_as(buyer, "ofac-like", "SDGT", "Buys goods that finance a terrorist group.", on=first)
    region.true_link(smuggler, buyer, "N2", "resources.clone", first, last, [sender, shop])
    region.shows("duplicate-identifiers", [sender, shop], first, last)
    shared, receiver = box(number + 7), region.company("qn", business="trading")
    for part in range(4):
        honest = region.company("qp", business="trading")
        load(region, Load(
            honest, receiver, first, ships[0], "Puerto Bravo", "Bandar Sahil", "080420", "dried figs", float(region.rng.integers(2000, 4000)),
            f"G{number:06d}{part}", shared, f"GE{number:06d}",
        ))  # fmt: skip
        region.resembles("duplicate-identifiers", [honest, receiver], "groupage: four exporters share one box on one ship")


def _dark(region: RegionBuilder) -> None:
    """A ship of a smuggler falls silent off Kolo Fleuve and lies beside another at sea afterwards; a third ship lies moored there and is silent too, a
    fourth sails past and is heard all the way.
    """
    owner = region.person("qr", spheres=[CRIME])
    firm, other = region.company("qr", business="shipping"), region.company("qo", business="shipping")
    first = region.day(last=region.end - timedelta(days=100))
    region.relation("Ownership", owner, firm, first - timedelta(days=900), None, "register")
    dark, taker = (region.vessel(one, one.state, since=first - timedelta(days=800)) for one in (firm, other))
    moored, passing = (region.vessel(flag="qs", since=first - timedelta(days=800)) for _ in range(2))
    region.report("{0} owns ships that load charcoal at night.", [owner], kind="intelligence", on=first)
    inward = [(float(hour), -37.0 - 0.1 * hour, 63.0, 6.0 + float(region.rng.normal(0, 0.4))) for hour in range(8)]
    outward = [(float(30 + hour), -37.4 + 0.15 * hour, 63.4, 8.5) for hour in range(14)]
    beside = [(45 + hour / 2, -35.2, 64.0, 0.6) for hour in range(9)]
    voyage(region, Voyage(dark, first, [*inward, *outward, *beside]))
    come = [(float(20 + hour), -33.0 - 0.09 * hour, 65.0, 6.0) for hour in range(20)]
    voyage(region, Voyage(taker, first, [*come, *((45 + hour / 2, -35.201, 64.001, 0.5) for hour in range(9))]))
    voyage(
        region,
        Voyage(moored, first, [(0.0, -38.0, 62.01, 0.0), (1.0, -38.0, 62.01, 0.0), (26.0, -38.0, 62.01, 0.1), (27.0, -38.0, 62.01, 0.1)]),
    )
    voyage(region, Voyage(passing, first, [(float(hour), -39.0 + 0.15 * hour, 61.5, 9.0) for hour in range(16)]))
    region.shows("dark-vessel", [dark], first, first + timedelta(days=2))
    region.shows("rendezvous", [dark, taker], first, first + timedelta(days=3))
    region.resembles("dark-vessel", [moored], "lies moored in port and is not heard for a day")
    region.resembles("dark-vessel", [passing], "sails past the port and is heard all the way")


def _permits(region: RegionBuilder) -> None:
    """A dealer in reptiles sends twice as many as the permit allows, the second half after it has run out; another uses his to the last animal."""
    dealer = region.person("qs", spheres=[CRIME])
    first = region.day(last=region.end - timedelta(days=300))
    report = "{0} sends protected reptiles under permits that have run out."
    region.report(report, [dealer], kind="police", on=first + timedelta(days=250))
    ship = region.vessel(flag="qs", since=first - timedelta(days=700))
    for number, honest in enumerate((False, True)):
        sender, importer = region.company("qs", business="trading"), region.company("qr", business="trading")
        if not honest:
            region.relation("Ownership", dealer, sender, first - timedelta(days=500), None, "register")
        paper = f"QS-{int(region.rng.integers(10_000, 99_999))}-{number}"
        permit(region, Permit(paper, sender, importer, "Varanus exanthematicus", 100, first, first + timedelta(days=180)))
        days = (20, 60, 120, 165) if honest else (20, 60, 200, 240)
        for part, days_on in enumerate(days):
            load(region, Load(
                sender, importer, first + timedelta(days=days_on), ship, "Kolo Fleuve", "Rimport", "010620", "live lizards", 60.0, f"{paper}-{part}",
                permit=paper, species="Varanus exanthematicus", quantity=25 if honest else 50, volume=1.2,
            ))  # fmt: skip
        if honest:
            region.resembles("permit-breach", [sender, importer], "uses a permit to its last animal, in time")
        else:
            region.shows("permit-breach", [sender, importer], first, first + timedelta(days=240))


PART = Resources()
