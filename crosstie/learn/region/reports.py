"""Reports of courts and agencies, as FollowTheMoney entities in JSON lines: who they are about, what is said of them, who is tied to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson

from crosstie.learn.region.faces import Face, Faces
from crosstie.learn.region.parts import Actor
from crosstie.learn.region.plan import RelationPlan, ReportPlan
from crosstie.learn.region.population import Population
from crosstie.learn.region.truth import Sightings
from crosstie.learn.region.world import stream
from crosstie.model.schema import edge_ends

#: What each kind of report is to be believed, and who says so.
ORIGINATORS = {
    "court": ("Courts of the region", "A2", "TLP:GREEN"),
    "fiu": ("Financial intelligence units of the region", "B2", "TLP:AMBER; purpose=exercise"),
    "police": ("Police forces of the region", "B2", "TLP:AMBER; purpose=exercise"),
    "intelligence": ("Intelligence services of the region", "B3", "TLP:AMBER+STRICT; purpose=exercise"),
    "press": ("Newspapers of the region", "C3", "TLP:CLEAR"),
}
SCHEMA = {"person": "Person", "company": "Company", "group": "Organization", "vessel": "Vessel"}


def write_reports(population: Population, out: Path, truth: Sightings) -> list[Path]:
    """One file per kind of report, in the order of their dates."""
    plan = population.plan
    relations: dict[str, list[RelationPlan]] = {}
    for relation in plan.relations:
        if relation.report is not None:
            relations.setdefault(relation.report.id, []).append(relation)
    files = []
    for kind in ORIGINATORS:
        rng = stream(population.seed, f"reports:{kind}")
        found = sorted((one for one in plan.reports if one.report.kind == kind), key=lambda one: (one.report.date, one.report.id))
        if not found:
            continue
        path = out / f"reports_{kind}.ftm.json"
        writer = _Writer(kind, population, rng, truth, path)
        with path.open("wb") as stream_:
            for number, report in enumerate(found, 1):
                for entity in writer.entities(number, report, relations.get(report.report.id, [])):
                    stream_.write(orjson.dumps(entity) + b"\n")
        truth.add_each(writer.pairs, f"reports_{kind}", path.name)
        files.append(path)
    return files


class _Writer:
    """Turns reports of one kind into entities."""

    def __init__(self, kind: str, population: Population, rng: np.random.Generator, truth: Sightings, path: Path) -> None:
        self.pairs: list[tuple[str, str]] = []
        self._kind, self._rng = kind, rng
        self._faces = Faces(population, rng, population.care.agency)
        self._imo = {one.actor.id: str(population.vessels.imo[row]) for row, one in enumerate(population.plan.vessels)}

    def entities(self, number: int, report: ReportPlan, relations: list[RelationPlan]) -> list[dict[str, Any]]:
        """The entities of one report: its actors, then their ties."""
        base = f"{self._kind}-{number:05d}"
        tied = [actor for relation in relations for actor in (relation.a, relation.b)]
        actors = list({actor.id: actor for actor in (*report.report.about, *tied)}.values())
        faces = {actor.id: self._faces.of(actor) for actor in actors}
        ids = {actor.id: f"{base}-{place}" for place, actor in enumerate(actors, 1)}
        self.pairs += [(actor.id, ids[actor.id]) for actor in actors]
        text = report.text.format(*(faces[actor.id].name for actor in report.report.about)) if report.text else ""
        found = [self._entity(ids[actor.id], faces[actor.id], actor) for actor in actors]
        if found and text:
            found[0]["properties"]["notes"] = [text]
        if found and report.phones:
            found[0]["properties"]["phone"] = list(report.phones)
        for place, relation in enumerate(relations, 1):
            found.append(_edge(f"{base}-rel-{place}", relation, ids))
        for entity in found:
            entity["properties"]["publisher"] = [f"{self._kind} report {number}"]
            entity["properties"]["modifiedAt"] = [str(report.report.date)]
        return found

    def _entity(self, id_: str, face: Face, actor: Actor) -> dict[str, Any]:
        found: dict[str, list[str]] = {"name": [face.name], "country": [actor.state]}
        if face.aliases and self._rng.random() < 0.3:
            found["alias"] = list(face.aliases)
        if face.original and self._rng.random() < 0.3:
            found.setdefault("alias", []).append(face.original)
        numbers = "idNumber" if actor.kind == "person" else "registrationNumber"
        for prop, value in (
            (numbers, face.id_number),
            ("birthDate", face.born),
            ("phone", face.phone),
            ("imoNumber", self._imo.get(actor.id)),
        ):
            if value:
                found[prop] = [value]
        if face.street:
            found["address"] = [f"{face.street}, {face.city}"]
        return {"id": id_, "schema": SCHEMA[actor.kind], "properties": found}


def _edge(id_: str, relation: RelationPlan, ids: dict[str, str]) -> dict[str, Any]:
    ends = edge_ends(relation.kind)
    assert ends is not None  # the builder takes relations only
    found: dict[str, list[str]] = {ends[0]: [ids[relation.a.id]], ends[1]: [ids[relation.b.id]]}
    if relation.role:
        found["relationship" if relation.kind in ("Family", "Associate") else "role"] = [relation.role]
    if relation.start:
        found["startDate"] = [str(relation.start)]
    if relation.end:
        found["endDate"] = [str(relation.end)]
    return {"id": id_, "schema": relation.kind, "properties": found}
