"""The builder of a world without ties: a part is played as written, but one end of every tie is somebody innocent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from crosstie.learn.region.builder import Builder
from crosstie.learn.region.parts import (
    Account,
    Actor,
    Address,
    Decoy,
    Evidence,
    LinkClass,
    ListName,
    Report,
    ReportKind,
)
from crosstie.learn.region.plan import Plan
from crosstie.learn.region.world import Size
from crosstie.model.lexicon import Sphere

_TERROR_PROGRAMMES = ("SDGT", "FTO")


class Severed(Builder):
    """Keeps one of the two worlds: who belongs to the other is made all the same, and deals as the part says, but is on no list, nothing is told
    of what they did, and no tie is true.
    """

    def __init__(self, seed: int, size: Size, part: str, plan: Plan, keep: Sphere, rounds: int | None = None) -> None:
        super().__init__(seed, size, f"{part}-{keep}-only", plan, rounds)
        self.lens, self._keep = part, keep
        #: actors that the part wanted in the other world, wholly or as well
        self._cleared: set[str] = set()
        self._halved: set[str] = set()

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
        """A person, of the kept world or of none."""
        kept = self._kept(spheres)
        return self._noted(super().person(state, culture, spheres=kept, family=family, born=born, phone=phone, address=address), spheres)

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
        """A company, of the kept world or of none."""
        made = super().company(
            state,
            business=business,
            name=name,
            spheres=self._kept(spheres),
            founded=founded,
            dissolved=dissolved,
            phone=phone,
            address=address,
        )
        return self._noted(made, spheres)

    def actor(self, name: str | None, sphere: Sphere | Sequence[Sphere], state: str | None = None) -> Actor:
        """A group of the kept world, or an association of honest people."""
        spheres = (sphere,) if isinstance(sphere, Sphere) else tuple(sphere)
        kept = self._kept(spheres)
        if not kept:
            name = f"{self.state(state).cities[0]} Association No {int(self.rng.integers(2, 900))}"
        return self._noted(super().actor(name, kept, state), spheres)

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
        """A report; what it tells of those who are innocent now is left out."""
        innocent = self._cleared | self._halved
        text = "" if any(one.id in innocent for one in about) else text
        return super().report(text, about, kind=kind, lang=lang, on=on, phones=phones)

    def list_as(
        self, actor: Actor, list: ListName, programme: str, narrative: str, *, on: date | None = None, linked_to: Sequence[Actor] = ()
    ) -> None:
        """Put an actor on a list of the kept world."""
        terror = list in ("un-like", "gb-like") or programme in _TERROR_PROGRAMMES
        if actor.id in self._cleared or (Sphere.TERROR if terror else Sphere.CRIME) is not self._keep:
            return
        linked = [one for one in linked_to if (one.id, list) in self._listed]
        super().list_as(actor, list, programme, narrative, on=on, linked_to=linked)

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
        """No tie is true here."""

    def decoy(self, a: Actor, b: Actor, kind: Decoy, reason: str) -> None:
        """A look-alike has an end in each world, so there is none."""

    def _kept(self, spheres: Sequence[Sphere]) -> tuple[Sphere, ...]:
        return tuple(one for one in spheres if one is self._keep)

    def _noted(self, actor: Actor, spheres: Sequence[Sphere]) -> Actor:
        if spheres and not actor.spheres:
            self._cleared.add(actor.id)
        elif len(spheres) > len(actor.spheres):
            self._halved.add(actor.id)
        return actor
