"""How lists and agencies know an actor: one name with its parts, aliases, the original script, and what else they happen to have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crosstie.learn.region.names import NONE, name_book
from crosstie.learn.region.parts import Actor
from crosstie.learn.region.plan import PersonPlan
from crosstie.learn.region.population import Population
from crosstie.learn.region.spelling import Noise, birth_dates, id_numbers, loose, pc, person_names, phones
from crosstie.learn.region.world import places

_NICKNAMES = ("The Broker", "The Engineer", "Doctor", "Uncle", "The Tall One", "The Captain", "Grey Beard", "The Tailor", "Left Hand", "The Goldsmith",
              "The Cook", "Teacher", "The Heron", "Silent One", "The Driver", "The Accountant")


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
    state: str = field(default="")

    @property
    def country(self) -> str:
        """The State's name."""
        return places()[self.actor.state].state.name


class Faces:
    """Makes the faces of planted actors, with the faults of one office."""

    def __init__(self, population: Population, rng: np.random.Generator, noise: Noise) -> None:
        self._population, self._rng, self._noise = population, rng, noise
        plan = population.plan
        self._people = {one.actor.id: row for row, one in enumerate(plan.people)}
        self._companies = {one.actor.id: one for one in plan.companies}

    def of(self, actor: Actor) -> Face:
        """The actor as this office knows it, another time perhaps otherwise."""
        if actor.kind == "person":
            return self._person(actor)
        if actor.kind == "company":
            return self._company(actor)
        return self._thing(actor)

    def all(self, actors: Sequence[Actor]) -> list[Face]:
        """Several."""
        return [self.of(actor) for actor in actors]

    def _person(self, actor: Actor) -> Face:
        rng, noise, people, row = self._rng, self._noise, self._population.people, self._people[actor.id]
        plan: PersonPlan = self._population.plan.people[row]
        rows = np.array([row])
        given, family = (self._word(token) for token in (plan.given, plan.family))
        middle = "" if plan.middle == NONE or rng.random() < noise.no_middle else self._word(plan.middle)
        kind = name_book().cultures[name_book().order[plan.culture]]
        parts = [family, given] if kind.family_first else [given, family, middle] if kind.middle == "family" else [given, middle, family]
        name = " ".join(part for part in parts if part)
        others = person_names(people, np.repeat(rows, int(rng.integers(0, 3))), rng, Noise(variant=0.9, typo=0.0, no_middle=0.5))
        aliases = tuple(dict.fromkeys(one for one in others.to_pylist() if one != name))
        original = self._original(plan) if rng.random() < 0.6 else None
        return Face(
            actor, name, given, middle, family, aliases,
            weak=(str(rng.choice(_NICKNAMES)),) if rng.random() < 0.35 else (),
            original=original,
            born=birth_dates(people.born[rows], rng, noise).to_pylist()[0],
            id_number=None if rng.random() < noise.no_id else id_numbers(people, rows).to_pylist()[0],
            phone=None if rng.random() < noise.no_phone else phones(people.phone[rows]).to_pylist()[0],
            street=None if rng.random() < noise.no_address else plan.address.street,
            city=plan.address.city,
            gender="female" if plan.female else "male",
            state=actor.state,
        )

    def _word(self, token: int) -> str:
        variants = name_book().variants[token]
        return variants[int(self._rng.integers(len(variants)))] if self._rng.random() < self._noise.variant else variants[0]

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
        rng, plan = self._rng, self._companies[actor.id]
        name = loose(pc.cast([actor.name], "string"), rng, self._noise).to_pylist()[0]
        row = self._population.plan.companies.index(plan)
        number = f"{actor.state.upper()}R{self._population.companies.registration[row]:08d}"
        return Face(
            actor, name, aliases=(actor.name,) if name != actor.name else (),
            id_number=None if rng.random() < 0.5 else number,
            phone=None if rng.random() < self._noise.no_phone else f"+{plan.phone}",
            street=None if rng.random() < self._noise.no_address else plan.address.street, city=plan.address.city, state=actor.state,
        )

    def _thing(self, actor: Actor) -> Face:
        words = actor.name.split()
        short = "".join(word[0] for word in words if word[0].isupper())
        aliases = (f"The {actor.name}",) if self._rng.random() < 0.4 else ()
        return Face(actor, actor.name, aliases=aliases, weak=(short,) if actor.kind == "group" and len(short) > 2 else (), state=actor.state)
