"""Firearms in a region: a gun shop that serves a terror group's quartermaster and straw buyers alike, a depot that leaks to a broker, arms sent
under a false end-user certificate, a workshop that converts alarm pistols, a cloned number; and, innocent, a big shop, a robbed collector and an
agent who hands over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from crosstie.learn.region.parts import Actor, RegionBuilder
from crosstie.lenses.firearms.papers import OFFICE, losses, movements, recoveries, traces
from crosstie.model.lexicon import Sphere

CRIME, TERROR = Sphere.CRIME, Sphere.TERROR
NAMES = ("firearm_register.csv", "firearm_recoveries.csv", "firearm_losses.csv", "firearm_traces.json")
#: Invented makers with model, calibre and kind.
ARMS = (
    ("UTO-Arms", "U-9", ("9x18mm", "9mm Makarov", "9 мм ПМ"), "pistol"),
    ("Kesh Arsenal", "K-9", ("9x19mm", "9mm Luger", "9 mm Para"), "pistol"),
    ("Kesh Arsenal", "K-47", ("7.62x39mm", "7,62x39", "7.62x39 M43"), "rifle"),
    ("Ostrava Coast Works", "OC-7", ("5.56x45mm", "5.56 NATO", ".223 Rem"), "rifle"),
)


class Firearms:
    """The lens's part."""

    name = "firearms"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants two ties, five patterns and four look-alikes."""
        for _ in range(region.rounds):
            crime = _shop(region)
            terror = _depot(region)
            _certificate(region)
            _workshop(region)
            _big_shop(region, crime, terror)
            _collector(region)
            _clone(region)


class _Arms:
    """Firearms of one lot: numbers in sequence, with what happens to each, as entries of the papers."""

    def __init__(self, region: RegionBuilder, count: int, step: int = 1) -> None:
        rng = region.rng
        self.region = region
        make, model, calibres, kind = ARMS[int(rng.integers(len(ARMS)))]
        self.make, self.model, self.calibres, self.kind = make, model, calibres, kind
        front = "".join(rng.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ"), 2))
        first = int(rng.integers(10_000, 90_000))
        self.serials = [f"{front}{first + step * number}" for number in range(count)]

    def happened(self, number: int, event: str, on: date, a: Actor | str | None, b: Actor | str | None, **more: Any) -> None:
        """An entry of the register."""
        self._write(NAMES[0], movements, self._of(number) | {"event": event, "date": on, "a": a, "b": b} | more, "B2")

    def recovered(self, number: int, on: date, holder: Actor, state: str, reason: str, **more: Any) -> None:
        """An entry of the file of recoveries."""
        entry = self._of(number) | {"date": on, "b": holder, "state": state, "reason": reason} | more
        self._write(NAMES[1], recoveries, entry, "B2")

    def lost(self, number: int, on: date, holder: Actor, kind: str = "stolen") -> None:
        """An entry of the list of lost and stolen arms."""
        self._write(NAMES[2], losses, self._of(number) | {"date": on, "a": holder, "kind": kind}, "B2")

    def asked(self, number: int, on: date, holder: Actor, state: str, **more: Any) -> None:
        """A trace request for an arm whose number is half ground off."""
        self._write(NAMES[3], traces, self._of(number) | {"date": on, "b": holder, "state": state} | more, "B2")

    def _of(self, number: int) -> dict[str, Any]:
        return {"serial": self.serials[number], "make": self.make, "model": self.model, "calibres": self.calibres, "category": self.kind}

    def _write(self, name: str, write: Any, entry: Mapping[str, Any], grade: str) -> None:
        self.region.paper(name, write, dict(entry), originator="firearms registry", dataset=OFFICE, grade=grade)


def _shop(region: RegionBuilder) -> Actor:
    """A shop sells to a quartermaster of a terror group, and by straw buyers to a gang; the numbers run in sequence."""
    home = region.state()
    owner, quartermaster = region.person(home.code, spheres=[CRIME]), region.person(spheres=[TERROR])
    shop, importer = region.company(home.code, business="trading"), region.company(home.code, business="trading")
    first = region.day(last=region.end - timedelta(days=700))
    region.relation("Ownership", owner, shop, first - timedelta(days=600), None, "register")
    arms = _Arms(region, 9)
    straw = region.person(home.code)
    gang = [region.person(home.code, spheres=[CRIME]) for _ in range(4)]
    last = first
    for number in range(9):
        arms.happened(number, "transfer", first, importer, shop, roles=("importer", "retailer"))
        sold = first + timedelta(days=20 + 9 * number)
        buyer = quartermaster if number >= 6 else straw
        arms.happened(number, "sale", sold, shop, buyer, roles=("retailer", "owner"))
        last = max(last, sold)
    for number in range(4):
        arms.recovered(number, first + timedelta(days=150 + 60 * number), gang[number], home.code, "drug trafficking")
    for number in (6, 7):
        last = first + timedelta(days=300 + 40 * number)
        fighter = region.person(quartermaster.state, spheres=[TERROR])
        arms.recovered(number, last, fighter, quartermaster.state, "terrorism")
        region.report("{0} was arrested with a pistol while planning a terrorist attack.", [fighter], kind="police", on=last)
    arms.asked(8, last + timedelta(days=30), region.person(quartermaster.state), quartermaster.state, damage=3)
    region.report("{0} smuggles weapons and ammunition.", [owner], kind="police", on=last + timedelta(days=20))
    region.list_as(quartermaster, "un-like", "Al-Qaida", "Procures weapons for terrorist cells.", on=last + timedelta(days=90))
    region.true_link(owner, quartermaster, "N2", "firearms.shop", first, last, [shop])
    region.shows("short-time-to-crime", [straw], first, last)
    region.shows("short-time-to-crime", [quartermaster], first, last)
    region.shows("repeat-source", [shop], first, last)
    region.shows("sequence-recovered", gang, first, last)
    region.shows("repeat-source", [straw], first, last)
    region.shows("both-spheres", [shop], first, last)
    return owner


def _depot(region: RegionBuilder) -> Actor:
    """A depot of the State misses arms that a broker's firm moves to a fighter's company abroad."""
    state = region.state()
    away = region.state(next(one.code for one in region.states if one.code != state.code))
    broker, fighter = region.person(state.code, spheres=[CRIME]), region.person(away.code, spheres=[TERROR])
    depot, firm, company = (
        region.company(state.code),
        region.company(state.code, business="shipping"),
        region.company(away.code, business="trading"),
    )
    first = region.day(last=region.end - timedelta(days=800))
    region.relation("Directorship", broker, firm, first - timedelta(days=500), None, "register", role="director")
    region.relation("Ownership", fighter, company, first - timedelta(days=300), None, "register")
    arms = _Arms(region, 30, step=37)
    for number in range(30):
        arms.happened(number, "stock", first, depot, None, roles=("state stock", None))
    guarded = region.company(state.code)
    others = _Arms(region, 40, step=41)
    for number in range(40):
        others.happened(number, "stock", first, guarded, None, roles=("state stock", None))
    others.lost(0, first + timedelta(days=90), guarded)
    region.resembles("stock-loss", [guarded], "one firearm of forty was lost, and reported")
    for number in range(2):
        arms.lost(number, first + timedelta(days=200), depot)
    last = first
    for number in range(2, 6):
        last = first + timedelta(days=250 + 70 * number)
        arms.recovered(number, last, region.person(away.code), away.code, "smuggling of arms")
    for number in range(6, 12):  # three consignments, as they could be carried
        arms.happened(number, "transfer", first + timedelta(days=260 + 45 * (number // 2 - 3)), firm, company, roles=("broker", None))
    region.report("{0} traffics in weapons stolen from military depots.", [broker], kind="intelligence", on=last)
    region.list_as(fighter, "ofac-like", "SDGT", "Commander of a terrorist group who receives arms shipments.", on=last)
    region.true_link(broker, fighter, "N2", "firearms.depot", first + timedelta(days=260), last, [firm, company])
    region.shows("stock-loss", [depot], first, last)
    region.shows("route", [depot], first, last)
    return fighter


def _certificate(region: RegionBuilder) -> None:
    """A maker sends arms to a trader under the certificate of an army that never sees them; another agent hands over."""
    exporter, trader, agent, army = (region.company(business=one) for one in ("trading", "trading", "shipping", "construction"))
    first = region.day(last=region.end - timedelta(days=900))
    for consignee, handed in ((trader, False), (agent, True)):
        arms = _Arms(region, 7, step=3)
        for number in range(7):
            arms.happened(
                number,
                "export",
                first,
                exporter,
                consignee,
                roles=("manufacturer", "importer"),
                end_user=army,
                document=f"EUC-{first.year}-{arms.serials[0][:2]}",
            )
            if handed:
                arms.happened(number, "transfer", first + timedelta(days=60), consignee, army, roles=("importer", "state stock"))
    region.shows("end-user-mismatch", [exporter, trader], first, first)
    region.resembles("end-user-mismatch", [exporter, agent], "the agent received for the end user and handed over within two months")


def _workshop(region: RegionBuilder) -> None:
    """A tinker buys alarm pistols in number; converted ones of that model turn up with others."""
    tinker, shop = region.person(spheres=[CRIME]), region.company(business="retail")
    first = region.day(last=region.end - timedelta(days=900))
    arms = _Arms(region, 14, step=1)
    for number in range(9):
        arms.happened(
            number, "sale", first + timedelta(days=12 * number), shop, tinker, roles=("retailer", "owner"), condition="blank-firing"
        )
    for number in range(3):
        arms.recovered(
            number,
            first + timedelta(days=200 + 90 * number),
            region.person(),
            shop.state,
            "robbery",
            condition="converted",
            ground_off=True,
        )
    region.report(
        "{0} converts alarm pistols into firearms in a clandestine workshop.", [tinker], kind="police", on=first + timedelta(days=500)
    )
    region.shows("converted", [tinker], first, first + timedelta(days=400))


def _big_shop(region: RegionBuilder, crime: Actor, terror: Actor) -> None:
    """A big lawful shop: both a criminal and a terrorist's relative bought there lawfully, as forty others did."""
    shop = region.company(business="retail")
    first = region.day(last=region.end - timedelta(days=900))
    arms = _Arms(region, 44, step=211)
    for number in range(44):
        buyer: Actor = crime if number == 0 else terror if number == 1 else region.person(shop.state)
        arms.happened(number, "sale", first + timedelta(days=7 * number), shop, buyer, roles=("retailer", "owner"))
        if number > 1:
            arms.happened(number, "licence renewal", first + timedelta(days=7 * number + 1000), buyer, None, roles=("owner", None))
    region.decoy(crime, terror, "everyday dealing", "both bought lawfully at the same large gun shop, as forty others did")
    region.resembles("repeat-source", [shop], "a big shop none of whose arms was recovered from others")
    region.resembles("both-spheres", [shop], "two customers of the two worlds among forty-four, whose arms were not recovered")


