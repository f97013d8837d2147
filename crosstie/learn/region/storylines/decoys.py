"""Pairs of a crime and a terror actor that look tied and are not, for every innocent reason that analysts know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from crosstie.learn.region.parts import Actor, RegionBuilder
from crosstie.learn.region.storylines.cast import Cell, Plots, among_strangers, payments, period

#: Cells of each world per round; every pair of them plays at most one look-alike.
_CELLS = 6


def namesake(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The leader's firm pays somebody who happens to bear the boss's name."""
    first, last = period(region)
    other = region.namesake(crime.leader)
    payments(region, region.account(_firm(region, terror, first)), region.account(other), first, last, 5, (300, 900), "salary")
    region.decoy(
        crime.leader, terror.leader, "name collision", "the employee of the one only bears the name of the other: born on another day"
    )


def public_address(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """A firm of each sits in the same business centre, law firm or hotel, with hundreds of others."""
    kinds: tuple[Literal["hotel", "law firm", "business centre"], ...] = ("hotel", "law firm", "business centre")
    kind = kinds[int(region.rng.integers(3))]
    place = region.public_address(kind, crime.leader.state)
    for cell in (crime, terror):
        firm = region.company(crime.leader.state, address=place)
        region.relation("Ownership", cell.leader, firm, _some_day(region), None, "register")
        region.account(firm)
    region.decoy(
        crime.leader,
        terror.leader,
        "same law firm" if kind == "law firm" else "shared public address",
        f"both firms sit in the same {kind}",
    )


def hub(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The firms of both pay the telephone company, as everybody does."""
    telephone = region.hub(crime.leader.state)
    for cell in (crime, terror):
        account = region.account(_firm(region, cell, _some_day(region)))
        payments(region, account, telephone, region.begin + timedelta(days=900), region.end, 12, (40, 400), "telephone")
    region.decoy(crime.leader, terror.leader, "common bank/hub", "both firms pay the telephone company, as everybody does")


def director_for_hire(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Both firms have the professional director who sits on the boards of very many."""
    director = region.nominee(crime.leader.state)
    for cell in (crime, terror):
        since = _some_day(region)
        region.relation("Directorship", director, _firm(region, cell, since), since, None, "register")
    region.decoy(crime.leader, terror.leader, "common bank/hub", "both firms hired the same professional director")


def same_family_name(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The leader's neighbour bears the boss's family name, as thousands do."""
    other = region.person(crime.leader.state, family=crime.leader)
    report = region.report("", [other], kind="police")
    region.relation("Associate", other, terror.leader, None, None, report, role="neighbour")
    region.decoy(crime.leader, terror.leader, "family name", "the leader's neighbour bears the boss's family name and is no relative")


def echo(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """Two lists and a newspaper repeat one sentence that puts them side by side only to tell them apart."""
    shadow = region.person(terror.leader.state, spheres=terror.leader.spheres)
    text = f"{{0}} planned terrorist attacks. Not to be confused with {crime.leader.name}, with whom there is no connection."
    region.list_as(shadow, "un-like", "Al-Qaida", text)
    region.list_as(shadow, "gb-like", "Terrorism and Terrorist Financing", text)
    region.report("{0} is not to be confused with {1}: they have never met.", [shadow, crime.leader], kind="press")
    region.decoy(crime.leader, shadow, "list echo", "two lists and a newspaper copy one sentence, which says that they are not connected")


def too_late(region: RegionBuilder, crime: Cell, terror: Cell) -> None:
    """The boss left the firm years before the leader bought it from somebody else."""
    founded = region.day(date(2005, 1, 1), date(2007, 12, 31))
    sold = region.day(date(2009, 1, 1), date(2011, 12, 31))
    bought = region.day(date(2017, 1, 1), date(2020, 12, 31))
    firm, between = region.company(crime.leader.state, founded=founded), region.person(crime.leader.state)
    region.relation("Directorship", crime.leader, firm, founded, sold, "register")
    region.relation("Directorship", between, firm, sold, bought, "register")
    region.relation("Ownership", terror.leader, firm, bought, None, "register")
    region.decoy(
        crime.leader, terror.leader, "date impossibility", f"the one left the firm in {sold.year}, the other came in {bought.year}"
    )


def _some_day(region: RegionBuilder) -> date:
    return region.day(last=date(2019, 12, 31))


def _firm(region: RegionBuilder, cell: Cell, since: date) -> Actor:
    firm = region.company(cell.leader.state, founded=since)
    region.relation("Ownership", cell.leader, firm, since, None, "register")
    return firm


_PLOTS: Plots = (
    (namesake, 4),
    (public_address, 4),
    (hub, 3),
    (director_for_hire, 3),
    (same_family_name, 3),
    (echo, 2),
    (too_late, 3),
)


class LookAlikes:
    """Cells that have nothing to do with each other, in the same State, and everything that makes them look otherwise."""

    name = "core-look-alikes"

    def plant(self, region: RegionBuilder) -> None:
        """Each round has a State, some cells of each world, and a look-alike for many of their pairs."""
        for _ in range(region.rounds):
            among_strangers(region, _PLOTS, _CELLS)


PARTS = (LookAlikes(),)
