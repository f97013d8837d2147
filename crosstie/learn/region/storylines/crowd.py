"""Actors of one world who have nothing to do with the other, and people whom agencies write about for no reason at all."""

from __future__ import annotations

from datetime import timedelta

from crosstie.learn.region.parts import RegionBuilder
from crosstie.learn.region.storylines.cast import Storyline, crime_cell, ordinary_life, payments, period, terror_cell, told


def untied_crime(region: RegionBuilder) -> None:
    """A boss who launders through an own firm and a straw man, all within the world of crime."""
    cell = crime_cell(region)
    first, last = period(region)
    firm, straw = region.company(cell.leader.state, founded=first), region.person(cell.leader.state)
    region.relation("Ownership", straw, firm, first, None, "register")
    region.relation("Directorship", cell.leader, firm, first + timedelta(days=30), None, "register")
    payments(region, region.account(straw), region.account(firm), first, last, 4, (1_000, 9_000), "invoice")


def untied_terror(region: RegionBuilder) -> None:
    """A leader with relatives and a donor, none of them of the world of crime."""
    cell = terror_cell(region)
    first, last = period(region)
    cousin, donor = region.person(cell.leader.state, family=cell.leader), region.person()
    report = region.report("", [cousin], kind="police", on=first)
    region.relation("Family", cell.leader, cousin, None, None, report, role="cousin")
    payments(region, region.account(donor), region.account(cell.leader), first, last, 3, (200, 2_000), "gift")


def talked_about(region: RegionBuilder) -> None:
    """Somebody who stands in a report and has done nothing, and knows others who have done nothing."""
    one, other = region.person(), region.person()
    ordinary_life(region, one)
    told(region, one, "neutral", "police")
    report = region.report("", [one, other], kind="fiu")
    region.relation("Associate", one, other, None, None, report, role="business partner")


PARTS = (Storyline("crowd-crime", untied_crime, 2), Storyline("crowd-terror", untied_terror, 2), Storyline("crowd-talk", talked_about, 8))
