"""What the parts of a region ask for, as they asked for it: written down here, turned into files later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crosstie.learn.region.parts import Account, Actor, Address, Decoy, Evidence, LinkClass, ListName, PaperWriter, Report
from crosstie.model.lexicon import Sphere


@dataclass(slots=True)
class PersonPlan:
    """A person: words of the name as tokens of the name book, days since 1970, numbers without their State's form."""

    actor: Actor
    culture: int
    female: bool
    given: int
    middle: int
    family: int
    born: int
    id_number: int
    phone: int
    address: Address


@dataclass(slots=True)
class CompanyPlan:
    """A company."""

    actor: Actor
    registration: int
    founded: int
    dissolved: int | None
    phone: int
    address: Address


@dataclass(slots=True)
class VesselPlan:
    """A ship."""

    actor: Actor
    imo: int
    owner: Actor | None
    since: int


@dataclass(slots=True)
class AccountPlan:
    """An account; `bank` is the place of the bank in its State's list."""

    account: Account
    bank: int
    serial: int
    opened: int
    phone: int | None


@dataclass(slots=True)
class RelationPlan:
    """A relation; without a report it stands in the company register."""

    kind: str
    a: Actor
    b: Actor
    start: date | None
    end: date | None
    report: Report | None
    role: str | None


@dataclass(slots=True)
class PaymentPlan:
    """A payment."""

    a: Account
    b: Account
    on: date
    amount: float
    currency: str
    purpose: str


@dataclass(slots=True)
class ShipmentPlan:
    """A shipment."""

    exporter: Actor
    consignee: Actor
    on: date
    hs: str
    goods: str
    weight: float
    value: float
    currency: str
    vessel: Actor | None
    origin: str


@dataclass(slots=True)
class CallPlan:
    """A call from number to number."""

    a: int
    b: int
    on: date
    seconds: int


@dataclass(slots=True)
class CustodyPlan:
    """A stay in a prison of the State; wings and cells are numbers."""

    person: Actor
    state: str
    prison: int
    wing: int
    cell: int
    start: date
    end: date


@dataclass(slots=True)
class CarPlan:
    """A car or bus with its plate; nobody is said to own it where `owner` is none."""

    actor: Actor
    plate: int
    owner: Actor | None
    since: date


@dataclass(slots=True)
class CrossingPlan:
    """A person who crossed the border of a State in a car."""

    person: Actor
    car: Actor
    on: date
    state: str


@dataclass(slots=True)
class ReportPlan:
    """A report with its narrative."""

    report: Report
    text: str
    lang: str
    phones: tuple[str, ...]


@dataclass(slots=True)
class ListingPlan:
    """An actor on a list."""

    actor: Actor
    list: ListName
    programme: str
    narrative: str
    on: date
    linked_to: tuple[Actor, ...]
    #: taken over from another list as it stands there
    copied: bool = False


@dataclass(frozen=True, slots=True)
class TrueLink:
    """A planted tie."""

    crime: Actor
    terror: Actor
    cls: LinkClass
    typology: str
    first: date
    last: date
    through: tuple[str, ...]
    evidence: Evidence
    crime_side: tuple[Actor, ...]
    terror_side: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class DecoyPair:
    """A pair that only looks tied."""

    a: Actor
    b: Actor
    kind: Decoy
    reason: str


@dataclass(slots=True)
class PaperPlan:
    """A file that a lens writes itself, of the entries that its parts asked for."""

    name: str
    write: PaperWriter
    originator: str
    grade: str
    marking: str
    dataset: str
    mapping: Mapping[str, Any] | None
    entries: list[Any]


@dataclass(frozen=True, slots=True)
class TrueFinding:
    """What a detector ought to find of these subjects (`holds`), or what only looks so, with the reason."""

    typology: str
    subjects: tuple[str, ...]
    first: date | None
    last: date | None
    holds: bool
    reason: str


@dataclass(slots=True)
class Plan:
    """Everything that was asked for, in the order of asking."""

    people: list[PersonPlan] = field(default_factory=list)
    companies: list[CompanyPlan] = field(default_factory=list)
    vessels: list[VesselPlan] = field(default_factory=list)
    groups: list[Actor] = field(default_factory=list)
    accounts: list[AccountPlan] = field(default_factory=list)
    relations: list[RelationPlan] = field(default_factory=list)
    payments: list[PaymentPlan] = field(default_factory=list)
    shipments: list[ShipmentPlan] = field(default_factory=list)
    calls: list[CallPlan] = field(default_factory=list)
    custody: list[CustodyPlan] = field(default_factory=list)
    cars: list[CarPlan] = field(default_factory=list)
    crossings: list[CrossingPlan] = field(default_factory=list)
    reports: list[ReportPlan] = field(default_factory=list)
    listings: list[ListingPlan] = field(default_factory=list)
    links: list[TrueLink] = field(default_factory=list)
    decoys: list[DecoyPair] = field(default_factory=list)
    papers: dict[str, PaperPlan] = field(default_factory=dict)
    findings: list[TrueFinding] = field(default_factory=list)
    hubs: dict[str, Account] = field(default_factory=dict)
    nominees: dict[str, Actor] = field(default_factory=dict)
    #: which part draws its numbers from which block
    blocks: dict[int, str] = field(default_factory=dict)

    def spheres_shown(self) -> dict[str, set[Sphere]]:
        """Which actors the files place in a sphere: those that are listed, or that a report speaks of."""
        shown: dict[str, set[Sphere]] = {}
        for listing in self.listings:
            shown.setdefault(listing.actor.id, set()).update(listing.actor.spheres)
        for report in self.reports:
            if report.report.about:
                shown.setdefault(report.report.about[0].id, set()).update(report.report.about[0].spheres)
        return shown
