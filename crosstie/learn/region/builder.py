"""The builder that parts are given: it invents people and things, and writes down in the plan what was asked for."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from crosstie.errors import LensError
from crosstie.learn.region import plan as planned
from crosstie.learn.region.journal import Journal
from crosstie.learn.region.names import NONE, Ints, draw, name_book
from crosstie.learn.region.parts import (
    Account,
    Actor,
    Address,
    Decoy,
    Evidence,
    Kind,
    LinkClass,
    ListName,
    RelationKind,
    Report,
    ReportKind,
    State,
)
from crosstie.learn.region.world import BEGIN, END, Size, day_number, firms, number, places, stream
from crosstie.model.lexicon import Sphere

#: Serials below this belong to the crowd; each part draws its own from a block above it.
PLANTED = 50_000_000
_BLOCK, _BLOCKS = 1_000, 49_000
ID_SALT, PHONE_SALT, REGISTER_SALT, ACCOUNT_SALT, IMO_SALT, PLATE_SALT = 1, 2, 3, 4, 5, 6


class Builder(Journal):
    """The RegionBuilder of one part."""

    def __init__(self, seed: int, size: Size, part: str, plan: planned.Plan, rounds: int | None = None) -> None:
        self.rng = stream(seed, f"part:{part}")
        self.rounds = size.rounds if rounds is None else rounds
        #: organisations of each world besides those of the storylines
        self.groups = size.groups
        self.begin, self.end = BEGIN, END
        self.states: Sequence[State] = tuple(place.state for place in places().values())
        self.part = self.lens = self._part = part
        self._seed, self._plan = seed, plan
        if part in plan.blocks.values():
            raise LensError(
                f"two parts are called {part}: their numbers would be those of each other", hint="Give one of the two another name."
            )
        self._claimed = self._made = self._serial = 0
        self._claim()
        self._people: dict[str, planned.PersonPlan] = {}
        self._companies: dict[str, planned.CompanyPlan] = {}
        self._listed: set[tuple[str, str]] = set()

    # people and things

    def state(self, code: str | None = None) -> State:
        """The State of that code, or any."""
        if code is None:
            return self.states[int(self.rng.integers(len(self.states)))]
        if code not in places():
            raise LensError(f"part {self._part}: there is no State “{code}” in the region", hint=f"Use one of {', '.join(places())}.")
        return places()[code].state

    def day(self, first: date | None = None, last: date | None = None) -> date:
        """Any day between the two, or of the region's years."""
        first, last = first or self.begin, last or self.end
        if last < first:
            raise LensError(f"part {self._part}: no day lies between {first} and {last}")
        return first + timedelta(days=int(self.rng.integers((last - first).days + 1)))

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
        place = places()[self.state(state).code]
        book = name_book()
        kin = self._people[family.id] if family else None
        name = (
            book.order[kin.culture]
            if kin
            else culture or str(self.rng.choice(place.cultures, p=np.array(place.shares) / sum(place.shares)))
        )
        if name not in book.cultures:
            raise LensError(f"part {self._part}: there is no culture “{name}”", hint=f"Use one of {', '.join(book.order)}.")
        words, female = book.cultures[name], bool(self.rng.random() < 0.25)
        kept = words.family[_place(words.family, words.feminine, kin.family)] if kin else draw(self.rng, words.family, 1)[0]
        if female:
            kept = words.feminine[int(kept - words.family[0])]
        middle = {"father": words.male, "family": words.family}.get(words.middle)
        drawn = (
            int(draw(self.rng, words.female if female else words.male, 1)[0]),
            int(draw(self.rng, middle, 1)[0]) if middle is not None else NONE,
            int(kept),
        )
        birthday = born or date(1950, 1, 1) + timedelta(days=int(self.rng.integers(365 * 48)))
        return self._person(place.state, book.order.index(name), female, drawn, birthday, spheres, phone, address)

    def namesake(self, of: Actor, *, spheres: Sequence[Sphere] = ()) -> Actor:
        """Another person of exactly the same name, born on another day."""
        kin = self._people[of.id]
        born = date(1950, 1, 1) + timedelta(days=int(self.rng.integers(365 * 48)))
        return self._person(self.state(of.state), kin.culture, kin.female, (kin.given, kin.middle, kin.family), born, spheres, None, None)

    def _person(
        self,
        state: State,
        culture: int,
        female: bool,
        name: tuple[int, int, int],
        born: date,
        spheres: Sequence[Sphere],
        phone: str | None,
        address: Address | None,
    ) -> Actor:
        book = name_book()
        words = [book.variants[token][0] if token != NONE else "" for token in name]
        kind = book.cultures[book.order[culture]]
        ordered = [words[2], words[0]] if kind.family_first else [words[0], words[2], words[1]] if kind.middle == "family" else words
        actor = self._actor("person", " ".join(word for word in ordered if word), state.code, spheres)
        found = planned.PersonPlan(
            actor,
            culture,
            female,
            *name,
            day_number(born),
            number(self._next(), ID_SALT),
            _digits(phone or self.phone(state.code)),
            address or self.address(state.code),
        )
        self._people[actor.id] = found
        self._plan.people.append(found)
        return actor

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
        """A company; it stands in the register of its State."""
        place = places()[self.state(state).code]
        businesses = firms()["business"]
        kind = business if business in businesses else str(self.rng.choice(list(businesses)))
        if name is None:
            first = self.rng.choice(firms()["first"], 2, replace=False)
            name = f"{first[0]} {first[1]} {self.rng.choice(businesses[kind])} {self.rng.choice(place.forms)}"
        actor = self._actor("company", name, place.state.code, spheres)
        found = planned.CompanyPlan(
            actor,
            number(self._next(), REGISTER_SALT),
            day_number(founded or self.day(date(2005, 1, 1), date(2019, 12, 31))),
            day_number(dissolved) if dissolved else None,
            _digits(phone or self.phone(place.state.code)),
            address or self.address(place.state.code),
        )
        self._companies[actor.id] = found
        self._plan.companies.append(found)
        return actor

    def actor(self, name: str | None, sphere: Sphere | Sequence[Sphere], state: str | None = None) -> Actor:
        """A group: a crime organisation or a terror group."""
        spheres = (sphere,) if isinstance(sphere, Sphere) else tuple(sphere)
        if name is None:
            kinds = firms()["terror_groups" if Sphere.TERROR in spheres else "crime_groups"]
            first, second = self.rng.choice(firms()["group_words"], 2, replace=False)
            name = (
                f"{first} {self.rng.choice(kinds)} of {second}" if self.rng.random() < 0.7 else f"{second} {first} {self.rng.choice(kinds)}"
            )
        actor = self._actor("group", name, self.state(state).code, spheres)
        self._plan.groups.append(actor)
        return actor

    def vessel(self, owner: Actor | None = None, flag: str | None = None, name: str | None = None, *, since: date | None = None) -> Actor:
        """A ship with an IMO number."""
        name = name or f"{self.rng.choice(firms()['ships'])} {self.rng.integers(2, 60)}"
        actor = self._actor("vessel", name, self.state(flag).code, ())
        self._plan.vessels.append(planned.VesselPlan(actor, self._next(), owner, day_number(since or self.day(last=date(2019, 12, 31)))))
        return actor

    def car(self, owner: Actor | None = None, state: str | None = None, *, since: date | None = None) -> Actor:
        """A car or bus."""
        actor = self._actor("car", "", self.state(state or (owner.state if owner else None)).code, ())
        return self._car(actor, number(self._next(), PLATE_SALT), owner, since or self.day(last=date(2018, 12, 31)))

    def account(
        self, holder: Actor, *, bank: str | None = None, currency: str | None = None, opened: date | None = None, phone: str | None = None
    ) -> Account:
        """An account at a bank of the holder's State."""
        state = self.state(holder.state)
        chosen = state.banks.index(bank) if bank in state.banks else int(self.rng.integers(len(state.banks)))
        account = Account(self._id("account"), holder, state.banks[chosen], currency or state.currency)
        opening = day_number(opened or self.day(last=date(2018, 12, 31)))
        self._plan.accounts.append(
            planned.AccountPlan(account, chosen, number(self._next(), ACCOUNT_SALT), opening, _digits(phone) if phone else None)
        )
        return account

    def phone(self, state: str | None = None) -> str:
        """A phone number of that State that nobody else has."""
        return f"+87810{places()[self.state(state).code].phone}{number(self._next(), PHONE_SALT):08d}"

    def address(self, state: str | None = None) -> Address:
        """A private address of that State."""
        place = places()[self.state(state).code]
        street = f"{self.rng.choice(place.streets)} {self.rng.integers(1, 400)}"
        return Address(street, str(self.rng.choice(place.state.cities)), place.state.code)

    def public_address(self, kind: str, state: str | None = None) -> Address:
        """An address that many share."""
        return places()[self.state(state).code].public_address(kind)

    def hub(self, state: str | None = None) -> Account:
        """The account of the State's telephone company, which everybody pays."""
        return self._plan.hubs[self.state(state).code]

    def nominee(self, state: str | None = None) -> Actor:
        """The State's professional director, who sits on very many boards."""
        return self._plan.nominees[self.state(state).code]

    def commons(self, state: str, hub: Account, nominee: Actor) -> None:
        """Name the hub and the nominee of a State."""
        self._plan.hubs[state], self._plan.nominees[state] = hub, nominee

    # events

    def relation(
        self,
        kind: RelationKind,
        a: Actor,
        b: Actor,
        start: date | None = None,
        end: date | None = None,
        source: Report | str = "report",
        *,
        role: str | None = None,
    ) -> None:
        """A relation, written into the register, into that report, or into one of its own."""
        if source == "register":
            if b.id not in self._companies or kind not in ("Ownership", "Directorship") or a.kind not in ("person", "company"):
                raise LensError(
                    f"part {self._part}: the register holds owners and directors of companies, not {kind} of {a.name} in {b.name}"
                )
            report = None
        elif isinstance(source, Report):
            report = source
        else:
            report = self.report("", (), on=end if end and self.begin <= end <= self.end else None)
        self._plan.relations.append(planned.RelationPlan(kind, a, b, start, end, report, role))

    def pay(self, a: Account, b: Account, on: date, amount: float, currency: str | None = None, purpose: str = "") -> None:
        """A payment from a to b; it stands in the payments of the payer's State."""
        self._plan.payments.append(planned.PaymentPlan(a, b, on, amount, currency or a.currency, purpose))

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
        """A shipment as customs recorded it."""
        self._plan.shipments.append(
            planned.ShipmentPlan(exporter, consignee, on, hs, goods, weight_kg, value, currency, vessel, origin or exporter.state)
        )

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
        """A report with a narrative about the first of the actors."""
        report = Report(self._id("report"), kind, on or self.day(), tuple(about))
        self._plan.reports.append(planned.ReportPlan(report, text, lang, tuple(phones)))
        return report

    def list_as(
        self, actor: Actor, list: ListName, programme: str, narrative: str, *, on: date | None = None, linked_to: Sequence[Actor] = ()
    ) -> None:
        """Put an actor on a list."""
        missing = [other.name for other in linked_to if (other.id, list) not in self._listed]
        if missing:
            raise LensError(
                f"part {self._part}: {actor.name} is linked on {list} to {', '.join(missing)}, not on that list", hint="List them first."
            )
        if list == "red-notice" and actor.kind != "person":
            raise LensError(f"part {self._part}: a red notice seeks a person, not {actor.name}")
        if (actor.id, list) in self._listed:
            raise LensError(f"part {self._part}: {actor.name} is on {list} already")
        self._listed.add((actor.id, list))
        self._plan.listings.append(planned.ListingPlan(actor, list, programme, narrative, on or self.day(), tuple(linked_to)))

    # truth

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
        """What is true."""
        self._plan.links.append(
            planned.TrueLink(
                crime_actor,
                terror_actor,
                cls,
                typology,
                first,
                last,
                tuple(one.id for one in through),
                evidence,
                tuple(crime_side),
                tuple(terror_side),
            )
        )

    def decoy(self, a: Actor, b: Actor, kind: Decoy, reason: str) -> None:
        """A pair that looks tied and is not."""
        self._plan.decoys.append(planned.DecoyPair(a, b, kind, reason))

    # numbers

    def _next(self) -> int:
        if self._made == _BLOCK:
            self._claim()
        self._made += 1
        return self._serial + self._made - 1

    def _claim(self) -> None:
        """A block of numbers that no other part has: each part has its own places, whatever others ask for."""
        block = zlib.crc32(f"{self._part}/{self._claimed}".encode()) % _BLOCKS
        while block in self._plan.blocks:
            block = (block + 1) % _BLOCKS
        self._plan.blocks[block] = self._part
        self._claimed, self._made, self._serial = self._claimed + 1, 0, PLANTED + block * _BLOCK

    def _id(self, kind: str) -> str:
        self._count = getattr(self, "_count", 0) + 1
        return f"{self._part}-{kind}-{self._count:04d}"

    def _actor(self, kind: Kind, name: str, state: str, spheres: Sequence[Sphere]) -> Actor:
        return Actor(self._id(kind), kind, name, state, tuple(spheres))


def _digits(phone: str) -> int:
    return int(phone.lstrip("+"))


def _place(family: Ints, feminine: Ints, token: int) -> int:
    """Where the family name of that token stands in the list, in either form."""
    first = family[0] if family[0] <= token <= family[-1] else feminine[0]
    return int(token - first)
