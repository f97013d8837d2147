"""What a part may let happen that no bank sees: calls, stays in prison, cars and journeys."""

from __future__ import annotations

from datetime import date

from crosstie.errors import LensError
from crosstie.learn.region.parts import CELLS, PRISONS, WINGS, Actor
from crosstie.learn.region.plan import CallPlan, CarPlan, CompanyPlan, CrossingPlan, CustodyPlan, PersonPlan, Plan


class Journal:
    """The part of the builder that writes such things down in the plan."""

    part: str
    _plan: Plan
    _people: dict[str, PersonPlan]
    _companies: dict[str, CompanyPlan]

    def call(self, a: Actor, b: Actor, on: date, seconds: int = 60) -> None:
        """A telephone call from the number of one to that of the other."""
        self._plan.calls.append(CallPlan(self._number(a), self._number(b), on, seconds))

    def custody(
        self, person: Actor, start: date, end: date, *, prison: int = 0, wing: int = 0, cell: int = 0, state: str | None = None
    ) -> None:
        """A stay in a prison."""
        if person.kind != "person" or end < start:
            raise LensError(f"part {self.part}: {person.name} cannot be in prison from {start} to {end}")
        self._plan.custody.append(CustodyPlan(person, state or person.state, prison % PRISONS, wing % WINGS, cell % CELLS, start, end))

    def cross(self, person: Actor, car: Actor, on: date, state: str | None = None) -> None:
        """A person crosses the border in a car."""
        self._plan.crossings.append(CrossingPlan(person, car, on, state or person.state))

    def _car(self, car: Actor, plate: int, owner: Actor | None, since: date) -> Actor:
        self._plan.cars.append(CarPlan(car, plate, owner, since))
        return car

    def _number(self, actor: Actor) -> int:
        known: PersonPlan | CompanyPlan | None = self._people.get(actor.id) or self._companies.get(actor.id)
        if known is None:
            raise LensError(f"part {self.part}: {actor.name} has no telephone")
        return known.phone
