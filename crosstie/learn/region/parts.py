"""What a lens needs to write its part of a region: the handles of invented things, the builder that makes them, and the part itself.

A part never touches files. It asks the builder for people, companies and accounts, lets things happen between them, and says what
is true: `RegionBuilder.true_link` for each tie that it planted, `RegionBuilder.decoy` for each innocent look-alike. The builder
writes every thing down as the lists, registers, banks and agencies of the region would: several times, misspelt, in other scripts,
with holes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from crosstie.model.lexicon import Sphere

if TYPE_CHECKING:
    from crosstie.learn.region.papers import Clerk

Kind = Literal["person", "company", "group", "vessel", "car"]
LinkClass = Literal["N1", "N2", "N3", "N4", "N5"]
Evidence = Literal["enough", "thin"]
#: The lists of the region, each written in the format of the real one.
ListName = Literal["un-like", "ofac-like", "gb-like", "red-notice"]
#: Who reports, which decides the file, its originator and its grade: court A2, fiu B2, police B2, intelligence B3, press C3.
ReportKind = Literal["court", "fiu", "police", "intelligence", "press"]
Decoy = Literal[
    "name collision",
    "shared public address",
    "common bank/hub",
    "family name",
    "same law firm",
    "list echo",
    "shared hawaladar",
    "same prison wing",
    "clan name",
    "mosque or market",
    "lawyer",
    "everyday dealing",
    "same journey",
    "retracted allegation",
    "date impossibility",
    "other",
]
#: FollowTheMoney schemata of relations. Owner, director, member or agent is `a`; the asset, organisation or client is `b`.
RelationKind = Literal["Ownership", "Directorship", "Membership", "Employment", "Family", "Associate", "Representation", "UnknownLink"]


#: The prisons of each State.
PRISONS, WINGS, CELLS = 2, 6, 12


@dataclass(frozen=True, slots=True)
class State:
    """An invented State: its code, its name in English, its currency and where things happen in it."""

    code: str
    name: str
    currency: str
    cities: tuple[str, ...]
    ports: tuple[str, ...]
    banks: tuple[str, ...]
    cultures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `public` marks a hotel, law firm or business centre that many innocent people share."""

    street: str
    city: str
    state: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """An invented person, company, group or vessel; equal only to itself. `spheres` is the truth about it, not what the files say."""

    id: str
    kind: Kind
    name: str
    state: str
    spheres: tuple[Sphere, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account of a person or company."""

    id: str
    holder: Actor
    bank: str
    currency: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a court or agency; relations may be put into it."""

    id: str
    kind: ReportKind
    date: date
    about: tuple[Actor, ...] = field(default=())


class PaperWriter(Protocol):
    """Makes a file of the entries that the parts gave: `clerk` writes down whom they mean."""

    def __call__(self, clerk: Clerk, entries: list[Any], /) -> bytes | str:
        """The whole file."""
        ...


class RegionBuilder(Protocol):
    """Makes things in the region and writes them down where they would be found. Each part has its own, with its own random numbers."""

    #: the part's own numbers: another part more or less changes nothing here
    rng: np.random.Generator
    #: the six States, in the order of their codes
    states: Sequence[State]
    #: how many storylines of each kind to plant: grows slowly with the size of the region (small 2, medium 10, large 20)
    rounds: int
    #: organisations of each world besides those of the storylines
    groups: int
    #: the years that the region covers; everything happens between these days
    begin: date
    end: date

    def state(self, code: str | None = None) -> State:
        """The State of that code, or any."""
        ...

    def day(self, first: date | None = None, last: date | None = None) -> date:
        """Any day between the two, or of the region's years."""
        ...

    def person(
        self,
        state: str | None = None,
        culture: str | None = None,
        *,
        spheres: Sequence[Sphere] = (),
        family: Actor | None = None,
        born: date | None = None,
        phone: str | None = None,
        address: Address | None = None,
    ) -> Actor:
        """A person with name, birth date, identity number, address and phone. `family` lends the family name."""
        ...

    def namesake(self, of: Actor, *, spheres: Sequence[Sphere] = ()) -> Actor:
        """Another person of exactly the same name, born on another day: for name collisions."""
        ...

    def company(
        self,
        state: str | None = None,
        *,
        business: str | None = None,
        name: str | None = None,
        spheres: Sequence[Sphere] = (),
        founded: date | None = None,
        dissolved: date | None = None,
        phone: str | None = None,
        address: Address | None = None,
    ) -> Actor:
        """A company; it stands in the register of its State. `business` is a word such as shipping, trading, gold, exchange, charcoal."""
        ...

    def actor(self, name: str | None, sphere: Sphere | Sequence[Sphere], state: str | None = None) -> Actor:
        """A group: a crime organisation or a terror group. Without a name it is given one."""
        ...

    def vessel(self, owner: Actor | None = None, flag: str | None = None, name: str | None = None, *, since: date | None = None) -> Actor:
        """A ship with an IMO number; it stands in the register of vessels, with its owner if there is one."""
        ...

    def account(
        self, holder: Actor, *, bank: str | None = None, currency: str | None = None, opened: date | None = None, phone: str | None = None
    ) -> Account:
        """An account at a bank of the holder's State; it stands in the customer file of that State."""
        ...

    def phone(self, state: str | None = None) -> str:
        """A phone number of that State that nobody else has."""
        ...

    def address(self, state: str | None = None) -> Address:
        """A private address of that State."""
        ...

    def public_address(self, kind: Literal["hotel", "law firm", "business centre"], state: str | None = None) -> Address:
        """An address that many share: a hotel, a law firm or a business centre, the same one every time that it is asked for in a State."""
        ...

    def hub(self, state: str | None = None) -> Account:
        """The account of the State's telephone company, which everybody pays: the same one every time."""
        ...

    def nominee(self, state: str | None = None) -> Actor:
        """The State's professional director, who sits on the boards of very many companies: the same person every time."""
        ...

    def relation(
        self,
        kind: RelationKind,
        a: Actor,
        b: Actor,
        start: date | None = None,
        end: date | None = None,
        source: Report | Literal["register", "report"] = "report",
        *,
        role: str | None = None,
    ) -> None:
        """A relation, written into the register (Ownership and Directorship of a company), into that report, or into one of its own."""
        ...

    def pay(self, a: Account, b: Account, on: date, amount: float, currency: str | None = None, purpose: str = "") -> None:
        """A payment from a to b; it stands in the payments of the payer's State."""
        ...

    def ship(
        self,
        exporter: Actor,
        consignee: Actor,
        on: date,
        *,
        hs: str,
        goods: str,
        weight_kg: float,
        value: float,
        currency: str = "USD",
        vessel: Actor | None = None,
        origin: str | None = None,
    ) -> None:
        """A shipment as customs recorded it. `hs` has six digits; `origin` is the code of the State that is declared."""
        ...

    def call(self, a: Actor, b: Actor, on: date, seconds: int = 60) -> None:
        """A telephone call from the number of one person or company to that of another; it stands in the call records."""
        ...

    def custody(
        self, person: Actor, start: date, end: date, *, prison: int = 0, wing: int = 0, cell: int = 0, state: str | None = None
    ) -> None:
        """A stay in a prison, as the prison service books it. Each State has PRISONS prisons of WINGS wings of CELLS cells."""
        ...

    def car(self, owner: Actor | None = None, state: str | None = None, *, since: date | None = None) -> Actor:
        """A car or bus; it stands in the register of vehicles if it has an owner."""
        ...

    def cross(self, person: Actor, car: Actor, on: date, state: str | None = None) -> None:
        """A person crosses the border in a car, as the border guard of that State notes."""
        ...

    def report(
        self,
        text: str,
        about: Sequence[Actor] = (),
        *,
        kind: ReportKind = "intelligence",
        lang: str = "eng",
        on: date | None = None,
        phones: Sequence[str] = (),
    ) -> Report:
        """A report with a narrative. `{0}`, `{1}`, ... in the text become the names of `about` as this report spells them; the text is
        held against the first of them, the others are only named in it. `phones` are numbers of the first.
        """
        ...

    def list_as(
        self,
        actor: Actor,
        list: ListName,
        programme: str,
        narrative: str,
        *,
        on: date | None = None,
        linked_to: Sequence[Actor] = (),
    ) -> None:
        """Put an actor on a list. Programmes are the real lists' own words: un-like `Al-Qaida`, `Taliban`, `Somalia`; ofac-like `SDGT`,
        `FTO`, `SDNTK`, `TCO`, `ILLICIT-DRUGS-EO14059`; gb-like a regime; red-notice the code of the State that seeks the person, with
        the charge as narrative. `linked_to` is said as OFAC (“Linked To:”) and the UN (“Associated with ... (QDe.501)”) say it: list
        those actors on the same list first. `{0}` in the narrative becomes He, She or It.
        """
        ...

    def paper(
        self,
        name: str,
        write: PaperWriter,
        entry: Any,
        *,
        originator: str,
        dataset: str,
        grade: str = "B2",
        marking: str = "TLP:AMBER; purpose=exercise",
        mapping: Mapping[str, Any] | None = None,
    ) -> None:
        """An entry of a file in a format of the field's own. All entries of one name go into one file, which `write(clerk, entries)` makes, a
        function of the lens's module: a part may be told several times in one region. The clerk (`learn.region.papers.Clerk`) knows actors as an
        office knows them; `dataset` is the prefix of the ids that the file's reader gives. With a `mapping` the file is a table, and the mapping is
        put beside it; without, a note says whose the file is.
        """
        ...

    def shows(self, typology: str, subjects: Sequence[Actor | Account], first: date | None = None, last: date | None = None) -> None:
        """What a detector ought to find: the typology, by its name in the lens, of these subjects."""
        ...

    def resembles(self, typology: str, subjects: Sequence[Actor | Account], reason: str) -> None:
        """What looks like a typology and is innocent: a detector ought not to find it."""
        ...

    def true_link(
        self,
        crime_actor: Actor,
        terror_actor: Actor,
        cls: LinkClass,
        typology: str,
        first: date,
        last: date,
        through: Sequence[Actor | Account] = (),
        *,
        evidence: Evidence = "enough",
        crime_side: Sequence[Actor] = (),
        terror_side: Sequence[Actor] = (),
    ) -> None:
        """What is true: a tie, its class, and the things that lie on its path from crime to terror. The two ends may be one actor (N3,
        N4, N5). The sides are actors who stand for the end just as well (a group for its leader): a link found between those counts as
        this one.
        """
        ...

    def decoy(self, a: Actor, b: Actor, kind: Decoy, reason: str) -> None:
        """A pair of one crime and one terror actor that looks tied and is not, with the reason; an actor of one world with itself where it is
        wrongly said to be of both.
        """
        ...


class ScenarioPart(Protocol):
    """One lens's part of a region."""

    @property
    def name(self) -> str:
        """A name that no other part has: the numbers of the part are drawn from it."""
        ...

    def plant(self, region: RegionBuilder) -> None:
        """Make people, let things happen, say what is true."""
        ...
