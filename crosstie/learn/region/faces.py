"""How lists and agencies know an actor: one name with its parts, aliases, the original script, and what else they happen to have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from crosstie.learn.region.names import NONE, name_book
from crosstie.learn.region.noise import Noise
from crosstie.learn.region.parts import Actor
from crosstie.learn.region.plan import ListingPlan, PersonPlan
from crosstie.learn.region.population import Population
from crosstie.learn.region.spelling import bare, slip
from crosstie.learn.region.world import EPOCH, places

_NICKNAMES = (
    "The Broker",
    "The Engineer",
    "Doctor",
    "Uncle",
    "The Tall One",
    "The Captain",
    "Grey Beard",
    "The Tailor",
    "Left Hand",
    "The Goldsmith",
    "The Cook",
    "Teacher",
    "The Heron",
    "Silent One",
    "The Driver",
    "The Accountant",
)


@dataclass(frozen=True, slots=True)
class Face:
    """What one office knows of an actor."""

    actor: Actor
    name: str
    given: str = ""
    middle: str = ""
    family: str = ""
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    original: str | None = None
    born: str | None = None
    id_number: str | None = None
    phone: str | None = None
    street: str | None = None
    city: str | None = None
    gender: str | None = None

    @property
    def country(self) -> str:
        """The State's name."""
        return places()[self.actor.state].state.name


class Faces:
    """Makes the faces of planted actors, with the faults of one office."""

    def __init__(self, population: Population, rng: np.random.Generator, noise: Noise, seen: dict[str, Face] | None = None) -> None:
        self._rng, self._noise = rng, noise
        self._seen = {} if seen is None else seen
        self._people = {one.actor.id: one for one in population.plan.people}
        self._companies = {one.actor.id: one for one in population.plan.companies}

    def of(self, actor: Actor) -> Face:
        """The actor as this office knows it, another time perhaps otherwise."""
        if actor.kind == "person":
            return self._person(actor)
        if actor.kind == "company":
            return self._company(actor)
        return self._thing(actor)

    def listed(self, plan: ListingPlan) -> Face:
        """The actor as a list knows it: a list that copies knows what the first list knew, with its errors."""
        face = self._seen.get(plan.actor.id) if plan.copied else None
        face = face or self.of(plan.actor)
        self._seen.setdefault(plan.actor.id, face)
        return face

    def _person(self, actor: Actor) -> Face:
        rng, noise, plan = self._rng, self._noise, self._people[actor.id]
        kind = name_book().cultures[name_book().order[plan.culture]]

        def spelt(variant: float, no_middle: float) -> tuple[str, str, str]:
            given, family = (self._word(token, variant) for token in (plan.given, plan.family))
            middle = "" if plan.middle == NONE or rng.random() < no_middle else self._word(plan.middle, variant)
            return given, middle, family

        def full(given: str, middle: str, family: str) -> str:
            parts = (
                [family, given] if kind.family_first else [given, family, middle] if kind.middle == "family" else [given, middle, family]
            )
            return " ".join(part for part in parts if part)

        given, middle, family = spelt(noise.variant, noise.no_middle)
        if rng.random() < noise.typo:
            family = slip(family, float(rng.random()), int(rng.integers(3)))
        name = full(given, middle, family)
        others = (full(*spelt(0.9, 0.5)) for _ in range(int(rng.integers(0, 3))))
        return Face(
            actor,
            name,
            given,
            middle,
            family,
            aliases=tuple(dict.fromkeys(one for one in others if one != name)),
            weak=(str(rng.choice(_NICKNAMES)),) if rng.random() < 0.35 else (),
            original=self._original(plan) if rng.random() < 0.6 else None,
            born=self._born(plan.born),
            id_number=None if rng.random() < noise.no_id else f"{actor.state.upper()}ID{plan.id_number:08d}",
            phone=None if rng.random() < noise.no_phone else f"+{plan.phone}",
            street=None if rng.random() < noise.no_address else plan.address.street,
            city=plan.address.city,
            gender="female" if plan.female else "male",
        )

    def _born(self, number: int) -> str | None:
        rng, noise = self._rng, self._noise
        if rng.random() < noise.wrong_year:
            number += 365 * int(rng.choice([-2, -1, 1, 2]))
        day = EPOCH + timedelta(days=number)
        roll = rng.random()
        if roll < noise.no_date:
            return None
        if roll < noise.no_date + noise.year_only:
            return str(day.year)
        turned = day.day <= 12 and rng.random() < noise.day_month
        return f"{day.year}-{day.day:02d}-{day.month:02d}" if turned else str(day)

    def _word(self, token: int, share: float) -> str:
        variants = name_book().variants[token]
        return variants[int(self._rng.integers(len(variants)))] if self._rng.random() < share else variants[0]

    @staticmethod
    def _original(plan: PersonPlan) -> str | None:
        book = name_book()
        kind = book.cultures[book.order[plan.culture]]
        words = [book.original(token) for token in (plan.given, plan.middle, plan.family) if token != NONE]
        if any(word is None for word in words):
            return None
        given, *rest = [word for word in words if word]
        return f"{rest[-1]}{given}" if kind.family_first else " ".join([given, *rest])

    def _company(self, actor: Actor) -> Face:
        rng, noise, plan = self._rng, self._noise, self._companies[actor.id]
        name = bare(actor.name) if rng.random() < noise.variant else actor.name
        if rng.random() < noise.typo:
            name = slip(name, float(rng.random()), int(rng.integers(3)))
        return Face(
            actor,
            name,
            aliases=(actor.name,) if name != actor.name else (),
            id_number=None if rng.random() < 0.5 else f"{actor.state.upper()}R{plan.registration:08d}",
            phone=None if rng.random() < noise.no_phone else f"+{plan.phone}",
            street=None if rng.random() < noise.no_address else plan.address.street,
            city=plan.address.city,
        )

    def _thing(self, actor: Actor) -> Face:
        words = actor.name.split()
        short = "".join(word[0] for word in words if word[0].isupper())
        aliases = (f"The {actor.name}",) if self._rng.random() < 0.4 else ()
        return Face(actor, actor.name, aliases=aliases, weak=(short,) if actor.kind == "group" and len(short) > 2 else ())
