"""What is true of a region, as tables: who is who, who stands in which file, which ties were planted and which only look like ties."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crosstie.errors import LensError
from crosstie.learn.region.names import Ints, among, pc
from crosstie.learn.region.noise import Noise
from crosstie.learn.region.plan import CompanyPlan, PersonPlan, Plan, TrueLink
from crosstie.learn.region.population import Companies, People, Population
from crosstie.learn.region.sheets import BATCH, Sheet, sheet
from crosstie.learn.region.spelling import company_names, padded, person_names
from crosstie.learn.region.world import places, stream
from crosstie.model.lexicon import Sphere

ENTITIES = ("actor_id", "entity_id", "dataset", "file")
ACTORS = ("actor_id", "name", "spheres", "state", "kind")
LINKS = (
    "link_id",
    "crime_actor",
    "terror_actor",
    "class",
    "typology",
    "first",
    "last",
    "hops",
    "evidence",
    "path",
    "crime_side",
    "terror_side",
)
FINDINGS = ("lens", "typology", "subjects", "first", "last", "holds", "reason")
DECOYS = ("left_actor", "right_actor", "kind", "reason")


class Sightings:
    """Where each actor stands in the files: the same-entity clusters, written as the files are written."""

    def __init__(self, out: Sheet, population: Population) -> None:
        self._out = out
        plan = population.plan
        self._planted = {
            "person": [one.actor.id for one in plan.people],
            "company": [one.actor.id for one in plan.companies],
            "account": [one.account.id for one in plan.accounts],
            "vessel": [one.actor.id for one in plan.vessels],
            "car": [one.actor.id for one in plan.cars],
        }

    def actors(self, kind: str, rows: Ints) -> Any:
        """The ids of actors by their rows: `crowd-person-0000123`, or the one that the plan gave."""
        ours = self._planted[kind]
        found = padded(np.maximum(rows - len(ours), 0), 7, f"crowd-{kind}-")
        mask = rows < len(ours)
        if mask.any():
            found = pc.replace_with_mask(found, pa.array(mask), pa.array([ours[row] for row in rows[mask].tolist()], pa.string()))
        return found

    def add(self, actors: Any, entities: Any, dataset: str, file: str) -> None:
        """Actors and the ids that a reader gives to what one file says of them."""
        size = len(entities)
        self._out.write(
            {
                "actor_id": actors,
                "entity_id": entities,
                "dataset": pa.repeat(pa.scalar(dataset), size),
                "file": pa.repeat(pa.scalar(file), size),
            }
        )

    def add_each(self, pairs: Iterable[tuple[str, str]], dataset: str, file: str) -> None:
        """The same, one by one."""
        found = list(pairs)
        if found:
            self.add(pa.array([actor for actor, _ in found]), pa.array([entity for _, entity in found]), dataset, file)


def check(plan: Plan) -> None:
    """LensError where a part says that a tie has enough evidence and the files do not even place its ends in their worlds."""
    shown = plan.spheres_shown()
    for link in plan.links:
        ends = ((link.crime, link.crime_side, Sphere.CRIME), (link.terror, link.terror_side, Sphere.TERROR))
        for actor, side, sphere in ends:
            if sphere not in actor.spheres:
                raise LensError(f"planted {link.typology}: {actor.name} is not of the world of {sphere}")
            if link.evidence == "enough" and not any(sphere in shown.get(one.id, ()) for one in (actor, *side)):
                raise LensError(
                    f"planted {link.typology}: no list and no report places {actor.name} in the world of {sphere}",
                    hint='List the actor, report on it, or say evidence="thin".',
                )


def link_ids(links: Sequence[TrueLink]) -> list[str]:
    """Ids of the planted ties, in order."""
    return [f"true-{number:04d}" for number in range(1, len(links) + 1)]


def write_truth(out: Path, population: Population, about: str) -> None:
    """The tables of the truth folder besides entities.csv."""
    _actors(out / "actors.csv", population)
    plan = population.plan
    accounts = {one.account.id for one in plan.accounts}
    _table(
        out / "links.csv",
        LINKS,
        (
            (
                name,
                link.crime.id,
                link.terror.id,
                link.cls,
                link.typology,
                link.first,
                link.last,
                _hops(link, accounts),
                link.evidence,
                ";".join(_path(link)),
                ";".join(one.id for one in link.crime_side),
                ";".join(one.id for one in link.terror_side),
            )
            for name, link in zip(link_ids(plan.links), plan.links, strict=True)
        ),
    )
    _table(out / "decoys.csv", DECOYS, ((one.a.id, one.b.id, one.kind, one.reason) for one in plan.decoys))
    _table(
        out / "findings.csv",
        FINDINGS,
        (
            (*one.typology.split(".", 1), ";".join(one.subjects), one.first, one.last, "yes" if one.holds else "no", one.reason)
            for one in plan.findings
        ),
    )
    (out / "README.md").write_text(about, encoding="utf-8")


def _path(link: TrueLink) -> list[str]:
    return [link.crime.id] if link.crime is link.terror and not link.through else [link.crime.id, *link.through, link.terror.id]


def _hops(link: TrueLink, accounts: set[str]) -> int:
    """Steps from actor to actor: an account is no step of its own, it stands for its holder."""
    return len([one for one in _path(link) if one not in accounts]) - 1


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _actors(path: Path, population: Population) -> None:
    plan, exact = population.plan, stream(0, "truth")
    plain = Noise(variant=0, typo=0, no_middle=0, swapped=0)
    with sheet(path, {name: name for name in ACTORS}) as out:
        sightings = Sightings(out, population)
        kinds: tuple[tuple[str, People | Companies, Sequence[PersonPlan | CompanyPlan]], ...] = (
            ("person", population.people, plan.people),
            ("company", population.companies, plan.companies),
        )
        for kind, crowd, planted in kinds:
            for first in range(0, len(crowd), BATCH):
                rows = np.arange(first, min(first + BATCH, len(crowd)))
                names = (
                    person_names(population.people, rows, exact, plain)
                    if kind == "person"
                    else company_names(population.companies, rows, [one.actor.name for one in plan.companies])
                )
                spheres = [" ".join(planted[row].actor.spheres) if row < len(planted) else "" for row in rows.tolist()]
                out.write(
                    {
                        "actor_id": sightings.actors(kind, rows),
                        "name": names,
                        "spheres": pa.array(spheres),
                        "state": among(list(places()), crowd.state[rows]),
                        "kind": pa.repeat(pa.scalar(kind), len(rows)),
                    }
                )
        rest = [*plan.groups, *(one.actor for one in plan.vessels)]
        if rest:
            out.write(
                {
                    "actor_id": pa.array([one.id for one in rest]),
                    "name": pa.array([one.name for one in rest]),
                    "spheres": pa.array([" ".join(one.spheres) for one in rest]),
                    "state": pa.array([one.state for one in rest]),
                    "kind": pa.array([one.kind for one in rest]),
                }
            )
