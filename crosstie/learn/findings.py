"""Marks what the detectors saw in a region against its truth: how much of what was planted they found, and how much of what they found was planted."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.errors import InputError, NotFound
from crosstie.learn.region.truth import FINDINGS

#: The share of a finding's subjects that have to be those of the truth.
_SAME = 0.5


@dataclass(frozen=True, slots=True)
class Planted:
    """What a detector ought to find (`holds`) or what only looks so: the typology as lens.typology, and the actors."""

    typology: str
    actors: frozenset[str]
    holds: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Marks:
    """How one detector did. `found` of `planted` were seen; of `findings` so many are `true`, and so many are look-alikes that it was to leave alone."""

    typology: str
    planted: int
    found: int
    findings: int
    true: int
    fooled: int
    look_alikes: int

    @property
    def recall(self) -> float | None:
        """The share of what was planted that was found; None where nothing was."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """The share of the findings that are planted; None where nothing was found."""
        return self.true / self.findings if self.findings else None

    def as_row(self) -> dict[str, Any]:
        """As a row for people."""
        return asdict(self) | {"recall": self.recall, "precision": self.precision}


def planted(truth: Path) -> list[Planted]:
    """What the truth folder of a region says of findings. NotFound where it says nothing, InputError where it is damaged."""
    path = truth / "findings.csv"
    if not path.is_file():
        raise NotFound(f"{path} is not there", hint="Regions that were made before do not say what detectors ought to find: make one anew.")
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != FINDINGS:
            raise InputError(f"{path}: its columns should be {', '.join(FINDINGS)}")
        return [
            Planted(f"{row['lens']}.{row['typology']}", frozenset(row["subjects"].split(";")), row["holds"] == "yes", row["reason"])
            for row in reader
        ]


def known_as(truth: Path) -> dict[str, str]:
    """Which actor each record of the files is, by the id of the record."""
    with (truth / "entities.csv").open(encoding="utf-8", newline="") as stream:
        return {row["entity_id"]: row["actor_id"] for row in csv.DictReader(stream)}


def score(truth: Path, clusters: pa.Table, findings: Iterable[Mapping[str, Any]]) -> list[Marks]:
    """How the detectors did on the files of a region: `truth` is its folder or the truth folder in it, `clusters` (tables.CLUSTER) says which records
    became which entity.
    """
    folder = truth / "truth" if (truth / "truth").is_dir() else truth
    told, actor = planted(folder), known_as(folder)
    meant = {entity: {known} for entity, known in actor.items()}
    for row in clusters.select(["entity_id", "cluster_id"]).to_pylist():
        if (known := actor.get(row["entity_id"])) is not None:
            meant.setdefault(row["cluster_id"], set()).add(known)
    return marks(told, findings, {one: frozenset(actors) for one, actors in meant.items()})


def marks(planted: Iterable[Planted], findings: Iterable[Mapping[str, Any]], meant: Mapping[str, frozenset[str]]) -> list[Marks]:
    """How each detector did that found something or was to. `findings` have lens, typology (activity/detector) and subjects; `meant` are the actors whom
    a subject stands for. A finding is of what was planted where half of its subjects at least are of it.
    """
    seen: dict[str, list[list[frozenset[str]]]] = {}
    for row in findings:
        name = f"{row['lens']}.{row['typology'].rpartition('/')[2]}"
        seen.setdefault(name, []).append([meant.get(one, frozenset([one])) for one in row["subjects"]])
    told: dict[str, list[Planted]] = {}
    for one in planted:
        told.setdefault(one.typology, []).append(one)
    return [_marks(name, told.get(name, []), seen.get(name, [])) for name in sorted({*seen, *told})]


def _marks(name: str, told: list[Planted], seen: list[list[frozenset[str]]]) -> Marks:
    holding, alike = [one for one in told if one.holds], [one for one in told if not one.holds]
    true = sum(any(_same(subjects, one) for one in holding) for subjects in seen)
    fooled = sum(any(_same(subjects, one) for subjects in seen) for one in alike)
    found = sum(any(_same(subjects, one) for subjects in seen) for one in holding)
    return Marks(name, len(holding), found, len(seen), true, fooled, len(alike))


def _same(subjects: list[frozenset[str]], one: Planted) -> bool:
    met = sum(not one.actors.isdisjoint(subject) for subject in subjects)
    return met > 0 and met >= _SAME * len(subjects)
