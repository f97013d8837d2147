"""Organisations of each world besides those of the storylines: roles, kin, firms and telephones, a life from founding to splitting, and rivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from crosstie.learn.region.parts import Actor, RegionBuilder, ReportKind
from crosstie.learn.region.storylines.cast import about, crime_charge, ordinary_life, payments, told
from crosstie.model.lexicon import Sphere

#: Roles from the top; the last is that of all the others.
_ROLES = {
    Sphere.CRIME: ("boss", "deputy", "treasurer", "collector", "driver", "dealer"),
    Sphere.TERROR: ("emir", "deputy", "treasurer", "recruiter", "courier", "fighter"),
}
_BUSINESS = {Sphere.CRIME: ("transport", "exchange", "construction", "retail"), Sphere.TERROR: ("charity", "services", "farming", "retail")}
_SOURCES: tuple[ReportKind, ...] = ("court", "police", "intelligence", "intelligence")
#: Few groups are large: the size of the n-th is that of the largest over n to the power of a half, and at least the smallest.
_SMALLEST = 4
#: Members of a cell; how many pairs of a cell talk; what is added to the number of people whom a member knows elsewhere.
_CELL, _WITHIN, _ELSEWHERE = 5, 0.6, 0.1


@dataclass(frozen=True, slots=True)
class Group:
    """An organisation with its members, the leader first, and the years that it lived."""

    actor: Actor
    members: tuple[Actor, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Underworld:
    """The part of one world."""

    sphere: Sphere

    @property
    def name(self) -> str:
        """Its name among the parts."""
        return f"crowd-groups-{self.sphere}"

    def plant(self, region: RegionBuilder) -> None:
        """Found the groups, let some split, and set neighbours against each other."""
        groups: list[Group] = []
        for number in range(1, region.groups + 1):
            size = max(_SMALLEST, int((8 + 4 * region.groups**0.5) / number**0.5 * region.rng.uniform(0.7, 1.3)))
            groups.append(_group(region, self.sphere, size))
            if size > 2 * _SMALLEST and region.rng.random() < 0.3:
                groups.append(_split(region, self.sphere, groups[-1]))
        for one, other in pairwise(groups):
            if region.rng.random() < 0.5:
                _rivals(region, one, other)


def _group(region: RegionBuilder, sphere: Sphere, size: int) -> Group:
    state = region.state().code
    group = region.actor(None, sphere, state)
    first = region.day(date(2016, 3, 1), date(2021, 12, 31))
    last = region.end if region.rng.random() < 0.6 else first + timedelta(days=int(region.rng.integers(500, 1_000)))
    if region.rng.random() < 0.5:
        _list(region, group, sphere)
    members: list[Actor] = []
    for rank in range(size):
        kin = members[-1] if members and region.rng.random() < 0.15 else None
        member = region.person(state if region.rng.random() < 0.8 else None, spheres=[sphere], family=kin)
        _lives(region, group, member, rank, first, last)
        _is_known(region, sphere, group, member, rank)
        if kin is not None and region.rng.random() < 0.5:
            region.relation("Family", member, kin, None, None, role="cousin")
        members.append(member)
    _talk(region, members, first, last)
    _business(region, sphere, members, first, last)
    return Group(group, tuple(members), first, last)


def _lives(region: RegionBuilder, group: Actor, member: Actor, rank: int, first: date, last: date) -> None:
    """An ordinary life, and a place in the group that some report knows of."""
    roles = _ROLES[group.spheres[0]]
    if region.rng.random() < 0.6:
        ordinary_life(region, member)
    if region.rng.random() < (0.9 if rank < 3 else 0.45):
        joined = first + timedelta(days=int(region.rng.integers(0, 200)))
        left = last if region.rng.random() < 0.8 else joined + timedelta(days=int(region.rng.integers(60, 300)))
        kind = _SOURCES[int(region.rng.integers(len(_SOURCES)))]
        report = region.report("", [member, group], kind=kind, on=left)
        region.relation("Membership", member, group, joined, left, report, role=roles[min(rank, len(roles) - 1)])
    if region.rng.random() < 0.12:
        begun = region.day(region.begin, date(2022, 6, 30))
        wing, cell = int(region.rng.integers(6)), int(region.rng.integers(12))
        region.custody(member, begun, begun + timedelta(days=int(region.rng.integers(90, 800))), wing=wing, cell=cell)


def _is_known(region: RegionBuilder, sphere: Sphere, group: Actor, member: Actor, rank: int) -> None:
    """Leaders are listed or sought; of the others a third stand in a report; of the rest nobody knows."""
    if rank == 0 and region.rng.random() < 0.6:
        _list(region, member, sphere)
    elif rank < 3 and sphere is Sphere.CRIME and region.rng.random() < 0.4:
        region.list_as(member, "red-notice", region.state().code, crime_charge(region))
    elif region.rng.random() < 0.35:
        told(region, member, sphere.value, _SOURCES[int(region.rng.integers(len(_SOURCES)))])


def _list(region: RegionBuilder, actor: Actor, sphere: Sphere) -> None:
    if sphere is Sphere.CRIME:
        region.list_as(actor, "ofac-like", "TCO", about(region, "crime"))
    else:
        region.list_as(actor, "un-like", str(region.rng.choice(["Al-Qaida", "Taliban", "Somalia"])), about(region, "terror"))


def _talk(region: RegionBuilder, members: Sequence[Actor], first: date, last: date) -> None:
    """Cells of a handful know each other well; heads of cells know the leaders, and some know people elsewhere. What covert networks look like."""
    lively = {one.id: float(region.rng.lognormal(0, 0.7)) for one in members}
    pairs = [
        (one, other)
        for cell in _cells(members)
        for place, one in enumerate(cell)
        for other in cell[:place]
        if region.rng.random() < _WITHIN * lively[one.id] * lively[other.id]
    ]
    for cell in _cells(members):
        # the same few are known to most: a place in the line, to the fourth, falls on the first of them
        pairs += [(cell[0], members[int(len(members) * region.rng.random() ** 4)]) for _ in range(2)]
    for member in members:
        others = min(int(region.rng.pareto(1.3) + _ELSEWHERE), len(members) // 2)
        pairs += [(member, members[int(len(members) * region.rng.random() ** 4)]) for _ in range(others)]
    for one, other in dict.fromkeys(pairs):
        if one is other:
            continue
        for _ in range(int(region.rng.integers(1, 5))):
            region.call(
                *((one, other) if region.rng.random() < 0.5 else (other, one)), region.day(first, last), int(region.rng.integers(10, 300))
            )
        if region.rng.random() < 0.1:
            region.relation("Associate", one, other, first, last, role="seen together again and again")


def _cells(members: Sequence[Actor]) -> list[Sequence[Actor]]:
    """Members in cells of five, the leaders in the first."""
    return [members[first : first + _CELL] for first in range(0, len(members), _CELL)]


def _business(region: RegionBuilder, sphere: Sphere, members: Sequence[Actor], first: date, last: date) -> None:
    """A firm or two, bought goods and sold them to honest people, and a car."""
    for _ in range(1 + int(region.rng.random() < 0.4)):
        owner = members[int(len(members) * region.rng.random() ** 2)]
        firm = region.company(owner.state, business=str(region.rng.choice(_BUSINESS[sphere])), founded=first)
        region.relation("Ownership" if region.rng.random() < 0.6 else "Directorship", owner, firm, first, None, "register")
        account = region.account(firm)
        for _ in range(int(region.rng.integers(2, 6))):
            other = region.account(region.company(owner.state) if region.rng.random() < 0.5 else region.person(owner.state))
            pair = (account, other) if region.rng.random() < 0.5 else (other, account)
            payments(
                region,
                *pair,
                first,
                last,
                int(region.rng.integers(1, 5)),
                (300, 8_000),
                str(region.rng.choice(["goods", "invoice", "salary"])),
            )
    if region.rng.random() < 0.5:
        car = region.car(members[0], since=first)
        for _ in range(int(region.rng.integers(1, 4))):
            region.cross(members[int(region.rng.integers(len(members)))], car, region.day(first, last))


def _split(region: RegionBuilder, sphere: Sphere, parent: Group) -> Group:
    """Some leave under a deputy and found a group of their own."""
    group = region.actor(None, sphere, parent.actor.state)
    left = region.day(parent.first + timedelta(days=200), max(parent.last, parent.first + timedelta(days=300)))
    last = max(region.end, left)
    leavers = parent.members[1::3]
    for member in leavers:
        report = region.report("", [member, group], kind="intelligence", on=min(left + timedelta(days=60), region.end))
        region.relation("Membership", member, group, left, last, report, role="left with the deputy")
    region.relation("UnknownLink", group, parent.actor, left, left, role="broke away from")
    return Group(group, leavers, left, last)


def _rivals(region: RegionBuilder, one: Group, other: Group) -> None:
    """Two groups of one world fight over the same towns."""
    report = region.report("", [one.actor, other.actor], kind="police", on=region.day())
    region.relation(
        "UnknownLink", one.actor, other.actor, max(one.first, other.first), None, report, role="rivals, several killed on either side"
    )


PARTS = (Underworld(Sphere.CRIME), Underworld(Sphere.TERROR))
