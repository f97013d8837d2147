"""Whether the error rates hold: regions that nobody has seen, with ties and without, one after the other.

`python -m bench.links.calibration FOLDER [NAME ...]` makes each region that FOLDER holds no marks of (or those named), builds it, marks its links and both
simple rankers, keeps the marks and the scores in FOLDER, and deletes the rest. It may be broken off and goes on where it was. Then it prints all marks, and
draws docs/img/calibration.svg: the p-values of untied pairs, and how many of the links of a score are true.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.links import baselines, ranking
from bench.links.picture import Curve, Panel, draw
from crosstie.link import chance
from crosstie.link.score import weights

Floats = NDArray[np.float64]
#: Storylines of which nothing was learned in the weights that two regions are judged by as well.
WITHHELD = (
    *("arms", "cell-mates", "changed-course", "couriers", "double-role", "extortion"),
    *("hawala", "joint-firm", "kin", "passage", "ship-owner", "treasurer"),
)
_PICTURE = Path(__file__).parents[2] / "docs" / "img" / "calibration.svg"
#: The share of false ones that is claimed.
NOMINAL = 0.1


@dataclass(frozen=True, slots=True)
class Setting:
    """A region to be judged."""

    name: str
    seed: int
    size: str
    noise: float = 1.0
    links: bool = True
    storylines: tuple[str, ...] = ()

    @property
    def options(self) -> list[str]:
        """What `crosstie region new` is told."""
        told = ["--seed", str(self.seed), "--size", self.size, "--noise", f"{self.noise:g}"]
        return [*told, *([] if self.links else ["--no-links"]), *(part for one in self.storylines for part in ("--storyline", one))]


TIED = (
    *(Setting(f"t{seed}", seed, "medium", noise) for seed, noise in ((201, 0.7), (202, 1.0), (203, 1.5), (204, 2.0))),
    *(Setting(f"t{seed}", seed, "medium", noise, storylines=WITHHELD) for seed, noise in ((205, 1.0), (206, 1.5))),
    *(Setting(f"t{seed}", seed, "medium", noise) for seed, noise in ((207, 0.7), (208, 1.0), (209, 1.5), (210, 2.0))),
)
UNTIED = (
    *(Setting(f"c{seed}", seed, "small", links=False) for seed in range(301, 321)),
    *(Setting(f"c{seed}", seed, "medium", noise, links=False) for seed, noise in ((321, 1.0), (322, 1.5), (323, 0.7))),
)


def grown(one: Setting, folder: Path) -> tuple[Path, Path]:
    """The region and a workspace that was built of it."""
    region, workspace = folder / "region", folder / "workspace"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for told in (
        ["region", "new", *one.options, "--out", str(region)],
        ["init", str(workspace)],
        ["--workspace", str(workspace), "add", str(region / "files")],
        ["--workspace", str(workspace), "build"],
    ):
        subprocess.run([sys.executable, "-m", "crosstie", *told], check=True, capture_output=True)
    return region, workspace


def judge(one: Setting, region: Path, workspace: Path, folder: Path) -> None:
    """Keep the marks of a region, and the scores of its pairs, in the folder."""
    case = ranking.case(f"{region}={workspace}")
    force = np.array([weights()[name] for name in ("start", *ranking.NAMES)])
    scores = force[0] + case.values @ force[1:]
    marks = ranking.judged(case, force) | {"region": one.name, "noise": one.noise, "size": one.size, "storylines": len(one.storylines)}
    if one.links:
        build = max(path for path in (workspace / "builds").iterdir() if (path / "edges.parquet").is_file())
        simple = baselines.marks(case.truth, build)
        marks["simple"] = {name: round(mark.average_precision, 3) for name, mark in simple.items()}
    np.savez_compressed(folder / f"{one.name}.npz", scores=scores, true=case.true, thin=case.thin, searched=case.searched)
    (folder / f"{one.name}.json").write_text(json.dumps(marks), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Kept:
    """The scores of the pairs of a region, which of them are tied, and how many were searched."""

    scores: Floats
    true: NDArray[np.bool_]
    searched: int

    @property
    def p_values(self) -> Floats:
        """Those of the untied pairs that were kept, in order."""
        found: Floats = np.sort(chance.null().p_values(self.scores, self.searched)[~self.true])
        return found


def kept(folder: Path, settings: Sequence[Setting]) -> list[Kept]:
    """What was kept of those settings that were judged."""
    found = []
    for one in settings:
        if (folder / f"{one.name}.npz").is_file():
            with np.load(folder / f"{one.name}.npz") as held:
                found.append(Kept(held["scores"], held["true"], int(held["searched"])))
    return found


def uniform(some: Sequence[Kept]) -> dict[str, float]:
    """How far p-values are from uniform: the largest distance of the shares of kept pairs (Kolmogorov and Smirnov), over all and over the lowest tenth; and how
    many times as often as it says a p-value is at most one in 30,000.
    """
    values = np.sort(np.concatenate([one.p_values for one in some]))
    searched = sum(one.searched for one in some)
    most = len(values) / searched
    said = np.minimum(values / most, 1.0)
    apart = np.maximum(np.abs(said - np.arange(1, len(said) + 1) / len(said)), np.abs(said - np.arange(len(said)) / len(said)))
    tenth = len(said) // 10
    far = 1 / 30_000
    return {
        "regions": len(some),
        "kept": len(values),
        "KS": round(float(apart.max()), 4),
        "KS of the lowest tenth": round(float(apart[:tenth].max()), 4),
        "at most 1 in 30,000, times as often": round(float(np.count_nonzero(values <= far) / (searched * far)), 2),
    }


def reliability(some: Sequence[Kept], steps: int = 12) -> list[tuple[float, float, int]]:
    """Mean log-odds, share of true ones and number of the pairs, by bands of scores from -6 up."""
    scores, true = np.concatenate([one.scores for one in some]), np.concatenate([one.true for one in some])
    edges = np.linspace(-6, 6, steps + 1)
    band = np.digitize(scores, edges)
    return [
        (float(np.clip(scores[band == at], -8, 8).mean()), float(true[band == at].mean()), int(np.count_nonzero(band == at)))
        for at in range(1, steps + 2)
        if np.count_nonzero(band == at) >= 5
    ]


def pictured(folder: Path) -> str:
    """The diagrams as SVG."""
    lines = []
    for label, settings in (("small, no ties", UNTIED[:20]), ("medium, no ties", UNTIED[20:]), ("medium, ties", TIED)):
        some = kept(folder, settings)
        if some:
            values, searched = np.sort(np.concatenate([one.p_values for one in some])), sum(one.searched for one in some)
            lines.append((label, values, np.arange(1, len(values) + 1) / searched))
    if lines:
        reach = np.geomspace(min(float(line[1].min()) for line in lines), max(float(line[1].max()) for line in lines), 50)
        lines.append(("uniform", reach, reach))
    panels = [Panel("P-values of untied pairs", "p-value", "share of pairs searched", tuple(lines))]
    tied = kept(folder, TIED)
    if tied:
        bands = reliability(tied)
        odds = np.linspace(-6, 6, 100)
        said = ("", odds, 1 / (1 + np.exp(-odds)))
        points = tuple(Curve("", odd, share, many, "#d1495b") for odd, share, many in bands)
        panels.append(
            Panel("Score and truth (line: what the score says)", "score (log-odds)", "share true", (said,), points, logarithmic=False)
        )
    return draw(panels)


def main() -> None:
    """Judge what is not judged yet, print and draw."""
    folder, named = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    for one in (*TIED, *UNTIED):
        if (one.name in named or not named) and not (folder / f"{one.name}.json").is_file():
            judge(one, *grown(one, folder / "growing"), folder)
            shutil.rmtree(folder / "growing")
    for one in (*TIED, *UNTIED):
        if (folder / f"{one.name}.json").is_file():
            sys.stdout.write((folder / f"{one.name}.json").read_text(encoding="utf-8") + "\n")
    for name, settings in (("small, no ties", UNTIED[:20]), ("medium, no ties", UNTIED[20:]), ("medium, ties", TIED)):
        if some := kept(folder, settings):
            sys.stdout.write(json.dumps({"p-values": name} | uniform(some)) + "\n")
    if some := kept(folder, TIED):
        for odds, share, many in reliability(some):
            sys.stdout.write(f"score {odds:5.1f}: {share:.3f} true of {many} (said: {1 / (1 + np.exp(-odds)):.3f})\n")
    _PICTURE.write_text(pictured(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
