"""Pairs of a crime and a terror actor that look tied and are not, for every innocent reason that analysts know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from crosstie.learn.region.parts import RegionBuilder
from crosstie.learn.region.storylines.cast import Storyline, crime_cell, payments, period, terror_cell


def namesake(region: RegionBuilder) -> None:
    """The leader's firm pays somebody who happens to bear the boss's name."""
    crime = crime_cell(region)
    terror = terror_cell(region, crime.leader.state)
    first, last = period(region)
    other = region.namesake(crime.leader)
    firm = region.company(terror.leader.state, founded=first)
    region.relation("Ownership", terror.leader, firm, first, None, "register")
    payments(region, region.account(firm), region.account(other), first, last, 5, (300, 900), "salary")
    region.decoy(crime.leader, terror.leader, "name collision", "the employee of the one only bears the name of the other: born on another day")


def public_address(region: RegionBuilder) -> None:
    """A firm of each sits in the same business centre, law firm or hotel, with hundreds of others."""
    crime = crime_cell(region)
    terror = terror_cell(region, crime.leader.state)
    kinds: tuple[Literal["hotel", "law firm", "business centre"], ...] = ("hotel", "law firm", "business centre")
    kind = kinds[int(region.rng.integers(3))]
    place = region.public_address(kind, crime.leader.state)
    for cell in (crime, terror):
        firm = region.company(crime.leader.state, address=place)
        region.relation("Ownership", cell.leader, firm, region.day(last=date(2019, 12, 31)), None, "register")
        region.account(firm)
    region.decoy(crime.leader, terror.leader, "same law firm" if kind == "law firm" else "shared public address", f"both firms sit in the same {kind}")


def hub(region: RegionBuilder) -> None:
    """Both pay the same landlord of a tower, as hundreds do."""
    crime = crime_cell(region)
    terror = terror_cell(region, crime.leader.state)
    firms = []
    for cell in (crime, terror):
        firm = region.company(crime.leader.state)
        region.relation("Ownership", cell.leader, firm, region.day(last=date(2019, 12, 31)), None, "register")
        firms.append(region.account(firm))
    telephone = region.hub(crime.leader.state)
    for account in firms:
        payments(region, account, telephone, region.begin + timedelta(days=900), region.end, 12, (40, 400), "telephone")
    region.decoy(crime.leader, terror.leader, "common bank/hub", "both firms pay the telephone company, as everybody does")


def director_for_hire(region: RegionBuilder) -> None:
    """Both firms have the professional director who sits on half the boards of the State."""
    crime = crime_cell(region)
    terror = terror_cell(region, crime.leader.state)
    director = region.nominee(crime.leader.state)
    for cell in (crime, terror):
        firm, since = region.company(crime.leader.state), region.day(last=date(2019, 12, 31))
        region.relation("Ownership", cell.leader, firm, since, None, "register")
        region.relation("Directorship", director, firm, since, None, "register")
    region.decoy(crime.leader, terror.leader, "common bank/hub", "both firms hired the same professional director")


def same_family_name(region: RegionBuilder) -> None:
    """They bear one family name and live in one city, as thousands do."""
    crime = crime_cell(region)
    other = region.person(crime.leader.state, family=crime.leader)
    terror = terror_cell(region, crime.leader.state)
    report = region.report("", [other], kind="police")
    region.relation("Associate", other, terror.leader, None, None, report, role="neighbour")
    region.decoy(crime.leader, terror.leader, "family name", "the leader's neighbour bears the boss's family name and is no relative")


def echo(region: RegionBuilder) -> None:
    """Two lists and a newspaper repeat one sentence that puts them side by side only to tell them apart."""
    crime = crime_cell(region)
    leader = terror_cell(region, crime.leader.state).leader
    shadow = region.person(leader.state, spheres=leader.spheres)
    text = f"{{0}} planned terrorist attacks. Not to be confused with {crime.leader.name}, with whom he has no connection."
    region.list_as(shadow, "un-like", "Al-Qaida", text)
    region.list_as(shadow, "gb-like", "Terrorism and Terrorist Financing", text)
    region.report("{0} is not to be confused with {1}: they have never met.", [shadow, crime.leader], kind="press")
    region.decoy(crime.leader, shadow, "list echo", "two lists and a newspaper copy one sentence, which says that they are not connected")


def too_late(region: RegionBuilder) -> None:
    """The boss sold the firm years before the leader bought it from somebody else."""
    crime = crime_cell(region)
    terror = terror_cell(region, crime.leader.state)
    founded = region.day(date(2005, 1, 1), date(2007, 12, 31))
    sold = region.day(date(2009, 1, 1), date(2011, 12, 31))
    bought = region.day(date(2017, 1, 1), date(2020, 12, 31))
    firm, between = region.company(crime.leader.state, founded=founded), region.person(crime.leader.state)
    region.relation("Directorship", crime.leader, firm, founded, sold, "register")
    region.relation("Directorship", between, firm, sold, bought, "register")
    region.relation("Ownership", terror.leader, firm, bought, None, "register")
    region.decoy(crime.leader, terror.leader, "date impossibility", f"the one left the firm in {sold.year}, the other came in {bought.year}")


PARTS = (
    Storyline("decoy-namesake", namesake, 4), Storyline("decoy-address", public_address, 4), Storyline("decoy-hub", hub, 3),
    Storyline("decoy-director", director_for_hire, 3), Storyline("decoy-family", same_family_name, 3), Storyline("decoy-echo", echo, 3),
    Storyline("decoy-dates", too_late, 3),
)