def _collector(region: RegionBuilder) -> None:
    """A collector is robbed, reports it, and his arms turn up soon after."""
    collector, shop = region.person(), region.company(business="retail")
    first = region.day(last=region.end - timedelta(days=900))
    arms = _Arms(region, 4, step=503)
    for number in range(4):
        arms.happened(number, "sale", first + timedelta(days=30 * number), shop, collector, roles=("retailer", "owner"))
        arms.lost(number, first + timedelta(days=200), collector)
        arms.recovered(
            number, first + timedelta(days=260 + 40 * number), region.person(collector.state), collector.state, "possession without licence"
        )
    region.resembles("repeat-source", [collector], "he was robbed and reported it before the arms were recovered")
    region.resembles("short-time-to-crime", [collector], "he was robbed and reported it before the arms were recovered")


def _clone(region: RegionBuilder) -> None:
    """One number on two pistols, recovered from two people; another was given back between its two recoveries."""
    owner, shop = region.person(), region.company(business="retail")
    first = region.day(last=region.end - timedelta(days=1200))
    arms = _Arms(region, 2, step=907)
    pairs = [[region.person(owner.state) for _ in range(2)] for _ in range(2)]
    for number, people in enumerate(pairs):
        arms.happened(number, "sale", first, shop, owner, roles=("retailer", "owner"))
        arms.recovered(number, first + timedelta(days=800), people[0], owner.state, "possession without licence")
        if number:
            arms.happened(number, "transfer", first + timedelta(days=900), None, owner, roles=(None, "owner"))
        arms.recovered(number, first + timedelta(days=1100), people[1], owner.state, "possession without licence")
    region.shows("cloned-serial", pairs[0], first + timedelta(days=800), first + timedelta(days=1100))
    region.resembles("cloned-serial", pairs[1], "it was given back to its owner between the two recoveries")


PART = Firearms()
