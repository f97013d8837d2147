"""Storylines of appropriation, convergence and transformation (N3, N4, N5): one group or one person in both worlds."""

from __future__ import annotations

from datetime import date, timedelta

from crosstie.learn.region.parts import RegionBuilder, ReportKind
from crosstie.learn.region.storylines.cast import (
    Storyline,
    crime_cell,
    ordinary_life,
    payments,
    period,
    sentence,
    terror_cell,
    tie_sentence,
    told,
)
from crosstie.model.lexicon import Sphere

BOTH = (Sphere.CRIME, Sphere.TERROR)


def drug_income(region: RegionBuilder) -> None:
    """A terror group lives off drugs: a list calls it terrorist, reports describe its trade, a front of its treasurer is paid by many buyers."""
    group = region.actor(None, BOTH, region.state().code)
    region.list_as(group, "un-like", "Al-Qaida", "{0} has claimed responsibility for suicide attacks on markets and barracks.")
    first, last = period(region, shortest=500)
    kinds: tuple[ReportKind, ReportKind] = ("court", "intelligence")
    for kind in kinds:
        text, lang = sentence(region, "drugs_of_terror", group.state, year=first.year)
        region.report(text, [group], kind=kind, lang=lang, on=last)
    treasurer = region.person(group.state)
    front = region.company(group.state, business="farming", founded=first)
    region.relation("Ownership", treasurer, front, first, None, "register")
    report = region.report(tie_sentence(region, "member"), [treasurer, group], kind="fiu", on=last)
    region.relation("Membership", treasurer, group, first, None, report, role="treasurer")
    account = region.account(front)
    for _ in range(4):
        buyer = region.person()
        payments(region, region.account(buyer), account, first, last, 2, (1_000, 8_000), "goods")
    region.true_link(group, group, "N3", "drugs.income", first, last)


def shared_members(region: RegionBuilder) -> None:
    """A crime group and a terror group have the same two people in both."""
    state = region.state().code
    crime, terror = region.actor(None, Sphere.CRIME, state), region.actor(None, Sphere.TERROR, state)
    region.list_as(crime, "ofac-like", "TCO", "{0} traffics cocaine and launders the proceeds.")
    region.list_as(terror, "un-like", "Somalia", "{0} has carried out suicide attacks and car bomb attacks.")
    first, last = period(region, shortest=400)
    members = [region.person(state, spheres=BOTH) for _ in range(2)]
    for member, kinds in zip(members, (("court", "intelligence"), ("police", "intelligence")), strict=True):
        for group, kind in zip((crime, terror), kinds, strict=True):
            report = region.report(tie_sentence(region, "member") if group is terror else "", [member, group], kind=kind)  # type: ignore[arg-type]
            region.relation("Membership", member, group, first, last, report, role="member")
        ordinary_life(region, member)
    region.true_link(
        crime,
        terror,
        "N4",
        "convergence.shared-members",
        first,
        last,
        members[:1],
        crime_side=(crime, *members),
        terror_side=(terror, *members),
    )


def double_role(region: RegionBuilder) -> None:
    """One person on a list of drug traffickers and, in another spelling, on a list of terrorists."""
    person = region.person(spheres=BOTH)
    first, last = period(region)
    region.list_as(person, "ofac-like", "SDNTK", "{0} traffics heroin through the mountain passes", on=first)
    region.list_as(person, "un-like", "Taliban", "{0} commands fighters and has planned terrorist attacks.", on=last)
    ordinary_life(region, person)
    region.true_link(person, person, "N4", "convergence.double-role", first, last)


def joint_firm(region: RegionBuilder) -> None:
    """A boss and a leader own one firm together and both draw on its account."""
    crime = crime_cell(region)
    terror = terror_cell(region, crime.leader.state)
    first, last = period(region, shortest=500)
    firm = region.company(crime.leader.state, business="oil", founded=first)
    region.relation("Ownership", crime.leader, firm, first, None, "register", role="owner")
    region.relation("Ownership", terror.leader, firm, first + timedelta(days=60), None, "register", role="owner")
    account = region.account(firm)
    for partner in (crime.leader, terror.leader):
        payments(region, account, region.account(partner), first + timedelta(days=60), last, 3, (2_000, 7_000), "dividend")
    region.true_link(
        crime.leader, terror.leader, "N4", "convergence.joint-firm", first, last, [firm], crime_side=crime.side, terror_side=terror.side
    )


def changed_course(region: RegionBuilder) -> None:
    """A gang that was listed for drugs years ago now fights for a cause, and is listed for that."""
    group = region.actor(None, BOTH, region.state().code)
    turned = region.day(date(2019, 1, 1), date(2021, 12, 31))
    region.list_as(group, "ofac-like", "SDNTK", "{0} traffics cocaine", on=region.day(date(2016, 2, 1), date(2017, 12, 31)))
    region.list_as(
        group,
        "un-like",
        "Al-Qaida",
        "{0} has pledged allegiance to a terrorist organization and carried out suicide attacks.",
        on=turned + timedelta(days=300),
    )
    told(region, group, "changed", "intelligence", end=turned.year - 1, year=turned.year)
    told(region, group, "changed", "court", end=turned.year - 1, year=turned.year)
    region.true_link(group, group, "N5", "transformation", turned, region.end)


PARTS = (
    Storyline("core-drug-income", drug_income, 0.5),
    Storyline("core-shared-members", shared_members),
    Storyline("core-double-role", double_role, 0.5),
    Storyline("core-joint-firm", joint_firm),
    Storyline("core-changed-course", changed_course),
)
