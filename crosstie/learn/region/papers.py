"""The papers of a region that a lens writes itself, in its field's own formats: passenger lists, trace requests, manifests."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import yaml

from crosstie.errors import LensError
from crosstie.learn.region.faces import Face, Faces
from crosstie.learn.region.names import Ints, among, name_book
from crosstie.learn.region.noise import Noise
from crosstie.learn.region.parts import Account, Actor
from crosstie.learn.region.plan import PaperPlan
from crosstie.learn.region.population import Population
from crosstie.learn.region.registers import ibans
from crosstie.learn.region.sheets import write_mapping
from crosstie.learn.region.spelling import birth_dates, id_numbers, person_names
from crosstie.learn.region.truth import Sightings
from crosstie.learn.region.world import places, stream


class Clerk:
    """Who writes a paper: knows the actors as that office knows them, with its errors, and notes for the truth whom it means by which id."""

    def __init__(self, population: Population, paper: str) -> None:
        self.rng = stream(population.seed, f"paper:{paper}")
        self._population, self._noise = population, population.care.agency
        self._faces = Faces(population, self.rng, self._noise)
        self.pairs: list[tuple[str, str]] = []

    def face(self, actor: Actor) -> Face:
        """The actor as this office knows it, another time perhaps otherwise."""
        return self._faces.of(actor)

    def saw(self, actor: Actor, entity_id: str) -> None:
        """For the truth: the entity of this id, as the reader of the paper gives it, is that actor."""
        self.pairs.append((actor.id, entity_id))

    def iban(self, account: Account) -> str:
        """The number of an account."""
        rows = {one.account.id: row for row, one in enumerate(self._population.plan.accounts)}
        return str(ibans(self._population, np.array([rows[account.id]]))[0].as_py())

    def imo(self, vessel: Actor) -> str:
        """The IMO number of a ship, seven digits."""
        rows = {one.actor.id: row for row, one in enumerate(self._population.plan.vessels)}
        return str(self._population.vessels.imo[rows[vessel.id]])

    def strangers(self, count: int, state: str | None = None) -> list[Face]:
        """People of the crowd, of one State or of all, no two the same: with name, its parts, birth date, number and gender."""
        people = self._population.people
        crowd = np.arange(people.planted, len(people))
        here = crowd if state is None else crowd[people.state[crowd] == list(places()).index(state)]
        if count > len(here):
            raise LensError(f"{count} strangers were asked for, there are {len(here)}")
        return self._strange(self.rng.choice(here, count, replace=False))

    def _strange(self, rows: Ints) -> list[Face]:
        people, rng, noise = self._population.people, self.rng, self._noise
        full = person_names(people, rows, rng, noise).to_pylist()
        given, family = (among(self._words, tokens[rows]).to_pylist() for tokens in (people.given, people.family))
        born = birth_dates(people.born[rows], rng, Noise(no_date=0, year_only=0, day_month=noise.day_month)).to_pylist()
        numbers = id_numbers(people, rows).to_pylist()
        states = [list(places())[number] for number in people.state[rows].tolist()]
        return [
            Face(
                Actor(f"crowd-person-{row - people.planted:07d}", "person", name, state),
                name,
                first,
                "",
                last,
                born=day,
                id_number=number,
            )
            for row, name, first, last, day, number, state in zip(rows.tolist(), full, given, family, born, numbers, states, strict=True)
        ]

    @cached_property
    def _words(self) -> list[str]:
        return [variants[0] for variants in name_book().variants]


def write_papers(population: Population, out: Path, truth: Sightings) -> list[Path]:
    """The papers that parts asked for, by name, each with the note beside it that says whose it is."""
    return [_write(paper, population, out, truth) for _, paper in sorted(population.plan.papers.items())]


def _write(paper: PaperPlan, population: Population, out: Path, truth: Sightings) -> Path:
    path, clerk = out / paper.name, Clerk(population, paper.name)
    if path.exists():
        raise LensError(f"two files of the region are called {paper.name}")
    made = paper.write(clerk, paper.entries)
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    handling = {"originator": paper.originator, "grade": paper.grade, "marking": paper.marking}
    if paper.mapping is not None:
        write_mapping(path, {**paper.mapping, **handling})
    else:
        note = yaml.safe_dump(handling, allow_unicode=True, sort_keys=False)
        path.with_name(f"{path.name}.source.yaml").write_text(note, encoding="utf-8")
    truth.add_each(clerk.pairs, paper.dataset, path.name)
    return path
