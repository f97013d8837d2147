"""What a part may let happen that no bank sees: calls, stays in prison, cars and journeys; papers of its own; and what detectors ought to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crosstie.errors import LensError
from crosstie.learn.region.parts import CELLS, PRISONS, WINGS, Account, Actor, PaperWriter
from crosstie.learn.region.plan import CallPlan, CarPlan, CompanyPlan, CrossingPlan, CustodyPlan, PaperPlan, PersonPlan, Plan, TrueFinding


class Journal:
    """The part of the builder that writes such things down in the plan."""

    part: str
    #: the part as its lens names it, whichever half of the world is played
    lens: str
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
        """An entry of a file in a format of the field's own."""
        kept = self._plan.papers.setdefault(name, PaperPlan(name, write, originator, grade, marking, dataset, mapping, []))
        if (kept.write, kept.originator, kept.grade, kept.marking, kept.dataset) != (write, originator, grade, marking, dataset):
            raise LensError(f"part {self.part}: {name} is already written otherwise", hint="Give the paper another name.")
        kept.entries.append(entry)

    def shows(self, typology: str, subjects: Sequence[Actor | Account], first: date | None = None, last: date | None = None) -> None:
        """What a detector ought to find."""
        self._finding(typology, subjects, first, last, True, "")

    def resembles(self, typology: str, subjects: Sequence[Actor | Account], reason: str) -> None:
        """What looks like a typology and is innocent."""
        self._finding(typology, subjects, None, None, False, reason)

    def _finding(
        self, typology: str, subjects: Sequence[Actor | Account], first: date | None, last: date | None, holds: bool, reason: str
    ) -> None:
        name = f"{self.lens}.{typology}"
        self._plan.findings.append(TrueFinding(name, tuple(one.id for one in subjects), first, last, holds, reason))

    def _car(self, car: Actor, plate: int, owner: Actor | None, since: date) -> Actor:
        self._plan.cars.append(CarPlan(car, plate, owner, since))
        return car

    def _number(self, actor: Actor) -> int:
        known: PersonPlan | CompanyPlan | None = self._people.get(actor.id) or self._companies.get(actor.id)
        if known is None:
            raise LensError(f"part {self.part}: {actor.name} has no telephone")
        return known.phone
