"""The main job from end to end on a small fictitious region: what `make demo` shows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie import app, exercise
from crosstie.errors import UsageError
from crosstie.exchange.dossier import Dossier
from crosstie.learn.region import Settings
from crosstie.learn.score import Score
from crosstie.store.durable import storing

_SHOWN = 3
_MARK = ".crosstie-demo"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration has to show."""

    dossiers: list[Dossier]
    links: pa.Table
    total: int
    score: Score
    report: Path

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {"links": self.links.to_pylist(), "total": self.total, "score": self.score.as_dict(), "report": str(self.report)}


def run(folder: Path, seed: int) -> Shown:
    """Make a region in the folder, load it, build, rank, mark against the truth and write the report. An earlier demonstration is replaced."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="Name a new folder.")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise UsageError(f"{folder} is not empty and holds no earlier demonstration", hint="Name a new folder.")
        shutil.rmtree(folder)
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
    exercise.new_region(Settings(seed), folder / "region")
    workspace = app.Workspace.init(folder / "workspace", name="Demonstration", exercise=True)
    for one in workspace.add([folder / "region" / "files"]):
        if one.error is not None:
            raise one.error
    build, _ = workspace.build()
    links = workspace.links()
    best = [workspace.show(link["link_id"]) for link in links.slice(0, _SHOWN).to_pylist()]
    path = folder / "links.csv"
    workspace.export("links", "csv", path)
    report = workspace.report(folder / "report.html")
    return Shown(
        best, links.slice(0, 20), build.manifest["counts"]["links"], exercise.score_region(folder / "region", path), report.resolve()
    )
